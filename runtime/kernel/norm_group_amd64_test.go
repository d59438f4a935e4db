//go:build gc && !purego && linux

package kernel

import (
	"math"
	"testing"
)

// TestGroupNorm compares assembly, between fences, with the portable kernel: groups of one call and of several.
func TestGroupNorm(t *testing.T) {
	needAVX2(t)
	for _, s := range []struct{ per, inner int }{{1, 1}, {1, 7}, {3, 5}, {5, 8}, {2, 33}, {2, callElements + 3}, {4, 0}} {
		n := s.per * s.inner
		src, scale, bias := randomF32(2*n), randomF32(2*s.per), randomF32(2*s.per)
		for i := range src {
			src[i] += 3
		}
		want := make([]float32, len(src))
		t.Run("portable", func(t *testing.T) {
			portable(t)
			GroupNormF32(want, src, scale, bias, 1, 2, s.per, s.inner, 1e-5)
		})
		for _, atEnd := range []bool{false, true} {
			f := newFence(t)
			x, y := fencedCopy(f, src, atEnd), fencedCopy(f, src, atEnd)
			g, b := fencedCopy(f, scale, atEnd), fencedCopy(f, bias, atEnd)
			GroupNormF32(y, x, g, b, 1, 2, s.per, s.inner, 1e-5)
			GroupNormF32(x, x, g, b, 1, 2, s.per, s.inner, 1e-5)
			for i, w := range want {
				if d := math.Abs(float64(y[i] - w)); !(d <= 2e-6*(1+math.Abs(float64(w)))) || x[i] != y[i] {
					t.Fatalf("%v: element %d: %v and in place %v, want %v", s, i, y[i], x[i], w)
				}
			}
			f.close()
		}
	}
}

// TestResizeBlendRows compares the blend of rows, between fences, with the portable kernel.
func TestResizeBlendRows(t *testing.T) {
	needAVX2(t)
	index, weight := []int64{0, 1, 2, 1, 3, 3, -1, 0, 2, 2}, []float32{0.25, 0.75, 1, 0, 0.5, 0.5, 0, 0, -0.5, 2}
	for _, inner := range []int{1, 2, 7, 8, 31, 33, callElements + 5} {
		src := randomF32(2 * 4 * inner)
		out := 2 * 5 * inner
		want := make([]float32, out)
		t.Run("portable", func(t *testing.T) {
			portable(t)
			ResizeBlend(want, src, index, weight, 2, nil, 2, 4, inner)
		})
		for _, atEnd := range []bool{false, true} {
			f := newFence(t)
			x, y := fencedCopy(f, src, atEnd), fencedCopy(f, make([]float32, out), atEnd)
			ResizeBlend(y, x, index, weight, 2, nil, 2, 4, inner)
			for i, w := range want {
				if d := math.Abs(float64(y[i] - w)); !(d <= 1e-6) {
					t.Fatalf("rows of %d: element %d is %v, want %v", inner, i, y[i], w)
				}
			}
			f.close()
		}
	}
}
