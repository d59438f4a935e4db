package exact

import (
	"math"
	"math/bits"
)

// twoOverPi is 2/π, 64 bits a word, the most significant first: enough for the largest float64.
var twoOverPi = [20]uint64{
	0xa2f9836e4e441529, 0xfc2757d1f534ddc0, 0xdb6295993c439041, 0xfe5163abdebbc561,
	0xb7246e3a424dd2e0, 0x06492eea09d1921c, 0xfe1deb1cb129a73e, 0xe88235f52ebb4484,
	0xe99c7026b45f7e41, 0x3991d639835339f4, 0x9c845f8bbdf9283b, 0x1ff897ffde05980f,
	0xef2f118b5a0a6d1f, 0x6d367ecf27cb09b7, 0x4f463f669e5fea2d, 0x7527bac7ebe5f17b,
	0x3d0739f78a5292ea, 0x6bfb5fb11f8d5d08, 0x56033046fc7b6bab, 0xf0cfbc209af4361d,
}

// reduce returns a = r + q·π/2 with |r| ≤ π/4 and q modulo 4, for finite a ≥ 0.
//
// a = m·2ᵉ with a 53-bit integer m. Words of 2/π that would add multiples of 4 to
// m·2ᵉ·2/π are left out; 256 bits from there on leave more than 120 right bits
// even for the float64 nearest to a multiple of π/2.
func reduce(a float64) (r dd, q int) {
	if a <= math.Pi/4 {
		return dd{a, 0}, 0
	}
	frac, exp := math.Frexp(a)
	m := uint64(math.Ldexp(frac, 53))
	// bit of 2/π at weight 2⁻ⁱ contributes m·2^(e-i): from i = e-1 on it is below 4.
	first := max(exp-53-2, 0)
	w := window(first)
	// p = m·w, four words; the fraction of a·2/π is p·2^(exp-53-first-256).
	var p [4]uint64
	carry := uint64(0)
	for i := 3; i >= 0; i-- {
		hi, lo := bits.Mul64(m, w[i])
		var c uint64
		p[i], c = bits.Add64(lo, carry, 0)
		carry = hi + c
	}
	// Above p[0] lies carry. The point stands 256-shift bits from the right.
	shift := uint(exp - 53 - first) // ≤ 2 for large a, negative for small
	if exp-53-first < 0 {
		return fixed(shiftRight(carry, p, uint(53+first-exp)))
	}
	return fixed(shiftLeft(carry, p, shift))
}

// window returns 256 bits of 2/π from the bit of weight 2^-(first+1) on.
func window(first int) (w [4]uint64) {
	word, off := first/64, uint(first%64)
	for i := range w {
		w[i] = twoOverPi[word+i] << off
		if off > 0 && word+i+1 < len(twoOverPi) {
			w[i] |= twoOverPi[word+i+1] >> (64 - off)
		}
	}
	return w
}

// shiftLeft shifts the words top.p left by s < 64 bits and keeps top modulo 4.
func shiftLeft(top uint64, p [4]uint64, s uint) (uint64, [4]uint64) {
	if s == 0 {
		return top, p
	}
	top = top<<s | p[0]>>(64-s)
	for i := range 3 {
		p[i] = p[i]<<s | p[i+1]>>(64-s)
	}
	p[3] <<= s
	return top, p
}

// shiftRight shifts the words top.p right by 0 < s < 64 bits.
func shiftRight(top uint64, p [4]uint64, s uint) (uint64, [4]uint64) {
	for i := 3; i > 0; i-- {
		p[i] = p[i]>>s | p[i-1]<<(64-s)
	}
	p[0] = p[0]>>s | top<<(64-s)
	return top >> s, p
}

