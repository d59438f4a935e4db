//go:build !amd64 || !gc || purego

package kernel

func gemmF32AVX2(dst, a, packed, bias, residual []float32, m, n, k, lda, ldc int, act Act) {
	panic("kernel: BUG: no assembly")
}

func addProductAVX2(c, a, b []float32, m, n, k, lda, ldb, ldc int) { panic("kernel: BUG: no assembly") }

func gemmWidenAVX2[T int8 | uint16](dst, a []float32, packed []T, scale, bias, residual []float32, m, n, k, lda, ldc int, act Act) {
	panic("kernel: BUG: no assembly")
}
