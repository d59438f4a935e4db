//go:build gc && !purego && linux

package kernel

import (
	"math"
	"testing"
)

// TestVectorRows demands the portable bits of arithmetic on rows, with one number on either side too, in place and apart,
// at lengths with every tail, between fences.
func TestVectorRows(t *testing.T) {
	needAVX2(t)
	special := []float32{0, float32(math.Copysign(0, -1)), float32(math.NaN()), float32(math.Inf(1)), float32(math.Inf(-1)), 1e-40, 3e38}
	for name, row := range map[string]func(dst, a, b []float32){
		"AddRow": AddRow[float32], "SubRow": SubRow[float32], "MulRow": MulRow[float32], "DivRow": DivRow[float32],
	} {
		t.Run(name, func(t *testing.T) {
			for n := range 100 {
				a, b := make([]float32, n), make([]float32, n)
				for i := range n {
					a[i], b[i] = float32(i-n/2)/3, float32(i%9-4)*0.7
					if i%5 == 0 {
						a[i], b[n-1-i] = special[i/5%7], special[i/7%7]
					}
				}
				checkRow(t, row, a, b, n)
				checkRow(t, row, a, []float32{0.3}, n)
				checkRow(t, row, []float32{0.3}, b, n)
			}
		})
	}
}

func checkRow(t *testing.T, row func(dst, a, b []float32), a, b []float32, n int) {
	t.Helper()
	want := make([]float32, n)
	t.Run("portable", func(t *testing.T) {
		portable(t)
		row(want, a, b)
	})
	for _, atEnd := range []bool{false, true} {
		f := newFence(t)
		x, y, apart := fencedCopy(f, a, atEnd), fencedCopy(f, b, atEnd), fencedCopy(f, want, atEnd)
		row(apart, x, y)
		inPlace := x
		if len(x) != n {
			inPlace = y
		}
		row(inPlace, x, y)
		for i, w := range want {
			for _, got := range []float32{apart[i], inPlace[i]} {
				if math.Float32bits(got) != math.Float32bits(w) && (got == got || w == w) {
					t.Fatalf("n=%d, element %d of %v and %v: %v, want %v", n, i, a, b, got, w)
				}
			}
		}
		f.close()
	}
}
