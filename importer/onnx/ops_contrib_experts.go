package onnx

import (
	"errors"
	"fmt"
	"math"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

// contribExpertRows are mixtures of experts.
var contribExpertRows = []row{{"MoE", 1, mixtureOfExperts}, {"QMoE", 1, mixtureQuantised}}

// experts is a mixture while it is read: weights are [e, out, in] and biases [e, out], absent where there are none.
// Each token goes to k of the experts, which makes a row of work each; the rows are sorted by expert.
type experts struct {
	*chain
	weights   [3]expertWeights // the first layer's, the second's, and those of the gate beside the first
	biases    [3]*ir.Value
	router    *ir.Value // what each expert weighs, [t, e], where that is not what it is chosen by
	normalise bool      // the weights of a token's experts add up to one

	expert  *ir.Value // of each row
	present *ir.Value // the experts that have rows
	ends    *ir.Value // where the rows of each expert end
}

// expertWeights are a layer's weights, as they are or as codes with a scale.
type expertWeights struct {
	values, scale, zero *ir.Value
	bits                int // of a code, 0 where the values are no codes
}

// mixtureOfExperts reads MoE.
func mixtureOfExperts(n *node) ([]*ir.Value, error) {
	if err := n.holes(5, 8, 3); err != nil {
		return nil, err
	}
	e := &experts{chain: &chain{n: n}, normalise: n.flag("normalize_routing_weights", false)}
	for i := range e.weights {
		e.weights[i].values, e.biases[i] = n.input(2+2*i), n.input(3+2*i)
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
	for i := 15; i < len(n.in); i++ {
		if n.in[i] != nil {
			return nil, fmt.Errorf("input %d is not supported; leave out global scales and activation scales", i)
		}
	}
	e := &experts{chain: &chain{n: n}, normalise: true}
	if e.router = n.input(14); e.router != nil {
		if err := n.rank(14, 2); err != nil {
			return nil, err
		}
		e.normalise = n.flag("normalize_routing_weights", false)
	}
	for i, name := range []string{"fc1", "fc2", "fc3"} {
		bits, err := n.bitWidth(name+"_expert_weight_bits", int64(width))
		if err != nil {
			return nil, err
		}
		e.weights[i], e.biases[i] = expertWeights{n.input(2 + 3*i), n.input(3 + 3*i), n.input(11 + i), bits}, n.input(4+3*i)
	}
	return e.mix()
}

// widened makes numbers of codes [e, out, in·bits/8], for the experts that have rows.
func (e *experts) widened(w expertWeights) (*ir.Value, error) {
	codes, scale, zero := w.values, w.scale, w.zero
	if scale == nil || scale.Type.Rank() < 2 || scale.Type.Rank() > 3 {
		return nil, fmt.Errorf("the weights are %s with scales %s, want [experts, out, bytes] and [experts, out] or [experts, out, blocks]", codes.Type, scale)
	}
	if zero != nil && zero.Type.Rank() != scale.Type.Rank() {
		return nil, fmt.Errorf("the zero points are %s beside scales %s, want as many axes", zero.Type, scale.Type)
	}
	blocks, block := ir.Const(1), ir.Dim{}
	if scale.Type.Rank() == 3 {
		size, err := e.n.blockSize(0)
		if err != nil {
			return nil, err
		}
		blocks, block = scale.Type.Shape[2], ir.Const(size)
	}
	y := e.unpack(e.busy(codes), w.bits)
	if scale = e.busy(scale); e.err != nil {
		return nil, e.err
	}
	s := y.Type.Shape
	if scale.Type.Rank() == 2 {
		block = s[2]
	}
	each := []ir.Dim{s[0], s[1], blocks, ir.Const(1)}
	y = e.cast(e.shape(y, s[0], s[1], blocks, block), ir.Float32)
	if zero == nil {
		y = e.binary("Sub", y, e.number(ir.Float32, float64(int(1)<<(w.bits-1))))
	} else {
		zero = e.unpack(e.busy(zero), w.bits) // those of a row's blocks fill whole bytes, or those of all rows
		if last := zero.Type.Rank() - 1; e.err == nil && last == 2 {
			zero = e.part(zero, last, ir.Const(0), blocks)
		} else if e.err == nil {
			zero = e.part(zero, last, ir.Const(0), s[1])
		}
		y = e.binary("Sub", y, e.cast(e.shape(zero, each...), ir.Float32))
	}
	y = e.binary("Mul", y, e.shape(e.cast(scale, ir.Float32), each...))
	return e.shape(y, s...), e.err
}

// busy takes of a tensor the parts of the experts that have rows.
func (e *experts) busy(x *ir.Value) *ir.Value { return e.add(op.Gather{}, x, e.present) }

// mix routes each token to its k experts and adds up what they make of it.
func (e *experts) mix() ([]*ir.Value, error) {
	n := e.n
	x, w := n.in[0], e.weights[0].values
	if err := n.rank(1, 2); err != nil {
		return nil, err
	}
	rank := x.Type.Rank()
	for _, v := range e.weights {
		if v.values != nil && v.values.Type.Rank() != 3 {
			return nil, fmt.Errorf("weights are %s, want [experts, out, in]", v.values.Type)
		}
	}
	if rank < 2 || w == nil || e.weights[1].values == nil {
		return nil, fmt.Errorf("x is %s and the weights %s, want [tokens…, in] and [experts, out, in]", x.Type, w)
	}
	tokens, hidden := ir.Product(x.Type.Shape[:rank-1]...), x.Type.Shape[rank-1]
	k := n.integer("k", 1)
	if k < 1 || k > 1<<16 {
		return nil, fmt.Errorf("attribute k is %d, want at least 1", k)
	}
	chosen, expert, err := e.route(n.in[1], k)
	if err != nil {
		return nil, err
	}
	rows := tokens.Mul(ir.Const(k))
	order := e.sort(e.shape(expert, rows), rows, w.Type.Shape[0])
	flat := e.cast(e.shape(x, tokens, hidden), ir.Float32)
	in := e.add(op.Gather{}, flat, e.binary("Div", order, e.whole(k)))
	y := e.layer(1, e.activation(e.layer(0, in), in))
	y = e.binary("Mul", y, e.add(op.Gather{}, e.shape(chosen, rows, ir.Const(1)), order))
	if e.err != nil || n.err != nil {
		return nil, errors.Join(e.err, n.err)
	}
	// Back to where the rows stood before they were sorted.
	back := e.add(op.ScatterElements{}, order, order, e.count(rows, ir.Int64))
	y = e.shape(e.add(op.Gather{}, y, back), tokens, ir.Const(k), y.Type.Shape[1])
	y = e.cast(e.add(op.Reduce{Fn: "ReduceSum", Axes: []int{1}}, y), x.Type.DType)
	return e.outs(e.shape(y, x.Type.Shape...))
}

// sort says in which order the rows are those of the first expert, of the second and so on.
func (e *experts) sort(expert *ir.Value, rows, count ir.Dim) (order *ir.Value) {
	all := e.add(op.Sizes{Values: []ir.Dim{rows}, DType: ir.Int64, Shape: []int{1}})
	if e.err != nil {
		return nil
	}
	sorted, err := e.n.add(op.TopK{}, expert, all)
	if e.err = err; err != nil {
		return nil
	}
	e.expert = sorted[0]
	number := e.shape(e.count(count, ir.Int64), count, ir.Const(1))
	total := func(compare string) *ir.Value {
		hit := e.cast(e.binary(compare, e.expert, number), ir.Int64)
		return e.add(op.Reduce{Fn: "ReduceSum", Axes: []int{1}}, hit)
	}
	e.ends = total("LessOrEqual")
	if used := e.add(op.NonZero{}, total("Equal")); e.err == nil {
		e.present = e.shape(used, used.Type.Shape[1])
	}
	return sorted[1]
}

// layer applies each row's expert's product and bias. Weights that are no float32 numbers yet are made such for those
// experts only that have rows.
func (e *experts) layer(i int, x *ir.Value) *ir.Value {
	w := e.weights[i]
	if e.err != nil {
		return nil
	}
	values, ends := w.values, e.ends
	if w.bits > 0 || values.Type.DType != ir.Float32 {
		ends = e.busy(ends)
		if w.bits == 0 {
			values = e.cast(e.busy(values), ir.Float32)
		} else if v, err := e.widened(w); err != nil {
			e.err = fmt.Errorf("fc%d: %w", i+1, err)
		} else {
			values = v
		}
	}
	y := e.add(op.MatMulGroups{}, x, values, ends)
	if b := e.biases[i]; b != nil {
		y = e.binary("Add", y, e.cast(e.add(op.Gather{}, b, e.expert), ir.Float32))
	}
	return y
}

// route gives each token's k experts and what they weigh, [t, k]: the softmax of what the router says of all of them,
// which may be made to add up to one.
func (e *experts) route(router *ir.Value, k int64) (weight, expert *ir.Value, err error) {
	if e.n.flag("use_sparse_mixer", false) {
		return nil, nil, errors.New("attribute use_sparse_mixer is not supported; export with 0")
	}
	p := e.add(op.Softmax{Axis: 1}, e.cast(router, ir.Float32))
	if e.err != nil {
		return nil, nil, e.err
	}
	best, err := e.n.add(op.TopK{Axis: 1, Largest: true}, p, e.n.Ints(k))
	if err != nil {
		return nil, nil, err
	}
	weight = best[0]
	if e.router != nil {
		weight = e.add(op.GatherElements{Axis: 1}, e.cast(e.router, ir.Float32), best[1])
	}
	if e.normalise {
		weight = e.binary("Div", weight, e.add(op.Reduce{Fn: "ReduceSum", Axes: []int{1}, KeepDims: true}, weight))
	}
	return weight, best[1], e.err
}

// activation applies what stands between the layers; its gelu is the approximate one. Of swiglu the two halves may be
// interleaved, one after the other, or layers of their own.
func (e *experts) activation(y, x *ir.Value) *ir.Value {
	n := e.n
	fn := n.oneOf("activation_type", "relu", "gelu", "silu", "swiglu", "identity")
	if n.err != nil || e.err != nil {
		return y
	}
	gated := e.weights[2].values != nil
	if fn != "swiglu" {
		y = e.activate(map[string]string{"relu": "Relu", "gelu": "GeluTanh", "silu": "Silu", "identity": ""}[fn], y)
		if gated {
			y = e.binary("Mul", y, e.layer(2, x))
		}
		return y
	}
	gate, linear, s := y, (*ir.Value)(nil), y.Type.Shape
	half := s[1].Div(ir.Const(2))
	switch fusion := n.integer("swiglu_fusion", 0); {
	case gated:
		linear = e.layer(2, x)
	case fusion == 2:
		gate, linear = e.part(y, 1, ir.Const(0), half), e.part(y, 1, half, half)
	default:
		pairs := e.shape(y, s[0], half, ir.Const(2))
		gate = e.shape(e.part(pairs, 2, ir.Const(0), ir.Const(1)), s[0], half)
		linear = e.shape(e.part(pairs, 2, ir.Const(1), ir.Const(1)), s[0], half)
	}
	if n.has("swiglu_limit") {
		limit := n.float("swiglu_limit", 0)
		gate = e.add(op.Unary{Fn: "Clip", A: math.Inf(-1), B: limit}, gate)
		linear = e.add(op.Unary{Fn: "Clip", A: -limit, B: limit}, linear)
	}
	if beta := n.float("activation_beta", 0); beta != 0 {
		linear = e.binary("Add", linear, e.number(ir.Float32, beta))
	}
	gate = e.add(op.Unary{Fn: "Swish", A: n.float("activation_alpha", 1)}, gate)
	return e.binary("Mul", gate, linear)
}
