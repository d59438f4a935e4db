package op

import (
	"fmt"
	"math"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/exact"
)

// attentionOps are the rows of the family.
var attentionOps = []Def{
	{Name: "Attention", Doc: "Attention is softmax(q·kᵀ·scale + bias)·v for each head, without a matrix of all scores. Source: ONNX Attention.", New: func() ir.Op { return Attention{} }, DTypes: floats, ULP: 64},
	{Name: "AttentionSteps", Doc: "AttentionSteps is Attention by products and a softmax, each rounded, whose scores are a result too. Source: ONNX Attention.", New: func() ir.Op { return AttentionSteps{} }, DTypes: floats},
	{Name: "AttentionScores", Doc: "AttentionScores is q·kᵀ·scale for each head. Source: ONNX Attention and FlexAttention.", New: func() ir.Op { return AttentionScores{} }, DTypes: floats},
	{Name: "AttentionMix", Doc: "AttentionMix is the sum of values weighted by probabilities, for each head. Source: ONNX Attention and FlexAttention.", New: func() ir.Op { return AttentionMix{} }, DTypes: floats},
	{Name: "LinearAttention", Doc: "LinearAttention reads queries from a state that each token's key and value are written to. Source: ONNX LinearAttention.", New: func() ir.Op { return LinearAttention{} }, DTypes: floats, ULP: 64},
	{Name: "Rotary", Doc: "Rotary turns pairs of elements by angles that depend on the token's position. Source: ONNX RotaryEmbedding.", New: func() ir.Op { return Rotary{} }, DTypes: floats, ULP: 4},
}

// Attention lets queries read from values, weighted by how their keys match. Inputs:
//
//	0 q        [b, h, s, d], or [b, s, h·d] if Heads says what h is
//	1 k        [b, g, t, d], or [b, t, g·d] if KVHeads says what g is; g divides h
//	2 v        [b, g, t, w], or [b, t, g·w] as k
//	3 mask     broadcasts to [b, h, s, t], optional: booleans say which keys a query sees, numbers are added to scores
//	4 lengths  [b], int64, optional: keys from there on are padding, and the queries are the last s of that many tokens
//
// The result is [b, h, s, w], or [b, s, h·w] as q. A query that sees no key gives zeros, unless Bare is set.
type Attention struct {
	Heads, KVHeads int
	Scale          float64 // of the scores; 0 means 1/√d
	Softcap        float64 // c where scores x become c·tanh(x/c); 0 is none
	Window         Window
	// Bare is set where a query that sees none of its keys gives NaN, as the softmax of nothing but -Inf does.
	Bare bool
	// Safe is set where a query gives zeros, too, whose weights are no numbers.
	Safe bool
	Past ir.Dim // how many keys stand before the first query's own, where there are no lengths
}

// Window is how many keys before and behind its own place a query sees, -1 for any number; nil is all keys.
type Window []int

// bounds gives both numbers.
func (w Window) bounds() (left, right int) {
	if len(w) != 2 {
		return -1, -1
	}
	return w[0], w[1]
}

// check wants no numbers or two.
func (w Window) check() error {
	if w == nil || len(w) == 2 && min(w[0], w[1]) >= -1 && max(w[0], w[1]) <= maxSpan {
		return nil
	}
	return fmt.Errorf("the window is %v, want two numbers from -1 to %d", []int(w), maxSpan)
}

// maxSpan bounds positions and windows, so that sums of them fit an int everywhere.
const maxSpan = 1 << 29

// attentionShape is what q, k and v agree on.
type attentionShape struct{ batch, heads, groups, queries, keys, size, width ir.Dim }

// OpName is Attention.
func (Attention) OpName() string { return "Attention" }

// SubstituteDims replaces symbols in the past's length.
func (o Attention) SubstituteDims(env map[string]ir.Dim) ir.Op {
	o.Past = o.Past.Substitute(env)
	return o
}

// split gives [b, h, s, d] of a type that may be packed as [b, s, h·d].
func split(t ir.Type, heads int) ([]ir.Dim, error) {
	switch {
	case heads == 0 && t.Rank() == 4:
		return t.Shape, nil
	case heads > 0 && t.Rank() == 3:
		h := ir.Const(int64(heads))
		size := t.Shape[2].Div(h)
		if !size.Mul(h).Equal(t.Shape[2]) {
			return nil, fmt.Errorf("%s does not divide into %d heads", t, heads)
		}
		return []ir.Dim{t.Shape[0], h, t.Shape[1], size}, nil
	}
	return nil, fmt.Errorf("%s beside %d heads, want [batch, heads, tokens, size], or [batch, tokens, heads·size] and the number of heads", t, heads)
}

// shape reads the sizes from the inputs' types.
func (o Attention) shape(q, k, v ir.Type) (attentionShape, [3][]ir.Dim, error) {
	var parts [3][]ir.Dim
	for i, t := range []ir.Type{q, k, v} {
		heads := o.KVHeads
		if i == 0 {
			heads = o.Heads
		}
		s, err := split(t, heads)
		if err != nil {
			return attentionShape{}, parts, fmt.Errorf("%c is %w", "qkv"[i], err)
		}
		parts[i] = s
	}
	a, b := parts[0], parts[1]
	return attentionShape{a[0], a[1], b[1], a[2], b[2], a[3], parts[2][3]}, parts, nil
}

