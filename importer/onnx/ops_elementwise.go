package onnx

import (
	"fmt"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

var elementwiseRows = []row{
	{"Abs", 1, unary("Abs")}, {"Neg", 1, unary("Neg")}, {"Sign", 9, unary("Sign")}, {"Relu", 1, unary("Relu")},
	{"Exp", 1, unary("Exp")}, {"Log", 1, unary("Log")}, {"Sqrt", 1, unary("Sqrt")}, {"Reciprocal", 1, unary("Reciprocal")},
	{"Floor", 1, unary("Floor")}, {"Ceil", 1, unary("Ceil")}, {"Round", 11, unary("Round")},
	{"Sin", 7, unary("Sin")}, {"Cos", 7, unary("Cos")}, {"Tan", 7, unary("Tan")},
	{"Asin", 7, unary("Asin")}, {"Acos", 7, unary("Acos")}, {"Atan", 7, unary("Atan")},
	{"Sinh", 9, unary("Sinh")}, {"Cosh", 9, unary("Cosh")}, {"Tanh", 1, unary("Tanh")},
	{"Asinh", 9, unary("Asinh")}, {"Acosh", 9, unary("Acosh")}, {"Atanh", 9, unary("Atanh")},
	{"Erf", 9, unary("Erf")}, {"Sigmoid", 1, unary("Sigmoid")}, {"Softplus", 1, unary("Softplus")},
	{"Softsign", 1, unary("Softsign")}, {"IsNaN", 9, unary("IsNaN")}, {"Not", 1, unary("Not")},
	{"Add", 7, binary("Add")}, {"Sub", 7, binary("Sub")}, {"Mul", 7, binary("Mul")}, {"Div", 7, binary("Div")},
	{"Pow", 7, pow}, {"Equal", 7, binary("Equal")}, {"Less", 7, binary("Less")}, {"LessOrEqual", 12, binary("LessOrEqual")},
	{"Greater", 7, binary("Greater")}, {"GreaterOrEqual", 12, binary("GreaterOrEqual")},
	{"And", 7, binary("And")}, {"Or", 7, binary("Or")}, {"Xor", 7, binary("Xor")},
	{"BitwiseAnd", 18, binary("BitwiseAnd")}, {"BitwiseOr", 18, binary("BitwiseOr")}, {"BitwiseXor", 18, binary("BitwiseXor")},
	{"Max", 8, fold("Max")}, {"Min", 8, fold("Min")}, {"Sum", 8, fold("Add")},
}

// unary is the row function of an op with one input and no attributes.
func unary(fn string) func(*node) ([]*ir.Value, error) {
	return func(n *node) ([]*ir.Value, error) { return n.add(op.Unary{Fn: fn}, n.in...) }
}

// binary is the row function of an op with two inputs that broadcast.
func binary(fn string) func(*node) ([]*ir.Value, error) {
	return func(n *node) ([]*ir.Value, error) { return n.add(op.Binary{Fn: fn}, n.in...) }
}

// fold is the row function of an op over any number of inputs, taken two at a time.
func fold(fn string) func(*node) ([]*ir.Value, error) {
	return func(n *node) ([]*ir.Value, error) {
		if len(n.in) == 0 {
			return nil, fmt.Errorf("no inputs, want at least 1")
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
