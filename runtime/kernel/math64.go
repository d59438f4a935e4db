package kernel

import "math"

// The float64 functions are plain float64 with a correction where a reduction
// loses bits: within 2 ulp, pow64 far from 1 and the compositions apart.

const (
	ln2Hi = 0x1.62e42feep-1 // 31 bits: k·ln2Hi is exact for |k| < 2²²
	ln2Lo = 0x1.a39ef35793c76p-33
)

// horner returns Σ c[i]·xⁱ.
func horner(x float64, c []float64) float64 {
	sum := 0.0
	for i := len(c) - 1; i >= 0; i-- {
		sum = float64(sum*x) + c[i]
	}
	return sum
}

// recipFactorial is 1/(i+2)!.
var recipFactorial = [...]float64{
	1.0 / 2, 1.0 / 6, 1.0 / 24, 1.0 / 120, 1.0 / 720, 1.0 / 5040, 1.0 / 40320, 1.0 / 362880, 1.0 / 3628800,
	1.0 / 39916800, 1.0 / 479001600, 1.0 / 6227020800, 1.0 / 87178291200, 1.0 / 1307674368000,
	1.0 / 20922789888000, 1.0 / 355687428096000, 1.0 / 6402373705728000, 1.0 / 121645100408832000,
}

// expSum returns e^(x+lo) for |lo| ≤ ulp(x).
func expSum(x, lo float64) float64 {
	if x != x {
		return x
	}
	if x > 710 {
		return math.Inf(1)
	}
	if x < -746 {
		return 0
	}
	k := float64(x*log2E) + roundShift
	n := int32(math.Float64bits(k))
	k -= roundShift
	hi := x - float64(k*ln2Hi)
	t := lo - float64(k*ln2Lo)
	r := hi + t
	lost := (hi - r) + t
	q := float64(float64(r*r) * horner(r, recipFactorial[:12]))
	return scale2(1+(r+(q+lost)), n)
}

// scale2 returns x·2ⁿ for x near 1 and |n| < 1100, rounding once more below the normal range.
func scale2(x float64, n int32) float64 {
	h := n >> 1
	a := math.Float64frombits(uint64(1023+h) << 52)
	b := math.Float64frombits(uint64(1023+n-h) << 52)
	return float64(float64(x*a) * b)
}

func exp64(x float64) float64 { return expSum(x, 0) }

// expm164 returns e^x - 1.
func expm164(x float64) float64 {
	if x < 1 && x > -1 {
		return x + float64(float64(x*x)*horner(x, recipFactorial[:]))
	}
	return exp64(x) - 1
}

// oddTerms is 1/(2i+3): the series of 2·atanh s after its first term.
var oddTerms = [...]float64{1.0 / 3, 1.0 / 5, 1.0 / 7, 1.0 / 9, 1.0 / 11, 1.0 / 13, 1.0 / 15, 1.0 / 17, 1.0 / 19, 1.0 / 21}

// log64 returns the natural logarithm of x.
func log64(x float64) float64 {
	if !(x > 0 && x <= math.MaxFloat64) {
		if x == 0 {
			return math.Inf(-1)
		}
		if x < 0 {
			return math.NaN()
		}
		return x
	}
	hi, lo := logSum(x)
	return hi + lo
}

// logSum returns log x as hi + lo, to about 2⁻⁶⁰, for finite x > 0.
func logSum(x float64) (hi, lo float64) {
	const sqrtHalf = 0x3fe6a09e667f3bcd
	bias := int64(0)
	if x < 0x1p-1022 {
		x = float64(x * 0x1p54)
		bias = 54
	}
	b := math.Float64bits(x)
	e := int64(b-sqrtHalf) >> 52
	m := math.Float64frombits(b - uint64(e)<<52)
	k := float64(e - bias)
	// s + sLo = f/(2+f), with d + dLo = 2 + f.
	f := m - 1
	d := 2 + f
	dLo := f - (d - 2)
	s := f / d
	p, pLo := mulErr(s, d)
	sLo := (((f - p) - pLo) - float64(s*dLo)) / d
	z := float64(s * s)
	s, sLo = s+s, sLo+sLo
	tail := sLo + float64(float64(s*z)*horner(z, oddTerms[:]))
	// k·ln2Hi is exact and above s, or 0.
	a := float64(k * ln2Hi)
	hi = a + s
	if k == 0 {
		lo = tail
	} else {
		lo = (s - (hi - a)) + (tail + float64(k*ln2Lo))
	}
	sum := hi + lo
	return sum, lo - (sum - hi)
}

// mulErr returns a·b as p + e without error, for factors of moderate size.
func mulErr(a, b float64) (p, e float64) {
	const half = 1<<27 + 1
	t := float64(a * half)
	aHi := t - (t - a)
	aLo := a - aHi
	t = float64(b * half)
	bHi := t - (t - b)
	bLo := b - bHi
	p = float64(a * b)
	e = ((float64(aHi*bHi) - p) + float64(aHi*bLo) + float64(aLo*bHi)) + float64(aLo*bLo)
	return p, e
}

