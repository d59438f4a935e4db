package image

// jp2Raw is a tile's samples as bytes, in the layout that OpenJPEG hands to
// Pillow: component after component, each in the fewest bytes of 1, 2 and 4.
// Pillow takes components with fewer samples to have the tile's size divided and
// rounded down, OpenJPEG rounds up; reading through the bytes reproduces what
// comes of that.
type jp2Raw struct {
	bytes []byte
	comps [4]jp2RawComp
}

type jp2RawComp struct {
	start, size int // in bytes; of the component, and of a sample
	width       int // samples of a row, as Pillow takes it
	dx, dy      int
	depth       int
	offset      uint32 // what makes samples unsigned, and rounds them
}

// jp2NewRaw lays out samples of a tile of w×h pixels.
func jp2NewRaw(s *jp2Stream, w, h int, samples []jp2Samples) *jp2Raw {
	var raw jp2Raw
	start, each := 0, 0
	for i, c := range s.comps {
		size := (c.depth + 7) / 8
		if size == 3 {
			size = 4
		}
		r := jp2RawComp{start: start, size: size, width: w / c.dx, dx: c.dx, dy: c.dy, depth: c.depth}
		if c.signed {
			r.offset = 1 << (c.depth - 1)
		}
		raw.comps[i] = r
		start += size * (w / c.dx) * (h / c.dy)
		each += size
		for _, v := range samples[i].values {
			for j := range size {
				raw.bytes = append(raw.bytes, byte(v>>(8*j)))
			}
		}
	}
	if n := w*h*each - len(raw.bytes); n > 0 {
		raw.bytes = append(raw.bytes, make([]byte, n)...)
	}
	return &raw
}

// sample is component c at pixel x, y of the tile, scaled to bits.
func (raw *jp2Raw) sample(c, x, y, bits int) uint32 {
	r := &raw.comps[c]
	at := r.start + (y/r.dy*r.width+x/r.dx)*r.size
	v := r.offset
	for j := range r.size {
		if at+j < len(raw.bytes) {
			v += uint32(raw.bytes[at+j]) << (8 * j)
		}
	}
	if drop := r.depth - bits; drop > 0 {
		return (v + 1<<(drop-1)) >> drop
	}
	return v << (bits - r.depth)
}

// clear makes img what Pillow leaves where no tile is: 0 in its mode.
func (p *jp2Picture) clear(img *Image) {
	if p.palette == nil && p.space != jp2SpaceCMYK {
		return
	}
	c := p.colour([4]byte{})
	for i := range img.Pix {
		img.Pix[i] = c[i%3]
	}
}

// paint writes a tile's pixels into img.
func (p *jp2Picture) paint(img *Image, s *jp2Stream, t *jp2Tile, samples []jp2Samples) {
	w, h := t.area.width(), t.area.height()
	raw := jp2NewRaw(s, w, h, samples)
	for y := range h {
		at := ((t.area.y0-s.image.y0+y)*img.Width + t.area.x0 - s.image.x0) * img.Channels
		row := img.Pix[at:][:w*img.Channels]
		for x := range w {
			switch {
			case p.mode == "I;16":
				row[x] = byte(min(raw.sample(0, x, y, 16)&0xffff, 255))
			case img.Channels == 1:
				row[x] = byte(raw.sample(0, x, y, 8))
			default:
				var b [4]byte
				for c := range s.comps {
					b[c] = byte(raw.sample(c, x, y, 8))
				}
				c := p.colour(b)
				copy(row[3*x:], c[:])
			}
		}
	}
}

// colour converts one pixel to red, green and blue.
func (p *jp2Picture) colour(b [4]byte) [3]byte {
	switch {
	case p.mode == "P" || p.mode == "PA":
		if int(b[0]) < len(p.palette) {
			return p.palette[b[0]]
		}
		return [3]byte{}
	case p.space == jp2SpaceYCC:
		return jp2FromYCC(int(b[0]), int(b[1]), int(b[2]))
	case p.space == jp2SpaceCMYK:
		return jp2FromCMYK(b)
	}
	return [3]byte(b[:3])
}

// jp2FromYCC converts as Pillow does, with factors in units of 1/64.
func jp2FromYCC(y, cb, cr int) [3]byte {
	r := y + jp2Factor(8972800, cr)>>6
	g := y + (jp2Factor(-2202496, cb)+jp2Factor(-4570496, cr))>>6
	b := y + jp2Factor(11340800, cb)>>6
	return [3]byte{vp8Clamp(r), vp8Clamp(g), vp8Clamp(b)}
}

// jp2Factor is factor/100000 times chroma about its middle, half added and cut
// towards zero, as Pillow's tables have it.
func jp2Factor(factor, chroma int) int { return (factor*(chroma-128) + 50000) / 100000 }

// jp2FromCMYK converts without a profile, as Pillow does.
func jp2FromCMYK(b [4]byte) [3]byte {
	var rgb [3]byte
	light := 255 - int(b[3])
	for i := range rgb {
		t := int(b[i])*light + 128
		rgb[i] = vp8Clamp(light - (t>>8+t)>>8)
	}
	return rgb
}
