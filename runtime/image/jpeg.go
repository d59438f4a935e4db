package image

// What a JPEG file is made of: markers, two bytes of which the first is 0xff, most with a segment of known length, and
// after each start of scan the coded coefficients up to the next marker.
const (
	jpegSOF0 = 0xc0 // frame: baseline; 1 extended, 2 progressive
	jpegDHT  = 0xc4 // Huffman tables
	jpegDAC  = 0xcc // conditioning of arithmetic codes
	jpegRST0 = 0xd0 // restart, numbered to 7
	jpegRST7 = 0xd7
	jpegSOI  = 0xd8 // start of the picture
	jpegEOI  = 0xd9 // its end
	jpegSOS  = 0xda // start of a scan
	jpegDQT  = 0xdb // quantisation tables
	jpegDNL  = 0xdc // number of lines
	jpegDRI  = 0xdd // restart interval
	jpegAPP0 = 0xe0 // of applications; 14 is Adobe's
	jpegCOM  = 0xfe
)

// jpegMaxScans bounds the passes over a picture: a scan of ten bytes may cover all of it. Encoders make about ten.
const jpegMaxScans = 500

// jpegComponent is a plane of samples: brightness or a colour, in blocks of 8×8.
type jpegComponent struct {
	id, quant     int
	h, v          int        // samples in proportion to the other components'
	width, height int        // samples that show
	blocksX       int        // blocks that show, and
	blocksY       int        //
	stride        int        // blocks in a row of memory, so that units of interleaved scans fit
	rows          int        // rows of blocks in memory
	dc, ac        int        // Huffman tables of this scan
	last          int32      // the last block's DC value
	table         [64]uint16 // divisors, from the component's first scan on
	latched       bool       // table is set
	coef          [][]int16  // by row of blocks, 64 each; made when first reached, and only if there are several scans
	pix           []byte     // rows of 8·stride samples
	exact         [64]int8   // bits of each coefficient that are still missing, -1 for all
	before        [10]int8   // the same one scan earlier
}

// jpegDecoder reads a file from front to back.
type jpegDecoder struct {
	jpegBits
	width, height int
	comps         []jpegComponent
	maxH, maxV    int
	unitsX        int // MCUs of an interleaved scan, and
	unitsY        int //
	progressive   bool
	several       bool // scans, so that coefficients are kept
	quant         [4][64]uint16
	quantSeen     [4]bool
	huff          [8]*jpegHuffman // 4 for DC, 4 for AC
	interval      int             // units between restarts, 0 for none
	jfif, adobe   bool
	transform     byte // of colours, as Adobe says
	jpegScan
	scans    int
	lastGood int // the last row of units that data reached in this scan
}

// jpegScan is what the start of a scan says.
type jpegScan struct {
	scan     []*jpegComponent
	from, to int  // zigzag places of the coefficients
	high     int  // bits that came before, 0 in the first scan
	low      uint // bits that come later
	eobRun   int  // blocks that are at their end
	toGo     int  // units before the next restart
	next     int  // number of the next restart
}

// DecodeJPEG decodes baseline, extended and progressive JPEG of 8 bits. What is damaged but whole is decoded as well as
// it goes, as libjpeg does; what ends too early is an error.
func DecodeJPEG(data []byte) (*Image, error) {
	d := &jpegDecoder{jpegBits: jpegBits{data: data}}
	if err := d.header(); err != nil {
		return nil, err
	}
	if err := d.readScans(); err != nil {
		return nil, err
	}
	return d.picture()
}

// readScans reads the scans, the first of whose parameters are read, up to the picture's end.
func (d *jpegDecoder) readScans() error {
	if err := d.start(); err != nil {
		return err
	}
	for {
		if err := d.readScan(); err != nil {
			return err
		}
		marker, err := d.segments()
		switch {
		case err != nil:
			return err
		case marker == 0 && d.several:
			return d.truncated()
		case marker != jpegSOS:
			if d.several {
				d.transformAll()
			}
			return nil
		}
	}
}

