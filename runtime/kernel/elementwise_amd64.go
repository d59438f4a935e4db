//go:build gc && !purego

package kernel

import "unsafe"

// addRowAVX2 is AddRow, b being dst's length or one number, if the type is float32.
func addRowAVX2[T Number](dst, a, b []T) bool {
	to, x, y, ok := float32s(dst, a, b)
	for ok && len(to) > 0 {
		n := min(len(to), callElements)
		if len(b) != len(dst) {
			addOneAVX2(unsafe.SliceData(to), unsafe.SliceData(x[:n]), n, y[0])
		} else {
			addAVX2(unsafe.SliceData(to), unsafe.SliceData(x[:n]), unsafe.SliceData(y[:n]), n)
			y = y[n:]
		}
		to, x = to[n:], x[n:]
	}
	return ok
}

// subRowAVX2 is SubRow if the type is float32.
func subRowAVX2[T Number](dst, a, b []T) bool {
	to, x, y, ok := float32s(dst, a, b)
	for ok && len(to) > 0 {
		n := min(len(to), callElements)
		switch {
		case len(a) != len(dst):
			subFromOneAVX2(unsafe.SliceData(to), unsafe.SliceData(y[:n]), n, x[0])
			y = y[n:]
		case len(b) != len(dst):
			subOneAVX2(unsafe.SliceData(to), unsafe.SliceData(x[:n]), n, y[0])
			x = x[n:]
		default:
			subAVX2(unsafe.SliceData(to), unsafe.SliceData(x[:n]), unsafe.SliceData(y[:n]), n)
			x, y = x[n:], y[n:]
		}
		to = to[n:]
	}
	return ok
}

// mulRowAVX2 is MulRow, b being dst's length or one number, if the type is float32.
func mulRowAVX2[T Number](dst, a, b []T) bool {
	to, x, y, ok := float32s(dst, a, b)
	for ok && len(to) > 0 {
		n := min(len(to), callElements)
		if len(b) != len(dst) {
			mulOneAVX2(unsafe.SliceData(to), unsafe.SliceData(x[:n]), n, y[0])
		} else {
			mulAVX2(unsafe.SliceData(to), unsafe.SliceData(x[:n]), unsafe.SliceData(y[:n]), n)
			y = y[n:]
		}
		to, x = to[n:], x[n:]
	}
	return ok
}

// divRowAVX2 is DivRow if the type is float32.
func divRowAVX2[T Float](dst, a, b []T) bool {
	to, x, y, ok := float32s(dst, a, b)
	for ok && len(to) > 0 {
		n := min(len(to), callElements)
		switch {
		case len(a) != len(dst):
			divFromOneAVX2(unsafe.SliceData(to), unsafe.SliceData(y[:n]), n, x[0])
			y = y[n:]
		case len(b) != len(dst):
			divOneAVX2(unsafe.SliceData(to), unsafe.SliceData(x[:n]), n, y[0])
			x = x[n:]
		default:
			divAVX2(unsafe.SliceData(to), unsafe.SliceData(x[:n]), unsafe.SliceData(y[:n]), n)
			x, y = x[n:], y[n:]
		}
		to = to[n:]
	}
	return ok
}

// float32s gives rows as what they are if that is float32.
func float32s[T Number](dst, a, b []T) (y, x, w []float32, ok bool) {
	if y, ok = any(dst).([]float32); !ok {
		return nil, nil, nil, false
	}
	x, _ = any(a).([]float32)
	w, _ = any(b).([]float32)
	return y, x, w, true
}
