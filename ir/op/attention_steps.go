package op

import (
	"fmt"
	"math"
	"strings"

	"github.com/energeticc/energeticc/ir"
)

// steps adds ops to a body and keeps the first error, so that a body reads like its formula. After an error values are
// nil: a body takes sizes and types from its inputs alone.
type steps struct {
	b   *ir.Builder
	err error
}

func (s *steps) add(o ir.Op, in ...*ir.Value) *ir.Value {
	if s.err != nil {
		return nil
	}
	v, err := s.b.Add1(strings.ToLower(o.OpName()), o, in...)
	if err != nil {
		s.err = fmt.Errorf("%s: %w", o.OpName(), err)
	}
	return v
}

func (s *steps) unary(fn string, x *ir.Value) *ir.Value { return s.add(Unary{Fn: fn}, x) }

func (s *steps) binary(fn string, a, b *ir.Value) *ir.Value { return s.add(Binary{Fn: fn}, a, b) }

// all folds values with a function of two, leaving out absent ones.
func (s *steps) all(fn string, v ...*ir.Value) *ir.Value {
	var out *ir.Value
	for _, x := range v {
		switch {
		case x == nil:
		case out == nil:
			out = x
		default:
			out = s.binary(fn, out, x)
		}
	}
	return out
}

// number is a scalar constant.
func (s *steps) number(d ir.DType, v float64) *ir.Value { return s.b.Const("number", ir.Scalar(d, v)) }

// size is a size as a scalar.
func (s *steps) size(d ir.Dim) *ir.Value {
	return s.add(Sizes{Values: []ir.Dim{d}, DType: ir.Int64})
}

// count is from, from + 1, … as an int64 tensor of n numbers under a shape.
func (s *steps) count(from, n ir.Dim, shape ...ir.Dim) *ir.Value {
	one := s.b.Const("one", ir.FromInts(ir.Int64, nil, []int64{1}))
	return s.shape(s.add(Range{}, s.size(from), s.size(from.Add(n)), one), shape...)
}

func (s *steps) shape(x *ir.Value, shape ...ir.Dim) *ir.Value {
	return s.add(Reshape{Shape: append([]ir.Dim{}, shape...)}, x)
}

// cast is x as an element type that it may have already.
func (s *steps) cast(to ir.DType, x *ir.Value) *ir.Value {
	if s.err != nil || x.Type.DType == to {
		return x
	}
	return s.add(Cast{To: to}, x)
}

// AttentionSteps is Attention for q, k and v of rank 4, computed as the standard spells it: q and k are scaled by the
// root of the scale, and each step rounds to the element type. It takes masks that are shorter than the scores are wide,
// and any number type. Scores names a second result: "raw" products, "capped" ones, those "biased" by mask and window,
// or the "probabilities"; "" is none. Precision is the type of the softmax, if it has one of its own.
type AttentionSteps struct {
	Scale, Softcap float64
	Window         Window
	Past           ir.Dim
	Precision      ir.DType
	Scores         string
}

// OpName is AttentionSteps.
func (AttentionSteps) OpName() string { return "AttentionSteps" }

// SubstituteDims replaces symbols in the past's length.
func (o AttentionSteps) SubstituteDims(env map[string]ir.Dim) ir.Op {
	o.Past = o.Past.Substitute(env)
	return o
}

// Body spells the steps.
func (o AttentionSteps) Body(b *ir.Builder, in []*ir.Value) ([]*ir.Value, error) {
	if err := o.check(in); err != nil {
		return nil, err
	}
	q, k, v := in[0], in[1], in[2]
	sizes, _, err := Attention{}.shape(q.Type, k.Type, v.Type)
	if err != nil {
		return nil, err
	}
	s, d := &steps{b: b}, q.Type.DType
	scores := s.add(AttentionScores{Scale: o.Scale}, q, k)
	seen := map[string]*ir.Value{"raw": scores}
	if o.Softcap > 0 {
		c := s.number(d, o.Softcap)
		scores = s.binary("Mul", s.unary("Tanh", s.binary("Div", scores, c)), c)
	}
	seen["capped"] = scores
	bias := o.bias(s, in, sizes)
	if bias != nil {
		scores = s.binary("Add", scores, bias)
	}
	seen["biased"] = scores
	precision := o.Precision
	if precision == ir.Invalid {
		precision = d
	}
	p := s.add(Softmax{Axis: 3}, s.cast(precision, scores))
	if bias != nil {
		p = s.clearHidden(p, bias, d, precision)
	}
	p = s.cast(d, p)
	seen["probabilities"] = p
	out := []*ir.Value{s.add(AttentionMix{}, p, v)}
	if o.Scores != "" {
		if seen[o.Scores] == nil && s.err == nil {
			return nil, fmt.Errorf("no scores are named %q", o.Scores)
		}
		out = append(out, seen[o.Scores])
	}
	return out, s.err
}

func (o AttentionSteps) check(in []*ir.Value) error {
	if len(in) < 3 || len(in) > 5 {
		return fmt.Errorf("%d inputs, want 3 to 5", len(in))
	}
	for i, v := range in {
		if i < 3 && (v == nil || !v.Type.IsTensor() || v.Type.Rank() != 4) {
			return fmt.Errorf("input %d is %s, want a tensor of rank 4", i, v)
		}
	}
	if m := nth(in, 3); m != nil && (!m.Type.IsTensor() || m.Type.Rank() > 4) {
		return fmt.Errorf("the mask is %s, want a tensor of at most 4 axes", m.Type)
	}
	if n := nth(in, 4); n != nil && (n.Type.DType != ir.Int64 || n.Type.Rank() != 1) {
		return fmt.Errorf("the lengths are %s, want a vector of i64", n.Type)
	}
	return o.Window.check()
}

