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
		if y, x := unsafe.SliceData(dst[:n]), unsafe.SliceData(src); hasAVX512 {
			expAVX512(y, x, n)
		} else {
			expAVX2(y, x, n)
		}
		dst, src = dst[n:], src[n:]
	}
}

// sigmoidF32AVX2 is SigmoidF32 for dst as long as src.
func sigmoidF32AVX2(dst, src []float32) {
	for len(src) > 0 {
		n := min(len(src), callElements)
		if y, x := unsafe.SliceData(dst[:n]), unsafe.SliceData(src); hasAVX512 {
			sigmoidAVX512(y, x, n)
		} else {
			sigmoidAVX2(y, x, n)
		}
		dst, src = dst[n:], src[n:]
	}
}

// siluF32AVX2 is SiluF32 for dst as long as src.
func siluF32AVX2(dst, src []float32) {
	for len(src) > 0 {
		n := min(len(src), callElements)
		if y, x := unsafe.SliceData(dst[:n]), unsafe.SliceData(src); hasAVX512 {
			siluAVX512(y, x, n)
		} else {
			siluAVX2(y, x, n)
		}
		dst, src = dst[n:], src[n:]
	}
}

// tanhF32AVX2 is TanhF32 for dst as long as src.
func tanhF32AVX2(dst, src []float32) {
	for len(src) > 0 {
		n := min(len(src), callElements)
		if y, x := unsafe.SliceData(dst[:n]), unsafe.SliceData(src); hasAVX512 {
			tanhAVX512(y, x, n)
		} else {
			tanhAVX2(y, x, n)
		}
		dst, src = dst[n:], src[n:]
	}
}

// erfF32AVX2 is ErfF32 for dst as long as src.
func erfF32AVX2(dst, src []float32) {
	for len(src) > 0 {
		n := min(len(src), callElements)
		if y, x := unsafe.SliceData(dst[:n]), unsafe.SliceData(src); hasAVX512 {
			erfAVX512(y, x, n)
		} else {
			erfAVX2(y, x, n)
		}
		dst, src = dst[n:], src[n:]
	}
}

// geluF32AVX2 is GeluF32 for dst as long as src.
func geluF32AVX2(dst, src []float32) {
	for len(src) > 0 {
		n := min(len(src), callElements)
		if y, x := unsafe.SliceData(dst[:n]), unsafe.SliceData(src); hasAVX512 {
			geluAVX512(y, x, n)
		} else {
			geluAVX2(y, x, n)
		}
		dst, src = dst[n:], src[n:]
	}
}

// geluTanhF32AVX2 is GeluTanhF32 for dst as long as src.
func geluTanhF32AVX2(dst, src []float32) {
	for len(src) > 0 {
		n := min(len(src), callElements)
		if y, x := unsafe.SliceData(dst[:n]), unsafe.SliceData(src); hasAVX512 {
			geluTanhAVX512(y, x, n)
		} else {
			geluTanhAVX2(y, x, n)
		}
		dst, src = dst[n:], src[n:]
	}
}
