package op

import (
	"fmt"
	"slices"

	"github.com/energeticc/energeticc/ir"
)

// differentiable is an op whose gradient is known.
type differentiable interface {
	// pullback gives, for each input of a node with this op, how the gradients dy of the outputs reach it: nil where
	// they do not. An output without a gradient has nil.
	pullback(s *steps, n *ir.Node, dy []*ir.Value) []*ir.Value
}

// Gradients adds to the builder's graph what computes the gradients of the sum of y's elements with respect to each of
// xs, by the chain rule backwards over the graph's nodes.
func Gradients(b *ir.Builder, y *ir.Value, xs []*ir.Value) ([]*ir.Value, error) {
	g := &gradients{steps: &steps{b: b}, of: map[*ir.Value]*ir.Value{}, moves: map[*ir.Value]bool{}}
	for _, x := range append([]*ir.Value{y}, xs...) {
		if !x.Type.IsTensor() || !slices.Contains(floats, x.Type.DType) {
			return nil, fmt.Errorf("%s is %s, want a tensor of floats", x.Name, x.Type)
		}
	}
	for _, x := range xs {
		g.moves[x] = true
	}
	nodes := slices.Clone(b.Graph.Nodes)
	g.reach(nodes)
	if g.moves[y] {
		g.of[y] = g.filled(1, y)
		if err := g.back(nodes); err != nil {
			return nil, err
		}
	}
	out := make([]*ir.Value, len(xs))
	for i, x := range xs {
		if out[i] = g.of[x]; out[i] == nil {
			out[i] = g.filled(0, x)
		}
	}
	return out, g.err
}

// gradients is the state of a walk back.
type gradients struct {
	*steps
	of    map[*ir.Value]*ir.Value // the gradient that has come to a value
	moves map[*ir.Value]bool      // values that depend on what is differentiated by
}

// filled is a tensor like another of one number.
func (s *steps) filled(v float64, like *ir.Value) *ir.Value {
	return s.add(Expand{Shape: like.Type.Shape}, s.number(like.Type.DType, v))
}

// reach marks what nodes make out of values that are marked.
func (g *gradients) reach(nodes []*ir.Node) {
	for _, n := range nodes {
		if !slices.ContainsFunc(n.In, func(v *ir.Value) bool { return g.moves[v] }) {
			continue
		}
		for _, v := range n.Out {
			g.moves[v] = true
		}
	}
}

// back hands gradients from the nodes' outputs to their inputs, the last node first.
func (g *gradients) back(nodes []*ir.Node) error {
	for _, n := range slices.Backward(nodes) {
		dy, any := make([]*ir.Value, len(n.Out)), false
		for i, v := range n.Out {
			dy[i] = g.of[v]
			any = any || dy[i] != nil
		}
		if !any || !slices.ContainsFunc(n.In, func(v *ir.Value) bool { return g.moves[v] }) {
			continue
		}
		if err := g.node(n, dy); err != nil {
			return fmt.Errorf("node %q (%s): %w", n.Name, n.Op.OpName(), err)
		}
	}
	return nil
}

func (g *gradients) node(n *ir.Node, dy []*ir.Value) error {
	if c, ok := n.Op.(ir.Composite); ok {
		return g.body(n, c, dy)
	}
	d, ok := n.Op.(differentiable)
	if !ok {
		return fmt.Errorf("its gradient is not known; express it by operators such as Add, Mul, MatMul or ReduceSum")
	}
	dx := d.pullback(g.steps, n, dy)
	for i, v := range dx {
		if v != nil && i < len(n.In) && g.moves[n.In[i]] {
			g.hand(n.In[i], v)
		}
	}
	return g.err
}

// hand adds to a value's gradient.
func (g *gradients) hand(to, gradient *ir.Value) { g.of[to] = g.all("Add", g.of[to], gradient) }

// body walks back through a composite's body, which it builds once more.
func (g *gradients) body(n *ir.Node, c ir.Composite, dy []*ir.Value) error {
	first := len(g.b.Graph.Nodes)
	outs, err := c.Body(g.b, n.In)
	if err != nil {
		return err
	}
	nodes := slices.Clone(g.b.Graph.Nodes[first:])
	g.reach(nodes)
	for i, v := range outs {
		if dy[i] != nil && g.moves[v] {
			g.hand(v, dy[i])
		}
	}
	return g.back(nodes)
}

// like sums a gradient of some shape over the axes along which a value was repeated to get it.
func (s *steps) like(x *ir.Value, gradient *ir.Value, shape []ir.Dim) *ir.Value {
	to := x.Type.Shape
	if s.err != nil || shapeEqual(to, shape) {
		return gradient
	}
	var axes []int
	for i, d := range padShape(to, len(shape)) {
		switch {
		case i < len(shape)-len(to), d.Is(1) && !shape[i].Is(1):
			axes = append(axes, i)
		case !d.Equal(shape[i]):
			s.err = fmt.Errorf("whether axis %d of %s is repeated to %s is not known at compile time; pin the dim", i, x, ir.ShapeString(shape))
			return nil
		}
	}
	return s.shape(s.add(Reduce{Fn: "ReduceSum", Axes: axes}, gradient), to...)
}

// fault ends the walk.
func (s *steps) fault(format string, args ...any) []*ir.Value {
	if s.err == nil {
		s.err = fmt.Errorf(format, args...)
	}
	return nil
}
