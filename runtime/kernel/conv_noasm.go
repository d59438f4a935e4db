//go:build !amd64 || !gc || purego

package kernel

func convPointAVX2(y, x, w, bias, residual []float32, act Act, n, groups, m, c, plane int) {
	panic("kernel: BUG: no assembly")
}

func convAVX2(y, x, w, bias, residual, scratch []float32, act Act, n, groups, m, c int, win Window) {
	panic("kernel: BUG: no assembly")
}
