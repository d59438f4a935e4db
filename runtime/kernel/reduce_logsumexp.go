package kernel

import "math"

// ReduceLogSumExp computes ln Σ e^x. groups are the sizes of runs of axes that are all reduced or all kept, in turn,
// and last says that the last one is reduced. acc is scratch of twice dst's length.
func ReduceLogSumExp[T Float](dst, src []T, acc []float64, groups []int, last bool) {
	acc = acc[:2*len(dst)]
	for i := range dst {
		acc[2*i], acc[2*i+1] = math.Inf(-1), 0
	}
	reduceGroups(acc, src, groups, last, 2, logSumExpRows[T], logSumExpCols[T])
	for i := range dst {
		m, s := acc[2*i], acc[2*i+1]
		if m-m == 0 { // else the maximum, infinite or NaN, is the result
			m += log64(s)
		}
		dst[i] = T(m)
	}
}

// logSumExpRows brings each row into its accumulators: the maximum m so far and Σ e^(x-m).
func logSumExpRows[T Float](acc []float64, src []T, n int) {
	for i := 0; i+1 < len(acc); i += 2 {
		row := src[i/2*n:][:n]
		m := acc[i]
		for _, x := range row {
			m = max(m, float64(x))
		}
		if m-m != 0 {
			acc[i] = m
			continue
		}
		s := float64(acc[i+1] * exp64(acc[i]-m))
		for _, x := range row {
			s += exp64(float64(x) - m)
		}
		acc[i], acc[i+1] = m, s
	}
}

func logSumExpCols[T Float](acc []float64, src []T, n int) {
	width := len(acc) / 2
	for range n {
		logSumExpRows(acc, src[:width], 1)
		src = src[width:]
	}
}
