package image

// jp2SignContexts are the contexts and the flips of signs (table D.3) by the
// neighbours' signs: 3·(1+horizontal)+(1+vertical).
var jp2SignContexts = [9]jp2SignContext{
	{4, 1}, {3, 1}, {2, 1},
	{1, 1}, {0, 0}, {1, 0},
	{2, 0}, {3, 0}, {4, 0},
}

type jp2SignContext struct{ context, flip uint8 }

// below are the flags under index at in row y, which a causal stripe's last row
// does not see.
func (c *jp2Coder) below(at, y int) (left, mid, right uint8) {
	if c.causal && y&3 == 3 {
		return 0, 0, 0
	}
	s := c.flags[at+c.w+1:][:3]
	return s[0], s[1], s[2]
}

// zeroContext is the context of a coefficient's significance (table D.1); 0 tells
// that no neighbour is significant.
func (c *jp2Coder) zeroContext(at, y int) int {
	above := c.flags[at-c.w-3:][:3]
	belowLeft, belowMid, belowRight := c.below(at, y)
	h := int(c.flags[at-1]&1 + c.flags[at+1]&1)
	v := int(above[1]&1 + belowMid&1)
	d := int(above[0]&1 + above[2]&1 + belowLeft&1 + belowRight&1)
	switch c.orient {
	case 1: // HL: the table for LL and LH with the roles changed
		h, v = v, h
	case 3:
		return jp2DiagonalContext(h+v, d)
	}
	switch {
	case h == 2:
		return 8
	case h == 1 && v > 0:
		return 7
	case h == 1:
		return 5 + min(d, 1)
	case v > 0:
		return 2 + v
	}
	return min(d, 2)
}

// jp2DiagonalContext is the context of significance in HH.
func jp2DiagonalContext(straight, d int) int {
	switch {
	case d >= 3:
		return 8
	case d == 2:
		return 6 + min(straight, 1)
	case d == 1:
		return 3 + min(straight, 2)
	}
	return min(straight, 2)
}

// sign decodes the sign of the coefficient at index at in row y: 1 for negative.
func (c *jp2Coder) sign(at, y int) uint8 {
	_, below, _ := c.below(at, y)
	h := jp2SignSum(c.flags[at-1], c.flags[at+1])
	v := jp2SignSum(c.flags[at-c.w-2], below)
	s := jp2SignContexts[3*(1+h)+1+v]
	return c.mq.decode(jp2ContextSign+int(s.context)) ^ s.flip
}

// jp2SignSum is the sum of two neighbours' signs, limited to −1, 0 and 1.
func jp2SignSum(f, g uint8) int {
	sum := 0
	for _, x := range [2]uint8{f, g} {
		switch x & (jp2Significant | jp2Negative) {
		case jp2Significant:
			sum++
		case jp2Significant | jp2Negative:
			sum--
		}
	}
	return min(max(sum, -1), 1)
}
