package op

import (
	"math"
	"slices"

	"github.com/energeticc/energeticc/ir"
)

func (Identity) pullback(_ *steps, _ *ir.Node, dy []*ir.Value) []*ir.Value { return dy }

func (Reshape) pullback(s *steps, n *ir.Node, dy []*ir.Value) []*ir.Value {
	return []*ir.Value{s.shape(dy[0], n.In[0].Type.Shape...)}
}

func (o Transpose) pullback(s *steps, _ *ir.Node, dy []*ir.Value) []*ir.Value {
	back := make([]int, len(o.Perm))
	for i, p := range o.Perm {
		back[p] = i
	}
	return []*ir.Value{s.add(Transpose{Perm: back}, dy[0])}
}

func (Expand) pullback(s *steps, n *ir.Node, dy []*ir.Value) []*ir.Value {
	return []*ir.Value{s.like(n.In[0], dy[0], n.Out[0].Type.Shape)}
}

func (Cast) pullback(s *steps, n *ir.Node, dy []*ir.Value) []*ir.Value {
	if d := n.In[0].Type.DType; slices.Contains(floats, d) && slices.Contains(floats, n.Out[0].Type.DType) {
		return []*ir.Value{s.cast(d, dy[0])}
	}
	return nil
}

func (o Concat) pullback(s *steps, n *ir.Node, dy []*ir.Value) []*ir.Value {
	out := make([]*ir.Value, len(n.In))
	at := ir.Dim{}
	for i, v := range n.In {
		cut := fromOrigin(v.Type.Shape)
		cut.Begin[o.Axis] = at
		out[i] = s.add(cut, dy[0])
		at = at.Add(v.Type.Shape[o.Axis])
	}
	return out
}

// fromOrigin is a slice of a shape from the origin.
func fromOrigin(shape []ir.Dim) Slice {
	cut := Slice{Begin: make([]ir.Dim, len(shape)), Size: slices.Clone(shape), Step: make([]ir.Dim, len(shape))}
	for i := range cut.Step {
		cut.Step[i] = ir.Const(1)
	}
	return cut
}

func (o Slice) pullback(s *steps, n *ir.Node, dy []*ir.Value) []*ir.Value {
	after := make([]ir.Dim, len(o.Begin))
	for i, d := range n.In[0].Type.Shape {
		if !o.Step[i].Is(1) {
			return s.fault("the gradient of a slice with step %s is not known", o.Step[i])
		}
		after[i] = d.Sub(o.Begin[i]).Sub(o.Size[i])
	}
	return []*ir.Value{s.add(Pad{Mode: "constant", Before: o.Begin, After: after}, dy[0])}
}

func (o Pad) pullback(s *steps, n *ir.Node, dy []*ir.Value) []*ir.Value {
	cut := fromOrigin(n.In[0].Type.Shape)
	for i, d := range o.Before {
		if lo, _ := d.Bounds(nil); lo < 0 || o.Mode != "constant" {
			return s.fault("the gradient of padding with mode %s and %s entries before axis %d is not known", o.Mode, d, i)
		}
		cut.Begin[i] = d
	}
	return []*ir.Value{s.add(cut, dy[0])}
}

func (Where) pullback(s *steps, n *ir.Node, dy []*ir.Value) []*ir.Value {
	none, shape := s.number(n.Out[0].Type.DType, 0), n.Out[0].Type.Shape
	return []*ir.Value{
		nil,
		s.like(n.In[1], s.add(Where{}, n.In[0], dy[0], none), shape),
		s.like(n.In[2], s.add(Where{}, n.In[0], none, dy[0]), shape),
	}
}

func (o Gather) pullback(s *steps, n *ir.Node, dy []*ir.Value) []*ir.Value {
	if o.Axis != 0 {
		return s.fault("the gradient of Gather along axis %d is not known, only along axis 0", o.Axis)
	}
	at := s.shape(n.In[1], append(slices.Clone(n.In[1].Type.Shape), ir.Const(1))...)
	if n.In[1].Type.DType != ir.Int64 {
		at = s.cast(ir.Int64, at)
	}
	return []*ir.Value{s.add(ScatterND{Reduction: "Add"}, s.filled(0, n.In[0]), at, dy[0])}
}

