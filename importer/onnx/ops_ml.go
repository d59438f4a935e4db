package onnx

import (
	"fmt"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

var mlRows = []row{
	{"ArrayFeatureExtractor", 1, arrayFeatureExtractor},
}

// arrayFeatureExtractor picks columns; a vector counts as one row, and the result is a matrix.
func arrayFeatureExtractor(n *node) ([]*ir.Value, error) {
	if err := n.arity(2, 2); err != nil {
		return nil, err
	}
	x, index := n.in[0], n.in[1]
	rank := x.Type.Rank()
	if rank == 0 {
		return nil, fmt.Errorf("the data is %s, want at least one axis", x.Type)
	}
	index, err := n.reshaped(index, []ir.Dim{index.Type.Len()})
	if err != nil {
		return nil, err
	}
	y, err := n.one(op.Gather{Axis: rank - 1}, x, index)
	if err != nil || rank > 1 {
		return values(y, err)
	}
	return values(n.reshaped(y, []ir.Dim{ir.Const(1), index.Type.Shape[0]}))
}
