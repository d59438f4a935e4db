package tfjs

import (
	"slices"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

var joinRows = []row{
	{"ConcatV2", concatV2}, {"Concat", concat}, {"Pack", pack}, {"Unpack", unpack}, {"Split", split}, {"SplitV", splitV},
}

// joined are the parts of a vector of integers of which not all is known: some of the parts may be.
type joined []*ir.Value

// maxJoined bounds the vectors that are remembered by their parts: no shape has more sizes.
const maxJoined = 64

// join remembers of what parts a vector consists.
func (n *node) join(v *ir.Value, parts []*ir.Value) {
	count, ok := v.Type.Len().IsConst()
	if n.err != nil || v.Elems != nil || v.Type.Rank() != 1 || v.Type.DType != ir.Int32 || !ok || count > maxJoined {
		return
	}
	var all joined
	for _, p := range parts {
		if inner, ok := n.im.handles[p].(joined); ok {
			all = append(all, inner...)
		} else if !p.Type.Len().Is(0) {
			all = append(all, p)
		}
	}
	n.im.handles[v] = all
}

// joinedSizes gives the numbers of a vector's parts; a run reads those that are not known.
func (n *node) joinedSizes(parts joined, fn string) []ir.Dim {
	var all []ir.Dim
	for _, p := range parts {
		switch {
		case p.Elems != nil:
			all = append(all, p.Elems...)
		case fn == "signed":
			all = append(all, n.signed(p)...)
		default:
			all = append(all, n.do(op.Bounds{Fn: fn}, p).Elems...)
		}
	}
	return all
}

// concatV2 has its axis last.
func concatV2(n *node) []*ir.Value {
	last := max(len(n.in)-1, 0)
	return one(n.concat(n.in[:last], last))
}

// concat has its axis first.
func concat(n *node) []*ir.Value { return one(n.concat(n.in[min(1, len(n.in)):], 0)) }

func (n *node) concat(parts []*ir.Value, axisInput int) *ir.Value {
	if count := n.value("N", float64(len(parts))); len(parts) > int(count) && count >= 0 {
		parts = parts[:int(count)]
	}
	if len(parts) == 0 {
		n.fail("no inputs, want at least 1")
		return hole()
	}
	return n.joinedAlong(parts, n.axis(axisInput, parts[0].Type.Rank()))
}

// joinedAlong puts tensors behind each other along an axis.
func (n *node) joinedAlong(parts []*ir.Value, axis int) *ir.Value {
	parts = n.widest(parts)
	if n.err != nil {
		return hole()
	}
	if len(parts) == 1 {
		return parts[0]
	}
	if !slices.ContainsFunc(parts, func(v *ir.Value) bool { return !v.Type.Len().Is(0) }) {
		return n.emptyAlong(parts, axis)
	}
	twins := make([]*ir.Value, len(parts))
	for i, p := range parts {
		if twins[i] = n.twin(p); twins[i] == nil {
			v := n.do(op.Concat{Axis: axis}, parts...)
			n.join(v, parts)
			return v
		}
	}
	return n.channelsLast(n.do(op.Concat{Axis: slices.Index(firstPerm(parts[0].Type.Rank()), axis)}, twins...))
}

// emptyAlong is what tensors of no elements make together: only its shape counts.
func (n *node) emptyAlong(parts []*ir.Value, axis int) *ir.Value {
	shape := slices.Clone(parts[0].Type.Shape)
	for _, p := range parts[1:] {
		if p.Type.Rank() != len(shape) {
			n.fail("%s beside %s, want one rank", p.Type, parts[0].Type)
			return hole()
		}
		shape[axis] = shape[axis].Add(p.Type.Shape[axis])
	}
	return n.zeros(parts[0].Type.DType, shape)
}

// widest gives all values the widest of their element types.
func (n *node) widest(parts []*ir.Value) []*ir.Value {
	out := slices.Clone(parts)
	for i := 1; i < len(out); i++ {
		out[0], _ = n.matched(out[0], out[i])
	}
	for i := 1; i < len(out); i++ {
		_, out[i] = n.matched(out[0], out[i])
	}
	return out
}

// pack stacks tensors along a new axis; those of another shape than the first's get that.
func pack(n *node) []*ir.Value {
	first := n.tensor(0, 0, anyRank)
	axis := n.axisAt(int64(n.value("axis", 0)), first.Type.Rank()+1)
	if n.err != nil {
		return nil
	}
	parts := n.widest(n.in)
	var rows []*ir.Value
	for _, p := range parts {
		if p.Type.Rank() != first.Type.Rank() {
			p = n.reshape(p, first.Type.Shape...)
		}
		if n.err != nil {
			return nil
		}
		rows = append(rows, n.reshape(p, slices.Insert(slices.Clone(p.Type.Shape), axis, ir.Const(1))...))
	}
	if len(rows) == 1 {
		return one(rows[0])
	}
	v := n.do(op.Concat{Axis: axis}, rows...)
	n.join(v, rows)
	return one(v)
}

// unpack takes a tensor apart along an axis whose length is known.
func unpack(n *node) []*ir.Value {
	x := n.tensor(0, 1, anyRank)
	return n.unstack(x, n.axisAt(int64(n.value("axis", 0)), x.Type.Rank()))
}

// maxParts bounds the tensors that one is taken apart into.
const maxParts = 4096

func (n *node) unstack(x *ir.Value, axis int) []*ir.Value {
	if n.err != nil {
		return nil
	}
	count, ok := x.Type.Shape[axis].IsConst()
	if !ok || count > maxParts {
		n.fail("axis %d of %s is taken apart; its length must be known at compile time and at most %d", axis, x.Type, maxParts)
		return nil
	}
	shape := slices.Delete(slices.Clone(x.Type.Shape), axis, axis+1)
	var parts []*ir.Value
	for i := range count {
		parts = append(parts, n.reshape(n.part(x, axis, ir.Const(i), ir.Const(1)), shape...))
	}
	return parts
}

// split makes equal parts.
func split(n *node) []*ir.Value {
	x := n.tensor(1, 1, anyRank)
	axis := n.axis(0, x.Type.Rank())
	count := int64(n.value("num_split", 1))
	if n.err != nil {
		return nil
	}
	if length, ok := x.Type.Shape[axis].IsConst(); count < 1 || count > maxParts || ok && length%count != 0 {
		n.fail("axis %d of %s cannot be split into %d equal parts", axis, x.Type, count)
		return nil
	}
	size := x.Type.Shape[axis].Div(ir.Const(count))
	return n.parts(x, axis, slices.Repeat([]ir.Dim{size}, int(count)))
}

// splitV makes parts of given sizes, one of which may be -1: what is left.
func splitV(n *node) []*ir.Value {
	x := n.tensor(0, 1, anyRank)
	axis := n.axis(2, x.Type.Rank())
	sizes := slices.Clone(n.signed(n.arg(1)))
	if n.err != nil {
		return nil
	}
	left, rest := x.Type.Shape[axis], -1
	for i, d := range sizes {
		if d.Is(-1) {
			rest = i
		} else {
			left = left.Sub(d)
		}
	}
	if rest >= 0 {
		sizes[rest] = left
	} else if c, ok := left.IsConst(); ok && c != 0 {
		n.fail("the parts %s do not add up to axis %d of %s", ir.ShapeString(sizes), axis, x.Type)
		return nil
	}
	return n.parts(x, axis, sizes)
}

func (n *node) parts(x *ir.Value, axis int, sizes []ir.Dim) []*ir.Value {
	var outs []*ir.Value
	at := ir.Dim{}
	for _, d := range sizes {
		outs = append(outs, n.part(x, axis, at, d))
		at = at.Add(d)
	}
	return outs
}
