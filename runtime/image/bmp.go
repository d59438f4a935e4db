package image

// bmpDecoder holds what a bitmap's headers say.
type bmpDecoder struct {
	data          []byte
	width, height int
	up            bool   // the first row is the lowest
	bits          int    // of a pixel
	coding        uint32 // 0 none, 1 and 2 run lengths of 8 and 4 bits, 3 none but masks
	masks         [4]uint32
	colors        int    // of the palette
	entry         int    // bytes of one
	palette       []byte // blue, green, red
	gray          bool   // the palette is the ramp from black to white
	offset        int    // of the pixels
	order         [3]int // where red, green and blue stand in a pixel of 24 or 32 bits
}

// DecodeBMP decodes bitmaps of Windows and OS/2: 1, 4, 8, 16, 24 and 32 bits, with run lengths or with the usual masks.
func DecodeBMP(data []byte) (*Image, error) {
	d := &bmpDecoder{data: data}
	if err := d.header(); err != nil {
		return nil, err
	}
	if err := d.layout(); err != nil {
		return nil, err
	}
	stride := int((int64(d.width)*int64(d.bits) + 31) / 32 * 4)
	pixels := d.data[min(d.offset, len(d.data)):]
	if d.coding == 1 || d.coding == 2 {
		var err error
		if pixels, err = d.runs(); err != nil {
			return nil, err
		}
		stride, d.bits = d.width, 8
	}
	return d.picture(pixels, stride)
}

// bmpSize reads the size alone.
func bmpSize(data []byte) (width, height int, err error) {
	d := &bmpDecoder{data: data}
	err = d.header()
	return d.width, d.height, err
}

func (d *bmpDecoder) fault(at int, problem string) error { return imageError("bmp", at, problem) }

// u16 and u32 read numbers that are known to be there.
func (d *bmpDecoder) u16(at int) int { return int(d.data[at]) | int(d.data[at+1])<<8 }

func (d *bmpDecoder) u32(at int) uint32 { return uint32(d.u16(at)) | uint32(d.u16(at+2))<<16 }

// header reads both headers.
func (d *bmpDecoder) header() error {
	if len(d.data) < 18 {
		return d.fault(len(d.data), "the file ends within the header")
	}
	const info = 14 // where the second header begins
	size := int(min(d.u32(info), 1<<20))
	switch size {
	case 12, 40, 52, 56, 64, 108, 124:
	default:
		return d.fault(info, "unknown kind of header")
	}
	if len(d.data) < info+size {
		return d.fault(len(d.data), "the file ends within the header")
	}
	d.up = true
	var width, height uint32
	if size == 12 { // OS/2
		width, height = uint32(d.u16(info+4)), uint32(d.u16(info+6))
		d.bits, d.entry = d.u16(info+10), 3
	} else {
		width, height = d.u32(info+4), d.u32(info+8)
		if height>>24 == 0xff {
			d.up, height = false, -height
		}
		d.bits, d.coding, d.entry = d.u16(info+14), d.u32(info+16), 4
		d.colors = int(min(d.u32(info+32), 1<<20))
	}
	d.width, d.height = int(min(width, 1<<30)), int(min(height, 1<<30))
	if err := checkImageSize("bmp", info, d.width, d.height); err != nil {
		return err
	}
	return d.tables(info, size)
}

// tables reads what stands behind the headers: masks, or a palette.
func (d *bmpDecoder) tables(info, size int) error {
	at, masks := info+size, 0
	if d.coding == 3 {
		switch {
		case size >= 56:
			at, masks = info+40, 4
		case size >= 52:
			at, masks = info+40, 3
		default:
			masks = 3
		}
		if len(d.data) < at+4*masks {
			return d.fault(len(d.data), "the file ends within the masks")
		}
		for i := range masks {
			d.masks[i] = d.u32(at + 4*i)
		}
		at = max(at+4*masks, info+size)
	}
	if d.colors == 0 && d.bits <= 8 {
		d.colors = 1 << d.bits
	}
	d.offset = int(min(d.u32(10), 1<<30))
	if d.bits <= 8 {
		if d.offset == info+size {
			d.offset += d.entry * d.colors
		}
		if d.colors > 65536 {
			return d.fault(info, "the palette has more than 65536 colours")
		}
		d.palette = d.data[min(at, len(d.data)):min(at+d.entry*d.colors, len(d.data))]
		at += len(d.palette)
	}
	if d.offset == 0 {
		d.offset = at
	}
	return nil
}

// layout finds how pixels are read.
func (d *bmpDecoder) layout() error {
	switch d.bits {
	case 1, 4, 8:
		if d.coding > 2 {
			return d.fault(30, "a palette does not go with this compression")
		}
		return d.grays()
	case 16, 24, 32:
	default:
		return d.fault(28, "want 1, 4, 8, 16, 24 or 32 bits a pixel")
	}
	d.order = [3]int{2, 1, 0}
	switch d.coding {
	case 0:
		if d.bits == 16 {
			d.masks = [4]uint32{0x7c00, 0x3e0, 0x1f}
		}
		return nil
	case 3:
		return d.masked()
	}
	return d.fault(30, "this compression does not go with "+[]string{"16", "24", "32"}[d.bits/8-2]+" bits a pixel")
}

// masked accepts the masks that are in use.
func (d *bmpDecoder) masked() error {
	rgb := [3]uint32(d.masks[:3])
	known := false
	switch d.bits {
	case 16:
		known = rgb == [3]uint32{0xf800, 0x7e0, 0x1f} || rgb == [3]uint32{0x7c00, 0x3e0, 0x1f}
	case 24:
		known = rgb == [3]uint32{0xff0000, 0xff00, 0xff}
	case 32:
		switch d.masks {
		case [4]uint32{0xff0000, 0xff00, 0xff}, [4]uint32{0xff0000, 0xff00, 0xff, 0xff000000}, [4]uint32{}:
			return nil
		case [4]uint32{0xff000000, 0xff0000, 0xff00}, [4]uint32{0xff000000, 0xff0000, 0xff00, 0xff}:
			d.order, known = [3]int{3, 2, 1}, true
		case [4]uint32{0xff000000, 0xff00, 0xff}, [4]uint32{0xff000000, 0xff00, 0xff, 0xff0000}:
			d.order, known = [3]int{3, 1, 0}, true
		case [4]uint32{0xff, 0xff00, 0xff0000, 0xff000000}:
			d.order, known = [3]int{0, 1, 2}, true
		}
	}
	if !known {
		return d.fault(54, "these masks are not supported; save it with 8 bits of each colour")
	}
	return nil
}

// grays finds out whether the palette is the ramp from black to white, of which Pillow takes the indices themselves for
// brightness, 8 bits each, or 1 where there are two.
func (d *bmpDecoder) grays() error {
	d.gray = true
	for i := range d.colors {
		value := byte(i)
		if d.colors == 2 && i == 1 {
			value = 255
		}
		at := i * d.entry
		d.gray = d.gray && at+3 <= len(d.palette) && d.palette[at] == value && d.palette[at+1] == value && d.palette[at+2] == value
	}
	if !d.gray && len(d.palette)/d.entry > 256 {
		return d.fault(46, "the palette has more than 256 colours")
	}
	return nil
}
