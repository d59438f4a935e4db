package pass

import (
	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

// fuseTranspose makes a Transpose of the last two axes before a product an attribute of the product. Constant weights
// that only the product reads were transposed by fold; those read elsewhere too (an embedding that is also the last
// layer) stay as they are and are stored once. Of transposes in a row identity must have left one.
func fuseTranspose(top *ir.Graph) error {
	return eachNode(top, func(e *editor, n *ir.Node) {
		o, ok := n.Op.(op.MatMul)
		if !ok {
			return
		}
		if m := e.swapped(n.In[inputX]); m != nil {
			p := o
			p.TransA = !o.TransA
			if e.rewrite(n, p, with(append([]*ir.Value{}, n.In...), inputX, m.In[0])...) {
				o = p
			}
		}
		if m := e.swapped(n.In[inputWeights]); m != nil {
			o.TransB = !o.TransB
			e.rewrite(n, o, with(append([]*ir.Value{}, n.In...), inputWeights, m.In[0])...)
		}
	})
}

// swapped gives the Transpose that makes a value by exchanging the last two axes.
func (e *editor) swapped(v *ir.Value) *ir.Node {
	m := e.maker(v, "Transpose")
	if m == nil {
		return nil
	}
	perm := m.Op.(op.Transpose).Perm
	r := len(perm)
	if r < 2 {
		return nil
	}
	for i, p := range perm {
		want := i
		if i >= r-2 {
			want = 2*r - 3 - i
		}
		if p != want {
			return nil
		}
	}
	return m
}
