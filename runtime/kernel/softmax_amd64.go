//go:build gc && !purego

package kernel

import (
	"math"
	"unsafe"
)

// softmaxRowAVX2 sets y to e^x / Σ e^x; y is as long as x and may be it.
func softmaxRowAVX2(y, x []float32) {
	top := float32(math.Inf(-1))
	for i := 0; i < len(x); i += callElements {
		part := x[i:min(i+callElements, len(x))]
		if v := topOfRow(part); !(v <= top) {
			top = v
		}
	}
	sum := expSumF32AVX2(y, x, top)
	scaleF32AVX2(y, y, float32(1/sum))
}

// softmaxNarrowAVX2 is softmaxRowAVX2 for all rows of n elements, softmaxNarrow at most.
func softmaxNarrowAVX2(y, x []float32, n int) {
	for len(x) > 0 {
		rows := min(len(x), callElements) / n
		softmaxRowsAVX2(unsafe.SliceData(y), unsafe.SliceData(x), rows, n)
		y, x = y[rows*n:], x[rows*n:]
	}
}

// topOfRow is the largest element of x. NaN is left out, or the result.
func topOfRow(x []float32) float32 {
	if hasAVX512 {
		return maxAVX512(unsafe.SliceData(x), len(x))
	}
	return maxAVX2(unsafe.SliceData(x), len(x))
}

// expSumF32AVX2 sets y to e^(x - top) and returns the sum; y is as long as x and may be it.
func expSumF32AVX2(y, x []float32, top float32) float64 {
	sum := 0.0
	for len(x) > 0 {
		n := min(len(x), callElements)
		if to, from := unsafe.SliceData(y[:n]), unsafe.SliceData(x); hasAVX512 {
			sum += expSumAVX512(to, from, n, top)
		} else {
			sum += expSumAVX2(to, from, n, top)
		}
		y, x = y[n:], x[n:]
	}
	return sum
}

// scaleF32AVX2 sets y to x times factor; y is as long as x and may be it.
func scaleF32AVX2(y, x []float32, factor float32) {
	for len(x) > 0 {
		n := min(len(x), callElements)
		if to, from := unsafe.SliceData(y[:n]), unsafe.SliceData(x); hasAVX512 {
			scaleAVX512(to, from, n, factor)
		} else {
			scaleAVX2(to, from, n, factor)
		}
		y, x = y[n:], x[n:]
	}
}
