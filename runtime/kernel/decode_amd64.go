//go:build gc && !purego

package kernel

import "unsafe"

// decodeAVX2 is decodeRows for a multiple of four codes. No call is so long that it holds up the scheduler.
func decodeAVX2[T int8 | uint8 | uint16](dst []float32, src []T, c *codes) {
	for len(src) > 0 {
		n := min(len(src), callElements)
		to := unsafe.SliceData(dst[:n])
		switch from := any(src).(type) {
		case []int8:
			decodeI8AVX2(to, unsafe.SliceData(from), n, c.step, &c.least[0], &c.scale[0])
		case []uint8:
			decodeU8AVX2(to, unsafe.SliceData(from), n, c.step, &c.least[0], &c.scale[0])
		case []uint16:
			decodeU16AVX2(to, unsafe.SliceData(from), n, c.step, &c.least[0], &c.scale[0])
		}
		dst, src = dst[n:], src[n:]
	}
}
