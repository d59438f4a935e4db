package op

import (
	"fmt"
	"slices"

	"github.com/energeticc/energeticc/ir"
)

// trainOps are the rows of the family.
var trainOps = []Def{
	{Name: "Adagrad", Doc: "Adagrad is one update of tensors by their gradients, divided by the root of what their squares add up to. Source: ONNX training Adagrad.", New: func() ir.Op { return Adagrad{} }, DTypes: floats},
	{Name: "Adam", Doc: "Adam is one update of tensors by running means of their gradients and of the gradients' squares. Source: ONNX training Adam.", New: func() ir.Op { return Adam{} }, DTypes: floats},
	{Name: "Momentum", Doc: "Momentum is one update of tensors by their gradients and what is left of earlier ones. Source: ONNX training Momentum.", New: func() ir.Op { return Momentum{} }, DTypes: floats},
}

// The optimisers' inputs are the learning rate and the count of updates, single numbers, then the tensors x₁ x₂ …, their
// gradients, and what the optimiser remembers of each: one tensor or two. They give the new tensors and memories, in the
// same order. Decay is how much of x is added to its gradient.

// Adagrad remembers sums of squares.
type Adagrad struct{ Decay, RateDecay, Eps float64 }

// Adam remembers means of gradients and of squares, of which Alpha and Beta are kept in an update. PostDecay is how
// much of the new x is taken away.
type Adam struct{ Alpha, Beta, Decay, PostDecay, Eps float64 }

// Momentum remembers a velocity, of which Alpha is kept; Beta of the gradient is added, all of it in the first update.
type Momentum struct {
	Alpha, Beta, Decay float64
	Nesterov           bool
}

// OpName is Adagrad.
func (Adagrad) OpName() string { return "Adagrad" }

// OpName is Adam.
func (Adam) OpName() string { return "Adam" }

// OpName is Momentum.
func (Momentum) OpName() string { return "Momentum" }

// update is what one tensor's update sees: its values, and rate and count as scalars of its type.
type update struct {
	*steps
	d                  ir.DType
	rate, count, first *ir.Value // first is true in update 0
	x, grad            *ir.Value // the gradient with its decay
	memory             []*ir.Value
}

// updates calls f for each tensor and puts what it gives, the new tensor and its memories, in the op's order.
func updates(b *ir.Builder, in []*ir.Value, memories int, decay float64, f func(u update) []*ir.Value) ([]*ir.Value, error) {
	kinds := 2 + memories
	n := (len(in) - 2) / kinds
	if len(in) < 2+kinds || (len(in)-2)%kinds != 0 || slices.Contains(in, nil) {
		return nil, fmt.Errorf("%d inputs, want rate, count and %d for each tensor", len(in), kinds)
	}
	for i, v := range in[:2] {
		if !v.Type.IsTensor() || !v.Type.Len().Is(1) {
			return nil, fmt.Errorf("input %d is %s, want a single number", i, v.Type)
		}
	}
	s := &steps{b: b}
	rate, count := s.shape(in[0]), s.shape(in[1])
	first := s.binary("LessOrEqual", count, s.b.Const("zero", ir.NewTensor(in[1].Type.DType)))
	out := make([]*ir.Value, n*(1+memories))
	for i := range n {
		of := func(kind int) *ir.Value { return in[2+kind*n+i] }
		d := of(0).Type.DType
		u := update{steps: s, d: d, rate: s.cast(d, rate), count: s.cast(d, count), first: first, x: of(0), grad: of(1)}
		for k := 1; k < kinds; k++ {
			if !shapeEqual(of(k).Type.Shape, of(0).Type.Shape) || of(k).Type.DType != d {
				return nil, fmt.Errorf("tensor %d is %s, and beside it stands %s", i, of(0).Type, of(k).Type)
			}
			if k > 1 {
				u.memory = append(u.memory, of(k))
			}
		}
		if decay != 0 {
			u.grad = s.binary("Add", u.times(decay, u.x), u.grad)
		}
		for k, v := range f(u) {
			out[k*n+i] = v
		}
	}
	return out, s.err
}

// times is factor·x.
func (u update) times(factor float64, x *ir.Value) *ir.Value {
	return u.binary("Mul", u.number(u.d, factor), x)
}

// mean is keep·old + (1 - keep)·x.
func (u update) mean(keep float64, old, x *ir.Value) *ir.Value {
	return u.binary("Add", u.times(keep, old), u.times(1-keep, x))
}

// Body spells the update.
func (o Adagrad) Body(b *ir.Builder, in []*ir.Value) ([]*ir.Value, error) {
	return updates(b, in, 1, o.Decay, func(u update) []*ir.Value {
		slower := u.binary("Add", u.number(u.d, 1), u.times(o.RateDecay, u.count))
		rate := u.binary("Div", u.rate, slower)
		squares := u.binary("Add", u.memory[0], u.binary("Mul", u.grad, u.grad))
		root := u.binary("Add", u.unary("Sqrt", squares), u.number(u.d, o.Eps))
		step := u.binary("Div", u.binary("Mul", rate, u.grad), root)
		return []*ir.Value{u.binary("Sub", u.x, step), squares}
	})
}

// Body spells the update. Means that began as zeros are too small at first: the rate makes up for that.
func (o Adam) Body(b *ir.Builder, in []*ir.Value) ([]*ir.Value, error) {
	return updates(b, in, 2, o.Decay, func(u update) []*ir.Value {
		one := u.number(u.d, 1)
		grads := u.mean(o.Alpha, u.memory[0], u.grad)
		squares := u.mean(o.Beta, u.memory[1], u.binary("Mul", u.grad, u.grad))
		left := func(keep float64) *ir.Value {
			return u.binary("Sub", one, u.binary("Pow", u.number(u.d, keep), u.count))
		}
		rate := u.binary("Div", u.binary("Mul", u.rate, u.unary("Sqrt", left(o.Beta))), left(o.Alpha))
		rate = u.add(Where{}, u.first, u.rate, rate)
		root := u.binary("Add", u.unary("Sqrt", squares), u.number(u.d, o.Eps))
		x := u.binary("Sub", u.x, u.binary("Div", u.binary("Mul", rate, grads), root))
		if o.PostDecay != 0 {
			x = u.times(1-o.PostDecay, x)
		}
		return []*ir.Value{x, grads, squares}
	})
}

// Body spells the update.
func (o Momentum) Body(b *ir.Builder, in []*ir.Value) ([]*ir.Value, error) {
	return updates(b, in, 1, o.Decay, func(u update) []*ir.Value {
		beta := u.add(Where{}, u.first, u.number(u.d, 1), u.number(u.d, o.Beta))
		velocity := u.binary("Add", u.times(o.Alpha, u.memory[0]), u.binary("Mul", beta, u.grad))
		way := velocity
		if o.Nesterov {
			way = u.binary("Add", u.grad, u.times(o.Alpha, velocity))
		}
		return []*ir.Value{u.binary("Sub", u.x, u.binary("Mul", u.rate, way)), velocity}
	})
}
