package image

import (
	"math"
	"strconv"
)

// What samples mean, as the photometric interpretation says.
const (
	tiffWhiteIsZero = 0
	tiffBlackIsZero = 1
	tiffRGB         = 2
	tiffPalette     = 3
	tiffCMYK        = 5
	tiffYCbCr       = 6
)

// tiffLayout says how a pixel is stored.
type tiffLayout struct {
	photo   int
	bits    int // of a sample
	samples int // of a pixel that are in the file and not passed over
	format  int // 1 unsigned, 2 signed, 3 floating
	alpha   bool
	planar  bool
	colors  [256][3]byte
}

// isGray reports whether pixels have no colour.
func (d *tiffDecoder) isGray() bool {
	return d.photo == tiffWhiteIsZero || d.photo == tiffBlackIsZero || d.photo == tiffYCbCr && d.samples == 1
}

// layout reads how pixels are stored, and refuses what Pillow does not know.
func (d *tiffDecoder) layout() error {
	d.photo = d.number(tiffPhotometric, tiffWhiteIsZero)
	d.compression = d.number(tiffCompression, 1)
	d.predictor = d.number(tiffPredictor, 1)
	d.fillOrder = d.number(tiffFillOrder, 1)
	d.planar = d.number(tiffPlanar, 1) == 2
	d.samples = d.number(tiffSamples, 1)
	if d.samples < 1 || d.samples > 6 {
		return d.fault(0, strconv.Itoa(d.samples)+" samples a pixel, want 1 to 6")
	}
	d.format = d.number(tiffFormat, 1)
	for _, f := range d.numbers(tiffFormat, 6) {
		if f != d.format {
			return d.fault(0, "samples of several formats in a pixel are not supported")
		}
	}
	bits := d.numbers(tiffBits, 6)
	if bits == nil {
		bits = []int{1}
	}
	d.bits = bits[0]
	for _, b := range bits {
		if b != d.bits {
			return d.fault(0, "samples of several sizes in a pixel are not supported")
		}
	}
	extra := d.numbers(tiffExtra, 6)
	if d.planar && len(extra) > 0 && len(extra) < d.samples && !tiffAny(extra) {
		d.samples -= len(extra)
		extra = nil
	}
	if len(bits) > 1 && len(bits) < d.samples {
		return d.fault(0, "some samples of a pixel have no size")
	}
	if !d.known(extra) {
		return d.fault(0, "photometric interpretation "+strconv.Itoa(d.photo)+" with "+strconv.Itoa(d.samples)+" samples of "+
			strconv.Itoa(d.bits)+" bits is not supported; save it as gray, RGB or CMYK")
	}
	d.alpha = d.photo == tiffRGB && len(extra) > 0 && extra[0] == 1
	if d.photo == tiffRGB && len(extra) == 0 && d.samples == 4 && d.planar && d.compression != tiffRaw {
		d.alpha = true // libtiff takes it so where nothing is said, and Pillow with it
	}
	if d.photo == tiffPalette {
		return d.readColors()
	}
	return nil
}

// tiffAny reports whether a number is not 0.
func tiffAny(v []int) bool {
	for _, x := range v {
		if x != 0 {
			return true
		}
	}
	return false
}

// known reports whether Pillow reads such pixels.
func (d *tiffDecoder) known(extra []int) bool {
	if d.fillOrder == 2 {
		gray := d.photo <= tiffBlackIsZero && (d.bits <= 8 || d.bits == 16 && d.photo == tiffBlackIsZero && !d.order.big)
		rgb := d.photo == tiffRGB && d.bits == 8 && d.samples == 3
		if !(gray && d.samples == 1 || rgb || d.photo == tiffPalette && d.samples == 1) || len(extra) > 0 {
			return false
		}
	}
	unsigned := d.format == 1
	switch d.photo {
	case tiffWhiteIsZero, tiffBlackIsZero:
		if d.samples == 2 {
			return d.photo == tiffBlackIsZero && d.bits == 8 && unsigned && len(extra) == 1 && (extra[0] == 0 || extra[0] == 2)
		}
		return d.samples == 1 && len(extra) == 0 && d.knownGray()
	case tiffRGB:
		if !unsigned || d.samples < 3 || d.bits != 8 && (d.bits != 16 || d.samples > 4) {
			return false
		}
		if len(extra) == 0 {
			return d.samples <= 4
		}
		return len(extra) == d.samples-3 && (extra[0] <= 2 || extra[0] == 999 && d.samples == 4) && !tiffAny(extra[1:])
	case tiffPalette:
		if d.samples == 2 {
			return unsigned && d.bits == 8 && len(extra) == 1 && (extra[0] == 0 || extra[0] == 2)
		}
		return unsigned && d.samples == 1 && len(extra) == 0 && (d.bits == 1 || d.bits == 2 || d.bits == 4 || d.bits == 8)
	case tiffCMYK:
		if !unsigned || len(extra) != d.samples-4 || tiffAny(extra) {
			return false
		}
		return d.bits == 8 || d.bits == 16 && d.samples == 4
	case tiffYCbCr:
		return unsigned && d.bits == 8 && len(extra) == 0 && (d.samples == 1 || d.samples == 3 && d.compression == tiffJPEG && !d.planar)
	}
	return false
}

