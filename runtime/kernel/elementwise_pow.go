package kernel

// PowF32Row computes a to the b. One of a and b may be a single element that stands for all; dst may be the other.
func PowF32Row(dst, a, b []float32) {
	switch {
	case len(a) != len(dst):
		x := a[0]
		for i, y := range b[:len(dst)] {
			dst[i] = pow32(x, y)
		}
	case len(b) != len(dst) && b[0] == 2:
		for i, x := range a[:len(dst)] {
			dst[i] = x * x
		}
	case len(b) != len(dst):
		y := b[0]
		for i, x := range a[:len(dst)] {
			dst[i] = pow32(x, y)
		}
	default:
		PowF32(dst, a, b)
	}
}

// PowF64Row computes a to the b. One of a and b may be a single element that stands for all; dst may be the other.
func PowF64Row(dst []float64, a, b []float64) {
	switch {
	case len(a) != len(dst):
		x := a[0]
		for i, y := range b[:len(dst)] {
			dst[i] = pow64(x, y)
		}
	case len(b) != len(dst):
		y := b[0]
		for i, x := range a[:len(dst)] {
			dst[i] = pow64(x, y)
		}
	default:
		b = b[:len(dst)]
		for i, x := range a[:len(dst)] {
			y := b[i]
			dst[i] = pow64(x, y)
		}
	}
}

// PowIntRow computes a to the b, wrapped; a negative b gives what cutting 1/aⁿ towards zero gives. One of a and b may be a single element that stands for all; dst may be the other.
func PowIntRow[T Integer](dst []T, a, b []T) {
	switch {
	case len(a) != len(dst):
		x := a[0]
		for i, y := range b[:len(dst)] {
			dst[i] = powInt(x, y)
		}
	case len(b) != len(dst):
		y := b[0]
		for i, x := range a[:len(dst)] {
			dst[i] = powInt(x, y)
		}
	default:
		b = b[:len(dst)]
		for i, x := range a[:len(dst)] {
			y := b[i]
			dst[i] = powInt(x, y)
		}
	}
}

func powInt[T Integer](x, y T) T {
	if y < 0 {
		switch {
		case x == 1:
			return 1
		case x+1 == 0: // -1
			if y&1 == 1 {
				return x
			}
			return 1
		}
		return 0
	}
	p := T(1)
	for ; y > 0; y >>= 1 {
		if y&1 == 1 {
			p *= x
		}
		x *= x
	}
	return p
}
