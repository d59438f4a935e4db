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

// nonMaxScored also gives the scores.
func nonMaxScored(n *node) []*ir.Value {
	if sigma := n.number(5, "sigma"); sigma != 0 {
		n.fail("soft suppression (sigma %g) is not supported yet", sigma)
		return nil
	}
	picked := n.suppressed()
	return []*ir.Value{picked, n.gather(n.tensor(1, 1, 1), picked, 0)}
}
