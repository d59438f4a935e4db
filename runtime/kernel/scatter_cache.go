package kernel

// TensorScatter writes update, [batch, outer, m, inner], into a copy of cache, [batch, outer, n, inner] with n ≥ m: for
// each batch from the entry that at says, 0 if at is nil. circular goes on at the begin behind the end. Else it returns
// the first of at from where the update does not fit, -1 if there is none. dst may be cache.
func TensorScatter[T any](dst, cache, update []T, at []int64, batch, outer, n, m, inner int, circular bool) int {
	if !circular {
		for b, from := range at {
			if from < 0 || from > int64(n-m) {
				return b
			}
		}
	}
	copy(dst, cache)
	if n == 0 {
		return -1
	}
	for line := range batch * outer {
		from := 0
		if len(at) > 0 {
			if from = int(at[line/outer] % int64(n)); from < 0 {
				from += n
			}
		}
		to, src := dst[line*n*inner:][:n*inner], update[line*m*inner:][:m*inner]
		fits := copy(to[from*inner:], src)
		copy(to, src[fits:])
	}
	return -1
}
