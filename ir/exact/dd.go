package exact

import "math"

// dd is the unevaluated sum hi + lo, |lo| ≤ ulp(hi)/2: about 106 bits.
type dd struct{ hi, lo float64 }

// Constants to 106 bits.
var (
	ddOne  = dd{1, 0}
	ddLn2  = dd{0x1.62e42fefa39efp-1, 0x1.abc9e3b39803fp-56}
	ddLn10 = dd{0x1.26bb1bbb55516p+1, -0x1.f48ad494ea3e9p-53}
	ddPi   = dd{0x1.921fb54442d18p+1, 0x1.1a62633145c07p-53}
	// dd2SqrtPi is 2/√π.
	dd2SqrtPi = dd{0x1.20dd750429b6dp+0, 0x1.1ae3a914fed80p-56}
)

// twoSum returns a + b without error.
func twoSum(a, b float64) dd {
	s := a + b
	t := s - a
	return dd{s, (a - (s - t)) + (b - t)}
}

// fastTwoSum returns a + b without error where |a| ≥ |b| or a is 0.
func fastTwoSum(a, b float64) dd {
	s := a + b
	return dd{s, b - (s - a)}
}

// twoProd returns a·b without error, underflow apart. math.FMA rounds once
// by definition, whether the platform has the instruction or not.
func twoProd(a, b float64) dd {
	p := float64(a * b)
	return dd{p, math.FMA(a, b, -p)}
}

func (x dd) add(y dd) dd {
	s, t := twoSum(x.hi, y.hi), twoSum(x.lo, y.lo)
	s = fastTwoSum(s.hi, s.lo+t.hi)
	return fastTwoSum(s.hi, s.lo+t.lo)
}

func (x dd) neg() dd { return dd{-x.hi, -x.lo} }

func (x dd) sub(y dd) dd { return x.add(y.neg()) }

func (x dd) mul(y dd) dd {
	p := twoProd(x.hi, y.hi)
	cross := float64(x.hi*y.lo) + float64(x.lo*y.hi)
	return fastTwoSum(p.hi, p.lo+cross)
}

func (x dd) div(y dd) dd {
	q := x.hi / y.hi
	r := x.sub(y.mul(dd{q, 0}))
	q2 := r.hi / y.hi
	r = r.sub(y.mul(dd{q2, 0}))
	return fastTwoSum(q, q2).add(dd{r.hi / y.hi, 0})
}

// half returns x/2, exact above the subnormals.
func (x dd) half() dd { return dd{float64(x.hi * 0.5), float64(x.lo * 0.5)} }

// double returns 2x.
func (x dd) double() dd { return dd{x.hi + x.hi, x.lo + x.lo} }

// sqrt returns √x for x ≥ 0.
func (x dd) sqrt() dd {
	s := math.Sqrt(x.hi)
	if s == 0 {
		return dd{}
	}
	r := x.sub(twoProd(s, s))
	return fastTwoSum(s, r.hi/(s+s))
}

// round returns the nearest float64.
func (x dd) round() float64 { return x.hi + x.lo }

// series returns Σ c[i]·xⁱ. The first head terms are summed in double-double;
// the rest, which must be below 2⁻²⁶ of the sum, in float64.
func series(x dd, c []dd, head int) dd {
	tail := 0.0
	for i := len(c) - 1; i >= head; i-- {
		tail = float64(tail*x.hi) + c[i].hi
	}
	sum := dd{tail, 0}
	for i := head - 1; i >= 0; i-- {
		sum = sum.mul(x).add(c[i])
	}
	return sum
}

// Taylor coefficients, made by exact-to-106-bit division when the program starts.
var (
	invFactorial = makeInvFactorial() // 1/i!
	sinCoef      = everySecond(1)     // 1/(2i+1)!
	cosCoef      = everySecond(0)     // 1/(2i)!
	invOdd       = makeInvOdd()       // 1/(2i+1)
	expm1Coef    = invFactorial[1:20] // 1/(i+1)!
	expCoef      = invFactorial[0:19] // 1/i!
)

func makeInvFactorial() []dd {
	c := []dd{ddOne}
	for i := 1; i <= 28; i++ {
		c = append(c, c[i-1].div(dd{float64(i), 0}))
	}
	return c
}

func everySecond(first int) []dd {
	var c []dd
	for i := first; i < len(invFactorial); i += 2 {
		c = append(c, invFactorial[i])
	}
	return c
}

func makeInvOdd() []dd {
	var c []dd
	for i := range 20 {
		c = append(c, ddOne.div(dd{float64(2*i + 1), 0}))
	}
	return c
}
