package kernel

import "math"

// packedAt reads element i of a tensor of bits-wide integers (2 or 4), the first in the low bits of a byte.
func packedAt(src []byte, i, bits int, signed bool) int8 {
	v := src[i*bits/8] >> (i * bits % 8) << (8 - bits)
	if signed {
		return int8(v) >> (8 - bits)
	}
	return int8(v >> (8 - bits))
}

// Unpack converts integers of 2 or 4 bits.
func Unpack[U Number](dst []U, src []byte, bits int, signed bool) {
	for i := range dst {
		dst[i] = U(packedAt(src, i, bits, signed))
	}
}

// Pack wraps integers to integers of 2 or 4 bits.
func Pack[T Integer](dst []byte, src []T, bits int) {
	clear(dst)
	mask := byte(1)<<bits - 1
	for i, x := range src {
		dst[i*bits/8] |= byte(x) & mask << (i * bits % 8)
	}
}

// PackFloats rounds floats to integers, halves away from zero, and wraps these to 2 or 4 bits. What int64 does not
// hold, and NaN, is 0.
func PackFloats[T Float](dst []byte, src []T, bits int) {
	clear(dst)
	mask := byte(1)<<bits - 1
	for i, x := range src {
		v := float64(x)
		whole := math.Trunc(v)
		if math.Abs(v-whole) >= 0.5 { // the difference is exact
			whole += math.Copysign(1, v)
		}
		if whole >= -1<<63 && whole < 1<<63 {
			dst[i*bits/8] |= byte(int64(whole)) & mask << (i * bits % 8)
		}
	}
}

// Repack converts between integers of 2 and 4 bits.
func Repack(dst, src []byte, toBits, fromBits int, signed bool) {
	clear(dst)
	mask := byte(1)<<toBits - 1
	for i := range min(len(dst)*8/toBits, len(src)*8/fromBits) {
		dst[i*toBits/8] |= byte(packedAt(src, i, fromBits, signed)) & mask << (i * toBits % 8)
	}
}
