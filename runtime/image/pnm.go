package image

import (
	"math"
	"strconv"
)

// pnmDecoder holds what a header says.
type pnmDecoder struct {
	data          []byte
	at            int
	kind          byte // '1' to '6', or 'f' for numbers of 32 bits
	width, height int
	most          int // the value of white
	little        bool
}

// isPNM reports whether data begins like one of the formats of Netpbm.
func isPNM(data []byte) bool {
	return len(data) > 2 && data[0] == 'P' && (data[1] >= '1' && data[1] <= '6' || data[1] == 'f') && pnmSpace(data[2])
}

// pnmSpace reports whether c separates tokens.
func pnmSpace(c byte) bool { return c == ' ' || c >= '\t' && c <= '\r' }

// DecodePNM decodes PBM, PGM and PPM, as text and as bytes, and gray PFM. Gray above 8 bits saturates at 255, colours
// are scaled: what Pillow does.
func DecodePNM(data []byte) (*Image, error) {
	d := &pnmDecoder{data: data}
	if err := d.header(); err != nil {
		return nil, err
	}
	channels := 1
	if d.kind == '3' || d.kind == '6' {
		channels = 3
	}
	if err := d.checkLength(d.width * channels); err != nil {
		return nil, err
	}
	im, err := newImage("pnm", d.at, d.width, d.height, channels)
	if err != nil {
		return nil, err
	}
	switch d.kind {
	case '1':
		err = d.textBits(im.Pix)
	case '2', '3':
		err = d.text(im.Pix)
	case '4':
		d.bits(im)
	case 'f':
		d.floats(im)
	default:
		d.bytes(im.Pix)
	}
	return im, err
}

// pnmSize reads the size alone.
func pnmSize(data []byte) (width, height int, err error) {
	d := &pnmDecoder{data: data}
	err = d.header()
	return d.width, d.height, err
}

func (d *pnmDecoder) fault(problem string) error { return imageError("pnm", d.at, problem) }

// token reads up to the next space, which goes with it, without comments; at most 10 characters.
func (d *pnmDecoder) token() (string, error) {
	var token []byte
	for len(token) <= 10 && d.at < len(d.data) {
		c := d.data[d.at]
		d.at++
		switch {
		case c == '#':
			for d.at < len(d.data) && d.data[d.at] != '\n' && d.data[d.at] != '\r' {
				d.at++
			}
			d.at = min(d.at+1, len(d.data))
		case !pnmSpace(c):
			token = append(token, c)
		case len(token) > 0:
			return string(token), nil
		}
	}
	if len(token) == 0 || len(token) > 10 {
		return "", d.fault("want a number of at most 10 characters in the header")
	}
	return string(token), nil
}

// number reads a token from 1 to most.
func (d *pnmDecoder) number(most int) (int, error) {
	token, err := d.token()
	if err != nil {
		return 0, err
	}
	v, err := strconv.ParseInt(token, 10, 64)
	if err != nil || v <= 0 || v > int64(most) {
		return 0, d.fault("want a number from 1 to " + strconv.Itoa(most) + " in the header, not " + strconv.Quote(token))
	}
	return int(v), nil
}

// header reads up to the pixels.
func (d *pnmDecoder) header() error {
	if !isPNM(d.data) {
		return d.fault("want P1 to P6 or Pf")
	}
	d.kind, d.at = d.data[1], 3
	var err error
	if d.width, err = d.number(MaxPixels); err != nil {
		return err
	}
	if d.height, err = d.number(MaxPixels); err != nil {
		return err
	}
	if err := checkImageSize("pnm", d.at, d.width, d.height); err != nil {
		return err
	}
	switch d.kind {
	case '1', '4':
		d.most = 1
	case 'f':
		return d.scale()
	default:
		d.most, err = d.number(65535)
	}
	return err
}

// scale reads what for numbers stands in place of white: its sign is the order of bytes.
func (d *pnmDecoder) scale() error {
	token, err := d.token()
	if err != nil {
		return err
	}
	v, err := strconv.ParseFloat(token, 64)
	if err != nil || v == 0 || math.IsInf(v, 0) || math.IsNaN(v) {
		return d.fault("want a scale that is neither 0 nor infinite, not " + strconv.Quote(token))
	}
	d.little = v < 0
	return nil
}

