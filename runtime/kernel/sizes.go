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

// ReshapeSize reads size i of a shape for data of shape in: -1 is what is left, and 0, unless zero is set, the
// data's own size along that axis. The second result is the position of the first size at fault, else -1.
func ReshapeSize[T Integer](shape []T, i int, zero bool, in []int) (size, bad int) {
	total, known, rest := 1, 1, -1
	for _, d := range in {
		total *= d
	}
	for k, v := range shape {
		d := int64(v)
		switch {
		case d == -1 && rest < 0 && T(0)-1 < 0:
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

// SetTruths writes sizes, each 0 or 1, as truth values.
func SetTruths(dst []bool, sizes []int) {
	for i, v := range sizes[:len(dst)] {
		dst[i] = v != 0
	}
}
