package op

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/energeticc/energeticc/ir"
)

// layer makes a recurrent layer with default activations.
func layer(fn string, reverse ...bool) Recurrent {
	acts := map[string][]string{"LSTM": {"Sigmoid", "Tanh", "Tanh"}, "GRU": {"Sigmoid", "Tanh"}, "RNN": {"Tanh"}}[fn]
	o := Recurrent{Fn: fn, Reverse: reverse}
	for range reverse {
		for _, a := range acts {
			o.Acts, o.ActA, o.ActB = append(o.Acts, a), append(o.ActA, 0), append(o.ActB, 0)
		}
	}
	return o
}

func TestRecurrentLowered(t *testing.T) {
	const steps, batch, in, h = 4, 3, 5, 6
	r := rand.New(rand.NewPCG(5, 6))
	f := func(shape ...int) *ir.Tensor { return random(r, ir.Float32, shape...) }
	lengths := input(ir.FromInts(ir.Int32, []int{batch}, []int64{4, 0, 2}))
	for _, fn := range []string{"LSTM", "GRU", "RNN"} {
		for _, dirs := range [][]bool{{false}, {true}, {false, true}} {
			for _, weights := range []func(*ir.Tensor) *testInput{constant, input} {
				for _, full := range []bool{false, true} {
					o := layer(fn, dirs...)
					n, g := len(dirs), o.gates()
					x := []*testInput{input(f(steps, batch, in)), weights(f(n, g*h, in)), weights(f(n, g*h, h))}
					if full {
						o.Clip = 0.9
						o.Linear = fn == "GRU"
						x = append(x, weights(f(n, 2*g*h)), lengths, input(f(n, batch, h)))
					}
					if full && fn == "LSTM" {
						o.Coupled = n == 2
						x = append(x, input(f(n, batch, h)), weights(f(n, 3*h)))
					}
					name := fmt.Sprintf("%s%v constant=%v full=%v", fn, dirs, x[1].constant, full)
					t.Run(name, func(t *testing.T) { checkKernels(t, o, 1e-5, x...) })
				}
			}
		}
	}
}

// TestRecurrentWithoutStep: a sequence of length 0 ends in a state of 0, not in the one that it began with.
func TestRecurrentWithoutStep(t *testing.T) {
	ones := func(shape ...int) *ir.Tensor {
		return ir.FromFloats(ir.Float32, shape, slices.Repeat([]float64{1}, ir.NumElements(shape)))
	}
	for _, fn := range []string{"LSTM", "GRU", "RNN"} {
		o := layer(fn, false)
		in := []*ir.Tensor{ones(2, 2, 1), ones(1, o.gates(), 1), ones(1, o.gates(), 1), nil, ir.FromInts(ir.Int32, []int{2}, []int64{1, 0}), ones(1, 2, 1)}
		if fn == "LSTM" {
			in = append(in, ones(1, 2, 1))
		}
		out, err := o.Eval(in)
		if err != nil {
			t.Fatalf("%s: %v", fn, err)
		}
		for i, state := range out[1:] {
			if got := state.Floats(); got[0] == 0 || got[1] != 0 {
				t.Errorf("%s: output %d = %v, want 0 for the second sequence alone", fn, i+1, got)
			}
		}
	}
}

func TestRecurrentOfNothing(t *testing.T) {
	for _, fn := range []string{"LSTM", "GRU", "RNN"} {
		for _, size := range [][2]int{{0, 2}, {3, 0}} {
			o := layer(fn, false, true)
			steps, batch, h := size[0], size[1], 4
			t.Run(fmt.Sprintf("%s %d steps %d sequences", fn, steps, batch), func(t *testing.T) {
				checkKernels(t, o, 0, input(ir.NewTensor(ir.Float32, steps, batch, 2)),
					constant(ir.NewTensor(ir.Float32, 2, o.gates()*h, 2)), constant(ir.NewTensor(ir.Float32, 2, o.gates()*h, h)))
			})
		}
	}
}

func TestGateFnsLowered(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	x, w, u := random(r, ir.Float32, 3, 2, 2), random(r, ir.Float32, 1, 4, 2), random(r, ir.Float32, 1, 4, 4)
	for _, f := range GateFns {
		t.Run(f.Name, func(t *testing.T) {
			o := Recurrent{Fn: "RNN", Reverse: []bool{false}, Acts: []string{f.Name}, ActA: []float64{f.A * 0.75}, ActB: []float64{f.B * 0.75}, Clip: 2}
			checkKernels(t, o, 1e-5, input(x), constant(w), constant(u))
		})
	}
}

func TestRecurrentInferRefuses(t *testing.T) {
	tests := []struct {
		name string
		op   Recurrent
		want string
	}{
		{"directions", layer("RNN", false, true, false), "want one or two directions"},
		{"none", Recurrent{Fn: "RNN"}, "want one or two directions"},
		{"activation", Recurrent{Fn: "RNN", Reverse: []bool{true}, Acts: []string{"Gelu"}, ActA: []float64{0}, ActB: []float64{0}}, `"Gelu" is unknown`},
		{"shape", layer("GRU", true), "r has another shape"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := ir.NewBuilder("test")
			v := func(shape ...int) *ir.Value { return b.Const("w", ir.NewTensor(ir.Float32, shape...)) }
			_, err := b.Add("y", tt.op, v(3, 2, 2), v(1, 12, 2), v(1, 11, 4))
			if got := fmt.Sprint(err); !strings.Contains(got, tt.want) {
				t.Errorf("error %q, want one with %q", got, tt.want)
			}
		})
	}
}
