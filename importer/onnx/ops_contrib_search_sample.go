package onnx

import (
	"fmt"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

// sampling reads Sampling, which draws each token by its probability. With a seed the draws are those of ONNX Runtime
// on Linux: its generator is the standard library's minimal one.
func sampling(n *node) ([]*ir.Value, error) {
	if err := n.holes(2, 9); err != nil {
		return nil, err
	}
	d := &draw{most: n.float("top_p", 0), filter: n.float("filter_value", -1e20), keep: n.integer("min_tokens_to_keep", 0), custom: n.flag("custom", false), seed: n.input(8)}
	s, err := n.readSearch(searchInputs{repetition: 3, vocab: 4, prefix: 5, mask: 6}, d)
	if err != nil {
		return nil, err
	}
	if d.keep < 0 || d.keep > 1<<30 {
		return nil, fmt.Errorf("attribute min_tokens_to_keep is %d, want at least 0", d.keep)
	}
	s.rules.presence, s.rules.lowered = n.input(7), n.float("presence_penalty", 0)
	f := s.run()
	return s.outs(f.texts)
}

// draw chooses a token by chance among the most probable. Its state: which texts have ended, and the generator's number.
type draw struct {
	most   float64 // how probable those are together that may be drawn
	filter float64 // the score of the others
	keep   int64   // how many may be drawn in any case, where custom is not set
	custom bool    // counts from the most probable down, and the one that goes over most may be drawn
	seed   *ir.Value
}

// The generator gives the next number by multiplication: from 1 to modulus - 1.
const (
	generatorModulus    = 1<<31 - 1
	generatorMultiplier = 16807
)

func (d *draw) start(s *search) []*ir.Value {
	state := best{}.start(s)
	m := s.whole(generatorModulus)
	if d.seed == nil { // a different one in each run
		u := s.add(op.Random{Fn: "RandomUniform", Shape: []ir.Dim{}, B: 1, DType: ir.Float64})
		return append(state, s.binary("Add", s.cast(s.binary("Mul", u, s.number(ir.Float64, generatorModulus-1)), ir.Int64), s.whole(1)))
	}
	seed := s.cast(s.scalar(d.seed), ir.Int64)
	seed = s.add(op.Where{}, s.binary("Less", seed, s.whole(0)), s.binary("Add", seed, s.whole(1<<32)), seed)
	seed = s.binary("Mod", seed, m)
	return append(state, s.add(op.Where{}, s.binary("Equal", seed, s.whole(0)), s.whole(1), seed))
}

func (d *draw) step(s *search, scores *ir.Value, p progress, state []*ir.Value) choice {
	x := d.filtered(s, s.adjust(scores, p))
	if s.err != nil {
		return choice{}
	}
	vocab := x.Type.Shape[1]
	top := s.add(op.Reduce{Fn: "ReduceMax", Axes: []int{1}, KeepDims: true}, x)
	weights := s.cast(s.unary("Exp", s.binary("Sub", x, top)), ir.Float64)
	sums := s.add(op.Cumulative{Fn: "CumSum", Axis: 1}, weights)
	total := s.part(sums, 1, vocab.Sub(ir.Const(1)), ir.Const(1))
	drawn, after := s.drawn(state[1])
	if s.err != nil {
		return choice{}
	}
	below := s.binary("LessOrEqual", sums, s.binary("Mul", total, s.shape(drawn, s.rows, ir.Const(1))))
	tokens := s.add(op.Reduce{Fn: "ReduceSum", Axes: []int{1}}, s.cast(below, ir.Int32))
	tokens = s.binary("Min", tokens, s.cast(s.size(vocab.Sub(ir.Const(1))), ir.Int32))
	c := s.ended(tokens, state[0])
	c.state = append(c.state, after)
	return c
}

// filtered lowers the scores of the tokens that are not probable enough.
func (d *draw) filtered(s *search, x *ir.Value) *ir.Value {
	if s.err != nil {
		return nil
	}
	one, vocab := ir.Const(1), x.Type.Shape[1]
	sorted, at := s.top(x, vocab, d.custom)
	sums := s.add(op.Cumulative{Fn: "CumSum", Axis: 1}, s.add(op.Softmax{Axis: 1}, sorted))
	place := s.count(vocab, ir.Int64)
	var out *ir.Value
	if d.custom { // the one after that goes over is the first that is out
		before := op.Pad{Mode: "constant", Before: []ir.Dim{{}, one}, After: make([]ir.Dim, 2)}
		sums = s.add(before, s.part(sums, 1, ir.Const(0), vocab.Sub(one)), s.number(ir.Float32, 0))
		out = s.binary("And", s.binary("Greater", sums, s.number(ir.Float32, d.most)), s.binary("Greater", place, s.whole(0)))
	} else {
		out = s.binary("LessOrEqual", sums, s.number(ir.Float32, 1-float64(float32(d.most))))
		kept := s.binary("Less", place, s.size(vocab.Sub(ir.Const(d.keep))))
		out = s.binary("And", out, s.binary("Or", kept, s.binary("Equal", place, s.whole(0))))
	}
	sorted = s.add(op.Where{}, out, s.number(ir.Float32, d.filter), sorted)
	return s.add(op.ScatterElements{Axis: 1}, x, at, sorted)
}

// drawn are numbers from 0 up to 1, [rows], of two of the generator's each, and the generator's number after them.
func (s *search) drawn(number *ir.Value) (u, after *ir.Value) {
	if s.err != nil {
		return nil, nil
	}
	sub := *s.n
	sub.Builder = s.n.Sub("draw")
	c := &chain{n: &sub}
	state := sub.Input("number", number.Type)
	sub.Input("row", ir.TensorType(ir.Int64))
	next := func(v *ir.Value) *ir.Value {
		return c.binary("Mod", c.binary("Mul", v, c.whole(generatorMultiplier)), c.whole(generatorModulus))
	}
	real := func(v *ir.Value) *ir.Value { return c.cast(c.binary("Sub", v, c.whole(1)), ir.Float64) }
	const span = generatorModulus - 1
	low := next(state)
	high := next(low)
	y := c.binary("Add", real(low), c.binary("Mul", real(high), c.number(ir.Float64, span)))
	y = c.binary("Div", y, c.number(ir.Float64, span*span))
	if s.err = c.err; s.err != nil {
		return nil, nil
	}
	sub.Output(high, y)
	out, err := s.n.add(op.Scan{Body: sub.Graph, Rows: 1, InReverse: []bool{false}, OutReverse: []bool{false}}, number, s.count(s.rows, ir.Int64))
	if s.err = err; err != nil {
		return nil, nil
	}
	return out[1], out[0]
}
