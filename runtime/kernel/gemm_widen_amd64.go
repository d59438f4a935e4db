//go:build gc && !purego

package kernel

import "unsafe"

// gemmWidenAVX2 is GemmI8W or GemmF16W, which has no scale, each product fused with its sum. A part of a panel is
// widened once, and scaled, and meets all rows, whose sums stay in dst meanwhile.
func gemmWidenAVX2[T int8 | uint16](dst, a []float32, packed []T, scale, bias, residual []float32, m, n, k, lda, ldc int, act Act) {
	if m == 0 || n == 0 {
		return
	}
	var memory [panelDepth*gemmPanel + lineFloats]float32
	wide := fromLine(memory[:])
	parts := max((k+panelDepth-1)/panelDepth, 1)
	depth := (k + parts - 1) / parts
	t := tilesOf(m)
	chunk := max(callWork/(gemmPanel*max(depth, 1))/t.rows, 1) * t.rows
	for j := 0; j < n; j += gemmPanel {
		cols := min(gemmPanel, n-j)
		w := panelWidth(cols)
		var factors [gemmPanel]float32
		factor := panelScale(factors[:w], scale, j, cols)
		for part := range parts {
			p := part * depth
			d := min(depth, k-p)
			b := wide[:d*w]
			widenWeights(b, packed[j*k+p*w:], factors[:w], factor)
			for i := 0; i < m; i += chunk {
				rows := min(chunk, m-i)
				y, x := dst[i*ldc+j:], a[i*lda+p:]
				if part == 0 {
					productF32(y, x, b, optional(bias, j), optional(residual, i*ldc+j), still(b), rows, cols, d, lda, w, ldc)
				} else {
					productF32(y, x, b, nil, y, still(b), rows, cols, d, lda, w, ldc)
				}
				if part == parts-1 {
					finishRows(y, rows, cols, ldc, act)
				}
			}
		}
	}
}

// lineFloats is how many float32 a cache line holds.
const lineFloats = 16

// fromLine gives memory from the next cache line on: no vector that is read from there again and again spans two. Memory on
// a stack may move later, which costs time alone.
func fromLine(memory []float32) []float32 {
	at := uintptr(unsafe.Pointer(unsafe.SliceData(memory)))
	return memory[-at%(4*lineFloats)/4:]
}

// panelScale fills factors with those of a panel's columns, zeros behind them, and gives 0; or it gives the one factor
// that all have.
func panelScale(factors, scale []float32, j, cols int) float32 {
	switch len(scale) {
	case 0:
		return 1
	case 1:
		return scale[0]
	}
	copy(factors, scale[j:j+cols])
	return 0
}

// widenWeights converts len(dst) weights, int8 times the factor or, if that is 0, times their columns' factors.
func widenWeights[T int8 | uint16](dst []float32, src []T, factors []float32, factor float32) {
	switch src := any(src).(type) {
	case []int8:
		if factor != 0 {
			widenAVX2(dst, src[:len(dst)], 0, factor)
			return
		}
		rows, w := len(dst)/len(factors), len(factors)
		if rows == 0 {
			return
		}
		_, _ = dst[rows*w-1], src[rows*w-1]
		widenColumnsI8AVX2(unsafe.SliceData(dst), unsafe.SliceData(src), unsafe.SliceData(factors), rows, w)
	case []uint16:
		widenHalfAVX2(dst, src[:len(dst)])
	}
}
