//go:build gc && !purego

package kernel

import "unsafe"

const (
	tileRows = 6 // of a tile of productAVX2
	// callWork bounds the products of one call of assembly, which nothing can interrupt: 40 µs on a slow core.
	callWork = 1 << 19
)

// gemmF32AVX2 is GemmF32, each product fused with its sum. While rows are multiplied by one panel, the next is
// brought closer, spread over them: weights that come from memory then cost little more than those that don't.
func gemmF32AVX2(dst, a, packed, bias, residual []float32, m, n, k, lda, ldc int, act Act) {
	if m == 0 || n == 0 {
		return
	}
	chunk := max(callWork/(gemmPanel*max(k, 1))/tileRows, 1) * tileRows
	step := 4 * gemmPanel // bytes to prefetch in a step of k
	if m > 2 {
		tiles := gemmPanel / 16 * ((m + tileRows - 1) / tileRows)
		step = (step + tiles - 1) / tiles
	}
	for j := 0; j < n; j += gemmPanel {
		cols := min(gemmPanel, n-j)
		w := panelWidth(cols)
		panel := packed[j*k : (j+w)*k]
		ahead := packed[(j+w)*k:]
		for i := 0; i < m; i += chunk {
			rows := min(chunk, m-i)
			o := i*ldc + j
			productF32(dst[o:], a[i*lda:], panel, optional(bias, j), optional(residual, o), ahead, rows, cols, k, lda, w, ldc, step)
			ahead = ahead[min(rows*step*k/(8*tileRows)*3, len(ahead)):]
			finishRows(dst[o:], rows, cols, ldc, act)
		}
	}
}

// productF32 checks that the operands are as large as productAVX2 takes them to be; there is at least one row, and one
// column.
func productF32(dst, a, b, bias, residual, ahead []float32, rows, cols, k, lda, ldb, ldc, step int) {
	_ = dst[(rows-1)*ldc+cols-1]
	if k > 0 {
		_, _ = a[(rows-1)*lda+k-1], b[(k-1)*ldb+cols-1]
	}
	if bias != nil {
		_ = bias[cols-1]
	}
	if residual != nil {
		_ = residual[(rows-1)*ldc+cols-1]
	}
	productAVX2(unsafe.SliceData(dst), unsafe.SliceData(a), unsafe.SliceData(b), unsafe.SliceData(bias), unsafe.SliceData(residual),
		unsafe.SliceData(ahead), rows, cols, k, lda, ldb, ldc, step)
}

// optional cuts an operand that may be nil.
func optional(x []float32, from int) []float32 {
	if x == nil {
		return nil
	}
	return x[from:]
}

// finishRows applies act to rows of dst that are ldc apart.
func finishRows(dst []float32, rows, cols, ldc int, act Act) {
	if act.F == nil {
		return
	}
	for r := range rows {
		act.F(dst[r*ldc:r*ldc+cols], act.A, act.B)
	}
}

// addProductAVX2 is addProduct; n may be any number.
func addProductAVX2(c, a, b []float32, m, n, k, lda, ldb int) {
	if m > 0 && n > 0 {
		productF32(c, a, b, nil, c, b, m, n, k, lda, ldb, n, 0)
	}
}
