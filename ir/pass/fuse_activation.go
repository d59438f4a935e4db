package pass

import (
	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

// activated is an op that may apply an activation to its result.
type activated interface {
	WithAct(a op.Act) (ir.Op, bool)
}

// fuseActivation takes an activation into the op whose result it alone reads: the kernel applies it while the rows
// are in the cache. Residuals must be fused, which are added before it, and spelt-out activations found. Storage types
// keep both nodes, since they round in between.
func fuseActivation(top *ir.Graph) error {
	return eachNode(top, func(e *editor, n *ir.Node) {
		u, ok := n.Op.(op.Unary)
		if !ok || u.Act().Fn == "" || n.Out[0].Type.DType != ir.Float32 {
			return
		}
		m := e.by[n.In[0]]
		if m == nil || e.uses[n.In[0]] != 1 || len(m.Out) != 1 {
			return
		}
		p, ok := m.Op.(activated)
		if !ok {
			return
		}
		if o, ok := p.WithAct(u.Act()); ok && e.rewrite(n, o, m.In...) {
			n.Name = m.Name
		}
	})
}
