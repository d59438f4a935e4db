package onnx

import (
	"errors"
	"fmt"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

// decoderAttention reads DecoderMaskedMultiHeadAttention: a single query, whose key and value are written into buffers
// that have room for those of all calls.
func decoderAttention(n *node) ([]*ir.Value, error) {
	if err := n.holes(1, 11, 1, 2, 3, 4, 5, 6); err != nil {
		return nil, err
	}
	h, err := n.readHeads()
	if err != nil {
		return nil, err
	}
	q, k, v := n.in[0], n.input(1), n.input(2)
	if k == nil && v == nil && q.Type.Rank() == 3 { // q, k and v side by side
		third := q.Type.Shape[2].Div(ir.Const(3))
		q, k, v = h.part(q, 2, ir.Const(0), third), h.part(q, 2, third, third), h.part(q, 2, third.Mul(ir.Const(2)), third)
	}
	if h.err != nil {
		return nil, h.err
	}
	if err := h.readParts(q, k, v, n.input(10)); err != nil {
		return nil, err
	}
	pastKey, pastValue := n.input(5), n.input(6)
	var key, value *ir.Value
	switch shared := n.flag("past_present_share_buffer", false); {
	case pastKey != nil && pastValue != nil && shared && !h.kept:
		key, value, err = h.store(pastKey, pastValue, n.input(7), n.input(9))
		if err != nil {
			return nil, err
		}
	case n.input(9) != nil:
		return nil, errors.New("cache_indirection wants past_key, past_value and past_present_share_buffer beside it")
	case !h.kept && (pastKey != nil || pastValue != nil), n.wants(1), n.wants(2):
		h.follow(pastKey, pastValue)
		key, value = h.k, h.v
	}
	if h.err != nil {
		return nil, h.err
	}
	h.addBias(n.input(4))
	h.hide(n.input(3))
	if n.wants(3) {
		h.scores = "biased"
	}
	y, scores := h.mix()
	return h.outs(y, key, value, scores)
}

// store writes k and v into buffers [b, g, m, d] at a place that past says, and goes on with what they hold up to there.
// In a beam search, of, [b/n, n, m], says of which of a text's n rows each of the row's past tokens is; nil for its own.
func (h *heads) store(keys, values, past, of *ir.Value) (key, value *ir.Value, err error) {
	if past == nil {
		return nil, nil, errors.New("past_sequence_length is missing beside past_present_share_buffer")
	}
	if keys.Type.Rank() != 4 || values.Type.Rank() != 4 {
		return nil, nil, fmt.Errorf("the past is %s and %s, want [batch, heads, room, size]", keys.Type, values.Type)
	}
	_, queries, _ := h.sizes()
	sizes, err := h.n.sizesOf(past)
	if err != nil {
		return nil, nil, err
	}
	if len(sizes) != 1 {
		return nil, nil, fmt.Errorf("past_sequence_length is %s, want one number", past.Type)
	}
	h.keep()
	h.past = sizes[0]
	place := h.add(op.Expand{Shape: keys.Type.Shape[:1]}, h.shape(h.cast(past, ir.Int64), ir.Const(1)))
	key = h.add(op.TensorScatter{Axis: 2}, keys, h.k, place)
	value = h.add(op.TensorScatter{Axis: 2}, values, h.v, place)
	total := h.past.Add(queries)
	if of != nil {
		rows := h.scattered(of, keys.Type.Shape, past, total)
		h.k, h.v = h.gathered(key, rows), h.gathered(value, rows)
		return key, value, h.err
	}
	h.k, h.v = h.part(key, 2, ir.Const(0), total), h.part(value, 2, ir.Const(0), total)
	return key, value, h.err
}

// scattered says where each row's tokens lie, [b, total], in buffers of a shape whose rows and tokens are numbered as
// one. The tokens that are new are the row's own.
func (h *heads) scattered(of *ir.Value, buffer []ir.Dim, past *ir.Value, total ir.Dim) *ir.Value {
	if h.err != nil {
		return nil
	}
	if of.Type.Rank() != 3 {
		h.err = fmt.Errorf("cache_indirection is %s, want [texts, beams, room]", of.Type)
		return nil
	}
	rows, beams := buffer[0], of.Type.Shape[1]
	of = h.part(h.shape(h.cast(of, ir.Int64), rows, of.Type.Shape[2]), 1, ir.Const(0), total)
	own := h.shape(h.count(rows, ir.Int64), rows, ir.Const(1))
	first := h.binary("Sub", own, h.binary("Mod", own, h.size(beams)))
	token := h.count(total, ir.Int64)
	known := h.binary("Less", token, h.shape(h.cast(past, ir.Int64)))
	row := h.add(op.Where{}, known, h.binary("Add", of, first), own)
	return h.binary("Add", h.binary("Mul", row, h.size(buffer[2])), token)
}

// gathered takes the tokens that lie at places, [b, t], out of a buffer [b, g, m, d].
func (h *heads) gathered(buffer, places *ir.Value) *ir.Value {
	if h.err != nil {
		return nil
	}
	s := buffer.Type.Shape
	flat := h.shape(h.transpose(buffer, 0, 2, 1, 3), s[0].Mul(s[2]), s[1], s[3])
	return h.transpose(h.add(op.Gather{}, flat, places), 0, 2, 1, 3)
}
