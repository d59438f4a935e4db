//go:build gc && !purego && linux

package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// TestArgBest runs the search of rows between fences, beside its portable twin: rows with equals, NaN and infinities.
func TestArgBest(t *testing.T) {
	needAVX2(t)
	rng := rand.New(rand.NewPCG(3, 3))
	special := []float32{float32(nan), float32(inf), float32(-inf), 0, float32(math.Copysign(0, -1))}
	for n := 1; n < 34; n++ {
		const rows = 40
		src := make([]float32, rows*n)
		for i := range src {
			src[i] = float32(rng.IntN(5) - 2)
			if rng.IntN(4) == 0 {
				src[i] = special[rng.IntN(len(special))]
			}
		}
		for i, f := range []func(dst []int64, src []float32, outer, n, inner int, last bool){ArgMax[float32], ArgMin[float32]} {
			want := make([]int64, rows)
			t.Run(fmt.Sprint("portable", n, i), func(t *testing.T) {
				portable(t)
				f(want, src, rows, n, 1, false)
			})
			for _, atEnd := range []bool{false, true} {
				fence := newFence(t)
				x, got := fencedCopy(fence, src, atEnd), fencedCopy(fence, make([]int64, rows), atEnd)
				if f(got, x, rows, n, 1, false); !slices.Equal(got, want) {
					t.Fatalf("n=%d, function %d: got %v, want %v of %v", n, i, got, want, src)
				}
			}
		}
	}
}
