//go:build gc && !purego

package kernel

import "unsafe"

// groupNormAVX2 is GroupNormF32: a group is normalised as a row is, then each channel scaled and shifted.
func groupNormAVX2(dst, src, scale, bias []float32, batch, groups, per, inner int, eps float64) {
	n := per * inner
	if n == 0 {
		return
	}
	for r := range batch * groups {
		y, x := dst[r*n:(r+1)*n], src[r*n:(r+1)*n]
		if n <= callElements {
			layerNormAVX2(unsafe.SliceData(y), unsafe.SliceData(x), nil, nil, n, eps, true)
		} else { // in more calls than one
			mean, inv := momentsOf(x, eps)
			affineRow(y, x, 1, float32(-mean))
			affineRow(y, y, float32(inv), 0)
		}
		first := r % groups * per
		for c := range per {
			part := y[c*inner : (c+1)*inner]
			affineRow(part, part, scale[first+c], bias[first+c])
		}
	}
}

// affineRow sets y to scale·x + shift.
func affineRow(y, x []float32, scale, shift float32) {
	for len(y) > 0 {
		n := min(len(y), callElements)
		affineAVX2(unsafe.SliceData(y), unsafe.SliceData(x[:n]), n, scale, shift)
		y, x = y[n:], x[n:]
	}
}
