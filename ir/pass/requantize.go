package pass

import (
	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

// Further inputs of a scaled product that is quantised.
const inputOutScale = 7

// coded is an op that may quantise its result.
type coded interface{ WithCodes(to ir.DType) ir.Op }

// requantize takes a quantisation into the scaled product whose result it alone reads, so that no float32 goes to memory
// between them. It rounds as the two do. Biases, residuals and activations must be in the product, which come before.
func requantize(top *ir.Graph) error {
	return eachNode(top, func(e *editor, n *ir.Node) {
		q, ok := n.Op.(op.Quantize)
		if !ok || q.Bits != 0 || !eightBits(n.Out[0]) || n.In[0].Type.DType != ir.Float32 || !isOne(n.In[1]) {
			return
		}
		m := e.by[n.In[0]]
		if m == nil || e.uses[n.In[0]] != 1 || input(m, inputResidual) != nil || input(m, inputOutScale) != nil {
			return
		}
		p, ok := m.Op.(coded)
		if !ok {
			return
		}
		in := with(append([]*ir.Value{}, m.In...), inputOutScale, n.In[1])
		if zero := input(n, 2); zero != nil {
			in = with(in, inputOutScale+1, zero)
		}
		if e.rewrite(n, p.WithCodes(q.To), in...) {
			n.Name = m.Name
		}
	})
}

// isOne reports whether a value is one float32.
func isOne(v *ir.Value) bool { return v.Type.DType == ir.Float32 && v.Type.Len().Is(1) }
