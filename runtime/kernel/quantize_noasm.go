//go:build !amd64 || !gc || purego

package kernel

func quantizeAVX2[T Quantized](dst []T, src []float32, scale, zero, lo, hi float32) bool {
	panic("kernel: BUG: no assembly")
}
