package kernel

// WhereRow takes a where c holds, else b. Each of c, a and b may be a single element that stands for all; dst may be a
// or b.
func WhereRow[T any](dst []T, c []bool, a, b []T) {
	if len(dst) == 0 {
		return
	}
	if len(c) == 1 {
		if !c[0] {
			a = b
		}
		if len(a) == 1 {
			Fill(dst, a[0])
		} else {
			copy(dst, a)
		}
		return
	}
	c = c[:len(dst)]
	switch {
	case len(a) == len(dst) && len(b) == len(dst):
		for i, t := range c {
			v := b[i]
			if t {
				v = a[i]
			}
			dst[i] = v
		}
	case len(a) == len(dst):
		w := b[0]
		for i, t := range c {
			v := a[i]
			if !t {
				v = w
			}
			dst[i] = v
		}
	case len(b) == len(dst):
		w := a[0]
		for i, t := range c {
			v := b[i]
			if t {
				v = w
			}
			dst[i] = v
		}
	default:
		x, y := a[0], b[0]
		for i, t := range c {
			v := y
			if t {
				v = x
			}
			dst[i] = v
		}
	}
}

// Where takes a where c holds, else b; dst is row-major of the given shape, and each operand is walked by strides,
// which are 0 along axes that repeat. All have one length, at least 1.
func Where[T any](dst []T, c []bool, a, b []T, shape, cs, as, bs []int) {
	if len(dst) > 0 {
		whereAxis(dst, c, a, b, shape, cs, as, bs)
	}
}

// whereAxis walks the outermost axis.
func whereAxis[T any](dst []T, c []bool, a, b []T, shape, cs, as, bs []int) {
	n := shape[0]
	if len(shape) == 1 {
		x, y, z := 0, 0, 0
		for i := range dst {
			if c[x] {
				dst[i] = a[y]
			} else {
				dst[i] = b[z]
			}
			x, y, z = x+cs[0], y+as[0], z+bs[0]
		}
		return
	}
	inner := len(dst) / n
	for i := range n {
		whereAxis(dst[i*inner:][:inner], c[i*cs[0]:], a[i*as[0]:], b[i*bs[0]:], shape[1:], cs[1:], as[1:], bs[1:])
	}
}