// pullback of a softmax p is p·(dy - Σ dy·p).
func (o Softmax) pullback(s *steps, n *ir.Node, dy []*ir.Value) []*ir.Value {
	p := n.Out[0]
	sum := s.add(Reduce{Fn: "ReduceSum", Axes: []int{o.Axis}, KeepDims: true}, s.binary("Mul", dy[0], p))
	return []*ir.Value{s.binary("Mul", p, s.binary("Sub", dy[0], sum))}
}

// pullback of a log-softmax l is dy - e^l·Σ dy.
func (o LogSoftmax) pullback(s *steps, n *ir.Node, dy []*ir.Value) []*ir.Value {
	sum := s.add(Reduce{Fn: "ReduceSum", Axes: []int{o.Axis}, KeepDims: true}, dy[0])
	return []*ir.Value{s.binary("Sub", dy[0], s.binary("Mul", s.unary("Exp", n.Out[0]), sum))}
}

// pullback of c = α·a·b + bias is α·dc·bᵀ for a and α·aᵀ·dc for b.
func (o MatMul) pullback(s *steps, n *ir.Node, dy []*ir.Value) []*ir.Value {
	if o.Act.Fn != "" || len(n.In) > matResidual {
		return s.fault("the gradient of a product of quantised weights, or with an activation, is not known")
	}
	a, b, c := n.In[matA], n.In[matB], n.Out[0].Type.Shape
	rank := len(c)
	plus := func(v *ir.Value, rows, cols ir.Dim) []ir.Dim {
		return append(slices.Clone(c[:rank-2]), rows, cols)
	}
	dc := dy[0]
	if o.alpha() != 1 {
		dc = s.binary("Mul", dc, s.number(n.Out[0].Type.DType, o.alpha()))
	}
	m, k := matrix(a.Type, o.TransA)
	_, cols := matrix(b.Type, o.TransB)
	da, shapeA := s.add(MatMul{TransB: !o.TransB}, dc, b), plus(a, m, k)
	if o.TransA {
		da, shapeA = s.add(MatMul{TransA: o.TransB, TransB: true}, b, dc), plus(a, k, m)
	}
	db, shapeB := s.add(MatMul{TransA: !o.TransA}, a, dc), plus(b, k, cols)
	if o.TransB {
		db, shapeB = s.add(MatMul{TransA: true, TransB: o.TransA}, dc, a), plus(b, cols, k)
	}
	out := []*ir.Value{s.like(a, da, shapeA), s.like(b, db, shapeB)}
	if bias := nth(n.In, matBias); bias != nil {
		out = append(out, s.like(bias, dy[0], c))
	}
	return out
}

// kept is the shape of a reduction's result with the reduced axes as ones.
func (o Reduce) kept(shape []ir.Dim) []ir.Dim {
	o.KeepDims = true
	return o.shape(shape)
}

func (o Reduce) pullback(s *steps, n *ir.Node, dy []*ir.Value) []*ir.Value {
	x, d := n.In[0], n.In[0].Type.DType
	if len(n.In) > 1 || !slices.Contains(floats, d) {
		return s.fault("the gradient of a reduction along axes that only a run knows is not known")
	}
	kept := o.kept(x.Type.Shape)
	dz, y := s.shape(dy[0], kept...), s.shape(n.Out[0], kept...)
	spread := func(v *ir.Value) []*ir.Value { return []*ir.Value{s.add(Expand{Shape: x.Type.Shape}, v)} }
	times := func(v *ir.Value) []*ir.Value { return []*ir.Value{s.binary("Mul", dz, v)} }
	switch o.Fn {
	case "ReduceSum":
		return spread(dz)
	case "ReduceMean":
		count := ir.Const(1)
		for _, a := range o.Axes {
			count = count.Mul(x.Type.Shape[a])
		}
		return spread(s.binary("Div", dz, s.cast(d, s.size(count))))
	case "ReduceSumSquare":
		return times(s.binary("Mul", x, s.number(d, 2)))
	case "ReduceL1":
		return times(s.unary("Sign", x))
	case "ReduceL2":
		return times(s.binary("Div", x, y))
	case "ReduceLogSum":
		return spread(s.binary("Div", dz, s.unary("Exp", y)))
	case "ReduceLogSumExp":
		return times(s.unary("Exp", s.binary("Sub", x, y)))
	case "ReduceMax", "ReduceMin": // elements that are equally large share
		hit := s.cast(d, s.binary("Equal", x, y))
		return times(s.binary("Div", hit, s.add(Reduce{Fn: "ReduceSum", Axes: o.Axes, KeepDims: true}, hit)))
	}
	return s.fault("the gradient of %s is not known", o.Fn)
}

