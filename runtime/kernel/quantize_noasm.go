//go:build !amd64 || !gc || purego

package kernel

func quantizeAVX2[T Quantized](dst []T, src []float32, scale, zero, lo, hi float32) bool {
	panic("kernel: BUG: no assembly")
}

func spanF32AVX2(x []float32) (lo, hi float32) { panic("kernel: BUG: no assembly") }
