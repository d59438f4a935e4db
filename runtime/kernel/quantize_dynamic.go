package kernel

import "math"

// DynamicQuantize sets dst to src/scale, rounded to nearest even, plus zero, and gives
// these two, one element each: those by which uint8 spans src's numbers and 0, 1 and 0
// where there is none beside 0. NaN counts for no number and becomes 0.
func DynamicQuantize(dst []uint8, scale []float32, zero []uint8, src []float32) {
	lo, hi := span(src)
	s := float32(1)
	if hi != lo {
		s = (hi - lo) / 255
	}
	z := math.RoundToEven(float64(-lo / s))
	if !(z > 0) {
		z = 0
	}
	scale[0], zero[0] = s, uint8(min(z, 255))
	Quantize(dst, src, scale, zero, 1, 1, len(src), 1, 0, 0, 0, 0, 255)
}

// span gives the least and the greatest of x and 0.
func span(x []float32) (lo, hi float32) {
	if hasAVX2 {
		return spanF32AVX2(x)
	}
	for _, v := range x {
		if v < lo {
			lo = v
		}
		if v > hi {
			hi = v
		}
	}
	return lo, hi
}
