package onnx

import (
	"fmt"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

var normRows = []row{
	{"Softmax", 1, flattened(softmax)}, {"Softmax", 13, stepwise(along(softmax), "Div")},
	{"LogSoftmax", 1, flattened(logSoftmax)}, {"LogSoftmax", 13, stepwise(along(logSoftmax), "Sub")},
	{"LayerNormalization", 1, layerNorm}, // ONNX has it from 17 on, other exporters wrote it before
	{"RMSNormalization", 23, rmsNorm}, {"SimplifiedLayerNormalization", 1, simplifiedNorm},
	{"BatchNormalization", 1, batchNorm}, {"BatchNormalization", 14, batchNorm14},
	{"InstanceNormalization", 1, instanceNorm},
	{"GroupNormalization", 18, groupNorm18}, {"GroupNormalization", 21, groupNorm},
	{"LpNormalization", 1, lpNorm}, {"LRN", 1, lrn},
	{"MeanVarianceNormalization", 9, meanVarianceNorm},
}

func softmax(axis int) ir.Op    { return op.Softmax{Axis: axis} }
func logSoftmax(axis int) ir.Op { return op.LogSoftmax{Axis: axis} }

// along is the row function of an op that works along the attribute axis, by default the last.
func along(make func(axis int) ir.Op) func(*node) ([]*ir.Value, error) {
	return func(n *node) ([]*ir.Value, error) {
		if err := n.arity(1, 1); err != nil {
			return nil, err
		}
		axis, err := ir.Axis(int(n.integer("axis", -1)), n.in[0].Type.Rank())
		if err != nil {
			return nil, err
		}
		return n.add(make(axis), n.in[0])
	}
}

// stepwise reads a softmax as the function that the standard makes of it where each of its ops is rounded, as it is
// for types that are only for storage. last is the last of them.
func stepwise(whole func(*node) ([]*ir.Value, error), last string) func(*node) ([]*ir.Value, error) {
	return func(n *node) ([]*ir.Value, error) {
		if len(n.in) != 1 || !n.in[0].Type.IsTensor() || !n.in[0].Type.DType.IsStorage() {
			return whole(n)
		}
		axis, err := ir.Axis(int(n.integer("axis", -1)), n.in[0].Type.Rank())
		if err != nil {
			return nil, err
		}
		return values(n.softmaxBody(n.in[0], axis, last))
	}
}

// softmaxBody is the standard's body of Softmax, whose last op is Div, and of LogSoftmax, whose last is Sub.
func (n *node) softmaxBody(x *ir.Value, axis int, last string) (*ir.Value, error) {
	var err error
	then := func(o ir.Op, in ...*ir.Value) *ir.Value {
		if err != nil {
			return nil
		}
		var v *ir.Value
		v, err = n.one(o, in...)
		return v
	}
	top := then(op.Reduce{Fn: "ReduceMax", Axes: []int{axis}, KeepDims: true}, x)
	less := then(op.Binary{Fn: "Sub"}, x, top)
	power := then(op.Unary{Fn: "Exp"}, less)
	sum := then(op.Reduce{Fn: "ReduceSum", Axes: []int{axis}, KeepDims: true}, power)
	if last == "Div" {
		return then(op.Binary{Fn: "Div"}, power, sum), err
	}
	return then(op.Binary{Fn: "Sub"}, less, then(op.Unary{Fn: "Log"}, sum)), err
}

// flattened is along as it was before opset 13: the input counts as a matrix whose rows begin at axis, by default 1.
func flattened(make func(axis int) ir.Op) func(*node) ([]*ir.Value, error) {
	return func(n *node) ([]*ir.Value, error) {
		if err := n.arity(1, 1); err != nil {
			return nil, err
		}
		x := n.in[0]
		axis, rank := int(n.integer("axis", 1)), x.Type.Rank()
		if axis < -rank || axis > rank {
			return nil, fmt.Errorf("axis %d out of range for rank %d", axis, rank)
		}
		if axis < 0 {
			axis += rank
		}
		if rank > 0 && axis == rank-1 {
			return n.add(make(axis), x)
		}
		flat, err := n.reshape(x, ir.Product(x.Type.Shape[:axis]...), ir.Product(x.Type.Shape[axis:]...))
		if err != nil {
			return nil, err
		}
		y, err := n.one(make(1), flat)
		if err != nil {
			return nil, err
		}
		return values(n.reshape(y, x.Type.Shape...))
	}
}