// jpegSize reads the size alone.
func jpegSize(data []byte) (width, height int, err error) {
	d := &jpegDecoder{jpegBits: jpegBits{data: data}}
	err = d.header()
	return d.width, d.height, err
}

func (d *jpegDecoder) fault(problem string) error { return imageError("jpeg", d.at, problem) }
func (d *jpegDecoder) truncated() error           { return d.fault("the file ends within the picture") }

// header reads up to the first scan's parameters.
func (d *jpegDecoder) header() error {
	if len(d.data) < 2 || d.data[0] != 0xff || d.data[1] != jpegSOI {
		return d.fault("want ff d8, the start of a picture")
	}
	d.at = 2
	marker, err := d.segments()
	switch {
	case err != nil:
		return err
	case marker == 0:
		return d.truncated()
	case marker == jpegEOI:
		return d.fault("the picture ends before it begins")
	}
	return nil
}

// segments reads markers up to a start of scan, whose parameters it reads, too, or the picture's end; 0 is the file's.
func (d *jpegDecoder) segments() (byte, error) {
	for {
		if d.marker == 0 && !d.nextMarker() {
			return 0, nil
		}
		marker := d.marker
		d.marker = 0
		switch {
		case marker == jpegEOI:
			return marker, nil
		case marker == jpegSOI:
			return 0, d.fault("a second start of the picture")
		case marker == 1 || marker >= jpegRST0 && marker <= jpegRST7:
			continue
		}
		if err := d.refuse(marker); err != nil {
			return 0, err
		}
		if d.at+2 > len(d.data) {
			return 0, nil
		}
		length := int(d.data[d.at])<<8 | int(d.data[d.at+1])
		if length < 2 {
			return 0, d.fault("a segment has a length below 2")
		}
		if d.at+length > len(d.data) {
			return 0, nil
		}
		body := d.data[d.at+2 : d.at+length]
		if err := d.segment(marker, body); err != nil {
			return 0, err
		}
		d.at += length
		if marker == jpegSOS {
			return marker, nil
		}
	}
}

// segment reads the segment of one marker.
func (d *jpegDecoder) segment(marker byte, body []byte) error {
	switch {
	case marker == jpegSOS:
		return d.readStart(body)
	case marker == jpegDHT:
		return d.readHuffman(body)
	case marker == jpegDQT:
		return d.readQuant(body)
	case marker == jpegDRI:
		if len(body) != 2 {
			return d.fault("a restart interval is not 2 bytes")
		}
		d.interval = int(body[0])<<8 | int(body[1])
	case marker >= jpegSOF0 && marker <= jpegSOF0+2:
		return d.readFrame(marker, body)
	case marker == jpegAPP0 && len(body) >= 14 && string(body[:5]) == "JFIF\x00":
		d.jfif = true
	case marker == jpegAPP0+14 && len(body) >= 12 && string(body[:5]) == "Adobe":
		d.adobe, d.transform = true, body[11]
	}
	return nil
}

// refuse is an error for markers behind which nothing can be read.
func (d *jpegDecoder) refuse(marker byte) error {
	switch {
	case marker == jpegSOS && d.scans > 0 && !d.several:
		return d.fault("a second scan of a picture that the first held whole")
	case marker == 0xc3:
		return d.fault("lossless pictures are not supported; save it as baseline or progressive")
	case marker >= 0xc9 && marker <= 0xcb:
		return d.fault("arithmetic codes are not supported; save it with Huffman codes")
	case marker >= jpegSOF0 && marker <= jpegSOF0+2, marker == jpegDHT, marker == jpegDAC:
		return nil
	case marker > jpegSOF0 && marker <= 0xcf:
		return d.fault("hierarchical pictures are not supported; save it as baseline or progressive")
	case marker >= jpegSOS && marker <= jpegDRI, marker >= jpegAPP0 && marker < jpegAPP0+16, marker == jpegCOM:
		return nil
	}
	return d.fault("unknown marker")
}

