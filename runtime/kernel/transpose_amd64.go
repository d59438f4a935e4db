//go:build gc && !purego

package kernel

import "unsafe"

// transposeBlocksAVX2 sets dst[c][r] to src[r][c] for all rows and columns but the last, those that make no whole eight.
// Rows of src are lds apart, those of dst ldd.
func transposeBlocksAVX2(dst, src []float32, rows, cols, ldd, lds int) {
	rows, cols = rows&^7, cols&^7
	if rows == 0 || cols == 0 {
		return
	}
	_, _ = src[(rows-1)*lds+cols-1], dst[(cols-1)*ldd+rows-1]
	transposeAVX2(unsafe.SliceData(dst), unsafe.SliceData(src), rows, cols, ldd, lds)
}
