package kernel

import (
	"math"
	"strconv"
)

// ParseFloats reads numbers in decimal notation; those too large become infinite. It returns the position of the
// first string that is no number, -1 if there is none.
func ParseFloats[U Float](dst []U, src []string) int {
	bits := 64
	if tiny := U(1e-300); tiny == 0 {
		bits = 32
	}
	for i, s := range src[:len(dst)] {
		v, err := strconv.ParseFloat(s, bits)
		if err != nil && !math.IsInf(v, 0) {
			return i
		}
		dst[i] = U(v)
	}
	return -1
}

// ParseInts reads integers in decimal notation, wrapped to the type. It returns the position of the first string
// that is none, -1 if all are.
func ParseInts[U Signed](dst []U, src []string) int {
	for i, s := range src[:len(dst)] {
		v, err := strconv.ParseInt(s, 10, 64)
		if err != nil {
			return i
		}
		dst[i] = U(v)
	}
	return -1
}

// ParseUints is ParseInts for integers from 0.
func ParseUints[U Unsigned](dst []U, src []string) int {
	for i, s := range src[:len(dst)] {
		v, err := strconv.ParseUint(s, 10, 64)
		if err != nil {
			return i
		}
		dst[i] = U(v)
	}
	return -1
}

// ParseBools reads integers in decimal notation, of which 0 is false. It returns the position of the first string that
// is none, -1 if all are.
func ParseBools(dst []bool, src []string) int {
	for i, s := range src[:len(dst)] {
		v, err := strconv.ParseInt(s, 10, 64)
		if err != nil {
			return i
		}
		dst[i] = v != 0
	}
	return -1
}

// FormatInts writes integers in decimal notation.
func FormatInts[T Signed](dst []string, src []T) {
	for i, x := range src[:len(dst)] {
		dst[i] = strconv.FormatInt(int64(x), 10)
	}
}

// FormatUints writes integers in decimal notation.
func FormatUints[T Unsigned](dst []string, src []T) {
	for i, x := range src[:len(dst)] {
		dst[i] = strconv.FormatUint(uint64(x), 10)
	}
}

// FormatBools writes 1 or 0.
func FormatBools(dst []string, src []bool) {
	for i, x := range src[:len(dst)] {
		dst[i] = "0"
		if x {
			dst[i] = "1"
		}
	}
}

// FormatFloats writes eight significant digits, without zeros at the end: like 314.15926, and with an exponent below
// 10^-4 and from 10^8 on.
func FormatFloats[T Float](dst []string, src []T) {
	for i, x := range src[:len(dst)] {
		v := float64(x)
		switch {
		case v != v:
			dst[i] = "NaN"
		case math.IsInf(v, 1):
			dst[i] = "INF"
		case math.IsInf(v, -1):
			dst[i] = "-INF"
		default:
			dst[i] = strconv.FormatFloat(v, 'g', 8, 64)
		}
	}
}
