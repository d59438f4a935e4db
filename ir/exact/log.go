package exact

import "math"

// split returns x = m·2ᵉ with m in [√½, √2), for finite x > 0.
func split(x float64) (m float64, e int) {
	m, e = math.Frexp(x)
	if m < math.Sqrt2/2 {
		return m + m, e - 1
	}
	return m, e
}

// log1pDD returns log(1 + f) for -0.3 < f < 0.42, as 2·atanh(f/(2+f)).
func log1pDD(f dd) dd {
	s := f.div(f.add(dd{2, 0}))
	return s.mul(series(s.mul(s), invOdd[:17], 6)).double()
}

// logDD returns log x for x > 0 whose halves are both normal or 0.
func logDD(x dd) dd {
	m, e := split(x.hi)
	f := dd{m, math.Ldexp(x.lo, -e)}.sub(ddOne)
	return ddLn2.mul(dd{float64(e), 0}).add(log1pDD(f))
}

// logOnePlus returns log(1 + f) for f > -1, accurate near 0.
func logOnePlus(f dd) dd {
	if f.hi > -0.29 && f.hi < 0.41 {
		return log1pDD(f)
	}
	return logDD(f.add(ddOne))
}

// logSpecial answers where a logarithm is not finite or x is not positive.
func logSpecial(x float64) (y float64, ok bool) {
	switch {
	case x != x || x > math.MaxFloat64:
		return x, true
	case x == 0:
		return math.Inf(-1), true
	case x < 0:
		return math.NaN(), true
	}
	return 0, false
}

// Log returns the natural logarithm of x.
func Log(x float64) float64 {
	if y, ok := logSpecial(x); ok {
		return y
	}
	return logDD(dd{x, 0}).round()
}

// Log2 returns the binary logarithm of x, exact for powers of two.
func Log2(x float64) float64 {
	if y, ok := logSpecial(x); ok {
		return y
	}
	m, e := split(x)
	frac := log1pDD(dd{m, 0}.sub(ddOne)).div(ddLn2)
	return dd{float64(e), 0}.add(frac).round()
}

// Log10 returns the decimal logarithm of x.
func Log10(x float64) float64 {
	if y, ok := logSpecial(x); ok {
		return y
	}
	return logDD(dd{x, 0}).div(ddLn10).round()
}

// Log1p returns log(1 + x).
func Log1p(x float64) float64 {
	if math.Abs(x) < 0x1p-54 {
		return x // -0 too
	}
	if y, ok := logSpecial(1 + x); ok {
		return y
	}
	return logOnePlus(dd{x, 0}).round()
}

// Asinh returns the inverse hyperbolic sine of x.
func Asinh(x float64) float64 {
	a := math.Abs(x)
	switch {
	case x != x || a < 0x1p-27 || math.IsInf(x, 0):
		return x
	case a > 0x1p30:
		// log(2a); what is left out is below a⁻².
		return math.Copysign(logDD(dd{a, 0}).add(ddLn2).round(), x)
	}
	// log(a + √(a²+1)) = log1p(a + a²/(1+√(a²+1)))
	sq := twoProd(a, a)
	f := sq.div(sq.add(ddOne).sqrt().add(ddOne)).add(dd{a, 0})
	return math.Copysign(logOnePlus(f).round(), x)
}

// Acosh returns the inverse hyperbolic cosine of x, NaN below 1.
func Acosh(x float64) float64 {
	switch {
	case x != x || math.IsInf(x, 1):
		return x
	case x < 1:
		return math.NaN()
	case x > 0x1p30:
		return logDD(dd{x, 0}).add(ddLn2).round()
	}
	t := dd{x, 0}.sub(ddOne)
	f := t.mul(t.add(dd{2, 0})).sqrt().add(t)
	return logOnePlus(f).round()
}

// Atanh returns the inverse hyperbolic tangent of x, NaN outside [-1, 1].
func Atanh(x float64) float64 {
	a := math.Abs(x)
	switch {
	case x != x || a < 0x1p-27:
		return x
	case a > 1:
		return math.NaN()
	case a == 1:
		return math.Copysign(math.Inf(1), x)
	}
	f := dd{a + a, 0}.div(ddOne.sub(dd{a, 0}))
	return math.Copysign(logOnePlus(f).half().round(), x)
}
