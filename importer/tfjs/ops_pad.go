package tfjs

import (
	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

var padRows = []row{{"Pad", pad}, {"PadV2", padV2}, {"MirrorPad", mirrorPad}}

func pad(n *node) []*ir.Value {
	x := n.tensor(0, 0, anyRank)
	return one(n.pad("constant", x, n.padValue(x, n.value("constant_value", 0))))
}

func padV2(n *node) []*ir.Value {
	x := n.tensor(0, 0, anyRank)
	v := n.arg(2)
	if n.err != nil {
		return nil
	}
	if x.Type.DType != ir.String {
		v = n.cast(n.reshape(v), x.Type.DType)
	}
	return one(n.pad("constant", x, v))
}

// padValue is a number of x's element type, nil for the zero of types that are no numbers.
func (n *node) padValue(x *ir.Value, v float64) *ir.Value {
	switch x.Type.DType {
	case ir.Float32, ir.Int32, ir.Bool:
		return n.constant(x.Type.DType, v)
	}
	return nil
}

// mirrorPad reads MirrorPad: symmetric repeats the border, reflect does not.
func mirrorPad(n *node) []*ir.Value {
	x, mode := n.tensor(0, 0, anyRank), n.text("mode", "")
	switch mode {
	case "reflect":
		return one(n.pad("reflect", x, nil))
	case "symmetric":
		return one(n.symmetric(x))
	}
	n.fail("attribute mode is %q, want REFLECT or SYMMETRIC", mode)
	return nil
}

// pads reads a pair of paddings for each axis.
func (n *node) pads(x *ir.Value) (before, after []ir.Dim) {
	pairs := n.sizes(1)
	if n.err == nil && len(pairs) != 2*x.Type.Rank() {
		n.fail("%d paddings for %s, want two for each axis", len(pairs), x.Type)
	}
	if n.err != nil {
		return nil, nil
	}
	for i := range x.Type.Shape {
		before, after = append(before, pairs[2*i]), append(after, pairs[2*i+1])
	}
	return before, after
}

// pad puts entries around x, in the layout in which it is.
func (n *node) pad(mode string, x, value *ir.Value) *ir.Value {
	before, after := n.pads(x)
	if n.err != nil {
		return hole()
	}
	o := op.Pad{Mode: mode, Before: before, After: after}
	in := []*ir.Value{x}
	if value != nil {
		in = append(in, value)
	}
	t := n.twin(x)
	if t == nil {
		return n.do(o, in...)
	}
	in[0] = t
	perm := firstPerm(x.Type.Rank())
	o.Before, o.After = permuted(before, perm), permuted(after, perm)
	return n.channelsLast(n.do(o, in...))
}

func permuted(dims []ir.Dim, perm []int) []ir.Dim {
	out := make([]ir.Dim, len(perm))
	for i, p := range perm {
		out[i] = dims[p]
	}
	return out
}

// symmetric mirrors each border with itself, axis by axis: what comes before is the beginning turned round.
func (n *node) symmetric(x *ir.Value) *ir.Value {
	before, after := n.pads(x)
	for axis := range before {
		if before[axis].Is(0) && after[axis].Is(0) || n.err != nil {
			continue
		}
		size := x.Type.Shape[axis]
		head := n.turned(x, axis, ir.Dim{}, before[axis])
		tail := n.turned(x, axis, size.Sub(after[axis]), after[axis])
		x = n.do(op.Concat{Axis: axis}, head, x, tail)
	}
	return x
}

// turned takes size entries from begin on along an axis, the last first.
func (n *node) turned(x *ir.Value, axis int, begin, size ir.Dim) *ir.Value {
	if n.err != nil {
		return hole()
	}
	s := whole(x)
	s.Begin[axis], s.Size[axis], s.Step[axis] = begin.Add(size).Sub(ir.Const(1)), size, ir.Const(-1)
	return n.do(s, x)
}