// Infer demands that q, k and v agree.
func (o Attention) Infer(x *ir.Inference) ([]ir.Type, error) {
	if err := wantTensors(x, 3, 5); err != nil {
		return nil, err
	}
	if err := wantDType(x, 0, floats...); err != nil {
		return nil, err
	}
	for i := 1; i < 3; i++ {
		if err := wantSame(x, i, 0); err != nil {
			return nil, err
		}
	}
	if err := o.Window.check(); err != nil {
		return nil, err
	}
	s, parts, err := o.shape(x.Type(0), x.Type(1), x.Type(2))
	if err != nil {
		return nil, err
	}
	q, k, v := parts[0], parts[1], parts[2]
	for _, pair := range []struct {
		a, b ir.Dim
		what string
	}{
		{q[0], k[0], "q and k have different batches"}, {k[0], v[0], "k and v have different batches"},
		{k[1], v[1], "k and v have different heads"}, {k[2], v[2], "k and v have different lengths"},
		{q[3], k[3], "q and k have different head sizes"},
		{s.groups.Mul(s.heads.Div(s.groups)), s.heads, "the heads of k do not divide those of q"},
	} {
		if _, err := x.Equal(pair.a, pair.b, pair.what); err != nil {
			return nil, err
		}
	}
	if s, _, err = o.shape(x.Type(0), x.Type(1), x.Type(2)); err != nil { // symbols may be solved now
		return nil, err
	}
	if err := o.inferMask(x, s); err != nil {
		return nil, err
	}
	if x.Has(4) {
		t := x.Type(4)
		if t.DType != ir.Int64 || t.Rank() != 1 {
			return nil, fmt.Errorf("the lengths are %s, want a vector of i64", t)
		}
		if _, err := x.Equal(t.Shape[0], s.batch, "there is a length for each sequence"); err != nil {
			return nil, err
		}
	}
	d := x.Type(0).DType
	if o.Heads > 0 {
		return one(ir.TensorType(d, s.batch, s.queries, s.heads.Mul(s.width)))
	}
	return one(ir.TensorType(d, s.batch, s.heads, s.queries, s.width))
}

// inferMask demands that the mask broadcasts. An axis of it is 1 or the scores' own.
func (o Attention) inferMask(x *ir.Inference, s attentionShape) error {
	if !x.Has(3) {
		return nil
	}
	t := x.Type(3)
	if t.DType != ir.Bool && t.DType != x.Type(0).DType {
		return fmt.Errorf("the mask is %s, want bool or %s", t, x.Type(0).DType)
	}
	full := []ir.Dim{s.batch, s.heads, s.queries, s.keys}
	if t.Rank() > len(full) {
		return fmt.Errorf("the mask is %s, want at most 4 axes", t)
	}
	for i, d := range padShape(t.Shape, 4) {
		if d.Is(1) {
			continue
		}
		if _, err := x.Equal(d, full[i], "the mask does not fit the scores"); err != nil {
			return err
		}
	}
	return nil
}

// Eval computes query by query in float64.
func (o Attention) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	s, parts, err := o.shape(in[0].TypeOf(), in[1].TypeOf(), in[2].TypeOf())
	if err != nil {
		return nil, err
	}
	n, _ := ir.KnownShape([]ir.Dim{s.batch, s.heads, s.groups, s.queries, s.keys, s.size, s.width})
	past, known := o.Past.IsConst()
	if !known || n[2] == 0 || n[1]%n[2] != 0 {
		return nil, fmt.Errorf("%d heads for %d of k and %s tokens before, want a multiple and a number", n[1], n[2], o.Past)
	}
	for i, p := range parts[1:] {
		k, _ := ir.KnownShape(p)
		if k[0] != n[0] || k[1] != n[2] || k[2] != n[4] || i == 0 && k[3] != n[5] {
			return nil, fmt.Errorf("q, k and v have shapes %v, %v and %v", in[0].Shape, in[1].Shape, in[2].Shape)
		}
	}
	shape := []int{n[0], n[1], n[3], n[6]}
	if o.Heads > 0 {
		shape = []int{n[0], n[3], n[1] * n[6]}
	}
	e := &attentionEval{o: o, in: in, q: in[0].Floats(), k: in[1].Floats(), v: in[2].Floats(), past: int(past), out: ir.NewTensor(in[0].DType, shape...)}
	e.batch, e.heads, e.groups, e.queries, e.keys, e.size, e.width = n[0], n[1], n[2], n[3], n[4], n[5], n[6]
	if mask := nth(in, 3); mask != nil {
		e.mask = newOdometer([]int{n[0], n[1], n[3], n[4]}, mask.Shape)
	}
	e.scale = o.Scale
	if e.scale == 0 {
		e.scale = 1 / math.Sqrt(float64(e.size))
	}
	for b := range e.batch {
		for h := range e.heads {
			for i := range e.queries {
				e.query(b, h, i)
			}
		}
	}
	return result(e.out)
}

