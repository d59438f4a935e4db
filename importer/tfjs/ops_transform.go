package tfjs

import (
	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

var transformRows = []row{{"ImageProjectiveTransformV3", projectiveTransform}}

// projectiveTransform samples images, [n, h, w, c], where a projection of the result's places lies in them. Coordinates
// are float64, as in TensorFlow.js.
func projectiveTransform(n *node) []*ir.Value {
	x, by, size := n.tensor(0, 4, 4), n.cast(n.tensor(1, 2, 2), ir.Float64), n.sizes(2)
	if n.err != nil || len(size) != 2 {
		n.fail("the result's shape (input 2) has %d numbers, want 2", len(size))
		return nil
	}
	rank3 := func(v *ir.Value, shape ...ir.Dim) *ir.Value { return n.reshape(v, shape...) }
	number := func(v float64) *ir.Value { return n.constant(ir.Float64, v) }
	one64 := ir.Const(1)
	count := by.Type.Shape[0]
	at := func(i int64) *ir.Value {
		return rank3(n.part(by, 1, ir.Const(i), one64), count, one64, one64)
	}
	row := rank3(n.cast(n.countTo(size[0]), ir.Float64), one64, size[0], one64)
	column := rank3(n.cast(n.countTo(size[1]), ir.Float64), one64, one64, size[1])
	plane := func(a, b int64, c *ir.Value) *ir.Value {
		return n.binary("Add", n.binary("Add", n.binary("Mul", at(a), column), n.binary("Mul", at(b), row)), c)
	}
	depth := plane(6, 7, number(1))
	mode := n.text("fill_mode", "constant")
	inX := n.mapped(mode, n.binary("Div", plane(0, 1, at(2)), depth), x.Type.Shape[2])
	inY := n.mapped(mode, n.binary("Div", plane(3, 4, at(5)), depth), x.Type.Shape[1])
	fill := n.reshape(n.cast(n.tensor(3, 0, 1), ir.Float32))
	var y *ir.Value
	switch interpolation := n.text("interpolation", "nearest"); interpolation {
	case "nearest":
		half := number(0.5)
		y = n.pixel(x, n.unary("Floor", n.binary("Add", inY, half)), n.unary("Floor", n.binary("Add", inX, half)), fill)
	case "bilinear":
		y = n.blended(x, inY, inX, fill)
	default:
		n.fail("attribute interpolation is %q, want NEAREST or BILINEAR", interpolation)
	}
	if n.err != nil {
		return nil
	}
	flat := n.binary("Equal", depth, number(0)) // infinitely far: TensorFlow.js leaves the result's zeros there
	flat = n.reshape(flat, append(append([]ir.Dim{}, flat.Type.Shape...), one64)...)
	return one(n.cast(n.do(op.Where{}, flat, n.constant(ir.Float32, 0), y), x.Type.DType))
}

// mapped brings coordinates beyond an axis of some length into it, or leaves them.
func (n *node) mapped(mode string, v *ir.Value, length ir.Dim) *ir.Value {
	d := ir.Float64
	size := func(e ir.Dim) *ir.Value { return n.cast(n.size64(e), d) }
	zero, last := n.constant(d, 0), size(length.Sub(ir.Const(1)))
	choose := func(cond, a, b *ir.Value) *ir.Value { return n.do(op.Where{}, cond, a, b) }
	below, above := n.binary("Less", v, zero), n.binary("Greater", v, last)
	cut := func(a *ir.Value) *ir.Value { // towards zero
		return choose(n.binary("Less", a, zero), n.unary("Ceil", a), n.unary("Floor", a))
	}
	switch mode {
	case "constant":
		return v
	case "nearest":
	case "reflect":
		twice := size(length.Mul(ir.Const(2)).Max(ir.Const(1)))
		low := n.binary("Add", n.binary("Mul", twice, cut(n.binary("Div", n.unary("Neg", v), twice))), v)
		low = choose(n.binary("Less", low, n.unary("Neg", size(length))), n.binary("Add", low, twice), n.binary("Sub", n.unary("Neg", low), n.constant(d, 1)))
		high := n.binary("Sub", v, n.binary("Mul", twice, cut(n.binary("Div", v, twice))))
		high = choose(n.binary("GreaterOrEqual", high, size(length)), n.binary("Sub", n.binary("Sub", twice, high), n.constant(d, 1)), high)
		v = choose(below, low, choose(above, high, v))
	case "wrap":
		span := size(length.Sub(ir.Const(1)).Max(ir.Const(1)))
		low := n.binary("Add", v, n.binary("Mul", size(length), n.binary("Add", cut(n.binary("Div", n.unary("Neg", v), span)), n.constant(d, 1))))
		high := n.binary("Sub", v, n.binary("Mul", size(length), cut(n.binary("Div", v, span))))
		v = choose(below, low, choose(above, high, v))
	default:
		n.fail("attribute fill_mode is %q, want CONSTANT, NEAREST, REFLECT or WRAP", mode)
	}
	return n.binary("Min", n.binary("Max", v, zero), last)
}

// pixel picks what stands at whole coordinates, [n, h, w], of each image, or a number beyond it.
func (n *node) pixel(x, row, column, beyond *ir.Value) *ir.Value {
	if n.err != nil {
		return hole()
	}
	s := x.Type.Shape
	inside := func(v *ir.Value, length ir.Dim) *ir.Value {
		high := n.binary("Less", v, n.cast(n.size64(length), ir.Float64))
		return n.binary("And", n.binary("GreaterOrEqual", v, n.constant(ir.Float64, 0)), high)
	}
	ok := n.binary("And", inside(row, s[1]), inside(column, s[2]))
	place := n.binary("Add", n.binary("Mul", row, n.cast(n.size64(s[2]), ir.Float64)), column)
	place = n.cast(n.do(op.Where{}, ok, place, n.constant(ir.Float64, 0)), ir.Int64)
	if n.err != nil {
		return hole()
	}
	shape := append([]ir.Dim{s[0]}, place.Type.Shape[1:]...)
	place = n.reshape(n.do(op.Expand{Shape: shape}, place), append(shape, ir.Const(1))...)
	pixels := n.reshape(n.float(x), s[0], s[1].Mul(s[2]), s[3])
	ok = n.reshape(ok, append(append([]ir.Dim{}, ok.Type.Shape...), ir.Const(1))...)
	return n.do(op.Where{}, ok, n.do(op.GatherND{Batch: 1}, pixels, place), beyond)
}

// blended is the mean of the four pixels around coordinates, by how near they are.
func (n *node) blended(x, row, column, beyond *ir.Value) *ir.Value {
	one64 := n.constant(ir.Float64, 1)
	top, left := n.unary("Floor", row), n.unary("Floor", column)
	bottom, right := n.binary("Add", top, one64), n.binary("Add", left, one64)
	share := func(a, b *ir.Value) *ir.Value {
		v := n.cast(n.binary("Sub", a, b), ir.Float32)
		return n.reshape(v, append(append([]ir.Dim{}, v.Type.Shape...), ir.Const(1))...)
	}
	line := func(y *ir.Value) *ir.Value {
		a := n.binary("Mul", share(right, column), n.pixel(x, y, left, beyond))
		return n.binary("Add", a, n.binary("Mul", share(column, left), n.pixel(x, y, right, beyond)))
	}
	return n.binary("Add", n.binary("Mul", share(bottom, row), line(top)), n.binary("Mul", share(row, top), line(bottom)))
}
