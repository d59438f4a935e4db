package op

import (
	"fmt"

	"github.com/energeticc/energeticc/ir"
)

var gatherOps = []Def{
	{Name: "Gather", Doc: "Gather picks entries along Axis of its first input, by the indices in its second. Source: ONNX Gather.", New: func() ir.Op { return Gather{} }, DTypes: whole, Moves: true},
	{Name: "GatherElements", Doc: "GatherElements picks single elements along Axis. Source: ONNX GatherElements.", New: func() ir.Op { return GatherElements{} }, DTypes: whole, Moves: true},
	{Name: "GatherND", Doc: "GatherND picks blocks by vectors of indices. Source: ONNX GatherND.", New: func() ir.Op { return GatherND{} }, DTypes: whole, Moves: true},
	{Name: "ReverseSequence", Doc: "ReverseSequence turns round the first entries of each sequence. Source: ONNX ReverseSequence.", New: func() ir.Op { return ReverseSequence{} }, DTypes: whole, Moves: true},
}

// indexTypes are the element types of indices.
var indexTypes = []ir.DType{ir.Int64, ir.Int32}

// Gather picks entries along Axis (0 ≤ Axis < rank): the output's shape is the data's with the axis replaced by the
// indices' shape. An index below 0 counts from the end.
type Gather struct{ Axis int }

// OpName is Gather.
func (Gather) OpName() string { return "Gather" }

// Infer puts the indices' shape in the axis's place.
func (o Gather) Infer(x *ir.Inference) ([]ir.Type, error) {
	if err := wantTensors(x, 2, 2); err != nil {
		return nil, err
	}
	if err := wantDType(x, 1, indexTypes...); err != nil {
		return nil, err
	}
	t := x.Type(0)
	if o.Axis < 0 || o.Axis >= t.Rank() {
		return nil, fmt.Errorf("axis %d out of range for rank %d", o.Axis, t.Rank())
	}
	x.SetElems(0, pickElems(x, t.Rank()))
	return one(ir.TensorType(t.DType, o.shape(t, x.Type(1))...))
}

func (o Gather) shape(data, index ir.Type) []ir.Dim {
	shape := append([]ir.Dim{}, data.Shape[:o.Axis]...)
	shape = append(shape, index.Shape...)
	return append(shape, data.Shape[o.Axis+1:]...)
}

// pickElems picks among known contents of a vector.
func pickElems(x *ir.Inference, rank int) []ir.Dim {
	from := x.Elems(0)
	at, ok := []int64(nil), false
	if x.Has(1) {
		at, ok = x.In[1].KnownInts()
	}
	if from == nil || !ok || rank != 1 || x.Type(1).Rank() > 1 {
		return nil
	}
	out := make([]ir.Dim, len(at))
	for i, k := range at {
		j, err := ir.Axis(int(k), len(from))
		if err != nil {
			return nil
		}
		out[i] = from[j]
	}
	return out
}

// Eval copies entry by entry.
func (o Gather) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	t, index := in[0], in[1]
	n := t.Shape[o.Axis]
	outer, inner := ir.NumElements(t.Shape[:o.Axis]), ir.NumElements(t.Shape[o.Axis+1:])
	shape := append([]int{}, t.Shape[:o.Axis]...)
	shape = append(append(shape, index.Shape...), t.Shape[o.Axis+1:]...)
	out := ir.NewTensor(t.DType, shape...)
	at := index.Ints()
	for k := range at {
		i, err := indexAt(at[k], n)
		if err != nil {
			return nil, err
		}
		for b := range outer {
			moveElems(out, (b*len(at)+k)*inner, t, (b*n+i)*inner, inner)
		}
	}
	return result(out)
}

// indexAt brings an index that may count from the end into 0 ≤ index < n.
func indexAt(i int64, n int) (int, error) {
	if i < -int64(n) || i >= int64(n) {
		return 0, fmt.Errorf("index %d out of range for %d entries", i, n)
	}
	if i < 0 {
		i += int64(n)
	}
	return int(i), nil
}

// Lower copies runs, each index checked first.
func (o Gather) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	shape := in[0].Type.Shape
	n := shape[o.Axis]
	return []ir.Call{{
		Kernel: "kernel.Gather",
		Args: []ir.Arg{ir.Out(0), ir.In(0), ir.In(1),
			ir.Int(ir.Product(shape[:o.Axis]...)), ir.Int(n), ir.Int(ir.Product(shape[o.Axis+1:]...))},
		Fault: indexFault(2, n),
	}}, nil
}

// indexFault says that an element of argument arg is no index of n entries.
func indexFault(arg int, n ir.Dim) *ir.Fault {
	return &ir.Fault{Text: "index out of range", Arg: arg, Lo: n.Neg(), Hi: n}
}
