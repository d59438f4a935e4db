package op

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/energeticc/energeticc/ir"
)

func TestReduceEval(t *testing.T) {
	x := ir.FromFloats(ir.Float32, []int{2, 3}, []float64{1, -2, 3, 4, 5, -6})
	log := func(v ...float64) []float64 {
		for i := range v {
			v[i] = float64(float32(math.Log(v[i])))
		}
		return v
	}
	tests := []struct {
		op   Reduce
		in   *ir.Tensor
		want []float64
	}{
		{Reduce{"ReduceSum", []int{1}, false}, x, []float64{2, 3}},
		{Reduce{"ReduceSum", []int{0}, true}, x, []float64{5, 3, -3}},
		{Reduce{"ReduceSum", []int{0, 1}, false}, x, []float64{5}},
		{Reduce{"ReduceMean", []int{0}, true}, x, []float64{2.5, 1.5, -1.5}},
		{Reduce{"ReduceProd", []int{1}, true}, x, []float64{-6, -120}},
		{Reduce{"ReduceMax", []int{1}, true}, x, []float64{3, 5}},
		{Reduce{"ReduceMin", []int{1}, true}, x, []float64{-2, -6}},
		{Reduce{"ReduceL1", []int{1}, true}, x, []float64{6, 15}},
		{Reduce{"ReduceL1", nil, true}, x, []float64{1, 2, 3, 4, 5, 6}},
		{Reduce{"ReduceSumSquare", []int{1}, true}, x, []float64{14, 77}},
		{Reduce{"ReduceL2", []int{0, 1}, true}, ir.FromFloats(ir.Float32, []int{1, 2}, []float64{3, 4}), []float64{5}},
		{Reduce{"ReduceLogSum", []int{1}, true}, x, log(2, 3)},
		{Reduce{"ReduceLogSumExp", []int{0}, true}, ir.FromFloats(ir.Float32, []int{2, 1}, []float64{100, 100}), []float64{float64(float32(100 + math.Ln2))}},
		{Reduce{"ReduceMean", []int{0}, true}, ir.FromInts(ir.Int32, []int{2}, []int64{-1, -2}), []float64{-1}},
		{Reduce{"ReduceSum", []int{0}, true}, ir.FromInts(ir.Int8, []int{2}, []int64{100, 100}), []float64{-56}},
		{Reduce{"ReduceMax", []int{0}, true}, ir.FromInts(ir.Uint64, []int{2}, []int64{-1, 7}), []float64{math.MaxUint64}},
		{Reduce{"ReduceMax", []int{0}, true}, ir.FromBools([]int{2}, []bool{false, true}), []float64{1}},
		{Reduce{"ReduceMin", []int{0}, true}, ir.FromBools([]int{2}, []bool{false, true}), []float64{0}},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprint(tt.op, tt.in.DType), func(t *testing.T) {
			out, err := tt.op.Eval([]*ir.Tensor{tt.in})
			if err != nil {
				t.Fatal(err)
			}
			if got := out[0].Floats(); !slices.Equal(got, tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

func TestReduceEvalNothing(t *testing.T) {
	tests := []struct {
		fn   string
		d    ir.DType
		want float64
	}{
		{"ReduceSum", ir.Float32, 0}, {"ReduceProd", ir.Int8, 1}, {"ReduceMean", ir.Float64, 0}, {"ReduceMean", ir.Int32, 0},
		{"ReduceMax", ir.Float32, math.Inf(-1)}, {"ReduceMax", ir.Int8, -128}, {"ReduceMax", ir.Uint8, 0}, {"ReduceMax", ir.Bool, 0},
		{"ReduceMin", ir.Float32, math.Inf(1)}, {"ReduceMin", ir.Int16, math.MaxInt16}, {"ReduceMin", ir.Uint8, 255}, {"ReduceMin", ir.Bool, 1},
		{"ReduceL1", ir.Float32, 0}, {"ReduceL2", ir.Float32, 0}, {"ReduceLogSum", ir.Float32, math.Inf(-1)}, {"ReduceLogSumExp", ir.Float32, math.Inf(-1)},
	}
	for _, tt := range tests {
		out, err := Reduce{Fn: tt.fn, Axes: []int{0}}.Eval([]*ir.Tensor{ir.NewTensor(tt.d, 0)})
		if err != nil {
			t.Errorf("%s: %v", tt.fn, err)
			continue
		}
		if got := out[0].Float(0); got != tt.want && (got == got || tt.want == tt.want) {
			t.Errorf("%s of no %s = %v, want %v", tt.fn, tt.d, got, tt.want)
		}
	}
}

func TestReduceGroups(t *testing.T) {
	n := ir.Sym("n")
	tests := []struct {
		shape []ir.Dim
		axes  []int
		want  string
	}{
		{[]ir.Dim{n, ir.Const(3), ir.Const(4)}, []int{1, 2}, "[n, 12] true n=12"},
		{[]ir.Dim{n, ir.Const(3), ir.Const(4)}, []int{0}, "[n, 12] false n=n"},
		{[]ir.Dim{n, ir.Const(3), ir.Const(4)}, []int{0, 2}, "[n, 3, 4] true n=4*n"},
		{[]ir.Dim{ir.Const(2), ir.Const(1), ir.Const(4)}, []int{1}, "[8] false n=1"},
		{[]ir.Dim{ir.Const(2), ir.Const(1), ir.Const(4)}, []int{0, 2}, "[8] true n=8"},
		{nil, nil, "[] false n=1"},
	}
	for _, tt := range tests {
		groups, last, n := Reduce{Axes: tt.axes}.groups(tt.shape)
		if got := fmt.Sprintf("%s %v n=%s", ir.ShapeString(groups), last, n); got != tt.want {
			t.Errorf("groups of %s along %v = %s, want %s", ir.ShapeString(tt.shape), tt.axes, got, tt.want)
		}
	}
}

func TestReduceInfer(t *testing.T) {
	b := ir.NewBuilder("test")
	x := b.Input("x", ir.TensorType(ir.Float32, ir.Sym("n"), ir.Const(3), ir.Sym("m")))
	tests := []struct {
		op   ir.Op
		want string
	}{
		{Reduce{"ReduceSum", []int{1}, false}, "f32[n, m]"}, {Reduce{"ReduceSum", []int{0, 2}, true}, "f32[1, 3, 1]"},
		{Arg{Fn: "ArgMax", Axis: 2}, "i64[n, 3]"}, {Arg{Fn: "ArgMin", Axis: 0, KeepDims: true}, "i64[1, 3, m]"},
		{Hardmax{1}, "f32[n, 3, m]"}, {Cumulative{Fn: "CumSum", Axis: 1}, "f32[n, 3, m]"},
	}
	for _, tt := range tests {
		v, err := b.Add1("y", tt.op, x)
		if err != nil {
			t.Errorf("%v: %v", tt.op, err)
			continue
		}
		if got := v.Type.String(); got != tt.want {
			t.Errorf("%v gives %s, want %s", tt.op, got, tt.want)
		}
	}
	for _, o := range []ir.Op{Reduce{"ReduceSum", []int{3}, false}, Reduce{"ReduceSum", []int{1, 0}, false}, Arg{Fn: "ArgMax", Axis: -1}, Hardmax{7}, Cumulative{Fn: "CumSum", Axis: 3}} {
		if v, err := b.Add1("y", o, x); err == nil {
			t.Errorf("%v gives %s, want an error", o, v.Type)
		}
	}
}

// Sizes computed from shapes stay known through reductions and running sums.
func TestReduceElems(t *testing.T) {
	b := ir.NewBuilder("test")
	n := b.Input("x", ir.TensorType(ir.Float32, ir.Sym("n"), ir.Const(3))).Type.Shape[0]
	sizes, err := b.Add1("sizes", Sizes{Values: []ir.Dim{n, ir.Const(3)}, DType: ir.Int64, Shape: []int{2}})
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		op   ir.Op
		want string
	}{
		{Reduce{"ReduceProd", []int{0}, false}, "[3*n]"}, {Reduce{"ReduceSum", []int{0}, true}, "[n + 3]"},
		{Cumulative{Fn: "CumSum"}, "[n, n + 3]"}, {Cumulative{Fn: "CumProd", Exclusive: true, Reverse: true}, "[3, 1]"},
	}
	for _, tt := range tests {
		v, err := b.Add1("y", tt.op, sizes)
		if err != nil {
			t.Errorf("%v: %v", tt.op, err)
			continue
		}
		if got := ir.ShapeString(v.Elems); got != tt.want {
			t.Errorf("%v gives %s, want %s", tt.op, got, tt.want)
		}
	}
}
