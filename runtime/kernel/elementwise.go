package kernel

// vectorRow is from how many elements on a row is worth a call of assembly.
const vectorRow = 16

// AddRow computes a + b. One of a and b may be a single element that stands for all; dst may be the other.
func AddRow[T Number](dst, a, b []T) {
	if len(a) < len(dst) {
		a, b = b, a
	}
	a = a[:len(dst)]
	if hasAVX2 && len(dst) >= vectorRow && addRowAVX2(dst, a, b) {
		return
	}
	if len(b) != len(dst) {
		y := b[0]
		for i, x := range a {
			dst[i] = x + y
		}
		return
	}
	for i, x := range a {
		y := b[i]
		dst[i] = x + y
	}
}

// SubRow computes a - b. One of a and b may be a single element that stands for all; dst may be the other.
func SubRow[T Number](dst []T, a, b []T) {
	if hasAVX2 && len(dst) >= vectorRow && subRowAVX2(dst, a, b) {
		return
	}
	switch {
	case len(a) != len(dst):
		x := a[0]
		for i, y := range b[:len(dst)] {
			dst[i] = x - y
		}
	case len(b) != len(dst):
		y := b[0]
		for i, x := range a[:len(dst)] {
			dst[i] = x - y
		}
	default:
		b = b[:len(dst)]
		for i, x := range a[:len(dst)] {
			y := b[i]
			dst[i] = x - y
		}
	}
}

// MulRow computes a·b. One of a and b may be a single element that stands for all; dst may be the other.
func MulRow[T Number](dst, a, b []T) {
	if len(a) < len(dst) {
		a, b = b, a
	}
	a = a[:len(dst)]
	if hasAVX2 && len(dst) >= vectorRow && mulRowAVX2(dst, a, b) {
		return
	}
	if len(b) != len(dst) {
		y := b[0]
		for i, x := range a {
			dst[i] = x * y
		}
		return
	}
	for i, x := range a {
		y := b[i]
		dst[i] = x * y
	}
}

// DivRow computes a / b. One of a and b may be a single element that stands for all; dst may be the other.
func DivRow[T Float](dst []T, a, b []T) {
	if hasAVX2 && len(dst) >= vectorRow && divRowAVX2(dst, a, b) {
		return
	}
	switch {
	case len(a) != len(dst):
		x := a[0]
		for i, y := range b[:len(dst)] {
			dst[i] = x / y
		}
	case len(b) != len(dst):
		y := b[0]
		for i, x := range a[:len(dst)] {
			dst[i] = x / y
		}
	default:
		b = b[:len(dst)]
		for i, x := range a[:len(dst)] {
			y := b[i]
			dst[i] = x / y
		}
	}
}

// MinRow computes the smaller of a and b, NaN where one is NaN. One of a and b may be a single element that stands for all; dst may be the other.
func MinRow[T Number](dst, a, b []T) {
	if len(a) < len(dst) {
		a, b = b, a
	}
	a = a[:len(dst)]
	if len(b) != len(dst) {
		y := b[0]
		for i, x := range a {
			dst[i] = min(x, y)
		}
		return
	}
	for i, x := range a {
		y := b[i]
		dst[i] = min(x, y)
	}
}

// MaxRow computes the larger of a and b, NaN where one is NaN. One of a and b may be a single element that stands for all; dst may be the other.
func MaxRow[T Number](dst, a, b []T) {
	if len(a) < len(dst) {
		a, b = b, a
	}
	a = a[:len(dst)]
	if len(b) != len(dst) {
		y := b[0]
		for i, x := range a {
			dst[i] = max(x, y)
		}
		return
	}
	for i, x := range a {
		y := b[i]
		dst[i] = max(x, y)
	}
}

// PReluRow computes a where a ≥ 0, else a·b. One of a and b may be a single element that stands for all; dst may be
// the other.
func PReluRow[T Number](dst, a, b []T) {
	switch {
	case len(a) != len(dst):
		x := a[0]
		for i, y := range b[:len(dst)] {
			if dst[i] = x; x < 0 {
				dst[i] = x * y
			}
		}
	case len(b) != len(dst):
		y := b[0]
		for i, x := range a[:len(dst)] {
			if x < 0 {
				x *= y
			}
			dst[i] = x
		}
	default:
		b = b[:len(dst)]
		for i, x := range a[:len(dst)] {
			if x < 0 {
				x *= b[i]
			}
			dst[i] = x
		}
	}
}
