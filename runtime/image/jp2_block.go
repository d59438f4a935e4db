package image

// Code-block styles, bits of a coding style (ISO 15444-1 table A.19).
const (
	jp2StyleBypass   = 1 << iota // raw bits in later passes
	jp2StyleReset                // contexts start anew after each pass
	jp2StyleTermAll              // every pass is a segment
	jp2StyleCausal               // stripes do not look at the one below
	jp2StylePredTerm             // predictable ends, which nothing here needs
	jp2StyleSymbols              // four known bits after each clean-up pass
	jp2StyleHT                   // the high-throughput coder of part 15
)

// Flags of a coefficient while its code-block is decoded.
const (
	jp2Significant = 1 << iota
	jp2Negative
	jp2Visited // by this bit-plane's significance pass
	jp2Refined
)

// jp2Coder decodes code-blocks, annex D.
type jp2Coder struct {
	mq     jp2MQ
	w, h   int
	orient int // of the sub-band: 0 LL, 1 HL, 2 LH, 3 HH
	causal bool
	flags  []uint8 // (w+2)×(h+2), a border around
	values []int32 // w×h, with a binary place behind the point
}

// decode decodes block b, whose magnitudes have at most planes + roi bit-planes.
// The coefficients are in c.values.
func (c *jp2Coder) decode(b *jp2Block, orient int, style *jp2CompStyle) {
	c.w, c.h = b.x1-b.x0, b.y1-b.y0
	c.orient = orient
	c.causal = style.blockStyle&jp2StyleCausal != 0
	c.flags = jp2Cleared(c.flags, (c.w+2)*(c.h+2))
	c.values = jp2Cleared(c.values, c.w*c.h)
	c.mq.reset()
	plane, pass := b.planes+style.roi, 2
	data := b.data
	for _, s := range b.segments {
		bypass := style.blockStyle&jp2StyleBypass != 0 && pass < 2 && plane <= b.planes-4
		if bypass {
			c.mq.startRaw(data[:s.size])
		} else {
			c.mq.start(data[:s.size])
		}
		data = data[s.size:]
		for range s.passes {
			if plane < 1 {
				return
			}
			c.pass(pass, plane, bypass, style.blockStyle)
			if pass++; pass == 3 {
				pass = 0
				plane--
			}
		}
	}
}

// pass decodes one of the three passes over a bit-plane.
func (c *jp2Coder) pass(pass, plane int, bypass bool, style int) {
	switch pass {
	case 0:
		c.significance(plane, bypass)
	case 1:
		c.refinement(plane, bypass)
	case 2:
		c.cleanup(plane)
		for i := 0; i < 4 && style&jp2StyleSymbols != 0; i++ {
			c.mq.decode(jp2ContextUniform)
		}
	}
	if style&jp2StyleReset != 0 && !bypass {
		c.mq.reset()
	}
}

// jp2Cleared is s with n zeros, grown where it is too short.
func jp2Cleared[T uint8 | int32](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	s = s[:n]
	clear(s)
	return s
}

// significance tells which insignificant coefficients beside significant ones
// become so. Like all passes it goes through stripes of four rows, column by column.
func (c *jp2Coder) significance(plane int, raw bool) {
	stride := c.w + 2
	for top := 0; top < c.h; top += 4 {
		for x := range c.w {
			for y := top; y < min(top+4, c.h); y++ {
				at := (y+1)*stride + x + 1
				if c.flags[at]&jp2Significant != 0 {
					continue
				}
				context := c.zeroContext(at, y)
				if context == 0 {
					continue
				}
				c.flags[at] |= jp2Visited
				switch {
				case !raw:
					if c.mq.decode(jp2ContextZero+context) != 0 {
						c.become(at, x, y, plane, c.sign(at, y))
					}
				case c.mq.raw() != 0:
					c.become(at, x, y, plane, c.mq.raw())
				}
			}
		}
	}
}

// refinement adds a bit to coefficients that were significant before this bit-plane.
func (c *jp2Coder) refinement(plane int, raw bool) {
	stride := c.w + 2
	half := int32(1) << plane >> 1
	for top := 0; top < c.h; top += 4 {
		for x := range c.w {
			for y := top; y < min(top+4, c.h); y++ {
				at := (y+1)*stride + x + 1
				f := c.flags[at]
				if f&(jp2Significant|jp2Visited) != jp2Significant {
					continue
				}
				var bit uint8
				switch {
				case raw:
					bit = c.mq.raw()
				case f&jp2Refined != 0:
					bit = c.mq.decode(jp2ContextMagnitude + 2)
				case c.zeroContext(at, y) != 0:
					bit = c.mq.decode(jp2ContextMagnitude + 1)
				default:
					bit = c.mq.decode(jp2ContextMagnitude)
				}
				v := &c.values[y*c.w+x]
				if (bit != 0) == (*v < 0) {
					*v -= half
				} else {
					*v += half
				}
				c.flags[at] |= jp2Refined
			}
		}
	}
}

// cleanup codes what the other passes left. Four coefficients without any
// significant neighbour share a symbol.
func (c *jp2Coder) cleanup(plane int) {
	stride := c.w + 2
	for top := 0; top < c.h; top += 4 {
		for x := range c.w {
			y, known := top, false // known: that the coefficient becomes significant
			if c.quiet(x, top) {
				if c.mq.decode(jp2ContextRun) == 0 {
					continue
				}
				y += int(c.mq.decode(jp2ContextUniform)) << 1
				y += int(c.mq.decode(jp2ContextUniform))
				known = true
			}
			for ; y < min(top+4, c.h); y++ {
				at := (y+1)*stride + x + 1
				if c.flags[at]&(jp2Significant|jp2Visited) != 0 {
					continue
				}
				if known || c.mq.decode(jp2ContextZero+c.zeroContext(at, y)) != 0 {
					c.become(at, x, y, plane, c.sign(at, y))
				}
				known = false
			}
		}
	}
	for i := range c.flags {
		c.flags[i] &^= jp2Visited
	}
}

// quiet tells whether the four coefficients of the stripe from row top on in
// column x, and all their neighbours, are insignificant.
func (c *jp2Coder) quiet(x, top int) bool {
	if top+4 > c.h {
		return false
	}
	at := (top+1)*(c.w+2) + x + 1
	for y := top; y < top+4; y++ {
		if c.flags[at]&(jp2Significant|jp2Visited) != 0 || c.zeroContext(at, y) != 0 {
			return false
		}
		at += c.w + 2
	}
	return true
}

// become makes a coefficient significant: its magnitude is known to lie between
// one and two in units of the bit-plane, so that one and a half stands for it.
func (c *jp2Coder) become(at, x, y, plane int, negative uint8) {
	v := int32(1)<<plane | int32(1)<<plane>>1
	c.flags[at] |= jp2Significant
	if negative != 0 {
		v = -v
		c.flags[at] |= jp2Negative
	}
	c.values[y*c.w+x] = v
}
