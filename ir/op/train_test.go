package op

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/energeticc/energeticc/ir"
)

// gradientCase is a function of float64 tensors of these shapes.
type gradientCase struct {
	name   string
	shapes [][]int
	build  func(s *steps, x []*ir.Value) *ir.Value
	shift  float64 // added to inputs, for functions that are not smooth, or not there, around 0
}

func gradientCases() []gradientCase {
	pair := [][]int{{2, 3}, {3}}
	cases := []gradientCase{
		{"product that broadcasts", [][]int{{2, 3}, {2, 1}}, func(s *steps, x []*ir.Value) *ir.Value { return s.binary("Mul", x[0], x[1]) }, 0},
		{"used twice", [][]int{{3}}, func(s *steps, x []*ir.Value) *ir.Value {
			return s.binary("Mul", s.unary("Tanh", x[0]), s.binary("Add", x[0], x[0]))
		}, 0},
		{"matmul", [][]int{{2, 3, 4}, {4, 5}}, func(s *steps, x []*ir.Value) *ir.Value { return s.unary("Tanh", s.add(MatMul{}, x...)) }, 0},
		{"matmul aᵀ", [][]int{{4, 3}, {2, 4, 5}}, func(s *steps, x []*ir.Value) *ir.Value {
			return s.unary("Tanh", s.add(MatMul{TransA: true}, x...))
		}, 0},
		{"matmul bᵀ", [][]int{{3, 4}, {5, 4}}, func(s *steps, x []*ir.Value) *ir.Value {
			return s.unary("Tanh", s.add(MatMul{TransB: true}, x...))
		}, 0},
		{"matmul aᵀbᵀ", [][]int{{4, 3}, {5, 4}}, func(s *steps, x []*ir.Value) *ir.Value {
			return s.unary("Tanh", s.add(MatMul{TransA: true, TransB: true}, x...))
		}, 0},
		{"softmax", [][]int{{2, 3}, {2, 3}}, func(s *steps, x []*ir.Value) *ir.Value {
			return s.binary("Mul", s.add(Softmax{Axis: 1}, x[0]), x[1])
		}, 0},
		{"log-softmax", [][]int{{2, 3}, {2, 3}}, func(s *steps, x []*ir.Value) *ir.Value {
			return s.binary("Mul", s.add(LogSoftmax{Axis: 0}, x[0]), x[1])
		}, 0},
		{"movement", [][]int{{2, 3}, {2, 1}}, func(s *steps, x []*ir.Value) *ir.Value {
			v := s.add(Concat{Axis: 1}, x...)
			v = s.add(Transpose{Perm: []int{1, 0}}, v)
			cut := fromOrigin(ir.ConstDims([]int{3, 2}))
			cut.Begin[0] = ir.Const(1)
			v = s.add(Pad{Mode: "constant", Before: ir.ConstDims([]int{1, 0}), After: ir.ConstDims([]int{0, 2})}, s.add(cut, v))
			v = s.add(Expand{Shape: ir.ConstDims([]int{2, 4, 4})}, v)
			return s.binary("Mul", s.shape(v, ir.Const(8), ir.Const(4)), s.binary("Add", s.number(ir.Float64, 2), s.unary("Exp", s.shape(v, ir.Const(8), ir.Const(4)))))
		}, 0},
		{"gather", [][]int{{4, 2}}, func(s *steps, x []*ir.Value) *ir.Value {
			return s.unary("Exp", s.add(Gather{}, x[0], s.b.Const("at", ir.OfInts(3, 1, 3))))
		}, 0},
		{"where", pair, func(s *steps, x []*ir.Value) *ir.Value {
			return s.add(Where{}, s.binary("Less", x[0], x[1]), s.unary("Exp", x[0]), s.unary("Sin", x[1]))
		}, 0},
		{"body", [][]int{{1, 2, 3, 4}, {1, 1, 5, 4}}, func(s *steps, x []*ir.Value) *ir.Value { return s.unary("Tanh", s.add(AttentionScores{}, x...)) }, 0},
	}
	for _, fn := range []string{"Add", "Sub", "Mul", "Div", "Pow", "Max", "Min", "PRelu"} {
		shift := 0.0
		if fn == "Pow" || fn == "Div" {
			shift = 4
		}
		cases = append(cases, gradientCase{fn, pair, func(s *steps, x []*ir.Value) *ir.Value { return s.binary(fn, x[0], x[1]) }, shift})
	}
	for fn := range slopes {
		shift := map[string]float64{"Log": 4, "Sqrt": 4, "Acosh": 5, "Reciprocal": 4}[fn]
		scale := 1.0
		if fn == "Asin" || fn == "Acos" || fn == "Atanh" {
			scale = 0.2
		}
		cases = append(cases, gradientCase{fn, [][]int{{7}}, func(s *steps, x []*ir.Value) *ir.Value {
			return s.add(Unary{Fn: fn, A: 0.3, B: 0.9}, s.binary("Mul", x[0], s.number(ir.Float64, scale)))
		}, shift})
	}
	for _, fn := range []string{"ReduceSum", "ReduceMean", "ReduceSumSquare", "ReduceL1", "ReduceL2", "ReduceLogSum", "ReduceLogSumExp", "ReduceMax", "ReduceMin"} {
		shift := map[string]float64{"ReduceLogSum": 5}[fn]
		for _, keep := range []bool{false, true} {
			cases = append(cases, gradientCase{fn, [][]int{{2, 3, 2}}, func(s *steps, x []*ir.Value) *ir.Value {
				return s.unary("Tanh", s.add(Reduce{Fn: fn, Axes: []int{0, 2}, KeepDims: keep}, x[0]))
			}, shift})
		}
	}
	return cases
}

