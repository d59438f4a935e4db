//go:build gc && !purego && linux

package kernel

import (
	"fmt"
	"math"
	"testing"
)

// TestRowSums runs sums of rows between fences, beside their portable twins.
func TestRowSums(t *testing.T) {
	needAVX2(t)
	sums := map[string]func(acc []float64, src []float32, groups []int, last bool){
		"sum": ReduceSum[float64, float32], "abs": ReduceSumAbs[float64, float32], "square": ReduceSumSquare[float64, float32],
	}
	for name, sum := range sums {
		for n := range 50 {
			const rows = 3
			src := randomF32(rows * n)
			want := make([]float64, rows)
			t.Run(fmt.Sprint("portable ", name, n), func(t *testing.T) {
				portable(t)
				sum(want, src, []int{rows, n}, true)
			})
			for _, atEnd := range []bool{false, true} {
				f := newFence(t)
				got := make([]float64, rows)
				sum(got, fencedCopy(f, src, atEnd), []int{rows, n}, true)
				for i, w := range want {
					if math.Abs(got[i]-w) > 1e-13*float64(n) {
						t.Fatalf("%s of %d elements: row %d = %v, want %v", name, n, i, got[i], w)
					}
				}
			}
		}
	}
}

// TestInner runs products of few columns that lie transposed between fences.
func TestInner(t *testing.T) {
	needAVX2(t)
	for m := range 4 {
		for n := range 10 {
			for _, k := range []int{1, 7, 8, 9, 16, 23, 24, 40} {
				checkInner(t, m, n, k, m%2 == 0)
			}
		}
	}
}

func checkInner(t *testing.T, m, n, k int, atEnd bool) {
	lda, ldb, ldc := k+1, k+2, n+1
	room := func(rows, ld, cols int) int { return max(rows-1, 0)*ld + min(rows, 1)*cols }
	f := newFence(t)
	a, b := fencedCopy(f, randomF32(room(m, lda, k)), atEnd), fencedCopy(f, randomF32(room(n, ldb, k)), atEnd)
	c := fencedCopy(f, make([]float32, room(m, ldc, n)), atEnd)
	addDots(c, a, b, m, n, ldc, k, lda, ldb)
	for i := range m {
		for j := range n {
			want, size := 0.0, 0.0
			for p := range k {
				term := float64(a[i*lda+p]) * float64(b[j*ldb+p])
				want, size = want+term, size+math.Abs(term)
			}
			if got := float64(c[i*ldc+j]); math.Abs(got-want) > 1e-6*size {
				t.Fatalf("m=%d n=%d k=%d: [%d, %d] = %v, want %v", m, n, k, i, j, got, want)
			}
		}
	}
}
