package kernel

import "math"

// NarrowF16 rounds float32 to float16, to the nearest, in a tie to the even one; what is too large becomes infinite.
// src is as long as dst.
func NarrowF16[T ~uint16](dst []T, src []float32) {
	src = src[:len(dst)]
	if hasAVX2 {
		narrowHalfAVX2(dst, src)
		return
	}
	for i, x := range src {
		b := math.Float32bits(x)
		m := b &^ (1 << 31)
		v := (m - 112<<23 + 0xfff + m>>13&1) >> 13
		if m < 113<<23 { // 0 or subnormal: 0.5 has the same unit in the last place, so the sum rounds
			v = math.Float32bits(math.Float32frombits(m)+0.5) - 126<<23
		}
		if m >= 143<<23 {
			v = 0x7c00
		}
		v |= b >> 31 << 15
		if m > 255<<23 {
			v = 0x7e00
		}
		dst[i] = T(v)
	}
}

// NarrowBF16 rounds to bfloat16 as NarrowF16 does to float16. src is as long as dst.
func NarrowBF16[T ~uint16](dst []T, src []float32) {
	src = src[:len(dst)]
	for i, x := range src {
		b := math.Float32bits(x)
		v := (b + 0x7fff + b>>16&1) >> 16
		if b&^(1<<31) > 0x7f800000 {
			v = quietNaN >> 16
		}
		dst[i] = T(v)
	}
}

// NarrowF8E4M3FN rounds to the nearest float that WidenF8E4M3FN reads; what is too large becomes NaN. src is as long
// as dst.
func NarrowF8E4M3FN(dst []uint8, src []float32) {
	src = src[:len(dst)]
	for i, x := range src {
		b := math.Float32bits(x)
		sign := b >> 31 << 7
		b &^= 1 << 31
		v := uint32(0x7f)
		if b <= 0x7f800000 {
			v = sign | min(narrowSmall(b, 3, 7), 0x7f)
		}
		dst[i] = uint8(v)
	}
}

// NarrowF8E4M3FNUZ rounds to the nearest float that WidenF8E4M3FNUZ reads; what is too large becomes NaN. src is as
// long as dst.
func NarrowF8E4M3FNUZ(dst []uint8, src []float32) {
	src = src[:len(dst)]
	for i, x := range src {
		dst[i] = narrowUnsignedZero(math.Float32bits(x), 3, 8)
	}
}

// NarrowF8E5M2 rounds to the nearest float that WidenF8E5M2 reads; what is too large becomes infinite. src is as long
// as dst.
func NarrowF8E5M2(dst []uint8, src []float32) {
	src = src[:len(dst)]
	for i, x := range src {
		b := math.Float32bits(x)
		sign := b >> 31 << 7
		b &^= 1 << 31
		v := uint32(0x7e)
		if b <= 0x7f800000 {
			v = sign | min(narrowSmall(b, 2, 15), 0x7c)
		}
		dst[i] = uint8(v)
	}
}

// NarrowF8E5M2FNUZ rounds to the nearest float that WidenF8E5M2FNUZ reads; what is too large becomes NaN. src is as
// long as dst.
func NarrowF8E5M2FNUZ(dst []uint8, src []float32) {
	src = src[:len(dst)]
	for i, x := range src {
		dst[i] = narrowUnsignedZero(math.Float32bits(x), 2, 16)
	}
}

// narrowUnsignedZero rounds to an eight-bit float without -0, whose pattern is NaN.
func narrowUnsignedZero(b uint32, fraction, bias int) uint8 {
	v := narrowSmall(b&^(1<<31), fraction, bias)
	switch {
	case v > 0x7f || b&^(1<<31) >= 0x7f800000:
		return 0x80
	case v == 0:
		return 0
	}
	return uint8(b>>31<<7 | v)
}

// NarrowF8E8M0 rounds up to a power of two that WidenF8E8M0 reads, at most the largest; what is negative or infinite
// becomes NaN. src is as long as dst.
func NarrowF8E8M0(dst []uint8, src []float32) {
	src = src[:len(dst)]
	for i, x := range src {
		b := math.Float32bits(x)
		v := b >> 23
		switch {
		case !(x >= 0) || b == 0x7f800000:
			v = 0xff
		case v == 0 && b&0x7fffff > 1<<22, v > 0 && v < 254 && b&0x7fffff != 0:
			v++
		}
		if x == 0 {
			v = 0
		}
		dst[i] = uint8(v)
	}
}

// NarrowF6E2M3 rounds to the nearest float that WidenF6E2M3 reads, at most the largest; NaN becomes 0. dst holds as
// many as src.
func NarrowF6E2M3(dst []uint8, src []float32) { narrowPacked(dst, src, 6, 3, 1) }

// NarrowF6E3M2 rounds to the nearest float that WidenF6E3M2 reads, at most the largest; NaN becomes 0. dst holds as
// many as src.
func NarrowF6E3M2(dst []uint8, src []float32) { narrowPacked(dst, src, 6, 2, 3) }

// NarrowF4E2M1 rounds to the nearest float that WidenF4E2M1 reads, at most the largest; NaN becomes 0. dst holds as
// many as src.
func NarrowF4E2M1(dst []uint8, src []float32) { narrowPacked(dst, src, 4, 1, 1) }

// narrowPacked rounds to floats of the given bits, all of whose patterns are numbers.
func narrowPacked(dst []uint8, src []float32, bits, fraction, bias int) {
	clear(dst)
	for i, x := range src {
		b := math.Float32bits(x)
		sign := b >> 31 << (bits - 1)
		b &^= 1 << 31
		if b <= 0x7f800000 {
			orBits(dst, i, bits, sign|min(narrowSmall(b, fraction, bias), 1<<(bits-1)-1))
		}
	}
}
