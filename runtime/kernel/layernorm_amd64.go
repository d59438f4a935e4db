//go:build gc && !purego

package kernel

import "unsafe"

// normRowsAVX2 is LayerNormF32, or RMSNormF32 where the mean does not count.
func normRowsAVX2(dst, src, scale, bias []float32, rows, n int, eps float64, center bool) {
	if n == 0 {
		return
	}
	if scale != nil {
		scale = scale[:n]
	}
	if bias != nil {
		bias = bias[:n]
	}
	for r := range rows {
		x, y := src[r*n:(r+1)*n], dst[r*n:(r+1)*n]
		layerNormAVX2(unsafe.SliceData(y), unsafe.SliceData(x), unsafe.SliceData(scale), unsafe.SliceData(bias), n, eps, center)
	}
}
