package kernel

// Index are the types of indices.
type Index interface{ int32 | int64 }

// Gather copies, for each of outer blocks of src, [n, inner], the entries that index names; a negative index counts
// from the end. It returns the position of the first index out of range, -1 if there is none; dst is left as it is
// from there on.
func Gather[T any, I Index](dst, src []T, index []I, outer, n, inner int) int {
	for k, v := range index {
		if int64(v) < -int64(n) || int64(v) >= int64(n) {
			return k
		}
	}
	if len(dst) == 0 {
		return -1
	}
	to := 0
	for b := range outer {
		block := src[b*n*inner:][:n*inner]
		for _, v := range index {
			i := int(v)
			if i < 0 {
				i += n
			}
			if inner == 1 {
				dst[to] = block[i]
			} else {
				copy(dst[to:][:inner], block[i*inner:])
			}
			to += inner
		}
	}
	return -1
}
