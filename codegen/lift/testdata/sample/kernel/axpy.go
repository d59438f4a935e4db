package kernel

import "example.com/sample/par"

// Axpy computes y += a·x; x is as long as y.
func Axpy(y []float32, a float32, x []float32) {
	par.ForEach(len(y), func(lo, hi int) {
		axpyGeneric(y[lo:hi], a, x[lo:hi])
	})
}

// axpyGeneric rounds every product, on platforms that could fuse, too.
func axpyGeneric(y []float32, a float32, x []float32) {
	x = x[:len(y)]
	for i := range y {
		y[i] += float32(a * x[i])
	}
}
