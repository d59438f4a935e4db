package kernel

// Pad writes to dst, of shape out, src, of shape in, with before[k] entries before axis k; a negative number cuts
// entries off. Where index is nil, new entries are value[0], or zero where value is empty; else index(i, n) says which
// of the n entries stands at place i, counted from the first of src. The shapes have one length, at least 1.
func Pad[T any](dst, src, value []T, out, in, before []int, index func(i, n int) int) {
	var v T
	if len(value) > 0 {
		v = value[0]
	}
	if len(src) == 0 {
		Fill(dst, v)
		return
	}
	padAxis(dst, src, v, out, in, before, index)
}

// padAxis pads the outermost axis and, entry by entry, those within it.
func padAxis[T any](dst, src []T, v T, out, in, before []int, index func(i, n int) int) {
	if len(dst) == 0 {
		return
	}
	n, to, from := in[0], len(dst)/out[0], len(src)/in[0]
	if len(out) == 1 && index == nil {
		padRow(dst, src, v, before[0])
		return
	}
	for i := range out[0] {
		row, j := dst[i*to:][:to], i-before[0]
		if index != nil {
			j = index(j, n)
		}
		switch {
		case j < 0 || j >= n:
			Fill(row, v)
		case len(out) == 1:
			row[0] = src[j]
		default:
			padAxis(row, src[j*from:][:from], v, out[1:], in[1:], before[1:], index)
		}
	}
}

// padRow fills, copies and fills.
func padRow[T any](dst, src []T, v T, before int) {
	left := min(max(before, 0), len(dst))
	Fill(dst[:left], v)
	n := 0
	if skip := max(-before, 0); skip < len(src) {
		n = copy(dst[left:], src[skip:])
	}
	Fill(dst[left+n:], v)
}

// PadEdge repeats the entries at the borders.
func PadEdge(i, n int) int { return min(max(i, 0), n-1) }

// PadWrap goes on at the other border.
func PadWrap(i, n int) int {
	if i %= n; i < 0 {
		i += n
	}
	return i
}

// PadReflect mirrors at the entries at the borders.
func PadReflect(i, n int) int {
	if n == 1 {
		return 0
	}
	i = PadWrap(i, 2*(n-1))
	return min(i, 2*(n-1)-i)
}
