package op

import (
	"errors"
	"fmt"

	"github.com/energeticc/energeticc/ir"
)

// Concat puts its inputs, one or more, behind each other along Axis (0 ≤ Axis < rank).
type Concat struct{ Axis int }

// OpName is Concat.
func (Concat) OpName() string { return "Concat" }

// Infer adds up the sizes along the axis; the others must agree.
func (o Concat) Infer(x *ir.Inference) ([]ir.Type, error) {
	if len(x.In) == 0 {
		return nil, errors.New("no inputs, want at least 1")
	}
	if err := wantTensors(x, len(x.In), len(x.In)); err != nil {
		return nil, err
	}
	t := x.Type(0)
	if o.Axis < 0 || o.Axis >= t.Rank() {
		return nil, fmt.Errorf("axis %d out of range for rank %d", o.Axis, t.Rank())
	}
	shape := append([]ir.Dim{}, t.Shape...)
	for i := 1; i < len(x.In); i++ {
		u := x.Type(i)
		if err := wantSame(x, i, 0); err != nil {
			return nil, err
		}
		if u.Rank() != len(shape) {
			return nil, fmt.Errorf("input %d has rank %d, input 0 has %d", i, u.Rank(), len(shape))
		}
		for k, d := range x.Type(i).Shape {
			if k == o.Axis {
				continue
			}
			e, err := x.Equal(shape[k], d, fmt.Sprintf("inputs 0 and %d differ along axis %d", i, k))
			if err != nil {
				return nil, err
			}
			shape[k] = e
		}
	}
	sum := ir.Dim{}
	for i := range x.In { // after all symbols are solved
		sum = sum.Add(x.Type(i).Shape[o.Axis])
	}
	shape[o.Axis] = sum
	x.SetElems(0, concatElems(x, len(shape)))
	return one(ir.TensorType(t.DType, shape...))
}

func concatElems(x *ir.Inference, rank int) []ir.Dim {
	all := []ir.Dim{}
	for i := range x.In {
		e := x.Elems(i)
		if e == nil || rank != 1 {
			return nil
		}
		all = append(all, e...)
	}
	return all
}

// Eval copies runs.
func (o Concat) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	shape := append([]int{}, in[0].Shape...)
	shape[o.Axis] = 0
	for i, t := range in {
		for k, d := range t.Shape {
			if k != o.Axis && d != shape[k] {
				return nil, fmt.Errorf("inputs 0 and %d have shapes %v and %v", i, in[0].Shape, t.Shape)
			}
		}
		shape[o.Axis] += t.Shape[o.Axis]
	}
	out := ir.NewTensor(in[0].DType, shape...)
	outer, inner := ir.NumElements(shape[:o.Axis]), ir.NumElements(shape[o.Axis+1:])
	step, at := shape[o.Axis]*inner, 0
	for _, t := range in {
		run := t.Shape[o.Axis] * inner
		for i := range outer {
			moveElems(out, i*step+at, t, i*run, run)
		}
		at += run
	}
	return result(out)
}

// Lower copies each input at once where the axis is the outermost, else in runs.
func (o Concat) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	shape := out[0].Type.Shape
	outer, inner := ir.Product(shape[:o.Axis]...), ir.Product(shape[o.Axis+1:]...)
	step := shape[o.Axis].Mul(inner)
	var calls []ir.Call
	at := ir.Dim{}
	for i, v := range in {
		run := v.Type.Shape[o.Axis].Mul(inner)
		calls = append(calls, runsCall(ir.Out(0), at, step, ir.In(i), ir.Dim{}, run, run, outer, out[0].Type.Len(), v.Type.Len()))
		at = at.Add(run)
	}
	return calls, nil
}

// runsCall copies n runs of length run; those of dst lie dstStep apart from dstAt on, those of src srcStep apart from
// srcAt on. dstLen and srcLen are the whole slices' lengths.
func runsCall(dst ir.Arg, dstAt, dstStep ir.Dim, src ir.Arg, srcAt, srcStep, run, n, dstLen, srcLen ir.Dim) ir.Call {
	if n.Is(1) {
		return ir.Call{Kernel: "kernel.Move", Args: []ir.Arg{dst.At(dstAt, run), src.At(srcAt, run)}}
	}
	some := n.Min(ir.Const(1)) // without a run the slices may be empty: they begin where they end
	dstAt, srcAt = dstAt.Mul(some), srcAt.Mul(some)
	return ir.Call{Kernel: "kernel.CopyRuns", Args: []ir.Arg{
		tail(dst, dstAt, dstLen), tail(src, srcAt, srcLen), ir.Int(n), ir.Int(run), ir.Int(dstStep), ir.Int(srcStep),
	}}
}

// tail cuts a slice of n elements from off on; from 0 it is left as it is.
func tail(a ir.Arg, off, n ir.Dim) ir.Arg {
	if off.Is(0) {
		return a
	}
	return a.At(off, n.Sub(off))
}
