package onnx

import (
	"fmt"

	"github.com/energeticc/energeticc/importer/onnx/pb"
	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

var previewRows = []row{{"FlexAttention", 1, flexAttention}}

// flexAttention reads FlexAttention: the graphs that change scores and probabilities are read in their places. Without
// them it is Attention.
func flexAttention(n *node) ([]*ir.Value, error) {
	if err := n.arity(3, 3); err != nil {
		return nil, err
	}
	q, k, v := n.in[0], n.in[1], n.in[2]
	for i, x := range n.in {
		if x.Type.Rank() != 4 {
			return nil, fmt.Errorf("%c is %s, want 4 axes", "QKV"[i], x.Type)
		}
	}
	d := q.Type.DType
	precision, err := n.precision()
	if err != nil {
		return nil, err
	}
	if precision == ir.Invalid {
		if precision = ir.Float32; d == ir.Float64 {
			precision = d
		}
	}
	if d == ir.Float32 && precision == d && !n.has("score_mod") && !n.has("prob_mod") {
		return n.add(op.Attention{Scale: n.scale()}, q, k, v)
	}
	x, err := n.one(op.AttentionScores{Scale: n.scale()}, q, k)
	if err != nil {
		return nil, err
	}
	if x, err = n.one(op.Cast{To: precision}, x); err != nil {
		return nil, err
	}
	if x, err = n.modified("score_mod", x); err != nil {
		return nil, err
	}
	if x, err = n.one(op.Softmax{Axis: 3}, x); err != nil {
		return nil, err
	}
	if x, err = n.modified("prob_mod", x); err != nil {
		return nil, err
	}
	if v, err = n.one(op.Cast{To: precision}, v); err != nil {
		return nil, err
	}
	if x, err = n.one(op.AttentionMix{}, x, v); err != nil {
		return nil, err
	}
	return n.add(op.Cast{To: d}, x)
}

// modified applies the graph that an attribute holds, if it is there, to a tensor whose type it keeps.
func (n *node) modified(attribute string, x *ir.Value) (*ir.Value, error) {
	if !n.has(attribute) {
		return x, nil
	}
	g := n.graph(attribute)
	if n.err != nil {
		return nil, n.err
	}
	if len(g.GetInput()) != 1 || len(g.GetOutput()) != 1 {
		return nil, fmt.Errorf("%s takes %d values and gives %d, want 1 and 1", attribute, len(g.GetInput()), len(g.GetOutput()))
	}
	y, err := n.im.inline(n, g, x)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", attribute, err)
	}
	if !y[0].Type.IsTensor() || y[0].Type.DType != x.Type.DType || y[0].Type.Rank() != x.Type.Rank() {
		return nil, fmt.Errorf("%s turns %s into %s, want the same type", attribute, x.Type, y[0].Type)
	}
	return y[0], nil
}

// inline reads a subgraph into the graph around it, with values for its inputs.
func (im *importer) inline(n *node, g *pb.GraphProto, in ...*ir.Value) ([]*ir.Value, error) {
	if im.depth++; im.depth > maxDepth {
		return nil, fmt.Errorf("subgraphs are nested more than %d deep", maxDepth)
	}
	defer func() { im.depth-- }()
	s := n.scope.inner()
	if err := im.initializers(n.Builder, s, g); err != nil {
		return nil, err
	}
	for i, v := range g.GetInput() {
		s.values[v.GetName()] = in[i]
	}
	return im.sortedBody(n.Builder, s, g)
}
