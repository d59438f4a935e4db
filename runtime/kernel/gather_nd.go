package kernel

// badIndex is the position of the first index out of range for n entries, -1 if there is none.
func badIndex[I Index](index []I, n int) int {
	for k, v := range index {
		if int64(v) < -int64(n) || int64(v) >= int64(n) {
			return k
		}
	}
	return -1
}

// GatherElements writes, for each index, the element of src at the index's own place, but along one axis of length n
// and the given step at what the index says. shape is that of the indices, stride that of src with 0 for the axis. It
// returns the position of the first index out of range, -1 if there is none.
func GatherElements[T any, I Index](dst, src []T, index []I, n, step int, shape, stride []int) int {
	if k := badIndex(index, n); k >= 0 || len(dst) == 0 {
		return k
	}
	gatherElementsAxis(dst, src, index, 0, n, step, shape, stride)
	return -1
}

// gatherElementsAxis walks the outermost axis of the indices.
func gatherElementsAxis[T any, I Index](dst, src []T, index []I, off, n, step int, shape, stride []int) {
	inner := len(dst) / shape[0]
	for i := range shape[0] {
		if len(shape) > 1 {
			gatherElementsAxis(dst[i*inner:][:inner], src, index[i*inner:][:inner], off, n, step, shape[1:], stride[1:])
		} else {
			k := int(index[i])
			if k < 0 {
				k += n
			}
			dst[i] = src[off+k*step]
		}
		off += stride[0]
	}
}

// blockOf is the number of the block that vector r of the indices names, -1 where an index is out of range.
func blockOf[I Index](index []I, r int, dims []int) int {
	at := 0
	for a, n := range dims {
		j := int64(index[r*len(dims)+a])
		if j < 0 {
			j += int64(n)
		}
		if j < 0 || j >= int64(n) {
			return -1
		}
		at = at*n + int(j)
	}
	return at
}

// GatherND copies blocks of inner elements of src, [batch, dims..., inner], that vectors of len(dims) indices name,
// rows of them for each batch. It returns the position of the first vector with an index out of range, -1 if there is
// none.
func GatherND[T any, I Index](dst, src []T, index []I, batch, rows int, dims []int, inner int) int {
	size := inner
	for _, d := range dims {
		size *= d
	}
	for b := range batch {
		for r := range rows {
			at := blockOf(index, b*rows+r, dims)
			if at < 0 {
				return (b*rows + r) * len(dims)
			}
			copy(dst[(b*rows+r)*inner:][:inner], src[b*size+at*inner:])
		}
	}
	return -1
}

// ReverseSequence turns round the first n[b] of steps entries of each sequence b; entries of inner elements lie
// timeStep apart, sequences batchStep. It returns the position of the first length out of range, -1 if there is none.
func ReverseSequence[T any](dst, src []T, n []int64, steps, timeStep, batchStep, inner int) int {
	for b, v := range n {
		if v < 0 || v > int64(steps) {
			return b
		}
		for i := range steps {
			from := i
			if i < int(v) {
				from = int(v) - 1 - i
			}
			copy(dst[b*batchStep+i*timeStep:][:inner], src[b*batchStep+from*timeStep:])
		}
	}
	return -1
}
