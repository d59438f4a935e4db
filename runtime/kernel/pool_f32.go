package kernel

// MaxPoolF32 is MaxPool for float32. scratch, of at least four floats a tap and 8 more, takes what a strip of positions
// meets, and table a number for each tap.
func MaxPoolF32(y, x, scratch []float32, table []int64, planes int, win Window) {
	if hasAVX2 {
		maxPoolF32AVX2(y, x, scratch, table, planes, win)
		return
	}
	MaxPool(y, x, planes, win)
}

// MaxPoolNumbersF32 is MaxPoolNumbers for float32. scratch and table are as MaxPoolF32 takes them.
func MaxPoolNumbersF32(y, x, scratch []float32, table []int64, planes int, win Window) {
	if hasAVX2 {
		maxPoolNumbersF32AVX2(y, x, scratch, table, planes, win)
		return
	}
	MaxPoolNumbers(y, x, planes, win)
}

// AveragePoolF32 is AveragePool for float32. scratch, of at least five floats a tap and 8 more, takes what a strip of
// positions meets, and table a number for each tap.
func AveragePoolF32(y, x, scratch []float32, table []int64, planes int, limits []int, win Window) {
	if hasAVX2 {
		averagePoolF32AVX2(y, x, scratch, table, planes, limits, win)
		return
	}
	AveragePool(y, x, planes, limits, win)
}
