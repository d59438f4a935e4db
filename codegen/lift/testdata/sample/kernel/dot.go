// Package kernel has one of everything that lifting must cope with.
package kernel

import "example.com/sample/par"

// DotF32 is the sum of x[i]·y[i].
func DotF32(x, y []float32) float32 {
	if useDot && len(x) >= lanes {
		return dotF32SSE(x, y[:len(x)])
	}
	return dotGeneric(x, y)
}

// dotGeneric is the portable twin.
func dotGeneric(x, y []float32) float32 {
	var sum float32
	for i, v := range x {
		sum += float32(v * y[i])
	}
	return sum
}

// MatVec computes y = W·x + b; W is row-major, n×k.
//
//energeticc:shape n k
func MatVec(y, w, x, b []float32, n, k int) {
	par.ForEach(n, func(lo, hi int) {
		for i := lo; i < hi; i++ {
			y[i] = DotF32(w[i*k:][:k], x) + b[i]
		}
	})
}

// Fill sets all of dst, in halves. It calls itself.
//
//energeticc:shape n
//go:noinline
func Fill(n int, dst []float32, v float32) {
	if n < 2 {
		for i := range dst[:n] {
			dst[i] = v
		}
		return
	}
	Fill(n/2, dst, v)
	Fill(n-n/2, dst[n/2:], v)
}
