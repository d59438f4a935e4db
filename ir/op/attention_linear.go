package op

import (
	"fmt"
	"math"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/exact"
)

// LinearAttention reads queries from a state, a matrix for each head of k, which each token changes: it decays, then
// its key's row of it moves towards the token's value. Inputs:
//
//	0 q      [b, t, Heads·d]
//	1 k      [b, t, KVHeads·d]; KVHeads divides Heads
//	2 v      [b, t, KVHeads·w]
//	3 past   [b, KVHeads, d, w], optional: the state before the first token; zeros where there is none
//	4 decay  [b, t, KVHeads] or [b, t, KVHeads·d], optional: the state is scaled by e^decay
//	5 beta   [b, t, KVHeads] or [b, t, 1], optional: how far what k finds moves to v; without it v is added to that
//
// The results are [b, t, Heads·w] and the state after the last token.
type LinearAttention struct {
	Heads, KVHeads int
	Scale          float64 // 0 means 1/√d
}

// linearShape is what the inputs agree on; decay and beta are how many numbers of each there are for a head.
type linearShape struct{ batch, tokens, size, width, decay, beta ir.Dim }

// OpName is LinearAttention.
func (LinearAttention) OpName() string { return "LinearAttention" }

// Infer demands that the inputs agree.
func (o LinearAttention) Infer(x *ir.Inference) ([]ir.Type, error) {
	if err := wantTensors(x, 3, 6); err != nil {
		return nil, err
	}
	if o.Heads < 1 || o.KVHeads < 1 || o.Heads%o.KVHeads != 0 {
		return nil, fmt.Errorf("%d heads for %d of k, want a multiple", o.Heads, o.KVHeads)
	}
	for i := range x.In {
		if x.Has(i) && x.Type(i).DType.IsFloat() && x.Type(i).DType != ir.Float64 {
			continue
		} else if x.Has(i) {
			return nil, fmt.Errorf("input %d is %s, want f32, f16 or bf16", i, x.Type(i))
		}
	}
	for i := range 6 {
		rank := 3
		if i == 3 {
			rank = 4
		}
		if x.Has(i) && x.Type(i).Rank() != rank {
			return nil, fmt.Errorf("input %d is %s, want %d axes", i, x.Type(i), rank)
		}
	}
	s, err := o.shape(x.In)
	if err != nil {
		return nil, err
	}
	state := []ir.Dim{s.batch, ir.Const(int64(o.KVHeads)), s.size, s.width}
	packed := func(per ir.Dim, heads int) []ir.Dim {
		return []ir.Dim{s.batch, s.tokens, per.Mul(ir.Const(int64(heads)))}
	}
	betaHeads := o.KVHeads
	if s.beta.Is(0) {
		betaHeads, s.beta = 1, ir.Const(1)
	}
	for i, want := range [][]ir.Dim{packed(s.size, o.Heads), packed(s.size, o.KVHeads), packed(s.width, o.KVHeads), state, packed(s.decay, o.KVHeads), packed(s.beta, betaHeads)} {
		if !x.Has(i) {
			continue
		}
		if err := equalShape(x, x.Type(i), want, fmt.Sprintf("input %d does not fit the others", i)); err != nil {
			return nil, err
		}
	}
	d := x.Type(0).DType
	stored := d
	if x.Has(3) {
		stored = x.Type(3).DType
	}
	return []ir.Type{ir.TensorType(d, packed(s.width, o.Heads)...), ir.TensorType(stored, state...)}, nil
}

