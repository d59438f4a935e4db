package op

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/energeticc/energeticc/ir"
)

func TestNormLowered(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	f := func(shape ...int) *testInput { return input(random(r, ir.Float32, shape...)) }
	d := func(shape ...int) *testInput { return input(random(r, ir.Float64, shape...)) }
	tests := []struct {
		name string
		op   ir.Op
		in   []*testInput
	}{
		{"softmax last", Softmax{Axis: 2}, []*testInput{f(2, 3, 5)}},
		{"softmax middle", Softmax{Axis: 1}, []*testInput{f(2, 3, 5)}},
		{"softmax empty", Softmax{Axis: 1}, []*testInput{f(2, 0)}},
		{"softmax f64", Softmax{Axis: 0}, []*testInput{d(4, 3)}},
		{"log softmax", LogSoftmax{Axis: 1}, []*testInput{f(2, 7)}},
		{"log softmax f64", LogSoftmax{Axis: 1}, []*testInput{d(2, 7, 2)}},
		{"layer", LayerNorm{Axis: 1, Eps: 1e-5}, []*testInput{f(3, 4, 5), f(4, 5), f(4, 5)}},
		{"layer without bias", LayerNorm{Axis: 2, Eps: 1e-5}, []*testInput{f(3, 4, 5), f(5)}},
		{"layer bare", LayerNorm{Axis: 2, Eps: 1e-5}, []*testInput{f(3, 4, 5)}},
		{"layer statistics", LayerNorm{Axis: 1, Eps: 1e-5, Stats: true}, []*testInput{f(3, 8), f(8), f(8)}},
		{"layer statistics f64", LayerNorm{Axis: 1, Eps: 1e-5, Stats: true}, []*testInput{d(3, 8), d(8), d(8)}},
		{"rms", RMSNorm{Axis: 1, Eps: 1e-6}, []*testInput{f(3, 8), f(8)}},
		{"rms bare f64", RMSNorm{Axis: 0, Eps: 1e-6}, []*testInput{d(3, 8)}},
		{"group", GroupNorm{Groups: 3, Eps: 1e-5}, []*testInput{f(2, 6, 4, 5), f(6), f(6)}},
		{"instance", GroupNorm{Eps: 1e-5}, []*testInput{f(2, 3, 7), f(3), f(3)}},
		{"instance f64", GroupNorm{Eps: 1e-5}, []*testInput{d(2, 3, 7), d(3), d(3)}},
		{"affine", Affine{Axis: 1, Act: Act{Fn: "Relu"}}, []*testInput{f(2, 3, 4, 5), f(3), f(3)}},
		{"affine last", Affine{Axis: 1}, []*testInput{f(4, 9), f(9), f(9)}},
		{"affine f64", Affine{Axis: 0}, []*testInput{d(4, 9), d(4), d(4)}},
		{"L1", LpNorm{Axis: 1, P: 1}, []*testInput{f(2, 5, 40)}},
		{"L2", LpNorm{Axis: 2, P: 2}, []*testInput{f(2, 5, 40)}},
		{"L2 f64", LpNorm{Axis: 0, P: 2}, []*testInput{d(5, 3)}},
		{"local", LRN{Size: 4, Alpha: 0.5, Beta: 0.75, Bias: 1}, []*testInput{f(2, 7, 3, 30)}},
		{"local f64", LRN{Size: 3, Alpha: 0.5, Beta: 0.6, Bias: 2}, []*testInput{d(2, 7)}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { checkKernels(t, tt.op, 1e-5, tt.in...) })
	}
}

func TestLpNormOfZero(t *testing.T) {
	zero := input(ir.NewTensor(ir.Float32, 2, 3))
	checkKernels(t, LpNorm{Axis: 1, P: 2}, 0, zero)
	out, err := LpNorm{Axis: 1, P: 1}.Eval([]*ir.Tensor{zero.tensor})
	if err != nil {
		t.Fatal(err)
	}
	if got := out[0].Float(4); got != 0 {
		t.Errorf("0 divided by a norm of 0 is %v, want 0", got)
	}
}

func TestSoftmaxIsStable(t *testing.T) {
	x := ir.FromFloats(ir.Float32, []int{2, 2}, []float64{1000, 1000, -1000, 1000})
	out, err := Softmax{Axis: 1}.Eval([]*ir.Tensor{x})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []float64{0.5, 0.5, 0, 1} {
		if got := out[0].Float(i); math.Abs(got-want) > 1e-12 {
			t.Errorf("element %d = %v, want %v", i, got, want)
		}
	}
}
