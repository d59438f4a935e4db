//go:build gc && !purego

package kernel

import "unsafe"

const (
	tileRows = 6 // of a tile of productAVX2
	// callWork bounds the products of one call of assembly, which nothing can interrupt: 40 µs on a slow core.
	callWork = 1 << 19
	// panelDepth bounds the part of a panel that rows are multiplied by before the next: a tile's third of it, 24 KiB,
	// stays in the nearest cache.
	panelDepth = 384
)

// gemmF32AVX2 is GemmF32, each product fused with its sum. While rows are multiplied by a part of a panel, the next
// part is brought closer, spread over them: weights that come from memory then cost little more than those that don't.
func gemmF32AVX2(dst, a, packed, bias, residual []float32, m, n, k, lda, ldc int, act Act) {
	if m == 0 || n == 0 {
		return
	}
	parts := max((k+panelDepth-1)/panelDepth, 1)
	depth := (k + parts - 1) / parts
	chunk := max(callWork/(gemmPanel*max(depth, 1))/tileRows, 1) * tileRows
	for j := 0; j < n; j += gemmPanel {
		cols := min(gemmPanel, n-j)
		w := panelWidth(cols)
		panel := packed[j*k : (j+w)*k]
		for part := range parts {
			p := part * depth
			d := min(depth, k-p)
			next := ahead{packed[j*k+(p+d)*w:], prefetchStep(m)}
			for i := 0; i < m; i += chunk {
				rows := min(chunk, m-i)
				o := i*ldc + j
				if part == 0 {
					productF32(dst[o:], a[i*lda:], panel, optional(bias, j), optional(residual, o), next, rows, cols, d, lda, w, ldc)
				} else {
					productF32(dst[o:], a[i*lda+p:], panel[p*w:], nil, dst[o:], next, rows, cols, d, lda, w, ldc)
				}
				next.skip(rows, d)
				if part == parts-1 {
					finishRows(dst[o:], rows, cols, ldc, act)
				}
			}
		}
	}
}

// ahead is what productAVX2 prefetches: a line at each step of k, then step bytes on. Where there is nothing to
// prefetch, next is memory that is there: to look for an address that is not takes long.
type ahead struct {
	next []float32
	step int
}

// prefetchStep spreads a panel over the tiles of m rows.
func prefetchStep(m int) int {
	if m <= 2 {
		return 4 * gemmPanel // a whole row of the panel: one tile is as wide
	}
	rounds := (m + tileRows - 1) / tileRows
	return (64 + rounds - 1) / rounds
}

// skip goes on by what a call for rows and k prefetches.
func (a *ahead) skip(rows, k int) {
	tiles := gemmPanel / 16 * ((rows + tileRows - 1) / tileRows)
	a.next = a.next[min(tiles*k*a.step/4, len(a.next)):]
}

// productF32 checks that the operands are as large as productAVX2 takes them to be; there is at least one row, and one
// column.
func productF32(dst, a, b, bias, residual []float32, next ahead, rows, cols, k, lda, ldb, ldc int) {
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
		unsafe.SliceData(next.next), rows, cols, k, lda, ldb, ldc, next.step)
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

// addProductAVX2 is addProduct for any n; rows of c are ldc apart.
func addProductAVX2(c, a, b []float32, m, n, k, lda, ldb, ldc int) {
	if m > 0 && n > 0 {
		productF32(c, a, b, nil, c, ahead{next: b}, m, n, k, lda, ldb, ldc)
	}
}
