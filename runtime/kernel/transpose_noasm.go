//go:build !amd64 || !gc || purego

package kernel

func transposeBlocksAVX2(dst, src []float32, rows, cols, ldd, lds int) {
	panic("kernel: BUG: no assembly")
}
