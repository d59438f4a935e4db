package exact

import "math"

// Pow returns x^y with the special cases of IEEE 754.
func Pow(x, y float64) float64 {
	switch {
	case y == 0 || x == 1:
		return 1
	case x != x || y != y:
		return math.NaN()
	case math.IsInf(y, 0):
		return powInf(math.Abs(x), y)
	}
	odd := isOdd(y)
	if x == 0 || math.IsInf(x, 0) {
		return powZeroInf(x, y, odd)
	}
	sign := 1.0
	if x < 0 {
		if y != math.Floor(y) {
			return math.NaN()
		}
		if odd {
			sign = -1
		}
		x = -x
	}
	return float64(sign * powPositive(x, y))
}

// powPositive returns x^y = exp(y·log x) for finite x > 0.
func powPositive(x, y float64) float64 {
	if x == 1 {
		return 1
	}
	l := logDD(dd{x, 0})
	switch p := float64(l.hi * y); {
	case p > 710:
		return math.Inf(1)
	case p < -746:
		return 0
	case math.Abs(p) < 0x1p-60:
		// Too small to matter, and its low half could underflow.
		return 1
	}
	m, n := expDD(l.mul(dd{y, 0}))
	return math.Ldexp(m.round(), n)
}

// powInf returns a^±Inf for a ≥ 0.
func powInf(a, y float64) float64 {
	switch {
	case a == 1:
		return 1
	case (a > 1) == (y > 0):
		return math.Inf(1)
	}
	return 0
}

// powZeroInf returns x^y for x = ±0 or ±Inf and finite y ≠ 0; only odd powers keep the sign.
func powZeroInf(x, y float64, odd bool) float64 {
	r := 0.0
	if (x == 0) == (y < 0) {
		r = math.Inf(1)
	}
	if odd {
		return math.Copysign(r, x)
	}
	return r
}

// isOdd reports whether y is an odd integer.
func isOdd(y float64) bool {
	h := float64(y * 0.5) // exact for every integer
	return y == math.Floor(y) && h != math.Floor(h)
}

// Cbrt returns the cube root of x.
func Cbrt(x float64) float64 {
	if x != x || x == 0 || math.IsInf(x, 0) {
		return x
	}
	l := logDD(dd{math.Abs(x), 0}).div(dd{3, 0})
	m, n := expDD(l)
	return math.Copysign(math.Ldexp(m.round(), n), x)
}
