//go:build !amd64 || !gc || purego

package kernel

func decodeAVX2[T int8 | uint8 | uint16](dst []float32, src []T, c *codes) {
	panic("kernel: BUG: no assembly")
}
