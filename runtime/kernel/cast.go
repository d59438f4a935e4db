package kernel

import "math"

// Cast converts between numbers where Go's conversion is the same on every platform: all but floats to integers.
func Cast[U, T Number](dst []U, src []T) {
	if hasAVX2 && castAVX2(dst, src[:len(dst)]) {
		return
	}
	for i, x := range src[:len(dst)] {
		dst[i] = U(x)
	}
}

// CastCut cuts floats towards zero and wraps them to an integer type. What int64 does not hold, and NaN, counts as
// -2^63.
func CastCut[U Integer, T Float](dst []U, src []T) {
	if hasAVX2 && castCutAVX2(dst, src[:len(dst)]) {
		return
	}
	for i, x := range src[:len(dst)] {
		v := int64(math.MinInt64)
		if x >= -1<<63 && x < 1<<63 {
			v = int64(x)
		}
		dst[i] = U(v)
	}
}

// CastCutUint64 is CastCut for the type that holds numbers beyond int64.
func CastCutUint64[T Float](dst []uint64, src []T) {
	for i, x := range src[:len(dst)] {
		switch {
		case x >= -1<<63 && x < 1<<63:
			dst[i] = uint64(int64(x))
		case x >= 1<<63 && x < 1<<64:
			dst[i] = uint64(int64(x/2)) * 2 // exact: such floats are even
		default:
			dst[i] = 1 << 63
		}
	}
}

// CastToBool is false for 0, true for all other numbers and NaN.
func CastToBool[T Number](dst []bool, src []T) {
	for i, x := range src[:len(dst)] {
		dst[i] = x != 0
	}
}

// CastFromBool is 1 for true, 0 for false.
func CastFromBool[U Number](dst []U, src []bool) {
	for i, x := range src[:len(dst)] {
		dst[i] = 0
		if x {
			dst[i] = 1
		}
	}
}

// CastOddF64 rounds to float32 so that a second rounding, to a type of at most 16 bits, gives what one rounding
// would: an inexact result takes the neighbour whose last bit is set.
func CastOddF64(dst []float32, src []float64) {
	for i, x := range src[:len(dst)] {
		y := float32(x)
		if d := float64(y); d != x && x == x {
			b := math.Float32bits(y)
			if math.Abs(d) > math.Abs(x) { // towards zero
				b--
			}
			y = math.Float32frombits(b | 1)
		}
		dst[i] = y
	}
}

// CastOddInt is CastOddF64 for integers.
func CastOddInt[T Integer](dst []float32, src []T) {
	for i, x := range src[:len(dst)] {
		v, sign := uint64(x), float32(1)
		if x < 0 {
			v, sign = -v, -1
		}
		for v >= 1<<24 { // what falls off stays as the last bit
			v = v>>1 | v&1
			sign *= 2
		}
		dst[i] = float32(v) * sign
	}
}

// SaturateF32 holds numbers, infinities too, within -limit and limit; NaN stays.
func SaturateF32(y []float32, limit float32) {
	for i, x := range y {
		if x > limit {
			y[i] = limit
		}
		if x < -limit {
			y[i] = -limit
		}
	}
}
