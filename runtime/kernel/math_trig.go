package kernel

import (
	"math"
	"math/bits"
)

// twoOverPiBits is 2/π after 64 zero bits, the most significant word first.
var twoOverPiBits = [20]uint64{
	0x0000000000000000, 0xa2f9836e4e441529, 0xfc2757d1f534ddc0, 0xdb6295993c439041, 0xfe5163abdebbc561,
	0xb7246e3a424dd2e0, 0x06492eea09d1921c, 0xfe1deb1cb129a73e, 0xe88235f52ebb4484, 0xe99c7026b45f7e41,
	0x3991d639835339f4, 0x9c845f8bbdf9283b, 0x1ff897ffde05980f, 0xef2f118b5a0a6d1f, 0x6d367ecf27cb09b7,
	0x4f463f669e5fea2d, 0x7527bac7ebe5f17b, 0x3d0739f78a5292ea, 0x6bfb5fb11f8d5d08, 0x56033046fc7b6bab,
}

// reduceTrig returns finite a ≥ 0 as hi + lo + q·π/2, |hi| ≤ π/4, q modulo 4.
func reduceTrig(a float64) (hi, lo float64, q uint64) {
	const (
		quarterPi = 0x1.921fb54442d18p-1
		twoOverPi = 0x1.45f306dc9c883p-1
		// π/2 in parts of 33 bits, the last of 53: products with k < 2²⁰ are exact.
		p1 = 0x1.921fb544p+0
		p2 = 0x1.0b4611a6p-34
		p3 = 0x1.3198a2e037073p-69
	)
	if a <= quarterPi {
		return a, 0, 0
	}
	if a >= 0x1p20 {
		return reduceHuge(a)
	}
	k := float64(a*twoOverPi) + roundShift
	q = math.Float64bits(k)
	k -= roundShift
	w := a - float64(k*p1)
	t := float64(k * p2)
	r := w - t
	lo = ((w - r) - t) - float64(k*p3)
	hi = r + lo
	return hi, lo - (hi - r), q & 3
}

// reduceHuge is reduceTrig for a ≥ 2²⁰, in fixed point.
//
// a = m·2^(e-53). Bits of 2/π that contribute multiples of 4 to a·2/π are skipped,
// so that the product of m and the next 192 bits, modulo 2¹⁹², is a·2/π modulo 4
// with the point after its second bit.
func reduceHuge(a float64) (hi, lo float64, q uint64) {
	b := math.Float64bits(a)
	e := int(b>>52) - 1022
	m := b&(1<<52-1) | 1<<52
	first := e + 9
	word, off := uint(first)/64, uint(first)%64
	var w [4]uint64
	for i := range w {
		if j := word + uint(i); j < uint(len(twoOverPiBits)) {
			w[i] = twoOverPiBits[j]
		}
	}
	for i := range 3 {
		// A shift by 64 gives 0, as wanted for off = 0.
		w[i] = w[i]<<off | w[i+1]>>(64-off)
	}
	c2, p2 := bits.Mul64(m, w[2])
	c1, p1 := bits.Mul64(m, w[1])
	p1, carry := bits.Add64(p1, c2, 0)
	p0 := m*w[0] + c1 + carry
	q = p0 >> 62
	// The fraction, 128 bits of it; from a half on it counts down to the next quarter.
	f0, f1 := p0<<2|p1>>62, p1<<2|p2>>62
	neg := f0>>63 == 1
	if neg {
		q++
		var borrow uint64
		f1, borrow = bits.Sub64(0, f1, 0)
		f0, _ = bits.Sub64(0, f0, borrow)
	}
	z := uint(bits.LeadingZeros64(f0)) // below 64: no float64 is that near to a multiple
	f0 = f0<<z | f1>>(64-z)
	f1 <<= z
	x := float64(float64(f0>>11) * 0x1p-53)
	y := float64(float64(f0<<53>>11|f1>>22) * 0x1p-106)
	unit := math.Float64frombits(uint64(1023-int(z)) << 52)
	x, y = float64(x*unit), float64(y*unit)
	const halfPi, halfPiLo = 0x1.921fb54442d18p+0, 0x1.1a62633145c07p-54
	p, pLo := mulErr(x, halfPi)
	pLo += float64(x*halfPiLo) + float64(y*halfPi)
	hi = p + pLo
	lo = pLo - (hi - p)
	if neg {
		hi, lo = -hi, -lo
	}
	return hi, lo, q & 3
}

// sinTerms and cosTerms are the Taylor series after their first two terms.
var (
	sinTerms = [...]float64{
		-1.0 / 6, 1.0 / 120, -1.0 / 5040, 1.0 / 362880, -1.0 / 39916800, 1.0 / 6227020800,
		-1.0 / 1307674368000, 1.0 / 355687428096000,
	}
	cosTerms = [...]float64{
		1.0 / 24, -1.0 / 720, 1.0 / 40320, -1.0 / 3628800, 1.0 / 479001600, -1.0 / 87178291200,
		1.0 / 20922789888000, -1.0 / 6402373705728000,
	}
)

