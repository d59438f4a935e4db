package kernel

import "math"

// ExpF32 sets dst[i] to e^x, for x = src[i]. dst may be src.
func ExpF32(dst, src []float32) {
	dst = dst[:len(src)]
	if hasAVX2 {
		expF32AVX2(dst, src)
		return
	}
	for i, x := range src {
		dst[i] = exp32(x)
	}
}

// LogF32 sets dst[i] to the natural logarithm of x: -Inf at 0, NaN below, for x = src[i]. dst may be src.
func LogF32(dst, src []float32) {
	dst = dst[:len(src)]
	for i, x := range src {
		dst[i] = log32(x)
	}
}

// TanhF32 sets dst[i] to the hyperbolic tangent of x, for x = src[i]. dst may be src.
func TanhF32(dst, src []float32) {
	dst = dst[:len(src)]
	if hasAVX2 {
		tanhF32AVX2(dst, src)
		return
	}
	for i, x := range src {
		dst[i] = tanh32(x)
	}
}

// ErfF32 sets dst[i] to the error function of x, for x = src[i]. dst may be src.
func ErfF32(dst, src []float32) {
	dst = dst[:len(src)]
	if hasAVX2 {
		erfF32AVX2(dst, src)
		return
	}
	for i, x := range src {
		dst[i] = erf32(x)
	}
}

// SigmoidF32 sets dst[i] to 1/(1+e^-x), for x = src[i]. dst may be src.
func SigmoidF32(dst, src []float32) {
	dst = dst[:len(src)]
	if hasAVX2 {
		sigmoidF32AVX2(dst, src)
		return
	}
	for i, x := range src {
		dst[i] = sigmoid32(x)
	}
}

// SoftplusF32 sets dst[i] to log(1+e^x), for x = src[i]. dst may be src.
func SoftplusF32(dst, src []float32) {
	dst = dst[:len(src)]
	for i, x := range src {
		dst[i] = softplus32(x)
	}
}

// GeluF32 sets dst[i] to x/2·(1 + erf(x/√2)), for x = src[i]. dst may be src.
func GeluF32(dst, src []float32) {
	dst = dst[:len(src)]
	if hasAVX2 {
		geluF32AVX2(dst, src)
		return
	}
	for i, x := range src {
		dst[i] = gelu32(x)
	}
}

// GeluTanhF32 sets dst[i] to x/2·(1 + tanh(√(2/π)·(x + 0.044715·x³))), for x = src[i]. dst may be src.
func GeluTanhF32(dst, src []float32) {
	dst = dst[:len(src)]
	if hasAVX2 {
		geluTanhF32AVX2(dst, src)
		return
	}
	for i, x := range src {
		dst[i] = geluTanh32(x)
	}
}

// SiluF32 sets dst[i] to x·sigmoid(x), for x = src[i]. dst may be src.
func SiluF32(dst, src []float32) {
	dst = dst[:len(src)]
	if hasAVX2 {
		siluF32AVX2(dst, src)
		return
	}
	for i, x := range src {
		dst[i] = silu32(x)
	}
}

// SqrtF32 sets dst[i] to √x, NaN below 0, for x = src[i]. dst may be src.
func SqrtF32(dst, src []float32) {
	dst = dst[:len(src)]
	for i, x := range src {
		dst[i] = float32(math.Sqrt(float64(x)))
	}
}

// ReciprocalF32 sets dst[i] to 1/x, for x = src[i]. dst may be src.
func ReciprocalF32(dst, src []float32) {
	dst = dst[:len(src)]
	for i, x := range src {
		dst[i] = 1 / x
	}
}

// SinF32 sets dst[i] to the sine of x, for x of any size, for x = src[i]. dst may be src.
func SinF32(dst, src []float32) {
	dst = dst[:len(src)]
	for i, x := range src {
		dst[i] = float32(sin64(float64(x)))
	}
}

// CosF32 sets dst[i] to the cosine of x, for x of any size, for x = src[i]. dst may be src.
func CosF32(dst, src []float32) {
	dst = dst[:len(src)]
	for i, x := range src {
		dst[i] = float32(cos64(float64(x)))
	}
}

// TanF32 sets dst[i] to the tangent of x, for x of any size, for x = src[i]. dst may be src.
func TanF32(dst, src []float32) {
	dst = dst[:len(src)]
	for i, x := range src {
		dst[i] = float32(tan64(float64(x)))
	}
}

// AsinF32 sets dst[i] to the arc sine of x, NaN outside [-1, 1], for x = src[i]. dst may be src.
func AsinF32(dst, src []float32) {
	dst = dst[:len(src)]
	for i, x := range src {
		dst[i] = float32(asin64(float64(x)))
	}
}

// AcosF32 sets dst[i] to the arc cosine of x, NaN outside [-1, 1], for x = src[i]. dst may be src.
func AcosF32(dst, src []float32) {
	dst = dst[:len(src)]
	for i, x := range src {
		dst[i] = float32(acos64(float64(x)))
	}
}

// AtanF32 sets dst[i] to the arc tangent of x, for x = src[i]. dst may be src.
func AtanF32(dst, src []float32) {
	dst = dst[:len(src)]
	for i, x := range src {
		dst[i] = float32(atan64(float64(x)))
	}
}

// SinhF32 sets dst[i] to the hyperbolic sine of x, for x = src[i]. dst may be src.
func SinhF32(dst, src []float32) {
	dst = dst[:len(src)]
	for i, x := range src {
		dst[i] = float32(sinh64(float64(x)))
	}
}

// CoshF32 sets dst[i] to the hyperbolic cosine of x, for x = src[i]. dst may be src.
func CoshF32(dst, src []float32) {
	dst = dst[:len(src)]
	for i, x := range src {
		dst[i] = float32(cosh64(float64(x)))
	}
}

// AsinhF32 sets dst[i] to the inverse hyperbolic sine of x, for x = src[i]. dst may be src.
func AsinhF32(dst, src []float32) {
	dst = dst[:len(src)]
	for i, x := range src {
		dst[i] = float32(asinh64(float64(x)))
	}
}

// AcoshF32 sets dst[i] to the inverse hyperbolic cosine of x, NaN below 1, for x = src[i]. dst may be src.
func AcoshF32(dst, src []float32) {
	dst = dst[:len(src)]
	for i, x := range src {
		dst[i] = float32(acosh64(float64(x)))
	}
}

// AtanhF32 sets dst[i] to the inverse hyperbolic tangent of x, NaN outside [-1, 1], for x = src[i]. dst may be src.
func AtanhF32(dst, src []float32) {
	dst = dst[:len(src)]
	for i, x := range src {
		dst[i] = float32(atanh64(float64(x)))
	}
}

// PowF32 sets dst[i] to x[i]^y[i] with the special cases of IEEE 754. dst may be x or y.
func PowF32(dst, x, y []float32) {
	dst, y = dst[:len(x)], y[:len(x)]
	for i, v := range x {
		dst[i] = pow32(v, y[i])
	}
}
