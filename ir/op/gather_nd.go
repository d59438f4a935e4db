package op

import (
	"fmt"

	"github.com/energeticc/energeticc/ir"
)

// GatherElements picks single elements: the output has the shape of the indices (input 1), and each element comes from
// the same place of the data (input 0), but along Axis from where the index says.
type GatherElements struct{ Axis int }

// OpName is GatherElements.
func (GatherElements) OpName() string { return "GatherElements" }

// Infer takes the indices' shape.
func (o GatherElements) Infer(x *ir.Inference) ([]ir.Type, error) {
	if err := wantTensors(x, 2, 2); err != nil {
		return nil, err
	}
	if err := wantElementIndex(x, o.Axis); err != nil {
		return nil, err
	}
	return one(ir.TensorType(x.Type(0).DType, x.Type(1).Shape...))
}

// wantElementIndex checks indices (input 1) that have the data's rank and, but for the axis, reach no further.
func wantElementIndex(x *ir.Inference, axis int) error {
	if err := wantDType(x, 1, indexTypes...); err != nil {
		return err
	}
	data, index := x.Type(0), x.Type(1)
	if axis < 0 || axis >= data.Rank() {
		return fmt.Errorf("axis %d out of range for rank %d", axis, data.Rank())
	}
	if index.Rank() != data.Rank() {
		return fmt.Errorf("the indices have rank %d, want %d", index.Rank(), data.Rank())
	}
	for k, n := range data.Shape {
		if k == axis {
			continue
		}
		if _, err := x.Equal(n.Max(index.Shape[k]), n, fmt.Sprintf("there are more indices than data along axis %d", k)); err != nil {
			return err
		}
	}
	return nil
}

// elementAt gives, for each index, the data's element that it names.
func elementAt(data, index *ir.Tensor, axis int, f func(i, at int)) error {
	s := strides(data.Shape)
	var bad error
	each(index.Shape, func(i int, at []int) {
		k, err := indexAt(index.Int(i), data.Shape[axis])
		if err != nil {
			bad = err
			return
		}
		from := 0
		for a, j := range at {
			if a == axis {
				j = k
			}
			from += j * s[a]
		}
		f(i, from)
	})
	return bad
}

// Eval moves element by element.
func (o GatherElements) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	out := ir.NewTensor(in[0].DType, in[1].Shape...)
	err := elementAt(in[0], in[1], o.Axis, func(i, at int) { moveElems(out, i, in[0], at, 1) })
	return []*ir.Tensor{out}, err
}

// Lower walks the indices.
func (o GatherElements) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	return []ir.Call{{
		Kernel: "kernel.GatherElements",
		Args:   append([]ir.Arg{ir.Out(0), ir.In(0), ir.In(1)}, elementArgs(in[0].Type, in[1].Type, o.Axis)...),
		Fault:  indexFault(2, in[0].Type.Shape[o.Axis]),
	}}, nil
}

// elementArgs are the axis's length and stride, the indices' shape and the data's strides but for the axis.
func elementArgs(data, index ir.Type, axis int) []ir.Arg {
	var stride []ir.Dim
	steps := axisSteps(data.Shape)
	for k, a := range steps {
		if k == axis {
			a.stride = ir.Dim{}
		}
		stride = append(stride, a.stride)
	}
	return []ir.Arg{ir.Int(data.Shape[axis]), ir.Int(steps[axis].stride), ir.Ints(index.Shape...), ir.Ints(stride...)}
}

// GatherND picks blocks of the data (input 0): each vector along the last axis of the indices (input 1) names one. The
// first Batch axes are common to both.
type GatherND struct{ Batch int }

// OpName is GatherND.
func (GatherND) OpName() string { return "GatherND" }

// Infer joins the indices' shape, without its last axis, and a block's.
func (o GatherND) Infer(x *ir.Inference) ([]ir.Type, error) {
	if err := wantTensors(x, 2, 2); err != nil {
		return nil, err
	}
	data, index := x.Type(0), x.Type(1)
	k, err := vectorLen(x, index, data.Rank()-o.Batch)
	if err != nil {
		return nil, err
	}
	if o.Batch < 0 || o.Batch >= index.Rank() {
		return nil, fmt.Errorf("%d batch axes for indices of rank %d", o.Batch, index.Rank())
	}
	shape := append([]ir.Dim{}, index.Shape[:index.Rank()-1]...)
	for i := range o.Batch {
		if shape[i], err = x.Equal(shape[i], data.Shape[i], fmt.Sprintf("data and indices differ along batch axis %d", i)); err != nil {
			return nil, err
		}
	}
	return one(ir.TensorType(data.DType, append(shape, data.Shape[o.Batch+k:]...)...))
}

