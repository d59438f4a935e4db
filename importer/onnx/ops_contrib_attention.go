package onnx

import (
	"errors"
	"fmt"
	"math"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

// contribAttentionRows are the attentions of ONNX Runtime's optimisers, all of which become op.Attention.
var contribAttentionRows = []row{
	{"Attention", 1, projectedAttention}, {"QAttention", 1, projectedAttentionQuantised},
	{"MultiHeadAttention", 1, multiHeadAttention}, {"DecoderMaskedMultiHeadAttention", 1, decoderAttention},
	{"GroupQueryAttention", 1, groupQueryAttention},
}

// heads is an attention while it is read: q is [b, s, h·d], or [b, h, s, d] where split is set; k and v are [b, t, g·d],
// or [b, g, t, d] where kept is.
type heads struct {
	*chain
	q, k, v        *ir.Value
	heads, groups  int
	split, kept    bool
	causal         bool
	past           ir.Dim    // how many keys stand before the first query's own
	bias           *ir.Value // added to the scores: it broadcasts to [b, h, s, t]
	scale, softcap float64
	scores         string // what op.AttentionSteps calls the scores that are wanted too, "" for none
}

// readHeads reads the attributes that all attentions have.
func (n *node) readHeads() (*heads, error) {
	count, err := n.count("num_heads")
	if err != nil {
		return nil, err
	}
	h := &heads{chain: &chain{n: n}, heads: count, groups: count, scale: n.scale(), causal: n.flag("unidirectional", false)}
	return h, n.err
}

// mix is the attention, [b, s, h·w], and the scores if they are wanted.
func (h *heads) mix() (y, scores *ir.Value) {
	if h.err != nil {
		return nil, nil
	}
	window := h.window()
	if h.scores == "" {
		o := op.Attention{Scale: h.scale, Softcap: h.softcap, Window: window, Past: h.past}
		if !h.split {
			o.Heads = h.heads
		}
		if !h.kept {
			o.KVHeads = h.groups
		}
		y = h.add(o, h.q, h.k, h.v, h.bias)
		if h.split {
			y = h.packed(y)
		}
		return y, nil
	}
	h.keep()
	if !h.split {
		h.q = h.unpacked(h.q, h.heads)
	}
	if h.err != nil {
		return nil, nil
	}
	o := op.AttentionSteps{Scale: h.scale, Softcap: h.softcap, Window: window, Past: h.past, Scores: h.scores}
	made, err := h.n.add(o, h.q, h.k, h.v, h.bias)
	if h.err = err; err != nil {
		return nil, nil
	}
	return h.packed(made[0]), made[1]
}

// window hides the keys behind a query's own. Where there are more keys than the queries go on to, the last query sees
// all of them, as in ONNX Runtime: that takes a mask.
func (h *heads) window() op.Window {
	if !h.causal {
		return nil
	}
	_, queries, keys := h.sizes()
	if keys.Equal(h.past.Add(queries)) {
		return op.Window{-1, 0}
	}
	d, one := h.q.Type.DType, ir.Const(1)
	query := h.shape(h.count(queries, ir.Int64), queries, one)
	first := h.add(op.Sizes{Values: []ir.Dim{h.past}, DType: ir.Int64})
	last := h.add(op.Sizes{Values: []ir.Dim{queries.Sub(one)}, DType: ir.Int64})
	own := h.binary("LessOrEqual", h.count(keys, ir.Int64), h.binary("Add", query, first))
	shown := h.binary("Or", own, h.binary("Equal", query, last))
	h.addBias(h.add(op.Where{}, shown, h.number(d, 0), h.number(d, math.Inf(-1))))
	return nil
}

// packed turns [b, h, s, d] into [b, s, h·d], unpacked the other way.
func (c *chain) packed(x *ir.Value) *ir.Value {
	if c.err != nil {
		return nil
	}
	return c.take(c.n.pack(x))
}

func (c *chain) unpacked(x *ir.Value, heads int) *ir.Value {
	if c.err != nil {
		return nil
	}
	return c.take(c.n.unpack(x, heads))
}

// keep brings k and v into the layout in which they are kept for the next call.
func (h *heads) keep() {
	if !h.kept {
		h.k, h.v, h.kept = h.unpacked(h.k, h.groups), h.unpacked(h.v, h.groups), true
	}
}

// follow puts k and v behind those of earlier calls, [b, g, p, d].
func (h *heads) follow(pastKey, pastValue *ir.Value) {
	if h.keep(); h.err != nil || pastKey == nil && pastValue == nil {
		return
	}
	if pastKey == nil || pastValue == nil {
		h.err = errors.New("past_key and past_value go together, one is missing")
		return
	}
	if pastKey.Type.Rank() != 4 || pastValue.Type.Rank() != 4 {
		h.err = fmt.Errorf("the past is %s and %s, want [batch, heads, tokens, size]", pastKey.Type, pastValue.Type)
		return
	}
	h.past = pastKey.Type.Shape[2]
	h.k = h.add(op.Concat{Axis: 2}, pastKey, h.k)
	h.v = h.add(op.Concat{Axis: 2}, pastValue, h.v)
}

// sizes are the batch and how many queries and keys there are.
func (h *heads) sizes() (batch, queries, keys ir.Dim) {
	q, k := h.q.Type.Shape, h.k.Type.Shape
	queries, keys = q[1], k[1]
	if h.split {
		queries = q[2]
	}
	if h.kept {
		keys = k[2]
	}
	return q[0], queries, keys
}

// addBias adds to the scores.
func (h *heads) addBias(bias *ir.Value) {
	if h.bias == nil {
		h.bias = bias
	} else if bias != nil {
		h.bias = h.binary("Add", h.bias, bias)
	}
}

// hide lowers the scores of keys that a mask of integers hides: 0 hides in [b, t], [b, s, t] and, for all keys that a
// buffer has room for, [b, 1, m, m]; of [b] each number is how many keys are shown, of [2·b] where they end and begin.
func (h *heads) hide(mask *ir.Value) {
	if mask == nil || h.err != nil {
		return
	}
	batch, queries, keys := h.sizes()
	one, s := ir.Const(1), mask.Type.Shape
	zero := h.n.Const(h.n.name, ir.FromInts(mask.Type.DType, nil, []int64{0}))
	var shown *ir.Value
	switch mask.Type.Rank() {
	case 1:
		shown = h.shownWithin(mask, batch, keys)
	case 2:
		shown = h.shape(h.binary("Greater", mask, zero), s[0], one, one, s[1])
	case 3:
		shown = h.shape(h.binary("Greater", mask, zero), s[0], one, s[1], s[2])
	case 4:
		part := h.part(h.part(mask, 2, h.past, queries), 3, ir.Const(0), keys)
		shown = h.binary("Greater", part, zero)
	default:
		h.err = fmt.Errorf("the mask is %s, want up to 4 axes", mask.Type)
		return
	}
	d := h.q.Type.DType
	filter := h.number(d, h.n.float("mask_filter_value", -10000))
	h.addBias(h.add(op.Where{}, shown, h.number(d, 0), filter))
}

// shownWithin says, [b, 1, 1, t], which keys stand before an end and, if there are twice as many numbers, from a begin on.
func (h *heads) shownWithin(mask *ir.Value, batch, keys ir.Dim) *ir.Value {
	one := ir.Const(1)
	place := h.count(keys, mask.Type.DType)
	bound := func(v *ir.Value) *ir.Value { return h.shape(v, batch, one, one, one) }
	if !mask.Type.Shape[0].Equal(batch.Mul(ir.Const(2))) {
		return h.binary("Less", place, bound(mask))
	}
	end, begin := bound(h.part(mask, 0, ir.Const(0), batch)), bound(h.part(mask, 0, batch, batch))
	return h.binary("And", h.binary("Less", place, end), h.binary("GreaterOrEqual", place, begin))
}

// count is 0, 1, … below a size.
func (c *chain) count(size ir.Dim, d ir.DType) *ir.Value {
	end := c.add(op.Sizes{Values: []ir.Dim{size}, DType: ir.Int64})
	return c.cast(c.add(op.Range{}, c.whole(0), end, c.whole(1)), d)
}

// whole is an int64 scalar.
func (c *chain) whole(v int64) *ir.Value {
	return c.n.Const(c.n.name, ir.FromInts(ir.Int64, nil, []int64{v}))
}

// projectedAttention reads Attention, which makes q, k and v of x by one product.
func projectedAttention(n *node) ([]*ir.Value, error) {
	if err := n.holes(2, 7, 2); err != nil {
		return nil, err
	}
	if err := n.rank(1, 2); err != nil {
		return nil, err
	}
	h, err := n.readHeads()
	if err != nil {
		return nil, err
	}
	qkv := h.add(op.MatMul{}, n.in[0], n.in[1], n.input(2))
	return h.project(qkv, n.in[1].Type.Shape[1], n.input(3), n.input(4), n.input(5))
}

// projectedAttentionQuantised reads QAttention, whose product is one of integers.
func projectedAttentionQuantised(n *node) ([]*ir.Value, error) {
	if err := n.arity(5, 9); err != nil {
		return nil, err
	}
	if err := n.rank(1, 2); err != nil {
		return nil, err
	}
	h, err := n.readHeads()
	if err != nil {
		return nil, err
	}
	sum := h.take(n.integerProduct(n.in[0], n.in[1], n.input(6), n.input(7)))
	qkv := h.scaledProduct(sum, n.in[3], n.in[4], n.in[2])
	return h.project(qkv, n.in[1].Type.Shape[1], n.input(5), n.input(8), nil)
}

// project goes on from q, k and v side by side, hidden numbers a token; past is [2, b, h, p, d].
func (h *heads) project(qkv *ir.Value, hidden ir.Dim, mask, past, bias *ir.Value) ([]*ir.Value, error) {
	n := h.n
	switch {
	case n.flag("do_rotary", false):
		return nil, errors.New("attribute do_rotary is not supported; apply RotaryEmbedding to q and k and use MultiHeadAttention")
	case n.flag("past_present_share_buffer", false):
		return nil, errors.New("attribute past_present_share_buffer is not supported; export with a past of its own length")
	case h.err != nil:
		return nil, h.err
	}
	third := hidden.Div(ir.Const(3))
	sizes := []ir.Dim{third, third, third}
	if given := n.integers("qkv_hidden_sizes"); given != nil {
		if sizes = constDims(given); len(sizes) != 3 {
			return nil, fmt.Errorf("attribute qkv_hidden_sizes is %v, want three numbers", given)
		}
	}
	var parts [3]*ir.Value
	at := ir.Const(0)
	for i, size := range sizes {
		parts[i] = h.part(qkv, 2, at, size)
		at = at.Add(size)
	}
	h.q, h.k, h.v = parts[0], parts[1], parts[2]
	var present *ir.Value
	if past != nil || n.wants(1) {
		var key, value *ir.Value
		if past != nil {
			if past.Type.Rank() != 5 {
				return nil, fmt.Errorf("past is %s, want [2, batch, heads, tokens, size]", past.Type)
			}
			s := past.Type.Shape[1:]
			key = h.shape(h.part(past, 0, ir.Const(0), ir.Const(1)), s...)
			value = h.shape(h.part(past, 0, ir.Const(1), ir.Const(1)), s...)
		}
		if h.follow(key, value); h.err != nil {
			return nil, h.err
		}
		s := append([]ir.Dim{ir.Const(1)}, h.k.Type.Shape...)
		present = h.add(op.Concat{}, h.shape(h.k, s...), h.shape(h.v, s...))
	}
	if h.err != nil {
		return nil, h.err
	}
	h.addBias(bias)
	h.hide(mask)
	y, _ := h.mix()
	return h.outs(y, present)
}

// multiHeadAttention reads MultiHeadAttention.
func multiHeadAttention(n *node) ([]*ir.Value, error) {
	if err := n.holes(1, 10); err != nil {
		return nil, err
	}
	h, err := n.readHeads()
	if err != nil {
		return nil, err
	}
	if err := h.readParts(n.in[0], n.input(1), n.input(2), n.input(3)); err != nil {
		return nil, err
	}
	var key, value *ir.Value
	switch pastKey, pastValue := n.input(6), n.input(7); {
	case n.input(8) != nil && pastKey != nil && pastValue != nil && !h.kept: // buffers with room for all calls
		if key, value, err = h.store(pastKey, pastValue, n.input(8), n.input(9)); err != nil {
			return nil, err
		}
	case n.input(9) != nil:
		return nil, errors.New("cache_indirection wants past_key, past_value and past_sequence_length beside it")
	case pastKey != nil || pastValue != nil || n.wants(1) || n.wants(2):
		h.follow(pastKey, pastValue)
		fallthrough
	default:
		key, value = h.k, h.v
	}
	if h.err != nil {
		return nil, h.err
	}
	h.addBias(n.input(5))
	h.hide(n.input(4))
	if n.wants(3) {
		h.scores = "biased"
	}
	y, scores := h.mix()
	return h.outs(y, key, value, scores)
}

// readParts takes q, k and v from inputs that may hold several of them: q [b, s, h, 3, d], or k [b, t, h, 2, d]; k and v
// may be of an earlier call, [b, h, t, d]. bias has a number for each element of q, k and v of a token.
func (h *heads) readParts(q, k, v, bias *ir.Value) error {
	count := ir.Const(int64(h.heads))
	apart := func(x *ir.Value, i int64) *ir.Value {
		s := x.Type.Shape
		return h.shape(h.part(x, 3, ir.Const(i), ir.Const(1)), s[0], s[1], s[2].Mul(s[4]))
	}
	rank := func(x *ir.Value) int {
		if x == nil {
			return 0
		}
		return x.Type.Rank()
	}
	switch rq, rk, rv := rank(q), rank(k), rank(v); {
	case rq == 5 && rk == 0 && rv == 0:
		h.q, h.k, h.v = apart(q, 0), apart(q, 1), apart(q, 2)
	case rq == 3 && rk == 5 && rv == 0:
		h.q, h.k, h.v = q, apart(k, 0), apart(k, 1)
	case rq == 3 && rk == 3 && rv == 3:
		h.q, h.k, h.v = q, k, v
	case rq == 3 && rk == 4 && rv == 4:
		h.q, h.k, h.v, h.kept = q, k, v, true
	default:
		return fmt.Errorf("query, key and value have %d, %d and %d axes, want 3 each, 3, 4 and 4, or 5 in the first that holds several", rq, rk, rv)
	}
	if bias == nil || h.err != nil {
		return h.err
	}
	if bias.Type.Rank() != 1 {
		return fmt.Errorf("the bias is %s, want a vector", bias.Type)
	}
	at := ir.Const(0)
	for _, x := range []**ir.Value{&h.q, &h.k, &h.v} {
		s := (*x).Type.Shape
		size := s[len(s)-1]
		if len(s) == 4 { // what is kept has its bias already
			size = size.Mul(count)
		} else {
			*x = h.binary("Add", *x, h.part(bias, 0, at, size))
		}
		at = at.Add(size)
	}
	return h.err
}
