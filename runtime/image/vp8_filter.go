package image

// strength derives how a macroblock is filtered from its segment and from
// whether its 4×4 blocks were predicted one by one (RFC 6386 §15.2 to §15.4).
func (d *vp8Decoder) strength(segment int, split bool) vp8Strength {
	f := &d.filter
	level := f.level
	if level == 0 {
		return vp8Strength{}
	}
	if d.segments.used {
		level = d.segments.level[segment]
		if !d.segments.absolute {
			level += f.level
		}
	}
	if f.deltas {
		level += f.intra
		if split {
			level += f.split
		}
	}
	level = min(max(level, 0), 63)
	if level == 0 {
		return vp8Strength{}
	}
	interior := level
	if f.sharpness > 0 {
		interior >>= 1
		if f.sharpness > 4 {
			interior >>= 1
		}
		interior = min(interior, 9-f.sharpness)
	}
	interior = max(interior, 1)
	s := vp8Strength{interior: interior, limit: 2*level + interior}
	switch {
	case level >= 40:
		s.variance = 2
	case level >= 15:
		s.variance = 1
	}
	return s
}

// filterFrame smooths the edges of macroblocks and of their 4×4 blocks, in order:
// each macroblock reads what those before it wrote.
func (d *vp8Decoder) filterFrame() {
	for i, s := range d.strengths {
		if s.limit == 0 {
			continue
		}
		x, y := i%d.cols, i/d.cols
		vp8FilterBlock(&d.planes[0], x, y, 16, s, d.filter.simple)
		if !d.filter.simple {
			vp8FilterBlock(&d.planes[1], x, y, 8, s, false)
			vp8FilterBlock(&d.planes[2], x, y, 8, s, false)
		}
	}
}

// vp8FilterBlock filters the size×size block at column x of row y: its left edge,
// the vertical ones inside, its upper edge, the horizontal ones inside.
func vp8FilterBlock(p *vp8Plane, x, y, size int, s vp8Strength, simple bool) {
	at := p.at(x*size, y*size)
	for _, dir := range [2]struct {
		outer         bool
		across, along int
	}{{x > 0, 1, p.stride}, {y > 0, p.stride, 1}} {
		if dir.outer {
			vp8FilterEdge(p.pix, at, dir.across, dir.along, size, s.limit+4, s, simple, true)
		}
		for i := 4; s.inner && i < size; i += 4 {
			vp8FilterEdge(p.pix, at+i*dir.across, dir.across, dir.along, size, s.limit, s, simple, false)
		}
	}
}

// vp8FilterEdge filters size places of an edge. Samples on one line across it are
// across apart: p3 p2 p1 p0 | q0 q1 q2 q3, and at is q0 of the first line.
func vp8FilterEdge(pix []byte, at, across, along, size, limit int, s vp8Strength, simple, outer bool) {
	for range size {
		p1, p0 := int(pix[at-2*across]), int(pix[at-across])
		q0, q1 := int(pix[at]), int(pix[at+across])
		switch {
		case 4*vp8Abs(p0-q0)+vp8Abs(p1-q1) > 2*limit+1:
		case simple:
			vp8FilterTwo(pix, at, across, p1, p0, q0, q1)
		case !vp8Flat(pix, at, across, s.interior):
		case vp8Abs(p1-p0) > s.variance || vp8Abs(q1-q0) > s.variance:
			vp8FilterTwo(pix, at, across, p1, p0, q0, q1)
		case outer:
			vp8FilterSix(pix, at, across, p1, p0, q0, q1)
		default:
			vp8FilterFour(pix, at, across, p1, p0, q0, q1)
		}
		at += along
	}
}

// vp8Flat tells whether neighbours on each side differ by at most limit.
func vp8Flat(pix []byte, at, across, limit int) bool {
	for _, i := range [6]int{-4, -3, -2, 0, 1, 2} {
		if vp8Abs(int(pix[at+i*across])-int(pix[at+(i+1)*across])) > limit {
			return false
		}
	}
	return true
}

// vp8FilterTwo changes the two samples at the edge.
func vp8FilterTwo(pix []byte, at, across, p1, p0, q0, q1 int) {
	a := 3*(q0-p0) + vp8Signed(p1-q1)
	pix[at-across] = vp8Clamp(p0 + vp8Step(a+3))
	pix[at] = vp8Clamp(q0 - vp8Step(a+4))
}

// vp8FilterFour changes two samples on each side, at an edge inside a macroblock.
func vp8FilterFour(pix []byte, at, across, p1, p0, q0, q1 int) {
	a := 3 * (q0 - p0)
	near := vp8Step(a + 4)
	far := (near + 1) >> 1
	pix[at-2*across] = vp8Clamp(p1 + far)
	pix[at-across] = vp8Clamp(p0 + vp8Step(a+3))
	pix[at] = vp8Clamp(q0 - near)
	pix[at+across] = vp8Clamp(q1 - far)
}

// vp8FilterSix changes three samples on each side, at an edge of a macroblock.
func vp8FilterSix(pix []byte, at, across, p1, p0, q0, q1 int) {
	a := vp8Signed(3*(q0-p0) + vp8Signed(p1-q1))
	p2, q2 := int(pix[at-3*across]), int(pix[at+2*across])
	near, mid, far := (27*a+63)>>7, (18*a+63)>>7, (9*a+63)>>7
	pix[at-3*across] = vp8Clamp(p2 + far)
	pix[at-2*across] = vp8Clamp(p1 + mid)
	pix[at-across] = vp8Clamp(p0 + near)
	pix[at] = vp8Clamp(q0 - near)
	pix[at+across] = vp8Clamp(q1 - mid)
	pix[at+2*across] = vp8Clamp(q2 - far)
}

// vp8Signed limits v to a signed byte.
func vp8Signed(v int) int { return min(max(v, -128), 127) }

// vp8Step is an eighth of a limited difference.
func vp8Step(v int) int { return min(max(v>>3, -16), 15) }

func vp8Abs(v int) int { return max(v, -v) }
