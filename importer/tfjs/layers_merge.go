package tfjs

import (
	"slices"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

var mergeLayers = []layerRow{
	{"Add", merged("Add"), true}, {"Multiply", merged("Mul"), true}, {"Maximum", merged("Max"), true}, {"Minimum", merged("Min"), true},
	{"Average", average, true}, {"Concatenate", concatenate, true}, {"Dot", dot, false},
}

// merged is the row function of a layer that combines its inputs element by element.
func merged(fn string) func(*layer) []*ir.Value {
	return func(l *layer) []*ir.Value { return one(l.combined(fn)) }
}

// combined gives all inputs as many axes, those put in standing after the batch, and combines them.
func (l *layer) combined(fn string) *ir.Value {
	rank := 0
	for i := range l.in {
		rank = max(rank, l.tensor(i, 1, anyRank).Type.Rank())
	}
	var out *ir.Value
	for _, v := range l.widest(l.in) {
		if r := v.Type.Rank(); r < rank && l.err == nil {
			v = l.reshape(v, slices.Insert(slices.Clone(v.Type.Shape), 1, slices.Repeat([]ir.Dim{ir.Const(1)}, rank-r)...)...)
		}
		if out == nil {
			out = v
			continue
		}
		out = l.binaryOp(op.Binary{Fn: fn}, out, v)
	}
	if out == nil {
		l.fail("no inputs, want at least 1")
		return hole()
	}
	return out
}

func average(l *layer) []*ir.Value {
	sum := l.combined("Add")
	return one(l.binaryOp(op.Binary{Fn: "Mul"}, l.float(sum), l.constant(ir.Float32, 1/float64(max(len(l.in), 1)))))
}

func concatenate(l *layer) []*ir.Value {
	x := l.tensor(0, 1, anyRank)
	axis := l.axisAt(int64(l.number("axis", -1)), x.Type.Rank())
	return one(l.joinedAlong(l.in, axis))
}

// dot sums the products of two tensors over an axis of each.
func dot(l *layer) []*ir.Value {
	x, y := l.tensor(0, 2, 3), l.tensor(1, 2, 3)
	var axes []int
	if raw := l.config["axes"]; len(raw) > 0 && raw[0] == '[' {
		l.field("axes", &axes)
	} else {
		axis := int(l.number("axes", -1))
		axes = []int{axis, axis}
	}
	if len(axes) != 2 {
		l.fail("axes are %v, want two", axes)
		return nil
	}
	a, b := l.axisAt(int64(axes[0]), x.Type.Rank()), l.axisAt(int64(axes[1]), y.Type.Rank())
	if l.flag("normalize", false) {
		x, y = l.unit(x, a), l.unit(y, b)
	}
	return one(l.batchDot(x, y, a, b))
}

// unit divides by the length along an axis, as TensorFlow.js does: a length of nearly nothing stays finite.
func (l *layer) unit(x *ir.Value, axis int) *ir.Value {
	square := l.do(op.Reduce{Fn: "ReduceSumSquare", Axes: []int{axis}, KeepDims: true}, x)
	length := l.unary("Sqrt", l.binary("Max", square, l.constant(ir.Float32, 1e-7)))
	return l.binary("Div", x, length)
}

// batchDot is a product for each place of the batch. A vector is a matrix of one column.
func (l *layer) batchDot(x, y *ir.Value, a, b int) *ir.Value {
	if l.err != nil {
		return hole()
	}
	p, q := x.Type.Rank(), y.Type.Rank()
	if p == 2 && q == 2 {
		return l.do(op.Reduce{Fn: "ReduceSum", Axes: []int{1}, KeepDims: true}, l.binary("Mul", x, y))
	}
	column := func(v *ir.Value) *ir.Value {
		return l.reshape(v, append(slices.Clone(v.Type.Shape), ir.Const(1))...)
	}
	if p < 3 {
		x = column(x)
	}
	if q < 3 {
		y = column(y)
	}
	if l.err != nil {
		return hole()
	}
	out := l.do(op.MatMul{TransA: a != 2, TransB: b == 2}, x, y)
	if l.err != nil || p == q {
		return out
	}
	s := out.Type.Shape // the column's axis is of length 1
	if p > q {
		return l.reshape(out, s[0], s[1])
	}
	return l.reshape(out, s[0], s[2])
}
