package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"

	"github.com/energeticc/energeticc/runtime/kernel/_asm/vec"
)

const (
	signBit = vec.SignBit
	// tailScale is p in u = 1/(1 + p·t), of which tail is a polynomial.
	tailScale = 0.25
)

// tail is Φ(-t)·e^(t²/2)/u for the normal distribution Φ and 0 ≤ t ≤ 14, by minimax to 9e-9.
var tail = []float64{
	0x1.989142p-4, 0x1.97857ep-4, 0x1.873b9ap-4, 0x1.26e860p-4, 0x1.62f3bcp-4,
	0x1.a075f2p-7, 0x1.d1f102p-6, 0x1.a71e18p-5, -0x1.013152p-4, 0x1.0fa350p-6,
}

func silu(x vec.V) vec.V {
	y := vec.Sigmoid(x)
	vec.Do(VMULPS, x, y, y)
	return y
}

// erf is 1 - 2·Φ(-√2·|x|) with the sign of x; where that would lose bits, an odd polynomial.
func erf(x vec.V) vec.V {
	const small = 1
	t, square := vec.Abs(x), x.New()
	vec.Do(VMINPS, t, vec.One(5), t) // erf 5 is 1 to float32
	vec.Do(VMULPS, t, t, square)
	vec.Do(VXORPS, vec.Bits(signBit), square, square)
	far := lower(square, nil, t, math.Sqrt2)
	vec.Do(VADDPS, far, far, far)
	vec.Do(VMULPS, x, x, square)
	near := vec.Horner(square, 0x1.20dd74p+0, -0x1.81273ep-2, 0x1.ce2cf8p-4, -0x1.b7f90ep-6, 0x1.5405b2p-8, -0x1.a3f7p-11, 0x1.496a3p-14) // to 2e-9
	vec.Do(VMULPS, x, near, near)
	return vec.JoinOdd(x, near, far, small)
}

// lower is Φ(-scale·t) for t ≥ 0; exponent + low is -(scale·t)²/2.
func lower(exponent, low, t vec.V, scale float64) vec.V {
	u, one := t.Like(tailScale*scale), vec.One(1)
	vec.Do(VFMADD213PS, one, t, u)
	vec.Do(VDIVPS, u, one, u)
	var e, p vec.V
	vec.Weave(func() { e = vec.Exp(exponent, low) }, func() { p = vec.Horner(u, tail...) })
	vec.Do(VMULPS, u, e, e)
	vec.Do(VMULPS, p, e, e)
	return e
}

// gelu is x·Φ(x), Φ(x) = 1 - Φ(-x).
func gelu(x vec.V) vec.V {
	t, square := vec.Abs(x), x.New()
	vec.Do(VMINPS, t, vec.One(14.5), t) // Φ(-14.5) is 0 to float32
	// e^-t²/2 of a rounded square would be off by as much as the square has units.
	vec.Do(VMULPS, t, t, square)
	low := square.Copy()
	vec.Do(VFNMADD231PS, t, t, low) // t² rounded - t²
	vec.Do(VMULPS, vec.Const(-0.5), square, square)
	vec.Do(VMULPS, vec.Const(0.5), low, low)
	q := lower(square, low, t, 1)
	y := x.New()
	vec.Do(VSUBPS, q, vec.One(1), y)
	vec.Select(vec.Negative(x), q, y, y)
	vec.Do(VMULPS, x, y, y)
	return y
}

// geluTanh is x·sigmoid(w), w = x·(c + d·x²). What w loses by rounding is kept: it would be seen in small results.
func geluTanh(x vec.V) vec.V {
	c := 2 * math.Sqrt(2/math.Pi)
	d := 0.044715 * c
	// Beyond 30, e^-|w| is 0 and squares would be infinite.
	v, square, w := vec.Abs(x), x.New(), x.New()
	vec.Do(VMINPS, v, vec.One(30), v)
	vec.Do(VMULPS, v, v, square)
	// s + low = c + d·v²: the product, then the sum, each with what rounding takes.
	product, s, part := x.Like(d), x.New(), x.New()
	vec.Do(VMULPS, square, product, product)
	low := x.Like(d)
	vec.Do(VFMSUB213PS, product, square, low)
	vec.Do(VFMADD231PS, vec.Const(vec.Low(d)), square, low)
	vec.Do(VADDPS, vec.Const(c), product, s)
	vec.Do(VSUBPS, product, s, part) // what s has of c
	vec.Do(VSUBPS, part, s, w)       // and of the product
	vec.Do(VSUBPS, w, product, w)
	vec.Do(VADDPS, w, low, low)
	vec.Do(VSUBPS, part, vec.One(c), part)
	vec.Do(VADDPS, part, low, low)
	vec.Do(VADDPS, vec.Const(vec.Low(c)), low, low)
	rest := square
	vec.Do(VFMSUB231PS, v, v, rest) // v² - its rounded value
	vec.Do(VFMADD231PS, vec.Const(d), rest, low)
	vec.Do(VMULPS, v, s, w)
	vec.Do(VFMSUB213PS, w, v, s) // v·s - w
	vec.Do(VFMADD231PS, v, low, s)
	vec.Do(VXORPS, vec.Bits(signBit), w, w)
	vec.Do(VXORPS, vec.Bits(signBit), s, s)
	y := vec.Logistic(x, vec.Exp(w, s))
	vec.Do(VMULPS, x, y, y)
	return y
}
