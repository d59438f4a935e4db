//go:build gc && !purego

package kernel

import "unsafe"

// attendTileAVX2 is attend for rows of score that have room for whole vectors.
func attendTileAVX2(score, bias []float32, rows, cols, ld, ldb int, scale float32, top, fall, sum []float32) {
	_, _ = score[(rows-1)*ld+attentionRoom(cols)-1], bias[(rows-1)*ldb+cols-1]
	_, _, _ = top[rows-1], fall[rows-1], sum[rows-1]
	x, b := unsafe.SliceData(score), unsafe.SliceData(bias)
	t, f, s := unsafe.SliceData(top), unsafe.SliceData(fall), unsafe.SliceData(sum)
	if hasAVX512 {
		attendAVX512(x, b, rows, cols, ld, ldb, scale, t, f, s)
		return
	}
	attendAVX2(x, b, rows, cols, ld, ldb, scale, t, f, s)
}

// attentionRoom is how much of a row of so many scores whole vectors take.
func attentionRoom(cols int) int {
	if hasAVX512 {
		return (cols + 15) &^ 15
	}
	return (cols + 7) &^ 7
}

// tileProduct computes c = a·b, or adds it to c.
func tileProduct(c, a, b []float32, m, n, k, lda, ldb, ldc int, add bool) {
	residual := c
	if !add {
		residual = nil
	}
	productF32(c, a, b, nil, residual, still(b), m, n, k, lda, ldb, ldc)
}
