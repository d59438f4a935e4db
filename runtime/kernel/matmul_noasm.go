//go:build !amd64 || !gc || purego

package kernel

func addDotsAVX2(c, a, b []float32, m, n, ldc, k, lda, ldb int) { panic("kernel: BUG: no assembly") }
