package kernel

// Broadcast2 computes dst = row(a, b) where a and b broadcast to dst by NumPy's rule. aShape and bShape have the same
// length: the shapes of a and b with ones before them. row is called with slices of the length of its first argument
// or of a single element that stands for all; dst may be an operand that has its shape.
func Broadcast2[T, U any](dst []U, a, b []T, aShape, bShape []int, row func(dst []U, a, b []T)) {
	if len(dst) == 0 {
		return
	}
	// The last dims in which the same operands are repeated make up one row.
	outer, length, aOnce, bOnce := len(aShape), 1, false, false
	for ; outer > 0; outer-- {
		n, m := aShape[outer-1], bShape[outer-1]
		if n == 1 && m == 1 {
			continue
		}
		if length > 1 && (aOnce != (n == 1) || bOnce != (m == 1)) {
			break
		}
		aOnce, bOnce, length = n == 1, m == 1, length*max(n, m)
	}
	if outer == 0 {
		row(dst, a, b)
		return
	}
	broadcastOuter(dst, a, b, aShape[:outer], bShape[:outer], row)
}

// broadcastOuter walks the dims, at least one, that no row spans, the first at the top of the recursion.
func broadcastOuter[T, U any](dst []U, a, b []T, aShape, bShape []int, row func(dst []U, a, b []T)) {
	n := max(aShape[0], bShape[0])
	dstStep, aLen, bLen := len(dst)/n, len(a)/aShape[0], len(b)/bShape[0]
	aStep, bStep := aLen, bLen
	if aShape[0] == 1 {
		aStep = 0
	}
	if bShape[0] == 1 {
		bStep = 0
	}
	for i := range n {
		d, x, y := dst[i*dstStep:][:dstStep], a[i*aStep:][:aLen], b[i*bStep:][:bLen]
		if len(aShape) == 1 {
			row(d, x, y)
		} else {
			broadcastOuter(d, x, y, aShape[1:], bShape[1:], row)
		}
	}
}

// FindZero gives the position of the first 0, -1 if there is none.
func FindZero[T Number](s []T) int {
	for i, x := range s {
		if x == 0 {
			return i
		}
	}
	return -1
}

// Impossible is the fault of a path that cannot be computed.
func Impossible() int { return 0 }

// SetSizes writes sizes as a tensor's elements.
func SetSizes[T Integer](dst []T, sizes []int) {
	for i, v := range sizes[:len(dst)] {
		dst[i] = T(v)
	}
}
