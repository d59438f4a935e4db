//go:build !amd64 || !gc || purego

package kernel

func widenAVX2[T Number](dst []float32, src []T, zero, scale float32) bool {
	panic("kernel: BUG: no assembly")
}

func widenHalfAVX2[T ~uint16](dst []float32, src []T) { panic("kernel: BUG: no assembly") }
