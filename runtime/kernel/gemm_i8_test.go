//go:build linux

package kernel

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// TestGemmI8 compares every variant with sums in int64, between fences, at all edges of tiles, panels and groups.
func TestGemmI8(t *testing.T) {
	eachVariant(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(8, 8))
		for _, m := range []int{0, 1, 2, 3, 6, 7, 8, 13, 32, 33, 129} {
			for _, n := range []int{0, 1, 4, 7, 12, 16, 17, 33, 48, 49} {
				for _, k := range []int{0, 1, 4, 5, 17, 33, 70} {
					flags := rng.IntN(64)
					if testing.Short() && (m+n+k)%5 != 0 {
						continue
					}
					checkGemmI8[int8](t, rng, m, n, k, flags)
					checkGemmI8[uint8](t, rng, m, n, k, flags)
					if t.Failed() {
						return
					}
				}
			}
		}
	})
}

// flags of checkGemmI8
const (
	i8AtEnd = 1 << iota // operands end at a fence, or begin at one
	i8ZeroA             // a has zero points
	i8ZeroB
	i8Vectors  // scales and zero points for each row and column, or one for all
	i8Residual // and a bias
	i8Extremes // elements are the least or the greatest
)

func checkGemmI8[A int8 | uint8](t *testing.T, rng *rand.Rand, m, n, k, flags int) {
	t.Helper()
	f := newFence(t)
	defer f.close()
	atEnd := flags&i8AtEnd != 0
	rows, cols := 1, 1
	if flags&i8Vectors != 0 {
		rows, cols = m, n
	}
	a, b := randomI8[A](rng, m*k, flags), randomI8[int8](rng, k*n, flags)
	var aZero []A
	var bZero []int8
	if flags&i8ZeroA != 0 {
		aZero = fencedCopy(f, randomI8[A](rng, rows, flags), atEnd)
	}
	if flags&i8ZeroB != 0 {
		bZero = fencedCopy(f, randomI8[int8](rng, cols, flags), atEnd)
	}
	scale := fencedCopy(f, randomF32(cols), atEnd)
	var bias, residual []float32
	dst := fencedCopy(f, randomF32(m*n), atEnd)
	if flags&i8Residual != 0 {
		bias, residual = fencedCopy(f, randomF32(n), atEnd), dst
	}
	sums, want := make([]int32, m*n), make([]float32, m*n)
	multiplyPlain(sums, a, b, aZero, bZero, m, n, k)
	for i, s := range sums {
		want[i] = float32(float32(s)*spreadAt(scale, i%n)) + spreadAt(bias, i%n)
		if residual != nil {
			want[i] += residual[i]
		}
	}
	packed := make([]int8, PackedI8Len(n, k))
	transposed := flags&1 == 0
	PackGroupsI8(packed, transposeI8(b, n, k, transposed), n, k, transposed)
	packed, a = fencedCopy(f, packed, atEnd), fencedCopy(f, a, atEnd)
	scratch := make([]int16, GemmI8Scratch(m, k))
	for i := range scratch {
		scratch[i] = -1
	}
	var z A
	name := fmt.Sprintf("%T %d×%d×%d, flags %06b", z, m, n, k, flags)
	got := fencedCopy(f, make([]int32, m*n), atEnd)
	GemmI8Sums(got, a, packed, aZero, bZero, scratch, m, n, k)
	GemmI8(dst, a, packed, aZero, bZero, scale, bias, residual, scratch, m, n, k, Act{})
	for i := range want {
		if got[i] != sums[i] {
			t.Fatalf("%s: sum %d is %d, want %d", name, i, got[i], sums[i])
		}
		if dst[i] != want[i] && want[i] == want[i] {
			t.Fatalf("%s: result %d is %v, want %v", name, i, dst[i], want[i])
		}
	}
}

// multiplyPlain is the product as it is defined.
func multiplyPlain[A int8 | uint8](dst []int32, a []A, b []int8, aZero []A, bZero []int8, m, n, k int) {
	for i := range m {
		for j := range n {
			s := int64(0)
			for p := range k {
				s += (int64(a[i*k+p]) - int64(spreadAt(aZero, i))) * (int64(b[p*n+j]) - int64(spreadAt(bZero, j)))
			}
			dst[i*n+j] = int32(s)
		}
	}
}

// randomI8 gives elements of the whole range.
func randomI8[T int8 | uint8](rng *rand.Rand, n, flags int) []T {
	x := make([]T, n)
	for i := range x {
		x[i] = T(rng.Uint32())
		if flags&i8Extremes != 0 {
			x[i] = T(1) << 7 // the least with a sign
			if T(0)-1 > 0 {
				x[i] = 0
			}
			x[i] -= T(rng.Uint32N(2))
		}
	}
	return x
}

// transposeI8 gives a [k][n] matrix as it is, or transposed.
func transposeI8(b []int8, n, k int, transposed bool) []int8 {
	if !transposed {
		return b
	}
	y := make([]int8, len(b))
	for p := range k {
		for j := range n {
			y[j*k+p] = b[p*n+j]
		}
	}
	return y
}

// TestGemmI8Deep sums the greatest products, which 16 bits do not hold, over parts of k that calls are cut into.
func TestGemmI8Deep(t *testing.T) {
	eachVariant(t, func(t *testing.T) {
		const m, n, k = 7, 50, 40001
		a, b := make([]uint8, m*k), make([]int8, k*n)
		for i := range a {
			a[i] = 255
		}
		for i := range b {
			b[i] = 127
		}
		packed := make([]int8, PackedI8Len(n, k))
		PackGroupsI8(packed, b, n, k, false)
		got := make([]int32, m*n)
		GemmI8Sums(got, a, packed, nil, nil, make([]int16, GemmI8Scratch(m, k)), m, n, k)
		for i, v := range got {
			if want := int32(255 * 127 * k); v != want {
				t.Fatalf("sum %d is %d, want %d", i, v, want)
			}
		}
	})
}

// BenchmarkGemmI8 compares products of bytes, of float32 by int8 weights that are widened, and of float32.
func BenchmarkGemmI8(b *testing.B) {
	for _, m := range []int{1, 9, 64, 128} {
		const n, k = 768, 768
		a, packed, dst := make([]uint8, m*k), make([]int8, PackedI8Len(n, k)), make([]float32, m*n)
		scratch := make([]int16, GemmI8Scratch(m, k))
		x, w, codes := make([]float32, m*k), make([]float32, PackedLen(n, k)), make([]int8, PackedLen(n, k))
		zero, scale := []uint8{128}, []float32{0.1}
		for _, v := range []struct {
			name string
			run  func()
		}{
			{"bytes", func() { GemmI8(dst, a, packed, zero, nil, scale, nil, nil, scratch, m, n, k, Act{}) }},
			{"widened", func() { GemmI8W(dst, x, codes, scale, nil, nil, m, n, k, k, n, Act{}) }},
			{"float32", func() { GemmF32(dst, x, w, nil, nil, m, n, k, k, n, Act{}) }},
		} {
			b.Run(fmt.Sprintf("%d/%s", m, v.name), func(b *testing.B) {
				for b.Loop() {
					v.run()
				}
				b.ReportMetric(float64(m*n*k)*float64(b.N)/float64(b.Elapsed().Nanoseconds()), "products/ns")
			})
		}
	}
}
