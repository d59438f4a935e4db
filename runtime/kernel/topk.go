package kernel

// TopK gives, along the middle one of three axes, the k largest elements, or the smallest ones, best first, and their
// positions; of equals the first comes first. NaN counts as larger than all. heap is scratch of k elements, k ≤ n.
func TopK[T Number](values []T, indices []int64, src []T, heap []int64, outer, n, inner, k int, largest bool) {
	if k == 0 {
		return
	}
	heap = heap[:k]
	for o := range outer {
		block := src[o*n*inner:][:n*inner]
		for i := range inner {
			line := block[i:]
			topKLine(heap, line, n, inner, largest)
			at := o*k*inner + i
			for _, p := range heap {
				values[at], indices[at] = line[int(p)*inner], p
				at += inner
			}
		}
	}
}

// topKLine fills best with the positions of the best of n elements, stride apart.
func topKLine[T Number](best []int64, line []T, n, stride int, largest bool) {
	for i := range best {
		best[i] = int64(i)
	}
	// A heap with the worst one on top, which the better ones replace.
	for i := len(best)/2 - 1; i >= 0; i-- {
		topKSink(best, line, i, stride, largest)
	}
	for i := len(best); i < n; i++ {
		if topKBefore(line, int64(i), best[0], stride, largest) {
			best[0] = int64(i)
			topKSink(best, line, 0, stride, largest)
		}
	}
	for end := len(best) - 1; end > 0; end-- {
		best[0], best[end] = best[end], best[0]
		topKSink(best[:end], line, 0, stride, largest)
	}
}

// topKSink lets entry i sink below the worse ones.
func topKSink[T Number](heap []int64, line []T, i, stride int, largest bool) {
	for {
		child := 2*i + 1
		if child >= len(heap) {
			return
		}
		if r := child + 1; r < len(heap) && topKBefore(line, heap[child], heap[r], stride, largest) {
			child = r
		}
		if !topKBefore(line, heap[i], heap[child], stride, largest) {
			return
		}
		heap[i], heap[child] = heap[child], heap[i]
		i = child
	}
}

// topKBefore reports whether element i is better than element j.
func topKBefore[T Number](line []T, i, j int64, stride int, largest bool) bool {
	x, y := line[int(i)*stride], line[int(j)*stride]
	switch {
	case x == y || x != x && y != y:
		return i < j
	case x != x || y != y: // NaN is the largest
		return (x != x) == largest
	}
	return (x > y) == largest
}

// TopKFits gives -1 if k elements can be taken of n, else 0.
func TopKFits(k, n int) int {
	if k < 0 || k > n {
		return 0
	}
	return -1
}
