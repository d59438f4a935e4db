package image

// Types of blocks, which choose the probabilities of tokens.
const (
	vp8LumaAfterDC = iota // without the first coefficient, which luma2 holds
	vp8Luma2              // the first coefficients of the 16 luma blocks
	vp8Chroma
	vp8Luma
)

// vp8Zigzag is the place in its 4×4 block of each coefficient, in coding order.
var vp8Zigzag = [16]uint8{0, 1, 4, 8, 5, 2, 3, 6, 9, 12, 13, 10, 7, 11, 14, 15}

// vp8Bands groups coefficients by their place in coding order.
var vp8Bands = [16]uint8{0, 1, 2, 3, 6, 4, 5, 6, 6, 6, 6, 6, 6, 6, 6, 7}

// vp8ExtraProbs are the probabilities of the extra bits of the tokens for
// magnitudes from 11, 19, 35 and 67 on; a zero ends each.
var vp8ExtraProbs = [4][12]uint8{
	{173, 148, 140},
	{176, 155, 140, 135},
	{180, 157, 141, 134, 130},
	{254, 254, 243, 230, 196, 177, 153, 140, 133, 130, 129},
}

// skipResiduals notes that the macroblock has no coefficients. One of 4×4 modes
// has no luma2 block and leaves its neighbours the context of the last that had.
func (d *vp8Decoder) skipResiduals(above *vp8Context) {
	for _, c := range [2]*vp8Context{above, &d.left} {
		c.luma, c.chroma = [4]uint8{}, [2][2]uint8{}
		if !d.block.split {
			c.luma2 = 0
		}
	}
	d.block.coded = [24]bool{}
}

// readResiduals reads the macroblock's coefficients and tells whether one is not zero.
func (d *vp8Decoder) readResiduals(r *vp8Bools, above *vp8Context) bool {
	b, left := &d.block, &d.left
	steps := &d.steps[b.segment]
	b.coeffs = [24][16]int16{}
	kind, first := vp8Luma, 0
	if !b.split {
		var dc [16]int16
		n := d.readCoefficients(r, vp8Luma2, above.luma2+left.luma2, &steps.luma2, 0, &dc)
		above.luma2 = vp8Present(n, 0)
		left.luma2 = above.luma2
		vp8InverseWHT(&dc, &b.coeffs)
		kind, first = vp8LumaAfterDC, 1
	}
	present := false
	read := func(i, kind, first int, steps *[2]int, above, left *uint8) {
		n := d.readCoefficients(r, kind, *above+*left, steps, first, &b.coeffs[i])
		*above = vp8Present(n, first)
		*left = *above
		b.coded[i] = n > 1 || b.coeffs[i][0] != 0
		present = present || b.coded[i]
	}
	for i := range 16 {
		read(i, kind, first, &steps.luma, &above.luma[i%4], &left.luma[i/4])
	}
	for i := range 8 {
		c := i / 4
		read(16+i, vp8Chroma, 0, &steps.chroma, &above.chroma[c][i%2], &left.chroma[c][i/2%2])
	}
	return present
}

// vp8Present is 1 where coefficients beyond the first were coded.
func vp8Present(n, first int) uint8 {
	if n > first {
		return 1
	}
	return 0
}

// readCoefficients reads one block from coefficient n on into out, scaled, and
// returns one more than the place of the last (§13).
func (d *vp8Decoder) readCoefficients(r *vp8Bools, kind int, context uint8, steps *[2]int, n int, out *[16]int16) int {
	probs := &d.tokenProbs[kind]
	p := &probs[vp8Bands[n]][context]
	for n < 16 {
		if !r.bit(p[0]) {
			return n // the end of the block
		}
		for !r.bit(p[1]) { // zeros, after which no end can follow
			n++
			if n == 16 {
				return 16
			}
			p = &probs[vp8Bands[n]][0]
		}
		v, next := 1, 1
		if r.bit(p[2]) {
			v, next = vp8ReadMagnitude(r, p), 2
		}
		if r.flag() {
			v = -v
		}
		out[vp8Zigzag[n]] = int16(v * steps[min(n, 1)])
		n++
		if n < 16 {
			p = &probs[vp8Bands[n]][next]
		}
	}
	return 16
}

// vp8ReadMagnitude reads the rest of a token of magnitude 2 or more, §13.2.
func vp8ReadMagnitude(r *vp8Bools, p *[11]uint8) int {
	if !r.bit(p[3]) {
		if !r.bit(p[4]) {
			return 2
		}
		return 3 + r.one(p[5])
	}
	if !r.bit(p[6]) {
		if !r.bit(p[7]) {
			return 5 + r.one(159)
		}
		return 7 + 2*r.one(165) + r.one(145)
	}
	high := r.one(p[8])
	category := 2*high + r.one(p[9+high])
	extra := 0
	for _, prob := range vp8ExtraProbs[category] {
		if prob == 0 {
			break
		}
		extra = extra<<1 | r.one(prob)
	}
	return 3 + 8<<category + extra
}
