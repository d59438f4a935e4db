//go:build gc && !purego

package kernel

import "unsafe"

// sumF32AVX2 is sumRows if these are rows of float32 and their sums float64.
func sumF32AVX2[A, T Number](acc []A, src []T, n int) bool {
	to, x, ok := rowSums(acc, src, n)
	for len(to) > 0 {
		rows := callRows(to, n)
		sumRowsAVX2(unsafe.SliceData(to), unsafe.SliceData(x), rows, n)
		to, x = to[rows:], x[rows*n:]
	}
	return ok
}

// sumAbsF32AVX2 is sumF32AVX2 for sumAbsRows.
func sumAbsF32AVX2[A, T Number](acc []A, src []T, n int) bool {
	to, x, ok := rowSums(acc, src, n)
	for len(to) > 0 {
		rows := callRows(to, n)
		sumAbsRowsAVX2(unsafe.SliceData(to), unsafe.SliceData(x), rows, n)
		to, x = to[rows:], x[rows*n:]
	}
	return ok
}

// sumSquareF32AVX2 is sumF32AVX2 for sumSquareRows.
func sumSquareF32AVX2[A, T Number](acc []A, src []T, n int) bool {
	to, x, ok := rowSums(acc, src, n)
	for len(to) > 0 {
		rows := callRows(to, n)
		sumSquareRowsAVX2(unsafe.SliceData(to), unsafe.SliceData(x), rows, n)
		to, x = to[rows:], x[rows*n:]
	}
	return ok
}

// callSums is how many elements a call of assembly adds up, at least: it cannot be interrupted.
const callSums = 1 << 16

// callRows is how many rows a call takes.
func callRows(acc []float64, n int) int { return min(max(callSums/max(n, 1), 1), len(acc)) }

// rowSums gives the operands of assembly, which sums rows that are not so long that it would not come back for a while.
func rowSums[A, T Number](acc []A, src []T, n int) ([]float64, []float32, bool) {
	to, wide := any(acc).([]float64)
	x, single := any(src).([]float32)
	if !wide || !single || n > 16*callSums {
		return nil, nil, false
	}
	return to, x[:len(to)*n], true
}
