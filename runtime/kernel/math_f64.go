package kernel

import "math"

// ExpF64 sets dst[i] to e^x, for x = src[i]. dst may be src.
func ExpF64(dst, src []float64) {
	dst = dst[:len(src)]
	for i, x := range src {
		dst[i] = exp64(x)
	}
}

// LogF64 sets dst[i] to the natural logarithm of x: -Inf at 0, NaN below, for x = src[i]. dst may be src.
func LogF64(dst, src []float64) {
	dst = dst[:len(src)]
	for i, x := range src {
		dst[i] = log64(x)
	}
}

// TanhF64 sets dst[i] to the hyperbolic tangent of x, for x = src[i]. dst may be src.
func TanhF64(dst, src []float64) {
	dst = dst[:len(src)]
	for i, x := range src {
		dst[i] = tanh64(x)
	}
}

// ErfF64 sets dst[i] to the error function of x, for x = src[i]. dst may be src.
func ErfF64(dst, src []float64) {
	dst = dst[:len(src)]
	for i, x := range src {
		dst[i] = erf64(x)
	}
}

// SigmoidF64 sets dst[i] to 1/(1+e^-x), for x = src[i]. dst may be src.
func SigmoidF64(dst, src []float64) {
	dst = dst[:len(src)]
	for i, x := range src {
		dst[i] = sigmoid64(x)
	}
}

// SoftplusF64 sets dst[i] to log(1+e^x), for x = src[i]. dst may be src.
func SoftplusF64(dst, src []float64) {
	dst = dst[:len(src)]
	for i, x := range src {
		dst[i] = softplus64(x)
	}
}

// GeluF64 sets dst[i] to x/2·(1 + erf(x/√2)), for x = src[i]. dst may be src.
func GeluF64(dst, src []float64) {
	dst = dst[:len(src)]
	for i, x := range src {
		dst[i] = gelu64(x)
	}
}

// GeluTanhF64 sets dst[i] to x/2·(1 + tanh(√(2/π)·(x + 0.044715·x³))), for x = src[i]. dst may be src.
func GeluTanhF64(dst, src []float64) {
	dst = dst[:len(src)]
	for i, x := range src {
		dst[i] = geluTanh64(x)
	}
}

// SiluF64 sets dst[i] to x·sigmoid(x), for x = src[i]. dst may be src.
func SiluF64(dst, src []float64) {
	dst = dst[:len(src)]
	for i, x := range src {
		dst[i] = silu64(x)
	}
}

// SqrtF64 sets dst[i] to √x, NaN below 0, for x = src[i]. dst may be src.
func SqrtF64(dst, src []float64) {
	dst = dst[:len(src)]
	for i, x := range src {
		dst[i] = math.Sqrt(x)
	}
}

// ReciprocalF64 sets dst[i] to 1/x, for x = src[i]. dst may be src.
func ReciprocalF64(dst, src []float64) {
	dst = dst[:len(src)]
	for i, x := range src {
		dst[i] = 1 / x
	}
}

// SinF64 sets dst[i] to the sine of x, for x of any size, for x = src[i]. dst may be src.
func SinF64(dst, src []float64) {
	dst = dst[:len(src)]
	for i, x := range src {
		dst[i] = sin64(x)
	}
}

// CosF64 sets dst[i] to the cosine of x, for x of any size, for x = src[i]. dst may be src.
func CosF64(dst, src []float64) {
	dst = dst[:len(src)]
	for i, x := range src {
		dst[i] = cos64(x)
	}
}

// TanF64 sets dst[i] to the tangent of x, for x of any size, for x = src[i]. dst may be src.
func TanF64(dst, src []float64) {
	dst = dst[:len(src)]
	for i, x := range src {
		dst[i] = tan64(x)
	}
}

// AsinF64 sets dst[i] to the arc sine of x, NaN outside [-1, 1], for x = src[i]. dst may be src.
func AsinF64(dst, src []float64) {
	dst = dst[:len(src)]
	for i, x := range src {
		dst[i] = asin64(x)
	}
}

// AcosF64 sets dst[i] to the arc cosine of x, NaN outside [-1, 1], for x = src[i]. dst may be src.
func AcosF64(dst, src []float64) {
	dst = dst[:len(src)]
	for i, x := range src {
		dst[i] = acos64(x)
	}
}

// AtanF64 sets dst[i] to the arc tangent of x, for x = src[i]. dst may be src.
func AtanF64(dst, src []float64) {
	dst = dst[:len(src)]
	for i, x := range src {
		dst[i] = atan64(x)
	}
}

// SinhF64 sets dst[i] to the hyperbolic sine of x, for x = src[i]. dst may be src.
func SinhF64(dst, src []float64) {
	dst = dst[:len(src)]
	for i, x := range src {
		dst[i] = sinh64(x)
	}
}

// CoshF64 sets dst[i] to the hyperbolic cosine of x, for x = src[i]. dst may be src.
func CoshF64(dst, src []float64) {
	dst = dst[:len(src)]
	for i, x := range src {
		dst[i] = cosh64(x)
	}
}

// AsinhF64 sets dst[i] to the inverse hyperbolic sine of x, for x = src[i]. dst may be src.
func AsinhF64(dst, src []float64) {
	dst = dst[:len(src)]
	for i, x := range src {
		dst[i] = asinh64(x)
	}
}

// AcoshF64 sets dst[i] to the inverse hyperbolic cosine of x, NaN below 1, for x = src[i]. dst may be src.
func AcoshF64(dst, src []float64) {
	dst = dst[:len(src)]
	for i, x := range src {
		dst[i] = acosh64(x)
	}
}

// AtanhF64 sets dst[i] to the inverse hyperbolic tangent of x, NaN outside [-1, 1], for x = src[i]. dst may be src.
func AtanhF64(dst, src []float64) {
	dst = dst[:len(src)]
	for i, x := range src {
		dst[i] = atanh64(x)
	}
}

// PowF64 sets dst[i] to x[i]^y[i] with the special cases of IEEE 754. dst may be x or y.
func PowF64(dst, x, y []float64) {
	dst, y = dst[:len(x)], y[:len(x)]
	for i, v := range x {
		dst[i] = pow64(v, y[i])
	}
}
