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
	for j := 0; j < n; j += gemmPanel {
		cols := min(gemmPanel, n-j)
		w := panelWidth(cols)
		panel := dst[j*k : (j+w)*k]
		if transposed {
			packColumns(panel, b[j*k:(j+cols)*k], cols, k, w)
			continue
		}
		for p := range k {
			row := panel[p*w : (p+1)*w]
			copy(row, b[p*n+j:][:cols])
			clear(row[cols:])
		}
	}
}

// packColumns fills a panel [k][w] from columns of k that follow each other. It takes four at a time: their reads are
// streams that the processor foresees, and their writes share cache lines.
func packColumns[T float32 | int8 | uint16](panel, b []T, cols, k, w int) {
	x := 0
	for ; x+4 <= cols; x += 4 {
		b0, b1, b2, b3 := b[x*k:(x+1)*k], b[(x+1)*k:(x+2)*k], b[(x+2)*k:(x+3)*k], b[(x+3)*k:(x+4)*k]
		b1, b2, b3 = b1[:len(b0)], b2[:len(b0)], b3[:len(b0)]
		o := x
		for i, v := range b0 {
			q := panel[o : o+4 : o+4]
			q[0], q[1], q[2], q[3] = v, b1[i], b2[i], b3[i]
			o += w
		}
	}
	if x == cols {
		return
	}
	for p := range k { // the columns that are left, and zeros
		q := panel[p*w+x : (p+1)*w]
		clear(q)
		for i := range cols - x {
			q[i] = b[(x+i)*k+p]
		}
	}
}

// widenI8 converts len(dst) int8.
func widenI8(dst []float32, src []int8) {
	src = src[:len(dst)]
	if hasAVX2 && widenAVX2(dst, src, 0, 1) {
		return
	}
	for i, v := range src {
		dst[i] = float32(v)
	}
}
