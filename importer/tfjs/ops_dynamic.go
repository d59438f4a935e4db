package tfjs

import (
	"math"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

var dynamicRows = []row{
	{"Where", where}, {"ListDiff", listDiff},
	{"NonMaxSuppressionV2", nonMax}, {"NonMaxSuppressionV3", nonMax}, {"NonMaxSuppressionV4", nonMaxPadded}, {"NonMaxSuppressionV5", nonMaxScored},
}

// where lists the places of what is true, [k, rank].
func where(n *node) []*ir.Value {
	x := n.tensor(0, 1, anyRank)
	return one(n.cast(n.transpose(n.do(op.NonZero{}, x), 1, 0), ir.Int32))
}

// listDiff gives the entries of x that are not in y, and where they were.
func listDiff(n *node) []*ir.Value {
	x, y := n.tensor(0, 1, 1), n.tensor(1, 1, 1)
	if n.err != nil {
		return nil
	}
	same := n.binary("Equal", n.reshape(x, x.Type.Shape[0], ir.Const(1)), n.reshape(y, ir.Const(1), y.Type.Shape[0]))
	found := n.do(op.Reduce{Fn: "ReduceSum", Axes: []int{1}}, n.cast(same, ir.Int32))
	other := n.binary("Equal", found, n.constant(ir.Int32, 0))
	places := n.do(op.NonZero{}, other)
	if n.err != nil {
		return nil
	}
	places = n.reshape(places, places.Type.Shape[1])
	return []*ir.Value{n.gather(x, places, 0), n.cast(places, ir.Int32)}
}

// suppressed picks boxes, [n, 4], by their scores: a vector of their numbers. TensorFlow.js drops a box whose overlap
// equals the threshold.
func (n *node) suppressed() *ir.Value {
	boxes, scores := n.tensor(0, 2, 2), n.tensor(1, 1, 1)
	if n.err != nil {
		return hole()
	}
	boxes = n.reshape(boxes, ir.Const(1), boxes.Type.Shape[0], ir.Const(4))
	scores = n.reshape(scores, ir.Const(1), ir.Const(1), scores.Type.Shape[0])
	most := n.cast(n.reshape(n.arg(2), ir.Const(1)), ir.Int64)
	overlap := float32(n.number(3, "the overlap's threshold"))
	if overlap <= 0 { // every box overlaps the first so much
		most = n.binary("Min", most, n.constant(ir.Int64, 1))
	}
	below := math.Nextafter32(max(overlap, math.SmallestNonzeroFloat32), 0)
	in := []*ir.Value{boxes, scores, most, n.Const(n.def.Name, ir.OfFloat32s([]int{1}, []float32{below}))}
	if len(n.in) > 4 {
		in = append(in, n.reshape(n.arg(4), ir.Const(1)))
	}
	picked := n.do(op.NonMaxSuppression{}, in...)
	if n.err != nil {
		return hole()
	}
	return n.cast(n.reshape(n.part(picked, 1, ir.Const(2), ir.Const(1)), picked.Type.Shape[0]), ir.Int32)
}

func nonMax(n *node) []*ir.Value { return one(n.suppressed()) }

// nonMaxPadded also says how many boxes there are, and fills up with zeros to the most that may be,
// which is no more than there are boxes.
func nonMaxPadded(n *node) []*ir.Value {
	picked := n.suppressed()
	if n.err != nil {
		return nil
	}
	count := picked.Type.Shape[0]
	valid := n.do(op.Sizes{Values: []ir.Dim{count}, DType: ir.Int32})
	if n.flag("pad_to_max_output_size") {
		most := n.sizesOf(n.reshape(n.arg(2), ir.Const(1)))
		if n.err != nil {
			return nil
		}
		full := most[0].Min(n.in[0].Type.Shape[0])
		picked = n.do(op.Pad{Mode: "constant", Before: make([]ir.Dim, 1), After: []ir.Dim{full.Sub(count)}}, picked)
	}
	return []*ir.Value{picked, valid}
}

// nonMaxScored also gives the scores. With a sigma, a box is not dropped for what it overlaps but scored lower.
func nonMaxScored(n *node) []*ir.Value {
	if sigma := n.number(5, "sigma"); sigma > 0 {
		return n.softNonMax(-0.5 / sigma)
	}
	picked := n.suppressed()
	return []*ir.Value{picked, n.gather(n.tensor(1, 1, 1), picked, 0)}
}

// softNonMax picks the box of the highest score again and again; each pick lowers the scores of the boxes that it
// overlaps, and drops those that it overlaps by the threshold or more.
func (n *node) softNonMax(scale float64) []*ir.Value {
	boxes, scores := n.tensor(0, 2, 2), n.tensor(1, 1, 1)
	overlap, least := n.number(3, "the overlap's threshold"), n.number(4, "the score's threshold")
	count := n.cast(n.reshape(n.arg(2)), ir.Int64)
	if n.err != nil {
		return nil
	}
	start := n.above(scores, least)
	first := n.anyAbove(start, least)
	body := func(b *ir.Builder, in []*ir.Value) (*ir.Value, []*ir.Value, error) {
		m := &node{scope: newScope(nil, n.net, b), im: n.im, def: n.def}
		best := m.do(op.Arg{Fn: "ArgMax"}, in[0])
		score := m.gather(in[0], best, 0)
		shared := m.overlaps(boxes, m.reshape(m.gather(boxes, best, 0), ir.Const(1), ir.Const(4)))
		lower := m.binary("Mul", in[0], m.unary("Exp", m.binary("Mul", m.constant(ir.Float32, scale), m.binary("Mul", shared, shared))))
		gone := m.binary("Or", m.binary("GreaterOrEqual", shared, m.constant(ir.Float32, overlap)), m.binary("Equal", m.countTo(boxes.Type.Shape[0]), best))
		next := m.above(m.do(op.Where{}, gone, m.constant(ir.Float32, math.Inf(-1)), lower), least)
		return m.anyAbove(next, least), []*ir.Value{next, m.cast(best, ir.Int32), score}, m.err
	}
	g := n.loopBody([]ir.Type{start.Type}, body)
	if n.err != nil {
		return nil
	}
	outs := n.all(op.Loop{Body: g}, count, first, start)
	if n.err != nil {
		return nil
	}
	return outs[1:]
}

// above makes scores that do not exceed a threshold lower than every other.
func (n *node) above(scores *ir.Value, least float64) *ir.Value {
	return n.do(op.Where{}, n.binary("Greater", scores, n.constant(ir.Float32, least)), scores, n.constant(ir.Float32, math.Inf(-1)))
}

// anyAbove tells whether a score exceeds a threshold.
func (n *node) anyAbove(scores *ir.Value, least float64) *ir.Value {
	some := n.cast(n.binary("Greater", scores, n.constant(ir.Float32, least)), ir.Int32)
	return n.cast(n.do(op.Reduce{Fn: "ReduceSum", Axes: []int{0}}, some), ir.Bool)
}

// overlaps is how much of the area that each box, [n, 4], covers together with another, [1, 4], both of them cover. Boxes
// without an area overlap nothing.
func (n *node) overlaps(boxes, with *ir.Value) *ir.Value {
	zero := n.constant(ir.Float32, 0)
	side := func(v *ir.Value, axis int64) (low, high *ir.Value) {
		a, b := n.part(v, 1, ir.Const(axis), ir.Const(1)), n.part(v, 1, ir.Const(axis+2), ir.Const(1))
		return n.binary("Min", a, b), n.binary("Max", a, b)
	}
	var areas, common [2]*ir.Value // by axis, common alone
	sizes := [2][2]*ir.Value{}
	for axis := range 2 {
		low, high := side(boxes, int64(axis))
		from, to := side(with, int64(axis))
		sizes[0][axis], sizes[1][axis] = n.binary("Sub", high, low), n.binary("Sub", to, from)
		common[axis] = n.binary("Max", n.binary("Sub", n.binary("Min", high, to), n.binary("Max", low, from)), zero)
	}
	for i, s := range sizes {
		areas[i] = n.binary("Mul", s[0], s[1])
	}
	both := n.binary("Mul", common[0], common[1])
	all := n.binary("Sub", n.binary("Add", areas[0], areas[1]), both)
	hollow := n.binary("Or", n.binary("LessOrEqual", areas[0], zero), n.binary("LessOrEqual", areas[1], zero))
	return n.reshape(n.do(op.Where{}, hollow, zero, n.binary("Div", both, all)), boxes.Type.Shape[0])
}
