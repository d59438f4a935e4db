package kernel

// ReduceAny computes whether any element is true of src. groups are the sizes of runs of axes that are all reduced or all kept, in turn, and
// last says that the last one is reduced.
func ReduceAny(dst, src []bool, groups []int, last bool) {
	setAll(dst, false)
	reduceGroups(dst, src, groups, last, 1, anyRows, anyCols)
}

func anyRows(dst, src []bool, n int) {
	for i, m := range dst {
		row := src[i*n:][:n]
		m0, m1, m2, m3 := m, m, m, m
		for ; len(row) >= 4; row = row[4:] {
			m0, m1, m2, m3 = m0 || row[0], m1 || row[1], m2 || row[2], m3 || row[3]
		}
		for _, x := range row {
			m0 = m0 || x
		}
		dst[i] = m0 || m1 || m2 || m3
	}
}

func anyCols(dst, src []bool, n int) {
	for range n {
		for i, x := range src[:len(dst)] {
			dst[i] = dst[i] || x
		}
		src = src[len(dst):]
	}
}

// ReduceAll computes whether all elements are true of src. groups are the sizes of runs of axes that are all reduced or all kept, in turn, and
// last says that the last one is reduced.
func ReduceAll(dst, src []bool, groups []int, last bool) {
	setAll(dst, true)
	reduceGroups(dst, src, groups, last, 1, allRows, allCols)
}

func allRows(dst, src []bool, n int) {
	for i, m := range dst {
		row := src[i*n:][:n]
		m0, m1, m2, m3 := m, m, m, m
		for ; len(row) >= 4; row = row[4:] {
			m0, m1, m2, m3 = m0 && row[0], m1 && row[1], m2 && row[2], m3 && row[3]
		}
		for _, x := range row {
			m0 = m0 && x
		}
		dst[i] = m0 && m1 && m2 && m3
	}
}

func allCols(dst, src []bool, n int) {
	for range n {
		for i, x := range src[:len(dst)] {
			dst[i] = dst[i] && x
		}
		src = src[len(dst):]
	}
}
