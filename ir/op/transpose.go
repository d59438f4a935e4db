package op

import (
	"fmt"

	"github.com/energeticc/energeticc/ir"
)

var movementOps = []Def{
	{Name: "Transpose", Doc: "Transpose puts axis Perm[i] at place i. Source: ONNX Transpose.", New: func() ir.Op { return Transpose{} }, DTypes: whole, Moves: true},
	{Name: "Slice", Doc: "Slice takes Size entries from Begin on, Step apart, along each axis. Source: ONNX Slice and Split.", New: func() ir.Op { return Slice{} }, DTypes: whole, Moves: true},
	{Name: "Expand", Doc: "Expand repeats axes of length 1. Source: ONNX Expand.", New: func() ir.Op { return Expand{} }, DTypes: whole, Moves: true},
	{Name: "Pad", Doc: "Pad puts entries before and after each axis. Source: ONNX Pad.", New: func() ir.Op { return Pad{} }, DTypes: whole, Moves: true},
	{Name: "Where", Doc: "Where chooses between two tensors by a third, of truth values. Source: ONNX Where.", New: func() ir.Op { return Where{} }, DTypes: bools, Moves: true},
	{Name: "Concat", Doc: "Concat puts its inputs behind each other along Axis. Source: ONNX Concat.", New: func() ir.Op { return Concat{} }, DTypes: whole, Moves: true},
}

// Transpose reorders axes: axis Perm[i] of the input is axis i of the output.
type Transpose struct{ Perm []int }

// OpName is Transpose.
func (Transpose) OpName() string { return "Transpose" }

// Infer permutes the shape.
func (o Transpose) Infer(x *ir.Inference) ([]ir.Type, error) {
	if err := wantTensors(x, 1, 1); err != nil {
		return nil, err
	}
	t := x.Type(0)
	if err := o.check(t.Rank()); err != nil {
		return nil, err
	}
	shape := make([]ir.Dim, t.Rank())
	for i, p := range o.Perm {
		shape[i] = t.Shape[p]
	}
	if t.Rank() <= 1 {
		x.SetElems(0, x.Elems(0))
	}
	return one(ir.TensorType(t.DType, shape...))
}

func (o Transpose) check(rank int) error {
	if len(o.Perm) != rank {
		return fmt.Errorf("perm %v has %d axes, want %d", o.Perm, len(o.Perm), rank)
	}
	seen := make([]bool, rank)
	for _, p := range o.Perm {
		if p < 0 || p >= rank || seen[p] {
			return fmt.Errorf("perm %v is no permutation of the axes 0 to %d", o.Perm, rank-1)
		}
		seen[p] = true
	}
	return nil
}

// Eval moves element by element, or in runs where the last axes stay.
func (o Transpose) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	t := in[0]
	s := strides(t.Shape)
	l := layout{shape: make([]int, len(s)), stride: make([]int, len(s))}
	for i, p := range o.Perm {
		l.shape[i], l.stride[i] = t.Shape[p], s[p]
	}
	return result(l.read(t))
}

// Lower walks the input in the output's order; batches of matrices have a kernel of their own.
func (o Transpose) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	all := axisSteps(in[0].Type.Shape)
	axes := make([]axisStep, len(all))
	for i, p := range o.Perm {
		axes[i] = all[p]
	}
	axes = collapse(axes)
	if n := len(axes); n >= 2 && n <= 3 && axes[n-2].stride.Is(1) && axes[n-1].stride.Equal(axes[n-2].size) {
		rows, cols := axes[n-1].size, axes[n-2].size // of the input
		batch := ir.Const(1)
		if n == 3 {
			batch = axes[0].size
		}
		if n == 2 || axes[0].stride.Equal(rows.Mul(cols)) {
			return call("kernel.Transpose", ir.Out(0), ir.In(0), ir.Int(batch), ir.Int(rows), ir.Int(cols))
		}
	}
	return []ir.Call{readCall(ir.Dim{}, axes)}, nil
}
