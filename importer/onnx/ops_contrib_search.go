package onnx

import (
	"errors"
	"fmt"

	"github.com/energeticc/energeticc/importer/onnx/pb"
	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

// contribSearchRows write texts: each runs a language model token after token, in a loop of the model's own.
var contribSearchRows = []row{{"BeamSearch", 1, beamSearch}, {"GreedySearch", 1, greedySearch}, {"Sampling", 1, sampling}}

// search is one of them while it is read. A row is a text of the batch or, in a beam search, one of a text's beams.
type search struct {
	*chain
	model  languageModel
	choose chooser
	batch  ir.Dim
	beams  ir.Dim
	rows   ir.Dim // batch·beams
	prompt ir.Dim // how many tokens a text has at first
	room   ir.Dim // and how many it may get
	vocab  int64  // how many of the scores count, -1 for all
	pad    int64  // the token behind a text's end
	end    int64  // the token that ends a text
	rules  rules
}

// languageModel is what a search runs. Its state is what it keeps of the tokens that it has seen, with the rows along
// one axis.
type languageModel interface {
	// begin gives the scores, [batch, 1, vocab], of the token after the prompt, the state and the prompt, [batch, prompt].
	begin(s *search) (scores *ir.Value, state []*ir.Value, prompt *ir.Value)
	// next gives the scores, [rows, 1, vocab], after one token more, [rows, 1], and the new state. run counts the calls
	// from 0.
	next(s *search, tokens, run *ir.Value, state []*ir.Value) (scores *ir.Value, after []*ir.Value)
	// axis is that of the rows in the state.
	axis() int
}

// chooser picks the next tokens by their scores, [rows, vocab].
type chooser interface {
	start(s *search) []*ir.Value
	step(s *search, scores *ir.Value, p progress, state []*ir.Value) choice
}

// progress is how far the texts are: their tokens, [rows, room], of which each has so many, a scalar.
type progress struct {
	texts, length *ir.Value
	first         bool // no token was chosen before
}

// choice is what a chooser says.
type choice struct {
	tokens  *ir.Value // [rows], int32
	parents *ir.Value // [rows]: the row that each of them goes on from; nil for its own
	state   []*ir.Value
	more    *ir.Value // whether a text is unfinished, a scalar
	scores  *ir.Value // what is kept of the step for the operator's output, nil for nothing
}

// searchInputs are the places of the inputs that are not the same for all the operators.
type searchInputs struct{ repetition, vocab, prefix, mask int }

// readSearch reads what all searches have.
func (n *node) readSearch(at searchInputs, choose chooser) (*search, error) {
	if err := n.rank(0, 2); err != nil {
		return nil, err
	}
	s := &search{chain: &chain{n: n}, choose: choose, batch: n.in[0].Type.Shape[0], beams: ir.Const(1)}
	s.pad, s.end, s.vocab = n.integer("pad_token_id", -1), n.integer("eos_token_id", -1), n.integer("vocab_size", -1)
	var err error
	if s.room, err = n.sizeIn(1, "max_length"); err != nil {
		return nil, err
	}
	s.rules = rules{
		least: n.input(2), repetition: n.input(at.repetition), vocab: n.input(at.vocab), prefix: n.input(at.prefix),
		ngram: n.integer("no_repeat_ngram_size", 0), temperature: n.float("temperature", 1),
	}
	if s.rules.ngram < 0 || s.rules.ngram > maxNGram {
		return nil, fmt.Errorf("attribute no_repeat_ngram_size is %d, want 0 to %d", s.rules.ngram, maxNGram)
	}
	if v := s.rules.vocab; v != nil && v.Type.Rank() != 1 {
		return nil, fmt.Errorf("vocab_mask is %s, want [vocab]", v.Type)
	}
	if v := s.rules.prefix; v != nil && v.Type.Rank() != 2 {
		return nil, fmt.Errorf("prefix_vocab_mask is %s, want [batch, vocab]", v.Type)
	}
	switch kind := n.integer("model_type", 0); kind {
	case 0:
		s.model, err = n.decoderOnly(n.input(at.mask))
	case 1:
		s.model, err = n.encoderDecoder(n.input(at.mask))
	default:
		err = fmt.Errorf("attribute model_type is %d, want 0 for a decoder like GPT-2's or 1 for an encoder and a decoder like T5's", kind)
	}
	if err == nil {
		err = n.err
	}
	return s, err
}

// sizeIn reads a size from an input of one number.
func (n *node) sizeIn(i int, what string) (ir.Dim, error) {
	sizes, err := n.sizesOf(n.in[i])
	if err == nil && len(sizes) != 1 {
		err = fmt.Errorf("%s (input %d) is %s, want one number", what, i, n.in[i].Type)
	}
	if err != nil {
		return ir.Dim{}, err
	}
	return sizes[0], nil
}

// found is what a search ends with.
type found struct {
	texts  *ir.Value // [rows, room]
	state  []*ir.Value
	scores *ir.Value // what was kept of each step, [steps, …], zeros for steps that were not taken; nil for nothing
}

// run writes the texts: the prompt gives the first token, a loop the others.
func (s *search) run() found {
	s.rows = s.batch.Mul(s.beams)
	scores, state, prompt := s.model.begin(s)
	if s.err != nil {
		return found{}
	}
	s.prompt = prompt.Type.Shape[1]
	for i, v := range state {
		state[i] = s.spread(v, s.model.axis())
	}
	p := progress{first: true, length: s.size(s.prompt)}
	one := ir.Const(1) // of the places behind the prompt; of the others there may be none, but no fewer
	behind := s.filled(s.token(s.pad), s.rows, s.room.Sub(s.prompt).Sub(one))
	p.texts = s.add(op.Concat{Axis: 1}, s.spread(prompt, 0), behind, s.filled(s.token(s.pad), s.rows, one))
	got := s.choose.step(s, s.spread(s.last(scores), 0), p, s.choose.start(s))
	texts := s.written(p, got)
	if s.err != nil {
		return found{}
	}
	f, err := s.loop(texts, got, state)
	if s.err == nil {
		s.err = err
	}
	return f
}

// loop chooses the tokens after the first.
func (s *search) loop(texts *ir.Value, got choice, state []*ir.Value) (found, error) {
	n := s.n
	in := []*ir.Value{s.size(s.room.Sub(s.prompt).Sub(ir.Const(1))), got.more}
	in = append(append(append(in, s.carried(texts, got)...), got.state...), state...)
	types := make([]ir.Type, len(in))
	for i, v := range in {
		types[i] = v.Type
	}
	read := func() (*ir.Graph, error) {
		body := *n
		body.Builder = n.Sub(n.name)
		one := *s
		one.chain = &chain{n: &body}
		return one.body(types, len(got.state), got.parents != nil)
	}
	g, err := n.im.settle(n, n.graph("decoder"), types, 2, 1, len(in)-2, read)
	if err != nil {
		return found{}, err
	}
	out, err := n.add(op.Loop{Body: g}, in...)
	if err != nil {
		return found{}, err
	}
	first := len(in) - len(state) - len(got.state) - 2
	f := found{texts: out[0], state: out[first:][:len(got.state)]}
	if got.scores != nil {
		f.scores = s.steps(got.scores, out[len(in)-2])
	}
	return f, nil
}

// steps puts what was kept of the first step before what was kept of the others, and zeros behind up to the room.
func (s *search) steps(first, rest *ir.Value) *ir.Value {
	d, more := first.Type.Shape, rest.Type.Shape[0]
	under := func(n ir.Dim) []ir.Dim { return append([]ir.Dim{n}, d...) }
	// Without a run of the loop the others' rows have no shape of their own.
	all := s.add(op.Concat{}, s.shape(first, under(ir.Const(1))...), s.shape(rest, under(more)...))
	behind := op.Pad{Mode: "constant", Before: make([]ir.Dim, len(d)+1), After: make([]ir.Dim, len(d)+1)}
	behind.After[0] = s.room.Sub(s.prompt).Sub(ir.Const(1)).Sub(more)
	return s.add(behind, all, s.number(ir.Float32, 0))
}

// carried are the values that the loop hands on besides the chooser's and the model's states.
func (s *search) carried(texts *ir.Value, got choice) []*ir.Value {
	all := []*ir.Value{texts, s.shape(got.tokens, s.rows, ir.Const(1))}
	if got.parents != nil {
		all = append(all, got.parents)
	}
	return all
}

// body reads one run of the loop, in which the model sees the token that was chosen before. choosing is how many values
// the chooser's state has.
func (s *search) body(types []ir.Type, choosing int, branching bool) (*ir.Graph, error) {
	b := s.n.Builder
	var in []*ir.Value
	for i, t := range types {
		in = append(in, b.Input(fmt.Sprintf("%s_%d", s.n.name, i), t))
	}
	run, p, tokens, rest := in[0], progress{texts: in[2]}, in[3], in[4:]
	p.length = s.binary("Add", run, s.size(s.prompt.Add(ir.Const(1))))
	var parents *ir.Value
	if branching {
		parents, rest = rest[0], rest[1:]
	}
	var state []*ir.Value
	for _, v := range rest[choosing:] {
		if branching {
			v = s.add(op.Gather{Axis: s.model.axis()}, v, parents)
		}
		state = append(state, v)
	}
	if s.err != nil {
		return nil, s.err
	}
	scores, state := s.model.next(s, tokens, run, state)
	got := s.choose.step(s, s.last(scores), p, rest[:choosing])
	texts := s.written(p, got)
	if s.err != nil {
		return nil, s.err
	}
	out := append(append(append([]*ir.Value{got.more}, s.carried(texts, got)...), got.state...), state...)
	if got.scores != nil {
		out = append(out, got.scores)
	}
	if s.err != nil {
		return nil, s.err
	}
	if err := copyStrangers(b, out); err != nil {
		return nil, err
	}
	b.Output(out...)
	return b.Graph, nil
}

// written are the texts with the tokens that were chosen.
func (s *search) written(p progress, got choice) *ir.Value {
	texts := p.texts
	if got.parents != nil {
		texts = s.add(op.Gather{}, texts, got.parents)
	}
	here := s.binary("Equal", s.count(s.room, ir.Int64), p.length)
	return s.add(op.Where{}, here, s.shape(got.tokens, s.rows, ir.Const(1)), texts)
}

// last are the scores of the token after the last one, of [rows, tokens, vocab] those of [rows, vocab].
func (s *search) last(scores *ir.Value) *ir.Value {
	if s.err != nil {
		return nil
	}
	if scores.Type.Rank() != 3 {
		s.err = fmt.Errorf("the decoder's logits are %s, want [batch, tokens, vocab]", scores.Type)
		return nil
	}
	d, one := scores.Type.Shape, ir.Const(1)
	y := s.part(scores, 1, d[1].Sub(one), one)
	if s.vocab > 0 && !d[2].Is(s.vocab) {
		y = s.part(y, 2, ir.Const(0), ir.Const(s.vocab))
	}
	if s.err != nil {
		return nil
	}
	return s.cast(s.shape(y, d[0], y.Type.Shape[2]), ir.Float32)
}

// spread gives each text's part along an axis to all of its beams.
func (s *search) spread(x *ir.Value, axis int) *ir.Value {
	if s.err != nil || s.beams.Is(1) {
		return x
	}
	d := x.Type.Shape
	if axis >= len(d) {
		s.err = fmt.Errorf("a state of the decoder is %s, want an axis %d for the batch", x.Type, axis)
		return nil
	}
	with := func(batch ...ir.Dim) []ir.Dim {
		return append(append(append([]ir.Dim{}, d[:axis]...), batch...), d[axis+1:]...)
	}
	y := s.shape(x, with(s.batch, ir.Const(1))...)
	return s.shape(s.add(op.Expand{Shape: with(s.batch, s.beams)}, y), with(s.rows)...)
}

// size is an int64 scalar that is a size.
func (c *chain) size(d ir.Dim) *ir.Value {
	return c.add(op.Sizes{Values: []ir.Dim{d}, DType: ir.Int64})
}

// token is an int32 scalar.
func (c *chain) token(v int64) *ir.Value {
	return c.n.Const(c.n.name, ir.FromInts(ir.Int32, nil, []int64{v}))
}

// filled is a tensor of equal elements.
func (c *chain) filled(v *ir.Value, shape ...ir.Dim) *ir.Value {
	return c.add(op.Expand{Shape: append([]ir.Dim{}, shape...)}, v)
}

// inner reads a graph of the file in the place of an op.
func (c *chain) inner(g *pb.GraphProto, in ...*ir.Value) []*ir.Value {
	if c.err != nil {
		return nil
	}
	n := c.n
	if n.im.searching { // each reads its graphs several times: searches within searches would take without end
		c.err = errors.New("a search stands in the graph of another, which is not supported")
		return nil
	}
	n.im.searching = true
	defer func() { n.im.searching = false }()
	s := n.scope.inner()
	c.err = n.im.initializers(n.Builder, s, g)
	for i, v := range g.GetInput() {
		s.values[v.GetName()] = in[i]
	}
	if c.err != nil {
		return nil
	}
	out, err := n.im.sortedBody(n.Builder, s, g)
	c.err = err
	return out
}
