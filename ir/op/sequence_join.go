package op

import (
	"fmt"

	"github.com/energeticc/energeticc/ir"
)

// SplitToSequence cuts a tensor along an axis: into parts of the lengths that its second input lists, into parts of one
// length, if that is a scalar, the last of which may be shorter; or, without it, into single places, whose axis goes
// where Drop is set.
type SplitToSequence struct {
	Axis int
	Drop bool
}

// OpName is SplitToSequence.
func (SplitToSequence) OpName() string { return "SplitToSequence" }

// Allocates says that a run makes the tensors anew.
func (SplitToSequence) Allocates() bool { return true }

// Infer leaves the axis open, unless all parts have the length 1.
func (o SplitToSequence) Infer(x *ir.Inference) ([]ir.Type, error) {
	if err := wantTensors(x, 1, 2); err != nil {
		return nil, err
	}
	t := x.Type(0)
	if err := wantWhole(t.DType); err != nil {
		return nil, err
	}
	if o.Axis < 0 || o.Axis >= t.Rank() {
		return nil, fmt.Errorf("axis %d of %s", o.Axis, t)
	}
	if s := x.Type(1); x.Has(1) && (s.DType != ir.Int64 || s.Rank() > 1) {
		return nil, fmt.Errorf("the lengths are %s, want i64, a scalar or vector", s)
	}
	shape := append([]ir.Dim{}, t.Shape...)
	switch {
	case x.Has(1):
		shape[o.Axis] = ir.AnyDim()
	case o.Drop:
		shape = append(shape[:o.Axis], shape[o.Axis+1:]...)
	default:
		shape[o.Axis] = ir.Const(1)
	}
	return one(ir.SequenceType(ir.Held(ir.TensorType(t.DType, shape...))))
}

// Eval cuts.
func (o SplitToSequence) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	x := in[0]
	lengths, err := partLengths(x.Shape[o.Axis], nth(in, 1))
	if err != nil {
		return nil, err
	}
	outer := ir.NumElements(x.Shape[:o.Axis])
	inner := ir.NumElements(x.Shape[o.Axis+1:])
	var parts []*ir.Tensor
	at := 0
	for _, n := range lengths {
		shape := append([]int{}, x.Shape...)
		shape[o.Axis] = n
		t := ir.NewTensor(x.DType, shape...)
		for r := range outer {
			for i := range n * inner {
				copyElem(t, r*n*inner+i, x, (r*x.Shape[o.Axis]+at)*inner+i)
			}
		}
		if at += n; o.Drop && nth(in, 1) == nil {
			t = t.WithShape(append(shape[:o.Axis], shape[o.Axis+1:]...)...)
		}
		parts = append(parts, t)
	}
	return result(sequenceOf(ir.Type{DType: x.DType, Open: ir.OpenShape}, parts))
}

// partLengths lists how long the parts of an axis are.
func partLengths(axis int, given *ir.Tensor) ([]int, error) {
	var parts []int
	if given != nil && len(given.Shape) == 1 {
		left := axis
		for _, n := range given.Ints() {
			if n < 0 || n > int64(left) {
				return nil, fmt.Errorf("parts of lengths %v of an axis of %d", given.Ints(), axis)
			}
			parts, left = append(parts, int(n)), left-int(n)
		}
		if left > 0 {
			return nil, fmt.Errorf("parts of lengths %v of an axis of %d", given.Ints(), axis)
		}
		return parts, nil
	}
	n := int64(1)
	if given != nil {
		n = given.Int(0)
	}
	if n < 1 {
		return nil, fmt.Errorf("parts of length %d", n)
	}
	for left := axis; left > 0; left -= parts[len(parts)-1] {
		parts = append(parts, int(min(n, int64(left))))
	}
	return parts, nil
}

