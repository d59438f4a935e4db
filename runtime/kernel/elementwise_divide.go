package kernel

import "math"

// DivIntRow computes a / b of integers, cut towards zero; no b may be 0. One of a and b may be a single element that stands for all; dst may be the other.
func DivIntRow[T Integer](dst []T, a, b []T) {
	switch {
	case len(a) != len(dst):
		x := a[0]
		for i, y := range b[:len(dst)] {
			dst[i] = x / y
		}
	case len(b) != len(dst):
		y := b[0]
		for i, x := range a[:len(dst)] {
			dst[i] = x / y
		}
	default:
		b = b[:len(dst)]
		for i, x := range a[:len(dst)] {
			y := b[i]
			dst[i] = x / y
		}
	}
}

// RemIntRow computes the remainder of a / b with the sign of a; no b may be 0. One of a and b may be a single element that stands for all; dst may be the other.
func RemIntRow[T Integer](dst []T, a, b []T) {
	switch {
	case len(a) != len(dst):
		x := a[0]
		for i, y := range b[:len(dst)] {
			dst[i] = x % y
		}
	case len(b) != len(dst):
		y := b[0]
		for i, x := range a[:len(dst)] {
			dst[i] = x % y
		}
	default:
		b = b[:len(dst)]
		for i, x := range a[:len(dst)] {
			y := b[i]
			dst[i] = x % y
		}
	}
}

// ModIntRow computes the remainder of a / b with the sign of b; no b may be 0. One of a and b may be a single element that stands for all; dst may be the other.
func ModIntRow[T Integer](dst []T, a, b []T) {
	switch {
	case len(a) != len(dst):
		x := a[0]
		for i, y := range b[:len(dst)] {
			dst[i] = floorRem(x, y)
		}
	case len(b) != len(dst):
		y := b[0]
		for i, x := range a[:len(dst)] {
			dst[i] = floorRem(x, y)
		}
	default:
		b = b[:len(dst)]
		for i, x := range a[:len(dst)] {
			y := b[i]
			dst[i] = floorRem(x, y)
		}
	}
}

func floorRem[T Integer](x, y T) T {
	m := x % y
	if m != 0 && (m < 0) != (y < 0) {
		m += y
	}
	return m
}

// RemRow computes the remainder of a / b with the sign of a, exactly. One of a and b may be a single element that stands for all; dst may be the other.
func RemRow[T Float](dst []T, a, b []T) {
	switch {
	case len(a) != len(dst):
		x := a[0]
		for i, y := range b[:len(dst)] {
			dst[i] = T(fmod(float64(x), float64(y)))
		}
	case len(b) != len(dst):
		y := b[0]
		for i, x := range a[:len(dst)] {
			dst[i] = T(fmod(float64(x), float64(y)))
		}
	default:
		b = b[:len(dst)]
		for i, x := range a[:len(dst)] {
			y := b[i]
			dst[i] = T(fmod(float64(x), float64(y)))
		}
	}
}

// ModRow computes the remainder of a / b with the sign of b. One of a and b may be a single element that stands for all; dst may be the other.
func ModRow[T Float](dst []T, a, b []T) {
	switch {
	case len(a) != len(dst):
		x := a[0]
		for i, y := range b[:len(dst)] {
			dst[i] = T(floorMod(float64(x), float64(y)))
		}
	case len(b) != len(dst):
		y := b[0]
		for i, x := range a[:len(dst)] {
			dst[i] = T(floorMod(float64(x), float64(y)))
		}
	default:
		b = b[:len(dst)]
		for i, x := range a[:len(dst)] {
			y := b[i]
			dst[i] = T(floorMod(float64(x), float64(y)))
		}
	}
}

func floorMod(x, y float64) float64 {
	m := fmod(x, y)
	switch {
	case m == 0:
		m = math.Copysign(m, y)
	case (m < 0) != (y < 0):
		m += y
	}
	return m
}

// fmod is x - y·trunc(x/y) without rounding.
func fmod(x, y float64) float64 {
	const infinite = 0x7ff << 52
	bx, by := math.Float64bits(x)&^(1<<63), math.Float64bits(y)&^(1<<63)
	switch {
	case bx >= infinite || by > infinite || by == 0:
		return math.NaN()
	case bx < by:
		return x
	}
	mx, ex := significand(bx)
	my, ey := significand(by)
	r := mx % my
	for n := ex - ey; n > 0; n -= 11 { // 53 bits and 11 more fill the word
		r = r << min(n, 11) % my
	}
	// r·2^(ey-1075) in two steps, as that power may be subnormal; each product is exact.
	unit := math.Float64frombits(1)
	if ey > 1 {
		unit = math.Float64frombits(uint64(ey-1)<<52) * 0x1p-51
	}
	return math.Copysign(float64(r)*unit, x)
}

// significand splits a finite number without sign, in bits, into m·2^(e-1075).
func significand(b uint64) (m uint64, e int) {
	m, e = b&(1<<52-1), int(b>>52)
	if e == 0 {
		return m, 1
	}
	return m | 1<<52, e
}
