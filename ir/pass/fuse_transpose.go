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
		if x := e.swapped(n.In[inputX]); x != nil && n.In[inputWeights].Const == nil { // packed weights want rows
			p := o
			p.TransA = !o.TransA
			if e.rewrite(n, p, with(append([]*ir.Value{}, n.In...), inputX, x)...) {
				o = p
			}
		}
		w := e.swapped(n.In[inputWeights])
		if w == nil {
			w = e.rowwise(n.In[inputWeights])
		}
		if w != nil {
			o.TransB = !o.TransB
			e.rewrite(n, o, with(append([]*ir.Value{}, n.In...), inputWeights, w)...)
		}
	})
}

// swapped gives the value whose last two axes were exchanged to make v, maybe between a Reshape that made one axis of
// those before and one that made them again.
func (e *editor) swapped(v *ir.Value) *ir.Value {
	if m := e.maker(v, "Transpose"); m != nil && swapsLast(m) {
		return m.In[0]
	}
	again := e.maker(v, "Reshape")
	if again == nil {
		return nil
	}
	m := e.maker(again.In[0], "Transpose")
	if m == nil || !swapsLast(m) {
		return nil
	}
	one := e.maker(m.In[0], "Reshape")
	if one == nil {
		return nil
	}
	x, y := one.In[0].Type.Shape, v.Type.Shape
	r := len(y)
	if len(x) != r || r < 2 || !sameDims(x[:r-2], y[:r-2]) || !sameDims(x[r-2:], lastDims(m.In[0])) || !sameDims(y[r-2:], lastDims(m.Out[0])) {
		return nil
	}
	return one.In[0]
}

// swapsLast reports whether a Transpose exchanges the last two axes and no others.
func swapsLast(m *ir.Node) bool {
	perm := m.Op.(op.Transpose).Perm
	r := len(perm)
	for i, p := range perm {
		want := i
		if i >= r-2 {
			want = 2*r - 3 - i
		}
		if p != want {
			return false
		}
	}
	return r >= 2
}

// lastDims are the last two of a value.
func lastDims(v *ir.Value) []ir.Dim { return v.Type.Shape[v.Type.Rank()-2:] }

// sameDims reports whether dims are equal, one by one.
func sameDims(a, b []ir.Dim) bool { return slices.EqualFunc(a, b, ir.Dim.Equal) }

// rowwise splits the Transpose that makes a value, and has no other reader, in one that keeps the last axis last and
// one that exchanges the last two axes, and gives what is between; nil where there is no such split.
func (e *editor) rowwise(v *ir.Value) *ir.Value {
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
	return rows
}
