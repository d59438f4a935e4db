//go:build gc && !purego

package kernel

// gemmWidenAVX2 is GemmI8W or GemmF16W, which has no scale, each product fused with its sum. A part of a panel is
// widened once and meets all rows, whose sums stay in dst meanwhile. Where they are scaled, residual is apart from dst.
func gemmWidenAVX2[T int8 | uint16](dst, a []float32, packed []T, scale, bias, residual []float32, m, n, k, lda, ldc int, act Act) {
	if m == 0 || n == 0 {
		return
	}
	var wide [gemmWiden * gemmPanel]float32
	parts := max((k+gemmWiden-1)/gemmWiden, 1)
	depth := (k + parts - 1) / parts
	t := tilesOf(m)
	chunk := max(callWork/(gemmPanel*max(depth, 1))/t.rows, 1) * t.rows
	for j := 0; j < n; j += gemmPanel {
		cols := min(gemmPanel, n-j)
		w := panelWidth(cols)
		for part := range parts {
			p := part * depth
			d := min(depth, k-p)
			b := wide[:d*w]
			widenWeights(b, packed[j*k+p*w:])
			for i := 0; i < m; i += chunk {
				rows := min(chunk, m-i)
				y, x := dst[i*ldc+j:], a[i*lda+p:]
				switch {
				case part > 0:
					productF32(y, x, b, nil, y, ahead{next: b}, rows, cols, d, lda, w, ldc)
				case len(scale) > 0:
					productF32(y, x, b, nil, nil, ahead{next: b}, rows, cols, d, lda, w, ldc)
				default:
					productF32(y, x, b, optional(bias, j), optional(residual, i*ldc+j), ahead{next: b}, rows, cols, d, lda, w, ldc)
				}
				if part < parts-1 {
					continue
				}
				for r := 0; r < rows && len(scale) > 0; r++ {
					o := r * ldc
					finishSums(y[o:o+cols], scale, bias, optional(residual, i*ldc+j+o), j)
				}
				finishRows(y, rows, cols, ldc, act)
			}
		}
	}
}

// widenWeights converts len(dst) weights.
func widenWeights[T int8 | uint16](dst []float32, src []T) {
	switch src := any(src).(type) {
	case []int8:
		widenAVX2(dst, src[:len(dst)], 0, 1)
	case []uint16:
		widenHalfAVX2(dst, src[:len(dst)])
	}
}