// TestGradients compares gradients with what a small step changes.
func TestGradients(t *testing.T) {
	for _, c := range gradientCases() {
		t.Run(c.name, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(3, 4))
			b := ir.NewBuilder("f")
			s := &steps{b: b}
			var x []*ir.Value
			var in []*ir.Tensor
			for i, shape := range c.shapes {
				v := ir.NewTensor(ir.Float64, shape...)
				for k := range v.Len() {
					v.SetFloat(k, rng.NormFloat64()+c.shift)
				}
				in = append(in, v)
				x = append(x, b.Input(fmt.Sprintf("x%d", i), v.TypeOf()))
			}
			y := c.build(s, x)
			if s.err != nil {
				t.Fatal(s.err)
			}
			grads, err := Gradients(b, y, x)
			if err != nil {
				t.Fatal(err)
			}
			b.Output(append([]*ir.Value{y}, grads...)...)
			sum := func() (float64, []*ir.Tensor) {
				out, err := b.Graph.Eval(in)
				if err != nil {
					t.Fatal(err)
				}
				total := 0.0
				for _, v := range out[0].Floats() {
					total += v
				}
				return total, out[1:]
			}
			_, got := sum()
			const h = 1e-6
			for i, v := range in {
				for k := range v.Len() {
					old := v.Float(k)
					v.SetFloat(k, old+h)
					more, _ := sum()
					v.SetFloat(k, old-h)
					less, _ := sum()
					v.SetFloat(k, old)
					if g, w := got[i].Float(k), (more-less)/(2*h); math.Abs(g-w) > 1e-5*(1+math.Abs(w)) {
						t.Errorf("by element %d of input %d: %v, want %v", k, i, g, w)
					}
				}
			}
		})
	}
}

func TestGradientErrors(t *testing.T) {
	b := ir.NewBuilder("f")
	x := b.Input("x", ir.TensorType(ir.Float32, ir.Sym("n")))
	y, err := b.Add1("y", Cumulative{Fn: "CumSum"}, x)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Gradients(b, y, []*ir.Value{x}); err == nil || !strings.Contains(err.Error(), "its gradient is not known") {
		t.Errorf("got %v", err)
	}
	k := b.Input("k", ir.TensorType(ir.Int64, ir.Sym("n")))
	if _, err := Gradients(b, x, []*ir.Value{k}); err == nil || !strings.Contains(err.Error(), "want a tensor of floats") {
		t.Errorf("got %v", err)
	}
	alone, err := Gradients(b, y, []*ir.Value{b.Input("other", ir.TensorType(ir.Float32))})
	if err != nil || len(alone) != 1 {
		t.Fatalf("a tensor that y does not depend on: %v", err)
	}
	if got := alone[0].Const.Float(0); got != 0 {
		t.Errorf("got %v, want 0", got)
	}
}
