package onnx

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

var elementwiseRows = []row{
	{"Abs", 1, abs}, {"Neg", 1, unary("Neg")}, {"Sign", 9, unary("Sign")}, {"Relu", 1, unary("Relu")},
	{"Exp", 1, unary("Exp")}, {"Log", 1, unary("Log")}, {"Sqrt", 1, unary("Sqrt")}, {"Reciprocal", 1, unary("Reciprocal")},
	{"Floor", 1, unary("Floor")}, {"Ceil", 1, unary("Ceil")}, {"Round", 11, unary("Round")},
	{"Sin", 7, unary("Sin")}, {"Cos", 7, unary("Cos")}, {"Tan", 7, unary("Tan")},
	{"Asin", 7, unary("Asin")}, {"Acos", 7, unary("Acos")}, {"Atan", 7, unary("Atan")},
	{"Sinh", 9, unary("Sinh")}, {"Cosh", 9, unary("Cosh")}, {"Tanh", 1, unary("Tanh")},
	{"Asinh", 9, unary("Asinh")}, {"Acosh", 9, unary("Acosh")}, {"Atanh", 9, unary("Atanh")},
	{"Erf", 9, unary("Erf")}, {"IsNaN", 9, unary("IsNaN")}, {"IsInf", 10, isInf},
	{"Not", 1, unary("Not")}, {"BitwiseNot", 18, unary("BitwiseNot")},
	{"Add", 1, aligned("Add")}, {"Sub", 1, aligned("Sub")}, {"Mul", 1, aligned("Mul")}, {"Div", 1, aligned("Div")},
	{"Add", 7, binary("Add")}, {"Sub", 7, binary("Sub")}, {"Mul", 7, binary("Mul")}, {"Div", 7, binary("Div")},
	{"Pow", 1, aligned("Pow")}, {"Pow", 7, pow}, {"Mod", 10, mod},
	{"Equal", 1, aligned("Equal")}, {"Less", 1, aligned("Less")}, {"Greater", 1, aligned("Greater")},
	{"Equal", 7, binary("Equal")}, {"Less", 7, binary("Less")}, {"LessOrEqual", 12, binary("LessOrEqual")},
	{"Greater", 7, binary("Greater")}, {"GreaterOrEqual", 12, binary("GreaterOrEqual")},
	{"And", 1, aligned("And")}, {"Or", 1, aligned("Or")}, {"Xor", 1, aligned("Xor")},
	{"And", 7, binary("And")}, {"Or", 7, binary("Or")}, {"Xor", 7, binary("Xor")}, {"BitShift", 11, bitShift},
	{"BitwiseAnd", 18, binary("BitwiseAnd")}, {"BitwiseOr", 18, binary("BitwiseOr")}, {"BitwiseXor", 18, binary("BitwiseXor")},
	{"Max", 1, fold("Max")}, {"Min", 1, fold("Min")}, {"Sum", 1, fold("Add")}, {"Mean", 1, average},
}

// unary is the row function of an op with one input and no attributes.
func unary(fn string) func(*node) ([]*ir.Value, error) {
	return func(n *node) ([]*ir.Value, error) { return n.add(op.Unary{Fn: fn}, n.in...) }
}

// binary is the row function of an op with two inputs that broadcast.
func binary(fn string) func(*node) ([]*ir.Value, error) {
	return func(n *node) ([]*ir.Value, error) { return n.add(op.Binary{Fn: fn}, n.in...) }
}

// aligned is binary as it was before opset 7: only the second input broadcasts, and its axes may stand anywhere within
// the first one's, from the attribute axis on.
func aligned(fn string) func(*node) ([]*ir.Value, error) {
	return func(n *node) ([]*ir.Value, error) {
		if err := n.arity(2, 2); err != nil {
			return nil, err
		}
		a, b := n.in[0], n.in[1]
		if !n.flag("broadcast", false) || !n.has("axis") || b.Type.Rank() == 0 {
			return n.add(op.Binary{Fn: fn}, a, b)
		}
		axis, err := ir.Axis(int(n.integer("axis", 0)), a.Type.Rank())
		if err != nil {
			return nil, err
		}
		behind := a.Type.Rank() - axis - b.Type.Rank()
		if behind < 0 {
			return nil, fmt.Errorf("the second input's %d axes do not fit into the first one's %d from axis %d on", b.Type.Rank(), a.Type.Rank(), axis)
		}
		shape := slices.Clone(b.Type.Shape)
		for range behind {
			shape = append(shape, ir.Const(1))
		}
		if b, err = n.reshape(b, shape...); err != nil {
			return nil, err
		}
		return n.add(op.Binary{Fn: fn}, a, b)
	}
}

