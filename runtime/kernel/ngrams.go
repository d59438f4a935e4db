package kernel

// NGrams counts n-grams in each row of src, n long, into the columns of a row of dst, width long. The pool holds
// counts[0] n-grams of one item, then counts[1] of two, and so on; those of a length are in ascending order. An n-gram
// found adds to its column its weight, 1 where weights is nil, or with once sets the column to it. Between any two
// neighbours of an n-gram up to skip items may stand, as many between all.
func NGrams[T int32 | int64 | string](dst []float32, src, pool []T, columns []int32, weights []float32, counts []int, skip, n, width int, once bool) {
	clear(dst)
	for ; len(dst) >= width && width > 0; dst, src = dst[width:], src[n:] {
		row, grams, columns, weights := src[:n], pool, columns, weights
		for k, count := range counts {
			length := k + 1
			for step := 1; step <= min(skip, n)+1 && (length > 1 || step == 1) && k*step < n; step++ {
				for at := 0; at+k*step < n; at++ {
					g := findGram(grams[:count*length], row[at:], length, step)
					if g < 0 {
						continue
					}
					w := float32(1)
					if len(weights) > 0 {
						w = weights[g]
					}
					if !once {
						w += dst[columns[g]]
					}
					dst[columns[g]] = w
				}
			}
			grams, columns = grams[count*length:], columns[count:]
			if len(weights) > 0 {
				weights = weights[count:]
			}
		}
	}
}

// findGram is the place in grams, each of length items and in ascending order, of every step-th item of row; -1 if it
// is not there.
func findGram[T int32 | int64 | string](grams, row []T, length, step int) int {
	lo, hi := 0, len(grams)/length
	for lo < hi {
		mid := int(uint(lo+hi) >> 1)
		order := 0
		for i, x := range grams[mid*length:][:length] {
			if y := row[i*step]; x != y {
				if order = 1; x < y {
					order = -1
				}
				break
			}
		}
		switch {
		case order == 0:
			return mid
		case order < 0:
			lo = mid + 1
		default:
			hi = mid
		}
	}
	return -1
}
