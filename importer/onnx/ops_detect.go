package onnx

import (
	"fmt"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

var detectRows = []row{
	{"NonMaxSuppression", 10, nonMaxSuppression},
	{"MaxRoiPool", 1, maxRoiPool},
	{"DeformConv", 19, deformConv},
	{"TensorScatter", 24, tensorScatter},
}

// nonMaxSuppression reads NonMaxSuppression.
func nonMaxSuppression(n *node) ([]*ir.Value, error) {
	return n.add(op.NonMaxSuppression{Centre: n.flag("center_point_box", false)}, n.in...)
}

// maxRoiPool reads MaxRoiPool.
func maxRoiPool(n *node) ([]*ir.Value, error) {
	shape := n.integers("pooled_shape")
	if len(shape) != 2 {
		return nil, fmt.Errorf("attribute pooled_shape has %d numbers, want 2", len(shape))
	}
	return n.add(op.MaxRoiPool{Height: int(shape[0]), Width: int(shape[1]), Scale: n.float("spatial_scale", 1)}, n.in...)
}

// deformConv reads DeformConv, whose fourth and fifth inputs are bias and mask.
func deformConv(n *node) ([]*ir.Value, error) {
	if err := n.arity(3, 5); err != nil {
		return nil, err
	}
	s, err := n.readSlide(n.in[0].Type.Rank() - 2)
	if err != nil {
		return nil, err
	}
	if err := s.weightKernel(n.in[1]); err != nil {
		return nil, err
	}
	return n.add(op.DeformConv{Strides: s.strides, Pads: s.pads, Dilations: s.dilations,
		Group: n.positive("group", 1), OffsetGroup: n.positive("offset_group", 1)}, n.in...)
}

// tensorScatter reads TensorScatter.
func tensorScatter(n *node) ([]*ir.Value, error) {
	if err := n.arity(2, 3); err != nil {
		return nil, err
	}
	axis, err := n.axis(-2, n.in[0].Type.Rank())
	if err != nil {
		return nil, err
	}
	return n.add(op.TensorScatter{Axis: axis, Circular: n.oneOf("mode", "linear", "circular") == "circular"}, n.in...)
}
