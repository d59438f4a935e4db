package onnx

import (
	"errors"
	"fmt"
	"math"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

// grouped is GroupQueryAttention while it is read. Each text of a batch has a length of its own: totals says how many
// tokens it has with the new ones, places how many before them; both are [b] and int64.
type grouped struct {
	*heads
	totals, places *ir.Value
}

// groupQueryAttention reads GroupQueryAttention. Keys and values are kept in buffers that have room for the longest
// text of the batch, or for as many tokens as the past has room for; behind a text's end are zeros.
func groupQueryAttention(n *node) ([]*ir.Value, error) {
	if err := n.holes(7, 16, 1, 2, 3, 4); err != nil {
		return nil, err
	}
	h, err := n.readHeads()
	if err != nil {
		return nil, err
	}
	if h.groups, err = n.count("kv_num_heads"); err != nil {
		return nil, err
	}
	h.causal, h.softcap = false, n.float("softcap", 0) // the mask says what is hidden
	if err := n.groupUnsupported(); err != nil {
		return nil, err
	}
	g := &grouped{heads: h}
	if err := g.readGroups(n.in[0], n.in[1], n.in[2]); err != nil {
		return nil, err
	}
	if err := g.place(n.in[5], n.in[6]); err != nil {
		return nil, err
	}
	g.normalise(n.input(14), n.input(15))
	if n.flag("do_rotary", false) {
		if err := g.rotate(n.input(7), n.input(8), n.input(9)); err != nil {
			return nil, err
		}
	}
	g.keep()
	if err := g.storeEach(n.in[3], n.in[4], n.in[6]); err != nil {
		return nil, err
	}
	key, value := g.k, g.v
	g.see(n.input(10))
	if smooth := n.integer("smooth_softmax", -1); n.input(11) != nil || smooth == 1 {
		g.sink(n.input(11))
	}
	if n.wants(3) {
		if g.scores = map[int64]string{1: "biased", 2: "probabilities"}[n.integer("qk_output", 0)]; g.scores == "" {
			return nil, fmt.Errorf("attribute qk_output is %d beside output output_qk, want 1 or 2", n.integer("qk_output", 0))
		}
	}
	y, scores := g.mix()
	return g.outs(y, key, value, g.shown(scores, n.in[6]))
}

// shown are the scores of the keys up to the longest text's end, 0 for those that are hidden.
func (g *grouped) shown(scores, total *ir.Value) *ir.Value {
	if scores == nil || g.err != nil {
		return nil
	}
	sizes, err := g.n.sizesOf(total)
	if g.err = err; err != nil {
		return nil
	}
	d := scores.Type.DType
	scores = g.part(scores, 3, ir.Const(0), sizes[0])
	return g.add(op.Where{}, g.binary("Equal", scores, g.number(d, math.Inf(-1))), g.number(d, 0), scores)
}

// groupUnsupported refuses what other providers than ONNX Runtime's for CPUs have.
func (n *node) groupUnsupported() error {
	for _, name := range []string{"k_quant_type", "v_quant_type"} {
		if got := n.text(name, "NONE"); got != "NONE" {
			return fmt.Errorf("attribute %s is %q, want \"NONE\": a quantised cache is not supported", name, got)
		}
	}
	if n.flag("sliding_window_cache", false) {
		return errors.New("attribute sliding_window_cache is not supported; export with a cache for all tokens")
	}
	return nil
}

// readGroups takes q, k and v, which may stand side by side in q.
func (g *grouped) readGroups(q, k, v *ir.Value) error {
	if q.Type.Rank() != 3 || (k == nil) != (v == nil) {
		return fmt.Errorf("the query is %s, want [batch, tokens, heads·size], key and value together or neither", q.Type)
	}
	if k == nil {
		hidden := q.Type.Shape[2]
		size := hidden.Div(ir.Const(int64(g.heads.heads + 2*g.groups)))
		wide, narrow := size.Mul(ir.Const(int64(g.heads.heads))), size.Mul(ir.Const(int64(g.groups)))
		g.q = g.part(q, 2, ir.Const(0), wide)
		g.k = g.part(q, 2, wide, narrow)
		g.v = g.part(q, 2, wide.Add(narrow), narrow)
		return g.err
	}
	if k.Type.Rank() == 4 && v.Type.Rank() == 4 {
		g.kept = true
	} else if k.Type.Rank() != 3 || v.Type.Rank() != 3 {
		return fmt.Errorf("key and value are %s and %s, want [batch, tokens, heads·size]", k.Type, v.Type)
	}
	g.q, g.k, g.v = q, k, v
	return nil
}

// place computes where the new tokens stand: behind their text's, or, where there are no more than they, at the begin.
func (g *grouped) place(lengths, total *ir.Value) error {
	if lengths.Type.Len().Is(1) || lengths.Type.Rank() == 1 {
		lengths = g.shape(lengths, g.q.Type.Shape[0])
	} else {
		return fmt.Errorf("seqlens_k is %s, want [batch]", lengths.Type)
	}
	if !total.Type.Len().Is(1) {
		return fmt.Errorf("total_sequence_length is %s, want one number", total.Type)
	}
	queries := g.add(op.Sizes{Values: []ir.Dim{g.q.Type.Shape[1]}, DType: ir.Int64})
	g.totals = g.binary("Add", g.cast(lengths, ir.Int64), g.whole(1))
	first := g.binary("Equal", g.shape(g.cast(total, ir.Int64)), queries)
	g.places = g.add(op.Where{}, first, g.whole(0), g.binary("Sub", g.totals, queries))
	return g.err
}

// normalise applies an RMS norm to each head of q and k.
func (g *grouped) normalise(q, k *ir.Value) {
	if q == nil || k == nil || g.err != nil {
		return
	}
	eps := g.n.float("qk_norm_epsilon", 1e-6)
	each := func(x, weight *ir.Value, count int) *ir.Value {
		s := x.Type.Shape
		heads := ir.Const(int64(count))
		y := g.shape(x, s[0], s[1], heads, s[2].Div(heads))
		return g.shape(g.add(op.RMSNorm{Axis: 3, Eps: eps}, y, weight), s...)
	}
	g.q = each(g.q, q, g.heads.heads)
	if !g.kept {
		g.k = each(g.k, k, g.groups)
	}
}

// rotate turns q and k by their places, or by positions, [b, s], of which a text's first call has only the first.
func (g *grouped) rotate(cos, sin, positions *ir.Value) error {
	if cos == nil || sin == nil {
		return errors.New("cos_cache and sin_cache are missing beside do_rotary")
	}
	s := g.q.Type.Shape
	if positions == nil {
		positions = g.binary("Add", g.shape(g.places, s[0], ir.Const(1)), g.count(s[1], ir.Int64))
	}
	o := op.Rotary{Heads: g.heads.heads, Interleaved: g.n.flag("rotary_interleaved", false)}
	g.q = g.add(o, g.q, cos, sin, positions)
	if o.Heads = g.groups; g.kept {
		o.Heads = 0
	}
	g.k = g.add(o, g.k, cos, sin, positions)
	return g.err
}

// storeEach writes k and v behind each text's own past. Without a past they are all there is.
func (g *grouped) storeEach(keys, values, total *ir.Value) error {
	if keys == nil && values == nil || g.err != nil {
		return g.err
	}
	if keys == nil || values == nil || keys.Type.Rank() != 4 || values.Type.Rank() != 4 {
		return errors.New("past_key and past_value: want both, [batch, heads, tokens, size]")
	}
	sizes, err := g.n.sizesOf(total)
	if err != nil {
		return err
	}
	room := sizes[0].Max(keys.Type.Shape[2])
	g.k = g.written(keys, g.k, room)
	g.v = g.written(values, g.v, room)
	return g.err
}

// written is a buffer with room for so many tokens: each text's past, what is new, and zeros.
func (g *grouped) written(past, fresh *ir.Value, room ir.Dim) *ir.Value {
	if g.err != nil {
		return nil
	}
	one, s := ir.Const(1), past.Type.Shape
	zero := g.number(past.Type.DType, 0)
	pad := op.Pad{Mode: "constant", Before: make([]ir.Dim, 4), After: []ir.Dim{{}, {}, room.Sub(s[2]), {}}}
	row := g.shape(g.count(room, ir.Int64), room, one)
	known := g.binary("Less", row, g.shape(g.places, g.q.Type.Shape[0], one, one, one))
	buffer := g.add(op.Where{}, known, g.add(pad, past, zero), zero)
	return g.add(op.TensorScatter{Axis: 2}, buffer, fresh, g.places)
}

// see hides the keys behind a text's end, behind a query's own and beyond its window, and adds a bias to the others.
func (g *grouped) see(bias *ir.Value) {
	if g.err != nil {
		return
	}
	batch, queries, keys := g.sizes()
	one := ir.Const(1)
	key := g.count(keys, ir.Int64)
	shown := g.binary("Less", key, g.shape(g.totals, batch, one, one, one))
	window := g.n.integer("local_window_size", -1)
	if g.n.flag("causal", true) {
		own := g.binary("Add", g.shape(g.places, batch, one, one, one), g.shape(g.count(queries, ir.Int64), queries, one))
		shown = g.binary("And", shown, g.binary("LessOrEqual", key, own))
		if window > 0 {
			shown = g.binary("And", shown, g.binary("Greater", key, g.binary("Sub", own, g.whole(window))))
		}
	}
	d := g.q.Type.DType
	none := g.number(d, math.Inf(-1))
	if bias == nil {
		g.bias = g.add(op.Where{}, shown, g.number(d, 0), none)
		return
	}
	if s := bias.Type.Shape; len(s) == 4 && !s[3].Equal(keys) { // it may end with the longest text
		pad := op.Pad{Mode: "constant", Before: make([]ir.Dim, 4), After: []ir.Dim{{}, {}, {}, keys.Sub(s[3])}}
		bias = g.add(pad, bias, none)
	}
	g.bias = g.add(op.Where{}, shown, bias, none)
}

// sink lets each head's queries look away: a key more, with nothing to it, whose score is given, or 0.
func (g *grouped) sink(scores *ir.Value) {
	if g.err != nil {
		return
	}
	batch, queries, _ := g.sizes()
	d, one, heads := g.q.Type.DType, ir.Const(1), ir.Const(int64(g.heads.heads))
	behind := op.Pad{Mode: "constant", Before: make([]ir.Dim, 4), After: []ir.Dim{{}, {}, one, {}}}
	g.k, g.v = g.add(behind, g.k, g.number(d, 0)), g.add(behind, g.v, g.number(d, 0))
	if scores == nil {
		scores = g.number(d, 0)
	} else {
		scores = g.shape(scores, heads, one, one)
	}
	column := g.add(op.Expand{Shape: []ir.Dim{batch, heads, queries, one}}, scores)
	if g.err != nil {
		return
	}
	t := g.bias.Type.Shape
	full := g.add(op.Expand{Shape: []ir.Dim{batch, heads, queries, t[len(t)-1]}}, g.bias)
	g.bias = g.add(op.Concat{Axis: 3}, full, column)
}
