//go:build gc && !purego && linux

package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// TestConvRows compares convRowsAVX2 with float64, between fences: panels of four rows and those that are left.
func TestConvRows(t *testing.T) {
	needAVX2(t)
	rng := rand.New(rand.NewPCG(12, 1))
	for _, rows := range []int{1, 3, 4, 5, 8, 10} {
		for _, width := range []int{1, 3, 7, 8, 9, 15, 16, 17, 23, 24, 25, 49} {
			for _, k := range []int{0, 1, 3, 4, 9, 27} {
				for flags := range 4 {
					name := fmt.Sprintf("rows=%d width=%d k=%d flags=%d", rows, width, k, flags)
					checkConvRows(t, rng, name, rows, width, k, flags)
				}
			}
		}
	}
}

func checkConvRows(t *testing.T, rng *rand.Rand, name string, rows, width, k, flags int) {
	t.Helper()
	f := newFence(t)
	defer f.close()
	random := func(n int) []float32 {
		x := make([]float32, n)
		for i := range x {
			x[i] = float32(rng.NormFloat64())
		}
		return fencedCopy(f, x, flags&1 == 0)
	}
	p0, ldb, plane := flags, width+flags, width+2*flags
	raw, b, y := random(rows*k), random(max((k-1)*ldb+width, 0)), random((rows-1)*plane+p0+width)
	w := random(rows * k)
	PackConvF32(w, raw, 1, rows, k)
	var bias []float32
	if flags&1 != 0 {
		bias = random(rows)
	}
	before := append([]float32(nil), y...)
	convRowsAVX2(y, w, b, bias, rows, k, p0, width, ldb, plane)
	for i, got := range y {
		r, c := i/plane, i%plane-p0
		if c < 0 || c >= width {
			if got != before[i] {
				t.Fatalf("%s: wrote beside the strip at %d", name, i)
			}
			continue
		}
		want, size := 0.0, 1.0
		if bias != nil {
			want = float64(bias[r])
		}
		for p := range k {
			v := float64(raw[r*k+p]) * float64(b[p*ldb+c])
			want, size = want+v, size+math.Abs(v)
		}
		if d := math.Abs(float64(got) - want); !(d <= 1e-6*size) {
			t.Fatalf("%s: [%d, %d] = %v, want %v", name, r, c, got, want)
		}
	}
}
