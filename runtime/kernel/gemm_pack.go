package kernel

// panelWidth returns the width of a panel of cols columns in memory.
func panelWidth(cols int) int { return (cols + gemmGroup - 1) &^ (gemmGroup - 1) }

// PackedLen returns the number of elements of a packed [k][n] matrix.
func PackedLen(n, k int) int { return panelWidth(n) * k }

// PackF32 packs b, [k][n] or [n][k] if transposed, into PackedLen(n, k) elements of dst.
func PackF32(dst, b []float32, n, k int, transposed bool) { packPanels(dst, b, n, k, transposed) }

// PackI8 is PackF32 for int8 weights.
func PackI8(dst, b []int8, n, k int, transposed bool) { packPanels(dst, b, n, k, transposed) }

// PackF16 is PackF32 for float16 weights.
func PackF16(dst, b []uint16, n, k int, transposed bool) { packPanels(dst, b, n, k, transposed) }

// packPanels lays b out in panels.
func packPanels[T float32 | int8 | uint16](dst, b []T, n, k int, transposed bool) {
	rs, cs := n, 1
	if transposed {
		rs, cs = 1, k
	}
	for j := 0; j < n; j += gemmPanel {
		cols := min(gemmPanel, n-j)
		w := panelWidth(cols)
		for p := range k {
			row := dst[j*k+p*w : j*k+(p+1)*w]
			for x := range cols {
				row[x] = b[p*rs+(j+x)*cs]
			}
			clear(row[cols:])
		}
	}
}

// widenI8 converts len(dst) int8.
func widenI8(dst []float32, src []int8) {
	src = src[:len(dst)]
	for i, v := range src {
		dst[i] = float32(v)
	}
}
