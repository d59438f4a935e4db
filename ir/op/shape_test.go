package op

import (
	"fmt"
	"strings"
	"testing"

	"github.com/energeticc/energeticc/ir"
)

// typed makes a builder with one float32 input.
func typed(shape ...ir.Dim) (*ir.Builder, *ir.Value) {
	b := ir.NewBuilder("test")
	return b, b.Input("x", ir.TensorType(ir.Float32, shape...))
}

func TestReshapeInfer(t *testing.T) {
	n, m, c := ir.Sym("n"), ir.Sym("m"), ir.Const
	tests := []struct {
		name     string
		from, to []ir.Dim
		want     string // of the output
		input    string // of the input afterwards
		checks   int
		err      string
	}{
		{name: "same", from: []ir.Dim{n, c(6)}, to: []ir.Dim{n, c(2), c(3)}, want: "f32[n, 2, 3]", input: "f32[n, 6]"},
		{name: "pinned", from: []ir.Dim{n, c(6)}, to: []ir.Dim{c(4), c(3)}, want: "f32[4, 3]", input: "f32[2, 6]"},
		{name: "solved", from: []ir.Dim{n, m}, to: []ir.Dim{n, c(3)}, want: "f32[n, 3]", input: "f32[n, m]", checks: 1},
		{name: "mismatch", from: []ir.Dim{c(4)}, to: []ir.Dim{c(3)}, err: "cannot be reshaped"},
		{name: "negative", from: []ir.Dim{c(1)}, to: []ir.Dim{c(-1)}, err: "negative"},
		{name: "scalar", from: []ir.Dim{c(1)}, to: []ir.Dim{}, want: "f32[]", input: "f32[1]"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b, x := typed(tt.from...)
			y, err := b.Add1("y", Reshape{tt.to}, x)
			if tt.err != "" {
				if err == nil || !strings.Contains(err.Error(), tt.err) {
					t.Errorf("error %v, want one with %q", err, tt.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if y.Type.String() != tt.want || x.Type.String() != tt.input {
				t.Errorf("got %s from %s, want %s from %s", y.Type, x.Type, tt.want, tt.input)
			}
			if got := len(b.Graph.Nodes[0].Checks); got != tt.checks {
				t.Errorf("%d checks, want %d: %v", got, tt.checks, b.Graph.Nodes[0].Checks)
			}
		})
	}
}

// Sizes flow through the ops that exporters compute shapes with.
func TestElemsFlow(t *testing.T) {
	b, x := typed(ir.Sym("n"), ir.Const(8))
	sizes := func(v ...ir.Dim) *ir.Value {
		return must(t, b, Sizes{Values: v, DType: ir.Int64, Shape: []int{len(v)}})
	}
	shape := sizes(x.Type.Shape...)
	first := must(t, b, Gather{}, shape, b.Ints(0))
	half := must(t, b, Cast{To: ir.Int64}, must(t, b, Cast{To: ir.Int32}, b.Ints(4)))
	joined := must(t, b, Concat{}, first, half)
	begin, size, err := SliceAxis(ir.Const(2), ir.Const(-1), ir.Const(huge), 1)
	if err != nil {
		t.Fatal(err)
	}
	last := must(t, b, Slice{[]ir.Dim{begin}, []ir.Dim{size}, []ir.Dim{ir.Const(1)}}, joined)
	flipped := must(t, b, Slice{[]ir.Dim{ir.Const(1)}, []ir.Dim{ir.Const(2)}, []ir.Dim{ir.Const(-1)}}, joined)
	for _, tt := range []struct {
		name string
		v    *ir.Value
		want string
	}{{"gather", first, "[n]"}, {"concat", joined, "[n 4]"}, {"slice", last, "[4]"}, {"flip", flipped, "[4 n]"}} {
		if got := fmt.Sprint(tt.v.Elems); got != tt.want {
			t.Errorf("%s: elems %s, want %s", tt.name, got, tt.want)
		}
	}
}

func must(t *testing.T, b *ir.Builder, o ir.Op, in ...*ir.Value) *ir.Value {
	t.Helper()
	v, err := b.Add1(o.OpName(), o, in...)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// A size that only a run knows becomes a symbol, and evaluating the graph finds its value.
func TestBoundsEval(t *testing.T) {
	b, x := typed(ir.Sym("n"), ir.Const(4))
	shape := b.Input("shape", ir.TensorType(ir.Int64, ir.Const(3)))
	pads := b.Input("pads", ir.TensorType(ir.Int64, ir.Const(2)))
	axes := b.Input("axes", ir.TensorType(ir.Int64, ir.Const(1)))
	to := must(t, b, Bounds{Fn: "reshape"}, x, shape)
	y := must(t, b, Reshape{to.Elems}, x)
	by := must(t, b, Bounds{Fn: "pad"}, x, pads, axes)
	var before, after []ir.Dim
	for i, n := range x.Type.Shape {
		before = append(before, by.Elems[i].Sub(by.Elems[2+i]))
		after = append(after, by.Elems[4+i].Sub(n).Sub(before[i]))
	}
	z := must(t, b, Pad{"edge", before, after}, x)
	if got := z.Type.Shape; !got[0].Equal(by.Elems[4]) {
		t.Errorf("padded shape %v, want the sizes that are bound", got)
	}
	b.Output(y, z)
	data := ir.FromFloats(ir.Float32, []int{3, 4}, []float64{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11})
	out, err := b.Graph.Eval([]*ir.Tensor{data, ir.OfInts(2, -1, 3), ir.OfInts(-1, 2), ir.OfInts(0)})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := fmt.Sprint(out[0].Shape, out[1].Shape, out[1].Floats()), "[2 2 3] [4 4] [4 5 6 7 8 9 10 11 8 9 10 11 8 9 10 11]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	for _, bad := range [][]int64{{-1, -1, 3}, {5, 1, 1}, {-2, 1, 1}} {
		if _, err := b.Graph.Eval([]*ir.Tensor{data, ir.OfInts(bad...), ir.OfInts(0, 0), ir.OfInts(0)}); err == nil {
			t.Errorf("shape %v: no error", bad)
		}
	}
}

func TestTransposeLower(t *testing.T) {
	n, c := ir.Sym("n"), ir.Const
	tests := []struct {
		name   string
		shape  []ir.Dim
		perm   []int
		kernel string
	}{
		{"matrix", []ir.Dim{n, c(3)}, []int{1, 0}, "kernel.Transpose"},
		{"batch", []ir.Dim{n, c(3), c(4)}, []int{0, 2, 1}, "kernel.Transpose"},
		{"joined", []ir.Dim{c(2), n, c(3), c(4)}, []int{2, 3, 0, 1}, "kernel.Transpose"},
		{"heads", []ir.Dim{n, c(5), c(3), c(4)}, []int{0, 2, 1, 3}, "kernel.Strided"},
		{"ones", []ir.Dim{n, c(1), c(3)}, []int{1, 0, 2}, "kernel.Move"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b, x := typed(tt.shape...)
			y := must(t, b, Transpose{tt.perm}, x)
			calls, err := Transpose{tt.perm}.Lower([]*ir.Value{x}, []*ir.Value{y})
			if err != nil || len(calls) != 1 || calls[0].Kernel != tt.kernel {
				t.Errorf("calls %v, %v, want one of %s", calls, err, tt.kernel)
			}
		})
	}
}

func TestCastEval(t *testing.T) {
	inf := func(d ir.DType, v float64) *ir.Tensor { return ir.FromFloats(d, []int{1}, []float64{v}) }
	tests := []struct {
		name string
		in   *ir.Tensor
		cast Cast
		want string
	}{
		{"cut", inf(ir.Float32, -1.7), Cast{To: ir.Int32}, "[-1]"},
		{"wrap", inf(ir.Float32, -1), Cast{To: ir.Uint8}, "[255]"},
		{"too large", inf(ir.Float64, 1e30), Cast{To: ir.Int64}, "[-9223372036854775808]"},
		{"saturated", inf(ir.Float32, 1e6), Cast{To: ir.Float8E4M3FN, Saturate: true}, "[448]"},
		{"not saturated", inf(ir.Float32, 1e6), Cast{To: ir.Float8E4M3FN}, "[NaN]"},
		{"once rounded", ir.OfInts(1<<60 + 1<<52 + 1), Cast{To: ir.BFloat16}, "[1.1619287e+18]"},
		{"text", inf(ir.Float32, 0.1), Cast{To: ir.String}, "[0.1]"},
		{"whole text", inf(ir.Float64, -3), Cast{To: ir.String}, "[-3]"},
		{"truth as text", ir.FromBools([]int{2}, []bool{true, false}), Cast{To: ir.String}, "[1 0]"},
		{"four bits round", inf(ir.Float32, -2.5), Cast{To: ir.Int4}, "[-3]"},
		{"four bits wrap", inf(ir.Float16, 7.5), Cast{To: ir.Int4}, "[-8]"},
		{"truth from text", ir.OfStrings([]int{3}, []string{"0", "-2", "1"}), Cast{To: ir.Bool}, "[0 1 1]"},
		{"four bits from text", ir.OfStrings([]int{2}, []string{"-8", "9"}), Cast{To: ir.Int4}, "[-8 -7]"},
		{"four bits from truth", ir.FromBools([]int{2}, []bool{true, false}), Cast{To: ir.Uint4}, "[1 0]"},
		{"from text", ir.OfStrings([]int{1}, []string{"-1e3"}), Cast{To: ir.Float16}, "[-1000]"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			out, err := tt.cast.Eval([]*ir.Tensor{tt.in})
			if err != nil {
				t.Fatal(err)
			}
			var got string
			switch d := out[0].DType; {
			case d == ir.String:
				got = fmt.Sprint(out[0].Strings)
			case d.IsInteger() || d == ir.Bool:
				got = fmt.Sprint(out[0].Ints())
			default:
				got = fmt.Sprint([]float32{float32(out[0].Float(0))})
			}
			if got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
	if _, err := (Cast{To: ir.Int64}).Eval([]*ir.Tensor{ir.OfStrings([]int{1}, []string{"x"})}); err == nil {
		t.Error("casting a word to a number: no error")
	}
}
