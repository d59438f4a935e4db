package kernel

import "math"

// Abs computes |x|; dst may be src.
func Abs[T Signed | Float](dst []T, src []T) {
	for i, x := range src[:len(dst)] {
		dst[i] = max(x, -x)
	}
}

// Neg computes -x; dst may be src.
func Neg[T Signed | Float](dst []T, src []T) {
	for i, x := range src[:len(dst)] {
		dst[i] = -x
	}
}

// Sign computes -1, 0 or 1; ±0 and NaN stay. dst may be src.
func Sign[T Number](dst, src []T) {
	one := T(1)
	for i, x := range src[:len(dst)] {
		switch {
		case x > 0:
			x = one
		case x < 0:
			x = -one
		}
		dst[i] = x
	}
}

// Relu computes max(x, 0), NaN for NaN; dst may be src.
func Relu[T Number](dst []T, src []T) {
	for i, x := range src[:len(dst)] {
		dst[i] = max(x, 0)
	}
}

// Reciprocal computes 1/x; dst may be src.
func Reciprocal[T Float](dst []T, src []T) {
	for i, x := range src[:len(dst)] {
		dst[i] = 1 / x
	}
}

// Floor computes x rounded down; dst may be src.
func Floor[T Float](dst []T, src []T) {
	for i, x := range src[:len(dst)] {
		dst[i] = T(math.Floor(float64(x)))
	}
}

// Ceil computes x rounded up; dst may be src.
func Ceil[T Float](dst []T, src []T) {
	for i, x := range src[:len(dst)] {
		dst[i] = T(math.Ceil(float64(x)))
	}
}

// Round computes x rounded to nearest, halves to even; dst may be src.
func Round[T Float](dst []T, src []T) {
	for i, x := range src[:len(dst)] {
		dst[i] = T(math.RoundToEven(float64(x)))
	}
}

// Softsign computes x/(1 + |x|); dst may be src.
func Softsign[T Float](dst []T, src []T) {
	for i, x := range src[:len(dst)] {
		dst[i] = x / (1 + max(x, -x))
	}
}

// IsNaN computes whether x is NaN.
func IsNaN[T Float](dst []bool, src []T) {
	for i, x := range src[:len(dst)] {
		dst[i] = x != x
	}
}

// Not computes the opposite truth value; dst may be src.
func Not(dst []bool, src []bool) {
	for i, x := range src[:len(dst)] {
		dst[i] = !x
	}
}

// BitwiseNot computes the opposite bits; dst may be src.
func BitwiseNot[T Integer](dst []T, src []T) {
	for i, x := range src[:len(dst)] {
		dst[i] = ^x
	}
}

// IsInf computes whether x is infinite, of either sign.
func IsInf[T Float](dst []bool, src []T) {
	for i, x := range src[:len(dst)] {
		dst[i] = x == x && x-x != 0 // only NaN and the infinities are not 0 after x - x
	}
}
