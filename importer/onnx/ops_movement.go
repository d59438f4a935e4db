package onnx

import (
	"errors"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

var movementRows = []row{
	{"Transpose", 1, transpose},
	{"Concat", 1, concat},
	{"Gather", 1, gather},
}

// transpose reverses the axes where perm is absent.
func transpose(n *node) ([]*ir.Value, error) {
	if err := n.arity(1, 1); err != nil {
		return nil, err
	}
	perm := ints(n.integers("perm"))
	if perm == nil {
		rank := n.in[0].Type.Rank()
		for i := range rank {
			perm = append(perm, rank-1-i)
		}
	}
	return n.add(op.Transpose{Perm: perm}, n.in...)
}

// axis reads the attribute axis for a rank.
func (n *node) axis(otherwise int64, rank int) (int, error) {
	v := n.integer("axis", otherwise)
	if n.err != nil {
		return 0, n.err
	}
	return ir.Axis(int(v), rank)
}

// concat reads Concat; its axis was 1 unless said until opset 4.
func concat(n *node) ([]*ir.Value, error) {
	var in []*ir.Value
	for _, v := range n.in {
		if v != nil {
			in = append(in, v)
		}
	}
	if len(in) == 0 {
		return nil, errors.New("no inputs, want at least 1")
	}
	axis, err := n.axis(1, in[0].Type.Rank())
	if err != nil {
		return nil, err
	}
	return n.add(op.Concat{Axis: axis}, in...)
}

// gather reads Gather.
func gather(n *node) ([]*ir.Value, error) {
	if err := n.arity(2, 2); err != nil {
		return nil, err
	}
	axis, err := n.axis(0, n.in[0].Type.Rank())
	if err != nil {
		return nil, err
	}
	return n.add(op.Gather{Axis: axis}, n.in...)
}
