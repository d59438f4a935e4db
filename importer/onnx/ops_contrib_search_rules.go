package onnx

import (
	"math"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

// maxNGram bounds how long the runs of tokens are that may not stand twice in a text.
const maxNGram = 64

// rules change the scores before a token is chosen.
type rules struct {
	repetition  *ir.Value // by how much a token counts less that is in the text already
	ngram       int64     // no run of so many tokens stands twice in a text; 0 for any
	vocab       *ir.Value // [vocab]: 0 for tokens that are never chosen
	prefix      *ir.Value // [batch, vocab]: and for those that are not chosen first
	least       *ir.Value // how long a text is before it may end
	temperature float64   // what the scores are divided by
	presence    *ir.Value // [batch, vocab]: not 0 for tokens that count less,
	lowered     float64   // by so much
}

// lowest is the score of what may not be chosen.
func (s *search) lowest() *ir.Value { return s.number(ir.Float32, -math.MaxFloat32) }

// scalar takes the axes of length 1 off an optional number.
func (s *search) scalar(x *ir.Value) *ir.Value {
	if x == nil {
		return nil
	}
	return s.shape(x)
}

// adjust applies the rules to scores [rows, vocab], in the order of ONNX Runtime.
func (s *search) adjust(x *ir.Value, p progress) *ir.Value {
	r := s.rules
	if v := r.repetition; v != nil && !(v.Const != nil && v.Const.Len() == 1 && v.Const.Float(0) == 1) {
		x = s.penalised(x, p)
	}
	if r.ngram > 0 {
		x = s.withoutRepeats(x, p, r.ngram)
	}
	if r.vocab != nil {
		x = s.onlyAllowed(x, r.vocab)
	}
	if r.prefix != nil && p.first {
		x = s.onlyAllowed(x, s.spread(r.prefix, 0))
	}
	if r.least != nil && s.err == nil {
		short := s.binary("Less", p.length, s.cast(s.scalar(r.least), ir.Int64))
		end := s.binary("Equal", s.count(x.Type.Shape[1], ir.Int64), s.whole(s.end))
		x = s.add(op.Where{}, s.binary("And", short, end), s.lowest(), x)
	}
	if r.temperature > 0 && r.temperature != 1 {
		x = s.binary("Div", x, s.number(ir.Float32, r.temperature))
	}
	if r.presence != nil && r.lowered != 0 {
		x = s.binary("Sub", x, s.binary("Mul", s.cast(r.presence, ir.Float32), s.number(ir.Float32, r.lowered)))
	}
	return x
}

// onlyAllowed lowers the scores where a mask is 0.
func (s *search) onlyAllowed(x, mask *ir.Value) *ir.Value {
	mask = s.cast(mask, ir.Int64)
	return s.add(op.Where{}, s.binary("Equal", mask, s.whole(0)), s.lowest(), x)
}

// penalised divides the scores of tokens that are in the text already, or multiplies them where they are negative.
func (s *search) penalised(x *ir.Value, p progress) *ir.Value {
	penalty := s.cast(s.scalar(s.rules.repetition), ir.Float32)
	known := s.binary("Less", s.count(s.room, ir.Int64), p.length)
	tokens := s.add(op.Where{}, known, p.texts, s.part(p.texts, 1, ir.Const(0), ir.Const(1)))
	at := s.cast(tokens, ir.Int64)
	scores := s.add(op.GatherElements{Axis: 1}, x, at)
	negative := s.binary("Less", scores, s.number(ir.Float32, 0))
	scores = s.add(op.Where{}, negative, s.binary("Mul", scores, penalty), s.binary("Div", scores, penalty))
	return s.add(op.ScatterElements{Axis: 1}, x, at, scores)
}

// withoutRepeats forbids the tokens with which the last size tokens would stand in the text a second time: wherever all
// but the last of them stand, the one behind.
func (s *search) withoutRepeats(x *ir.Value, p progress, size int64) *ir.Value {
	behind := op.Pad{Mode: "constant", Before: make([]ir.Dim, 2), After: []ir.Dim{{}, ir.Const(size)}}
	texts := s.add(behind, p.texts, s.token(0))
	from := func(k int64) *ir.Value { return s.part(texts, 1, ir.Const(k), s.room) }
	start := s.count(s.room, ir.Int64)
	same := s.binary("LessOrEqual", s.binary("Add", start, s.whole(size)), p.length)
	for k := range size - 1 {
		at := s.binary("Max", s.binary("Sub", p.length, s.whole(size-1-k)), s.whole(0))
		last := s.shape(s.add(op.Gather{Axis: 1}, p.texts, at), s.rows, ir.Const(1))
		same = s.binary("And", same, s.binary("Equal", from(k), last))
	}
	next := s.cast(s.add(op.Where{}, same, from(size-1), from(0)), ir.Int64)
	if s.err != nil {
		return nil
	}
	most := s.add(op.Where{}, same, s.lowest(), s.number(ir.Float32, math.MaxFloat32))
	most = s.filled(most, s.rows, s.room)
	return s.add(op.ScatterElements{Axis: 1, Reduction: "Min"}, x, next, most)
}
