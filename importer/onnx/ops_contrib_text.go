package onnx

import (
	"fmt"
	"math"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

// contribTextRows are operators on tokens, characters and hashes.
var contribTextRows = []row{
	{"MurmurHash3", 1, murmurHash}, {"NGramRepeatBlock", 1, blockRepeats}, {"NGramHashMapping", 1, hashGrams},
	{"WordConvEmbedding", 1, wordEmbedding}, {"DynamicTimeWarping", 1, timeWarping}, {"BifurcationDetector", 1, bifurcation},
}

// murmurHash reads MurmurHash3: numbers are hashed by their bits.
func murmurHash(n *node) ([]*ir.Value, error) {
	if err := n.arity(1, 1); err != nil {
		return nil, err
	}
	seed := n.integer("seed", 0)
	if seed < math.MinInt32 || seed > math.MaxUint32 {
		return nil, fmt.Errorf("attribute seed is %d, want 32 bits", seed)
	}
	c := &chain{n: n}
	x := n.in[0]
	switch d := x.Type.DType; d {
	case ir.Int32, ir.Float32:
		x = c.add(op.BitCast{To: ir.Uint32}, x)
	case ir.Int64, ir.Float64:
		x = c.add(op.BitCast{To: ir.Uint64}, x)
	}
	y := c.add(op.MurmurHash{Seed: int(uint32(seed))}, x)
	if !n.flag("positive", true) {
		y = c.add(op.BitCast{To: ir.Int32}, y)
	}
	return c.outs(y)
}

// blockRepeats reads NGramRepeatBlock: what followed the last tokens before gets a score of -Inf.
func blockRepeats(n *node) ([]*ir.Value, error) {
	if err := n.arity(2, 2); err != nil {
		return nil, err
	}
	for i := range 2 {
		if err := n.rank(i, 2); err != nil {
			return nil, err
		}
	}
	size, err := n.sizeAttr("ngram_size")
	if err != nil {
		return nil, err
	}
	if size > maxTaps {
		return nil, fmt.Errorf("attribute ngram_size is %d, want at most %d", size, maxTaps)
	}
	ids, scores := n.in[0], n.in[1]
	zero, one := ir.Const(0), ir.Const(1)
	length := ids.Type.Shape[1]
	windows := length.Sub(ir.Const(size - 1)).Max(zero) // where the last tokens may have stood, with one behind them
	c := &chain{n: n}
	repeated := c.add(op.Expand{Shape: []ir.Dim{ids.Type.Shape[0], windows}}, n.Const(n.name, ir.FromBools(nil, []bool{true})))
	for k := range size - 1 {
		last := c.part(ids, 1, length.Sub(ir.Const(size-1-k)).Max(zero), length.Min(one))
		repeated = c.binary("And", repeated, c.binary("Equal", c.part(ids, 1, ir.Const(k).Min(length), windows), last))
	}
	d := scores.Type.DType
	follows := c.part(ids, 1, ir.Const(size-1).Min(length), windows)
	score := c.add(op.Where{}, repeated, c.number(d, math.Inf(-1)), c.number(d, math.Inf(1)))
	return c.outs(c.add(op.ScatterElements{Axis: 1, Reduction: "Min"}, scores, follows, score))
}

// hashing is an NGramHashMapping while it is read.
type hashing struct {
	*chain
	tokens  []*ir.Value // [batch, length]: the token itself and those before it, as far as they count
	present *ir.Value
}

// hashGrams reads NGramHashMapping: products of the last tokens, joined by exclusive or, modulo each head's size.
func hashGrams(n *node) ([]*ir.Value, error) {
	if err := n.holes(3, 7); err != nil {
		return nil, err
	}
	for i, want := range []int{2, 1, 1} {
		if err := n.rank(i, want); err != nil {
			return nil, err
		}
	}
	longest, heads := n.integer("max_ngram_size", 0), n.integer("n_head_per_ngram", 0)
	if longest < 2 || longest > 64 || heads < 1 || heads > 1<<16 {
		return nil, fmt.Errorf("attributes max_ngram_size and n_head_per_ngram are %d and %d, want 2 to 64 and at least 1", longest, heads)
	}
	h := &hashing{chain: &chain{n: n}}
	h.shift(longest - 1)
	s := n.in[0].Type.Shape
	var mix *ir.Value
	var parts []*ir.Value
	for k := range longest {
		factor := h.part(n.in[1], 0, ir.Const(k), ir.Const(1))
		product := h.binary("Mul", h.tokens[k], factor)
		if k == 0 {
			mix = product
			continue
		}
		mix = h.binary("BitwiseXor", mix, product)
		size := h.part(n.in[2], 0, ir.Const((k-1)*heads), ir.Const(heads))
		parts = append(parts, h.binary("Mod", h.shape(mix, s[0], s[1], ir.Const(1)), size))
	}
	y := h.plus(h.add(op.Concat{Axis: 2}, parts...), n.input(4))
	return h.outs(y, h.present)
}

// shift lists the tokens with up to so many before them. Before the begin stand those of the call before, or a filler;
// behind an end of text, and across segments, stands the filler too.
func (h *hashing) shift(most int64) {
	n := h.n
	ids, past, end := n.in[0], n.input(3), n.input(5)
	d, s, m := ids.Type.DType, ids.Type.Shape, ir.Const(most)
	filler := n.Const(n.name, ir.FromInts(d, nil, []int64{n.integer("pad_id", 0)}))
	if end != nil {
		filler = h.shape(end)
	}
	if past == nil {
		past = h.add(op.Expand{Shape: []ir.Dim{s[0], m}}, filler)
	}
	all := h.add(op.Concat{Axis: 1}, past, ids)
	h.present = h.part(all, 1, s[1], m)
	var segments, ended *ir.Value
	if v := n.input(6); v != nil {
		first := h.part(v, 1, ir.Const(0), s[1].Min(ir.Const(1)))
		segments = h.add(op.Concat{Axis: 1}, h.add(op.Expand{Shape: []ir.Dim{s[0], m}}, first), v)
	}
	note := func(v *ir.Value) {
		if ended == nil {
			ended = v
		} else {
			ended = h.binary("Or", ended, v)
		}
	}
	for k := range most + 1 {
		token := h.part(all, 1, ir.Const(most-k), s[1])
		if k > 0 && end != nil && n.flag("reset_on_eos", false) {
			note(h.binary("Equal", token, filler))
		}
		if k > 0 && segments != nil {
			here := h.part(segments, 1, ir.Const(most-k), s[1])
			after := h.part(segments, 1, ir.Const(most-k+1), s[1])
			note(h.unary("Not", h.binary("Equal", here, after)))
		}
		if ended != nil {
			token = h.add(op.Where{}, ended, filler, token)
		}
		h.tokens = append(h.tokens, token)
	}
}

// wordEmbedding reads WordConvEmbedding: the characters of a word, up to the first 0, are embedded and convolved, and
// each filter's largest answer is taken. A word without characters gives zeros.
func wordEmbedding(n *node) ([]*ir.Value, error) {
	if err := n.arity(4, 4); err != nil {
		return nil, err
	}
	for i, want := range []int{2, 4, 1, 2} {
		if err := n.rank(i, want); err != nil {
			return nil, err
		}
	}
	ids, w, bias, table := n.in[0], n.in[1], n.in[2], n.in[3]
	words, length := ids.Type.Shape[0], ids.Type.Shape[1]
	filters, width, one := w.Type.Shape[0], w.Type.Shape[2], ir.Const(1)
	for name, size := range map[string]ir.Dim{"embedding_size": filters, "conv_window_size": width, "char_embedding_size": w.Type.Shape[3]} {
		if v := n.integer(name, -1); v > 0 && !size.Equal(ir.Const(v)) {
			return nil, fmt.Errorf("attribute %s is %d, and the weights are %s", name, v, w.Type)
		}
	}
	c := &chain{n: n}
	d := ids.Type.DType
	zero, none := n.Const(n.name, ir.FromInts(d, nil, []int64{0})), c.number(ir.Float32, 0)
	seen := c.cast(c.binary("Greater", ids, zero), ir.Int64)
	count := c.add(op.Reduce{Fn: "ReduceSum", Axes: []int{1}, KeepDims: true}, seen)
	count = c.binary("Mul", count, c.part(seen, 1, ir.Const(0), one)) // a word that begins with 0 is none
	chars := c.add(op.Gather{}, table, c.binary("Max", ids, zero))
	y := c.add(op.Conv{}, c.shape(chars, words, one, length, table.Type.Shape[1]), w, bias)
	windows := length.Sub(width).Add(one)
	y = c.unary("Tanh", c.shape(y, words, filters, windows))
	last := c.binary("Max", c.binary("Sub", count, c.add(op.Sizes{Values: []ir.Dim{width}, DType: ir.Int64})), c.whole(0))
	within := c.binary("LessOrEqual", c.count(windows, ir.Int64), last)
	y = c.add(op.Where{}, c.shape(within, words, one, windows), y, c.number(ir.Float32, -1e12))
	y = c.add(op.Reduce{Fn: "ReduceMax", Axes: []int{2}}, y)
	return c.outs(c.add(op.Where{}, c.binary("Greater", count, c.whole(0)), y, none))
}

// timeWarping reads DynamicTimeWarping.
func timeWarping(n *node) ([]*ir.Value, error) {
	if err := n.arity(1, 1); err != nil {
		return nil, err
	}
	x := n.in[0]
	c := &chain{n: n}
	if s := x.Type.Shape; len(s) == 3 {
		x = c.shape(x, s[1], s[2])
	}
	return c.outs(c.add(op.WarpPath{}, x))
}

// bifurcation reads BifurcationDetector: predicted tokens follow the current ones as far as they are the source's, and
// one more; then the source is searched for how the result ends.
func bifurcation(n *node) ([]*ir.Value, error) {
	if err := n.arity(3, 4); err != nil {
		return nil, err
	}
	for i, want := range []int{1, 1} {
		if err := n.rank(i, want); err != nil {
			return nil, err
		}
	}
	shortest, longest := n.integer("min_ngram_size", 1), n.integer("max_ngram_size", 3)
	if shortest < 1 || longest < shortest || longest > 1<<20 {
		return nil, fmt.Errorf("attributes min_ngram_size and max_ngram_size are %d and %d, want at least 1 and no less than that", shortest, longest)
	}
	c := &chain{n: n}
	source, tokens, from := n.in[0], n.in[1], n.in[2]
	if guess := n.input(3); guess != nil {
		begin, err := n.sizesOf(from)
		if err != nil {
			return nil, err
		}
		if len(begin) != 1 {
			return nil, fmt.Errorf("prev_suffix_match_idx is %s, want one number", from.Type)
		}
		rest := source.Type.Shape[0].Sub(begin[0])
		same := c.binary("Equal", c.part(guess, 0, ir.Const(0), rest), c.part(source, 0, begin[0], rest))
		run := c.add(op.Cumulative{Fn: "CumProd"}, c.cast(same, ir.Int64))
		count := c.binary("Add", c.add(op.Reduce{Fn: "ReduceSum", Axes: []int{0}}, run), c.whole(1))
		if c.err != nil {
			return nil, c.err
		}
		taken, err := n.sizesOf(count)
		if err != nil {
			return nil, err
		}
		tokens = c.add(op.Concat{}, tokens, c.part(guess, 0, ir.Const(0), taken[0]))
	} else {
		tokens = c.add(op.Identity{}, tokens)
	}
	found := c.add(op.SuffixMatch{Least: int(shortest), Most: int(longest)}, source, tokens)
	return c.outs(tokens, c.shape(found, from.Type.Shape...))
}
