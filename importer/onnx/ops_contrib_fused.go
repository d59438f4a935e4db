package onnx

import (
	"errors"
	"fmt"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

// contribFusedRows are operators that are another one with something before or after it.
var contribFusedRows = []row{
	{"Gelu", 1, unary("Gelu")}, {"BiasGelu", 1, biased("Gelu")}, {"FastGelu", 1, biased("GeluTanh")},
	{"QuickGelu", 1, activation("Swish", parameter{"alpha", 1.702}, parameter{})}, {"ScaledSiLU", 1, scaledSilu},
	{"FusedMatMul", 1, fusedMatmul}, {"TransposeMatMul", 1, fusedMatmul},
	{"FusedGemm", 1, fusedGemm}, {"FusedConv", 1, fusedConv},
	{"GatedAdd", 1, gatedAdd}, {"LinearAttentionGate", 1, linearAttentionGate},
	{"HyperConnectionPreMix", 1, preMix}, {"HyperConnectionPostMix", 1, postMix},
}

// biased is the row function of a function of the sum of x and an optional bias.
func biased(fn string) func(*node) ([]*ir.Value, error) {
	return func(n *node) ([]*ir.Value, error) {
		if err := n.arity(1, 2); err != nil {
			return nil, err
		}
		c := &chain{n: n}
		return c.outs(c.unary(fn, c.plus(n.in[0], n.input(1))))
	}
}

// scaledSilu reads ScaledSiLU: z·sigmoid(z) for z = scale·x, each of them rounded.
func scaledSilu(n *node) ([]*ir.Value, error) {
	if err := n.arity(1, 2); err != nil {
		return nil, err
	}
	c := &chain{n: n}
	d := n.in[0].Type.DType
	scale := n.input(1)
	if scale == nil {
		scale = c.number(ir.Float32, n.float("alpha", 1))
	}
	z := c.cast(c.binary("Mul", c.cast(n.in[0], ir.Float32), c.cast(scale, ir.Float32)), d)
	return c.outs(c.binary("Mul", z, c.unary("Sigmoid", z)))
}

// fusedMatmul reads FusedMatMul: alpha times the product of operands that may be transposed.
func fusedMatmul(n *node) ([]*ir.Value, error) {
	if err := n.arity(2, 2); err != nil {
		return nil, err
	}
	a, b := n.in[0], n.in[1]
	o := op.MatMul{TransA: n.flag("transA", false), TransB: n.flag("transB", false)}
	var err error
	if a, err = n.batchFirst(a, "transBatchA"); err != nil {
		return nil, err
	}
	if b, err = n.batchFirst(b, "transBatchB"); err != nil {
		return nil, err
	}
	alpha := n.float("alpha", 1)
	if a.Type.Rank() < 2 || b.Type.Rank() < 2 { // vectors are not transposed
		y, err := n.product(a, b)
		if err != nil {
			return nil, err
		}
		return values(n.scaled(y, alpha))
	}
	if fusesEpilogue(a.Type.DType) && alpha != 0 && alpha != 1 {
		o.Alpha, alpha = alpha, 1
	}
	y, err := n.one(o, a, b)
	if err != nil {
		return nil, err
	}
	return values(n.scaled(y, alpha))
}

// batchFirst moves the first axis behind the batch axes where an attribute says so: [m, batch…, k] is [batch…, m, k].
func (n *node) batchFirst(x *ir.Value, attribute string) (*ir.Value, error) {
	rank := x.Type.Rank()
	if !n.flag(attribute, false) || rank < 3 {
		return x, nil
	}
	return n.one(op.Transpose{Perm: moveAxis(rank, 0, rank-2)}, x)
}

// fusedGemm reads FusedGemm: Gemm and an activation.
func fusedGemm(n *node) ([]*ir.Value, error) {
	c := &chain{n: n}
	y := c.take(n.as(gemm, n.in...))
	var given []float64
	if n.has("activation_alpha") {
		given = []float64{n.float("activation_alpha", 0)}
		for _, name := range []string{"activation_beta", "activation_gamma"} { // Selu names its second one gamma
			if n.has(name) && len(given) == 1 {
				given = append(given, n.float(name, 0))
			}
		}
	}
	return c.outs(c.activate(n.text("activation", ""), y, given...))
}

// fusedConv reads FusedConv: Conv, a sum with a fourth input, and an activation.
func fusedConv(n *node) ([]*ir.Value, error) {
	if err := n.arity(2, 4); err != nil {
		return nil, err
	}
	c := &chain{n: n}
	y := c.plus(c.take(n.as(conv, n.in[:min(len(n.in), 3)]...)), n.input(3))
	var given []float64
	for _, v := range n.floats("activation_params") {
		given = append(given, float64(v))
	}
	return c.outs(c.activate(n.text("activation", ""), y, given...))
}

// gatedAdd reads GatedAdd.
func gatedAdd(n *node) ([]*ir.Value, error) {
	if err := n.arity(3, 3); err != nil {
		return nil, err
	}
	c := &chain{n: n}
	return c.outs(c.binary("Add", n.in[0], c.binary("Mul", n.in[1], n.in[2])))
}

// linearAttentionGate reads LinearAttentionGate: decay_scale·softplus(a + dt_bias) in float32, and sigmoid(b).
func linearAttentionGate(n *node) ([]*ir.Value, error) {
	if err := n.arity(3, 4); err != nil {
		return nil, err
	}
	c := &chain{n: n}
	d := n.in[0].Type.DType
	decay := c.unary("Softplus", c.binary("Add", c.cast(n.in[0], ir.Float32), n.in[1]))
	outs := []*ir.Value{c.cast(c.binary("Mul", decay, n.in[2]), d)}
	if n.input(3) != nil {
		outs = append(outs, c.unary("Sigmoid", n.in[3]))
	} else if n.wants(1) {
		return nil, errors.New("input b is missing, of which the output beta is made")
	}
	return c.outs(outs...)
}

// branches gives [..., c, h] of input i, whose last axis may hold both where num_branches says what c is.
func (c *chain) branches(i int) *ir.Value {
	n := c.n
	x := n.in[i]
	count := n.integer("num_branches", 0)
	if count == 0 || c.err != nil {
		return x
	}
	rank := x.Type.Rank()
	if count < 0 || rank < 1 {
		c.err = fmt.Errorf("input %d is %s and num_branches %d, want an axis of branches", i, x.Type, count)
		return nil
	}
	last := x.Type.Shape[rank-1]
	return c.shape(x, append(append([]ir.Dim{}, x.Type.Shape[:rank-1]...), ir.Const(count), last.Div(ir.Const(count)))...)
}

// gates gives mixing factors as [..., c, 1] or [..., c, h] beside streams of a rank.
func (c *chain) gates(i, rank int, streams *ir.Value) *ir.Value {
	if c.err != nil {
		return nil
	}
	g := c.cast(c.n.in[i], ir.Float32)
	if c.err != nil || g.Type.Rank() == rank {
		return g
	}
	s := streams.Type.Shape
	if last := g.Type.Rank() - 1; last == rank-2 && last >= 0 {
		if g.Type.Shape[last].Equal(s[rank-2]) {
			return c.shape(g, append(append([]ir.Dim{}, g.Type.Shape...), ir.Const(1))...)
		}
		return c.shape(g, s...)
	}
	c.err = fmt.Errorf("input %d is %s, want a factor for each of the streams %s", i, c.n.in[i].Type, streams.Type)
	return nil
}

// preMix reads HyperConnectionPreMix: streams are summed up with a factor each.
func preMix(n *node) ([]*ir.Value, error) {
	if err := n.arity(2, 2); err != nil {
		return nil, err
	}
	c := &chain{n: n}
	x := c.branches(0)
	if c.err != nil {
		return nil, c.err
	}
	rank := x.Type.Rank()
	if rank < 2 {
		return nil, fmt.Errorf("the streams are %s, want [..., branches, features]", x.Type)
	}
	y := c.binary("Mul", c.cast(x, ir.Float32), c.gates(1, rank, x))
	y = c.add(op.Reduce{Fn: "ReduceSum", Axes: []int{rank - 2}}, y)
	if s := n.float("reduction_scale", 1); s != 1 {
		y = c.binary("Mul", y, c.number(ir.Float32, s))
	}
	return c.outs(c.cast(y, n.in[0].Type.DType))
}

// postMix reads HyperConnectionPostMix: streams are mixed by a matrix, and a block's output is added to each.
func postMix(n *node) ([]*ir.Value, error) {
	if err := n.arity(3, 4); err != nil {
		return nil, err
	}
	c := &chain{n: n}
	x := c.branches(0)
	if c.err != nil {
		return nil, c.err
	}
	rank := x.Type.Rank()
	if rank < 2 || n.in[1].Type.Rank() != rank-1 {
		return nil, fmt.Errorf("the streams are %s and the block's output %s, want [..., branches, features] and [..., features]", x.Type, n.in[1].Type)
	}
	y := c.cast(x, ir.Float32)
	if mix := n.input(3); mix != nil {
		y = c.add(op.MatMul{TransA: true}, c.cast(mix, ir.Float32), y)
	}
	s := n.in[1].Type.Shape
	block := c.shape(c.cast(n.in[1], ir.Float32), append(append([]ir.Dim{}, s[:rank-2]...), ir.Const(1), s[rank-2])...)
	y = c.binary("Add", y, c.binary("Mul", c.gates(2, rank, x), block))
	return c.outs(c.shape(c.cast(y, n.in[0].Type.DType), n.in[0].Type.Shape...))
}
