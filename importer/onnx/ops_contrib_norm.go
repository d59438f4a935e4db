package onnx

import (
	"errors"
	"fmt"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

// contribNormRows are norms with sums and embeddings before them.
var contribNormRows = []row{
	{"SkipLayerNormalization", 1, skipNorm(2)}, {"SkipSimplifiedLayerNormalization", 1, skipNorm(1)},
	{"EmbedLayerNormalization", 1, embedNorm}, {"QEmbedLayerNormalization", 1, embedNormQuantised},
	{"GatedRMSNorm", 1, gatedNorm}, {"BranchwiseRMSNorm", 1, branchNorm},
}

// tiny is the epsilon of norms that are fused with what comes before them, where the model does not say.
const tiny = float64(float32(1e-12))

// skipNorm is the row function of a norm of input + skip + bias, with one parameter, gamma, or two, gamma and beta; one
// without the other has no mean taken off. The results are the norm, its mean and inverse deviation, and the sum.
func skipNorm(parameters int) func(*node) ([]*ir.Value, error) {
	return func(n *node) ([]*ir.Value, error) {
		if err := n.arity(3, 3+parameters); err != nil {
			return nil, err
		}
		c := &chain{n: n}
		sum := c.plus(c.binary("Add", n.in[0], n.in[1]), n.input(2+parameters))
		if c.err != nil {
			return nil, c.err
		}
		axis, eps, params := sum.Type.Rank()-1, n.float("epsilon", tiny), n.in[2:min(2+parameters, len(n.in))]
		if axis < 0 {
			return nil, fmt.Errorf("the input is %s, want at least an axis", sum.Type)
		}
		outs := []*ir.Value{nil, nil, nil, sum}
		in := append([]*ir.Value{sum}, params...)
		switch stats := n.wants(1) || n.wants(2); {
		case parameters == 1:
			outs[0] = c.add(op.RMSNorm{Axis: axis, Eps: eps}, in...)
			if stats {
				outs[1], outs[2] = c.mean(c.cast(sum, ir.Float32), axis), c.inverseRoot(sum, axis, eps)
			}
		case stats:
			made, err := n.add(op.LayerNorm{Axis: axis, Eps: eps, Stats: true}, in...)
			if err != nil {
				return nil, err
			}
			copy(outs, made)
		default:
			outs[0] = c.add(op.LayerNorm{Axis: axis, Eps: eps}, in...)
		}
		return c.outs(outs...)
	}
}

// inverseRoot is 1/√(mean of x² + eps) in float32, the mean taken over the axes from axis on.
func (c *chain) inverseRoot(x *ir.Value, axis int, eps float64) *ir.Value {
	if c.err != nil {
		return nil
	}
	var axes []int
	for i := axis; i < x.Type.Rank(); i++ {
		axes = append(axes, i)
	}
	x = c.cast(x, ir.Float32)
	square := c.mean(c.binary("Mul", x, x), axes...)
	return c.unary("Reciprocal", c.unary("Sqrt", c.binary("Add", square, c.number(ir.Float32, eps))))
}

// simplifiedNorm reads SimplifiedLayerNormalization: RMSNormalization with the inverse of the root as a second result.
func simplifiedNorm(n *node) ([]*ir.Value, error) {
	axis, err := n.normAxis(2)
	if err != nil {
		return nil, err
	}
	c := &chain{n: n}
	outs := []*ir.Value{c.take(n.as(rmsNorm, n.in...)), nil}
	if n.wants(1) {
		outs[1] = c.inverseRoot(n.in[0], axis, n.float("epsilon", epsilon))
	}
	return c.outs(outs...)
}

// embedding is the inputs of an embedding with a norm.
type embedding struct{ ids, segments, words, places, segmentTable, gamma, beta, mask, positions *ir.Value }

// embedNorm reads EmbedLayerNormalization.
func embedNorm(n *node) ([]*ir.Value, error) {
	if err := n.holes(7, 9, 1, 4); err != nil {
		return nil, err
	}
	return n.embedded(embedding{n.in[0], n.in[1], n.in[2], n.in[3], n.in[4], n.in[5], n.in[6], n.input(7), n.input(8)})
}

// embedNormQuantised reads QEmbedLayerNormalization, whose tables are dequantised where they are looked up.
func embedNormQuantised(n *node) ([]*ir.Value, error) {
	if err := n.holes(18, 18, 1, 4, 7, 10, 15); err != nil {
		return nil, err
	}
	c := &chain{n: n}
	real := func(i int) *ir.Value {
		if n.in[i] == nil {
			return nil
		}
		return c.real(n.in[i], n.in[i+6], n.in[i+11])
	}
	e := embedding{n.in[0], n.in[1], real(2), real(3), real(4), real(5), real(6), n.in[7], nil}
	if c.err != nil {
		return nil, c.err
	}
	return n.embedded(e)
}

// embedded sums up what the tables hold for words, positions and segments, and normalises that. The results are the
// norm, how many tokens of each text the mask shows, and the sum.
func (n *node) embedded(e embedding) ([]*ir.Value, error) {
	if err := n.rank(0, 2); err != nil {
		return nil, err
	}
	if (e.segments == nil) != (e.segmentTable == nil) {
		return nil, errors.New("segment_ids and segment_embedding go together, one is missing")
	}
	c := &chain{n: n}
	shape := e.ids.Type.Shape
	positions := e.positions
	if positions == nil {
		count := c.n.Const(n.name, ir.FromInts(ir.Int64, nil, []int64{1}))
		size := c.add(op.Sizes{Values: []ir.Dim{shape[1]}, DType: ir.Int64})
		positions = c.add(op.Range{}, c.n.Const(n.name, ir.FromInts(ir.Int64, nil, []int64{0})), size, count)
	}
	sum := c.binary("Add", c.add(op.Gather{}, e.words, e.ids), c.add(op.Gather{}, e.places, positions))
	if e.segments != nil {
		sum = c.binary("Add", sum, c.add(op.Gather{}, e.segmentTable, e.segments))
	}
	y := c.add(op.LayerNorm{Axis: 2, Eps: n.float("epsilon", tiny)}, sum, e.gamma, e.beta)
	var counts *ir.Value
	if e.mask == nil {
		counts = c.add(op.Expand{Shape: shape[:1]}, n.Const(n.name, ir.FromInts(ir.Int32, nil, []int64{0})))
	} else {
		one := n.Const(n.name, ir.FromInts(e.mask.Type.DType, nil, []int64{1}))
		counts = c.add(op.Reduce{Fn: "ReduceSum", Axes: []int{1}}, c.cast(c.binary("Equal", e.mask, one), ir.Int32))
	}
	return c.outs(y, counts, sum)
}

// gatedNorm reads GatedRMSNorm: groups of a row are normalised and scaled by a gate, all in float32.
func gatedNorm(n *node) ([]*ir.Value, error) {
	if err := n.arity(3, 3); err != nil {
		return nil, err
	}
	x, scale := n.in[0], n.in[1]
	rank := x.Type.Rank()
	if rank < 1 || scale.Type.Rank() != 1 {
		return nil, fmt.Errorf("x is %s and the scale %s, want [..., h·c] and [c]", x.Type, scale.Type)
	}
	c := &chain{n: n}
	size := scale.Type.Shape[0]
	groups := append(append([]ir.Dim{}, x.Type.Shape[:rank-1]...), x.Type.Shape[rank-1].Div(size), size)
	y := c.add(op.RMSNorm{Axis: rank, Eps: n.float("epsilon", epsilon)},
		c.shape(c.cast(x, ir.Float32), groups...), c.cast(scale, ir.Float32))
	fn := map[string]string{"silu": "Silu", "swish": "Silu", "sigmoid": "Sigmoid"}[n.oneOf("activation", "silu", "swish", "sigmoid")]
	y = c.binary("Mul", c.shape(y, x.Type.Shape...), c.unary(fn, c.cast(n.in[2], ir.Float32)))
	return c.outs(c.cast(y, x.Type.DType))
}

// branchNorm reads BranchwiseRMSNorm: each branch of a row is normalised alone.
func branchNorm(n *node) ([]*ir.Value, error) {
	if err := n.arity(1, 2); err != nil {
		return nil, err
	}
	c := &chain{n: n}
	x := c.branches(0)
	if c.err != nil {
		return nil, c.err
	}
	rank := x.Type.Rank()
	if rank < 2 {
		return nil, fmt.Errorf("x is %s, want [..., branches, features]", x.Type)
	}
	y := c.add(op.RMSNorm{Axis: rank - 1, Eps: n.float("epsilon", epsilon)}, c.cast(x, ir.Float32))
	if scale := n.input(1); scale != nil {
		factors := c.cast(scale, ir.Float32)
		if s := scale.Type; s.Rank() == 1 && !s.Shape[0].Equal(x.Type.Shape[rank-1]) {
			factors = c.shape(factors, x.Type.Shape[rank-2], x.Type.Shape[rank-1])
		}
		y = c.binary("Mul", y, factors)
	}
	return c.outs(c.shape(c.cast(y, n.in[0].Type.DType), n.in[0].Type.Shape...))
}
