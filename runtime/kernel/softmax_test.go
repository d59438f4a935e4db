package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/energeticc/energeticc/ir/exact"
)

// softmaxWant is the reference for one lane of x from at on, with its step.
func softmaxWant(x []float32, at, n, step int, logarithm bool) []float64 {
	top, sum := math.Inf(-1), 0.0
	for i := range n {
		top = max(top, float64(x[at+i*step]))
	}
	for i := range n {
		sum += exact.Exp(float64(x[at+i*step]) - top)
	}
	want := make([]float64, n)
	for i := range want {
		d := float64(x[at+i*step]) - top
		if want[i] = exact.Exp(d) / sum; logarithm {
			want[i] = d - exact.Log(sum)
		}
	}
	return want
}

func TestSoftmax(t *testing.T) { eachVariant(t, testSoftmax) }

func testSoftmax(t *testing.T) {
	bound := 1.2e-7
	if hasAVX2 {
		bound = 3e-7 // exponentials within a unit, each rounded before and after it is scaled
	}
	rng := rand.New(rand.NewPCG(1, 9))
	for _, s := range [][3]int{{0, 4, 1}, {3, 0, 1}, {2, 1, 1}, {3, 7, 1}, {2, 33, 1}, {2, 5, 3}, {2, 9, 33}, {1, 4, 64}, {2, 3, 0}} {
		for _, logarithm := range []bool{false, true} {
			outer, n, inner := s[0], s[1], s[2]
			src, _ := guarded(rng, outer*n*inner)
			for i := range src {
				src[i] *= 10
			}
			dst, whole := guarded(rng, len(src))
			src64, dst64 := make([]float64, len(src)), make([]float64, len(src))
			for i, v := range src {
				src64[i] = float64(v)
			}
			inPlace := append([]float32(nil), src...)
			if logarithm {
				LogSoftmaxF32(dst, src, outer, n, inner)
				LogSoftmaxF32(inPlace, inPlace, outer, n, inner)
				LogSoftmaxF64(dst64, src64, outer, n, inner)
			} else {
				SoftmaxF32(dst, src, outer, n, inner)
				SoftmaxF32(inPlace, inPlace, outer, n, inner)
				SoftmaxF64(dst64, src64, outer, n, inner)
			}
			name := fmt.Sprintf("%v logarithm=%v", s, logarithm)
			for o := range outer {
				for l := range inner {
					at := o*n*inner + l
					for i, want := range softmaxWant(src, at, n, inner, logarithm) {
						p := at + i*inner
						if d := math.Abs(float64(dst[p]) - want); d > bound*max(math.Abs(want), 1e-30) && d > 1e-40 {
							t.Fatalf("%s: float32 at %d = %v, want %v", name, p, dst[p], want)
						}
						if d := math.Abs(dst64[p] - want); d > 2e-15*max(1e-30, math.Abs(want)) {
							t.Fatalf("%s: float64 at %d = %v, want %v", name, p, dst64[p], want)
						}
						if inPlace[p] != dst[p] {
							t.Fatalf("%s: in place %v, apart %v", name, inPlace[p], dst[p])
						}
					}
				}
			}
			if !intact(whole) {
				t.Errorf("%s: wrote outside dst", name)
			}
		}
	}
}

func TestSoftmaxSpecial(t *testing.T) { eachVariant(t, testSoftmaxSpecial) }

func testSoftmaxSpecial(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	tests := []struct {
		name     string
		in, want []float32
	}{
		{"all -Inf", []float32{-inf, -inf}, []float32{nan, nan}},
		{"masked", []float32{-inf, 3, 3}, []float32{0, 0.5, 0.5}},
		{"+Inf", []float32{inf, 1}, []float32{nan, nan}},
		{"NaN", []float32{1, nan}, []float32{nan, nan}},
		{"large", []float32{3e38, 3e38}, []float32{0.5, 0.5}},
		{"far", []float32{-3e38, 3e38}, []float32{0, 1}},
	}
	for _, tt := range tests {
		n := len(tt.in)
		contiguous, strided := make([]float32, n), make([]float32, 2*n)
		SoftmaxF32(contiguous, tt.in, 1, n, 1)
		src := make([]float32, 2*n)
		for i, v := range tt.in {
			src[2*i], src[2*i+1] = v, 1
		}
		SoftmaxF32(strided, src, 1, n, 2)
		for i, want := range tt.want {
			for _, got := range []float32{contiguous[i], strided[2*i]} {
				if got != want && !(got != got && want != want) {
					t.Errorf("%s: element %d = %v, want %v", tt.name, i, got, want)
				}
			}
			if strided[2*i+1] != 1/float32(n) {
				t.Errorf("%s: the lane beside has %v, want %v", tt.name, strided[2*i+1], 1/float32(n))
			}
		}
	}
}

func BenchmarkSoftmaxF32(b *testing.B) {
	for _, s := range [][3]int{{1536, 128, 1}, {1, 21, 4096}} {
		b.Run(fmt.Sprint(s), func(b *testing.B) {
			x := make([]float32, s[0]*s[1]*s[2])
			for b.Loop() {
				SoftmaxF32(x, x, s[0], s[1], s[2])
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(x)), "ns/elem")
		})
	}
}
