//go:build !amd64 || !gc || purego

package kernel

func dequantizeI8AVX2(dst []float32, src []int8, zero, scale float32) {
	panic("kernel: BUG: no assembly")
}

func widenHalfAVX2[T ~uint16](dst []float32, src []T) { panic("kernel: BUG: no assembly") }
