//go:build gc && !purego

package kernel

import "unsafe"

// widenAVX2 sets dst to (v - zero)·scale, for v of src, which is as long, if there is assembly for the type. Of int32
// it takes no zero, as their difference may not be exact.
func widenAVX2[T Number](dst []float32, src []T, zero, scale float32) bool {
	switch src := any(src).(type) {
	case []int8:
		for len(src) > 0 {
			n := min(len(src), callElements)
			widenI8AVX2(unsafe.SliceData(dst[:n]), unsafe.SliceData(src), n, zero, scale)
			dst, src = dst[n:], src[n:]
		}
		return true
	case []uint8:
		for len(src) > 0 {
			n := min(len(src), callElements)
			widenU8AVX2(unsafe.SliceData(dst[:n]), unsafe.SliceData(src), n, zero, scale)
			dst, src = dst[n:], src[n:]
		}
		return true
	case []int32:
		for len(src) > 0 && zero == 0 {
			n := min(len(src), callElements)
			widenI32AVX2(unsafe.SliceData(dst[:n]), unsafe.SliceData(src), n, 0, scale)
			dst, src = dst[n:], src[n:]
		}
		return zero == 0
	}
	return false
}

// widenHalfAVX2 is WidenF16 for src as long as dst.
func widenHalfAVX2[T ~uint16](dst []float32, src []T) {
	for len(src) > 0 {
		n := min(len(src), callElements)
		widenF16AVX2(unsafe.SliceData(dst[:n]), (*uint16)(unsafe.Pointer(unsafe.SliceData(src))), n)
		dst, src = dst[n:], src[n:]
	}
}
