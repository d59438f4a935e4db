package onnx

import (
	"fmt"
	"slices"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

// contribShapeRows move and compare elements, most of them as an operator of ai.onnx does that came later.
var contribShapeRows = []row{
	{"SampleOp", 1, identity}, {"Trilu", 1, trilu}, {"Range", 1, rangeByOne}, {"Pad", 1, padLoose},
	{"GatherND", 1, gatherND1}, {"ExpandDims", 1, expandDims}, {"UnfoldTensor", 1, unfold},
	{"Unique", 1, uniqueInOrder}, {"CDist", 1, distances}, {"Inverse", 1, inverse},
}

// rangeByOne reads Range, whose numbers may be vectors of one and whose step may be absent.
func rangeByOne(n *node) ([]*ir.Value, error) {
	if err := n.arity(2, 3); err != nil {
		return nil, err
	}
	c := &chain{n: n}
	d := n.in[0].Type.DType
	in := []*ir.Value{c.shape(n.in[0]), c.shape(n.in[1]), c.number(d, 1)}
	if n.input(2) != nil {
		in[2] = c.shape(n.in[2])
	}
	return c.outs(c.add(op.Range{}, in...))
}

// padLoose reads Pad, whose pads may be a matrix of one row and whose value a vector of one.
func padLoose(n *node) ([]*ir.Value, error) {
	if err := n.arity(2, 3); err != nil {
		return nil, err
	}
	c := &chain{n: n}
	in := []*ir.Value{n.in[0], c.shape(n.in[1], n.in[1].Type.Len())}
	if n.input(2) != nil {
		in = append(in, c.shape(n.in[2]))
	}
	if c.err != nil {
		return nil, c.err
	}
	return values(n.as(pad11, in...))
}

// gatherND1 reads GatherND, whose indices may be int32.
func gatherND1(n *node) ([]*ir.Value, error) {
	if err := n.arity(2, 2); err != nil {
		return nil, err
	}
	c := &chain{n: n}
	return c.outs(c.add(op.GatherND{}, n.in[0], c.cast(n.in[1], ir.Int64)))
}

// expandDims reads ExpandDims: Unsqueeze with one axis, which a run may say.
func expandDims(n *node) ([]*ir.Value, error) {
	if err := n.arity(2, 2); err != nil {
		return nil, err
	}
	c := &chain{n: n}
	axis := c.shape(n.in[1], ir.Const(1))
	if c.err != nil {
		return nil, c.err
	}
	return values(n.as(unsqueeze, n.in[0], axis))
}

// unfold reads UnfoldTensor: windows along an axis, whose elements get an axis of their own, the last.
func unfold(n *node) ([]*ir.Value, error) {
	if err := n.arity(1, 1); err != nil {
		return nil, err
	}
	x := n.in[0]
	rank := x.Type.Rank()
	axis, err := ir.Axis(int(n.integer("dim", -1)), rank)
	if err != nil {
		return nil, err
	}
	size, err := n.sizeAttr("size")
	if err != nil {
		return nil, err
	}
	step := n.integer("step", 1)
	if step < 1 || step > 1<<30 {
		return nil, fmt.Errorf("attribute step is %d, want at least 1", step)
	}
	c := &chain{n: n}
	length := x.Type.Shape[axis]
	if known, ok := length.IsConst(); ok && known < size {
		return nil, fmt.Errorf("attribute size is %d for an axis of length %d", size, known)
	}
	windows := length.Sub(ir.Const(size)).Div(ir.Const(step)).Add(ir.Const(1))
	begin := c.binary("Mul", c.count(windows, ir.Int64), c.whole(step))
	place := c.binary("Add", c.shape(begin, windows, ir.Const(1)), c.count(ir.Const(size), ir.Int64))
	y := c.add(op.Gather{Axis: axis}, x, place)
	return c.outs(c.transpose(y, moveAxis(rank+1, axis+1, rank)...))
}

// uniqueInOrder reads Unique, which lists what it finds in the order in which it is found.
func uniqueInOrder(n *node) ([]*ir.Value, error) {
	if err := n.arity(1, 1); err != nil {
		return nil, err
	}
	if err := n.rank(0, 1); err != nil {
		return nil, err
	}
	found, err := n.add(op.Unique{}, n.in[0])
	if err != nil {
		return nil, err
	}
	c := &chain{n: n}
	return c.outs(found[0], found[2], found[3])
}

// distances reads CDist: |a|² + |b|² - 2·a·b for each row a of the first and b of the second, or its root.
func distances(n *node) ([]*ir.Value, error) {
	if err := n.arity(2, 2); err != nil {
		return nil, err
	}
	for i := range 2 {
		if err := n.rank(i, 2); err != nil {
			return nil, err
		}
	}
	metric := n.oneOf("metric", "sqeuclidean", "euclidean")
	c := &chain{n: n}
	a, b := n.in[0], n.in[1]
	d := a.Type.DType
	square := func(x *ir.Value) *ir.Value {
		return c.add(op.Reduce{Fn: "ReduceSumSquare", Axes: []int{1}}, x)
	}
	product := c.binary("Mul", c.add(op.MatMul{TransB: true}, a, b), c.number(d, 2))
	sum := c.binary("Add", c.shape(square(a), a.Type.Shape[0], ir.Const(1)), square(b))
	y := c.binary("Max", c.binary("Sub", sum, product), c.number(d, 0))
	if metric == "euclidean" {
		y = c.unary("Sqrt", y)
	}
	return c.outs(y)
}

// inverse reads Inverse.
func inverse(n *node) ([]*ir.Value, error) {
	if err := n.arity(1, 1); err != nil {
		return nil, err
	}
	return n.add(op.Inverse{}, n.in[0])
}

// repeated is the same dim n times.
func repeated(d ir.Dim, n int) []ir.Dim { return slices.Repeat([]ir.Dim{d}, n) }
