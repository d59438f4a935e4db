package kernel

// CountNonZero is how many elements are not zero; NaN is not.
func CountNonZero[T comparable](src []T) int {
	var zero T
	n := 0
	for _, x := range src {
		if x != zero {
			n++
		}
	}
	return n
}

// NonZero lists the elements of src, of the given shape, that are not zero: dst is [len(shape), count], and column i is
// the place of the i-th.
func NonZero[T comparable](dst []int64, src []T, shape []int) {
	if len(shape) == 0 {
		return
	}
	var zero T
	n := len(dst) / len(shape)
	i := 0
	for k, x := range src {
		if x == zero || i >= n {
			continue
		}
		for a := len(shape) - 1; a >= 0; a-- {
			dst[a*n+i] = int64(k % shape[a])
			k /= shape[a]
		}
		i++
	}
}

// CountTrue is how many of the first n truth values hold.
func CountTrue(c []bool, n int) int {
	count := 0
	for _, t := range c[:min(n, len(c))] {
		if t {
			count++
		}
	}
	return count
}

// Compress copies, for each of outer blocks of src, [n, inner], the entries where c holds.
func Compress[T any](dst, src []T, c []bool, outer, n, inner int) {
	c = c[:min(n, len(c))]
	to := 0
	for b := range outer {
		for i, t := range c {
			if t {
				to += copy(dst[to:], src[(b*n+i)*inner:][:inner])
			}
		}
	}
}

// UniqueGroups finds the distinct entries of src, [outer, n, inner], along its middle axis. It sets group[i] to the
// number of entry i among them and first to where each occurs first, and returns how many they are: sorted, or in the
// order of their first occurrence. NaN equals NaN and comes last. order is scratch; all three have n elements.
func UniqueGroups[T Number | string](order, first, group []int64, src []T, outer, n, inner int, sorted bool) int {
	for i := range order {
		order[i] = int64(i)
	}
	for i := n/2 - 1; i >= 0; i-- {
		uniqueSift(order, i, src, outer, n, inner)
	}
	for end := n - 1; end > 0; end-- {
		order[0], order[end] = order[end], order[0]
		uniqueSift(order[:end], 0, src, outer, n, inner)
	}
	count := 0
	for k, i := range order {
		if k == 0 || uniqueCompare(src, int(order[k-1]), int(i), outer, n, inner) != 0 {
			first[count] = i
			count++
		}
		group[i] = int64(count - 1)
	}
	if sorted {
		return count
	}
	number := order[:count] // by sorted number, the number in order of occurrence
	for g := range number {
		number[g] = -1
	}
	next := int64(0)
	for i, g := range group {
		if number[g] < 0 {
			number[g] = next
			first[next] = int64(i)
			next++
		}
		group[i] = number[g]
	}
	return count
}

// uniqueSift lets entry i of a heap, whose largest comes first, sink to its place. Equal entries stand in their order.
func uniqueSift[T Number | string](heap []int64, i int, src []T, outer, n, inner int) {
	for {
		child := 2*i + 1
		if child >= len(heap) {
			return
		}
		if child+1 < len(heap) && uniqueLess(src, heap[child], heap[child+1], outer, n, inner) {
			child++
		}
		if !uniqueLess(src, heap[i], heap[child], outer, n, inner) {
			return
		}
		heap[i], heap[child] = heap[child], heap[i]
		i = child
	}
}

// uniqueLess orders entries, equal ones by their place.
func uniqueLess[T Number | string](src []T, i, j int64, outer, n, inner int) bool {
	c := uniqueCompare(src, int(i), int(j), outer, n, inner)
	return c < 0 || c == 0 && i < j
}

// uniqueCompare orders two entries element by element.
func uniqueCompare[T Number | string](src []T, i, j, outer, n, inner int) int {
	for b := range outer {
		x, y := src[(b*n+i)*inner:][:inner], src[(b*n+j)*inner:][:inner]
		for k, v := range x {
			w := y[k]
			switch {
			case v < w, v == v && w != w:
				return -1
			case w < v, v != v && w == w:
				return 1
			}
		}
	}
	return 0
}

// UniqueEntries copies the entries of src, [outer, n, inner], that first names.
func UniqueEntries[T any](dst, src []T, first []int64, outer, n, inner int) {
	to := 0
	for b := range outer {
		for _, i := range first {
			to += copy(dst[to:], src[(b*n+int(i))*inner:][:inner])
		}
	}
}

// CountGroups counts how often each number occurs.
func CountGroups(dst, group []int64) {
	clear(dst)
	for _, g := range group {
		dst[g]++
	}
}
