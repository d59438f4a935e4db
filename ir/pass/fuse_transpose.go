package pass

import (
	"slices"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

// fuseTranspose makes a Transpose of the last two axes before a product an attribute of the product, and takes that part
// out of one that does more (attention's keys, [batch, seq, head, k] to [batch, head, k, seq]), so that what is left
// moves whole rows. Constant weights that only the product reads were transposed by fold; those read elsewhere too (an embedding that is also the last
// layer) stay as they are and are stored once. Of transposes in a row identity must have left one.
func fuseTranspose(top *ir.Graph) error {
	return eachNode(top, func(e *editor, n *ir.Node) {
		o, ok := n.Op.(op.MatMul)
		if !ok {
			return
		}
		if m := e.swapped(n.In[inputX]); m != nil && n.In[inputWeights].Const == nil { // packed weights want rows
			p := o
			p.TransA = !o.TransA
			if e.rewrite(n, p, with(append([]*ir.Value{}, n.In...), inputX, m.In[0])...) {
				o = p
			}
		}
		m := e.swapped(n.In[inputWeights])
		if m == nil {
			m = e.rowwise(n.In[inputWeights])
		}
		if m != nil {
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

// rowwise splits the Transpose that makes a value, and has no other reader, in one that keeps the last axis last and
// one that exchanges the last two axes, which it gives; nil where there is no such split.
func (e *editor) rowwise(v *ir.Value) *ir.Node {
	m := e.sole(v, "Transpose")
	if m == nil {
		return nil
	}
	perm := slices.Clone(m.Op.(op.Transpose).Perm)
	r := len(perm)
	if r < 3 || perm[r-2] != r-1 {
		return nil
	}
	perm[r-2], perm[r-1] = perm[r-1], perm[r-2]
	rows := e.add(m, m.Name, op.Transpose{Perm: perm}, m.In[0])
	if rows == nil {
		return nil
	}
	swap := make([]int, r)
	for i := range swap {
		swap[i] = i
	}
	swap[r-2], swap[r-1] = r-1, r-2
	e.rewrite(m, op.Transpose{Perm: swap}, rows)
	return m
}
