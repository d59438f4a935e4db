package onnx

import (
	"errors"
	"fmt"

	"github.com/energeticc/energeticc/importer/onnx/pb"
	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

// maxCopies bounds the nodes that are read again because branches before them differ in rank.
const maxCopies = 100_000

// onward is what is read once a graph's outputs are known: the nodes that follow the one which the graph belongs to.
// Where the reading of the graph splits into paths whose values differ in rank, each path reads them for itself.
type onward struct {
	scope *scope   // where the outputs get their names
	names []string // of the node's outputs
	graph *pb.GraphProto
	nodes []*pb.NodeProto
}

// after is what follows a node of the graph g.
func (n *node) after(g *pb.GraphProto, rest []*pb.NodeProto) *onward {
	return &onward{n.scope, n.proto.GetOutput(), g, rest}
}

// read reads on after the outputs, to those of the last graph of all.
func (o *onward) read(im *importer, b *ir.Builder, outs []*ir.Value) ([]*ir.Value, error) {
	if len(outs) < len(o.names) {
		return nil, fmt.Errorf("%d outputs, want %d", len(outs), len(o.names))
	}
	s := o.scope.inner()
	s.speculo, s.then, s.model = true, o.scope.then, o.scope.model
	for i, name := range o.names {
		s.values[name] = outs[i]
	}
	return im.body(b, s, o.graph, o.nodes)
}

// endsModel reports whether what is read to the end gives the model's outputs.
func (s *scope) endsModel() bool {
	for s.then != nil {
		s = s.then.scope
	}
	return s.model
}

// copied counts nodes that are read for paths of their own.
func (im *importer) copied(paths int, rest []*pb.NodeProto) error {
	if im.copies += paths * len(rest); im.copies > maxCopies {
		return fmt.Errorf("the branches differ in rank and what follows is too long to be read into each; make their outputs' ranks equal")
	}
	return nil
}

// splice reads a graph in a node's place: a branch that is sure to be taken, or a function. done says that what
// follows the node was read as well, because the graph has paths that differ in rank.
func (im *importer) splice(n *node, g *pb.GraphProto, rest []*pb.NodeProto, read func(s *scope) ([]*ir.Value, error)) (outs []*ir.Value, done bool, err error) {
	before := len(n.Graph.Nodes)
	again := func(speculo bool, then *onward) ([]*ir.Value, error) {
		n.Graph.Nodes = n.Graph.Nodes[:before]
		s := n.scope.inner()
		s.speculo, s.then = s.speculo || speculo, then
		return read(s)
	}
	var mismatch *op.MismatchError
	switch outs, err = again(true, nil); {
	case errors.As(err, &mismatch):
		if err := im.copied(1, rest); err != nil {
			return nil, false, err
		}
		outs, err = again(true, n.after(g, rest))
		return outs, true, err
	case err != nil && !n.scope.speculo:
		outs, err = again(false, nil) // reports all that is wrong
	}
	return outs, false, err
}

// path reads what makes a node's outputs on one path into a subgraph, and what follows the node where then says so.
func (im *importer) path(n *node, then *onward, read func(b *ir.Builder, s *scope) ([]*ir.Value, error)) (*ir.Graph, error) {
	b := n.Sub(n.name)
	s := n.scope.inner()
	s.speculo, s.then = true, then
	outs, err := read(b, s)
	if err != nil {
		return nil, err
	}
	b.Output(outs...)
	return b.Graph, nil
}

// either adds an If of two paths, one of which may have failed to be read.
func (n *node) either(cond *ir.Value, a *ir.Graph, errA error, b *ir.Graph, errB error) ([]*ir.Value, error) {
	if errA != nil && errB != nil {
		return nil, errA
	}
	if errA != nil {
		a = failing(n, errA, b)
	}
	if errB != nil {
		b = failing(n, errB, a)
	}
	outs, err := n.add(op.If{Then: a, Else: b}, cond)
	var mismatch *op.MismatchError
	if !errors.As(err, &mismatch) || !n.scope.endsModel() {
		return outs, err
	}
	if err := n.hold(a, b); err != nil {
		return nil, err
	}
	return n.add(op.If{Then: a, Else: b}, cond)
}

// hold makes optionals of the model's outputs whose rank depends on the path: a tensor that an optional holds has its
// shape with it.
func (n *node) hold(graphs ...*ir.Graph) error {
	for i, v := range graphs[0].Outputs {
		w := graphs[1].Outputs[i]
		if v.Type.Kind == w.Type.Kind && v.Type.Rank() == w.Type.Rank() {
			continue
		}
		for _, g := range graphs {
			if !g.Outputs[i].Type.IsTensor() {
				continue
			}
			b := n.Sub(g.Name)
			b.Graph = g
			held, err := b.Add1(g.Outputs[i].Name, op.Optional{}, g.Outputs[i])
			if err != nil {
				return err
			}
			g.Outputs[i] = held
		}
	}
	return nil
}

// failing is the path whose reading failed: the model's own runtime would find the same fault when it got there.
func failing(n *node, cause error, like *ir.Graph) *ir.Graph {
	b := n.Sub("impossible")
	types := make([]ir.Type, len(like.Outputs))
	for i, v := range like.Outputs {
		types[i] = v.Type
	}
	outs, err := b.Add(n.name, op.Fail{Text: cause.Error(), Types: types})
	if err != nil {
		panic("onnx: BUG: " + err.Error())
	}
	b.Output(outs...)
	return b.Graph
}
