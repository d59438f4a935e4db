//go:build gc && !purego

package kernel

import "unsafe"

// argBestRowsAVX2 is ArgMax of rows of n elements, at least one, or ArgMin where flip is the sign's bit, if these are float32.
func argBestRowsAVX2[T Number](dst []int64, src []T, n int, flip uint32) bool {
	x, ok := any(src).([]float32)
	if !ok || n > callElements {
		return ok && len(dst) == 0
	}
	x = x[:len(dst)*n]
	for len(dst) > 0 {
		rows := min(len(dst), callElements/n)
		argBestAVX2(unsafe.SliceData(dst), unsafe.SliceData(x), rows, n, flip)
		dst, x = dst[rows:], x[rows*n:]
	}
	return true
}