// shape reads the sizes from the inputs, whose ranks are right.
func (o LinearAttention) shape(in []*ir.Value) (linearShape, error) {
	q, v := in[0].Type.Shape, in[2].Type.Shape
	heads, groups := ir.Const(int64(o.Heads)), ir.Const(int64(o.KVHeads))
	s := linearShape{batch: q[0], tokens: q[1], size: q[2].Div(heads), width: v[2].Div(groups)}
	if decay := nth(in, 4); decay != nil {
		switch d := decay.Type.Shape[2]; {
		case d.Equal(groups):
			s.decay = ir.Const(1)
		case d.Equal(groups.Mul(s.size)):
			s.decay = s.size
		default:
			return s, fmt.Errorf("the decay is %s, want %s or %s numbers for a token", decay.Type, groups, groups.Mul(s.size))
		}
	}
	if beta := nth(in, 5); beta != nil {
		switch d := beta.Type.Shape[2]; {
		case d.Equal(groups):
			s.beta = ir.Const(1)
		case d.Is(1): // one for all heads
		default:
			return s, fmt.Errorf("beta is %s, want %s numbers or 1 for a token", beta.Type, groups)
		}
	}
	return s, nil
}

// scale is the factor of what is read.
func (o LinearAttention) scale(size int) float64 {
	if o.Scale == 0 {
		return 1 / math.Sqrt(float64(size))
	}
	return o.Scale
}

// Eval goes from token to token.
func (o LinearAttention) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	q, v := in[0], in[2]
	batch, tokens := q.Shape[0], q.Shape[1]
	size, width := q.Shape[2]/o.Heads, v.Shape[2]/o.KVHeads
	stored := q.DType
	if past := nth(in, 3); past != nil {
		stored = past.DType
	}
	y := ir.NewTensor(q.DType, batch, tokens, o.Heads*width)
	present := ir.NewTensor(stored, batch, o.KVHeads, size, width)
	for b := range batch {
		for g := range o.KVHeads {
			state := make([]float64, size*width)
			at := (b*o.KVHeads + g) * size * width
			for i := range state {
				state[i] = elementOr(in, 3, at+i, 0)
			}
			for t := range tokens {
				o.write(state, in, b*tokens+t, g, size, width)
				o.read(y, state, q, b*tokens+t, g, size, width)
			}
			for i, s := range state {
				present.SetFloat(at+i, s)
			}
		}
	}
	return []*ir.Tensor{y, present}, nil
}

// write changes a head's state by a token.
func (o LinearAttention) write(state []float64, in []*ir.Tensor, token, g, size, width int) {
	key := func(d int) float64 { return in[1].Float((token*o.KVHeads+g)*size + d) }
	if decay := nth(in, 4); decay != nil {
		per := decay.Shape[2] / o.KVHeads
		for d := range size {
			f := exact.Exp(decay.Float((token*o.KVHeads+g)*per + d%per))
			for m := range width {
				state[d*width+m] *= f
			}
		}
	}
	for m := range width {
		v := in[2].Float((token*o.KVHeads+g)*width + m)
		if beta := nth(in, 5); beta != nil {
			found := 0.0
			for d := range size {
				found += float64(state[d*width+m] * key(d))
			}
			v = (v - found) * beta.Float(token*beta.Shape[2]+g%beta.Shape[2])
		}
		for d := range size {
			state[d*width+m] += float64(key(d) * v)
		}
	}
}

// read computes a token's results for the heads that share a state.
func (o LinearAttention) read(y *ir.Tensor, state []float64, q *ir.Tensor, token, g, size, width int) {
	share := o.Heads / o.KVHeads
	for h := g * share; h < (g+1)*share; h++ {
		for m := range width {
			sum := 0.0
			for d := range size {
				sum += float64(q.Float((token*o.Heads+h)*size+d) * state[d*width+m])
			}
			y.SetFloat((token*o.Heads+h)*width+m, sum*o.scale(size))
		}
	}
}

// Lower calls the kernel, which keeps the state where the second result is.
func (o LinearAttention) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	s, err := o.shape(in)
	if err != nil {
		return nil, err
	}
	return call("kernel.LinearAttentionF32", ir.Out(0), ir.Out(1), ir.In(0), ir.In(1), ir.In(2), argOr(in, 3), argOr(in, 4), argOr(in, 5),
		ir.Int(s.batch), ir.Int(s.tokens), ir.IntC(o.Heads), ir.IntC(o.KVHeads), ir.Int(s.size), ir.Int(s.width), ir.Int(s.decay), ir.Int(s.beta),
		ir.Num(ir.Float32, o.Scale), ir.Scratch(0, ir.Float32, s.width))
}
