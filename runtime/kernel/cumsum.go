package kernel

// CumSum gives the running sums along the middle one of three axes, from its end if reverse is set; exclusive ones
// leave the element itself out. acc is scratch of inner elements, of a wider type where sums need it; dst may be src.
func CumSum[T, A Number](dst, src []T, acc []A, outer, n, inner int, exclusive, reverse bool) {
	acc = acc[:inner]
	for o := range outer {
		clear(acc)
		for k := range n {
			if reverse {
				k = n - 1 - k
			}
			at := (o*n + k) * inner
			to := dst[at:][:inner]
			for i, x := range src[at:][:inner] {
				before := acc[i]
				acc[i] += A(x)
				if exclusive {
					to[i] = T(before)
				} else {
					to[i] = T(acc[i])
				}
			}
		}
	}
}

// CumProd gives the running products along the middle one of three axes, from its end if reverse is set; exclusive
// ones leave the element itself out. acc is scratch of inner elements, of a wider type where products need it; dst may
// be src.
func CumProd[T, A Number](dst, src []T, acc []A, outer, n, inner int, exclusive, reverse bool) {
	acc = acc[:inner]
	for o := range outer {
		setAll(acc, 1)
		for k := range n {
			if reverse {
				k = n - 1 - k
			}
			at := (o*n + k) * inner
			to := dst[at:][:inner]
			for i, x := range src[at:][:inner] {
				before := acc[i]
				acc[i] *= A(x)
				if exclusive {
					to[i] = T(before)
				} else {
					to[i] = T(acc[i])
				}
			}
		}
	}
}
