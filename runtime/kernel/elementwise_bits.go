package kernel

// AndRow computes a and b. One of a and b may be a single element that stands for all; dst may be the other.
func AndRow(dst, a, b []bool) {
	if len(a) < len(dst) {
		a, b = b, a
	}
	a = a[:len(dst)]
	if len(b) != len(dst) {
		y := b[0]
		for i, x := range a {
			dst[i] = x && y
		}
		return
	}
	for i, x := range a {
		y := b[i]
		dst[i] = x && y
	}
}

// OrRow computes a or b. One of a and b may be a single element that stands for all; dst may be the other.
func OrRow(dst, a, b []bool) {
	if len(a) < len(dst) {
		a, b = b, a
	}
	a = a[:len(dst)]
	if len(b) != len(dst) {
		y := b[0]
		for i, x := range a {
			dst[i] = x || y
		}
		return
	}
	for i, x := range a {
		y := b[i]
		dst[i] = x || y
	}
}

// XorRow computes whether just one of a and b holds. One of a and b may be a single element that stands for all; dst may be the other.
func XorRow(dst, a, b []bool) {
	if len(a) < len(dst) {
		a, b = b, a
	}
	a = a[:len(dst)]
	if len(b) != len(dst) {
		y := b[0]
		for i, x := range a {
			dst[i] = x != y
		}
		return
	}
	for i, x := range a {
		y := b[i]
		dst[i] = x != y
	}
}

// BitwiseAndRow computes a & b. One of a and b may be a single element that stands for all; dst may be the other.
func BitwiseAndRow[T Integer](dst, a, b []T) {
	if len(a) < len(dst) {
		a, b = b, a
	}
	a = a[:len(dst)]
	if len(b) != len(dst) {
		y := b[0]
		for i, x := range a {
			dst[i] = x & y
		}
		return
	}
	for i, x := range a {
		y := b[i]
		dst[i] = x & y
	}
}

// BitwiseOrRow computes a | b. One of a and b may be a single element that stands for all; dst may be the other.
func BitwiseOrRow[T Integer](dst, a, b []T) {
	if len(a) < len(dst) {
		a, b = b, a
	}
	a = a[:len(dst)]
	if len(b) != len(dst) {
		y := b[0]
		for i, x := range a {
			dst[i] = x | y
		}
		return
	}
	for i, x := range a {
		y := b[i]
		dst[i] = x | y
	}
}

// BitwiseXorRow computes a ^ b. One of a and b may be a single element that stands for all; dst may be the other.
func BitwiseXorRow[T Integer](dst, a, b []T) {
	if len(a) < len(dst) {
		a, b = b, a
	}
	a = a[:len(dst)]
	if len(b) != len(dst) {
		y := b[0]
		for i, x := range a {
			dst[i] = x ^ y
		}
		return
	}
	for i, x := range a {
		y := b[i]
		dst[i] = x ^ y
	}
}

// ShiftLeftRow computes a·2^b, cut to the width of the type; 0 for negative b. One of a and b may be a single element that stands for all; dst may be the other.
func ShiftLeftRow[T Integer](dst []T, a, b []T) {
	switch {
	case len(a) != len(dst):
		x := a[0]
		for i, y := range b[:len(dst)] {
			dst[i] = x << uint64(y)
		}
	case len(b) != len(dst):
		y := b[0]
		for i, x := range a[:len(dst)] {
			dst[i] = x << uint64(y)
		}
	default:
		b = b[:len(dst)]
		for i, x := range a[:len(dst)] {
			y := b[i]
			dst[i] = x << uint64(y)
		}
	}
}

// ShiftRightRow computes a/2^b, rounded down; 0 or -1 for negative b, which counts as huge. One of a and b may be a single element that stands for all; dst may be the other.
func ShiftRightRow[T Integer](dst []T, a, b []T) {
	switch {
	case len(a) != len(dst):
		x := a[0]
		for i, y := range b[:len(dst)] {
			dst[i] = x >> uint64(y)
		}
	case len(b) != len(dst):
		y := b[0]
		for i, x := range a[:len(dst)] {
			dst[i] = x >> uint64(y)
		}
	default:
		b = b[:len(dst)]
		for i, x := range a[:len(dst)] {
			y := b[i]
			dst[i] = x >> uint64(y)
		}
	}
}
