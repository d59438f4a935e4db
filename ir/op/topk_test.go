package op

import (
	"math"
	"slices"
	"testing"

	"github.com/energeticc/energeticc/ir"
)

func TestTopKEval(t *testing.T) {
	nan := math.NaN()
	x := ir.FromFloats(ir.Float32, []int{2, 4}, []float64{1, 3, 3, nan, 5, -1, 5, 0})
	tests := []struct {
		name    string
		op      TopK
		k       int64
		indices []int64
	}{
		{"largest", TopK{1, true}, 3, []int64{3, 1, 2, 0, 2, 3}},
		{"smallest", TopK{1, false}, 2, []int64{0, 1, 1, 3}},
		{"columns", TopK{0, true}, 1, []int64{1, 0, 1, 0}},
		{"none", TopK{1, true}, 0, []int64{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			out, err := tt.op.Eval([]*ir.Tensor{x, ir.OfInts(tt.k)})
			if err != nil {
				t.Fatal(err)
			}
			if got := out[1].Ints(); !slices.Equal(got, tt.indices) {
				t.Errorf("got %v, want %v", got, tt.indices)
			}
		})
	}
	if _, err := (TopK{1, true}).Eval([]*ir.Tensor{x, ir.OfInts(5)}); err == nil {
		t.Error("5 of 4 elements: no error")
	}
}

func TestTopKInfer(t *testing.T) {
	b := ir.NewBuilder("test")
	x := b.Input("x", ir.TensorType(ir.Float32, ir.Sym("n"), ir.Const(4)))
	out, err := b.Add("y", TopK{1, true}, x, b.Ints(3))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := out[1].Type.String(), "i64[n, 3]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	for _, k := range []int64{-1, 5} {
		if _, err := b.Add("y", TopK{1, true}, x, b.Ints(k)); err == nil {
			t.Errorf("%d of 4 elements: no error", k)
		}
	}
	if _, err := b.Add("y", TopK{1, true}, x, b.Input("k", ir.TensorType(ir.Int64, ir.Const(1)))); err == nil {
		t.Error("an unknown number of elements: no error")
	}
}

func TestArgEval(t *testing.T) {
	nan := math.NaN()
	x := ir.FromFloats(ir.Float32, []int{5}, []float64{1, 3, nan, 1, 3})
	y := ir.FromInts(ir.Int8, []int{4}, []int64{-7, 3, 3, -7})
	z := ir.FromFloats(ir.Float64, []int{3}, []float64{nan, 1, 2})
	tests := []struct {
		op   Arg
		in   *ir.Tensor
		want int64
	}{
		{Arg{Fn: "ArgMax"}, x, 1}, {Arg{Fn: "ArgMax", Last: true}, x, 4}, {Arg{Fn: "ArgMin"}, x, 0}, {Arg{Fn: "ArgMin", Last: true}, x, 3},
		{Arg{Fn: "ArgMax"}, z, 0}, {Arg{Fn: "ArgMin", Last: true}, z, 0},
		{Arg{Fn: "ArgMax"}, y, 1}, {Arg{Fn: "ArgMax", Last: true}, y, 2}, {Arg{Fn: "ArgMin"}, y, 0}, {Arg{Fn: "ArgMin", Last: true}, y, 3},
	}
	for _, tt := range tests {
		out, err := tt.op.Eval([]*ir.Tensor{tt.in})
		if err != nil {
			t.Errorf("%v: %v", tt.op, err)
			continue
		}
		if got := out[0].Int(0); got != tt.want {
			t.Errorf("%v of %v = %d, want %d", tt.op, tt.in.Floats(), got, tt.want)
		}
	}
	if _, err := (Arg{Fn: "ArgMax"}).Eval([]*ir.Tensor{ir.NewTensor(ir.Float32, 0)}); err == nil {
		t.Error("the largest of nothing: no error")
	}
}
