//go:build gc && !purego

package kernel

import "unsafe"

// dequantizeI8AVX2 sets dst to (v - zero)·scale, for v of src, which is as long. The difference is exact for |zero| < 2²³.
func dequantizeI8AVX2(dst []float32, src []int8, zero, scale float32) {
	for len(src) > 0 {
		n := min(len(src), callElements)
		widenI8AVX2(unsafe.SliceData(dst[:n]), unsafe.SliceData(src), n, zero, scale)
		dst, src = dst[n:], src[n:]
	}
}

// widenHalfAVX2 is WidenF16 for src as long as dst.
func widenHalfAVX2[T ~uint16](dst []float32, src []T) {
	for len(src) > 0 {
		n := min(len(src), callElements)
		widenF16AVX2(unsafe.SliceData(dst[:n]), (*uint16)(unsafe.Pointer(unsafe.SliceData(src))), n)
		dst, src = dst[n:], src[n:]
	}
}
