//go:build gc && !purego

package kernel

import "unsafe"

// quantizeAVX2 is Quantize for dst as long as src, with one scale, if there is assembly for the type.
func quantizeAVX2[T Quantized](dst []T, src []float32, scale, zero, lo, hi float32) bool {
	switch dst := any(dst).(type) {
	case []int8:
		for len(src) > 0 {
			n := min(len(src), callElements)
			quantizeI8AVX2(unsafe.SliceData(dst[:n]), unsafe.SliceData(src), n, scale, zero, lo, hi)
			dst, src = dst[n:], src[n:]
		}
		return true
	case []uint8:
		for len(src) > 0 {
			n := min(len(src), callElements)
			quantizeU8AVX2(unsafe.SliceData(dst[:n]), unsafe.SliceData(src), n, scale, zero, lo, hi)
			dst, src = dst[n:], src[n:]
		}
		return true
	}
	return false
}

// spanF32AVX2 is span.
func spanF32AVX2(x []float32) (lo, hi float32) {
	for len(x) > 0 {
		n := min(len(x), callElements)
		l, h := spanAVX2(unsafe.SliceData(x), n)
		lo, hi = min(lo, l), max(hi, h)
		x = x[n:]
	}
	return lo, hi
}
