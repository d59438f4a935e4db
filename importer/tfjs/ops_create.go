package tfjs

import (
	"math"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

var createRows = []row{
	{"Fill", fill}, {"Zeros", filled(0)}, {"Ones", filled(1)}, {"ZerosLike", like(0)}, {"OnesLike", like(1)},
	{"Range", countingRange}, {"LinSpace", linSpace}, {"OneHot", oneHot},
	{"RandomUniform", randomUniform}, {"RandomUniformInt", randomUniformInt}, {"RandomStandardNormal", randomNormal},
	{"TruncatedNormal", truncatedNormal}, {"Multinomial", multinomial},
}

// typeOr reads an attribute that is an element type.
func (n *node) typeOr(name string, otherwise ir.DType) ir.DType {
	if d := n.dtype(name); d != ir.Invalid {
		return d
	}
	return otherwise
}

// fill repeats a single value.
func fill(n *node) []*ir.Value {
	v := n.tensor(1, 0, anyRank)
	d := n.typeOr("T", v.Type.DType)
	if (d == ir.String) == (v.Type.DType == ir.String) {
		v = n.cast(v, d)
	}
	return one(n.do(op.Expand{Shape: append([]ir.Dim{}, n.sizes(0)...)}, n.reshape(v)))
}

// filled is the row function of a tensor of one number.
func filled(v float64) func(*node) []*ir.Value {
	return func(n *node) []*ir.Value {
		x := n.constant(n.typeOr("T", ir.Float32), v)
		return one(n.do(op.Expand{Shape: append([]ir.Dim{}, n.sizes(0)...)}, x))
	}
}

// like is the row function of a tensor of one number, as large as another.
func like(v float64) func(*node) []*ir.Value {
	return func(n *node) []*ir.Value {
		x := n.tensor(0, 0, anyRank)
		switch x.Type.DType {
		case ir.Complex64:
			y := n.do(op.Expand{Shape: x.Type.Shape}, n.constant(ir.Float32, v))
			return one(n.widen(y, ir.Complex64))
		case ir.String:
			return one(n.zeros(ir.String, x.Type.Shape))
		}
		if n.err != nil {
			return nil
		}
		return one(n.do(op.Expand{Shape: x.Type.Shape}, n.constant(x.Type.DType, v)))
	}
}

// countingRange counts from start to stop. As in TensorFlow.js, a step of 1 that leads away counts down, and another that
// leads away gives nothing.
func countingRange(n *node) []*ir.Value {
	start, stop, step := n.tensor(0, 0, 1), n.tensor(1, 0, 1), n.tensor(2, 0, 1)
	d := n.typeOr("Tidx", start.Type.DType)
	if n.err != nil {
		return nil
	}
	scalar := func(v *ir.Value) *ir.Value { return n.cast(n.reshape(v), d) }
	start, stop, step = scalar(start), scalar(stop), scalar(step)
	forward := n.constant(d, 1)
	if c := step.Const; c == nil || c.Float(0) == 1 {
		down := n.binary("And", n.binary("Equal", step, forward), n.binary("Less", stop, start))
		step = n.do(op.Where{}, down, n.constant(d, -1), step)
	}
	return one(n.do(op.Range{}, start, stop, step))
}

// linSpace gives numbers of equal distance, both ends included.
func linSpace(n *node) []*ir.Value {
	start, stop := n.reshape(n.tensor(0, 0, 1)), n.reshape(n.tensor(1, 0, 1))
	count := n.sizesOf(n.reshape(n.tensor(2, 0, 1), ir.Const(1)))
	if n.err != nil {
		return nil
	}
	d := start.Type.DType
	size := func(v ir.Dim) *ir.Value { return n.do(op.Sizes{Values: []ir.Dim{v}, DType: ir.Int64}) }
	place := n.do(op.Range{}, n.constant(ir.Int64, 0), size(count[0]), n.constant(ir.Int64, 1))
	steps := size(count[0].Sub(ir.Const(1)).Max(ir.Const(1)))
	part := n.binary("Div", n.cast(place, d), n.cast(steps, d))
	return one(n.binary("Add", start, n.binary("Mul", n.binary("Sub", stop, start), part)))
}

// oneHot puts its axis last, whatever axis says, and knows no places from the end.
func oneHot(n *node) []*ir.Value {
	at := n.cast(n.tensor(0, 0, anyRank), ir.Int64)
	depth := n.sizesOf(n.reshape(n.tensor(1, 0, 1), ir.Const(1)))
	d := n.typeOr("T", ir.Int32)
	if n.err != nil {
		return nil
	}
	beyond := n.do(op.Sizes{Values: depth[:1], DType: ir.Int64})
	at = n.do(op.Where{}, n.binary("Less", at, n.constant(ir.Int64, 0)), beyond, at)
	vector := func(i int) *ir.Value { return n.reshape(n.cast(n.tensor(i, 0, 1), d), ir.Const(1)) }
	values := n.do(op.Concat{Axis: 0}, vector(3), vector(2))
	if n.err != nil {
		return nil
	}
	return one(n.do(op.OneHot{Axis: at.Type.Rank(), Depth: depth[0]}, at, values))
}

// random draws numbers of a shape that input 0 says.
func (n *node) random(fn string, a, b float64) *ir.Value { return n.randomOf(fn, n.sizes(0), a, b) }

// randomOf draws numbers. Seeds do not make TensorFlow.js's numbers, so they do not count.
func (n *node) randomOf(fn string, shape []ir.Dim, a, b float64) *ir.Value {
	shape = append([]ir.Dim{}, shape...)
	return n.do(op.Random{Fn: fn, Shape: shape, A: a, B: b, DType: ir.Float32}, nil)
}

func randomUniform(n *node) []*ir.Value {
	v := n.random("RandomUniform", n.value("minval", 0), n.value("maxval", 1))
	return one(n.cast(v, n.typeOr("dtype", ir.Float32)))
}

func randomUniformInt(n *node) []*ir.Value {
	lo, hi := n.value("minval", 0), n.value("maxval", 1)
	if n.attr("minval").I == nil && len(n.in) > 2 {
		lo, hi = n.number(1, "minval"), n.number(2, "maxval")
	}
	return one(n.cast(n.unary("Floor", n.random("RandomUniform", lo, hi)), ir.Int32))
}

func randomNormal(n *node) []*ir.Value {
	return one(n.cast(n.random("RandomNormal", 0, 1), n.typeOr("dtype", ir.Float32)))
}

// redraws is how often what is too far from the mean is drawn again: so often that no number in 10¹⁰ is left.
const redraws = 8

// truncatedNormal draws numbers within two standard deviations.
func truncatedNormal(n *node) []*ir.Value {
	mean, deviation := n.value("means", 0), n.value("stddev", 1)
	lo, hi := mean-2*math.Abs(deviation), mean+2*math.Abs(deviation)
	number := func(v float64) *ir.Value { return n.constant(ir.Float32, v) }
	shape := n.sizes(0)
	v := n.randomOf("RandomNormal", shape, mean, deviation)
	for range redraws {
		far := n.binary("Or", n.binary("Less", v, number(lo)), n.binary("Greater", v, number(hi)))
		v = n.do(op.Where{}, far, n.randomOf("RandomNormal", shape, mean, deviation), v)
	}
	return one(n.do(op.Unary{Fn: "Clip", A: lo, B: hi}, v))
}

func multinomial(n *node) []*ir.Value {
	x, count := n.tensor(0, 1, 2), n.integer(1, "the number of samples")
	flat := x.Type.Rank() == 1
	if flat && n.err == nil {
		x = n.reshape(x, ir.Const(1), x.Type.Shape[0])
	}
	y := n.do(op.Multinomial{Samples: int(count), DType: ir.Int32}, x)
	return one(n.unbatched(y, flat))
}
