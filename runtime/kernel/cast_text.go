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

// FormatBools writes True or False.
func FormatBools(dst []string, src []bool) {
	for i, x := range src[:len(dst)] {
		dst[i] = "False"
		if x {
			dst[i] = "True"
		}
	}
}

// FormatFloats writes the shortest decimals that read back as the same numbers of that many bits: with a point, and
// with an exponent below 10^-4 and from 10^16 on.
func FormatFloats[T Float](dst []string, src []T, bits int) {
	for i, x := range src[:len(dst)] {
		v := float64(x)
		abs := math.Abs(v)
		switch {
		case v != v:
			dst[i] = "nan"
		case math.IsInf(v, 1):
			dst[i] = "inf"
		case math.IsInf(v, -1):
			dst[i] = "-inf"
		case abs != 0 && (abs < 1e-4 || abs >= 1e16):
			dst[i] = strconv.FormatFloat(v, 'e', -1, bits)
		case v == math.Trunc(v):
			dst[i] = strconv.FormatFloat(v, 'f', -1, bits) + ".0"
		default:
			dst[i] = strconv.FormatFloat(v, 'f', -1, bits)
		}
	}
}
