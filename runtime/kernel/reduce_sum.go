package kernel

import "math"

// ReduceSumAbs adds up the absolute values of src. groups are the sizes of runs of axes that are all reduced or all kept, in turn, and
// last says that the last one is reduced. acc has the result's length; it may hold a wider type than src.
func ReduceSumAbs[A Signed | Float, T Number](acc []A, src []T, groups []int, last bool) {
	clear(acc)
	reduceGroups(acc, src, groups, last, 1, sumAbsRows[A, T], sumAbsCols[A, T])
}

func sumAbsRows[A Signed | Float, T Number](acc []A, src []T, n int) {
	if hasAVX2 && sumAbsF32AVX2(acc, src, n) {
		return
	}
	for i := range acc {
		row := src[i*n:][:n]
		var s0, s1, s2, s3 A // four lanes, so that no addition waits for the one before
		for ; len(row) >= 4; row = row[4:] {
			s0 += max(A(row[0]), -A(row[0]))
			s1 += max(A(row[1]), -A(row[1]))
			s2 += max(A(row[2]), -A(row[2]))
			s3 += max(A(row[3]), -A(row[3]))
		}
		for _, x := range row {
			s0 += max(A(x), -A(x))
		}
		acc[i] += (s0 + s1) + (s2 + s3)
	}
}

func sumAbsCols[A Signed | Float, T Number](acc []A, src []T, n int) {
	for range n {
		for i, x := range src[:len(acc)] {
			acc[i] += max(A(x), -A(x))
		}
		src = src[len(acc):]
	}
}

// ReduceSumSquare adds up the squares of src. groups are the sizes of runs of axes that are all reduced or all kept, in turn, and
// last says that the last one is reduced. acc has the result's length; it may hold a wider type than src.
func ReduceSumSquare[A, T Number](acc []A, src []T, groups []int, last bool) {
	clear(acc)
	reduceGroups(acc, src, groups, last, 1, sumSquareRows[A, T], sumSquareCols[A, T])
}

func sumSquareRows[A, T Number](acc []A, src []T, n int) {
	if hasAVX2 && sumSquareF32AVX2(acc, src, n) {
		return
	}
	for i := range acc {
		row := src[i*n:][:n]
		var s0, s1, s2, s3 A // four lanes, so that no addition waits for the one before
		for ; len(row) >= 4; row = row[4:] {
			s0 += A(A(row[0]) * A(row[0]))
			s1 += A(A(row[1]) * A(row[1]))
			s2 += A(A(row[2]) * A(row[2]))
			s3 += A(A(row[3]) * A(row[3]))
		}
		for _, x := range row {
			s0 += A(A(x) * A(x))
		}
		acc[i] += (s0 + s1) + (s2 + s3)
	}
}

func sumSquareCols[A, T Number](acc []A, src []T, n int) {
	for range n {
		for i, x := range src[:len(acc)] {
			acc[i] += A(A(x) * A(x))
		}
		src = src[len(acc):]
	}
}

// SumResult converts sums to the element type of the result; dst may be acc.
func SumResult[T, A Number](dst []T, acc []A) {
	for i, s := range acc[:len(dst)] {
		dst[i] = T(s)
	}
}

// SumMean divides sums by the number n of what was added; it gives 0 for n = 0. dst may be acc.
func SumMean[T, A Float](dst []T, acc []A, n int) {
	for i, s := range acc[:len(dst)] {
		dst[i] = T(float64(s) / float64(max(n, 1)))
	}
}

// SumMeanInt divides sums by the number n of what was added, cut towards zero; it gives 0 for n = 0.
func SumMeanInt[T Integer, A int64 | uint64](dst []T, acc []A, n int) {
	for i, s := range acc[:len(dst)] {
		dst[i] = T(s / A(max(n, 1)))
	}
}

// SumSqrt takes the square roots of sums; dst may be acc.
func SumSqrt[T, A Float](dst []T, acc []A) {
	for i, s := range acc[:len(dst)] {
		dst[i] = T(math.Sqrt(float64(s)))
	}
}

// SumLog takes the natural logarithms of sums; dst may be acc.
func SumLog[T, A Float](dst []T, acc []A) {
	for i, s := range acc[:len(dst)] {
		dst[i] = T(log64(float64(s)))
	}
}
