package kernel

// Inverse sets dst to the inverses of the n×n matrices in src, by elimination in float64 with the largest pivot of each
// column. A matrix that has none gives numbers that are infinite or NaN. work is scratch of 2·n·n elements.
func Inverse[T Float](dst, src []T, work []float64, n int) {
	if n == 0 {
		return
	}
	w := 2 * n
	for b := 0; b+n*n <= len(dst); b += n * n {
		for i := range n { // [a | 1]
			row := work[i*w:][:w]
			for k, x := range src[b+i*n:][:n] {
				row[k], row[n+k] = float64(x), 0
			}
			row[n+i] = 1
		}
		for c := range n {
			eliminate(work, n, c)
		}
		for i := range n {
			y := dst[b+i*n:][:n]
			for k, v := range work[i*w+n:][:n] {
				y[k] = T(v)
			}
		}
	}
}

// eliminate makes column c of the rows [a | y], 2·n long, that of the unit matrix.
func eliminate(rows []float64, n, c int) {
	w := 2 * n
	best, size := c, 0.0
	for r := c; r < n; r++ {
		if v := rows[r*w+c]; max(v, -v) > size {
			best, size = r, max(v, -v)
		}
	}
	top, p := rows[c*w:][:w], rows[best*w:][:w]
	if best != c {
		for k, v := range p {
			p[k], top[k] = top[k], v
		}
	}
	f := 1 / top[c]
	for k := range top {
		top[k] *= f
	}
	for r := range n {
		if r == c {
			continue
		}
		row := rows[r*w:][:w]
		f := row[c]
		for k, v := range top {
			row[k] -= float64(f * v)
		}
	}
}
