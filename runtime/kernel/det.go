package kernel

// Det gives the determinants of n×n matrices, by elimination in float64 with the largest pivot of each column. lu is
// scratch of n·n elements.
func Det[T Float](dst, src []T, lu []float64, n int) {
	lu = lu[:n*n]
	for b := range dst {
		for i, x := range src[b*n*n:][:n*n] {
			lu[i] = float64(x)
		}
		dst[b] = T(detOf(lu, n))
	}
}

func detOf(m []float64, n int) float64 {
	det := 1.0
	for c := range n {
		pivot, size := c, 0.0
		for r := c; r < n; r++ {
			if v := m[r*n+c]; max(v, -v) > size || v != v { // NaN is to reach the result
				pivot, size = r, max(v, -v)
			}
		}
		p, top := m[pivot*n:][:n], m[c*n:][:n]
		if pivot != c {
			det = -det
			for k, v := range p {
				p[k], top[k] = top[k], v
			}
		}
		det *= top[c]
		if top[c] == 0 {
			return det
		}
		for r := c + 1; r < n; r++ {
			row := m[r*n:][:n]
			f := row[c] / top[c]
			for k := c + 1; k < n; k++ {
				row[k] -= float64(f * top[k])
			}
		}
	}
	return det
}