// fixed turns whole.p, a number of quarter turns, into the nearest quarter and the rest in radians.
func fixed(whole uint64, p [4]uint64) (r dd, q int) {
	neg := p[0]>>63 == 1
	if neg { // round up: the rest is negative
		whole++
		borrow := uint64(0)
		for i := 3; i >= 0; i-- {
			p[i], borrow = bits.Sub64(0, p[i], borrow)
		}
	}
	// 32 bits at a time convert without rounding.
	f := dd{}
	for i, weight := 0, 0x1p-32; i < 4; i++ {
		f = f.add(dd{float64(float64(p[i]>>32) * weight), 0})
		f = f.add(dd{float64(float64(p[i]&0xffffffff) * float64(weight*0x1p-32)), 0})
		weight = float64(weight * 0x1p-64)
	}
	f = f.mul(ddPi.half())
	if neg {
		f = f.neg()
	}
	return f, int(whole & 3)
}

// sincos returns sine and cosine of r, |r| ≤ π/4.
func sincos(r dd) (sin, cos dd) {
	z := r.mul(r).neg()
	return r.mul(series(z, sinCoef, 5)), series(z, cosCoef, 5)
}

// quadrant returns sine and cosine of finite a ≥ 0.
func quadrant(a float64) (sin, cos dd) {
	r, q := reduce(a)
	s, c := sincos(r)
	switch q {
	case 1:
		return c, s.neg()
	case 2:
		return s.neg(), c.neg()
	case 3:
		return c.neg(), s
	}
	return s, c
}

// Sin returns the sine of x.
func Sin(x float64) float64 {
	a := math.Abs(x)
	if a < 0x1p-27 {
		return x
	}
	if x-x != 0 { // NaN or infinite
		return math.NaN()
	}
	s, _ := quadrant(a)
	if x < 0 {
		s = s.neg()
	}
	return s.round()
}

// Cos returns the cosine of x.
func Cos(x float64) float64 {
	if x-x != 0 {
		return math.NaN()
	}
	_, c := quadrant(math.Abs(x))
	return c.round()
}

// Tan returns the tangent of x.
func Tan(x float64) float64 {
	a := math.Abs(x)
	if a < 0x1p-27 {
		return x
	}
	if x-x != 0 {
		return math.NaN()
	}
	s, c := quadrant(a)
	return float64(math.Copysign(1, x) * s.div(c).round())
}

// atanDD returns the arc tangent of t ≥ 0, at most 2³⁰⁰.
func atanDD(t dd) dd {
	if t.hi > 1 {
		return ddPi.half().sub(atanDD(ddOne.div(t)))
	}
	// atan t = 2·atan(t / (1 + √(1+t²))), three times: t ≤ tan(π/32).
	for range 3 {
		t = t.div(t.mul(t).add(ddOne).sqrt().add(ddOne))
	}
	a := t.mul(series(t.mul(t).neg(), invOdd[:15], 5))
	return dd{float64(8 * a.hi), float64(8 * a.lo)}
}

// Atan returns the arc tangent of x.
func Atan(x float64) float64 {
	a := math.Abs(x)
	switch {
	case x != x || a < 0x1p-27:
		return x
	case a > 0x1p60:
		return math.Copysign(math.Pi/2, x)
	}
	return math.Copysign(atanDD(dd{a, 0}).round(), x)
}

// Asin returns the arc sine of x, NaN outside [-1, 1].
func Asin(x float64) float64 {
	a := math.Abs(x)
	switch {
	case x != x || a < 0x1p-27:
		return x
	case a > 1:
		return math.NaN()
	case a == 1:
		return math.Copysign(math.Pi/2, x)
	}
	cos := twoSum(1, -a).mul(twoSum(1, a)).sqrt()
	return math.Copysign(atanDD(dd{a, 0}.div(cos)).round(), x)
}

// Acos returns the arc cosine of x, NaN outside [-1, 1].
func Acos(x float64) float64 {
	switch {
	case !(x >= -1 && x <= 1):
		return math.NaN()
	case x == -1:
		return math.Pi
	}
	// acos x = 2·atan √((1-x)/(1+x))
	return atanDD(twoSum(1, -x).div(twoSum(1, x)).sqrt()).double().round()
}
