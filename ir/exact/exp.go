package exact

import "math"

const (
	log2E = 0x1.71547652b82fep+0
	// Beyond these exp is +Inf and 0 in float64.
	maxExp = 0x1.62e42fefa39efp+9
	minExp = -0x1.74910d52d3052p+9
)

// expDD returns e^x as m·2ⁿ with m in [0.7, 1.42], for |x| < 2000.
func expDD(x dd) (m dd, n int) {
	k := math.RoundToEven(float64(x.hi * log2E))
	r := x.sub(ddLn2.mul(dd{k, 0}))
	return series(r, expCoef, 8), int(k)
}

// expm1DD returns e^x - 1 for |x| < 40, without cancellation near 0.
func expm1DD(x dd) dd {
	if math.Abs(x.hi) < 0.35 {
		return x.mul(series(x, expm1Coef, 8))
	}
	m, n := expDD(x)
	return scale(m, n).sub(ddOne)
}

// scale returns x·2ⁿ for results in the normal range.
func scale(x dd, n int) dd {
	f := math.Ldexp(1, n)
	return dd{float64(x.hi * f), float64(x.lo * f)}
}

// Exp returns e^x.
func Exp(x float64) float64 {
	switch {
	case x != x:
		return x
	case x > maxExp:
		return math.Inf(1)
	case x < minExp:
		return 0
	}
	m, n := expDD(dd{x, 0})
	return math.Ldexp(m.round(), n)
}

// Expm1 returns e^x - 1.
func Expm1(x float64) float64 {
	switch {
	case x != x || math.Abs(x) < 0x1p-54:
		return x // -0 too
	case x > 40:
		// The 1 is below half a unit in the last place.
		return Exp(x)
	case x < -40:
		return -1
	}
	return expm1DD(dd{x, 0}).round()
}

// Sinh returns the hyperbolic sine of x.
func Sinh(x float64) float64 {
	a := math.Abs(x)
	switch {
	case x != x || a < 0x1p-27 || math.IsInf(x, 0):
		return x
	case a > 20:
		return math.Copysign(halfExp(a), x)
	}
	// With e = exp(a)-1: sinh a = (e + e/(e+1)) / 2.
	e := expm1DD(dd{a, 0})
	return math.Copysign(e.add(e.div(e.add(ddOne))).half().round(), x)
}

// Cosh returns the hyperbolic cosine of x.
func Cosh(x float64) float64 {
	a := math.Abs(x)
	switch {
	case x != x || math.IsInf(x, 0):
		return a
	case a > 20:
		return halfExp(a)
	}
	m, n := expDD(dd{a, 0})
	e := scale(m, n)
	return e.add(ddOne.div(e)).half().round()
}

// halfExp returns e^a / 2 for a > 20 without overflow of e^a itself.
func halfExp(a float64) float64 {
	if a > 711 {
		return math.Inf(1)
	}
	m, n := expDD(dd{a, 0})
	return math.Ldexp(m.round(), n-1)
}

// Tanh returns the hyperbolic tangent of x.
func Tanh(x float64) float64 {
	a := math.Abs(x)
	switch {
	case x != x || a < 0x1p-27:
		return x
	case a > 20:
		return math.Copysign(1, x)
	}
	e := expm1DD(dd{a + a, 0})
	return math.Copysign(e.div(e.add(dd{2, 0})).round(), x)
}

// Erf returns the error function of x, by Kummer's series
// erf x = 2/√π · exp(-x²) · Σ 2ⁱx²ⁱ⁺¹/(1·3·…·(2i+1)), whose terms are all of one sign.
func Erf(x float64) float64 {
	a := math.Abs(x)
	switch {
	case x != x || a == 0:
		return x
	case a > 6:
		return math.Copysign(1, x)
	case a < 0x1p-27:
		// Scaled, so that the low half of the product does not underflow.
		return math.Ldexp(dd2SqrtPi.mul(dd{math.Ldexp(x, 64), 0}).round(), -64)
	}
	square := twoProd(a, a)
	twice := square.double()
	term, sum := dd{a, 0}, dd{a, 0}
	odd := 3.0
	// Terms below 2⁻²⁶ of the sum need no low half.
	for ; term.hi > float64(sum.hi*0x1p-26); odd += 2 {
		term = term.mul(twice).div(dd{odd, 0})
		sum = sum.add(term)
	}
	tail := 0.0
	for t := term.hi; t > float64(sum.hi*0x1p-80); odd += 2 {
		t = float64(t*twice.hi) / odd
		tail += t
	}
	m, n := expDD(square.neg())
	e := scale(m, n)
	return math.Copysign(sum.add(dd{tail, 0}).mul(e).mul(dd2SqrtPi).round(), x)
}