// attentionEval is the state of an evaluation.
type attentionEval struct {
	o                                                Attention
	in                                               []*ir.Tensor
	q, k, v                                          []float64
	out                                              *ir.Tensor
	mask                                             *odometer
	batch, heads, groups, queries, keys, size, width int
	past                                             int
	scale                                            float64
}

// at is where the elements of a head's token begin, in data that may be packed.
func (e *attentionEval) at(packed bool, b, h, i, heads, tokens, size int) int {
	if packed {
		return ((b*tokens+i)*heads + h) * size
	}
	return ((b*heads+h)*tokens + i) * size
}

// query computes a row of the result. The mask is walked in order, so all keys are asked for.
func (e *attentionEval) query(b, h, i int) {
	g := h / (e.heads / e.groups)
	q := e.q[e.at(e.o.Heads > 0, b, h, i, e.heads, e.queries, e.size):]
	left, right := e.o.Window.bounds()
	end, place := e.keys, i+e.past
	if lengths := nth(e.in, 4); lengths != nil {
		n := min(max(lengths.Int(b), -maxSpan), maxSpan)
		end, place = min(end, int(n)), i+int(n)-e.queries
	}
	score := make([]float64, e.keys)
	for j := range score {
		sum := 0.0
		k := e.k[e.at(e.o.KVHeads > 0, b, g, j, e.groups, e.keys, e.size):]
		for d := range e.size {
			sum += float64(q[d] * k[d])
		}
		sum *= e.scale
		if c := e.o.Softcap; c > 0 {
			sum = c * exact.Tanh(sum/c)
		}
		seen := j < end && (left < 0 || place-j <= left) && (right < 0 || j-place <= right)
		if e.mask != nil {
			m := e.in[3].Float(e.mask.next())
			if e.in[3].DType == ir.Bool {
				seen = seen && m != 0
			} else {
				seen = seen && !math.IsInf(m, -1)
				sum += m
			}
		}
		if score[j] = sum; !seen {
			score[j] = math.Inf(-1)
		}
	}
	to := e.at(e.o.Heads > 0, b, h, i, e.heads, e.queries, e.width)
	if math.IsInf(rowMax(score), -1) {
		for c := range e.width {
			if e.o.Bare && e.keys > 0 {
				e.out.SetFloat(to+c, math.NaN())
			}
		}
		return // else zeros
	}
	sum := expRow(score)
	if e.o.Safe && math.IsNaN(sum) {
		return
	}
	for c := range e.width {
		y := 0.0
		for j, p := range score {
			if p != 0 {
				y += float64(p * e.v[e.at(e.o.KVHeads > 0, b, g, j, e.groups, e.keys, e.width)+c])
			}
		}
		e.out.SetFloat(to+c, y/sum)
	}
}

// headSteps are the strides of batch, head and token.
func headSteps(packed bool, heads, tokens, size ir.Dim) []ir.Dim {
	if packed {
		return []ir.Dim{tokens.Mul(heads).Mul(size), size, heads.Mul(size)}
	}
	return []ir.Dim{heads.Mul(tokens).Mul(size), tokens.Mul(size), size}
}

// Lower calls the kernel that goes over the keys tile by tile.
func (o Attention) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	if d := in[0].Type.DType; d != ir.Float32 {
		return nil, unsupported(d)
	}
	s, _, err := o.shape(in[0].Type, in[1].Type, in[2].Type)
	if err != nil {
		return nil, err
	}
	strides := headSteps(o.Heads > 0, s.heads, s.queries, s.width)
	strides = append(strides, headSteps(o.Heads > 0, s.heads, s.queries, s.size)...)
	strides = append(strides, headSteps(o.KVHeads > 0, s.groups, s.keys, s.size)...)
	strides = append(strides, headSteps(o.KVHeads > 0, s.groups, s.keys, s.width)...)
	bias, allowed := ir.Nil(), ir.Nil()
	full := []ir.Dim{s.batch, s.heads, s.queries, s.keys}
	maskSteps := make([]ir.Dim, len(full))
	if mask := nth(in, 3); mask != nil {
		for i, a := range expandedSteps(mask.Type, ir.TensorType(mask.Type.DType, full...)) {
			maskSteps[i] = a.stride
		}
		if bias = ir.In(3); mask.Type.DType == ir.Bool {
			bias, allowed = ir.Nil(), ir.In(3)
		}
	}
	scale := o.Scale
	left, right := o.Window.bounds()
	sizes := []ir.Dim{s.batch, s.heads, s.groups, s.queries, s.keys, s.size, s.width}
	return call("kernel.AttentionF32", ir.Out(0), ir.In(0), ir.In(1), ir.In(2), bias, allowed, argOr(in, 4),
		ir.Ints(sizes...), ir.Ints(append(strides, maskSteps...)...), ir.Int(o.Past), ir.IntC(left), ir.IntC(right),
		ir.Num(ir.Float32, scale), ir.Num(ir.Float32, o.Softcap), ir.Flag(o.Bare), ir.Flag(o.Safe))
}
