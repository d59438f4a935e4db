package onnx

import (
	"fmt"
	"slices"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

// The com.microsoft operators are what ONNX Runtime's quantisers and optimisers write. Nearly all are compositions of
// the standard's, so that passes and kernels see nothing new: their rows spell the formula as a chain of ops.

// as reads the node as another operator's row does, with other inputs and a single output.
func (n *node) as(read func(*node) ([]*ir.Value, error), in ...*ir.Value) (*ir.Value, error) {
	m := *n
	m.in, m.outputs = in, 1
	out, err := read(&m)
	if err == nil {
		err = m.err
	}
	if err != nil {
		return nil, err
	}
	return out[0], nil
}

// holes checks how many inputs there are and that of the first least ones no others are absent than those named.
func (n *node) holes(least, most int, absent ...int) error {
	if len(n.in) < least || len(n.in) > most {
		return fmt.Errorf("%d inputs, want %d to %d", len(n.in), least, most)
	}
	for i := range least {
		if n.in[i] == nil && !slices.Contains(absent, i) {
			return fmt.Errorf("input %d is missing", i)
		}
	}
	return nil
}

// rank checks how many axes an input has.
func (n *node) rank(i, want int) error {
	if t := n.in[i].Type; !t.IsTensor() || t.Rank() != want {
		return fmt.Errorf("input %d is %s, want a tensor of %d axes", i, t, want)
	}
	return nil
}

// take adds what a function of the node makes to the chain.
func (c *chain) take(v *ir.Value, err error) *ir.Value {
	if c.err != nil {
		return nil
	}
	c.err = err
	return v
}

func (c *chain) unary(fn string, x *ir.Value) *ir.Value { return c.add(op.Unary{Fn: fn}, x) }

// number is a scalar constant.
func (c *chain) number(d ir.DType, v float64) *ir.Value {
	return c.n.Const(c.n.name, ir.Scalar(d, v))
}

// cast converts a value where its type differs.
func (c *chain) cast(x *ir.Value, d ir.DType) *ir.Value {
	if c.err != nil {
		return nil
	}
	return c.take(c.n.cast(x, d))
}

// shape gives a value another shape of as many elements.
func (c *chain) shape(x *ir.Value, shape ...ir.Dim) *ir.Value {
	return c.add(op.Reshape{Shape: append([]ir.Dim{}, shape...)}, x)
}

func (c *chain) transpose(x *ir.Value, perm ...int) *ir.Value {
	return c.add(op.Transpose{Perm: perm}, x)
}

// mean is the mean over axes that keep a length of 1.
func (c *chain) mean(x *ir.Value, axes ...int) *ir.Value {
	return c.add(op.Reduce{Fn: "ReduceMean", Axes: axes, KeepDims: true}, x)
}

// part is the places from at on along an axis.
func (c *chain) part(x *ir.Value, axis int, at, size ir.Dim) *ir.Value {
	if c.err != nil {
		return nil
	}
	if rank := x.Type.Rank(); axis >= rank {
		c.err = fmt.Errorf("a part along axis %d of %s, which has %d axes", axis, x.Type, rank)
		return nil
	}
	return c.take(c.n.part(x, axis, at, size))
}

// plus adds an optional value.
func (c *chain) plus(x, more *ir.Value) *ir.Value {
	if more == nil {
		return x
	}
	return c.binary("Add", x, more)
}

// outs are a node's outputs, of which there may be more than it names.
func (c *chain) outs(v ...*ir.Value) ([]*ir.Value, error) {
	if c.err != nil {
		return nil, c.err
	}
	return v[:min(len(v), max(c.n.outputs, 1))], nil
}

// activate applies an activation by its ONNX name with the parameters that are given; those that are not have their
// defaults.
func (c *chain) activate(name string, x *ir.Value, given ...float64) *ir.Value {
	defaults, known := activations[name]
	if !known {
		if c.err == nil {
			c.err = fmt.Errorf("activation %q is unknown", name)
		}
		return nil
	}
	copy(defaults[:], given)
	if name == "" {
		return x
	}
	return c.add(op.Unary{Fn: name, A: defaults[0], B: defaults[1]}, x)
}

// activations are the functions that fused operators name, and the parameters that they have by default.
var activations = map[string][2]float64{
	"": {}, "Relu": {}, "Tanh": {}, "Sigmoid": {}, "Softplus": {}, "Softsign": {}, "Gelu": {}, "GeluTanh": {}, "Silu": {},
	"LeakyRelu": {0.01}, "ThresholdedRelu": {1}, "Elu": {1}, "HardSigmoid": {0.2, 0.5}, "HardSwish": {1.0 / 6, 0.5},
	"Selu": {1.67326319217681884765625, 1.05070102214813232421875}, "Clip": {-1 << 127, 1 << 127},
}