// readQuant reads tables of divisors, stored in zigzag order.
func (d *jpegDecoder) readQuant(body []byte) error {
	for len(body) > 0 {
		wide, id := int(body[0]>>4), body[0]&15
		size := 64
		if wide != 0 {
			size = 128
		}
		if id > 3 || len(body) < 1+size {
			return d.fault("a quantisation table is broken")
		}
		for i, at := range jpegNatural[:64] {
			if wide != 0 {
				d.quant[id][at] = uint16(body[1+2*i])<<8 | uint16(body[2+2*i])
			} else {
				d.quant[id][at] = uint16(body[1+i])
			}
		}
		d.quantSeen[id] = true
		body = body[1+size:]
	}
	return nil
}

// readHuffman reads tables of codes: their number by length, then the symbols.
func (d *jpegDecoder) readHuffman(body []byte) error {
	for len(body) > 16 {
		id, count := int(body[0]), 0
		for _, n := range body[1:17] {
			count += int(n)
		}
		if id&^0x13 != 0 || count > 256 || len(body) < 17+count {
			return d.fault("a Huffman table is broken")
		}
		d.huff[id>>2|id&3] = newJPEGHuffman(body[1:17], body[17:17+count])
		body = body[17+count:]
	}
	if len(body) != 0 {
		return d.fault("a Huffman table is broken")
	}
	return nil
}

// readFrame reads the picture's size and components.
func (d *jpegDecoder) readFrame(marker byte, body []byte) error {
	if d.comps != nil {
		return d.fault("a second frame")
	}
	if len(body) < 6 || len(body) != 6+3*int(body[5]) {
		return d.fault("a frame's length does not fit its components")
	}
	if body[0] != 8 {
		return d.fault("samples do not have 8 bits; save it with 8")
	}
	d.height, d.width = int(body[1])<<8|int(body[2]), int(body[3])<<8|int(body[4])
	if err := checkImageSize("jpeg", d.at, d.width, d.height); err != nil {
		return err
	}
	n := int(body[5])
	if n != 1 && n != 3 && n != 4 {
		return d.fault("want 1, 3 or 4 components")
	}
	d.progressive = marker == jpegSOF0+2
	d.comps, d.maxH, d.maxV = make([]jpegComponent, n), 1, 1
	for i := range d.comps {
		c := &d.comps[i]
		b := body[6+3*i:]
		c.id, c.h, c.v, c.quant = int(b[0]), int(b[1]>>4), int(b[1]&15), int(b[2])
		if c.h < 1 || c.h > 4 || c.v < 1 || c.v > 4 {
			return d.fault("sampling factors are not from 1 to 4")
		}
		d.maxH, d.maxV = max(d.maxH, c.h), max(d.maxV, c.v)
	}
	return nil
}

// readStart reads a scan's parameters.
func (d *jpegDecoder) readStart(body []byte) error {
	if d.comps == nil {
		return d.fault("a scan before the frame")
	}
	if len(body) < 1 || body[0] < 1 || body[0] > 4 || len(body) != 4+2*int(body[0]) {
		return d.fault("a scan's length does not fit its components")
	}
	d.jpegScan = jpegScan{}
	for i := range int(body[0]) {
		id, tables := int(body[1+2*i]), int(body[2+2*i])
		var found *jpegComponent
		for k := range d.comps {
			if c := &d.comps[k]; c.id == id && !d.inScan(c) {
				found = c
				break
			}
		}
		if found == nil {
			return d.fault("a scan names a component that is not there")
		}
		found.dc, found.ac = tables>>4, tables&15
		d.scan = append(d.scan, found)
	}
	b := body[len(body)-3:]
	d.from, d.to, d.high, d.low = int(b[0]), int(b[1]), int(b[2]>>4), uint(b[2]&15)
	if d.scans++; d.scans > jpegMaxScans {
		return d.fault("too many scans; save it with the usual few")
	}
	return nil
}

// inScan reports whether the scan has the component already.
func (d *jpegDecoder) inScan(c *jpegComponent) bool {
	for _, other := range d.scan {
		if other == c {
			return true
		}
	}
	return false
}
