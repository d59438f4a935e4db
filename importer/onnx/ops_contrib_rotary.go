package onnx

import (
	"errors"
	"fmt"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

// contribRotaryRows are rotations of heads, and attentions whose state is a matrix or a few entries.
var contribRotaryRows = []row{
	{"RotaryEmbedding", 1, rotary}, {"MRotaryEmbedding", 1, rotaryOfThree},
	{"LinearAttention", 1, linearAttention1}, {"CausalConvWithState", 1, causalConv1},
}

// rotary reads RotaryEmbedding. A single position is that of the first token.
func rotary(n *node) ([]*ir.Value, error) {
	if err := n.arity(4, 4); err != nil {
		return nil, err
	}
	x, positions, cos, sin := n.in[0], n.in[1], n.in[2], n.in[3]
	o, tokens, err := n.rotation(x, cos)
	if err != nil {
		return nil, err
	}
	c := &chain{n: n}
	positions = c.cast(positions, ir.Int64)
	if positions != nil && positions.Type.Rank() == 1 {
		positions = c.binary("Add", c.shape(positions), c.count(tokens, ir.Int64))
		positions = c.add(op.Expand{Shape: []ir.Dim{x.Type.Shape[0], tokens}}, positions)
	}
	return c.outs(c.add(o, x, cos, sin, positions))
}

// rotation reads how x is split into heads, and how many tokens it has. A head is as long as the angles turn unless the
// number of heads is given.
func (n *node) rotation(x, cos *ir.Value) (op.Rotary, ir.Dim, error) {
	o := op.Rotary{Interleaved: n.flag("interleaved", false)}
	switch x.Type.Rank() {
	case 4:
		return o, x.Type.Shape[2], n.err
	case 3:
	default:
		return o, ir.Dim{}, fmt.Errorf("x is %s, want 3 or 4 axes", x.Type)
	}
	tokens := x.Type.Shape[1]
	if n.integer("num_heads", 0) != 0 {
		heads, err := n.count("num_heads")
		o.Heads = heads
		return o, tokens, err
	}
	r := cos.Type.Rank()
	if r == 0 {
		return o, tokens, fmt.Errorf("cos_cache is %s, want [positions, angles]", cos.Type)
	}
	heads, ok := x.Type.Shape[2].Div(cos.Type.Shape[r-1].Mul(ir.Const(2))).IsConst()
	if !ok || heads < 1 || heads > 1<<20 {
		return o, tokens, fmt.Errorf("x is %s and cos_cache %s; the attribute num_heads has to say how many heads there are", x.Type, cos.Type)
	}
	o.Heads = int(heads)
	return o, tokens, n.err
}

// rotaryOfThree reads MRotaryEmbedding: a token has three positions, and each angle goes by one of them.
func rotaryOfThree(n *node) ([]*ir.Value, error) {
	if err := n.arity(4, 4); err != nil {
		return nil, err
	}
	x, positions := n.in[0], n.in[1]
	for i, want := range []int{1: 3, 2: 2, 3: 2} {
		if i == 0 {
			continue
		}
		if err := n.rank(i, want); err != nil {
			return nil, err
		}
	}
	o, tokens, err := n.rotation(x, n.in[2])
	if err != nil {
		return nil, err
	}
	stream, err := n.angleStreams()
	if err != nil {
		return nil, err
	}
	c := &chain{n: n}
	var angles [2]*ir.Value
	for i := range angles {
		table := c.add(op.Gather{}, n.in[2+i], positions) // [3, b, s, r]
		y := c.stream(table, 0, x.Type.Shape[0], tokens, len(stream))
		for k := 1; k < 3; k++ {
			mine := make([]bool, len(stream))
			for at, s := range stream {
				mine[at] = s == k
			}
			chosen := n.Const(n.name, ir.FromBools([]int{len(mine)}, mine))
			y = c.add(op.Where{}, chosen, c.stream(table, int64(k), x.Type.Shape[0], tokens, len(stream)), y)
		}
		angles[i] = y
	}
	return c.outs(c.add(o, x, angles[0], angles[1]))
}

// stream is one of the three parts of [3, b, s, r].
func (c *chain) stream(table *ir.Value, i int64, batch, tokens ir.Dim, angles int) *ir.Value {
	return c.shape(c.part(table, 0, ir.Const(i), ir.Const(1)), batch, tokens, ir.Const(int64(angles)))
}

// angleStreams says by which of a token's positions each angle goes: one section after the other, or every third of
// them as far as a section reaches.
func (n *node) angleStreams() ([]int, error) {
	sections := n.integers("mrope_section")
	if len(sections) != 3 {
		return nil, fmt.Errorf("attribute mrope_section is %v, want three numbers", sections)
	}
	var stream []int
	for k, size := range sections {
		if size < 0 || size > 1<<16 {
			return nil, fmt.Errorf("attribute mrope_section is %v, want numbers from 0", sections)
		}
		for range size {
			stream = append(stream, k)
		}
	}
	if n.integer("mrope_layout", 0) == 0 {
		return stream, n.err
	}
	for i := range stream {
		k := i % 3
		if k > 0 && int64(i) >= 3*sections[k] {
			k = 0
		}
		stream[i] = k
	}
	return stream, n.err
}

// linearAttention1 reads LinearAttention as it was before ai.onnx took it over.
func linearAttention1(n *node) ([]*ir.Value, error) {
	if n.integer("state_window", 0) != 0 {
		return nil, errors.New("attribute state_window is not supported; export with 0, which keeps the state after the last token")
	}
	return linearAttention(n)
}

// causalConv1 reads CausalConvWithState as it was before ai.onnx took it over: with room between the taps, and channels
// that may stand last.
func causalConv1(n *node) ([]*ir.Value, error) {
	if n.integer("state_window", 0) != 0 {
		return nil, errors.New("attribute state_window is not supported; export with 0, which keeps the state after the last token")
	}
	if d := n.integer("ndim", 1); d != 1 {
		return nil, fmt.Errorf("attribute ndim is %d, want 1", d)
	}
	if !n.flag("channels_last", false) {
		return causalConv(n)
	}
	if err := n.arity(2, 4); err != nil {
		return nil, err
	}
	x := n.in[0]
	if x.Type.Rank() < 3 {
		return nil, fmt.Errorf("the input is %s, want [batch, tokens, channels…]", x.Type)
	}
	c := &chain{n: n}
	s := x.Type.Shape
	first := func(v *ir.Value) *ir.Value { // [b, t, c…] to [b, c, t]
		if v == nil || c.err != nil {
			return nil
		}
		if v.Type.Rank() != len(s) {
			c.err = fmt.Errorf("the past is %s, want %d axes as the input has", v.Type, len(s))
			return nil
		}
		flat := c.shape(v, v.Type.Shape[0], v.Type.Shape[1], ir.Product(s[2:]...))
		return c.transpose(flat, 0, 2, 1)
	}
	m := *n
	m.in = []*ir.Value{first(x), n.in[1], n.input(2), first(n.input(3))}
	if c.err != nil {
		return nil, c.err
	}
	outs, err := causalConv(&m)
	if err != nil {
		return nil, err
	}
	for i, v := range outs {
		tokens := v.Type.Shape[2]
		outs[i] = c.shape(c.transpose(v, 0, 2, 1), append([]ir.Dim{s[0], tokens}, s[2:]...)...)
	}
	return c.outs(outs...)
}
