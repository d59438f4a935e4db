package image

// picture reads rows of pixels, stride bytes each; the last need not be filled up.
func (d *bmpDecoder) picture(pixels []byte, stride int) (*Image, error) {
	channels, bits := 3, d.bits
	if d.gray {
		channels = 1
		if d.coding == 0 {
			if bits = 8; d.colors <= 2 {
				bits = 1
			}
		}
	}
	n := (d.width*bits + 7) / 8
	if n > stride {
		return nil, d.fault(28, "a gray palette does not go with "+[]string{"1", "4"}[d.bits/4]+" bits a pixel; save it with 8")
	}
	if len(pixels) < stride*(d.height-1)+n {
		return nil, d.fault(len(d.data), "the file ends within the pixels")
	}
	im, err := newImage("bmp", d.offset, d.width, d.height, channels)
	if err != nil {
		return nil, err
	}
	for i := range d.height {
		y := i
		if d.up {
			y = d.height - 1 - i
		}
		row, out := pixels[stride*i:stride*i+n], im.Pix[y*d.width*channels:(y+1)*d.width*channels]
		switch {
		case channels == 1:
			for x := range out {
				out[x] = d.brightness(row, x, bits)
			}
		case bits <= 8:
			d.rowOfIndices(out, row, bits)
		case bits == 16:
			d.rowOf16(out, row)
		default:
			size := bits / 8
			for x := range d.width {
				for k, at := range d.order {
					out[3*x+k] = row[size*x+at]
				}
			}
		}
	}
	return im, nil
}

// brightness is that of pixel x.
func (d *bmpDecoder) brightness(row []byte, x, bits int) byte {
	if bits == 1 || d.colors <= 2 {
		if pngSample(row, x, bits) != 0 {
			return 255
		}
		return 0
	}
	return row[x]
}

// rowOfIndices looks up colours; black where the palette has none.
func (d *bmpDecoder) rowOfIndices(out, row []byte, bits int) {
	for x := range len(out) / 3 {
		at := pngSample(row, x, bits) * d.entry
		if at+3 <= len(d.palette) {
			out[3*x], out[3*x+1], out[3*x+2] = d.palette[at+2], d.palette[at+1], d.palette[at]
		}
	}
}

// rowOf16 spreads 5 or 6 bits to 8.
func (d *bmpDecoder) rowOf16(out, row []byte) {
	greens, red := 31, 10
	if d.masks[0] == 0xf800 {
		greens, red = 63, 11
	}
	for x := range len(out) / 3 {
		v := int(row[2*x]) | int(row[2*x+1])<<8
		out[3*x] = byte((v >> red & 31) * 255 / 31)
		out[3*x+1] = byte((v >> 5 & greens) * 255 / greens)
		out[3*x+2] = byte((v & 31) * 255 / 31)
	}
}

// runs decodes run lengths to a byte for each pixel. A pair of bytes is a count and what is repeated, or 0 and a command.
func (d *bmpDecoder) runs() ([]byte, error) {
	total := d.width * d.height
	out := make([]byte, 0, min(total, 1<<16))
	at, x := d.offset, 0
	for done := false; !done && len(out) < total && at+2 <= len(d.data); {
		count, value := int(d.data[at]), d.data[at+1]
		at += 2
		switch {
		case count > 0:
			n := min(count, max(d.width-x, 0))
			for i := range n {
				out = append(out, d.nibble(value, i))
			}
			x += n
		case value == 0: // the row ends
			out = append(out, make([]byte, (d.width-len(out)%d.width)%d.width)...)
			x = 0
		case value == 1: // the picture ends
			done = true
		case value == 2: // to the right and up
			if at+2 > len(d.data) {
				done = true
				break
			}
			out = append(out, make([]byte, min(total-len(out), int(d.data[at])+int(d.data[at+1])*d.width))...)
			x = len(out) % d.width
			at += 2
		default:
			out, done = d.literal(out, at, min(total-len(out), int(value)))
			x += int(value)
			size := int(value)
			if d.coding == 2 {
				size = (size + 1) / 2
			}
			at += size
			at += at & 1
		}
	}
	if len(out) < total {
		return nil, d.fault(at, "the runs end before the picture is full")
	}
	return out, nil
}

// nibble is pixel i of a run: of 4 bits two alternate.
func (d *bmpDecoder) nibble(value byte, i int) byte {
	if d.coding == 1 {
		return value
	}
	return value >> (4 - 4*(i&1)) & 15
}

// literal appends n pixels that stand at a place in the file, and reports whether they are the last.
func (d *bmpDecoder) literal(out []byte, at, n int) ([]byte, bool) {
	total := d.width * d.height
	for i := range n {
		where := at + i
		if d.coding == 2 {
			where = at + i/2
		}
		if where >= len(d.data) {
			return out, true
		}
		out = append(out, d.nibble(d.data[where], i))
	}
	return out, len(out) == total
}
