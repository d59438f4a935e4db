//go:build gc && !purego

package kernel

import "unsafe"

// narrowHalfAVX2 is NarrowF16 for src as long as dst.
func narrowHalfAVX2[T ~uint16](dst []T, src []float32) {
	for len(src) > 0 {
		n := min(len(src), callElements)
		narrowF16AVX2((*uint16)(unsafe.Pointer(unsafe.SliceData(dst[:n]))), unsafe.SliceData(src), n)
		dst, src = dst[n:], src[n:]
	}
}
