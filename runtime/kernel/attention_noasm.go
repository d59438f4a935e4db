//go:build !amd64 || !gc || purego

package kernel

func attendTileAVX2(score, bias []float32, rows, cols, ld, ldb int, scale float32, top, fall, sum []float32) {
	panic("kernel: BUG: no assembly")
}

func tileProduct(c, a, b []float32, m, n, k, lda, ldb, ldc int, add bool) {
	panic("kernel: BUG: no assembly")
}
