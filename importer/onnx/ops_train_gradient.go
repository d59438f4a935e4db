package onnx

import (
	"errors"
	"fmt"
	"slices"

	"github.com/energeticc/energeticc/importer/onnx/pb"
	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

// gradient reads Gradient. The nodes between the tensors that it names are read once more, with its inputs in the place
// of xs and zs: those need not be the tensors of these names, and what depends on constants alone is folded in the graph
// around it. Equal nodes become one again later.
func gradient(n *node) ([]*ir.Value, error) {
	xs, zs, y := n.texts("xs"), n.texts("zs"), n.text("y", "")
	if len(xs) == 0 || y == "" {
		return nil, errors.New("attributes xs and y are missing")
	}
	if err := n.arity(len(xs)+len(zs), len(xs)+len(zs)); err != nil {
		return nil, err
	}
	if n.im.depth++; n.im.depth > maxDepth {
		return nil, fmt.Errorf("gradients are nested more than %d deep", maxDepth)
	}
	defer func() { n.im.depth-- }()
	between := leading(n.within.GetNode(), y, append(slices.Clone(xs), zs...))
	if n.im.copies += len(between); n.im.copies > maxCopies {
		return nil, fmt.Errorf("gradients of gradients read more than %d nodes again", maxCopies)
	}
	b, s := n.Sub("gradient"), n.scope.inner()
	s.speculo = true
	for i, name := range zs {
		s.values[name] = n.in[len(xs)+i]
	}
	stands := map[*ir.Value]*ir.Value{} // inputs that are known to no folding, for the real ones
	by := make([]*ir.Value, len(xs))
	for i, name := range xs {
		by[i] = b.Input(name, n.in[i].Type)
		s.values[name], stands[by[i]] = by[i], n.in[i]
	}
	g := &pb.GraphProto{Node: n.within.GetNode(), Output: []*pb.ValueInfoProto{{Name: &y}}}
	nodes, err := ordered(between)
	if err != nil {
		return nil, err
	}
	to, err := n.im.body(b, s, g, nodes)
	if err != nil {
		return nil, err
	}
	outs, err := op.Gradients(b, to[0], by)
	if err != nil {
		return nil, err
	}
	b.Graph.ReplaceAll(stands)
	for i, v := range outs {
		if real := stands[v]; real != nil {
			outs[i] = real
		}
	}
	n.Graph.Nodes = append(n.Graph.Nodes, b.Graph.Nodes...)
	return outs, nil
}

// leading gives the nodes that lead to a tensor, without those that lead to tensors which are given.
func leading(nodes []*pb.NodeProto, to string, given []string) []*pb.NodeProto {
	maker := map[string]int{}
	for i, p := range nodes {
		for _, name := range p.GetOutput() {
			maker[name] = i
		}
	}
	done := map[string]bool{"": true}
	for _, name := range given {
		done[name] = true
	}
	found := make([]bool, len(nodes))
	for ask := []string{to}; len(ask) > 0; {
		name := ask[len(ask)-1]
		ask = ask[:len(ask)-1]
		i, ok := maker[name]
		if done[name] || !ok {
			continue
		}
		done[name] = true
		found[i] = true
		reads(nodes[i], func(name string) { ask = append(ask, name) })
	}
	var out []*pb.NodeProto
	for i, p := range nodes {
		if found[i] {
			out = append(out, p)
		}
	}
	return out
}
