package onnx

import (
	"errors"
	"fmt"

	"github.com/energeticc/energeticc/importer/onnx/file"
	"github.com/energeticc/energeticc/importer/onnx/pb"
	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

// Ranks that inputs are read with whose shape the model leaves out; others are numbers from 0.
const (
	noRank  = -1 // an error
	anyRank = -2 // each that the model can be read with: a run finds out
)

// errNoRank is that of an input without a shape.
var errNoRank = errors.New("the model does not say how many dims it has; declare its shape (unknown dims may stay unknown)")

// importOpen reads a model again that has inputs without a shape. What is computed with them often tells the rank, one
// for all of them: the only one that the model can be read with. A single input may have one of several ranks.
func importOpen(m *file.Model, opt Options, unknown error) (*ir.Graph, error) {
	var found *ir.Graph
	fits := 0
	for r := range maxOpenRank + 1 {
		if g, err := importAs(m, opt, r); err == nil {
			found = g
			fits++
		}
	}
	if fits == 1 {
		return found, nil
	}
	if g, err := importAs(m, opt, anyRank); fits > 1 && err == nil {
		return g, nil
	}
	return nil, unknown
}

// openInput reads a model's only input without a shape as an optional, which has its tensor's shape with it, and the
// nodes once for each rank. It gives the model's outputs.
func (im *importer) openInput(b *ir.Builder, s *scope, g *pb.GraphProto) ([]*ir.Value, error) {
	nodes, err := ordered(g.GetNode())
	if err != nil {
		return nil, err
	}
	if err := im.copied(maxOpenRank+1, nodes); err != nil {
		return nil, err
	}
	name := im.open[0].GetName()
	d, err := file.DType(im.open[0].GetType().GetTensorType().GetElemType())
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	in := b.Input(name, ir.OptionalType(ir.Type{DType: d, Open: ir.OpenShape}))
	n := &node{Builder: b, im: im, scope: s, proto: &pb.NodeProto{Output: []string{name}}, name: name, in: []*ir.Value{in}, outputs: 1}
	rank, err := n.one(op.OptionalRank{}, in)
	if err != nil {
		return nil, err
	}
	take := func(r int) ir.Op { return op.OptionalGetElement{Rank: r} }
	return im.ofRank(n, rank, 0, take, n.after(g, nodes))
}
