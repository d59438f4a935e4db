package op

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/runtime/kernel"
)

// TestRandomKernels draws the same numbers twice and looks at their moments.
func TestRandomKernels(t *testing.T) {
	const n = 10001
	for _, tt := range []struct {
		fn                    string
		kernel                func(dst []float32, seed uint64, a, b float64)
		a, b, mean, deviation float64
	}{
		{"RandomUniform", kernel.RandomUniform[float32], -1, 3, 1, 4 / math.Sqrt(12)},
		{"RandomNormal", kernel.RandomNormal[float32], 5, 2, 5, 2},
	} {
		for _, seed := range []int{0, 1, 1 << 31} {
			y := make([]float32, n)
			tt.kernel(y, uint64(seed), tt.a, tt.b)
			o := Random{Fn: tt.fn, Shape: []ir.Dim{ir.Const(n)}, A: tt.a, B: tt.b, DType: ir.Float32, Seeded: true, Seed: seed}
			close32(t, fmt.Sprint(o), y, o)
			sum, squares := 0.0, 0.0
			for _, v := range y {
				sum += float64(v)
				squares += (float64(v) - tt.mean) * (float64(v) - tt.mean)
			}
			if mean, deviation := sum/n, math.Sqrt(squares/n); math.Abs(mean-tt.mean) > 0.1 || math.Abs(deviation/tt.deviation-1) > 0.05 {
				t.Errorf("%s by seed %d: mean %v and deviation %v, want %v and %v", tt.fn, seed, mean, deviation, tt.mean, tt.deviation)
			}
		}
	}
}

func TestMultinomialKernel(t *testing.T) {
	x := ir.FromFloats(ir.Float32, []int{3, 4}, []float64{0, math.Log(2), math.Inf(-1), math.Log(5), math.Inf(-1), 0, math.NaN(), 0, math.NaN(), math.Inf(1), 0, 0})
	y := make([]int64, 3*4000)
	kernel.Multinomial(y, x.Float32s(), make([]float64, 4), 4, 4000, 7)
	want, err := Multinomial{Samples: 4000, DType: ir.Int64, Seeded: true, Seed: 7}.Eval([]*ir.Tensor{x})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(y, want[0].Ints()) {
		t.Error("kernel and Eval draw different classes")
	}
	count := [4]int{}
	for _, k := range y[:4000] {
		count[k]++
	}
	for k, part := range []float64{1. / 8, 2. / 8, 0, 5. / 8} {
		if got := float64(count[k]) / 4000; math.Abs(got-part) > 0.03 {
			t.Errorf("class %d is drawn %v of the time, want %v", k, got, part)
		}
	}
}

// TestTwister knows the first numbers of NumPy's RandomState(0).
func TestTwister(t *testing.T) {
	s := newTwister(0)
	for i, want := range []float64{0.5488135039273248, 0.7151893663724195, 0.6027633760716439} {
		if got := s.uniform(); got != want {
			t.Errorf("number %d is %v, want %v", i, got, want)
		}
	}
	x := randomTensorOf(1000)
	for _, ratio := range []float64{0, 0.25, 0.75} {
		o := Dropout{Seeded: true, Seed: 42}
		r, training := ir.Scalar(ir.Float64, ratio), ir.FromBools(nil, []bool{true})
		y, mask := make([]float32, 1000), make([]bool, 1000)
		kernel.Dropout(y, mask, x.Float32s(), r.Floats(), training.Bools(), make([]uint32, 624), 42)
		close32(t, fmt.Sprint(ratio), y, o, x, r, training)
		out, err := o.Eval([]*ir.Tensor{x, r, training})
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(mask, out[1].Bools()) {
			t.Errorf("ratio %v: kernel and Eval keep different elements", ratio)
		}
	}
}

func randomTensorOf(n int) *ir.Tensor {
	v := make([]float64, n)
	for i := range v {
		v[i] = float64(i%17) - 8
	}
	return ir.FromFloats(ir.Float32, []int{n}, v)
}
