package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

func TestMatMul(t *testing.T) { eachVariant(t, testMatMul) }

func testMatMul(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 9))
	for _, s := range append(gemmSizes, [3]int{3, 9, 70}, [3]int{40, 50, 130}) {
		for _, transposed := range []bool{false, true} {
			m, n, k := s[0], s[1], s[2]
			lda, ldc := k+1, n+2
			a, _ := guarded(rng, m*lda)
			b, _ := guarded(rng, n*k)
			dst, whole := guarded(rng, m*ldc)
			want, size := gemmWant(a, b, nil, nil, nil, m, n, k, lda, ldc, transposed)
			before := append([]float32(nil), dst...)
			if transposed {
				MatMulNTF32(dst, a, b, m, n, k, lda, k, ldc)
			} else {
				MatMulF32(dst, a, b, m, n, k, lda, n, ldc)
			}
			name := fmt.Sprintf("MatMul m=%d n=%d k=%d transposed=%v", m, n, k, transposed)
			checkMatrix(t, name, dst, before, want, size, m, n, ldc)
			if !intact(whole) {
				t.Errorf("%s wrote outside dst", name)
			}
		}
	}
}

// batchCases are views of the two operands, with the strides to read them.
var batchCases = []struct {
	name               string
	batch              []int
	sa, sb             []int
	m, n, k            int
	rsa, csa, rsb, csb int
}{
	{"plain", []int{2, 3}, []int{60, 20}, []int{105, 35}, 4, 7, 5, 5, 1, 7, 1},
	{"b broadcast", []int{2, 3}, []int{60, 20}, []int{0, 35}, 4, 7, 5, 5, 1, 7, 1},
	{"a transposed", []int{2}, []int{20}, []int{35}, 4, 7, 5, 1, 4, 7, 1},
	{"b transposed", []int{2}, []int{20}, []int{35}, 4, 7, 5, 5, 1, 1, 5},
	// q·kᵀ of 3 heads of 8, interleaved: [batch, seq, head, 8].
	{"heads", []int{2, 3}, []int{240, 8}, []int{240, 8}, 10, 10, 8, 24, 1, 1, 24},
	{"heads, one token", []int{2, 3}, []int{24, 8}, []int{240, 8}, 1, 10, 8, 24, 1, 1, 24},
	{"both strided", []int{2}, []int{200}, []int{400}, 5, 6, 4, 2, 20, 40, 3},
	{"no batch", nil, nil, nil, 33, 49, 65, 65, 1, 49, 1},
	{"empty batch", []int{0, 2}, []int{0, 0}, []int{0, 0}, 2, 2, 2, 2, 1, 2, 1},
	{"k = 0", []int{2}, []int{0}, []int{0}, 2, 3, 0, 0, 1, 3, 1},
}

func TestBatchMatMul(t *testing.T) { eachVariant(t, testBatchMatMul) }

func testBatchMatMul(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 9))
	for _, c := range batchCases {
		t.Run(c.name, func(t *testing.T) {
			a, _ := guarded(rng, 4000)
			b, _ := guarded(rng, 4000)
			count := batchCount(c.batch)
			dst, whole := guarded(rng, count*c.m*c.n)
			BatchMatMulF32(dst, a, b, c.batch, c.sa, c.sb, c.m, c.n, c.k, c.rsa, c.csa, c.rsb, c.csb, 0.5)
			a64, b64, ints := make([]float64, 4000), make([]float64, 4000), make([]int32, 4000)
			for i := range a {
				a64[i], b64[i], ints[i] = float64(a[i]), float64(b[i]), int32(a[i]*1e9)
			}
			dst64, dstInt := make([]float64, len(dst)), make([]int32, len(dst))
			MatMul(dst64, a64, b64, c.batch, c.sa, c.sb, c.m, c.n, c.k, c.rsa, c.csa, c.rsb, c.csb, 0.5)
			MatMul(dstInt, ints, ints, c.batch, c.sa, c.sb, c.m, c.n, c.k, c.rsa, c.csa, c.rsb, c.csb, 1)
			at := 0
			for x := range count {
				oa, ob := batchOffset(x, c.batch, c.sa), batchOffset(x, c.batch, c.sb)
				for i := range c.m {
					for j := range c.n {
						want, wantInt := 0.0, int32(0)
						for p := range c.k {
							ia, ib := oa+i*c.rsa+p*c.csa, ob+p*c.rsb+j*c.csb
							want += a64[ia] * b64[ib]
							wantInt += ints[ia] * ints[ib]
						}
						want *= 0.5
						if math.Abs(dst64[at]-want) > 1e-13 || math.Abs(float64(dst[at])-want) > 1e-5 || dstInt[at] != wantInt {
							t.Fatalf("matrix %d [%d, %d] = %v, %v, %v, want %v, %v", x, i, j, dst[at], dst64[at], dstInt[at], want, wantInt)
						}
						at++
					}
				}
			}
			if !intact(whole) {
				t.Error("wrote outside dst")
			}
		})
	}
}

// TestMatMulNaN checks that 0·NaN and 0·Inf are NaN.
func TestMatMulNaN(t *testing.T) { eachVariant(t, testMatMulNaN) }

func testMatMulNaN(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	got := make([]float32, 2)
	MatMulF32(got, []float32{0, 0}, []float32{nan, 1, 1, inf}, 1, 2, 2, 2, 2, 2)
	if got[0] == got[0] || got[1] == got[1] {
		t.Errorf("0·[NaN, Inf] = %v, want NaN twice", got)
	}
}

// BenchmarkBatchMatMul is q·kᵀ and p·v of 12 heads of 32, interleaved.
func BenchmarkBatchMatMul(b *testing.B) {
	for _, seq := range []int{1, 16, 128} {
		for _, shape := range []string{"qk", "pv"} {
			b.Run(fmt.Sprintf("%s/m=%d", shape, seq), func(b *testing.B) {
				const heads, width, keys = 12, 32, 128
				x, y := make([]float32, keys*keys*heads), make([]float32, keys*heads*width)
				dst := make([]float32, seq*keys*heads)
				for b.Loop() {
					if shape == "qk" {
						BatchMatMulF32(dst, x, y, []int{heads}, []int{width}, []int{width}, seq, keys, width,
							heads*width, 1, 1, heads*width, 0.17)
					} else {
						BatchMatMulF32(dst, x, y, []int{heads}, []int{seq * keys}, []int{width}, seq, width, keys,
							keys, 1, heads*width, 1, 1)
					}
				}
				flops := 2 * float64(seq*keys*heads*width)
				b.ReportMetric(flops*float64(b.N)/float64(b.Elapsed().Nanoseconds()), "GFLOP/s")
			})
		}
	}
}
