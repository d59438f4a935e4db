//go:build gc && !purego

package kernel

import "unsafe"

// blendRowAVX2 adds a weighted row to dst, or sets dst to it if it is the first, if the type is float32.
func blendRowAVX2[T Float](dst, row []T, weight T, first bool) bool {
	y, x, _, ok := float32s(dst, row, nil)
	for ok && len(y) > 0 {
		n := min(len(y), callElements)
		if first {
			mulOneAVX2(unsafe.SliceData(y), unsafe.SliceData(x[:n]), n, float32(weight))
		} else {
			blendAVX2(unsafe.SliceData(y), unsafe.SliceData(y), unsafe.SliceData(x[:n]), n, 1, float32(weight))
		}
		y, x = y[n:], x[n:]
	}
	return ok
}