// sinSmall returns sin(r + lo) for |r| ≤ π/4.
func sinSmall(r, lo float64) float64 {
	z := float64(r * r)
	return r + (float64(float64(r*z)*horner(z, sinTerms[:])) + float64(lo*(1-float64(z*0.5))))
}

// cosSmall returns cos(r + lo) for |r| ≤ π/4.
func cosSmall(r, lo float64) float64 {
	z := float64(r * r)
	h := float64(z * 0.5)
	w := 1 - h
	return w + (((1 - w) - h) + (float64(float64(z*z)*horner(z, cosTerms[:])) - float64(r*lo)))
}

func sin64(x float64) float64 {
	if x-x != 0 {
		return math.NaN()
	}
	a := math.Abs(x)
	if a < 0x1p-27 {
		return x
	}
	r, lo, q := reduceTrig(a)
	var y float64
	if q&1 == 0 {
		y = sinSmall(r, lo)
	} else {
		y = cosSmall(r, lo)
	}
	if (q&2 != 0) != (x < 0) {
		return -y
	}
	return y
}

func cos64(x float64) float64 {
	if x-x != 0 {
		return math.NaN()
	}
	r, lo, q := reduceTrig(math.Abs(x))
	var y float64
	if q&1 == 0 {
		y = cosSmall(r, lo)
	} else {
		y = sinSmall(r, lo)
	}
	if (q+1)&2 != 0 { // second and third quadrant
		return -y
	}
	return y
}

func tan64(x float64) float64 {
	if x-x != 0 {
		return math.NaN()
	}
	a := math.Abs(x)
	if a < 0x1p-27 {
		return x
	}
	r, lo, q := reduceTrig(a)
	s, c := sinSmall(r, lo), cosSmall(r, lo)
	y := s / c
	if q&1 != 0 {
		y = -c / s
	}
	if x < 0 {
		return -y
	}
	return y
}

// atanTable is atan(i/8), high and low part.
var atanTable = [9][2]float64{
	{0, 0},
	{0x1.fd5ba9aac2f6ep-4, -0x1.cd37686760c17p-59},
	{0x1.f5b75f92c80ddp-3, 0x1.8ab6e3cf7afbdp-57},
	{0x1.6f61941e4def1p-2, -0x1.c63aae6f6e918p-56},
	{0x1.dac670561bb4fp-2, 0x1.a2b7f222f65e2p-56},
	{0x1.1e00babdefeb4p-1, -0x1.928df287a668fp-58},
	{0x1.4978fa3269ee1p-1, 0x1.2419a87f2a458p-56},
	{0x1.700a7c5784634p-1, -0x1.8c34d25aadef6p-56},
	{0x1.921fb54442d18p-1, 0x1.1a62633145c07p-55},
}

// atanTerms is the series of atan(t)/t in t² after its first term.
var atanTerms = [...]float64{-1.0 / 3, 1.0 / 5, -1.0 / 7, 1.0 / 9, -1.0 / 11, 1.0 / 13}

func atan64(x float64) float64 {
	const halfPi, halfPiLo = 0x1.921fb54442d18p+0, 0x1.1a62633145c07p-54
	a := math.Abs(x)
	if x != x || a < 0x1p-27 {
		return x
	}
	var y float64
	if a > 1 {
		s, lo := atanUnit(1 / a)
		y = halfPi - s + (halfPiLo - lo)
	} else {
		s, lo := atanUnit(a)
		y = s + lo
	}
	return math.Copysign(y, x)
}

// atanUnit returns the arc tangent of 0 ≤ x ≤ 1 as a sum.
func atanUnit(x float64) (hi, lo float64) {
	i := int(float64(x*8) + 0.5)
	c := float64(float64(i) * 0.125)
	t := (x - c) / (1 + float64(x*c)) // |t| ≤ 1/16
	z := float64(t * t)
	row := &atanTable[min(i, 8)]
	return row[0], row[1] + (t + float64(float64(t*z)*horner(z, atanTerms[:])))
}

func asin64(x float64) float64 {
	a := math.Abs(x)
	if x != x || a < 0x1p-27 {
		return x
	}
	// NaN above 1, where the root is of a negative number; atan(Inf) at 1.
	return math.Copysign(atan64(a/math.Sqrt(float64((1-a)*(1+a)))), x)
}

func acos64(x float64) float64 {
	if x == -1 {
		return 0x1.921fb54442d18p+1 // π
	}
	a := atan64(math.Sqrt((1 - x) / (1 + x)))
	return a + a
}
