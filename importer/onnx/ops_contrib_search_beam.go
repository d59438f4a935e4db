package onnx

import (
	"fmt"
	"math"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

// beamSearch reads BeamSearch, which follows the best few beginnings of each text, its beams, and keeps as many of the
// best texts that have ended.
func beamSearch(n *node) ([]*ir.Value, error) {
	if err := n.holes(5, 12, 2); err != nil {
		return nil, err
	}
	for i, what := range []string{10: "decoder_input_ids", 11: "logits_processor"} {
		if what != "" && n.input(i) != nil {
			return nil, fmt.Errorf("input %s is not supported; leave it out", what)
		}
	}
	b := &beams{early: n.flag("early_stopping", false), scores: n.wants(2), penalty: n.input(5)}
	s, err := n.readSearch(searchInputs{repetition: 6, vocab: 7, prefix: 8, mask: 9}, b)
	if err != nil {
		return nil, err
	}
	if s.beams, err = n.sizeIn(3, "num_beams"); err != nil {
		return nil, err
	}
	returned, err := n.sizeIn(4, "num_return_sequences")
	if err != nil {
		return nil, err
	}
	f := s.run()
	if s.err != nil {
		return nil, s.err
	}
	sums, done := f.state[0], f.state[3]
	open := s.add(op.Where{}, s.shape(done, s.batch, ir.Const(1)), s.number(ir.Float32, math.Inf(-1)), b.rated(s, sums, s.size(s.room)))
	ratings, texts := b.best(s, f.state[1], f.state[2], open, s.shape(f.texts, s.batch, s.beams, s.room))
	ratings, at := s.top(ratings, returned, true) // which are sorted: it says where more are wanted than there are
	return s.outs(s.rowsOf(texts, at), ratings, f.scores)
}

// beams chooses what the best beams go on with. Its state: the sum of the logarithms of each beam's probabilities,
// [batch, beams]; the ratings of the best texts that have ended, likewise, -Inf for none, and their tokens, [batch, beams,
// room]; whether a text is done, [batch].
type beams struct {
	early   bool // a text is done as soon as it has ended in as many ways as there are beams
	scores  bool // the scores of all tokens are an output
	penalty *ir.Value
}

// Of the beams only the first counts at first, since all are the same.
func (b *beams) start(s *search) []*ir.Value {
	first := s.binary("Equal", s.count(s.beams, ir.Int64), s.whole(0))
	sums := s.add(op.Where{}, first, s.number(ir.Float32, 0), s.number(ir.Float32, -1e9))
	return []*ir.Value{
		s.filled(sums, s.batch, s.beams),
		s.filled(s.number(ir.Float32, math.Inf(-1)), s.batch, s.beams),
		s.filled(s.token(s.pad), s.batch, s.beams, s.room),
		s.filled(s.n.Const(s.n.name, ir.FromBools(nil, []bool{false})), s.batch),
	}
}

// rated is a sum of logarithms by a text's length, a scalar.
func (b *beams) rated(s *search, sums, length *ir.Value) *ir.Value {
	length = s.cast(length, ir.Float32)
	if b.penalty != nil {
		length = s.binary("Pow", length, s.cast(s.scalar(b.penalty), ir.Float32))
	}
	return s.binary("Div", sums, length)
}

// best are the best texts, as many as there are beams, of those before and of more: ratings [batch, beams], texts [batch,
// beams, room].
func (b *beams) best(s *search, ratings, texts, more, moreTexts *ir.Value) (r, t *ir.Value) {
	r, at := s.top(s.add(op.Concat{Axis: 1}, ratings, more), s.beams, true)
	return r, s.rowsOf(s.add(op.Concat{Axis: 1}, texts, moreTexts), at)
}

// top are the largest or smallest elements along the second axis, and where they stand.
func (s *search) top(x *ir.Value, k ir.Dim, largest bool) (v, at *ir.Value) {
	count := s.add(op.Sizes{Values: []ir.Dim{k}, DType: ir.Int64, Shape: []int{1}})
	if s.err != nil {
		return nil, nil
	}
	made, err := s.n.add(op.TopK{Axis: 1, Largest: largest}, x, count)
	if s.err = err; err != nil {
		return nil, nil
	}
	return made[0], made[1]
}

// rowsOf takes of x, [batch, m, room], for each text the rows that at says, [batch, k].
func (s *search) rowsOf(x, at *ir.Value) *ir.Value {
	if s.err != nil {
		return nil
	}
	m := x.Type.Shape[1]
	at = s.binary("Add", at, s.binary("Mul", s.shape(s.count(s.batch, ir.Int64), s.batch, ir.Const(1)), s.size(m)))
	return s.add(op.Gather{}, s.shape(x, s.batch.Mul(m), x.Type.Shape[2]), at)
}

func (b *beams) step(s *search, scores *ir.Value, p progress, state []*ir.Value) choice {
	sums, ratings, ended, done := state[0], state[1], state[2], state[3]
	one, two := ir.Const(1), ir.Const(2)
	x := s.adjust(s.add(op.LogSoftmax{Axis: 1}, scores), p)
	x = s.binary("Add", x, s.shape(sums, s.rows, one))
	if s.err != nil {
		return choice{}
	}
	vocab := x.Type.Shape[1]
	// Twice as many candidates as there are beams: those that end their text, at most one a beam, leave enough others.
	value, at := s.top(s.shape(x, s.batch, s.beams.Mul(vocab)), s.beams.Mul(two), true)
	parent := s.binary("Div", at, s.size(vocab))
	token := s.binary("Mod", at, s.size(vocab))
	ends := s.binary("Equal", token, s.whole(s.end))
	finished := s.shape(done, s.batch, one)

	// The better half of the candidates may be texts.
	half := func(v *ir.Value) *ir.Value { return s.part(v, 1, ir.Const(0), s.beams) }
	counts := s.binary("And", half(ends), s.unary("Not", finished))
	rating := s.add(op.Where{}, counts, b.rated(s, half(value), p.length), s.number(ir.Float32, math.Inf(-1)))
	texts := s.rowsOf(s.shape(p.texts, s.batch, s.beams, s.room), half(parent))
	known := s.binary("Less", s.count(s.room, ir.Int64), p.length)
	texts = s.add(op.Where{}, known, texts, s.token(s.pad))
	ratings, ended = b.best(s, ratings, ended, rating, texts)
	nowDone := s.binary("Or", done, b.done(s, ratings, value, p))

	// The beams go on with the best of the other candidates, those of texts that were done before with padding.
	places := s.count(s.beams.Mul(two), ir.Int64)
	order := s.add(op.Where{}, ends, s.binary("Add", places, s.size(s.beams.Mul(two))), places)
	_, chosen := s.top(order, s.beams, false)
	of := func(v, otherwise *ir.Value) *ir.Value {
		return s.add(op.Where{}, finished, otherwise, s.add(op.GatherElements{Axis: 1}, v, chosen))
	}
	first := s.binary("Mul", s.count(s.batch, ir.Int64), s.size(s.beams))
	parent = s.binary("Add", parent, s.shape(first, s.batch, one))
	c := choice{
		tokens:  s.shape(of(s.cast(token, ir.Int32), s.token(s.pad)), s.rows),
		parents: s.shape(of(parent, s.whole(0)), s.rows),
		state:   []*ir.Value{of(value, s.number(ir.Float32, 0)), ratings, ended, nowDone},
		more:    s.unfinished(nowDone),
	}
	if b.scores {
		c.scores = s.shape(x, s.batch, s.beams, vocab)
	}
	return c
}

// done says of which texts, [batch], no better ends are to come: each has ended as often as there are beams, and no
// candidate's rating is above the worst. ONNX Runtime looks for the best candidate of text i not among the candidates of
// text i but among as many that stand i·beams places after the first text's; so does this.
func (b *beams) done(s *search, ratings, value *ir.Value, p progress) *ir.Value {
	one := ir.Const(1)
	worst := s.add(op.Reduce{Fn: "ReduceMin", Axes: []int{1}}, ratings)
	full := s.binary("Greater", worst, s.number(ir.Float32, math.Inf(-1)))
	if b.early {
		return full
	}
	halves := s.add(op.Reduce{Fn: "ReduceMax", Axes: []int{1}}, s.shape(value, s.batch.Mul(ir.Const(2)), s.beams))
	most := s.binary("Max", s.part(halves, 0, ir.Const(0), s.batch), s.part(halves, 0, one, s.batch))
	return s.binary("And", full, s.binary("GreaterOrEqual", worst, b.rated(s, most, p.length)))
}
