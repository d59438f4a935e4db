package kernel

// reduceGroups walks src in memory order and hands it, block by block, to a function that adds it to accumulators.
// groups are the sizes of runs of axes that are all reduced or all kept, in turn; last says that the last one is
// reduced. acc holds width accumulators an element of the result. Where the last group is reduced, rows gets the
// accumulators of some elements and a row of n for each; else cols gets those of a row and n such rows.
func reduceGroups[A, T any](acc []A, src []T, groups []int, last bool, width int, rows, cols func(acc []A, src []T, n int)) {
	k := len(groups)
	switch {
	case len(src) == 0:
	case last && (k == 1 || k == 2):
		rows(acc, src, groups[k-1])
	case k < 3:
		cols(acc, src, len(src)*width/len(acc))
	default:
		n := groups[0]
		step, accStep, accLen := len(src)/n, 0, len(acc)
		if kept := last == (k%2 == 0); kept {
			accStep, accLen = len(acc)/n, len(acc)/n
		}
		for i := range n {
			reduceGroups(acc[i*accStep:][:accLen], src[i*step:][:step], groups[1:], last, width, rows, cols)
		}
	}
}

func setAll[T any](dst []T, v T) {
	for i := range dst {
		dst[i] = v
	}
}

// ReduceSum adds up elements of src. groups are the sizes of runs of axes that are all reduced or all kept, in turn, and
// last says that the last one is reduced. acc has the result's length; it may hold a wider type than src.
func ReduceSum[A, T Number](acc []A, src []T, groups []int, last bool) {
	clear(acc)
	reduceGroups(acc, src, groups, last, 1, sumRows[A, T], sumCols[A, T])
}

func sumRows[A, T Number](acc []A, src []T, n int) {
	if hasAVX2 && sumF32AVX2(acc, src, n) {
		return
	}
	for i := range acc {
		row := src[i*n:][:n]
		var s0, s1, s2, s3 A // four lanes, so that no addition waits for the one before
		for ; len(row) >= 4; row = row[4:] {
			s0 += A(row[0])
			s1 += A(row[1])
			s2 += A(row[2])
			s3 += A(row[3])
		}
		for _, x := range row {
			s0 += A(x)
		}
		acc[i] += (s0 + s1) + (s2 + s3)
	}
}

// sumCols adds n rows to acc, four at a time: that reads acc less often, and rounds as ONNX Runtime's product with a
// vector of ones does, which matters where a model subtracts such sums from each other.
func sumCols[A, T Number](acc []A, src []T, n int) {
	k := len(acc)
	for ; n >= 4; n -= 4 {
		r0, r1, r2, r3 := src[:k], src[k:][:k], src[2*k:][:k], src[3*k:][:k]
		for i := range acc {
			acc[i] += A(r0[i]) + A(r1[i]) + A(r2[i]) + A(r3[i])
		}
		src = src[4*k:]
	}
	if n >= 2 {
		r0, r1 := src[:k], src[k:][:k]
		for i := range acc {
			acc[i] += A(r0[i]) + A(r1[i])
		}
		src, n = src[2*k:], n-2
	}
	if n == 1 {
		for i, x := range src[:k] {
			acc[i] += A(x)
		}
	}
}