// grouped reports whether several heads of q share one of k.
func (a attentionShape) grouped() bool { return !a.heads.Equal(a.groups) }

// AttentionScores is q·kᵀ times Scale, 0 for 1/√d, of which q and k each get the root: [b, h, s, t] of [b, h, s, d] and
// [b, g, t, d].
type AttentionScores struct{ Scale float64 }

// OpName is AttentionScores.
func (AttentionScores) OpName() string { return "AttentionScores" }

// Body scales and multiplies.
func (o AttentionScores) Body(b *ir.Builder, in []*ir.Value) ([]*ir.Value, error) {
	if len(in) != 2 {
		return nil, fmt.Errorf("%d inputs, want 2", len(in))
	}
	a, _, err := Attention{}.shape(in[0].Type, in[1].Type, in[1].Type)
	if err != nil {
		return nil, err
	}
	s := &steps{b: b}
	root := s.rootScale(o.Scale, a.size, in[0].Type.DType)
	q, k := s.binary("Mul", in[0], root), s.binary("Mul", in[1], root)
	if !a.grouped() {
		return []*ir.Value{s.add(MatMul{TransB: true}, q, k)}, s.err
	}
	q = s.shape(q, a.batch, a.groups, a.heads.Div(a.groups), a.queries, a.size)
	k = s.shape(k, a.batch, a.groups, ir.Const(1), a.keys, a.size)
	return []*ir.Value{s.shape(s.add(MatMul{TransB: true}, q, k), a.batch, a.heads, a.queries, a.keys)}, s.err
}

// rootScale is the root of a scale, which is 1/√size where it is 0.
func (s *steps) rootScale(scale float64, size ir.Dim, d ir.DType) *ir.Value {
	if n, ok := size.IsConst(); ok && scale == 0 {
		scale = 1 / math.Sqrt(float64(n))
	}
	if scale != 0 {
		return s.number(d, math.Sqrt(scale))
	}
	root := s.unary("Sqrt", s.unary("Sqrt", s.cast(ir.Float32, s.size(size))))
	return s.cast(d, s.unary("Reciprocal", root))
}

// AttentionMix is p·v: [b, h, s, w] of probabilities [b, h, s, t] and values [b, g, t, w].
type AttentionMix struct{}

// OpName is AttentionMix.
func (AttentionMix) OpName() string { return "AttentionMix" }

// Body multiplies.
func (AttentionMix) Body(b *ir.Builder, in []*ir.Value) ([]*ir.Value, error) {
	if len(in) != 2 {
		return nil, fmt.Errorf("%d inputs, want 2", len(in))
	}
	a, _, err := Attention{}.shape(in[0].Type, in[1].Type, in[1].Type)
	if err != nil {
		return nil, err
	}
	s := &steps{b: b}
	p, v := in[0], in[1]
	if !a.grouped() {
		return []*ir.Value{s.add(MatMul{}, p, v)}, s.err
	}
	p = s.shape(p, a.batch, a.groups, a.heads.Div(a.groups), a.queries, a.keys)
	v = s.shape(v, a.batch, a.groups, ir.Const(1), a.keys, a.width)
	return []*ir.Value{s.shape(s.add(MatMul{}, p, v), a.batch, a.heads, a.queries, a.width)}, s.err
}

// bias is what mask, window and lengths add to the scores: -Inf hides a key. It is nil where there is none of them.
func (o AttentionSteps) bias(s *steps, in []*ir.Value, a attentionShape) *ir.Value {
	d := in[0].Type.DType
	mask, lengths := nth(in, 3), nth(in, 4)
	one := ir.Const(1)
	key := s.count(ir.Dim{}, a.keys, a.keys)
	place := s.count(o.Past, a.queries, a.queries, one)
	var visible, added *ir.Value
	if lengths != nil {
		n := s.shape(lengths, a.batch, one, one, one)
		visible = s.binary("Less", key, n)
		place = s.binary("Add", s.count(a.queries.Neg(), a.queries, a.queries, one), n)
	}
	if left, right := o.Window.bounds(); left >= 0 || right >= 0 {
		ahead := s.binary("Sub", key, place)
		limit := func(v int) *ir.Value { return s.b.Const("limit", ir.FromInts(ir.Int64, nil, []int64{int64(v)})) }
		if left >= 0 {
			visible = s.all("And", visible, s.binary("GreaterOrEqual", ahead, limit(-left)))
		}
		if right >= 0 {
			visible = s.all("And", visible, s.binary("LessOrEqual", ahead, limit(right)))
		}
	}
	switch {
	case mask == nil:
	case mask.Type.DType == ir.Bool:
		visible = s.all("And", visible, mask)
	default:
		added = s.cast(d, mask)
	}
	if visible == nil {
		return added
	}
	if added == nil {
		added = s.number(d, 0)
	}
	return s.add(Where{}, visible, added, s.number(d, math.Inf(-1)))
}

// clearHidden makes the probabilities of a query that sees no key zeros.
func (s *steps) clearHidden(p, bias *ir.Value, d, precision ir.DType) *ir.Value {
	if s.err != nil {
		return nil
	}
	none := s.number(d, math.Inf(-1))
	if rank := bias.Type.Rank(); rank > 0 {
		bias = s.add(Reduce{Fn: "ReduceMax", Axes: []int{rank - 1}, KeepDims: true}, bias)
	}
	return s.add(Where{}, s.binary("Equal", bias, none), s.number(precision, 0), p)
}