// checkLength demands, before memory is taken, the bytes that rows of n samples need at least.
func (d *pnmDecoder) checkLength(n int) error {
	var want int
	switch {
	case d.kind == '4':
		want = (d.width + 7) / 8 * d.height
	case d.kind == 'f':
		want = 4 * n * d.height
	case d.kind == '1':
		want = n * d.height
	case d.kind <= '3':
		want = 2*n*d.height - 1
	case d.most > 255:
		want = 2 * n * d.height
	default:
		want = n * d.height
	}
	if len(d.data)-d.at < want {
		return d.fault("the file ends within the pixels")
	}
	return nil
}

// textBits reads digits 0 and 1, 1 black, with or without spaces.
func (d *pnmDecoder) textBits(pix []byte) error {
	n := 0
	for ; d.at < len(d.data); d.at++ {
		c := d.data[d.at]
		switch {
		case c == '#':
			d.comment()
		case pnmSpace(c):
		case c != '0' && c != '1':
			return d.fault("want 0 or 1")
		case n < len(pix):
			pix[n] = (c - '1') // 255 for 0
			n++
		}
	}
	if n < len(pix) {
		return d.fault("the file ends within the pixels")
	}
	return nil
}

// comment passes to the comment's last byte.
func (d *pnmDecoder) comment() {
	for d.at+1 < len(d.data) && d.data[d.at] != '\n' && d.data[d.at] != '\r' {
		d.at++
	}
}

// text reads decimal numbers.
func (d *pnmDecoder) text(pix []byte) error {
	for i := range pix {
		value, digits := 0, 0
		for ; d.at < len(d.data) && (digits == 0 || !pnmSpace(d.data[d.at])); d.at++ {
			c := d.data[d.at]
			switch {
			case c == '#':
				d.comment()
			case pnmSpace(c):
			case c < '0' || c > '9' || digits == 10:
				return d.fault("want a number of at most 10 digits")
			default:
				value = min(value*10+int(c-'0'), 1<<20)
				digits++
			}
		}
		if digits == 0 {
			return d.fault("the file ends within the pixels")
		}
		if value > d.most {
			return d.fault("a number is above " + strconv.Itoa(d.most) + ", which the header calls white")
		}
		pix[i] = d.scaled(value)
	}
	return nil
}

// scaled is a value at 8 bits.
func (d *pnmDecoder) scaled(value int) byte {
	white := 255.0
	if d.most > 255 && (d.kind == '2' || d.kind == '5') {
		white = 65535
	}
	return byte(min(math.RoundToEven(float64(value)/float64(d.most)*white), 255))
}

// bits reads rows of bits, 1 black.
func (d *pnmDecoder) bits(im *Image) {
	stride := (d.width + 7) / 8
	for y := range d.height {
		row := d.data[d.at+stride*y:]
		for x := range d.width {
			im.Pix[y*d.width+x] = row[x/8]>>(7-x&7)&1 - 1
		}
	}
}

// bytes reads samples of one byte or two.
func (d *pnmDecoder) bytes(pix []byte) {
	src := d.data[d.at:]
	switch {
	case d.most == 255:
		copy(pix, src)
	case d.most < 255:
		for i := range pix {
			pix[i] = d.scaled(int(src[i]))
		}
	default:
		for i := range pix {
			pix[i] = d.scaled(int(src[2*i])<<8 | int(src[2*i+1]))
		}
	}
}

// floats reads numbers, the lowest row first, of which 0 to 255 are brightness; the fraction is dropped.
func (d *pnmDecoder) floats(im *Image) {
	src := d.data[d.at:]
	for y := d.height - 1; y >= 0; y-- {
		row := im.Pix[y*d.width : (y+1)*d.width]
		for x := range row {
			b := src[4*x : 4*x+4]
			v := uint32(b[0])<<24 | uint32(b[1])<<16 | uint32(b[2])<<8 | uint32(b[3])
			if d.little {
				v = uint32(b[3])<<24 | uint32(b[2])<<16 | uint32(b[1])<<8 | uint32(b[0])
			}
			row[x] = imageFloat(math.Float32frombits(v))
		}
		src = src[4*d.width:]
	}
}

// imageFloat is a number as brightness.
func imageFloat(v float32) byte {
	switch {
	case v >= 255:
		return 255
	case v > 0:
		return byte(v)
	}
	return 0 // NaN, too
}
