package op

import (
	"fmt"

	"github.com/energeticc/energeticc/ir"
)

var scatterOps = []Def{
	{Name: "ScatterElements", Doc: "ScatterElements writes single elements along Axis. Source: ONNX ScatterElements and Scatter.", New: func() ir.Op { return ScatterElements{} }, DTypes: whole, Moves: true},
	{Name: "ScatterND", Doc: "ScatterND writes blocks that vectors of indices name. Source: ONNX ScatterND.", New: func() ir.Op { return ScatterND{} }, DTypes: whole, Moves: true},
}

// ScatterElements is the data (input 0) with single elements replaced by the updates (input 2): each at the place of
// its own, but along Axis where the index (input 1) says. Reduction, if it is not empty, combines what is there with
// the update: Add, Mul, Max or Min.
type ScatterElements struct {
	Axis      int
	Reduction string
}

// OpName is ScatterElements.
func (ScatterElements) OpName() string { return "ScatterElements" }

func (o ScatterElements) computes() bool { return o.Reduction != "" }

// Infer keeps the data's type.
func (o ScatterElements) Infer(x *ir.Inference) ([]ir.Type, error) {
	if err := wantTensors(x, 3, 3); err != nil {
		return nil, err
	}
	if err := wantSame(x, 0, 2); err != nil {
		return nil, err
	}
	if err := wantReduction(x, o.Reduction); err != nil {
		return nil, err
	}
	if err := wantElementIndex(x, o.Axis); err != nil {
		return nil, err
	}
	for k, n := range x.Type(1).Shape {
		if x.Type(2).Rank() != x.Type(1).Rank() {
			return nil, fmt.Errorf("updates have rank %d, indices %d", x.Type(2).Rank(), x.Type(1).Rank())
		}
		if _, err := x.Equal(n, x.Type(2).Shape[k], fmt.Sprintf("indices and updates differ along axis %d", k)); err != nil {
			return nil, err
		}
	}
	return one(x.Type(0))
}

func wantReduction(x *ir.Inference, reduction string) error {
	if reduction == "" {
		return nil
	}
	return wantDType(x, 0, number...)
}

// combine writes an update to an element.
func combine(out *ir.Tensor, i int, updates *ir.Tensor, k int, reduction string) error {
	if reduction == "" {
		moveElems(out, i, updates, k, 1)
		return nil
	}
	return binaryByName(reduction).set(out, i, out, i, updates, k)
}

func cloneTensor(t *ir.Tensor) *ir.Tensor {
	out := ir.NewTensor(t.DType, t.Shape...)
	moveElems(out, 0, t, 0, t.Len())
	return out
}

// Eval writes element by element, in the order of the indices.
func (o ScatterElements) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	out := cloneTensor(in[0])
	var bad error
	err := elementAt(in[0], in[1], o.Axis, func(i, at int) {
		if err := combine(out, at, in[2], i, o.Reduction); err != nil {
			bad = err
		}
	})
	if err == nil {
		err = bad
	}
	return []*ir.Tensor{out}, err
}

// Lower copies the data, then writes.
func (o ScatterElements) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	args := append([]ir.Arg{ir.Out(0), ir.In(1), ir.In(2)}, elementArgs(in[0].Type, in[1].Type, o.Axis)...)
	return []ir.Call{copyCall(), {
		Kernel: "kernel.ScatterElements",
		Args:   append(args, combineArg(o.Reduction, in[0].Type.DType)),
		Fault:  indexFault(1, in[0].Type.Shape[o.Axis]),
	}}, nil
}

// InPlace says that the result may overwrite the data.
func (ScatterElements) InPlace() []int { return []int{0} }

// copyCall brings input 0 to output 0, which may be the same memory.
func copyCall() ir.Call {
	return ir.Call{Kernel: "kernel.Move", Args: []ir.Arg{ir.Out(0), ir.In(0)}}
}

func combineArg(reduction string, d ir.DType) ir.Arg {
	if reduction == "" {
		return ir.Nil()
	}
	return ir.Func("kernel.Combine"+reduction, d)
}

// ScatterND is the data (input 0) with blocks replaced by, or combined with, those of the updates (input 2): each
// vector along the last axis of the indices (input 1) names one.
type ScatterND struct{ Reduction string }

// OpName is ScatterND.
func (ScatterND) OpName() string { return "ScatterND" }

func (o ScatterND) computes() bool { return o.Reduction != "" }

// Infer keeps the data's type.
func (o ScatterND) Infer(x *ir.Inference) ([]ir.Type, error) {
	if err := wantTensors(x, 3, 3); err != nil {
		return nil, err
	}
	if err := wantSame(x, 0, 2); err != nil {
		return nil, err
	}
	if err := wantReduction(x, o.Reduction); err != nil {
		return nil, err
	}
	data, index, updates := x.Type(0), x.Type(1), x.Type(2)
	k, err := vectorLen(x, index, data.Rank())
	if err != nil {
		return nil, err
	}
	shape := append(append([]ir.Dim{}, index.Shape[:index.Rank()-1]...), data.Shape[k:]...)
	if updates.Rank() != len(shape) {
		return nil, fmt.Errorf("the updates are %s, want shape %s", updates, ir.ShapeString(shape))
	}
	for i, n := range shape {
		if _, err := x.Equal(n, updates.Shape[i], fmt.Sprintf("axis %d of the updates does not fit data and indices", i)); err != nil {
			return nil, err
		}
	}
	return one(x.Type(0))
}

// Eval writes block by block.
func (o ScatterND) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	data, index := in[0], in[1]
	out := cloneTensor(data)
	last := len(index.Shape) - 1
	k := index.Shape[last]
	inner := ir.NumElements(data.Shape[k:])
	for r := range ir.NumElements(index.Shape[:last]) {
		at, err := blockAt(index, r, data.Shape[:k])
		if err != nil {
			return nil, err
		}
		for j := range inner {
			if err := combine(out, at*inner+j, in[2], r*inner+j, o.Reduction); err != nil {
				return nil, err
			}
		}
	}
	return result(out)
}

// Lower copies the data, then writes.
func (o ScatterND) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	data, index := in[0].Type.Shape, in[1].Type.Shape
	c, _ := index[len(index)-1].IsConst()
	return []ir.Call{copyCall(), {
		Kernel: "kernel.ScatterND",
		Args: []ir.Arg{ir.Out(0), ir.In(1), ir.In(2), ir.Int(ir.Product(index[:len(index)-1]...)),
			ir.Ints(data[:c]...), ir.Int(ir.Product(data[c:]...)), combineArg(o.Reduction, in[0].Type.DType)},
		Fault: &ir.Fault{Text: "index out of range", Arg: 1},
	}}, nil
}

// InPlace says that the result may overwrite the data.
func (ScatterND) InPlace() []int { return []int{0} }
