package onnx

import (
	"errors"
	"fmt"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

// batchNorm reads BatchNormalization before opset 14, which trains where it has more than one output. Before opset 9,
// spatial=0 means parameters for each element of a row.
func batchNorm(n *node) ([]*ir.Value, error) {
	if err := n.arity(5, 5); err != nil {
		return nil, err
	}
	if n.outputs > 1 {
		for _, name := range n.proto.GetOutput()[1:] {
			if name != "" {
				return nil, errors.New("it is in training mode; export the model for inference")
			}
		}
	}
	scale, shift, err := n.batchFactors(n.in[1], n.in[2], n.in[3], n.in[4])
	if err != nil {
		return nil, err
	}
	if n.flag("spatial", true) {
		return values(n.batchApply(n.in[0], scale, shift))
	}
	return values(n.scaleShift(n.in[0], scale, shift))
}

// batchNorm14 reads the form that says whether it trains, and that also gives new running averages then.
func batchNorm14(n *node) ([]*ir.Value, error) {
	if err := n.arity(5, 5); err != nil {
		return nil, err
	}
	mean, variance := n.in[3], n.in[4]
	outs := []*ir.Value{nil}
	if n.flag("training_mode", false) {
		var err error
		mean, variance, err = n.batchMoments(n.in[0])
		if err != nil {
			return nil, err
		}
		momentum := n.float("momentum", float64(float32(0.9)))
		for i, now := range []*ir.Value{mean, variance} {
			average, err := n.runningAverage(n.in[3+i], now, momentum)
			if err != nil {
				return nil, err
			}
			outs = append(outs, average)
		}
	}
	scale, shift, err := n.batchFactors(n.in[1], n.in[2], mean, variance)
	if err != nil {
		return nil, err
	}
	outs[0], err = n.batchApply(n.in[0], scale, shift)
	return outs, err
}

// batchFactors gives scale/√(variance + ε) and bias - mean·scale/√(variance + ε), in float32 or wider. Constant
// parameters fold to constants here.
func (n *node) batchFactors(scale, bias, mean, variance *ir.Value) (factor, shift *ir.Value, err error) {
	wide := ir.Float32
	if n.in[0].Type.DType == ir.Float64 {
		wide = ir.Float64
	}
	for _, v := range []**ir.Value{&scale, &bias, &mean, &variance} {
		if (*v).Type.DType != wide {
			if *v, err = n.one(op.Cast{To: wide}, *v); err != nil {
				return nil, nil, err
			}
		}
	}
	eps := n.Const(n.name, ir.Scalar(wide, n.float("epsilon", epsilon)))
	deviation, err := n.one(op.Binary{Fn: "Add"}, variance, eps)
	if err != nil {
		return nil, nil, err
	}
	if deviation, err = n.one(op.Unary{Fn: "Sqrt"}, deviation); err != nil {
		return nil, nil, err
	}
	if factor, err = n.one(op.Binary{Fn: "Div"}, scale, deviation); err != nil {
		return nil, nil, err
	}
	if shift, err = n.one(op.Binary{Fn: "Mul"}, mean, factor); err != nil {
		return nil, nil, err
	}
	shift, err = n.one(op.Binary{Fn: "Sub"}, bias, shift)
	return factor, shift, err
}

// batchApply applies factors to x's channels, axis 1; a vector has a single channel.
func (n *node) batchApply(x, scale, shift *ir.Value) (*ir.Value, error) {
	switch x.Type.Rank() {
	case 0:
		return nil, fmt.Errorf("x is %s, want an axis of channels", x.Type)
	case 1:
		column, err := n.reshape(x, x.Type.Shape[0], ir.Const(1))
		if err != nil {
			return nil, err
		}
		y, err := n.one(op.Affine{Axis: 1}, column, scale, shift)
		if err != nil {
			return nil, err
		}
		return n.reshape(y, x.Type.Shape...)
	}
	return n.one(op.Affine{Axis: 1}, x, scale, shift)
}

// batchMoments gives mean and variance of each channel, over all other axes.
func (n *node) batchMoments(x *ir.Value) (mean, variance *ir.Value, err error) {
	if x.Type.Rank() < 2 {
		return nil, nil, fmt.Errorf("x is %s, want at least two axes", x.Type)
	}
	axes := []int{0}
	for i := 2; i < x.Type.Rank(); i++ {
		axes = append(axes, i)
	}
	if mean, err = n.one(op.Reduce{Fn: "ReduceMean", Axes: axes}, x); err != nil {
		return nil, nil, err
	}
	if _, variance, err = n.variance(x, axes); err != nil {
		return nil, nil, err
	}
	variance, err = n.reshape(variance, x.Type.Shape[1])
	return mean, variance, err
}

// runningAverage is before·momentum + now·(1 - momentum).
func (n *node) runningAverage(before, now *ir.Value, momentum float64) (*ir.Value, error) {
	if now.Type.DType != before.Type.DType {
		cast, err := n.one(op.Cast{To: before.Type.DType}, now)
		if err != nil {
			return nil, err
		}
		now = cast
	}
	old, err := n.scaled(before, momentum)
	if err != nil {
		return nil, err
	}
	fresh, err := n.scaled(now, 1-momentum)
	if err != nil {
		return nil, err
	}
	return n.one(op.Binary{Fn: "Add"}, old, fresh)
}
