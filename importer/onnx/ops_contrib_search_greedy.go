package onnx

import (
	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

// greedySearch reads GreedySearch, which goes on with the best token each time.
func greedySearch(n *node) ([]*ir.Value, error) {
	if err := n.holes(2, 7); err != nil {
		return nil, err
	}
	s, err := n.readSearch(searchInputs{repetition: 3, vocab: 4, prefix: 5, mask: 6}, best{})
	if err != nil {
		return nil, err
	}
	f := s.run()
	return s.outs(f.texts)
}

// best chooses the token with the highest score. Its state says which texts have ended, [rows].
type best struct{}

func (best) start(s *search) []*ir.Value {
	none := s.n.Const(s.n.name, ir.FromBools(nil, []bool{false}))
	return []*ir.Value{s.filled(none, s.rows)}
}

func (best) step(s *search, scores *ir.Value, p progress, state []*ir.Value) choice {
	tokens := s.add(op.Arg{Fn: "ArgMax", Axis: 1}, s.adjust(scores, p))
	return s.ended(s.cast(tokens, ir.Int32), state[0])
}

// ended puts padding behind the texts that have ended, from the token on that ends them.
func (s *search) ended(tokens, before *ir.Value) choice {
	ended := s.binary("Or", before, s.binary("Equal", tokens, s.token(s.end)))
	tokens = s.add(op.Where{}, ended, s.token(s.pad), tokens)
	return choice{tokens: tokens, state: []*ir.Value{ended}, more: s.unfinished(ended)}
}

// unfinished says whether one of several is not.
func (s *search) unfinished(done *ir.Value) *ir.Value {
	return s.add(op.Reduce{Fn: "ReduceMax", Axes: []int{0}}, s.unary("Not", done))
}
