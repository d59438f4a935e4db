//go:build gc && !purego && linux

package kernel

import (
	"math"
	"math/rand/v2"
	"testing"
)

// TestRows runs the kernels of rows between fences at lengths with every tail, beside their portable twins.
func TestRows(t *testing.T) { eachVector(t, testRowKernels) }

func testRowKernels(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 7))
	random := func(n int) []float32 {
		x := make([]float32, n)
		for i := range x {
			x[i] = float32(rng.NormFloat64() * 5)
		}
		return x
	}
	for _, k := range []struct {
		name string
		run  func(dst, src, scale, bias []float32, rows, n int)
	}{
		{"softmax", func(dst, src, _, _ []float32, rows, n int) { SoftmaxF32(dst, src, rows, n, 1) }},
		{"layer norm", func(dst, src, scale, bias []float32, rows, n int) { LayerNormF32(dst, src, scale, bias, rows, n, 1e-5) }},
		{"layer norm, plain", func(dst, src, _, _ []float32, rows, n int) { LayerNormF32(dst, src, nil, nil, rows, n, 1e-5) }},
		{"RMS norm", func(dst, src, scale, _ []float32, rows, n int) { RMSNormF32(dst, src, scale, rows, n, 1e-5) }},
	} {
		t.Run(k.name, func(t *testing.T) {
			for n := range 67 {
				const rows = 3
				src, scale, bias := random(rows*n), random(n), random(n)
				want := make([]float32, rows*n)
				t.Run("portable", func(t *testing.T) {
					portable(t)
					k.run(want, src, scale, bias, rows, n)
				})
				for _, atEnd := range []bool{false, true} {
					f := newFence(t)
					x, y := fencedCopy(f, src, atEnd), fencedCopy(f, src, atEnd)
					s, b := fencedCopy(f, scale, atEnd), fencedCopy(f, bias, atEnd)
					k.run(y, x, s, b, rows, n)
					k.run(x, x, s, b, rows, n)
					for i, w := range want {
						if d := math.Abs(float64(y[i]) - float64(w)); !(d <= 1e-6*(math.Abs(float64(w))+1e-3)) || x[i] != y[i] {
							t.Fatalf("n=%d, element %d: %v and in place %v, want %v", n, i, y[i], x[i], w)
						}
					}
				}
			}
		})
	}
}

// TestSoftmaxLong has rows longer than one call of assembly takes.
func TestSoftmaxLong(t *testing.T) { eachVector(t, testSoftmaxLong) }

func testSoftmaxLong(t *testing.T) {
	n := 3*callElements + 5
	x := make([]float32, n)
	x[n-1], x[callElements] = 3, 2
	SoftmaxF32(x, x, 1, n, 1)
	sum := math.Exp(-3)*float64(n-2) + math.Exp(-1) + 1
	for i, want := range map[int]float64{0: math.Exp(-3) / sum, callElements: math.Exp(-1) / sum, n - 1: 1 / sum} {
		if math.Abs(float64(x[i])-want) > 1e-6*want {
			t.Errorf("element %d = %v, want %v", i, x[i], want)
		}
	}
}