func (o Binary) pullback(s *steps, n *ir.Node, dy []*ir.Value) []*ir.Value {
	a, b, y, dz := n.In[0], n.In[1], n.Out[0], dy[0]
	d := y.Type.DType
	if !slices.Contains(floats, d) {
		return nil
	}
	var da, db *ir.Value
	choose := func(test string) {
		first, none := s.binary(test, a, b), s.number(d, 0)
		da, db = s.add(Where{}, first, dz, none), s.add(Where{}, first, none, dz)
	}
	switch o.Fn {
	case "Add":
		da, db = dz, dz
	case "Sub":
		da, db = dz, s.unary("Neg", dz)
	case "Mul":
		da, db = s.binary("Mul", dz, b), s.binary("Mul", dz, a)
	case "Div":
		da = s.binary("Div", dz, b)
		db = s.unary("Neg", s.binary("Div", s.binary("Mul", dz, y), b))
	case "Pow":
		less := s.binary("Sub", b, s.number(d, 1))
		da = s.binary("Mul", dz, s.binary("Mul", b, s.binary("Pow", a, less)))
		// a power of 0 does not change with its exponent, though ln 0 is -Inf
		log := s.add(Where{}, s.binary("Greater", a, s.number(d, 0)), s.unary("Log", a), s.number(d, 0))
		db = s.binary("Mul", dz, s.binary("Mul", y, log))
	case "Max":
		choose("GreaterOrEqual")
	case "Min":
		choose("LessOrEqual")
	case "PRelu":
		positive := s.binary("GreaterOrEqual", a, s.number(d, 0))
		da = s.add(Where{}, positive, dz, s.binary("Mul", dz, b))
		db = s.add(Where{}, positive, s.number(d, 0), s.binary("Mul", dz, a))
	default:
		return s.fault("the gradient of %s is not known", o.Fn)
	}
	return []*ir.Value{s.like(a, da, y.Type.Shape), s.like(b, db, y.Type.Shape)}
}

// slope builds the derivative of a function from its argument x and its result y.
type slope func(f fnGraph) *ir.Value

// fnGraph is what a slope is made of.
type fnGraph struct {
	*steps
	d    ir.DType
	x, y *ir.Value
	a, b float64 // the function's parameters
}

func (f fnGraph) num(v float64) *ir.Value { return f.number(f.d, v) }

// root is √(one + sign·x²).
func (f fnGraph) root(one, sign float64) *ir.Value {
	return f.unary("Sqrt", f.binary("Add", f.num(one), f.binary("Mul", f.num(sign), f.binary("Mul", f.x, f.x))))
}

// above is v where x is above a bound, else other.
func (f fnGraph) above(bound float64, v, other *ir.Value) *ir.Value {
	return f.add(Where{}, f.binary("Greater", f.x, f.num(bound)), v, other)
}

// bell is scale·e^(-x²/width).
func (f fnGraph) bell(scale, width float64) *ir.Value {
	square := f.binary("Mul", f.x, f.x)
	return f.binary("Mul", f.num(scale), f.unary("Exp", f.binary("Mul", f.num(-1/width), square)))
}

