package tfjs

import (
	"math"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

var poolRows = []row{
	{"MaxPool", pool("MaxPool", 2)}, {"AvgPool", pool("AveragePool", 2)},
	{"MaxPool3D", pool("MaxPool", 3)}, {"AvgPool3D", pool("AveragePool", 3)},
	{"MaxPoolWithArgmax", maxPoolPlaces},
}

// lowest is what is less than every other value of an element type.
func lowest(d ir.DType) float64 {
	if d.IsInteger() {
		return math.MinInt32
	}
	return math.Inf(-1)
}

// window reads the attributes of a pool.
func (n *node) window(rank int) slide {
	s := slide{kernel: n.spatial("ksize", rank), strides: n.spatial("strides", rank), padding: n.text("padding", "")}
	s.dilations = n.spatial("dilations", rank)
	n.padded(&s, rank)
	return s
}

// pool is the row function of a pool over a number of spatial axes.
func pool(fn string, rank int) func(*node) []*ir.Value {
	return func(n *node) []*ir.Value {
		s := n.window(rank)
		x, added := n.batched(n.tensor(0, rank+1, rank+2), rank)
		d := x.Type.DType
		x = n.float(x)
		if n.err != nil {
			return nil
		}
		if rank < 3 && s.still() {
			return one(n.unbatched(n.cast(x, d), added)) // TensorFlow.js hands over even what it would pass over
		}
		o := op.Pool{Fn: fn, Kernel: s.kernel, Strides: s.strides, SkipNaN: fn == "MaxPool"}
		o.Pads, o.Same = s.pads(x.Type.Shape[1 : 1+rank])
		y := n.cast(n.channelsLast(n.do(o, n.channelsFirst(x))), d)
		return one(n.unbatched(y, added))
	}
}

// maxPoolPlaces reads MaxPoolWithArgmax, which also says where in [h, w, c] the values were, or in [n, h, w, c]. The pool
// gives places in [n, c, h, w].
func maxPoolPlaces(n *node) []*ir.Value {
	s := n.window(2)
	x := n.tensor(0, 4, 4)
	if n.err != nil {
		return nil
	}
	o := op.Pool{Fn: "MaxPool", Kernel: s.kernel, Strides: s.strides, Indices: true, SkipNaN: true}
	o.Pads, o.Same = s.pads(x.Type.Shape[1:3])
	outs := n.all(o, n.channelsFirst(x))
	if n.err != nil {
		return nil
	}
	b, h, w, c := x.Type.Shape[0], x.Type.Shape[1], x.Type.Shape[2], x.Type.Shape[3]
	number := func(d ir.Dim) *ir.Value { return n.do(op.Sizes{Values: []ir.Dim{d}, DType: ir.Int64}) }
	count := func(d ir.Dim, shape ...ir.Dim) *ir.Value {
		zero, step := n.constant(ir.Int64, 0), n.constant(ir.Int64, 1)
		return n.reshape(n.do(op.Range{}, zero, number(d), step), shape...)
	}
	one64 := ir.Const(1)
	nowhere := n.binary("Less", outs[1], n.constant(ir.Int64, 0))
	place := n.binary("Mod", outs[1], number(h.Mul(w).Max(one64)))
	place = n.binary("Add", n.binary("Mul", place, number(c)), count(c, c, one64, one64))
	if n.flag("include_batch_in_index") {
		image := n.binary("Mul", count(b, b, one64, one64, one64), number(h.Mul(w).Mul(c)))
		place = n.binary("Add", place, image)
	}
	place = n.do(op.Where{}, nowhere, n.constant(ir.Int64, -1), place)
	return []*ir.Value{n.channelsLast(outs[0]), n.cast(n.channelsLast(place), ir.Int32)}
}
