//go:build gc && !purego

package kernel

import "unsafe"

// callElements bounds the elements of one call of an elementwise function, which nothing can interrupt: 40 µs on a slow
// core.
const callElements = 1 << 14

// expF32AVX2 is ExpF32 for dst as long as src.
func expF32AVX2(dst, src []float32) {
	for len(src) > 0 {
		n := min(len(src), callElements)
		expAVX2(unsafe.SliceData(dst[:n]), unsafe.SliceData(src), n)
		dst, src = dst[n:], src[n:]
	}
}

// sigmoidF32AVX2 is SigmoidF32 for dst as long as src.
func sigmoidF32AVX2(dst, src []float32) {
	for len(src) > 0 {
		n := min(len(src), callElements)
		sigmoidAVX2(unsafe.SliceData(dst[:n]), unsafe.SliceData(src), n)
		dst, src = dst[n:], src[n:]
	}
}

// siluF32AVX2 is SiluF32 for dst as long as src.
func siluF32AVX2(dst, src []float32) {
	for len(src) > 0 {
		n := min(len(src), callElements)
		siluAVX2(unsafe.SliceData(dst[:n]), unsafe.SliceData(src), n)
		dst, src = dst[n:], src[n:]
	}
}

// tanhF32AVX2 is TanhF32 for dst as long as src.
func tanhF32AVX2(dst, src []float32) {
	for len(src) > 0 {
		n := min(len(src), callElements)
		tanhAVX2(unsafe.SliceData(dst[:n]), unsafe.SliceData(src), n)
		dst, src = dst[n:], src[n:]
	}
}

// erfF32AVX2 is ErfF32 for dst as long as src.
func erfF32AVX2(dst, src []float32) {
	for len(src) > 0 {
		n := min(len(src), callElements)
		erfAVX2(unsafe.SliceData(dst[:n]), unsafe.SliceData(src), n)
		dst, src = dst[n:], src[n:]
	}
}

// geluF32AVX2 is GeluF32 for dst as long as src.
func geluF32AVX2(dst, src []float32) {
	for len(src) > 0 {
		n := min(len(src), callElements)
		geluAVX2(unsafe.SliceData(dst[:n]), unsafe.SliceData(src), n)
		dst, src = dst[n:], src[n:]
	}
}

// geluTanhF32AVX2 is GeluTanhF32 for dst as long as src.
func geluTanhF32AVX2(dst, src []float32) {
	for len(src) > 0 {
		n := min(len(src), callElements)
		geluTanhAVX2(unsafe.SliceData(dst[:n]), unsafe.SliceData(src), n)
		dst, src = dst[n:], src[n:]
	}
}
