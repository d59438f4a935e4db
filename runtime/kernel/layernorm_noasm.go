//go:build !amd64 || !gc || purego

package kernel

func normRowsAVX2(dst, src, scale, bias []float32, rows, n int, eps float64, center bool) {
	panic("kernel: BUG: no assembly")
}

func groupNormAVX2(dst, src, scale, bias []float32, batch, groups, per, inner int, eps float64) {
	panic("kernel: BUG: no assembly")
}
