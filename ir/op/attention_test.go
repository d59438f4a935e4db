package op

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/energeticc/energeticc/ir"
)

func flags(r *rand.Rand, shape ...int) *ir.Tensor {
	t := ir.NewTensor(ir.Bool, shape...)
	for i := range t.Len() {
		t.SetInt(i, int64(r.IntN(3)/2))
	}
	return t
}

// TestAttentionKernel compares the kernel with Eval for every kind of input.
func TestAttentionKernel(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	four := func(heads, tokens, size int) *testInput { return input(random(r, ir.Float32, 2, heads, tokens, size)) }
	// the packed width must be known, so it is a constant's
	three := func(tokens, width int) *testInput { return constant(random(r, ir.Float32, 2, tokens, width)) }
	tests := []struct {
		name string
		op   Attention
		in   []*testInput
	}{
		{"plain", Attention{}, []*testInput{four(3, 4, 5), four(3, 6, 5), four(3, 6, 2)}},
		{"safe", Attention{Safe: true}, []*testInput{four(3, 4, 5), four(3, 6, 5), four(3, 6, 2)}},
		{"grouped, scaled", Attention{Scale: 0.3}, []*testInput{four(4, 4, 5), four(2, 60, 5), four(2, 60, 51)}},
		{"packed", Attention{Heads: 4, KVHeads: 2}, []*testInput{three(4, 20), three(6, 10), three(6, 6), input(flags(r, 4, 6))}},
		{"packed q", Attention{Heads: 4}, []*testInput{three(4, 20), four(2, 6, 5), four(2, 6, 3)}},
		{"causal with a past", Attention{Window: Window{-1, 0}, Past: ir.Const(3)}, []*testInput{four(2, 4, 5), four(2, 7, 5), four(2, 7, 5)}},
		{"window, capped", Attention{Window: Window{2, 1}, Softcap: 0.5}, []*testInput{four(2, 40, 5), four(2, 40, 5), four(2, 40, 5)}},
		{"mask of a row", Attention{}, []*testInput{four(2, 4, 5), four(2, 6, 5), four(2, 6, 5), constant(flags(r, 1, 6))}},
		{"mask of all", Attention{}, []*testInput{four(2, 4, 5), four(2, 6, 5), four(2, 6, 5), input(flags(r, 2, 2, 4, 6))}},
		{"bias", Attention{}, []*testInput{four(2, 4, 5), four(2, 6, 5), four(2, 6, 5), constant(random(r, ir.Float32, 2, 1, 6))}},
		{"lengths", Attention{Window: Window{-1, 0}}, []*testInput{four(2, 4, 5), four(2, 6, 5), four(2, 6, 5), nil, input(ir.OfInts(5, 2))}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { checkKernels(t, tt.op, 1e-5, tt.in...) })
	}
}

// TestAttentionSteps holds the body to what Attention gives.
func TestAttentionSteps(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	q, k, v := random(r, ir.Float64, 2, 4, 5, 8), random(r, ir.Float64, 2, 2, 7, 8), random(r, ir.Float64, 2, 2, 7, 3)
	mask, bias := flags(r, 5, 7), random(r, ir.Float64, 4, 1, 7)
	bias.SetFloat(3, math.Inf(-1))
	tests := []struct {
		name   string
		op     Attention
		mask   *ir.Tensor
		length *ir.Tensor
	}{
		{"plain", Attention{}, nil, nil},
		{"scaled, capped", Attention{Scale: 2, Softcap: 1.5}, nil, nil},
		{"causal with a past", Attention{Window: Window{-1, 0}, Past: ir.Const(2)}, nil, nil},
		{"window", Attention{Window: Window{1, 2}}, bias, nil},
		{"mask", Attention{}, mask, nil},
		{"lengths", Attention{Window: Window{3, 0}}, mask, ir.OfInts(6, 2)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			in := []*ir.Tensor{q, k, v, tt.mask, tt.length}
			want, err := tt.op.Eval(in)
			if err != nil {
				t.Fatal(err)
			}
			o := tt.op
			got, err := ir.EvalOp(AttentionSteps{Scale: o.Scale, Softcap: o.Softcap, Window: o.Window, Past: o.Past, Scores: "probabilities"}, in)
			if err != nil {
				t.Fatal(err)
			}
			sameOutput(t, 0, got[0], want[0], 1e-12)
			if s := got[1].Shape; len(s) != 4 || s[1] != 4 || s[3] != 7 {
				t.Errorf("the probabilities have shape %v", s)
			}
		})
	}
}

