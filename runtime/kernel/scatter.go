package kernel

// CombineAdd adds an update to what is there.
func CombineAdd[T Number](old, update T) T { return old + update }

// CombineMul multiplies what is there by an update.
func CombineMul[T Number](old, update T) T { return old * update }

// CombineMax takes the larger, NaN if one is NaN.
func CombineMax[T Number](old, update T) T { return max(old, update) }

// CombineMin takes the smaller, NaN if one is NaN.
func CombineMin[T Number](old, update T) T { return min(old, update) }

// ScatterElements writes updates to dst, each at its own place, but along one axis of length n and the given step at
// what its index says; combine, if there is one, joins it with what is there. shape is that of the indices, stride
// that of dst with 0 for the axis. It returns the position of the first index out of range, -1 if there is none.
func ScatterElements[T any, I Index](dst []T, index []I, updates []T, n, step int, shape, stride []int, combine func(old, update T) T) int {
	if k := badIndex(index, n); k >= 0 || len(updates) == 0 {
		return k
	}
	scatterElementsAxis(dst, index, updates, 0, n, step, shape, stride, combine)
	return -1
}

// scatterElementsAxis walks the outermost axis of the indices.
func scatterElementsAxis[T any, I Index](dst []T, index []I, updates []T, off, n, step int, shape, stride []int, combine func(old, update T) T) {
	inner := len(updates) / shape[0]
	for i := range shape[0] {
		if len(shape) > 1 {
			scatterElementsAxis(dst, index[i*inner:][:inner], updates[i*inner:][:inner], off, n, step, shape[1:], stride[1:], combine)
		} else {
			k := int(index[i])
			if k < 0 {
				k += n
			}
			v := updates[i]
			if combine != nil {
				v = combine(dst[off+k*step], v)
			}
			dst[off+k*step] = v
		}
		off += stride[0]
	}
}

// ScatterND writes rows blocks of inner elements to dst, [dims..., inner], where vectors of len(dims) indices say;
// combine, if there is one, joins them with what is there. It returns the position of the first vector with an index
// out of range, -1 if there is none.
func ScatterND[T any, I Index](dst []T, index []I, updates []T, rows int, dims []int, inner int, combine func(old, update T) T) int {
	for r := range rows {
		at := blockOf(index, r, dims)
		if at < 0 {
			return r * len(dims)
		}
		to, from := dst[at*inner:][:inner], updates[r*inner:][:inner]
		if combine == nil {
			copy(to, from)
			continue
		}
		for j, v := range from {
			to[j] = combine(to[j], v)
		}
	}
	return -1
}
