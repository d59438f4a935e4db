package kernel

import "math"

// quietNaN is the bits of a float32 that is no number.
const quietNaN = 0x7fc00000

// widenSmall converts a float of at most 16 bits, all of whose patterns are numbers: the sign is bit sign, below it
// are the exponent, with the given bias, and fraction bits of fraction.
func widenSmall(v uint32, sign, fraction, bias int) float32 {
	m := v & (1<<sign - 1)
	scale := math.Float32frombits(uint32(254-bias) << 23) // 2^(127-bias) makes a number of a subnormal one too
	y := math.Float32frombits(m<<(23-fraction)) * scale
	return math.Float32frombits(v>>sign<<31 | math.Float32bits(y))
}

// narrowSmall rounds a float32 of the bits b, which has no sign, to the nearest float of fewer bits, as widenSmall
// describes them, in a tie to the even one. Of what is beyond the largest the pattern is beyond its too.
func narrowSmall(b uint32, fraction, bias int) uint32 {
	exponent, shift := int(b>>23)-127+bias, 23-fraction
	if exponent > 0 {
		b -= uint32(127-bias) << 23
	} else { // subnormal: the leading one moves into the fraction
		shift += 1 - exponent
		if shift > 24 {
			return 0
		}
		b = b&0x7fffff | 1<<23
	}
	return (b + 1<<(shift-1) - 1 + b>>shift&1) >> shift
}

// bitsAt reads element i of packed ones of at most eight bits, the first in the low bits of a byte.
func bitsAt(src []uint8, i, bits int) uint32 {
	at := i * bits
	v := uint32(src[at/8]) >> (at % 8)
	if at%8+bits > 8 {
		v |= uint32(src[at/8+1]) << (8 - at%8)
	}
	return v & (1<<bits - 1)
}

// orBits writes element i where there are zeros, as bitsAt reads it.
func orBits(dst []uint8, i, bits int, v uint32) {
	at := i * bits
	dst[at/8] |= uint8(v << (at % 8))
	if at%8+bits > 8 {
		dst[at/8+1] |= uint8(v >> (8 - at%8))
	}
}

// UnpackBits gives packed elements of fewer than eight bits a byte each. src holds as many as dst.
func UnpackBits(dst, src []uint8, bits int) {
	for i := range dst {
		dst[i] = uint8(bitsAt(src, i, bits))
	}
}

// PackBits packs elements that UnpackBits has unpacked; what is left of the last byte is 0. dst holds as many as src.
func PackBits(dst, src []uint8, bits int) {
	clear(dst)
	for i, v := range src {
		orBits(dst, i, bits, uint32(v))
	}
}
