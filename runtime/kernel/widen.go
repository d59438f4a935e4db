package kernel

import "math"

// WidenF16 converts float16 to float32, which is exact. src is as long as dst.
func WidenF16[T ~uint16](dst []float32, src []T) {
	src = src[:len(dst)]
	if hasAVX2 {
		widenHalfAVX2(dst, src)
		return
	}
	for i, v := range src {
		dst[i] = math.Float32frombits(widenHalf(uint32(v)))
	}
}

// widenHalf returns the float32 bits of a float16.
func widenHalf(h uint32) uint32 {
	if h&0x7c00-0x400 >= 0x7800 {
		return widenHalfOdd(h)
	}
	return h&0x8000<<16 | (h&0x7fff<<13 + 112<<23)
}

// widenHalfOdd is widenHalf for 0, subnormal numbers, infinities and NaN.
func widenHalfOdd(h uint32) uint32 {
	sign := h & 0x8000 << 16
	if h&0x7c00 != 0 {
		return sign | 0x7f800000 | h&0x3ff<<13
	}
	return sign | math.Float32bits(float32(float32(h&0x3ff)*0x1p-24))
}

// WidenBF16 converts bfloat16, the upper half of a float32. src is as long as dst.
func WidenBF16[T ~uint16](dst []float32, src []T) {
	src = src[:len(dst)]
	for i, v := range src {
		dst[i] = math.Float32frombits(uint32(v) << 16)
	}
}

// WidenF8E4M3FN converts floats of four bits of exponent and three of fraction. There are no infinities; NaN is all
// ones. src is as long as dst.
func WidenF8E4M3FN(dst []float32, src []uint8) {
	src = src[:len(dst)]
	for i, v := range src {
		dst[i] = widenSmall(uint32(v), 7, 3, 7)
		if v&0x7f == 0x7f {
			dst[i] = math.Float32frombits(quietNaN)
		}
	}
}

// WidenF8E4M3FNUZ converts floats of four bits of exponent and three of fraction. There are no infinities; NaN has the
// pattern of -0. src is as long as dst.
func WidenF8E4M3FNUZ(dst []float32, src []uint8) {
	src = src[:len(dst)]
	for i, v := range src {
		dst[i] = widenSmall(uint32(v), 7, 3, 8)
		if v == 0x80 {
			dst[i] = math.Float32frombits(quietNaN)
		}
	}
}

// WidenF8E5M2 converts floats of five bits of exponent and two of fraction: upper halves of float16. src is as long as
// dst.
func WidenF8E5M2(dst []float32, src []uint8) {
	src = src[:len(dst)]
	for i, v := range src {
		dst[i] = math.Float32frombits(widenHalf(uint32(v) << 8))
	}
}

// WidenF8E5M2FNUZ converts floats of five bits of exponent and two of fraction. There are no infinities; NaN has the
// pattern of -0. src is as long as dst.
func WidenF8E5M2FNUZ(dst []float32, src []uint8) {
	src = src[:len(dst)]
	for i, v := range src {
		dst[i] = widenSmall(uint32(v), 7, 2, 16)
		if v == 0x80 {
			dst[i] = math.Float32frombits(quietNaN)
		}
	}
}

// WidenF8E8M0 converts powers of two from 2^-127 on; the last pattern is NaN. src is as long as dst.
func WidenF8E8M0(dst []float32, src []uint8) {
	src = src[:len(dst)]
	for i, v := range src {
		b := uint32(v) << 23
		switch v {
		case 0:
			b = 1 << 22 // subnormal in float32
		case 0xff:
			b = quietNaN
		}
		dst[i] = math.Float32frombits(b)
	}
}

// WidenF6E2M3 converts packed floats of two bits of exponent and three of fraction; every pattern is a number. src
// holds as many as dst.
func WidenF6E2M3(dst []float32, src []uint8) {
	for i := range dst {
		dst[i] = widenSmall(bitsAt(src, i, 6), 5, 3, 1)
	}
}

// WidenF6E3M2 converts packed floats of three bits of exponent and two of fraction; every pattern is a number. src
// holds as many as dst.
func WidenF6E3M2(dst []float32, src []uint8) {
	for i := range dst {
		dst[i] = widenSmall(bitsAt(src, i, 6), 5, 2, 3)
	}
}

// WidenF4E2M1 converts packed floats of two bits of exponent and one of fraction; every pattern is a number. src holds
// as many as dst.
func WidenF4E2M1(dst []float32, src []uint8) {
	for i := range dst {
		dst[i] = widenSmall(bitsAt(src, i, 4), 3, 1, 1)
	}
}
