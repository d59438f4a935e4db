//go:build !amd64 || !gc || purego

package kernel

func blendRowAVX2[T Float](dst, row []T, weight T, first bool) bool {
	panic("kernel: BUG: no assembly")
}
