package kernel

// EqualRow computes a = b. One of a and b may be a single element that stands for all.
func EqualRow[T comparable](dst []bool, a, b []T) {
	switch {
	case len(a) != len(dst):
		x := a[0]
		for i, y := range b[:len(dst)] {
			dst[i] = x == y
		}
	case len(b) != len(dst):
		y := b[0]
		for i, x := range a[:len(dst)] {
			dst[i] = x == y
		}
	default:
		b = b[:len(dst)]
		for i, x := range a[:len(dst)] {
			y := b[i]
			dst[i] = x == y
		}
	}
}

// LessRow computes a < b. One of a and b may be a single element that stands for all.
func LessRow[T Number](dst []bool, a, b []T) {
	switch {
	case len(a) != len(dst):
		x := a[0]
		for i, y := range b[:len(dst)] {
			dst[i] = x < y
		}
	case len(b) != len(dst):
		y := b[0]
		for i, x := range a[:len(dst)] {
			dst[i] = x < y
		}
	default:
		b = b[:len(dst)]
		for i, x := range a[:len(dst)] {
			y := b[i]
			dst[i] = x < y
		}
	}
}

// LessOrEqualRow computes a ≤ b. One of a and b may be a single element that stands for all.
func LessOrEqualRow[T Number](dst []bool, a, b []T) {
	switch {
	case len(a) != len(dst):
		x := a[0]
		for i, y := range b[:len(dst)] {
			dst[i] = x <= y
		}
	case len(b) != len(dst):
		y := b[0]
		for i, x := range a[:len(dst)] {
			dst[i] = x <= y
		}
	default:
		b = b[:len(dst)]
		for i, x := range a[:len(dst)] {
			y := b[i]
			dst[i] = x <= y
		}
	}
}

// GreaterRow computes a > b. One of a and b may be a single element that stands for all.
func GreaterRow[T Number](dst []bool, a, b []T) { LessRow(dst, b, a) }

// GreaterOrEqualRow computes a ≥ b. One of a and b may be a single element that stands for all.
func GreaterOrEqualRow[T Number](dst []bool, a, b []T) { LessOrEqualRow(dst, b, a) }
