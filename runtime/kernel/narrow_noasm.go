//go:build !amd64 || !gc || purego

package kernel

func narrowHalfAVX2[T ~uint16](dst []T, src []float32) { panic("kernel: BUG: no assembly") }
