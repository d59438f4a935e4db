//go:build gc && !purego

package kernel

import "unsafe"

const (
	// callWork bounds the products of one call of assembly, which nothing can interrupt: 40 µs on a slow core.
	callWork = 1 << 19
	// panelDepth bounds the part of a panel that rows are multiplied by before the next: a tile's third of it, 12 KiB,
	// stays in the nearest cache, even where another thread has half of that.
	panelDepth = 192
	// lateElements of a result of several panels are still in the cache when its last panel is done: its activation then
	// takes whole rows at once, not a panel's part of each.
	lateElements = 1 << 16
)

// gemmF32AVX2 is GemmF32, each product fused with its sum. While rows are multiplied by a part of a panel, the next
// part is brought closer, spread over them: weights that come from memory then cost little more than those that don't.
func gemmF32AVX2(dst, a, packed, bias, residual []float32, m, n, k, lda, ldc int, act Act) {
	if m == 0 || n == 0 {
		return
	}
	parts := max((k+panelDepth-1)/panelDepth, 1)
	depth := (k + parts - 1) / parts
	t := tilesOf(m)
	late := n > gemmPanel && n == ldc && m*n <= lateElements
	chunk := max(callWork/(gemmPanel*max(depth, 1))/t.rows, 1) * t.rows
	for j := 0; j < n; j += gemmPanel {
		cols := min(gemmPanel, n-j)
		w := panelWidth(cols)
		panel := packed[j*k : (j+w)*k]
		for part := range parts {
			p := part * depth
			d := min(depth, k-p)
			next := still(packed)
			if !t.stream(m) {
				next = ahead{addressOf(packed) + 4*uintptr(j*k+(p+d)*w), t.prefetch(m)}
			}
			for i := 0; i < m; i += chunk {
				rows := min(chunk, m-i)
				o := i*ldc + j
				if part == 0 {
					productF32(dst[o:], a[i*lda:], panel, optional(bias, j), optional(residual, o), next, rows, cols, d, lda, w, ldc)
				} else {
					productF32(dst[o:], a[i*lda+p:], panel[p*w:], nil, dst[o:], next, rows, cols, d, lda, w, ldc)
				}
				next.skip(t.count(rows) * d)
				if part == parts-1 && !late {
					finishRows(dst[o:], rows, cols, ldc, act)
				}
			}
		}
	}
	if late {
		finishRows(dst, m, n, ldc, act)
	}
}

// tiles is how assembly cuts its products.
type tiles struct{ rows, cols int }

// tilesOf gives the tiles of a product of m rows.
func tilesOf(m int) tiles {
	switch {
	case hasAVX512:
		return tiles{8, gemmPanel}
	case m <= 2:
		return tiles{6, gemmPanel}
	}
	return tiles{6, 16}
}

// stream says that one tile reads the weights from the first to the last, which a processor with AVX2 foresees: one row by
// 512×128 weights takes 3.4 µs of Zen 3, and 5.5 where what lies far ahead is prefetched as well.
func (t tiles) stream(m int) bool { return m <= 2 && !hasAVX512 }

// count is the number of tiles of rows of a panel.
func (t tiles) count(rows int) int { return gemmPanel / t.cols * ((rows + t.rows - 1) / t.rows) }

// prefetch is how many bytes of the next panel a step of k brings closer, so that all of it comes while m rows pass.
func (t tiles) prefetch(m int) int {
	rounds := (m + t.rows - 1) / t.rows
	return (4*t.cols + rounds - 1) / rounds
}

// ahead is what assembly prefetches: a line at each step of k, or as many as a tile is wide, then step bytes on. Behind
// a step's last weights lie those of the next, in a package; where nothing lies, prefetching does nothing, but an address
// that is not mapped takes long to look for, so that what has nothing to prefetch names memory that is there.
type ahead struct {
	next uintptr
	step int
}

// skip goes on by what so many steps prefetch.
func (a *ahead) skip(steps int) { a.next += uintptr(steps * a.step) }

// still prefetches nothing but the beginning of x.
func still(x []float32) ahead { return ahead{next: addressOf(x)} }

// addressOf is where x lies, for prefetches alone: nothing is read through it.
func addressOf(x []float32) uintptr { return uintptr(unsafe.Pointer(unsafe.SliceData(x))) }

// productF32 computes dst = a·b + bias + residual as productAVX2 says, after a check that the operands are as large as
// that takes them to be. There is at least one row, and one column.
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
	y, x, w := unsafe.SliceData(dst), unsafe.SliceData(a), unsafe.SliceData(b)
	add, r := unsafe.SliceData(bias), unsafe.SliceData(residual)
	if hasAVX512 {
		productAVX512(y, x, w, add, r, next.next, rows, cols, k, lda, ldb, ldc, next.step)
		return
	}
	productAVX2(y, x, w, add, r, next.next, rows, cols, k, lda, ldb, ldc, next.step)
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
	if cols == ldc {
		act.F(dst[:rows*cols], act.A, act.B)
		return
	}
	for r := range rows {
		act.F(dst[r*ldc:r*ldc+cols], act.A, act.B)
	}
}

// addProductAVX2 is addProduct for any n; rows of c are ldc apart.
func addProductAVX2(c, a, b []float32, m, n, k, lda, ldb, ldc int) {
	if m > 0 && n > 0 {
		productF32(c, a, b, nil, c, still(b), m, n, k, lda, ldb, ldc)
	}
}
