package tfjs

import (
	"slices"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

// TensorFlow.js has channels last, [n, h, w, c]; kernels have them first, [n, c, h, w]. What a convolution gives is kept
// in both layouts: its twin is the value as the kernel made it, and whoever can go on with that does. Of two layouts the
// one that nobody reads in the end is dropped with what made it, so a chain of layers moves nothing between them.

// twin gives a value with its channels first, nil where it is not there yet.
func (n *node) twin(v *ir.Value) *ir.Value {
	t, _ := n.im.handles[v].(*ir.Value)
	return t
}

// channelsFirst gives a value with its channels first.
func (n *node) channelsFirst(v *ir.Value) *ir.Value {
	if t := n.twin(v); t != nil {
		return t
	}
	return n.transpose(v, firstPerm(v.Type.Rank())...)
}

// channelsLast puts the channels of a value last and remembers it as the twin.
func (n *node) channelsLast(t *ir.Value) *ir.Value {
	v := n.transpose(t, lastPerm(t.Type.Rank())...)
	if n.err == nil && v != t {
		n.im.handles[v] = t
	}
	return v
}

// firstPerm takes [n, …, c] to [n, c, …].
func firstPerm(rank int) []int {
	if rank < 2 {
		return identityPerm(rank)
	}
	return append([]int{0, rank - 1}, identityPerm(rank)[1:rank-1]...)
}

// lastPerm takes [n, c, …] to [n, …, c].
func lastPerm(rank int) []int {
	if rank < 2 {
		return identityPerm(rank)
	}
	return append(append([]int{0}, identityPerm(rank)[2:]...), 1)
}

func identityPerm(rank int) []int {
	perm := make([]int, rank)
	for i := range perm {
		perm[i] = i
	}
	return perm
}

// unaryOp applies an op that works element by element, in the layout in which its operand is.
func (n *node) unaryOp(o ir.Op, x *ir.Value) *ir.Value {
	if t := n.twin(x); t != nil {
		return n.channelsLast(n.do(o, t))
	}
	return n.do(o, x)
}

// binaryOp applies an op that works element by element on operands that broadcast. Where one is there with its channels
// first and the other can be had so for nothing, or for moving a few numbers, the result is made so too.
func (n *node) binaryOp(o ir.Op, a, b *ir.Value) *ir.Value {
	if n.err != nil {
		return hole()
	}
	s, t := n.twin(a), n.twin(b)
	switch {
	case s != nil && t != nil && sameShape(a, b):
	case s != nil:
		t = n.besideTwin(a, b)
	case t != nil:
		s = n.besideTwin(b, a)
	}
	if s == nil || t == nil {
		return n.do(o, a, b)
	}
	return n.channelsLast(n.do(o, s, t))
}

// besideTwin gives an operand the layout of v's twin: a single number, or one for each channel.
func (n *node) besideTwin(v, operand *ir.Value) *ir.Value {
	rank, r := v.Type.Rank(), operand.Type.Rank()
	if n.twin(operand) != nil || r > rank || slices.ContainsFunc(operand.Type.Shape[:max(r-1, 0)], func(d ir.Dim) bool { return !d.Is(1) }) {
		return nil
	}
	if r == 0 || operand.Type.Shape[r-1].Is(1) && r == 1 {
		return operand
	}
	shape := make([]ir.Dim, rank-1)
	for i := range shape {
		shape[i] = ir.Const(1)
	}
	if rank < 2 {
		return nil
	}
	shape[0] = operand.Type.Shape[r-1]
	return n.reshape(operand, shape...)
}

func sameShape(a, b *ir.Value) bool {
	return slices.EqualFunc(a.Type.Shape, b.Type.Shape, ir.Dim.Equal)
}

// affine is x·scale + shift, with a number of each for every channel.
func (n *node) affine(x, scale, shift *ir.Value) *ir.Value {
	if t := n.twin(x); t != nil {
		return n.channelsLast(n.do(op.Affine{Axis: 1}, t, scale, shift))
	}
	return n.do(op.Affine{Axis: x.Type.Rank() - 1}, x, scale, shift)
}
