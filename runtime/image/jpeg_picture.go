package image

// picture puts the components together.
func (d *jpegDecoder) picture() (*Image, error) {
	channels := 3
	if len(d.comps) == 1 {
		channels = 1
	}
	im, err := newImage("jpeg", d.at, d.width, d.height, channels)
	if err != nil {
		return nil, err
	}
	var rows, room [4][]byte
	for y := range d.height {
		d.rowOf(y, &rows, &room)
		out := im.Pix[y*d.width*channels : (y+1)*d.width*channels]
		switch {
		case channels == 1:
			copy(out, rows[0])
		case len(d.comps) == 4:
			d.convertCMYK(out, &rows)
		case d.isRGB():
			for x := range d.width {
				out[3*x], out[3*x+1], out[3*x+2] = rows[0][x], rows[1][x], rows[2][x]
			}
		default:
			jpegYCC(out, rows[0], rows[1], rows[2])
		}
	}
	return im, nil
}

// rowOf puts row y of every component into rows, at the picture's width; room is kept from row to row.
func (d *jpegDecoder) rowOf(y int, rows, room *[4][]byte) {
	for i := range d.comps {
		if room[i] == nil {
			room[i] = make([]byte, 8*d.unitsX*d.maxH)
		}
		rows[i] = d.upsample(&d.comps[i], y, room[i])
	}
}

// transformAll computes the samples of a picture whose coefficients came in several scans.
func (d *jpegDecoder) transformAll() {
	smooth := d.smoothed()
	for i := range d.comps {
		c := &d.comps[i]
		c.pix = make([]byte, 64*c.stride*c.rows)
		for y := range c.blocksY {
			for x := range c.blocksX {
				var block [64]int16
				if c.coef[y] != nil {
					block = [64]int16(c.coef[y][64*x:])
				}
				if smooth {
					d.guess(c, x, y, &block)
				}
				jpegIDCT(c.pix[64*c.stride*y+8*x:], 8*c.stride, &block, &c.table)
			}
		}
	}
	for i := range d.comps {
		d.comps[i].coef = nil
	}
}

// isRGB reports whether three components are red, green and blue, which a marker or else their names tell.
func (d *jpegDecoder) isRGB() bool {
	switch {
	case d.jfif:
		return false
	case d.adobe:
		return d.transform == 0
	}
	return d.comps[0].id == 'R' && d.comps[1].id == 'G' && d.comps[2].id == 'B'
}

// convertCMYK makes RGB of inks, which are stored inverted, as Adobe does.
func (d *jpegDecoder) convertCMYK(out []byte, rows *[4][]byte) {
	if d.adobe && d.transform != 0 {
		jpegYCC(out, rows[0], rows[1], rows[2])
		for i := range out {
			out[i] = 255 - out[i] // what is an ink now
		}
	} else {
		for x := range len(out) / 3 {
			out[3*x], out[3*x+1], out[3*x+2] = rows[0][x], rows[1][x], rows[2][x]
		}
	}
	for x := range len(out) / 3 {
		for i := range 3 {
			out[3*x+i] = inkToLight(255-out[3*x+i], 255-rows[3][x])
		}
	}
}

// inkToLight is the brightness that an ink and black leave.
func inkToLight(ink, black byte) byte {
	white := 255 - int(black)
	t := int(ink)*white + 128
	return byte(max(white-(t>>8+t)>>8, 0))
}

// jpegYCC converts a row from brightness and two differences of colour.
func jpegYCC(out, luma, cb, cr []byte) {
	n := len(out) / 3
	luma, cb, cr = luma[:n], cb[:n], cr[:n]
	for x, l := range luma {
		y, b, r := int32(l), int32(cb[x])-128, int32(cr[x])-128
		pixel := out[3*x : 3*x+3 : 3*x+3]
		pixel[0] = jpegClamp(y + (91881*r+1<<15)>>16)
		pixel[1] = jpegClamp(y + (-22554*b-46802*r+1<<15)>>16)
		pixel[2] = jpegClamp(y + (116130*b+1<<15)>>16)
	}
}

// jpegClamp saturates to a byte.
func jpegClamp(v int32) byte { return byte(min(max(v, 0), 255)) }

// upsample gives row y of a component at the picture's width, in room where it is not stored so. Where a component has
// half of the samples, they are interpolated from the nearer one by 3/4 and the other by 1/4; ties are rounded up and
// down in turn.
func (d *jpegDecoder) upsample(c *jpegComponent, y int, room []byte) []byte {
	across, down := d.maxH/c.h, d.maxV/c.v
	near := c.row(y / down)
	other := c.row(y/down + 1)
	if y%down == 0 {
		other = c.row(y/down - 1)
	}
	switch {
	case across == 1 && down == 1:
		return near
	case across == 1 && down == 2:
		bias := 1 + y&1
		for i := range near {
			room[i] = byte((3*int(near[i]) + int(other[i]) + bias) >> 2)
		}
	case across == 2 && down == 1 && c.width > 2:
		jpegWiden(room, near)
	case across == 2 && down == 2 && c.width > 2:
		jpegWidenBoth(room, near, other)
	default:
		for i, v := range near {
			for k := range across {
				room[i*across+k] = v
			}
		}
	}
	return room
}

// row gives the samples of row y that show, of the nearest row outside of the component.
func (c *jpegComponent) row(y int) []byte {
	y = min(max(y, 0), c.height-1)
	return c.pix[8*c.stride*y:][:c.width]
}

// jpegWiden interpolates to twice the width; in has at least 2.
func jpegWiden(out, in []byte) {
	last := len(in) - 1
	for i, v := range in {
		left, right := in[max(i-1, 0)], in[min(i+1, last)]
		out[2*i] = byte((3*int(v) + int(left) + 1) >> 2)
		out[2*i+1] = byte((3*int(v) + int(right) + 2) >> 2)
	}
	out[0], out[2*last+1] = in[0], in[last]
}

// jpegWidenBoth interpolates between two rows and to twice the width.
func jpegWidenBoth(out, near, other []byte) {
	other = other[:len(near)]
	last := len(near) - 1
	sum := func(i int) int { return 3*int(near[i]) + int(other[i]) }
	before, here := sum(0), sum(0)
	for i := range near {
		after := here
		if i < last {
			after = sum(i + 1)
		}
		out[2*i] = byte((3*here + before + 8) >> 4)
		out[2*i+1] = byte((3*here + after + 7) >> 4)
		before, here = here, after
	}
}