// log1p64 returns log(1 + x).
func log1p64(x float64) float64 {
	if x > -0.25 && x < 0.25 {
		s := x / (2 + x)
		z := float64(s * s)
		s += s
		return s + float64(float64(s*z)*horner(z, oddTerms[:]))
	}
	u := 1 + x
	if !(u > 0 && u <= math.MaxFloat64) {
		return log64(u)
	}
	return log64(u) + (x-(u-1))/u
}

// pow64 returns x^y with the special cases of IEEE 754.
func pow64(x, y float64) float64 {
	if y == 0 || x == 1 {
		return 1
	}
	if y == 2 {
		return float64(x * x)
	}
	if x != x || y != y {
		return math.NaN()
	}
	whole := y == math.Floor(y)
	half := float64(y * 0.5)
	odd := whole && half != math.Floor(half)
	a := math.Abs(x)
	var r float64
	if a == 0 || a > math.MaxFloat64 || y-y != 0 {
		// Only 0, 1 and Inf remain, by whether the base and the exponent point the same way.
		if a == 1 {
			r = 1
		} else if (a > 1) == (y > 0) {
			r = math.Inf(1)
		}
	} else {
		if x < 0 && !whole {
			return math.NaN()
		}
		r = powFinite(a, y)
	}
	if odd {
		return math.Copysign(r, x)
	}
	return r
}

// powFinite returns a^y for finite a > 0 and finite y.
func powFinite(a, y float64) float64 {
	hi, lo := logSum(a)
	p := float64(hi * y)
	if !(p < 720 && p > -760) || p < 0x1p-60 && p > -0x1p-60 {
		return exp64(p)
	}
	// Scaled towards 1, so that the split of a large y does not overflow.
	if y > 0x1p500 || y < -0x1p500 {
		y = float64(y * 0x1p-600)
		hi, lo = float64(hi*0x1p600), float64(lo*0x1p600)
	}
	p, e := mulErr(hi, y)
	return expSum(p, e+float64(lo*y))
}

// erfSmall is the Taylor series of erf(x)/x in x².
var erfSmall = [...]float64{
	0x1.20dd750429b6dp+0, -0x1.812746b0379e7p-2, 0x1.ce2f21a042be2p-4, -0x1.b82ce31288b51p-6,
	0x1.565bcd0e6a53fp-8, -0x1.c02db40040b86p-11, 0x1.f9a326f9b89b7p-14, -0x1.f4d25c3e0c2ebp-17,
	0x1.b9e6c9dc651a3p-20, -0x1.5f742ec43e71ap-23, 0x1.fcc5720624c1cp-27, -0x1.51d7181c5d36dp-30,
	0x1.9e6ad5e55a730p-34, -0x1.d8453cb0c46eap-38, 0x1.f683ae4a97007p-42, -0x1.f56f071a885cfp-46,
	0x1.d70b3537f4765p-50, -0x1.a2007af3447f6p-54,
}

// erfcLarge is exp(x²)·(1-erf x) on [1, 6] as a polynomial of t = (x-5/2)/(x+5/2),
// Chebyshev-fitted.
var erfcLarge = [...]float64{
	0x1.afbb3f3b7343bp-3, -0x1.7ca88dec217a7p-2, 0x1.01c11a735cd9bp-2, -0x1.0011543716bf5p-3,
	0x1.470ba1f67df6bp-5, -0x1.05bb2fe61ffbcp-8, -0x1.5a5716cc0a84ap-9, 0x1.cb3b6224d655cp-11,
	0x1.def2c67e7a541p-13, -0x1.0e46891800d71p-13, -0x1.1ebd6c2acd263p-15, 0x1.3857b73aad27dp-16,
	0x1.fac26072946c3p-18, -0x1.3697a24d6b62bp-19, -0x1.e2653bc7ba480p-20, 0x1.16766f2184636p-23,
	0x1.6963acf7d435fp-22,
}

// erf64 returns the error function of x.
func erf64(x float64) float64 {
	a := math.Abs(x)
	if a < 1 {
		return float64(x * horner(float64(x*x), erfSmall[:]))
	}
	if x != x {
		return x
	}
	if a >= 6 {
		return math.Copysign(1, x)
	}
	t := (a - 2.5) / (a + 2.5)
	c := float64(exp64(-float64(a*a)) * horner(t, erfcLarge[:]))
	return math.Copysign(1-c, x)
}

func sigmoid64(x float64) float64 {
	if x < 0 {
		e := exp64(x)
		return e / (1 + e)
	}
	return 1 / (1 + exp64(-x))
}

func softplus64(x float64) float64 {
	if x > 0 {
		return x + log1p64(exp64(-x))
	}
	return log1p64(exp64(x))
}

func silu64(x float64) float64 { return float64(x * sigmoid64(x)) }

func gelu64(x float64) float64 {
	const sqrtHalf = 0x1.6a09e667f3bcdp-1
	return float64(float64(x*0.5) * (1 + erf64(float64(x*sqrtHalf))))
}

func geluTanh64(x float64) float64 {
	const c = 0x1.9884533d43651p-1 // √(2/π)
	cube := float64(float64(x*x) * x)
	return float64(float64(x*0.5) * (1 + tanh64(float64(c*(x+float64(0.044715*cube))))))
}