// vectorLen is the length of the vectors that name blocks: the indices' last dim, at most the data's rank.
func vectorLen(x *ir.Inference, index ir.Type, rank int) (int, error) {
	if err := wantDType(x, 1, indexTypes...); err != nil {
		return 0, err
	}
	if index.Rank() == 0 {
		return 0, fmt.Errorf("the indices are %s, want at least one axis", index)
	}
	k, ok := index.Shape[index.Rank()-1].IsConst()
	if !ok {
		return 0, fmt.Errorf("the indices' last dim %s is not known at compile time; export the model with a constant one", index.Shape[index.Rank()-1])
	}
	if int(k) > rank {
		return 0, fmt.Errorf("vectors of %d indices for %d axes", k, rank)
	}
	return int(k), nil
}

// blockAt is the number of the block that vector i of the indices names.
func blockAt(index *ir.Tensor, i int, dims []int) (int, error) {
	at := 0
	for a, n := range dims {
		j, err := indexAt(index.Int(i*len(dims)+a), n)
		if err != nil {
			return 0, err
		}
		at = at*n + j
	}
	return at, nil
}

// Eval moves block by block.
func (o GatherND) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	data, index := in[0], in[1]
	last := len(index.Shape) - 1
	k := index.Shape[last]
	dims, inner := data.Shape[o.Batch:o.Batch+k], ir.NumElements(data.Shape[o.Batch+k:])
	batches, rows := ir.NumElements(index.Shape[:o.Batch]), ir.NumElements(index.Shape[o.Batch:last])
	out := ir.NewTensor(data.DType, append(append([]int{}, index.Shape[:last]...), data.Shape[o.Batch+k:]...)...)
	for b := range batches {
		for r := range rows {
			at, err := blockAt(index, b*rows+r, dims)
			if err != nil {
				return nil, err
			}
			moveElems(out, (b*rows+r)*inner, data, (b*ir.NumElements(dims)+at)*inner, inner)
		}
	}
	return result(out)
}

// Lower copies blocks, each vector checked first.
func (o GatherND) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	data, index := in[0].Type.Shape, in[1].Type.Shape
	c, _ := index[len(index)-1].IsConst()
	k := int(c)
	return []ir.Call{{
		Kernel: "kernel.GatherND",
		Args: []ir.Arg{ir.Out(0), ir.In(0), ir.In(1), ir.Int(ir.Product(data[:o.Batch]...)),
			ir.Int(ir.Product(index[o.Batch : len(index)-1]...)), ir.Ints(data[o.Batch : o.Batch+k]...), ir.Int(ir.Product(data[o.Batch+k:]...))},
		Fault: &ir.Fault{Text: "index out of range", Arg: 2},
	}}, nil
}

// ReverseSequence turns round, in each sequence of a batch, the first entries: as many as input 1 says. Time and Batch
// are the axes 0 and 1 in either order.
type ReverseSequence struct{ Time, Batch int }

// OpName is ReverseSequence.
func (ReverseSequence) OpName() string { return "ReverseSequence" }

// Infer keeps the type.
func (o ReverseSequence) Infer(x *ir.Inference) ([]ir.Type, error) {
	if err := wantTensors(x, 2, 2); err != nil {
		return nil, err
	}
	if err := wantDType(x, 1, ir.Int64); err != nil {
		return nil, err
	}
	t := x.Type(0)
	if t.Rank() < 2 || o.Time+o.Batch != 1 || o.Time*o.Batch != 0 {
		return nil, fmt.Errorf("time axis %d and batch axis %d of rank %d, want 0 and 1 in some order", o.Time, o.Batch, t.Rank())
	}
	_, err := x.Equal(x.Type(1).Len(), t.Shape[o.Batch], "there is one length for each sequence")
	return []ir.Type{t}, err
}

// Eval moves entry by entry.
func (o ReverseSequence) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	t := in[0]
	out := ir.NewTensor(t.DType, t.Shape...)
	steps, inner := t.Shape[o.Time], ir.NumElements(t.Shape[2:])
	s := strides(t.Shape)
	for b := range t.Shape[o.Batch] {
		n := int(in[1].Int(b))
		if n < 0 || n > steps {
			return nil, fmt.Errorf("length %d of sequence %d, want 0 to %d", n, b, steps)
		}
		for i := range steps {
			from := i
			if i < n {
				from = n - 1 - i
			}
			moveElems(out, b*s[o.Batch]+i*s[o.Time], t, b*s[o.Batch]+from*s[o.Time], inner)
		}
	}
	return result(out)
}

// Lower copies entries, each length checked first.
func (o ReverseSequence) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	axes := axisSteps(in[0].Type.Shape)
	return []ir.Call{{
		Kernel: "kernel.ReverseSequence",
		Args: []ir.Arg{ir.Out(0), ir.In(0), ir.In(1), ir.Int(axes[o.Time].size), ir.Int(axes[o.Time].stride),
			ir.Int(axes[o.Batch].stride), ir.Int(ir.Product(in[0].Type.Shape[2:]...))},
		Fault: &ir.Fault{Text: "length out of range", Arg: 2, Hi: axes[o.Time].size.Add(ir.Const(1))},
	}}, nil
}
