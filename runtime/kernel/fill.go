package kernel

import "math"

// RangeLen is how many numbers there are from start up to limit, which is left out, by delta. The second result is 0
// where delta is 0 or they are too many, else -1.
func RangeLen[T Integer](start, limit, delta []T) (n, bad int) {
	a, b, d := start[0], limit[0], delta[0]
	gap, by := uint64(b)-uint64(a), uint64(d) // exact modulo 2^64, once it is known which is larger
	switch {
	case d == 0:
		return 0, 0
	case d > 0 && b <= a, d < 0 && b >= a:
		return 0, -1
	case d < 0:
		gap, by = -gap, -by
	}
	if gap = (gap-1)/by + 1; gap > maxSize {
		return 0, 0
	}
	return int(gap), -1
}

// RangeLenFloat is RangeLen for floats.
func RangeLenFloat[T Float](start, limit, delta []T) (n, bad int) {
	v := math.Ceil((float64(limit[0]) - float64(start[0])) / float64(delta[0]))
	if delta[0] == 0 || !(v <= maxSize) {
		return 0, 0
	}
	return int(max(v, 0)), -1
}

// SetRange counts from start by delta.
func SetRange[T Number](dst, start, delta []T) {
	if len(dst) == 0 {
		return
	}
	a, d := start[0], delta[0]
	if half := T(1) / 2; half != 0 { // floats: rounded once
		for i := range dst {
			dst[i] = T(float64(a) + float64(float64(i)*float64(d)))
		}
		return
	}
	for i := range dst {
		dst[i] = a
		a += d
	}
}

// Eye writes matrices of cols columns: zero, but one on diagonal k, which is above the main one where k > 0.
func Eye[T any](dst []T, cols, k int, one T) {
	clear(dst)
	if cols == 0 {
		return
	}
	for i := range len(dst) / cols {
		if j := i + k; j >= 0 && j < cols {
			dst[i*cols+j] = one
		}
	}
}

// Trilu keeps, of matrices of [rows, cols], what is on diagonal k and above it, or else below it; the rest becomes
// zero. dst may be src.
func Trilu[T any](dst, src []T, rows, cols, k int, upper bool) {
	if rows*cols == 0 {
		return
	}
	for i := range len(dst) / cols {
		to, from := dst[i*cols:][:cols], src[i*cols:][:cols]
		at := i%rows + k // the diagonal's column
		if upper {
			at = min(max(at, 0), cols)
			clear(to[:at])
			copy(to[at:], from[at:])
		} else {
			at = min(max(at+1, 0), cols)
			copy(to[:at], from[:at])
			clear(to[at:])
		}
	}
}

// OneHot writes values[0], and values[1] where an index names a place along an axis of length depth that stands
// before the last inner entries; an index below 0 counts from the end, and one out of range names none.
func OneHot[T any](dst []T, index []int64, values []T, depth, inner int) {
	Fill(dst, values[0])
	on := values[1]
	for i, v := range index {
		if v < 0 {
			v += int64(depth)
		}
		if v >= 0 && v < int64(depth) {
			dst[(i/inner*depth+int(v))*inner+i%inner] = on
		}
	}
}
