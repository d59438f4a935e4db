package onnx

import (
	"errors"
	"math"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

var randomRows = []row{
	{"RandomUniform", 1, random("RandomUniform", "low", "high")}, {"RandomUniformLike", 1, randomLike("RandomUniform", "low", "high")},
	{"RandomNormal", 1, random("RandomNormal", "mean", "scale")}, {"RandomNormalLike", 1, randomLike("RandomNormal", "mean", "scale")},
	{"Bernoulli", 15, bernoulli}, {"Multinomial", 7, multinomial},
	{"Dropout", 1, dropout},
}

// seed reads the attribute seed, a float of which every pattern counts.
func (n *node) seed() (seeded bool, seed int) {
	return n.has("seed"), int(math.Float32bits(float32(n.float("seed", 0))))
}

// random is the row function of an operator that draws a tensor of a given shape. Its parameters' defaults are 0 and 1.
func random(fn, a, b string) func(*node) ([]*ir.Value, error) {
	return func(n *node) ([]*ir.Value, error) {
		if err := n.arity(0, 0); err != nil {
			return nil, err
		}
		if !n.has("shape") {
			return nil, errors.New("attribute shape is missing")
		}
		return n.drawn(fn, a, b, ir.ConstDims(ints(n.integers("shape"))), ir.Float32)
	}
}

// randomLike is the row function of an operator that draws a tensor of its input's shape and, unless dtype is given,
// element type.
func randomLike(fn, a, b string) func(*node) ([]*ir.Value, error) {
	return func(n *node) ([]*ir.Value, error) {
		if err := n.arity(1, 1); err != nil {
			return nil, err
		}
		t := n.in[0].Type
		return n.drawn(fn, a, b, t.Shape, t.DType)
	}
}

func (n *node) drawn(fn, a, b string, shape []ir.Dim, otherwise ir.DType) ([]*ir.Value, error) {
	d, err := n.elementType("dtype", otherwise)
	if err != nil {
		return nil, err
	}
	o := op.Random{Fn: fn, Shape: shape, A: n.float(a, 0), B: n.float(b, 1), DType: d}
	o.Seeded, o.Seed = n.seed()
	return n.add(o)
}

// bernoulli reads Bernoulli: 1 where a number drawn between 0 and 1 is below the probability.
func bernoulli(n *node) ([]*ir.Value, error) {
	if err := n.arity(1, 1); err != nil {
		return nil, err
	}
	t := n.in[0].Type
	d, err := n.elementType("dtype", t.DType)
	if err != nil {
		return nil, err
	}
	o := op.Random{Fn: "RandomUniform", Shape: t.Shape, B: 1, DType: ir.Float64}
	o.Seeded, o.Seed = n.seed()
	drawn, err := n.one(o)
	if err != nil {
		return nil, err
	}
	p, err := n.one(op.Cast{To: ir.Float64}, n.in[0])
	if err != nil {
		return nil, err
	}
	hit, err := n.one(op.Binary{Fn: "Less"}, drawn, p)
	if err != nil || d == ir.Bool {
		return values(hit, err)
	}
	return n.add(op.Cast{To: d}, hit)
}

// multinomial reads Multinomial.
func multinomial(n *node) ([]*ir.Value, error) {
	d, err := n.elementType("dtype", ir.Int32)
	if err != nil {
		return nil, err
	}
	o := op.Multinomial{Samples: int(n.integer("sample_size", 1)), DType: d}
	o.Seeded, o.Seed = n.seed()
	return n.add(o, n.in...)
}

// dropout reads Dropout. After training it is its input, and a mask that keeps all. The mask has the input's element type
// before opset 10.
func dropout(n *node) ([]*ir.Value, error) {
	if err := n.arity(1, 3); err != nil {
		return nil, err
	}
	x := n.in[0]
	ratio, mode := n.dropoutMode()
	if n.err != nil {
		return nil, n.err
	}
	d := ir.Bool
	if n.version < 10 {
		d = x.Type.DType
	}
	if mode == nil {
		y, err := n.one(op.Identity{}, x)
		if err != nil || n.outputs < 2 {
			return values(y, err)
		}
		mask, err := n.one(op.Expand{Shape: x.Type.Shape}, n.Const("kept", ir.FromInts(d, nil, []int64{1})))
		return []*ir.Value{y, mask}, err
	}
	ratio, err := n.one(op.Cast{To: ir.Float64}, ratio)
	if err != nil {
		return nil, err
	}
	out, err := n.add(op.Dropout{Seeded: n.has("seed"), Seed: int(n.integer("seed", 0) & math.MaxUint32)}, x, ratio, mode)
	if err != nil || d == ir.Bool || n.outputs < 2 {
		return out, err
	}
	out[1], err = n.one(op.Cast{To: d}, out[1])
	return out, err
}

// dropoutMode gives how much a Dropout drops and whether it trains, nil where it surely drops nothing. Before opset 7
// it trains unless is_test says otherwise, up to opset 11 never, and from then on an input says so.
func (n *node) dropoutMode() (ratio, mode *ir.Value) {
	switch {
	case n.version < 7 && !n.flag("is_test", false):
		mode = n.Const("training", ir.FromBools(nil, []bool{true}))
	case n.version >= 12:
		mode = n.input(2)
	}
	if v, known := mode.KnownInts(); mode == nil || known && len(v) == 1 && v[0] == 0 {
		return nil, nil
	}
	if ratio = n.input(1); ratio == nil {
		ratio = n.Const("ratio", ir.Scalar(ir.Float64, n.float("ratio", 0.5)))
	}
	if c := ratio.Const; c != nil && c.Len() == 1 && c.Float(0) == 0 {
		return nil, nil
	}
	return ratio, mode
}
