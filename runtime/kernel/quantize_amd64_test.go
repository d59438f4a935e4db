//go:build gc && !purego && linux

package kernel

import (
	"math"
	"math/rand/v2"
	"testing"
)

// TestVectorQuantize demands the portable levels of ties, of what is beyond the range and of what is no number, at
// lengths with every tail, between fences.
func TestVectorQuantize(t *testing.T) {
	needAVX2(t)
	inf, nan := float32(math.Inf(1)), float32(math.NaN())
	rng := rand.New(rand.NewPCG(5, 3))
	x := []float32{nan, inf, -inf, 0, float32(math.Copysign(0, -1)), 1e-40, -1e-40, 3e38, -3e38, 1 << 31, -1 << 31, 1 << 40}
	for i := -600; i < 600; i++ {
		x = append(x, float32(i)/2, float32(i)/2*0.3, float32(rng.NormFloat64()*90))
	}
	for n := range 72 {
		checkQuantize(t, x[:n], 0.5, n%2 == 0)
		checkQuantize(t, x[len(x)-n:], 0.3, n%2 == 0)
	}
	for _, scale := range []float32{1, 0.3, 1e-30, 1e-42, 0, -2, inf, nan} {
		checkQuantize(t, x, scale, true)
		checkQuantize(t, x, scale, false)
	}
}

func checkQuantize(t *testing.T, x []float32, scale float32, atEnd bool) {
	t.Helper()
	checkQuantizeTo(t, x, scale, []int8{-7}, atEnd, -128, 127)
	checkQuantizeTo(t, x, scale, []int8(nil), atEnd, -8, 7)
	checkQuantizeTo(t, x, scale, []uint8{128}, atEnd, 0, 255)
	checkQuantizeTo(t, x, scale, []uint8(nil), atEnd, 0, 15)
	checkQuantizeTo(t, x, scale, []uint16{40000}, atEnd, 0, 65535) // portable
}

func checkQuantizeTo[T int8 | uint8 | uint16](t *testing.T, x []float32, scale float32, zero []T, atEnd bool, lo, hi float32) {
	t.Helper()
	f := newFence(t)
	defer f.close()
	n := len(x)
	quantize := func(dst []T, src []float32) {
		Quantize(dst, src, []float32{scale}, zero, 1, 1, n, 1, 0, 0, 0, lo, hi)
	}
	want, got := make([]T, n), fencedCopy(f, make([]T, n), atEnd)
	t.Run("portable", func(t *testing.T) {
		portable(t)
		quantize(want, x)
	})
	quantize(got, fencedCopy(f, x, atEnd))
	for i, w := range want {
		if got[i] != w {
			t.Fatalf("n=%d, %T: Quantize(%v) = %d, want %d; scale %v, within %v and %v", n, w, x[i], got[i], w, scale, lo, hi)
		}
	}
}
