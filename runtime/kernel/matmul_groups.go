package kernel

// MatMulGroupsF32 computes dst = a·bᵀ where each group of a's rows has a matrix of its own:
// rows ends[g-1] up to ends[g] of a, [m][k], go with b[g], [n][k]; dst is [m][n]. The groups
// must take up all the rows. It returns the first group that ends before it begins, or
// behind the rows, or is the last and leaves rows over; else -1.
//
//energeticc:shape m n k
func MatMulGroupsF32(dst, a, b []float32, ends []int64, m, n, k int) int {
	at := 0
	var tmp matScratch
	for g, e := range ends {
		if e < int64(at) || e > int64(m) {
			return g
		}
		end := int(e)
		if rows := end - at; rows > 0 && n > 0 && k > 0 {
			matMulStrided(&tmp, dst[at*n:end*n], a[at*k:], b[g*n*k:], rows, n, k, k, 1, 1, k, n, 1)
		} else {
			clear(dst[at*n : end*n])
		}
		at = end
	}
	if at < m {
		return len(ends) - 1
	}
	return -1
}
