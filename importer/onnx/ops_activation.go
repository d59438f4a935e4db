package onnx

import (
	"fmt"
	"math"
	"slices"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

var activationRows = []row{
	{"Sigmoid", 1, unary("Sigmoid")}, {"Softplus", 1, unary("Softplus")}, {"Softsign", 1, unary("Softsign")},
	{"LeakyRelu", 1, activation("LeakyRelu", parameter{"alpha", 0.01}, parameter{})},
	{"Elu", 1, activation("Elu", parameter{"alpha", 1}, parameter{})},
	{"Celu", 12, activation("Celu", parameter{"alpha", 1}, parameter{})},
	{"Selu", 1, activation("Selu", parameter{"alpha", 1.6732}, parameter{"gamma", 1.0507})},
	{"Selu", 6, activation("Selu", parameter{"alpha", 1.67326319217681884765625}, parameter{"gamma", 1.05070102214813232421875})},
	{"HardSigmoid", 1, activation("HardSigmoid", parameter{"alpha", 0.2}, parameter{"beta", 0.5})},
	{"HardSwish", 14, activation("HardSwish", parameter{"", 1.0 / 6}, parameter{"", 0.5})},
	{"ThresholdedRelu", 10, activation("ThresholdedRelu", parameter{"alpha", 1}, parameter{})},
	{"Shrink", 9, shrink},
	{"Mish", 18, unary("Mish")}, {"Gelu", 20, gelu}, {"Swish", 24, swish},
	{"PRelu", 1, prelu1}, {"PRelu", 7, binary("PRelu")},
	{"Clip", 1, clipAttributes}, {"Clip", 11, clipInputs},
}

// parameter is an attribute of an activation and its default; without a name it is always that.
type parameter struct {
	name      string
	otherwise float64
}

func (p parameter) read(n *node) float64 {
	if p.name == "" {
		return p.otherwise
	}
	return n.float(p.name, float64(float32(p.otherwise)))
}

// activation is the row function of an op with one input and up to two parameters.
func activation(fn string, a, b parameter) func(*node) ([]*ir.Value, error) {
	return func(n *node) ([]*ir.Value, error) {
		return n.add(op.Unary{Fn: fn, A: a.read(n), B: b.read(n)}, n.in...)
	}
}

// shrink reads Shrink. That of integers is computed in float64 and cut.
func shrink(n *node) ([]*ir.Value, error) {
	if err := n.arity(1, 1); err != nil {
		return nil, err
	}
	compute := activation("Shrink", parameter{"lambd", 0.5}, parameter{"bias", 0})
	d := n.in[0].Type.DType
	if !d.IsInteger() {
		return compute(n)
	}
	x, err := n.one(op.Cast{To: ir.Float64}, n.in[0])
	if err != nil {
		return nil, err
	}
	n.in[0] = x
	out, err := compute(n)
	if err != nil {
		return nil, err
	}
	return n.add(op.Cast{To: d}, out[0])
}

// gelu reads Gelu, by the error function or by a tanh.
func gelu(n *node) ([]*ir.Value, error) {
	if n.oneOf("approximate", "none", "tanh") == "tanh" {
		return n.add(op.Unary{Fn: "GeluTanh"}, n.in...)
	}
	return n.add(op.Unary{Fn: "Gelu"}, n.in...)
}

// swish reads Swish, whose common form has a kernel of its own.
func swish(n *node) ([]*ir.Value, error) {
	alpha := n.float("alpha", 1)
	if alpha == 1 {
		return n.add(op.Unary{Fn: "Silu"}, n.in...)
	}
	return n.add(op.Unary{Fn: "Swish", A: alpha}, n.in...)
}

// prelu1 reads PRelu as it was before opset 7: a slope of one axis is a number for each channel, axis 1.
func prelu1(n *node) ([]*ir.Value, error) {
	if err := n.arity(2, 2); err != nil {
		return nil, err
	}
	x, slope := n.in[0], n.in[1]
	if rank := x.Type.Rank(); slope.Type.Rank() == 1 && rank > 2 && !slope.Type.Len().Is(1) {
		shape := slices.Clone(slope.Type.Shape)
		for range rank - 2 {
			shape = append(shape, ir.Const(1))
		}
		var err error
		if slope, err = n.reshape(slope, shape...); err != nil {
			return nil, err
		}
	}
	return n.add(op.Binary{Fn: "PRelu"}, x, slope)
}

// clipAttributes reads Clip while its bounds were attributes.
func clipAttributes(n *node) ([]*ir.Value, error) {
	return n.add(op.Unary{Fn: "Clip", A: n.float("min", math.Inf(-1)), B: n.float("max", math.Inf(1))}, n.in...)
}

// clipInputs reads Clip with bounds that are optional inputs: a Clip where a float's are constant, else Max and Min.
func clipInputs(n *node) ([]*ir.Value, error) {
	if err := n.arity(1, 3); err != nil {
		return nil, err
	}
	x, low, high := n.in[0], n.input(1), n.input(2)
	for i, v := range []*ir.Value{low, high} {
		if v != nil && !v.Type.Len().Is(1) {
			return nil, fmt.Errorf("bound (input %d) is %s, want a scalar", i+1, v.Type)
		}
	}
	constant := func(v *ir.Value) bool { return v == nil || v.Const != nil }
	if x.Type.DType.IsFloat() && constant(low) && constant(high) {
		clip := op.Unary{Fn: "Clip", A: math.Inf(-1), B: math.Inf(1)}
		if low != nil {
			clip.A = low.Const.Float(0)
		}
		if high != nil {
			clip.B = high.Const.Float(0)
		}
		if clip.A == clip.A && clip.B == clip.B { // NaN is left to Max and Min
			return n.add(clip, x)
		}
	}
	var err error
	if low != nil {
		if x, err = n.bound("Max", x, low); err != nil {
			return nil, err
		}
	}
	if high != nil {
		if x, err = n.bound("Min", x, high); err != nil {
			return nil, err
		}
	}
	return []*ir.Value{x}, nil
}

// bound holds x to a bound of one element, whatever axes that has.
func (n *node) bound(fn string, x, bound *ir.Value) (*ir.Value, error) {
	if bound.Type.Rank() > 0 {
		var err error
		if bound, err = n.reshape(bound); err != nil {
			return nil, err
		}
	}
	return n.one(op.Binary{Fn: fn}, x, bound)
}
