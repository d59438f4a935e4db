//go:build gc && !purego && linux

package kernel

import (
	"math"
	"testing"
)

// TestVectorNarrow demands the portable float16 of float32 on both sides of every tie, and at lengths with every tail.
func TestVectorNarrow(t *testing.T) {
	needAVX2(t)
	var x []float32
	for b := uint32(0); b < 1<<20; b++ { // all upper halves, each with what rounds down, ties and rounds up
		low := []uint32{0, 1, 0xfff, 0x1000, 0x1001, 0x1fff, 0x2000, 0x3000, 0x3001, 0x4fff, 0x5000, 0x8000, 0x9000, 0xb000, 0xf000, 0xffff}[b&15]
		x = append(x, math.Float32frombits(b>>4<<16|low))
	}
	checkNarrow(t, x, true)
	for n := range 72 {
		for _, atEnd := range []bool{false, true} {
			checkNarrow(t, x[0x7f7ff-n/2:][:n], atEnd)
		}
	}
}

func checkNarrow(t *testing.T, x []float32, atEnd bool) {
	t.Helper()
	f := newFence(t)
	defer f.close()
	want := make([]uint16, len(x))
	t.Run("portable", func(t *testing.T) {
		portable(t)
		NarrowF16(want, x)
	})
	got := fencedCopy(f, make([]uint16, len(x)), atEnd)
	NarrowF16(got, fencedCopy(f, x, atEnd))
	for i, w := range want {
		if got[i] != w {
			t.Fatalf("n=%d: NarrowF16(%#08x) = %#04x, want %#04x", len(x), math.Float32bits(x[i]), got[i], w)
		}
	}
}
