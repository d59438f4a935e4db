package onnx

import (
	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

var convQuantRows = []row{
	{"ConvInteger", 10, convInteger},
	{"QLinearConv", 10, qLinearConv},
}

// convInteger reads ConvInteger: a convolution of int32 numbers, zero points taken off.
func convInteger(n *node) ([]*ir.Value, error) {
	if err := n.arity(2, 4); err != nil {
		return nil, err
	}
	return values(n.integerConv(n.in[0], n.in[1], n.input(2), n.input(3), nil))
}

// integerConv convolves x - xZero by w - wZero in int32. Padding is the zero point, so 0 after it is taken off.
func (n *node) integerConv(x, w, xZero, wZero, bias *ir.Value) (*ir.Value, error) {
	s, err := n.readSlide(x.Type.Rank() - 2)
	if err != nil {
		return nil, err
	}
	if err := s.weightKernel(w); err != nil {
		return nil, err
	}
	s.settle(x.Type.Shape[2:])
	if x, err = n.offset(x, xZero); err != nil {
		return nil, err
	}
	if w, err = n.offset(w, wZero); err != nil {
		return nil, err
	}
	o := op.Conv{Strides: s.strides, Pads: s.pads, Dilations: s.dilations, Same: s.same, Group: n.positive("group", 1)}
	return n.one(o, x, w, bias)
}

// offset is v - zero in int32, zero a scalar or one number for each entry of v's first axis.
func (n *node) offset(v, zero *ir.Value) (*ir.Value, error) {
	wide, err := n.one(op.Cast{To: ir.Int32}, v)
	if err != nil || zero == nil {
		return wide, err
	}
	if zero, err = n.one(op.Cast{To: ir.Int32}, zero); err != nil {
		return nil, err
	}
	if zero, err = n.perChannel(zero, v.Type.Rank()-1); err != nil {
		return nil, err
	}
	return n.one(op.Binary{Fn: "Sub"}, wide, zero)
}

// perChannel puts axes of length 1 after a vector, so that it broadcasts over what follows the axis it counts.
func (n *node) perChannel(v *ir.Value, after int) (*ir.Value, error) {
	if v.Type.Rank() == 0 || v.Type.Len().Is(1) {
		return n.one(op.Reshape{Shape: []ir.Dim{}}, v)
	}
	shape := append([]ir.Dim{}, v.Type.Shape...)
	for range after {
		shape = append(shape, ir.Const(1))
	}
	return n.one(op.Reshape{Shape: shape}, v)
}

// qLinearConv reads QLinearConv: the int32 convolution, scaled by xScale·wScale/yScale, rounded to nearest even and
// held within y's type.
func qLinearConv(n *node) ([]*ir.Value, error) {
	if err := n.arity(8, 9); err != nil {
		return nil, err
	}
	x := n.in[0]
	sum, err := n.integerConv(x, n.in[3], n.in[2], n.in[5], n.input(8))
	if err != nil {
		return nil, err
	}
	scale, err := n.one(op.Binary{Fn: "Mul"}, n.in[1], n.in[4])
	if err != nil {
		return nil, err
	}
	if scale, err = n.one(op.Binary{Fn: "Div"}, scale, n.in[6]); err != nil {
		return nil, err
	}
	if scale, err = n.perChannel(scale, x.Type.Rank()-2); err != nil {
		return nil, err
	}
	return n.requantized(sum, scale, n.in[7])
}

// requantized is round(sum·scale) + zero, held within zero's type.
func (n *node) requantized(sum, scale, zero *ir.Value) ([]*ir.Value, error) {
	d, to := scale.Type.DType, zero.Type.DType
	zero, err := n.one(op.Cast{To: d}, zero)
	if err != nil {
		return nil, err
	}
	if zero, err = n.perChannel(zero, 0); err != nil {
		return nil, err
	}
	lo, hi := -128.0, 127.0
	if to == ir.Uint8 {
		lo, hi = 0, 255
	}
	y := sum
	for _, step := range []struct {
		op    ir.Op
		other *ir.Value
	}{
		{op.Cast{To: d}, nil},
		{op.Binary{Fn: "Mul"}, scale},
		{op.Unary{Fn: "Round"}, nil},
		{op.Binary{Fn: "Add"}, zero},
		{op.Unary{Fn: "Clip", A: lo, B: hi}, nil},
		{op.Cast{To: to}, nil},
	} {
		if y, err = n.one(step.op, y, step.other); err != nil {
			return nil, err
		}
	}
	return []*ir.Value{y}, nil
}
