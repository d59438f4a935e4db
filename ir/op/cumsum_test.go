package op

import (
	"fmt"
	"slices"
	"testing"

	"github.com/energeticc/energeticc/ir"
)

func TestCumulativeEval(t *testing.T) {
	x := ir.FromInts(ir.Int32, []int{3, 2}, []int64{1, 2, 3, 4, 5, 6})
	tests := []struct {
		op   Cumulative
		want []int64
	}{
		{Cumulative{Fn: "CumSum"}, []int64{1, 2, 4, 6, 9, 12}},
		{Cumulative{Fn: "CumSum", Axis: 1, Exclusive: true}, []int64{0, 1, 0, 3, 0, 5}},
		{Cumulative{Fn: "CumProd", Reverse: true}, []int64{15, 48, 15, 24, 5, 6}},
		{Cumulative{Fn: "CumProd", Axis: 1, Exclusive: true, Reverse: true}, []int64{2, 1, 4, 1, 6, 1}},
	}
	for _, tt := range tests {
		out, err := tt.op.Eval([]*ir.Tensor{x})
		if err != nil {
			t.Errorf("%v: %v", tt.op, err)
			continue
		}
		if got := out[0].Ints(); !slices.Equal(got, tt.want) {
			t.Errorf("%v = %v, want %v", tt.op, got, tt.want)
		}
	}
	if _, err := (Cumulative{Fn: "CumSum"}).Eval([]*ir.Tensor{x, ir.OfInts(0, 0)}); err == nil {
		t.Error("no axis marked: no error")
	}
}

// An axis that only a run knows gives the same sizes as one that is known.
func TestThreeChosen(t *testing.T) {
	shape := []ir.Dim{ir.Sym("n"), ir.Const(3), ir.Sym("m")}
	for axis := range shape {
		chosen := make([]ir.Dim, len(shape))
		chosen[axis] = ir.Const(1)
		a, b, c := threeChosen(shape, chosen)
		x, y, z := threeAxes(shape, axis)
		if got, want := fmt.Sprint(a, b, c), fmt.Sprint(x, y, z); got != want {
			t.Errorf("axis %d: got %s, want %s", axis, got, want)
		}
	}
}

func TestChosenGroups(t *testing.T) {
	shape := []ir.Dim{ir.Sym("n"), ir.Const(1), ir.Const(3)}
	tests := []struct {
		chosen []int
		want   string
	}{
		{[]int{1, 0, 0}, "[1, n, 3, 1] true n=n"},
		{[]int{0, 1, 1}, "[n, 1, 1, 3] true n=3"},
		{[]int{1, 1, 1}, "[1, n, 1, 3] true n=3*n"},
		{[]int{0, 0, 0}, "[n, 1, 3, 1] true n=1"},
	}
	for _, tt := range tests {
		groups, last, n := chosenGroups(shape, ir.ConstDims(tt.chosen))
		if got := fmt.Sprintf("%s %v n=%s", ir.ShapeString(groups), last, n); got != tt.want {
			t.Errorf("%v: got %s, want %s", tt.chosen, got, tt.want)
		}
	}
}

func TestReduceAtRun(t *testing.T) {
	b := ir.NewBuilder("test")
	x := b.Input("x", ir.TensorType(ir.Float32, ir.Const(2), ir.Const(3)))
	axes := b.Input("axes", ir.TensorType(ir.Int64, ir.Const(1)))
	chosen, err := b.Add1("chosen", Bounds{Fn: "chosen"}, x, axes)
	if err != nil {
		t.Fatal(err)
	}
	y, err := b.Add1("y", Reduce{Fn: "ReduceMax", KeepDims: true}, x, chosen)
	if err != nil {
		t.Fatal(err)
	}
	b.Output(y)
	in := ir.FromFloats(ir.Float32, []int{2, 3}, []float64{1, 9, 3, 4, 5, 6})
	for axis, want := range map[int64]string{0: "[1 3] [4 9 6]", -1: "[2 1] [9 6]"} {
		out, err := b.Graph.Eval([]*ir.Tensor{in, ir.OfInts(axis)})
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(out[0].Shape, out[0].Floats()); got != want {
			t.Errorf("axis %d: got %s, want %s", axis, got, want)
		}
	}
	if _, err := b.Graph.Eval([]*ir.Tensor{in, ir.OfInts(2)}); err == nil {
		t.Error("axis 2 of rank 2: no error")
	}
}
