package kernel

// Rotary turns pairs of the first 2·r elements of each head of x by the angles whose
// cosines and sines are given: element i goes with i + r, or, interleaved, 2i with
// 2i + 1. x and dst, which may be x, are [batch][heads][tokens][size], or if packed
// [batch][tokens][heads][size]. cos and sin have rows of r: token t of all uses row
// position[t], or row t where position is nil. It returns the first position that is
// no row, or -1.
//
//energeticc:shape batch heads size
func Rotary[T Float](dst, x, cos, sin []T, position []int64, batch, heads, tokens, size, r int, packed, interleaved bool) int {
	if r == 0 || heads == 0 || batch*tokens == 0 {
		copy(dst, x)
		return -1
	}
	rows := min(len(cos), len(sin)) / r
	headStep, tokenStep := tokens*size, size
	if packed {
		headStep, tokenStep = size, heads*size
	}
	for t := range batch * tokens {
		row := t
		if position != nil {
			if p := position[t]; p < 0 || p >= int64(rows) {
				return t
			}
			row = int(position[t])
		}
		c, s := cos[row*r:(row+1)*r], sin[row*r:(row+1)*r]
		b := t / tokens
		at := b*heads*tokens*size + (t-b*tokens)*tokenStep
		for range heads {
			if interleaved {
				rotateNeighbours(dst[at:at+size], x[at:at+size], c, s)
			} else {
				rotateHalves(dst[at:at+size], x[at:at+size], c, s)
			}
			at += headStep
		}
	}
	return -1
}

// rotateHalves turns elements i and i + len(c).
func rotateHalves[T Float](dst, x, c, s []T) {
	r := len(c)
	a, b, y, z := x[:r], x[r:][:r], dst[:r], dst[r:][:r]
	s = s[:r]
	for i, cos := range c {
		u, v, sin := a[i], b[i], s[i]
		y[i] = T(cos*u) - T(sin*v)
		z[i] = T(sin*u) + T(cos*v)
	}
	copy(dst[2*r:], x[2*r:])
}

// rotateNeighbours turns elements 2i and 2i + 1.
func rotateNeighbours[T Float](dst, x, c, s []T) {
	s = s[:len(c)]
	for i, cos := range c {
		u, v, sin := x[2*i], x[2*i+1], s[i]
		dst[2*i] = T(cos*u) - T(sin*v)
		dst[2*i+1] = T(sin*u) + T(cos*v)
	}
	copy(dst[2*len(c):], x[2*len(c):])
}
