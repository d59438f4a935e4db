//go:build !amd64 || !gc || purego

package kernel

func convF32AVX2(y, x, w, bias, residual, scratch []float32, table []int64, act Act, n, groups, m, c int, win Window) {
	panic("kernel: BUG: no assembly")
}

func convPointF32AVX2(y, x, w, bias, residual, scratch []float32, table []int64, act Act, n, groups, m, c, plane int) {
	panic("kernel: BUG: no assembly")
}

func convDepthwiseF32AVX2(y, x, w, bias, residual, scratch []float32, table []int64, act Act, n, channels, multiplier int, win Window) {
	panic("kernel: BUG: no assembly")
}

func convColumnsAVX2(columns, w, x, scratch []float32, table []int64, rows, k, p0, width, plane int) {
	panic("kernel: BUG: no assembly")
}

func convWinogradF32AVX2(y, x, w, bias, residual, scratch []float32, table []int64, act Act, n, m, c int, win Window, block, side int) {
	panic("kernel: BUG: no assembly")
}

func packQuantAVX2[T int8 | uint8](dst []float32, w []T, less, by *[4]float32) int {
	panic("kernel: BUG: no assembly")
}

func convPanelsF32AVX2(dst, src []float32, taps, k int) { panic("kernel: BUG: no assembly") }

func (t *convSmall) sumAVX2(sums, x, w []float32) { panic("kernel: BUG: no assembly") }