func TestAttentionErrors(t *testing.T) {
	f := func(d ...int64) ir.Type {
		shape := make([]ir.Dim, len(d))
		for i, n := range d {
			shape[i] = ir.Const(n)
		}
		return ir.TensorType(ir.Float32, shape...)
	}
	tests := []struct {
		name string
		op   ir.Op
		in   []ir.Type
		want string
	}{
		{"heads", Attention{}, []ir.Type{f(1, 3, 4, 8), f(1, 2, 4, 8), f(1, 2, 4, 8)}, "do not divide"},
		{"rank", Attention{}, []ir.Type{f(1, 4, 8), f(1, 2, 4, 8), f(1, 2, 4, 8)}, "q is f32[1, 4, 8] beside 0 heads"},
		{"sizes", Attention{}, []ir.Type{f(1, 2, 4, 8), f(1, 2, 4, 7), f(1, 2, 4, 8)}, "different head sizes"},
		{"mask", Attention{}, []ir.Type{f(1, 2, 4, 8), f(1, 2, 4, 8), f(1, 2, 4, 8), f(3)}, "the mask does not fit"},
		{"window", Attention{Window: Window{-2, 0}}, []ir.Type{f(1, 2, 4, 8), f(1, 2, 4, 8), f(1, 2, 4, 8)}, "the window is"},
		{"steps", AttentionSteps{Scores: "all"}, []ir.Type{f(1, 2, 4, 8), f(1, 2, 4, 8), f(1, 2, 4, 8)}, `no scores are named "all"`},
		{"too many turned", Rotary{}, []ir.Type{f(1, 2, 4, 8), f(1, 4, 5), f(1, 4, 5)}, "more elements are turned"},
		{"angles", Rotary{Heads: 3}, []ir.Type{f(1, 4, 8), f(1, 4, 2), f(1, 4, 2)}, "does not divide into 3 heads"},
		{"decay", LinearAttention{Heads: 2, KVHeads: 2}, []ir.Type{f(1, 4, 8), f(1, 4, 8), f(1, 4, 8), f(1, 2, 4, 4), f(1, 4, 5)}, "the decay is"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := ir.NewBuilder("f")
			var in []*ir.Value
			for _, typ := range tt.in {
				in = append(in, b.Input("x", typ))
			}
			if _, err := b.Add("y", tt.op, in...); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}

func TestLinearAttentionKernel(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	x := func(shape ...int) *testInput { return input(random(r, ir.Float32, shape...)) }
	wide := func(heads int) *testInput { return constant(random(r, ir.Float32, 2, 3, heads)) } // a width decides what it means
	o := LinearAttention{Heads: 4, KVHeads: 2, Scale: 0.5}
	q, k, v, past := constant(random(r, ir.Float32, 2, 3, 20)), constant(random(r, ir.Float32, 2, 3, 10)), x(2, 3, 6), x(2, 2, 5, 3)
	tests := []struct {
		name string
		op   LinearAttention
		in   []*testInput
	}{
		{"linear", o, []*testInput{q, k, v}},
		{"default scale", LinearAttention{Heads: 4, KVHeads: 2}, []*testInput{q, k, v, past}},
		{"a decay for each head", o, []*testInput{q, k, v, past, wide(2)}},
		{"a decay for each row", o, []*testInput{q, k, v, nil, wide(10)}},
		{"beta", o, []*testInput{q, k, v, past, nil, wide(2)}},
		{"both, one beta", o, []*testInput{q, k, v, past, wide(2), wide(1)}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { checkKernels(t, tt.op, 1e-5, tt.in...) })
	}
}

func TestRotaryKernel(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	table := func(shape ...int) *testInput { return constant(random(r, ir.Float32, shape...)) }
	at := input(ir.FromInts(ir.Int64, []int{2, 3}, []int64{0, 1, 2, 6, 5, 4}))
	x := input(random(r, ir.Float32, 2, 4, 3, 8))
	packed := constant(random(r, ir.Float32, 2, 3, 32))
	tests := []struct {
		name string
		op   Rotary
		in   []*testInput
	}{
		{"halves", Rotary{}, []*testInput{x, table(2, 3, 4), table(2, 3, 4)}},
		{"neighbours", Rotary{Interleaved: true}, []*testInput{x, table(7, 4), table(7, 4), at}},
		{"part", Rotary{}, []*testInput{x, table(7, 3), table(7, 3), at}},
		{"packed", Rotary{Heads: 4, Interleaved: true}, []*testInput{packed, table(7, 3), table(7, 3), at}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { checkKernels(t, tt.op, 1e-6, tt.in...) })
	}
}
