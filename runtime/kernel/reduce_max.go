package kernel

// ReduceMax computes the largest elements, -Inf or the least integer of none, NaN where one is NaN of src. groups are the sizes of runs of axes that are all reduced or all kept, in turn, and
// last says that the last one is reduced.
func ReduceMax[T Number](dst, src []T, groups []int, last bool) {
	setAll(dst, lowest[T]())
	reduceGroups(dst, src, groups, last, 1, maxRows[T], maxCols[T])
}

func maxRows[T Number](dst, src []T, n int) {
	for i, m := range dst {
		row := src[i*n:][:n]
		m0, m1, m2, m3 := m, m, m, m
		for ; len(row) >= 4; row = row[4:] {
			m0, m1, m2, m3 = max(m0, row[0]), max(m1, row[1]), max(m2, row[2]), max(m3, row[3])
		}
		for _, x := range row {
			m0 = max(m0, x)
		}
		dst[i] = max(max(m0, m1), max(m2, m3))
	}
}

func maxCols[T Number](dst, src []T, n int) {
	for range n {
		for i, x := range src[:len(dst)] {
			dst[i] = max(dst[i], x)
		}
		src = src[len(dst):]
	}
}

// ReduceMin computes the smallest elements, +Inf or the greatest integer of none, NaN where one is NaN of src. groups are the sizes of runs of axes that are all reduced or all kept, in turn, and
// last says that the last one is reduced.
func ReduceMin[T Number](dst, src []T, groups []int, last bool) {
	setAll(dst, highest[T]())
	reduceGroups(dst, src, groups, last, 1, minRows[T], minCols[T])
}

func minRows[T Number](dst, src []T, n int) {
	for i, m := range dst {
		row := src[i*n:][:n]
		m0, m1, m2, m3 := m, m, m, m
		for ; len(row) >= 4; row = row[4:] {
			m0, m1, m2, m3 = min(m0, row[0]), min(m1, row[1]), min(m2, row[2]), min(m3, row[3])
		}
		for _, x := range row {
			m0 = min(m0, x)
		}
		dst[i] = min(min(m0, m1), min(m2, m3))
	}
}

func minCols[T Number](dst, src []T, n int) {
	for range n {
		for i, x := range src[:len(dst)] {
			dst[i] = min(dst[i], x)
		}
		src = src[len(dst):]
	}
}

// lowest is -Inf or the least integer.
func lowest[T Number]() T {
	var zero T
	one := zero + 1
	if one/2 != zero { // a float
		return -one / zero
	}
	x := zero - one
	if x > zero { // unsigned
		return zero
	}
	for x+x < x {
		x += x
	}
	return x
}

// highest is +Inf or the greatest integer.
func highest[T Number]() T {
	var zero T
	if low := lowest[T](); low != low+1 { // an integer
		return zero - 1 - low
	}
	return (zero + 1) / zero
}
