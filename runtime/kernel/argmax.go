package kernel

// ArgMax gives, along the middle one of three axes, the position of the largest element: the first of equals, or the
// last one. NaN is never found unless it comes first, and then nothing else is. It gives 0 where n is 0.
func ArgMax[T Number](dst []int64, src []T, outer, n, inner int, last bool) {
	if hasAVX2 && inner == 1 && n > 0 && !last && argBestRowsAVX2(dst[:outer], src, n, 0) {
		return
	}
	for o := range outer {
		best := dst[o*inner:][:inner]
		clear(best)
		block := src[o*n*inner:][:n*inner]
		for k := 1; k < n; k++ {
			for i, x := range block[k*inner:][:inner] {
				b := block[int(best[i])*inner+i]
				if x > b || last && x == b {
					best[i] = int64(k)
				}
			}
		}
	}
}

// ArgMin gives, along the middle one of three axes, the position of the smallest element: the first of equals, or the
// last one. NaN is never found unless it comes first, and then nothing else is. It gives 0 where n is 0.
func ArgMin[T Number](dst []int64, src []T, outer, n, inner int, last bool) {
	if hasAVX2 && inner == 1 && n > 0 && !last && argBestRowsAVX2(dst[:outer], src, n, 1<<31) {
		return
	}
	for o := range outer {
		best := dst[o*inner:][:inner]
		clear(best)
		block := src[o*n*inner:][:n*inner]
		for k := 1; k < n; k++ {
			for i, x := range block[k*inner:][:inner] {
				b := block[int(best[i])*inner+i]
				if x < b || last && x == b {
					best[i] = int64(k)
				}
			}
		}
	}
}

// Hardmax writes 1 where, along the middle one of three axes, the first largest element stands, and 0 elsewhere.
func Hardmax[T Float](dst, src []T, outer, n, inner int) {
	clear(dst)
	if n == 0 {
		return
	}
	for o := range outer {
		block := src[o*n*inner:][:n*inner]
		for i := range inner {
			best := i
			for at := i + inner; at < len(block); at += inner {
				if x, b := block[at], block[best]; x > b || x != x && b == b {
					best = at
				}
			}
			dst[o*n*inner+best] = 1
		}
	}
}
