//go:build !amd64 || !gc || purego

package kernel

func singleRowsI8(rows, k int) bool { return false }

func addRowI8AVX2(y []float32, a []uint8, packed []int8, columns []int32, scale []float32, off int32) {
	panic("kernel: BUG: no assembly")
}