// knownGray is known for one sample.
func (d *tiffDecoder) knownGray() bool {
	black := d.photo == tiffBlackIsZero
	switch d.bits {
	case 1, 2, 4:
		return d.format == 1
	case 8:
		return d.format == 1 || d.format == 2 && black
	case 12:
		return d.format == 1 && black && !d.order.big
	case 16:
		return d.format == 1 && (black || !d.order.big) || d.format == 2 && black
	case 32:
		return d.format == 3 || black && (d.format == 2 || d.format == 1 && !d.order.big)
	}
	return false
}

// readColors reads the palette: 16 bits of each red, then of green and blue, of which the upper 8 count.
func (d *tiffDecoder) readColors() error {
	f, ok := d.fields[tiffColorMap]
	if !ok || f.kind != 3 {
		return d.fault(0, "the palette is missing")
	}
	n := f.count / 3
	if n > 256 {
		return d.fault(f.at, "the palette has more than 256 colours")
	}
	for k := range 3 {
		for i := range n {
			d.colors[i][k] = byte(d.at(f, k*n+i) >> 8)
		}
	}
	return nil
}

// convert writes n pixels that are stored in row.
func (d *tiffDecoder) convert(out, row []byte, n int) {
	switch {
	case d.bits == 8 && d.samples == 3 && d.photo != tiffCMYK:
		copy(out[:3*n], row)
	case d.isGray():
		for x := range n {
			out[x] = d.gray(row, x)
		}
	case d.photo == tiffPalette:
		for x := range n {
			i := pngSample(row, x*d.samples, d.bits)
			copy(out[3*x:3*x+3], d.colors[i][:])
		}
	default:
		size := d.bits / 8
		high := 0 // of 16 bits the upper 8
		if size == 2 && !d.order.big {
			high = 1
		}
		var v [4]byte
		for x := range n {
			pixel := row[x*d.samples*size:]
			for k := range min(d.samples, 4) {
				v[k] = pixel[k*size+high]
			}
			d.color(out[3*x:3*x+3:3*x+3], v)
		}
	}
}

// color writes a pixel of three colours or four inks.
func (d *tiffDecoder) color(out []byte, v [4]byte) {
	switch {
	case d.photo == tiffCMYK:
		for k := range out {
			out[k] = inkToLight(v[k], v[3])
		}
	case d.alpha && v[3] == 0:
		clear(out)
	case d.alpha: // the colours were multiplied
		for k := range out {
			out[k] = byte(min(int(v[k])*255/int(v[3]), 255))
		}
	default:
		copy(out, v[:3])
	}
}

// gray is the brightness of pixel x.
func (d *tiffDecoder) gray(row []byte, x int) byte {
	switch d.bits {
	case 12:
		b := row[x*3/2:]
		if x&1 == 0 {
			return byte(min(int(b[0])<<4|int(b[1])>>4, 255))
		}
		return byte(min(int(b[0]&15)<<8|int(b[1]), 255))
	case 16:
		v := d.order.uint16(row[2*x:])
		if d.format == 2 {
			v = max(int(int16(v)), 0)
		}
		return byte(min(v, 255))
	case 32:
		v := d.order.uint32(row[4*x:])
		if d.format == 3 {
			return imageFloat(math.Float32frombits(v))
		}
		return byte(min(max(int32(v), 0), 255))
	}
	v := pngSample(row, x*d.samples, d.bits) * 255 / (1<<d.bits - 1)
	if d.photo == tiffWhiteIsZero {
		return byte(255 - v)
	}
	return byte(v)
}
