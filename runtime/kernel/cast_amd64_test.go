//go:build gc && !purego && linux

package kernel

import (
	"math"
	"testing"
)

// castable are the types that a fence gives out.
type castable interface {
	int8 | uint8 | float32 | int32
}

// TestVectorCast demands the portable results of casts that have assembly, at lengths with every tail, between fences.
func TestVectorCast(t *testing.T) {
	needAVX2(t)
	floats := []float32{0, float32(math.Copysign(0, -1)), float32(math.NaN()), float32(math.Inf(1)), float32(math.Inf(-1)), 1e-40}
	for e := float32(0x1p-2); e < 0x1p70; e *= 2 {
		for _, m := range []float32{1, 1.25, 0x1.fffffep0, 0x1.54321p0, -1, -1.5, -0x1.fffffep0, -0x1.54321p0} {
			floats = append(floats, m*e)
		}
	}
	ints := []int32{0, math.MinInt32, math.MaxInt32, 1<<24 + 1, 1<<25 + 2, 1<<25 + 6, -1<<24 - 1}
	var bytes []uint8
	var small []int8
	for i := range 256 {
		ints = append(ints, int32(i*0x0123457), -int32(i))
		bytes, small = append(bytes, uint8(i)), append(small, int8(i))
	}
	for n := range 72 {
		checkCast(t, CastCut[int32, float32], floats[n:][:n])
		checkCast(t, Cast[float32, int32], ints[n:][:n])
		checkCast(t, Cast[float32, uint8], bytes[n:][:n])
		checkCast(t, Cast[float32, int8], small[n:][:n])
	}
	checkCast(t, CastCut[int32, float32], floats)
	checkCast(t, Cast[float32, int32], ints)
	checkCast(t, Cast[float32, uint8], bytes)
	checkCast(t, Cast[float32, int8], small)
	checkCast(t, func(dst []float32, src []uint8) {
		Dequantize(dst, src, []float32{0.3}, []uint8{100}, 1, 1, len(src), 1, 0, 0, 0)
	}, bytes)
	for _, zero := range [][]int32{nil, {0}, {1<<24 + 1}} {
		checkCast(t, func(dst []float32, src []int32) {
			Dequantize(dst, src, []float32{0.3}, zero, 1, 1, len(src), 1, 0, 0, 0)
		}, ints)
	}
}

func checkCast[U, T castable](t *testing.T, cast func([]U, []T), src []T) {
	t.Helper()
	f := newFence(t)
	defer f.close()
	want := make([]U, len(src))
	t.Run("portable", func(t *testing.T) {
		portable(t)
		cast(want, src)
	})
	for _, atEnd := range []bool{false, true} {
		got := fencedCopy(f, make([]U, len(src)), atEnd)
		cast(got, fencedCopy(f, src, atEnd))
		for i, w := range want {
			if got[i] != w {
				t.Fatalf("n=%d: %T(%v) = %v, want %v", len(src), w, src[i], got[i], w)
			}
		}
	}
}