// abs reads Abs, which leaves unsigned integers as they are.
func abs(n *node) ([]*ir.Value, error) {
	if len(n.in) == 1 && n.in[0] != nil && n.in[0].Type.DType.Kind() == ir.KindUint {
		return n.add(op.Identity{}, n.in[0])
	}
	return n.add(op.Unary{Fn: "Abs"}, n.in...)
}

// isInf reads IsInf; an infinity of one sign is compared with.
func isInf(n *node) ([]*ir.Value, error) {
	if err := n.arity(1, 1); err != nil {
		return nil, err
	}
	x := n.in[0]
	d := x.Type.DType
	infinity := func(sign int) *ir.Value { return n.Const("infinity", ir.Scalar(d, math.Inf(sign))) }
	negative, positive := n.flag("detect_negative", true), n.flag("detect_positive", true)
	switch {
	case negative && positive:
		return n.add(op.Unary{Fn: "IsInf"}, x)
	case negative:
		return n.add(op.Binary{Fn: "Equal"}, x, infinity(-1))
	case positive:
		return n.add(op.Binary{Fn: "Equal"}, x, infinity(1))
	}
	no, err := n.one(op.Unary{Fn: "IsInf"}, x)
	if err != nil {
		return nil, err
	}
	return n.add(op.Binary{Fn: "And"}, no, n.Const("no", ir.FromBools(nil, []bool{false})))
}

// mod reads Mod, whose attribute chooses the sign of the remainder.
func mod(n *node) ([]*ir.Value, error) {
	if n.flag("fmod", false) {
		return n.add(op.Binary{Fn: "Rem"}, n.in...)
	}
	return n.add(op.Binary{Fn: "Mod"}, n.in...)
}

// bitShift reads BitShift.
func bitShift(n *node) ([]*ir.Value, error) {
	if !n.has("direction") {
		return nil, errors.New(`attribute direction is missing, want "LEFT" or "RIGHT"`)
	}
	if n.oneOf("direction", "LEFT", "RIGHT") == "LEFT" {
		return n.add(op.Binary{Fn: "ShiftLeft"}, n.in...)
	}
	return n.add(op.Binary{Fn: "ShiftRight"}, n.in...)
}

// average reads Mean: the sum of the inputs divided by their number.
func average(n *node) ([]*ir.Value, error) {
	sum, err := fold("Add")(n)
	if err != nil || len(n.in) == 1 {
		return sum, err
	}
	count := n.Const("count", ir.Scalar(sum[0].Type.DType, float64(len(n.in))))
	return n.add(op.Binary{Fn: "Div"}, sum[0], count)
}

// fold is the row function of an op over any number of inputs, taken two at a time.
func fold(fn string) func(*node) ([]*ir.Value, error) {
	return func(n *node) ([]*ir.Value, error) {
		if len(n.in) == 0 {
			return nil, fmt.Errorf("no inputs, want at least 1")
		}
		if err := n.arity(len(n.in), len(n.in)); err != nil {
			return nil, err
		}
		v := n.in[0]
		for _, w := range n.in[1:] {
			sum, err := n.one(op.Binary{Fn: fn}, v, w)
			if err != nil {
				return nil, err
			}
			v = sum
		}
		return []*ir.Value{v}, nil
	}
}

// pow reads Pow, whose exponent may have a type of its own since opset 12.
func pow(n *node) ([]*ir.Value, error) {
	if err := n.arity(2, 2); err != nil {
		return nil, err
	}
	e := n.in[1]
	if d := n.in[0].Type.DType; e.Type.DType != d {
		cast, err := n.one(op.Cast{To: d}, e)
		if err != nil {
			return nil, err
		}
		e = cast
	}
	return n.add(op.Binary{Fn: "Pow"}, n.in[0], e)
}
