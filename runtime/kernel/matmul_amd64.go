//go:build gc && !purego

package kernel

import "unsafe"

// addDotsAVX2 is addDots for k of at least 1.
func addDotsAVX2(c, a, b []float32, m, n, ldc, k, lda, ldb int) {
	chunk := max(callWork/(4*k), 1)
	for j := 0; j < n; j += 4 {
		cols := min(4, n-j)
		y := b[j*ldb:]
		_ = y[(cols-1)*ldb+k-1]
		for i := 0; i < m; i += chunk {
			rows := min(chunk, m-i)
			x, to := a[i*lda:], c[i*ldc+j:]
			_, _ = x[(rows-1)*lda+k-1], to[(rows-1)*ldc+cols-1]
			innerAVX2(unsafe.SliceData(to), unsafe.SliceData(x), unsafe.SliceData(y), rows, cols, k, lda, ldb, ldc)
		}
	}
}
