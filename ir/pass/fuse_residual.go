package pass

import "github.com/energeticc/energeticc/ir"

// residual is an op that may add a tensor of its result's shape, before any activation.
type residual interface {
	WithResidual() (ir.Op, bool)
}

// fuseResidual takes the Add of a tensor of a product's or convolution's own shape into it, where the types prove that
// the shapes are equal. fuse_bias must have taken the vectors, and fuse_activation must not have run: a residual is
// added before the activation.
func fuseResidual(top *ir.Graph) error {
	return eachNode(top, func(e *editor, n *ir.Node) {
		if n.Op.OpName() != "Add" || n.Out[0].Type.DType != ir.Float32 {
			return
		}
		for i := range 2 {
			m := e.by[n.In[i]]
			other := n.In[1-i]
			if m == nil || e.uses[n.In[i]] != 1 || len(m.Out) != 1 || input(m, inputResidual) != nil ||
				!other.Type.Equal(n.Out[0].Type) || !n.In[i].Type.Equal(n.Out[0].Type) {
				continue
			}
			r, ok := m.Op.(residual)
			if !ok {
				continue
			}
			o, ok := r.WithResidual()
			if !ok {
				continue
			}
			in := with(append([]*ir.Value{}, m.In...), inputResidual, other)
			if e.rewrite(n, o, in...) {
				n.Name = m.Name
				return
			}
		}
	})
}
