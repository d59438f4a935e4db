package pass

import (
	"fmt"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

// expandDepth bounds bodies within bodies.
const expandDepth = 32

// expand puts the body of every composite without kernels of its own in its place. It stands first: what a body is
// made of folds and fuses with what is around it.
func expand(top *ir.Graph) error {
	for range expandDepth {
		found := false
		err := edit(top, func(e *editor) error {
			for _, n := range append([]*ir.Node{}, e.g.Nodes...) {
				c, ok := n.Op.(ir.Composite)
				if _, lowers := n.Op.(ir.Lowerer); !ok || lowers {
					continue
				}
				found = true
				if err := e.expand(n, c); err != nil {
					return fmt.Errorf("node %q (%s): %w", n.Name, n.Op.OpName(), err)
				}
			}
			return nil
		})
		if err != nil || !found {
			return err
		}
	}
	return fmt.Errorf("bodies are nested more than %d deep", expandDepth)
}

func (e *editor) expand(n *ir.Node, c ir.Composite) error {
	b := e.top.Edit()
	outs, err := c.Body(b, n.In)
	if err != nil {
		return err
	}
	if len(outs) != len(n.Out) {
		return fmt.Errorf("the body gives %d outputs, want %d", len(outs), len(n.Out))
	}
	for _, m := range b.Graph.Nodes {
		m.Name = n.Name // the model's name, by which steps are grouped
	}
	e.replace(n, b.Graph.Nodes, outs)
	return nil
}

// replace puts nodes in the place of one, whose outputs they make under other names.
func (e *editor) replace(n *ir.Node, nodes []*ir.Node, outs []*ir.Value) {
	if len(n.Checks) > 0 && len(nodes) > 0 {
		nodes[0].Checks = append(nodes[0].Checks, n.Checks...)
	}
	e.insert(n, nodes...)
	e.dead[n] = true
	swap := map[*ir.Value]*ir.Value{}
	for i, v := range n.Out {
		if v == outs[i] {
			continue
		}
		unify(e.top, v.Type, outs[i].Type)
		if !e.stands(v, outs[i]) { // an output of the graph that some other node makes, or none
			e.insert(n, &ir.Node{Name: n.Name, Op: op.Identity{}, In: []*ir.Value{outs[i]}, Out: []*ir.Value{v}})
			continue
		}
		swap[v] = outs[i]
		e.uses[outs[i]] += e.uses[v]
		e.uses[v] = 0
	}
	e.top.ReplaceAll(swap)
	e.release(n.In)
}
