package onnx

import (
	"errors"
	"fmt"
	"math"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

var attentionRows = []row{
	{"Attention", 23, attentionSince(23)}, {"Attention", 24, attentionSince(24)}, {"Attention", 25, attentionSince(25)},
	{"RotaryEmbedding", 23, rotaryEmbedding}, {"SwiGLU", 28, swiGLU},
	{"LinearAttention", 27, linearAttention}, {"CausalConvWithState", 27, causalConv},
}

// attention is a node Attention while it is read.
type attention struct {
	*node
	version       int64
	q, k, v, mask *ir.Value
	packed        bool // q, k and v are [batch, tokens, heads·size]
	heads, groups int
	steps         op.AttentionSteps
	scores        bool // the node's fourth output is wanted
}

// attentionSince reads Attention: from 24 on a mask may be shorter than the keys, and 25 adds windows.
func attentionSince(version int64) func(*node) ([]*ir.Value, error) {
	return func(n *node) ([]*ir.Value, error) {
		most := 6
		if version > 23 {
			most = 7
		}
		if err := n.arity(3, most); err != nil {
			return nil, err
		}
		a := &attention{node: n, version: version, q: n.in[0], k: n.in[1], v: n.in[2], mask: n.input(3)}
		if err := a.attributes(); err != nil {
			return nil, err
		}
		return a.read()
	}
}

// attributes reads them; what names a type or a result is looked up.
func (a *attention) attributes() error {
	a.packed = a.q.Type.Rank() == 3
	if a.packed {
		var err error
		if a.heads, err = a.count("q_num_heads"); err != nil {
			return err
		}
		if a.groups, err = a.count("kv_num_heads"); err != nil {
			return err
		}
	}
	left, right := a.integer("left_window_size", -1), a.integer("right_window_size", -1)
	if a.version < 25 {
		left, right = -1, -1
	}
	if min(left, right) < -1 {
		return fmt.Errorf("the window is %d and %d keys wide, want -1 or more", left, right)
	}
	if a.flag("is_causal", false) {
		right = 0
	}
	if left >= 0 || right >= 0 {
		const wide = 1 << 29 // no window where there are fewer tokens
		a.steps.Window = op.Window{int(min(left, wide)), int(min(right, wide))}
	}
	a.steps.Scale, a.steps.Softcap = a.scale(), a.float("softcap", 0)
	a.scores = a.wants(3)
	modes := []string{"raw", "capped", "biased", "probabilities"}
	mode := a.integer("qk_matmul_output_mode", 0)
	if mode < 0 || mode >= int64(len(modes)) {
		return fmt.Errorf("attribute qk_matmul_output_mode is %d, want 0 to 3", mode)
	}
	if a.scores {
		a.steps.Scores = modes[mode]
	}
	var err error
	a.steps.Precision, err = a.precision()
	return err
}

// wants reports whether a node's output is used.
func (n *node) wants(output int) bool {
	return output < n.outputs && n.proto.GetOutput()[output] != ""
}

// count reads an attribute that is a number of heads.
func (n *node) count(name string) (int, error) {
	v := n.integer(name, 0)
	if v < 1 || v > 1<<20 {
		return 0, fmt.Errorf("attribute %s is %d, want at least 1", name, v)
	}
	return int(v), nil
}

// scale reads the scale of scores; 0 is the ops' default, 1/√size.
func (n *node) scale() float64 {
	if v := n.float("scale", 0); v != 0 || !n.has("scale") {
		return v
	}
	return math.SmallestNonzeroFloat32 // what the model spells as 0 leaves as little of the scores
}

// precision reads softmax_precision, Invalid where it is absent.
func (n *node) precision() (ir.DType, error) {
	if !n.has("softmax_precision") {
		return ir.Invalid, nil
	}
	d, ok := map[int64]ir.DType{1: ir.Float32, 10: ir.Float16, 11: ir.Float64, 16: ir.BFloat16}[n.integer("softmax_precision", 0)]
	if !ok {
		return d, fmt.Errorf("attribute softmax_precision is %d, want 1, 10, 11 or 16", n.integer("softmax_precision", 0))
	}
	return d, nil
}

// read makes the ops.
func (a *attention) read() ([]*ir.Value, error) {
	pastKey, pastValue, lengths := a.input(4), a.input(5), a.input(6)
	switch {
	case (pastKey == nil) != (pastValue == nil):
		return nil, errors.New("past_key and past_value go together, one is missing")
	case pastKey != nil && lengths != nil:
		return nil, errors.New("nonpad_kv_seqlen beside past_key is not allowed; leave one out")
	}
	kept := pastKey != nil || a.wants(1) || a.wants(2)
	packedKeys := a.packed && !kept
	var err error
	if a.packed && kept {
		if a.k, err = a.unpack(a.k, a.groups); err != nil {
			return nil, fmt.Errorf("input K: %w", err)
		}
		if a.v, err = a.unpack(a.v, a.groups); err != nil {
			return nil, fmt.Errorf("input V: %w", err)
		}
	}
	if pastKey != nil {
		if pastKey.Type.Rank() != 4 {
			return nil, fmt.Errorf("past_key is %s, want [batch, heads, tokens, size]", pastKey.Type)
		}
		a.steps.Past = pastKey.Type.Shape[2]
		if a.k, err = a.one(op.Concat{Axis: 2}, pastKey, a.k); err != nil {
			return nil, fmt.Errorf("past_key: %w", err)
		}
		if a.v, err = a.one(op.Concat{Axis: 2}, pastValue, a.v); err != nil {
			return nil, fmt.Errorf("past_value: %w", err)
		}
	}
	outs := []*ir.Value{nil, a.k, a.v, nil}
	if err := a.fitMask(); err != nil {
		return nil, err
	}
	if d := a.q.Type.DType; a.v.Type.DType != d {
		if a.v, err = a.one(op.Cast{To: d}, a.v); err != nil {
			return nil, err
		}
	}
	if a.fuses() {
		outs[0], err = a.fused(packedKeys, lengths)
		return outs[:min(a.outputs, 3)], err
	}
	return a.stepwise(outs, packedKeys, lengths)
}

// fuses reports whether the kernel without a matrix of scores computes what is asked for. It computes in float32.
func (a *attention) fuses() bool {
	p := a.steps.Precision
	return a.q.Type.DType != ir.Float64 && (p == ir.Invalid || p == ir.Float32 || p == a.q.Type.DType) && !a.scores
}

func (a *attention) fused(packedKeys bool, lengths *ir.Value) (*ir.Value, error) {
	o := op.Attention{Heads: a.heads, Scale: a.steps.Scale, Softcap: a.steps.Softcap, Window: a.steps.Window, Past: a.steps.Past}
	if packedKeys {
		o.KVHeads = a.groups
	}
	return a.one(o, a.q, a.k, a.v, a.mask, lengths)
}

// stepwise computes with all scores at once.
func (a *attention) stepwise(outs []*ir.Value, packedKeys bool, lengths *ir.Value) ([]*ir.Value, error) {
	var err error
	if a.packed {
		if a.q, err = a.unpack(a.q, a.heads); err != nil {
			return nil, fmt.Errorf("input Q: %w", err)
		}
	}
	if packedKeys {
		if a.k, err = a.unpack(a.k, a.groups); err != nil {
			return nil, fmt.Errorf("input K: %w", err)
		}
		if a.v, err = a.unpack(a.v, a.groups); err != nil {
			return nil, fmt.Errorf("input V: %w", err)
		}
	}
	made, err := a.add(a.steps, a.q, a.k, a.v, a.mask, lengths)
	if err != nil {
		return nil, err
	}
	outs[0] = made[0]
	if a.scores {
		outs[3] = made[1]
	}
	if a.packed {
		outs[0], err = a.pack(made[0])
	}
	return outs[:a.outputs], err
}

// unpack turns [b, t, h·d] into [b, h, t, d].
func (n *node) unpack(x *ir.Value, heads int) (*ir.Value, error) {
	if x.Type.Rank() != 3 {
		return nil, fmt.Errorf("%s, want [batch, tokens, heads·size]", x.Type)
	}
	s, h := x.Type.Shape, ir.Const(int64(heads))
	x, err := n.reshape(x, s[0], s[1], h, s[2].Div(h))
	if err != nil {
		return nil, err
	}
	return n.one(op.Transpose{Perm: []int{0, 2, 1, 3}}, x)
}

// pack turns [b, h, t, d] into [b, t, h·d].
func (n *node) pack(x *ir.Value) (*ir.Value, error) {
	s := x.Type.Shape
	x, err := n.one(op.Transpose{Perm: []int{0, 2, 1, 3}}, x)
	if err != nil {
		return nil, err
	}
	return n.reshape(x, s[0], s[2], s[1].Mul(s[3]))
}

// fitMask gives a mask of numbers q's type and, where it may be shorter than the keys, hides those behind its end.
func (a *attention) fitMask() error {
	if a.mask == nil {
		return nil
	}
	var err error
	if d := a.q.Type.DType; a.mask.Type.DType != ir.Bool && a.mask.Type.DType != d {
		if a.mask, err = a.one(op.Cast{To: d}, a.mask); err != nil {
			return fmt.Errorf("attn_mask: %w", err)
		}
	}
	keys := a.k.Type.Shape[a.k.Type.Rank()-2]
	shape := a.mask.Type.Shape
	if a.version < 24 || len(shape) == 0 || shape[len(shape)-1].Equal(keys) {
		return nil
	}
	pad := op.Pad{Mode: "constant", Before: make([]ir.Dim, len(shape)), After: make([]ir.Dim, len(shape))}
	pad.After[len(shape)-1] = keys.Sub(shape[len(shape)-1])
	hidden := ir.FromBools(nil, []bool{false})
	if d := a.mask.Type.DType; d != ir.Bool {
		hidden = ir.Scalar(d, math.Inf(-1))
	}
	a.mask, err = a.one(pad, a.mask, a.Const("hidden", hidden))
	return err
}

// rotaryEmbedding reads RotaryEmbedding.
func rotaryEmbedding(n *node) ([]*ir.Value, error) {
	if err := n.arity(3, 4); err != nil {
		return nil, err
	}
	o := op.Rotary{Interleaved: n.flag("interleaved", false)}
	x, cos := n.in[0], n.in[1]
	size := ir.Dim{}
	switch x.Type.Rank() {
	case 3:
		heads, err := n.count("num_heads")
		if err != nil {
			return nil, err
		}
		o.Heads, size = heads, x.Type.Shape[2].Div(ir.Const(int64(heads)))
	case 4:
		size = x.Type.Shape[3]
	default:
		return nil, fmt.Errorf("x is %s, want 3 or 4 axes", x.Type)
	}
	if part := n.integer("rotary_embedding_dim", 0); part > 0 {
		size = ir.Const(part)
	}
	if r := cos.Type.Rank(); r == 0 || !cos.Type.Shape[r-1].Equal(size.Div(ir.Const(2))) {
		if _, known := size.IsConst(); known || r == 0 {
			return nil, fmt.Errorf("cos_cache is %s, want %s/2 angles for a token", cos.Type, size)
		}
	}
	return n.add(o, n.in...)
}

// swiGLU reads SwiGLU: a·sigmoid(alpha·a)·b, rounded after each product as the standard does.
func swiGLU(n *node) ([]*ir.Value, error) {
	if err := n.arity(2, 2); err != nil {
		return nil, err
	}
	a, b := n.in[0], n.in[1]
	if ra, rb := a.Type.Rank(), b.Type.Rank(); ra != rb {
		return nil, fmt.Errorf("inputs A and B are %s and %s, want the same shape", a.Type, b.Type)
	}
	for i, d := range a.Type.Shape {
		_, knownA := d.IsConst()
		_, knownB := b.Type.Shape[i].IsConst()
		if knownA && knownB && !d.Equal(b.Type.Shape[i]) {
			return nil, fmt.Errorf("inputs A and B are %s and %s, want the same shape", a.Type, b.Type)
		}
	}
	gate := op.Unary{Fn: "Silu"}
	if alpha := n.float("alpha", 1); alpha != 1 {
		gate = op.Unary{Fn: "Swish", A: alpha}
	}
	open, err := n.one(gate, a)
	if err != nil {
		return nil, err
	}
	return n.add(op.Binary{Fn: "Mul"}, open, b)
}

// linearAttention reads LinearAttention. chunk_size is a hint for parallel machines.
func linearAttention(n *node) ([]*ir.Value, error) {
	if err := n.arity(3, 6); err != nil {
		return nil, err
	}
	heads, err := n.count("q_num_heads")
	if err != nil {
		return nil, err
	}
	groups, err := n.count("kv_num_heads")
	if err != nil {
		return nil, err
	}
	rule := n.oneOf("update_rule", "gated_delta", "linear", "gated", "delta")
	gated, delta := rule == "gated" || rule == "gated_delta", rule == "delta" || rule == "gated_delta"
	if gated != (n.input(4) != nil) || delta != (n.input(5) != nil) {
		return nil, fmt.Errorf("update_rule %q with decay %t and beta %t; a gated rule has a decay, a delta rule beta, and others none", rule, n.input(4) != nil, n.input(5) != nil)
	}
	return n.add(op.LinearAttention{Heads: heads, KVHeads: groups, Scale: n.float("scale", 0)}, n.in...)
}

// causalConv reads CausalConvWithState: a convolution of each channel alone that sees what came before, and the last
// entries as the next call's past.
func causalConv(n *node) ([]*ir.Value, error) {
	if err := n.arity(2, 4); err != nil {
		return nil, err
	}
	x, w, bias, past := n.in[0], n.in[1], n.input(2), n.input(3)
	if x.Type.Rank() != 3 || w.Type.Rank() != 3 {
		return nil, fmt.Errorf("the input is %s and the weight %s, want 3 axes", x.Type, w.Type)
	}
	channels, okC := w.Type.Shape[0].IsConst()
	taps, okK := w.Type.Shape[2].IsConst()
	if !okC || !okK || taps < 1 || channels < 1 || channels > 1<<30 {
		return nil, fmt.Errorf("the weight is %s, want known sizes of at least 1", w.Type)
	}
	dilation := n.integer("dilation", 1) // which com.microsoft's form has
	if dilation < 1 || dilation > 1<<20 || taps > 1<<20 {
		return nil, fmt.Errorf("attribute dilation is %d for %d taps, want at least 1", dilation, taps)
	}
	kept := ir.Const((taps - 1) * dilation)
	none, before := make([]ir.Dim, 3), []ir.Dim{{}, {}, kept}
	var err error
	if past == nil {
		x, err = n.one(op.Pad{Mode: "constant", Before: before, After: none}, x)
	} else {
		x, err = n.one(op.Concat{Axis: 2}, past, x)
	}
	if err != nil {
		return nil, err
	}
	o := op.Conv{Group: int(channels)}
	if dilation > 1 {
		o.Dilations = []int{int(dilation)}
	}
	y, err := n.one(o, x, w, bias)
	if err != nil {
		return nil, err
	}
	if n.oneOf("activation", "none", "silu", "swish") != "none" {
		if y, err = n.one(op.Unary{Fn: "Silu"}, y); err != nil {
			return nil, err
		}
	}
	s, one := x.Type.Shape, ir.Const(1)
	last := op.Slice{
		Begin: []ir.Dim{{}, {}, s[2].Sub(kept)}, Size: []ir.Dim{s[0], s[1], kept}, Step: []ir.Dim{one, one, one},
	}
	present, err := n.one(last, x)
	return []*ir.Value{y, present}, err
}
