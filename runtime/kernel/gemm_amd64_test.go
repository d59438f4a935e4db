//go:build gc && !purego && linux

package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// TestProduct compares assembly's product with float64, between fences, on every tile and its tails.
func TestProduct(t *testing.T) { eachVector(t, testProduct) }

func testProduct(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 1))
	for rows := 1; rows <= 14; rows++ {
		for _, cols := range []int{1, 2, 3, 4, 5, 7, 8, 9, 12, 15, 16, 17, 24, 25, 31, 32, 33, 47, 48, 49, 96, 100} {
			for _, k := range []int{0, 1, 3, 4, 5, 9} {
				if testing.Short() && (rows+cols+k)%5 != 0 {
					continue
				}
				for flags := range 4 {
					checkProduct(t, rng, rows, cols, k, flags)
				}
				if t.Failed() {
					return
				}
			}
		}
	}
}

func checkProduct(t *testing.T, rng *rand.Rand, rows, cols, k, flags int) {
	t.Run(fmt.Sprintf("%dx%dx%d/%d", rows, cols, k, flags), func(t *testing.T) {
		f := newFence(t)
		random := func(n int) []float32 {
			x := make([]float32, n)
			for i := range x {
				x[i] = float32(rng.NormFloat64())
			}
			return fencedCopy(f, x, flags&1 == 0)
		}
		lda, ldb, ldc := k+flags, cols+flags*3, cols+flags%3
		a, b := random(max((rows-1)*lda+k, 0)), random(max((k-1)*ldb+cols, 0))
		dst := random((rows-1)*ldc + cols)
		var bias, residual []float32
		if flags&1 != 0 {
			bias = random(cols)
		}
		if flags&2 != 0 {
			residual = random(len(dst))
		}
		if flags == 3 {
			residual = dst
		}
		want, size := productWant(a, b, bias, residual, rows, cols, k, lda, ldb, ldc)
		before := append([]float32(nil), dst...)
		productF32(dst, a, b, bias, residual, ahead{addressOf(b), 64}, rows, cols, k, lda, ldb, ldc)
		for i := range dst {
			r, c := i/ldc, i%ldc
			if c >= cols {
				if dst[i] != before[i] {
					t.Fatalf("wrote between the rows at [%d, %d]", r, c)
				}
				continue
			}
			at := r*cols + c
			if d := math.Abs(float64(dst[i]) - want[at]); !(d <= float64(k+3)*0x1p-24*size[at]) {
				t.Fatalf("[%d, %d] = %v, want %v", r, c, dst[i], want[at])
			}
		}
	})
}

// productWant gives the product in float64 and the sum of what was added without its sign.
func productWant(a, b, bias, residual []float32, rows, cols, k, lda, ldb, ldc int) (want, size []float64) {
	for r := range rows {
		for c := range cols {
			s, abs := 0.0, 0.0
			add := func(x float64) { s, abs = s+x, abs+math.Abs(x) }
			for p := range k {
				add(float64(a[r*lda+p]) * float64(b[p*ldb+c]))
			}
			if bias != nil {
				add(float64(bias[c]))
			}
			if residual != nil {
				add(float64(residual[r*ldc+c]))
			}
			want, size = append(want, s), append(size, abs)
		}
	}
	return want, size
}

// TestProductNaN checks that what is no number stays in its row or column, the tails' too.
func TestProductNaN(t *testing.T) {
	needAVX2(t)
	const rows, k = 7, 3
	for _, cols := range []int{5, 13, 16, 55} {
		a, b, dst := make([]float32, rows*k), make([]float32, k*cols), make([]float32, rows*cols)
		a[2*k+1], b[cols-1] = float32(math.NaN()), float32(math.Inf(1))
		productF32(dst, a, b, nil, nil, still(b), rows, cols, k, k, cols, cols)
		for i, v := range dst {
			if want := i/cols == 2 || i%cols == cols-1; (v != v) != want {
				t.Errorf("%d columns: [%d, %d] = %v, want NaN %v", cols, i/cols, i%cols, v, want)
			}
		}
	}
}

// TestWidenColumns checks weights times their columns' scales, between fences.
func TestWidenColumns(t *testing.T) {
	needAVX2(t)
	rng := rand.New(rand.NewPCG(5, 6))
	for w := 4; w <= gemmPanel; w += 4 {
		for _, rows := range []int{0, 1, 3} {
			for _, atEnd := range []bool{false, true} {
				f := newFence(t)
				src, scale := make([]int8, rows*w), fencedCopy(f, normals(rng, w), atEnd)
				for i := range src {
					src[i] = int8(rng.IntN(256) - 128)
				}
				src, dst := fencedCopy(f, src, atEnd), fencedCopy(f, make([]float32, rows*w), atEnd)
				widenWeights(dst, src, scale, 0)
				for i, got := range dst {
					if want := float32(src[i]) * scale[i%w]; got != want {
						t.Fatalf("%d columns: element %d = %v, want %v", w, i, got, want)
					}
				}
			}
		}
	}
}
