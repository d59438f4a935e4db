package onnx

import (
	"errors"
	"fmt"

	"github.com/energeticc/energeticc/ir"
)

// oldRows are operators that ai.onnx had for a while as experiments, and old Caffe2 exporters wrote.
var oldRows = []row{
	{"Affine", 1, affineOf("alpha", "beta")}, {"Scale", 1, affineOf("scale", "")},
	{"ScaledTanh", 1, scaledTanh}, {"ParametricSoftplus", 1, parametricSoftplus},
	{"ThresholdedRelu", 1, activation("ThresholdedRelu", parameter{"alpha", 1}, parameter{})},
	{"ImageScaler", 1, imageScaler}, {"Crop", 1, crop}, {"DynamicSlice", 1, slice},
	{"MeanVarianceNormalization", 1, meanVarianceNorm1},
}

// affineOf is the row function of factor·x + summand, both attributes.
func affineOf(factor, summand string) func(*node) ([]*ir.Value, error) {
	return func(n *node) ([]*ir.Value, error) {
		if err := n.arity(1, 1); err != nil {
			return nil, err
		}
		c := &chain{n: n}
		d := n.in[0].Type.DType
		y := c.binary("Mul", n.in[0], c.number(d, n.float(factor, 1)))
		if summand != "" {
			y = c.binary("Add", y, c.number(d, n.float(summand, 0)))
		}
		return c.outs(y)
	}
}

// scaledTanh reads ScaledTanh: alpha·tanh(beta·x).
func scaledTanh(n *node) ([]*ir.Value, error) { return n.outerInner("Tanh") }

// parametricSoftplus reads ParametricSoftplus: alpha·softplus(beta·x).
func parametricSoftplus(n *node) ([]*ir.Value, error) { return n.outerInner("Softplus") }

// outerInner is alpha·fn(beta·x), both attributes.
func (n *node) outerInner(fn string) ([]*ir.Value, error) {
	if err := n.arity(1, 1); err != nil {
		return nil, err
	}
	c := &chain{n: n}
	d := n.in[0].Type.DType
	inner := c.unary(fn, c.binary("Mul", n.in[0], c.number(d, n.float("beta", 1))))
	return c.outs(c.binary("Mul", inner, c.number(d, n.float("alpha", 1))))
}

// imageScaler reads ImageScaler: scale·x and a summand for each channel.
func imageScaler(n *node) ([]*ir.Value, error) {
	if err := n.arity(1, 1); err != nil {
		return nil, err
	}
	x, bias := n.in[0], n.floats("bias")
	if x.Type.Rank() != 4 || len(bias) == 0 {
		return nil, fmt.Errorf("the input is %s with %d biases, want [n, c, h, w] and one for each channel", x.Type, len(bias))
	}
	t := ir.NewTensor(x.Type.DType, len(bias), 1, 1)
	for i, v := range bias {
		t.SetFloat(i, float64(v))
	}
	c := &chain{n: n}
	y := c.binary("Mul", x, c.number(x.Type.DType, n.float("scale", 1)))
	return c.outs(c.binary("Add", y, n.Const(n.name, t)))
}

// crop reads Crop: an image without its borders, or from the left and upper ones on a part of a size.
func crop(n *node) ([]*ir.Value, error) {
	if err := n.arity(1, 1); err != nil {
		return nil, err
	}
	x, border, scale := n.in[0], n.integers("border"), n.integers("scale")
	if x.Type.Rank() != 4 || len(border) != 4 || scale != nil && len(scale) != 2 {
		return nil, fmt.Errorf("the input is %s, border %v and scale %v, want [n, c, h, w], four numbers and two or none", x.Type, border, scale)
	}
	left, top, right, bottom := border[0], border[1], border[2], border[3]
	h, w := x.Type.Shape[2], x.Type.Shape[3]
	end := []ir.Dim{h.Sub(ir.Const(bottom)), w.Sub(ir.Const(right))}
	if scale != nil {
		end = constDims([]int64{top + scale[0], left + scale[1]})
	}
	for _, v := range append(append([]int64{}, border...), scale...) {
		if v < 0 || v > 1<<30 {
			return nil, errors.New("attributes border and scale: want numbers from 0")
		}
	}
	return n.sliced(x, constDims([]int64{top, left}), end, []int64{2, 3}, nil)
}

// meanVarianceNorm1 reads the form that says whether channels count together and whether the variance counts.
func meanVarianceNorm1(n *node) ([]*ir.Value, error) {
	if err := n.arity(1, 1); err != nil {
		return nil, err
	}
	if err := n.rank(0, 4); err != nil {
		return nil, err
	}
	axes := []int{0, 2, 3}
	if n.flag("across_channels", false) {
		axes = []int{0, 1, 2, 3}
	}
	centred, variance, err := n.variance(n.in[0], axes)
	if err != nil || !n.flag("normalize_variance", true) {
		return values(centred, err)
	}
	c := &chain{n: n}
	deviation := c.unary("Sqrt", c.binary("Add", variance, c.number(n.in[0].Type.DType, 1e-9)))
	return c.outs(c.binary("Div", centred, deviation))
}
