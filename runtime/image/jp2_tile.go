package image

import (
	"math"
	"slices"
)

// jp2Samples are a component's samples of one tile.
type jp2Samples struct {
	area   jp2Rect
	values []int32
}

// decodeTile decodes tile i, whose data is complete.
func (s *jp2Stream) decodeTile(i int) (*jp2Tile, []jp2Samples, error) {
	data := s.tiles[i]
	if len(data.body) == 0 {
		return nil, nil, s.fail("a tile without data")
	}
	t, err := s.layout(i, &data.style)
	if err != nil {
		return nil, nil, err
	}
	d := &jp2Packets{stream: s, style: &data.style, body: data.body}
	d.headers = &d.body
	if s.headers != nil {
		d.headers = &s.ppm
	} else if data.headers != nil {
		headers := slices.Concat(data.headers.sorted()...)
		d.headers = &headers
	}
	if err := d.readPackets(t); err != nil {
		return nil, nil, err
	}
	samples, err := s.reconstruct(t, d.style.colours)
	*data = jp2TileData{next: data.next, parts: data.parts, done: true} // the rest is garbage now
	return t, samples, err
}

// reconstruct makes samples of the code-blocks.
func (s *jp2Stream) reconstruct(t *jp2Tile, colours bool) ([]jp2Samples, error) {
	if colours = colours && len(t.comps) >= 3; colours {
		if err := s.checkColours(t); err != nil {
			return nil, err
		}
	}
	ints := make([][]int32, len(t.comps))
	floats := make([][]float32, len(t.comps))
	for c := range t.comps {
		tc := &t.comps[c]
		n := tc.area.width() * tc.area.height()
		if tc.style.reversible {
			ints[c] = make([]int32, n)
			if !jp2DecodeBlocks(tc, ints[c], jp2Halve) {
				return nil, s.fail("a code-block has more than 30 bit-planes")
			}
			jp2Synthesise(ints[c], tc, jp2Lift53)
		} else {
			floats[c] = make([]float32, n)
			if !jp2DecodeBlocks(tc, floats[c], jp2Scale) {
				return nil, s.fail("a code-block has more than 30 bit-planes")
			}
			jp2Synthesise(floats[c], tc, jp2Lift97)
		}
	}
	if colours && t.comps[0].style.reversible {
		jp2InverseRCT(ints[0], ints[1], ints[2])
	} else if colours {
		jp2InverseICT(floats[0], floats[1], floats[2])
	}
	samples := make([]jp2Samples, len(t.comps))
	for c := range t.comps {
		if !t.comps[c].style.reversible {
			ints[c] = jp2Round(floats[c])
		}
		s.comps[c].shift(ints[c])
		samples[c] = jp2Samples{t.comps[c].area, ints[c]}
	}
	return samples, nil
}

// checkColours refuses components that cannot be transformed together.
func (s *jp2Stream) checkColours(t *jp2Tile) error {
	for c := 1; c < 3; c++ {
		a, b := &t.comps[0], &t.comps[c]
		if a.area.width()*a.area.height() != b.area.width()*b.area.height() || a.style.reversible != b.style.reversible {
			return s.fail("a transform of components that differ in size or wavelet")
		}
	}
	return nil
}

// jp2DecodeBlocks decodes all code-blocks of a component into data, and tells
// whether their bit-planes fit. convert makes coefficients of the decoder's values.
func jp2DecodeBlocks[T int32 | float32](tc *jp2TileComp, data []T, convert func(v int32, step float32) T) bool {
	var coder jp2Coder
	stride := tc.area.width()
	for r := range tc.resolutions {
		res := &tc.resolutions[r]
		for i := range res.precincts {
			for b := range res.precincts[i].parts {
				band := &res.bands[b]
				blocks := res.precincts[i].parts[b].blocks
				for j := range blocks {
					k := &blocks[j]
					if k.segments == nil {
						continue
					}
					if k.planes+tc.style.roi > 30 {
						return false
					}
					coder.decode(k, band.orient, tc.style)
					coder.lower(tc.style.roi)
					at := (k.y0-band.area.y0+band.y)*stride + k.x0 - band.area.x0 + band.x
					for y := range coder.h {
						line := data[at+y*stride:][:coder.w]
						for x, v := range coder.values[y*coder.w:][:coder.w] {
							line[x] = convert(v, band.step)
						}
					}
				}
			}
		}
	}
	return true
}

// lower undoes the raising of a region of interest by n bits (annex H).
func (c *jp2Coder) lower(n int) {
	if n == 0 {
		return
	}
	for i, v := range c.values {
		switch {
		case n > 30:
			c.values[i] = 0
		case v >= 1<<n:
			c.values[i] = v >> n
		case -v >= 1<<n:
			c.values[i] = -(-v >> n)
		}
	}
}

// jp2Halve drops the binary place of a reversible coefficient.
func jp2Halve(v int32, _ float32) int32 { return v / 2 }

// jp2Scale gives an irreversible coefficient its size.
func jp2Scale(v int32, step float32) float32 { return float32(float32(v) * step) }

// jp2InverseRCT undoes the reversible transform of components (G.2).
func jp2InverseRCT(c0, c1, c2 []int32) {
	for i, y := range c0 {
		u, v := c1[i], c2[i]
		g := y - (u+v)>>2
		c0[i], c1[i], c2[i] = v+g, g, u+g
	}
}

// jp2InverseICT undoes the irreversible transform of components (G.3).
func jp2InverseICT(c0, c1, c2 []float32) {
	for i, y := range c0 {
		u, v := c1[i], c2[i]
		c0[i] = y + float32(v*1.402)
		c1[i] = y - float32(u*0.34413) - float32(v*0.71414)
		c2[i] = y + float32(u*1.772)
	}
}

// jp2Round rounds to integers, halves to even ones, within 31 bits.
func jp2Round(floats []float32) []int32 {
	out := make([]int32, len(floats))
	for i, v := range floats {
		if v > -1<<30 {
			out[i] = int32(math.RoundToEven(float64(min(v, 1<<30))))
		} else { // or not a number
			out[i] = -1 << 30
		}
	}
	return out
}

// shift adds half the range to unsigned samples and limits all to their depth.
func (c *jp2Component) shift(values []int32) {
	half := int64(1) << (c.depth - 1)
	low, high, offset := int64(0), 2*half-1, half
	if c.signed {
		low, high, offset = -half, half-1, 0
	}
	for i, v := range values {
		values[i] = int32(min(max(int64(v)+offset, low), high))
	}
}
