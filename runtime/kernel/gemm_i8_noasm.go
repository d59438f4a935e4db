//go:build !amd64 || !gc || purego

package kernel

// i8ShareFrom is from how many products on they are shared between cores.
func i8ShareFrom() int { return shareFrom }

// i8Bytes says that bytes are multiplied, not int16.
func i8Bytes() bool { return false }

func readyBytes[A int8 | uint8](dst []int16, a []A, zero int32) (total, off int32) {
	panic("kernel: BUG: no assembly")
}

func readyOnes(dst []int16, k int) { panic("kernel: BUG: no assembly") }

func readyPairsAVX2[A int8 | uint8](dst []int16, a []A, zero int32) (done int, total int32) {
	panic("kernel: BUG: no assembly")
}

func dotsI8AVX2(c []int32, a []int16, b []int8, rows, w, depth int) {
	panic("kernel: BUG: no assembly")
}

func (f *finishI8) finishAVX2(dst []float32, sums []int32, residual []float32, off, total []int32, ldc int) {
	panic("kernel: BUG: no assembly")
}

func (f *finishI8) finishCodes(l *levelI8, codes []uint8, sums []int32, rows int) {
	panic("kernel: BUG: no assembly")
}

func (p *convolutionI8) layRowAVX2(at int, x []uint8, plane, channels, n int, flip uint8) {
	panic("kernel: BUG: no assembly")
}

func columnsOfBytesAVX2(dst, src []uint8, rows, cols, ldd, lds int) {
	panic("kernel: BUG: no assembly")
}

func dotsPlacedI8AVX2(c []int32, a []int16, places, segments []int32, b []int8, w, span int) {
	panic("kernel: BUG: no assembly")
}

func dotsPlacedWideI8AVX2(c []int32, a []int16, places, segments []int32, b []int16, w, span int) {
	panic("kernel: BUG: no assembly")
}

func widenPanelI8AVX2(dst []int16, panel []int8, w, groups int) {
	panic("kernel: BUG: no assembly")
}

func readyTotalAVX2(row []int16, k int) (done int, total int32) { panic("kernel: BUG: no assembly") }
