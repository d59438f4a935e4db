package vec

import (
	. "github.com/mmcloughlin/avo/build"
)

// SignBit is a float32's sign.
const SignBit = 1 << 31

// Abs returns |x|.
func Abs(x V) V {
	y := x.New()
	Do(VANDPS, Bits(SignBit-1), x, y)
	return y
}

// Sigmoid is 1/(1+e) above 0 and e/(1+e) below, e being e^-|x|: neither overflows, and small results keep their bits.
func Sigmoid(x V) V {
	t := x.New()
	Do(VORPS, Bits(SignBit), x, t)
	return Logistic(x, Exp(t, nil))
}

// Logistic is Sigmoid of what has the sign of x, by its e.
func Logistic(x, e V) V {
	one, y := One(1), x.New()
	Select(Negative(x), e, one, y)
	Do(VADDPS, one, e, e)
	Do(VDIVPS, e, y, y)
	return y
}

// Tanh is 1 - 2/(e^2|x| + 1) with the sign of x; where that would lose bits, an odd polynomial.
func Tanh(x V) V {
	const small = 0.625
	var near V
	far := Abs(x)
	Weave(func() {
		Do(VADDPS, far, far, far)
		far = Exp(far, nil)
	}, func() {
		square := x.New()
		Do(VMULPS, x, x, square)
		near = Horner(square, -0x1.555552p-2, 0x1.110e1ep-3, -0x1.b925a2p-5, 0x1.58054cp-6, -0x1.8f91b4p-8) // to 2e-8
		Do(VMULPS, square, near, near)
		Do(VFMADD213PS, x, x, near)
	})
	Do(VADDPS, Const(1), far, far)
	Do(VDIVPS, far, One(2), far)
	return JoinOdd(x, near, far, small)
}

// JoinOdd is near for |x| below small, else 1 - far with the sign of x.
func JoinOdd(x, near, far V, small float64) V {
	size, sign := Abs(x), x.New()
	Do(VSUBPS, far, One(1), far)
	Select(Compare(Below, Const(small), size), near, far, far)
	Do(VANDPS, Bits(SignBit), x, sign)
	Do(VORPS, sign, far, far) // -0, too
	return far
}
