//go:build gc && !purego

package kernel

import "unsafe"

// lstmUsualAVX2 is lstmUsual, the new cell's products fused.
func lstmUsualAVX2(h, c, x []float32) {
	n := len(h)
	if n == 0 {
		return
	}
	_, _ = c[n-1], x[4*n-1]
	if hasAVX512 {
		lstmCellAVX512(unsafe.SliceData(h), unsafe.SliceData(c), unsafe.SliceData(x), n)
		return
	}
	lstmCellAVX2(unsafe.SliceData(h), unsafe.SliceData(c), unsafe.SliceData(x), n)
}

// gruUsualAVX2 is advance of a gruCell with the usual activations, its products fused.
func gruUsualAVX2(h, x, p []float32) {
	n := len(h)
	if n == 0 {
		return
	}
	_, _ = x[3*n-1], p[3*n-1]
	if hasAVX512 {
		gruCellAVX512(unsafe.SliceData(h), unsafe.SliceData(x), unsafe.SliceData(p), n)
		return
	}
	gruCellAVX2(unsafe.SliceData(h), unsafe.SliceData(x), unsafe.SliceData(p), n)
}
