//go:build gc && !purego

package kernel

import "unsafe"

// packQuantAVX2 lays the first places of four rows out, at least 8 of each, and says how many.
func packQuantAVX2[T int8 | uint8](dst []float32, w []T, less, by *[4]float32) int {
	k := len(w) / 4
	n := k &^ 7
	to := dst[:4*n]
	switch w := any(w).(type) {
	case []int8:
		packI8AVX2(unsafe.SliceData(to), unsafe.SliceData(w), n, k, &less[0], &by[0])
	case []uint8:
		packU8AVX2(unsafe.SliceData(to), unsafe.SliceData(w), n, k, &less[0], &by[0])
	}
	return n
}