// Lower cuts at run time, whether or not the lengths are known before.
func (o SplitToSequence) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	lengths := nth(in, 1)
	scalar := lengths != nil && lengths.Type.Rank() == 0
	return []ir.Call{{
		Kernel: "kernel.SplitSequence", Fault: &ir.Fault{Text: "the lengths of the parts do not add up to the axis", Arg: -1},
		Args: []ir.Arg{
			ir.Out(0), ir.In(0), ir.Ints(in[0].Type.Shape...), ir.IntC(o.Axis), place(in, 1),
			ir.Flag(scalar), ir.Flag(lengths == nil && o.Drop),
		},
	}}, nil
}

// ConcatFromSequence joins a sequence's tensors along Axis; with Stack they are put beside each other along a new one.
// Rank is the tensors', where the sequence's type leaves it open.
type ConcatFromSequence struct {
	Axis  int
	Stack bool
	Rank  int
}

// OpName is ConcatFromSequence.
func (ConcatFromSequence) OpName() string { return "ConcatFromSequence" }

// Infer gives the axis, and every dim that is not known, a symbol.
func (o ConcatFromSequence) Infer(x *ir.Inference) ([]ir.Type, error) {
	if err := want(x, 1, 1); err != nil {
		return nil, err
	}
	elem, err := wantSequence(x, 0)
	if err != nil {
		return nil, err
	}
	rank := rankOf(elem, o.Rank)
	if o.Axis < 0 || o.Axis >= rank && !(o.Stack && o.Axis == rank) {
		return nil, fmt.Errorf("axis %d of tensors of rank %d", o.Axis, rank)
	}
	t := heldTensor(x, elem, rank)
	joined := x.Fresh("joined")
	if o.Stack {
		t.Shape = append(t.Shape[:o.Axis:o.Axis], append([]ir.Dim{joined}, t.Shape[o.Axis:]...)...)
	} else {
		t.Shape[o.Axis] = joined
	}
	return one(t)
}

// Eval joins.
func (o ConcatFromSequence) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	all := in[0].Elems
	if len(all) == 0 {
		return nil, fmt.Errorf("the sequence is empty")
	}
	if o.Stack {
		stacked := make([]*ir.Tensor, len(all))
		for i, t := range all {
			if o.Axis > len(t.Shape) {
				return nil, fmt.Errorf("axis %d of a tensor of shape %v", o.Axis, t.Shape)
			}
			shape := append(append(append([]int{}, t.Shape[:o.Axis]...), 1), t.Shape[o.Axis:]...)
			stacked[i] = t.WithShape(shape...)
		}
		all = stacked
	}
	return Concat{Axis: o.Axis}.Eval(all)
}

// Lower checks that the tensors fit each other, which binds the length along the axis, and writes them.
func (o ConcatFromSequence) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	elem := *in[0].Type.Elem
	rank := rankOf(elem, o.Rank)
	shape := append([]ir.Dim{}, out[0].Type.Shape...) // of a tensor, where it is the result's
	axis, joined, dims := o.Axis, "", heldDims(elem, rank)
	joined, _ = shape[axis].IsSym()
	if shape = append(shape[:axis], shape[axis+1:]...); o.Stack {
		axis = -1
	} else {
		dims.Dims[axis] = ir.Const(-1)
		shape = append(shape[:axis:axis], append([]ir.Dim{{}}, shape[axis:]...)...)
	}
	calls := []ir.Call{{
		Kernel: "kernel.JoinedLength", Args: []ir.Arg{ir.In(0), dims, ir.IntC(axis)}, Bind: []string{joined},
		Fault: &ir.Fault{Text: "the sequence is empty, or its tensors do not fit each other", Arg: -1},
	}}
	calls = append(calls, readDims("kernel.ElementDim", elem, ir.TensorType(elem.DType, shape...), ir.In(0), ir.Nil())...)
	outer := ir.Product(out[0].Type.Shape[:o.Axis]...)
	return append(calls, ir.Call{Kernel: "kernel.JoinSequence", Args: []ir.Arg{ir.Out(0), ir.In(0), ir.Int(outer)}}), nil
}
