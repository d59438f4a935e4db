package kernel

// maxSize is the largest size that data may ask for along one axis.
const maxSize = 1<<31 - 1

// SizeAt reads element i as a size. The second result is i where that is negative or too large, else -1.
func SizeAt[T Integer](v []T, i int) (size, bad int) {
	if v[i] < 0 || uint64(v[i]) > maxSize {
		return 0, i
	}
	return int(v[i]), -1
}

// SignedAt reads element i as plus - minus, one of which is 0. The last result is i where it is too large, else -1.
func SignedAt[T Integer](v []T, i int) (plus, minus, bad int) {
	x := int64(v[i])
	if x < -maxSize || x > maxSize {
		return 0, 0, i
	}
	return int(max(x, 0)), int(max(-x, 0)), -1
}

// ReshapeSize gives size i of what shape makes of data of shape in: -1 is what is left, and 0, unless zero is set,
// the data's own size along that axis. The second result is the position of the first size at fault, else -1.
func ReshapeSize[I Index](shape []I, in []int, i int, zero bool) (size, bad int) {
	total, known, rest := 1, 1, -1
	for _, d := range in {
		total *= d
	}
	for k, v := range shape {
		d := int64(v)
		switch {
		case d == -1 && rest < 0:
			rest = k
			continue
		case d == 0 && !zero && k < len(in):
			d = int64(in[k])
		case d < 0 || d > maxSize || (d == 0 && !zero):
			return 0, k
		}
		if d != 0 && known > maxSize/int(d) {
			return 0, k
		}
		known *= int(d)
		if k == i {
			size = int(d)
		}
	}
	switch {
	case rest < 0 && known != total, rest >= 0 && (known == 0 || total%known != 0):
		return 0, len(shape) - 1
	case rest == i:
		size = total / known
	}
	return size, -1
}

// axisAt reads an axis that may count from the end; -1 where it is out of range.
func axisAt[I Index](axes []I, k, rank int) int {
	a := int64(axes[k])
	if a < 0 {
		a += int64(rank)
	}
	if a < 0 || a >= int64(rank) {
		return -1
	}
	return int(a)
}

// badAxis is the position of the first axis out of range or given twice, -1 if there is none.
func badAxis[I Index](axes []I, rank int) int {
	for k := range axes {
		a := axisAt(axes, k, rank)
		if a < 0 {
			return k
		}
		for j := range k {
			if axisAt(axes, j, rank) == a {
				return k
			}
		}
	}
	return -1
}

// hasAxis reports whether axes names axis a.
func hasAxis[I Index](axes []I, a, rank int) bool {
	for k := range axes {
		if axisAt(axes, k, rank) == a {
			return true
		}
	}
	return false
}

// SqueezeSize gives size i of the shape in without the axes, each of length 1. The second result is the position of
// the first axis at fault, else -1.
func SqueezeSize[I Index](axes []I, in []int, i int) (size, bad int) {
	if k := badAxis(axes, len(in)); k >= 0 {
		return 0, k
	}
	for k := range axes {
		if in[axisAt(axes, k, len(in))] != 1 {
			return 0, k
		}
	}
	for a, d := range in {
		if hasAxis(axes, a, len(in)) {
			continue
		}
		if i == 0 {
			return d, -1
		}
		i--
	}
	return 1, -1
}

// AxisChosen gives 1 if axis i of the shape in is among the axes, else 0. The second result is the position of the first
// axis at fault, else -1.
func AxisChosen[I Index](axes []I, in []int, i int) (chosen, bad int) {
	if k := badAxis(axes, len(in)); k >= 0 {
		return 0, k
	}
	if hasAxis(axes, i, len(in)) {
		return 1, -1
	}
	return 0, -1
}

// UnsqueezeSize gives size i of the shape in with axes of length 1 put where the result has them. The second result
// is the position of the first axis at fault, else -1.
func UnsqueezeSize[I Index](axes []I, in []int, i int) (size, bad int) {
	rank := len(in) + len(axes)
	if k := badAxis(axes, rank); k >= 0 {
		return 0, k
	}
	if hasAxis(axes, i, rank) {
		return 1, -1
	}
	at := 0
	for a := range i {
		if !hasAxis(axes, a, rank) {
			at++
		}
	}
	return in[at], -1
}

// SliceBounds gives, for axis i of data of shape in, where start:end:step begins, how many entries it takes and the
// step as plus - minus. Without axes, the vectors speak of the first axes; without step, it is 1. The last result is
// the position of the first element at fault, else -1.
func SliceBounds[I Index](start, end, axes, step []I, in []int, i int) (begin, size, plus, minus, bad int) {
	n := int64(in[i])
	first, count, by := int64(0), n, int64(1)
	for k := range start {
		a := k
		if axes != nil {
			a = axisAt(axes, k, len(in))
		}
		if a < 0 || step != nil && step[k] == 0 {
			return 0, 0, 0, 0, k
		}
		if a != i {
			continue
		}
		if by = 1; step != nil {
			by = int64(step[k])
		}
		first, count = sliceOf(n, int64(start[k]), int64(end[k]), by)
	}
	by = min(max(by, -maxSize), maxSize)
	return int(first), int(count), int(max(by, 0)), int(max(-by, 0)), -1
}

// sliceOf is what start:end:step takes of n entries.
func sliceOf(n, start, end, step int64) (begin, size int64) {
	lo, hi := int64(0), n
	if step < 0 {
		lo, hi = -1, n-1
	}
	if start < 0 {
		start += n
	}
	if end < 0 {
		end += n
	}
	start, end = min(max(start, lo), hi), min(max(end, lo), hi)
	switch {
	case step > 0 && start < end:
		return start, (end-start-1)/step + 1
	case step < 0 && start > end:
		return start, (end-start+1)/step + 1
	}
	return 0, 0
}

// PadBounds gives what pads puts before axis i of data of shape in, as plus - minus, and the axis's new size. Without
// axes, pads speaks of all of them. The last result is the position of the first element at fault, else -1.
func PadBounds[I Index](pads, axes []I, in []int, i int) (plus, minus, size, bad int) {
	before, length := int64(0), int64(in[i])
	n := len(pads) / 2
	for k := range n {
		a := k
		if axes != nil {
			a = axisAt(axes, k, len(in))
		}
		b, e := int64(pads[k]), int64(pads[n+k])
		if a < 0 || a >= len(in) || b < -maxSize || b > maxSize || e < -maxSize || e > maxSize {
			return 0, 0, 0, k
		}
		if a != i {
			continue
		}
		before, length = b, int64(in[i])+b+e
		if length < 0 || length > maxSize {
			return 0, 0, 0, k
		}
	}
	return int(max(before, 0)), int(max(-before, 0)), int(length), -1
}

// SetTruths writes sizes, each 0 or 1, as truth values.
func SetTruths(dst []bool, sizes []int) {
	for i, v := range sizes[:len(dst)] {
		dst[i] = v != 0
	}
}
