package pass

import (
	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

// sizes decides what the symbols' ranges decide (a pinned batch is a number, min(seq, 512) may be seq) and infers every
// node again, now that more is known than when it was made: data symbols that turn out to be
// expressions or numbers are replaced everywhere, and a node whose output is an integer tensor of known sizes becomes
// Sizes, which reads no tensor. The chains of Shape, Gather and Concat before it fall to dce. Bodies must have been
// expanded: they compute shapes too.
func sizes(top *ir.Graph) error {
	top.Simplify()
	settle(top)
	return eachNode(top, func(e *editor, n *ir.Node) {
		if _, done := n.Op.(op.Sizes); done || len(n.Out) != 1 || mustStay(n) || len(n.Graphs()) > 0 || len(n.Checks) > 0 {
			return
		}
		v := n.Out[0]
		shape, ok := ir.KnownShape(v.Type.Shape)
		if v.Elems == nil || !ok || bindsSymbols(top, n) {
			return
		}
		if numbers, known := v.KnownInts(); known {
			c := ir.ConstValue(v.Name, ir.FromInts(v.Type.DType, shape, numbers))
			e.forward(n, c)
			return
		}
		e.rewrite(n, op.Sizes{Values: v.Elems, DType: v.Type.DType, Shape: shape})
	})
}

// settle infers nodes again in their order and takes over what is known better.
func settle(top *ir.Graph) {
	top.WalkGraphs(func(g *ir.Graph) {
		for _, n := range g.Nodes {
			f, err := top.Infer(n)
			if err != nil || len(f.Types) != len(n.Out) {
				continue
			}
			for i, v := range n.Out {
				if v.Type.IsTensor() && len(v.Type.Shape) == len(f.Types[i].Shape) && knownSymbols(top, f.Types[i]) {
					unify(top, v.Type, f.Types[i])
				}
				if i < len(f.Elems) && v.Elems == nil {
					v.Elems = f.Elems[i]
				}
			}
		}
	})
}

// knownSymbols reports whether a type names only symbols that the model has.
func knownSymbols(top *ir.Graph, t ir.Type) bool {
	for _, d := range t.Shape {
		for _, s := range d.Symbols() {
			if top.Symbols[s] == nil {
				return false
			}
		}
	}
	return true
}
