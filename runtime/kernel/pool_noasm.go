//go:build !amd64 || !gc || purego

package kernel

func maxPoolF32AVX2(y, x, scratch []float32, table []int64, planes int, win Window) {
	panic("kernel: BUG: no assembly")
}

func maxPoolNumbersF32AVX2(y, x, scratch []float32, table []int64, planes int, win Window) {
	panic("kernel: BUG: no assembly")
}

func averagePoolF32AVX2(y, x, scratch []float32, table []int64, planes int, limits []int, win Window) {
	panic("kernel: BUG: no assembly")
}
