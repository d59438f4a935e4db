package onnx

import (
	"fmt"
	"math"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

// contribExpertRows are mixtures of experts.
var contribExpertRows = []row{{"MoE", 1, mixtureOfExperts}, {"QMoE", 1, mixtureQuantised}}

// experts is a mixture while it is read: weights are [e, out, in] and biases [e, out], absent where there are none.
type experts struct {
	*chain
	weights, biases [3]*ir.Value // the first layer's, the second's, and those of the gate beside the first
	normalise       bool         // the weights of a token's experts add up to one
}

// mixtureOfExperts reads MoE.
func mixtureOfExperts(n *node) ([]*ir.Value, error) {
	if err := n.holes(5, 8, 3); err != nil {
		return nil, err
	}
	e := &experts{chain: &chain{n: n}, normalise: n.flag("normalize_routing_weights", false)}
	for i := range e.weights {
		e.weights[i], e.biases[i] = n.input(2+2*i), n.input(3+2*i)
	}
	return e.mix()
}

// mixtureQuantised reads QMoE for integer weights: rows of weights, or blocks of them, with a scale each. Its router's
// softmax is that of the chosen experts alone.
func mixtureQuantised(n *node) ([]*ir.Value, error) {
	if err := n.holes(6, 24, 3, 4); err != nil {
		return nil, err
	}
	if q := n.text("quant_type", "int"); q != "int" {
		return nil, fmt.Errorf("attribute quant_type is %q, want \"int\"", q)
	}
	if n.integer("weights_prepacked", -1) == 1 {
		return nil, fmt.Errorf("attribute weights_prepacked is set: the weights are laid out for one machine; export them as they are")
	}
	width, err := n.bitWidth("expert_weight_bits", 4)
	if err != nil {
		return nil, err
	}
	for i := 14; i < len(n.in); i++ {
		if n.in[i] != nil {
			return nil, fmt.Errorf("input %d is not supported; leave out router_weights, global scales and activation scales", i)
		}
	}
	e := &experts{chain: &chain{n: n}, normalise: true}
	for i, name := range []string{"fc1", "fc2", "fc3"} {
		codes, scale, zero := n.input(2+3*i), n.input(3+3*i), n.input(11+i)
		e.biases[i] = n.input(4 + 3*i)
		if codes == nil {
			continue
		}
		bits, err := n.bitWidth(name+"_expert_weight_bits", int64(width))
		if err != nil {
			return nil, err
		}
		if e.weights[i], err = e.widened(codes, scale, zero, bits); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	return e.mix()
}

// widened makes numbers of codes [e, out, in·bits/8].
func (e *experts) widened(codes, scale, zero *ir.Value, bits int) (*ir.Value, error) {
	if scale == nil || codes.Type.Rank() != 3 || scale.Type.Rank() < 2 || scale.Type.Rank() > 3 {
		return nil, fmt.Errorf("the weights are %s with scales %s, want [experts, out, bytes] and [experts, out] or [experts, out, blocks]", codes.Type, scale)
	}
	w := e.unpack(codes, bits)
	if e.err != nil {
		return nil, e.err
	}
	s := w.Type.Shape
	blocks, block := ir.Const(1), s[2]
	if scale.Type.Rank() == 3 {
		size, err := e.n.blockSize(0)
		if err != nil {
			return nil, err
		}
		blocks, block = scale.Type.Shape[2], ir.Const(size)
	}
	d := e.n.in[0].Type.DType
	each := []ir.Dim{s[0], s[1], blocks, ir.Const(1)}
	w = e.cast(e.shape(w, s[0], s[1], blocks, block), d)
	if zero == nil {
		w = e.binary("Sub", w, e.number(d, float64(int(1)<<(bits-1))))
	} else {
		zero = e.shape(zero, s[0], s[1], zero.Type.Len().Div(s[0].Mul(s[1])))
		zero = e.part(e.unpack(zero, bits), 2, ir.Const(0), blocks)
		w = e.binary("Sub", w, e.shape(e.cast(zero, d), each...))
	}
	w = e.binary("Mul", w, e.shape(e.cast(scale, d), each...))
	return e.shape(w, s...), e.err
}

// mix routes each token to its k experts: what all experts make of it is weighted, those that are not chosen by 0.
func (e *experts) mix() ([]*ir.Value, error) {
	n := e.n
	x := n.in[0]
	if err := n.rank(1, 2); err != nil {
		return nil, err
	}
	rank := x.Type.Rank()
	if rank < 2 || e.weights[0].Type.Rank() != 3 {
		return nil, fmt.Errorf("x is %s and the weights %s, want [tokens…, in] and [experts, out, in]", x.Type, e.weights[0].Type)
	}
	rows := ir.Product(x.Type.Shape[:rank-1]...)
	hidden, one := x.Type.Shape[rank-1], ir.Const(1)
	route, err := e.route(n.in[1])
	if err != nil {
		return nil, err
	}
	count := e.weights[0].Type.Shape[0]
	flat := e.shape(x, one, rows, hidden)
	y := e.layer(0, flat, count)
	y, err = e.activation(y, flat, count)
	if err != nil {
		return nil, err
	}
	y = e.layer(1, y, count) // [e, t, out]
	weights := e.shape(e.transpose(route, 1, 0), count, rows, one)
	y = e.add(op.Reduce{Fn: "ReduceSum", Axes: []int{0}}, e.binary("Mul", y, e.cast(weights, x.Type.DType)))
	return e.outs(e.shape(y, x.Type.Shape...))
}

// layer applies each expert's own product and bias.
func (e *experts) layer(i int, x *ir.Value, count ir.Dim) *ir.Value {
	y := e.add(op.MatMul{TransB: true}, x, e.weights[i])
	if b := e.biases[i]; b != nil && e.err == nil {
		y = e.binary("Add", y, e.shape(b, count, ir.Const(1), b.Type.Len().Div(count)))
	}
	return y
}

// route gives the weights of all experts for each token, [t, e]: the softmax of what the router says where it is among
// the k largest, else 0. They may be made to add up to one.
func (e *experts) route(router *ir.Value) (*ir.Value, error) {
	n := e.n
	k := n.integer("k", 1)
	if k < 1 || k > 1<<16 {
		return nil, fmt.Errorf("attribute k is %d, want at least 1", k)
	}
	if n.flag("use_sparse_mixer", false) {
		return nil, fmt.Errorf("attribute use_sparse_mixer is not supported; export with 0")
	}
	p := e.add(op.Softmax{Axis: 1}, e.cast(router, ir.Float32))
	if e.err != nil {
		return nil, e.err
	}
	best, err := n.add(op.TopK{Axis: 1, Largest: true}, p, n.Ints(k))
	if err != nil {
		return nil, err
	}
	chosen := best[0]
	if e.normalise {
		chosen = e.binary("Div", chosen, e.add(op.Reduce{Fn: "ReduceSum", Axes: []int{1}, KeepDims: true}, chosen))
	}
	none := e.binary("Sub", p, p)
	return e.add(op.ScatterElements{Axis: 1}, none, best[1], chosen), e.err
}

// activation applies what stands between the layers; its gelu is the approximate one. Of swiglu the two halves may be interleaved, one after the other,
// or layers of their own.
func (e *experts) activation(y, x *ir.Value, count ir.Dim) (*ir.Value, error) {
	n := e.n
	fn := n.oneOf("activation_type", "relu", "gelu", "silu", "swiglu", "identity")
	if n.err != nil || e.err != nil {
		return y, n.err
	}
	if fn != "swiglu" {
		y = e.activate(map[string]string{"relu": "Relu", "gelu": "GeluTanh", "silu": "Silu", "identity": ""}[fn], y)
		if e.weights[2] != nil {
			y = e.binary("Mul", y, e.layer(2, x, count))
		}
		return y, e.err
	}
	gate, linear, s := y, (*ir.Value)(nil), y.Type.Shape
	half := s[2].Div(ir.Const(2))
	switch fusion := n.integer("swiglu_fusion", 0); {
	case e.weights[2] != nil:
		linear = e.layer(2, x, count)
	case fusion == 2:
		gate, linear = e.part(y, 2, ir.Const(0), half), e.part(y, 2, half, half)
	default:
		pairs := e.shape(y, s[0], s[1], half, ir.Const(2))
		gate = e.shape(e.part(pairs, 3, ir.Const(0), ir.Const(1)), s[0], s[1], half)
		linear = e.shape(e.part(pairs, 3, ir.Const(1), ir.Const(1)), s[0], s[1], half)
	}
	if n.has("swiglu_limit") {
		limit := n.float("swiglu_limit", 0)
		gate = e.add(op.Unary{Fn: "Clip", A: math.Inf(-1), B: limit}, gate)
		linear = e.add(op.Unary{Fn: "Clip", A: -limit, B: limit}, linear)
	}
	if beta := n.float("activation_beta", 0); beta != 0 {
		linear = e.binary("Add", linear, e.number(x.Type.DType, beta))
	}
	gate = e.add(op.Unary{Fn: "Swish", A: n.float("activation_alpha", 1)}, gate)
	return e.binary("Mul", gate, linear), e.err
}
