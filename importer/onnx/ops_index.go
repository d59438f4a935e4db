package onnx

import (
	"fmt"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

var indexRows = []row{
	{"GatherElements", 11, gatherElements}, {"GatherND", 11, gatherND},
	{"Scatter", 9, scatterElements}, {"ScatterElements", 11, scatterElements}, // Scatter is deprecated from 11 on
	{"ScatterND", 11, scatterND},
	{"NonZero", 9, nonZero}, {"Compress", 9, compress}, {"Unique", 11, unique},
	{"ReverseSequence", 10, reverseSequence},
}

// gatherElements reads GatherElements.
func gatherElements(n *node) ([]*ir.Value, error) {
	if err := n.arity(2, 2); err != nil {
		return nil, err
	}
	axis, err := n.axis(0, n.in[0].Type.Rank())
	if err != nil {
		return nil, err
	}
	return n.add(op.GatherElements{Axis: axis}, n.in...)
}

// gatherND reads GatherND.
func gatherND(n *node) ([]*ir.Value, error) {
	return n.add(op.GatherND{Batch: int(n.integer("batch_dims", 0))}, n.in...)
}

// reduction reads how scattered values are combined with what is there: "" where they replace it.
func (n *node) reduction() string {
	return map[string]string{"add": "Add", "mul": "Mul", "max": "Max", "min": "Min"}[n.oneOf("reduction", "none", "add", "mul", "max", "min")]
}

// scatterElements reads ScatterElements and its older name Scatter, which does the same.
func scatterElements(n *node) ([]*ir.Value, error) {
	if err := n.arity(3, 3); err != nil {
		return nil, err
	}
	axis, err := n.axis(0, n.in[0].Type.Rank())
	if err != nil {
		return nil, err
	}
	return n.add(op.ScatterElements{Axis: axis, Reduction: n.reduction()}, n.in...)
}

// scatterND reads ScatterND.
func scatterND(n *node) ([]*ir.Value, error) {
	return n.add(op.ScatterND{Reduction: n.reduction()}, n.in...)
}

// nonZero reads NonZero. A scalar counts as a vector of one, as in ONNX Runtime; the standard gives [0, n] for it, where
// nothing but a size tells what was found.
func nonZero(n *node) ([]*ir.Value, error) {
	if err := n.arity(1, 1); err != nil {
		return nil, err
	}
	x := n.in[0]
	if x.Type.Kind == ir.KindTensor && x.Type.Rank() == 0 {
		var err error
		if x, err = n.reshape(x, ir.Const(1)); err != nil {
			return nil, err
		}
	}
	return n.add(op.NonZero{}, x)
}

// compress reads Compress, which without an axis takes the data as a vector.
func compress(n *node) ([]*ir.Value, error) {
	if err := n.arity(2, 2); err != nil {
		return nil, err
	}
	x, axis, err := n.axisOrFlat()
	if err != nil {
		return nil, err
	}
	return n.add(op.Compress{Axis: axis}, x, n.in[1])
}

// axisOrFlat reads the attribute axis for input 0; without it, the input as a vector.
func (n *node) axisOrFlat() (*ir.Value, int, error) {
	if n.has("axis") {
		axis, err := n.axis(0, n.in[0].Type.Rank())
		return n.in[0], axis, err
	}
	v, err := n.reshaped(n.in[0], []ir.Dim{n.in[0].Type.Len()})
	return v, 0, err
}

// unique reads Unique; truth values are compared as numbers.
func unique(n *node) ([]*ir.Value, error) {
	if err := n.arity(1, 1); err != nil {
		return nil, err
	}
	x, axis, err := n.axisOrFlat()
	if err != nil {
		return nil, err
	}
	d := x.Type.DType
	if d == ir.Bool {
		if x, err = n.one(op.Cast{To: ir.Uint8}, x); err != nil {
			return nil, err
		}
	}
	out, err := n.add(op.Unique{Axis: axis, Sorted: n.flag("sorted", true)}, x)
	if err != nil || d != ir.Bool {
		return out, err
	}
	out[0], err = n.one(op.Cast{To: d}, out[0])
	return out, err
}

// reverseSequence reads ReverseSequence.
func reverseSequence(n *node) ([]*ir.Value, error) {
	return n.add(op.ReverseSequence{Time: int(n.integer("time_axis", 0)), Batch: int(n.integer("batch_axis", 1))}, n.in...)
}

var fillRows = []row{
	{"Range", 11, countingRange}, {"ConstantOfShape", 9, constantOfShape}, {"ConstantFill", 1, nil},
	{"EyeLike", 9, eyeLike}, {"Trilu", 14, trilu}, {"OneHot", 9, oneHot},
}

// countingRange reads Range.
func countingRange(n *node) ([]*ir.Value, error) {
	if err := n.arity(3, 3); err != nil {
		return nil, err
	}
	return n.add(op.Range{}, n.in...)
}

// constantOfShape expands a single value.
func constantOfShape(n *node) ([]*ir.Value, error) {
	if err := n.arity(1, 1); err != nil {
		return nil, err
	}
	shape, err := n.sizesOf(n.in[0])
	if err != nil {
		return nil, err
	}
	t := ir.NewTensor(ir.Float32)
	if n.has("value") {
		if t = n.tensor("value"); n.err != nil {
			return nil, n.err
		}
		if t.Len() != 1 {
			return nil, fmt.Errorf("attribute value has %d elements, want 1", t.Len())
		}
	}
	return n.add(op.Expand{Shape: shape}, n.Const("value", t.WithShape()))
}

// eyeLike reads EyeLike: only the input's shape and, unless dtype is given, its element type matter.
func eyeLike(n *node) ([]*ir.Value, error) {
	if err := n.arity(1, 1); err != nil {
		return nil, err
	}
	t := n.in[0].Type
	if t.Rank() != 2 {
		return nil, fmt.Errorf("the input is %s, want a matrix", t)
	}
	d, err := n.elementType("dtype", t.DType)
	if err != nil {
		return nil, err
	}
	return n.add(op.Eye{Rows: t.Shape[0], Cols: t.Shape[1], K: int(n.integer("k", 0)), DType: d})
}

// trilu reads Trilu; the diagonal may be known only to a run.
func trilu(n *node) ([]*ir.Value, error) {
	if err := n.arity(1, 2); err != nil {
		return nil, err
	}
	k := ir.Dim{}
	if v := n.input(1); v != nil {
		if !v.Type.Len().Is(1) {
			return nil, fmt.Errorf("k is %s, want a single number", v.Type)
		}
		e := v.Elems
		if e == nil {
			pair, err := n.bounds("signed", v)
			if err != nil {
				return nil, err
			}
			e = []ir.Dim{pair[0].Sub(pair[1])}
		}
		k = e[0]
	}
	return n.add(op.Trilu{Upper: n.flag("upper", true), K: k}, n.in[0])
}

// oneHot reads OneHot; indices and depth may have any numeric type.
func oneHot(n *node) ([]*ir.Value, error) {
	if err := n.arity(3, 3); err != nil {
		return nil, err
	}
	index, depth := n.in[0], n.in[1]
	var err error
	for _, v := range []**ir.Value{&index, &depth} {
		if (*v).Type.DType != ir.Int64 {
			if *v, err = n.one(op.Cast{To: ir.Int64}, *v); err != nil {
				return nil, err
			}
		}
	}
	size, err := n.sizesOf(depth)
	if err != nil {
		return nil, err
	}
	if len(size) != 1 {
		return nil, fmt.Errorf("depth has %d elements, want 1", len(size))
	}
	axis, err := n.axis(-1, index.Type.Rank()+1)
	if err != nil {
		return nil, err
	}
	return n.add(op.OneHot{Axis: axis, Depth: size[0]}, index, n.in[2])
}