// slopes are the derivatives that are known. Steps, such as Floor, have the slope 0.
var slopes = map[string]slope{
	"Neg":        func(f fnGraph) *ir.Value { return f.num(-1) },
	"Abs":        func(f fnGraph) *ir.Value { return f.unary("Sign", f.x) },
	"Sign":       func(f fnGraph) *ir.Value { return f.num(0) },
	"Floor":      func(f fnGraph) *ir.Value { return f.num(0) },
	"Ceil":       func(f fnGraph) *ir.Value { return f.num(0) },
	"Round":      func(f fnGraph) *ir.Value { return f.num(0) },
	"Exp":        func(f fnGraph) *ir.Value { return f.y },
	"Log":        func(f fnGraph) *ir.Value { return f.unary("Reciprocal", f.x) },
	"Sqrt":       func(f fnGraph) *ir.Value { return f.binary("Div", f.num(0.5), f.y) },
	"Reciprocal": func(f fnGraph) *ir.Value { return f.unary("Neg", f.binary("Mul", f.y, f.y)) },
	"Sin":        func(f fnGraph) *ir.Value { return f.unary("Cos", f.x) },
	"Cos":        func(f fnGraph) *ir.Value { return f.unary("Neg", f.unary("Sin", f.x)) },
	"Tan":        func(f fnGraph) *ir.Value { return f.binary("Add", f.num(1), f.binary("Mul", f.y, f.y)) },
	"Asin":       func(f fnGraph) *ir.Value { return f.unary("Reciprocal", f.root(1, -1)) },
	"Acos":       func(f fnGraph) *ir.Value { return f.unary("Neg", f.unary("Reciprocal", f.root(1, -1))) },
	"Asinh":      func(f fnGraph) *ir.Value { return f.unary("Reciprocal", f.root(1, 1)) },
	"Acosh":      func(f fnGraph) *ir.Value { return f.unary("Reciprocal", f.root(-1, 1)) },
	"Atan":       func(f fnGraph) *ir.Value { return f.squareOver(1) },
	"Atanh":      func(f fnGraph) *ir.Value { return f.squareOver(-1) },
	"Sinh":       func(f fnGraph) *ir.Value { return f.unary("Cosh", f.x) },
	"Cosh":       func(f fnGraph) *ir.Value { return f.unary("Sinh", f.x) },
	"Tanh":       func(f fnGraph) *ir.Value { return f.binary("Sub", f.num(1), f.binary("Mul", f.y, f.y)) },
	"Sigmoid":    func(f fnGraph) *ir.Value { return f.binary("Mul", f.y, f.binary("Sub", f.num(1), f.y)) },
	"Softplus":   func(f fnGraph) *ir.Value { return f.unary("Sigmoid", f.x) },
	"Softsign": func(f fnGraph) *ir.Value {
		r := f.unary("Reciprocal", f.binary("Add", f.num(1), f.unary("Abs", f.x)))
		return f.binary("Mul", r, r)
	},
	"Erf":  func(f fnGraph) *ir.Value { return f.bell(2/math.Sqrt(math.Pi), 1) },
	"Relu": func(f fnGraph) *ir.Value { return f.above(0, f.num(1), f.num(0)) },
	"Gelu": func(f fnGraph) *ir.Value {
		half := f.binary("Mul", f.num(0.5), f.unary("Erf", f.binary("Mul", f.x, f.num(math.Sqrt(0.5)))))
		return f.binary("Add", f.binary("Add", f.num(0.5), half), f.binary("Mul", f.x, f.bell(1/math.Sqrt(2*math.Pi), 2)))
	},
	"Silu": func(f fnGraph) *ir.Value {
		f.a = 1
		return f.swish()
	},
	"Swish":     fnGraph.swish,
	"LeakyRelu": func(f fnGraph) *ir.Value { return f.above(0, f.num(1), f.num(f.a)) },
	"Elu":       func(f fnGraph) *ir.Value { return f.above(0, f.num(1), f.binary("Add", f.y, f.num(f.a))) },
	"Clip": func(f fnGraph) *ir.Value {
		inside := f.binary("And", f.binary("GreaterOrEqual", f.x, f.num(f.a)), f.binary("LessOrEqual", f.x, f.num(f.b)))
		return f.add(Where{}, inside, f.num(1), f.num(0))
	},
}

// squareOver is 1/(1 + sign·x²).
func (f fnGraph) squareOver(sign float64) *ir.Value {
	return f.unary("Reciprocal", f.binary("Add", f.num(1), f.binary("Mul", f.num(sign), f.binary("Mul", f.x, f.x))))
}

// swish is the slope of x·σ(a·x): σ + a·y·(1 - σ).
func (f fnGraph) swish() *ir.Value {
	sigma := f.unary("Sigmoid", f.binary("Mul", f.num(f.a), f.x))
	rest := f.binary("Mul", f.num(f.a), f.binary("Mul", f.y, f.binary("Sub", f.num(1), sigma)))
	return f.binary("Add", sigma, rest)
}

func (u Unary) pullback(s *steps, n *ir.Node, dy []*ir.Value) []*ir.Value {
	f, ok := slopes[u.Fn]
	if !ok {
		return s.fault("the gradient of %s is not known", u.Fn)
	}
	d := n.In[0].Type.DType
	if !slices.Contains(floats, d) {
		return nil
	}
	return []*ir.Value{s.binary("Mul", dy[0], f(fnGraph{s, d, n.In[0], n.Out[0], u.A, u.B}))}
}
