package pass

import (
	"slices"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

// fuseAttention makes one op of softmax(q·kᵀ·scale + mask)·v, whose matrix of scores then needs no memory. Where heads
// were moved before tokens for it, and back after, that goes too: the op reads them where they are. Scales must be in
// the products, and transposes of keys attributes of them.
func fuseAttention(top *ir.Graph) error {
	err := eachNode(top, func(e *editor, n *ir.Node) {
		if heads(n) {
			if a, ok := e.attention(e.soleMatMul(n.In[0])); ok {
				e.packAttention(n, a)
			}
		}
	})
	if err != nil {
		return err
	}
	return eachNode(top, func(e *editor, n *ir.Node) {
		if a, ok := e.attention(n); ok {
			e.rewrite(n, a.op, a.q, a.k, a.v, a.mask)
		}
	})
}

// attention is what an Attention reads, [batch, heads, tokens, size] each.
type attention struct {
	op            op.Attention
	q, k, v, mask *ir.Value // mask may be nil
}

// plainMatMul gives a product that does nothing else.
func plainMatMul(n *ir.Node) (op.MatMul, bool) {
	if n == nil {
		return op.MatMul{}, false
	}
	m, ok := n.Op.(op.MatMul)
	return m, ok && len(n.In) == 2 && m.Act.Fn == "" && !m.TransA && len(n.Checks) == 0 && n.Out[0].Type.DType == ir.Float32 && n.Out[0].Type.Rank() == 4
}

func (e *editor) soleMatMul(v *ir.Value) *ir.Node { return e.sole(v, "MatMul") }

// attention matches the product that ends an attention.
func (e *editor) attention(n *ir.Node) (attention, bool) {
	mix, ok := plainMatMul(n)
	if !ok || mix.TransB || mix.Alpha != 0 {
		return attention{}, false
	}
	soft, safe := e.probabilities(n.In[0])
	if soft == nil || soft.Op.(op.Softmax).Axis != 3 {
		return attention{}, false
	}
	a := attention{v: n.In[1]}
	scores := e.soleMatMul(soft.In[0])
	if add := e.sole(soft.In[0], "Add"); add != nil {
		for i := range 2 {
			if m := e.soleMatMul(add.In[i]); scores == nil && m != nil && m.Out[0].Type.Equal(add.Out[0].Type) {
				scores, a.mask = m, add.In[1-i]
			}
		}
	}
	m, ok := plainMatMul(scores)
	if !ok || !m.TransB || a.mask != nil && a.mask.Type.DType != ir.Float32 {
		return a, false
	}
	a.q, a.k = scores.In[0], scores.In[1]
	for _, v := range []*ir.Value{a.q, a.k, a.v} {
		if v.Const != nil || v.Type.Rank() != 4 {
			return a, false // a product with weights is better off with packed ones
		}
	}
	if a.op = (op.Attention{Scale: m.Alpha, Bare: !safe, Safe: safe}); m.Alpha == 0 {
		a.op.Scale = 1
	}
	return a, true
}

// probabilities gives the Softmax whose result, that nothing else reads, a value is; safe says that NaN was made 0 in it.
func (e *editor) probabilities(v *ir.Value) (soft *ir.Node, safe bool) {
	w := e.sole(v, "Where")
	if w == nil {
		return e.sole(v, "Softmax"), false
	}
	p := w.In[2]
	nan := e.sole(w.In[0], "IsNaN")
	if nan == nil || nan.In[0] != p || e.uses[p] != 2 || !isNumber(w.In[1], 0) {
		return nil, false
	}
	return e.maker(p, "Softmax"), true
}

// heads reports whether a node exchanges heads and tokens.
func heads(n *ir.Node) bool {
	t, ok := n.Op.(op.Transpose)
	return ok && slices.Equal(t.Perm, []int{0, 2, 1, 3})
}

// packAttention puts an attention in the place of the transpose behind it, where its queries, and maybe its keys and
// values, come from one that moves heads before tokens.
func (e *editor) packAttention(n *ir.Node, a attention) {
	q := e.apart(a.q)
	if q == nil {
		return
	}
	count, ok := q.Type.Shape[2].IsConst()
	if !ok || count < 1 {
		return
	}
	k, v := e.apart(a.k), e.apart(a.v)
	a.op.Heads = int(count)
	in := []*ir.Value{e.packed(n, q), a.k, a.v, a.mask}
	if k != nil && v != nil {
		groups, ok := k.Type.Shape[2].IsConst()
		if ok && groups > 0 && v.Type.Shape[2].Is(groups) {
			a.op.KVHeads = int(groups)
			in[1], in[2] = e.packed(n, k), e.packed(n, v)
		}
	}
	if slices.Contains(in[:3], nil) {
		return
	}
	y := e.add(n, n.Name, a.op, in...)
	if y != nil {
		e.rewrite(n, op.Reshape{Shape: n.Out[0].Type.Shape}, y)
	}
}

// apart gives the value [batch, tokens, heads, size] that was transposed to v.
func (e *editor) apart(v *ir.Value) *ir.Value {
	if m := e.maker(v, "Transpose"); m != nil && heads(m) {
		return m.In[0]
	}
	return nil
}

// packed views [batch, tokens, heads, size] as [batch, tokens, heads·size].
func (e *editor) packed(n *ir.Node, v *ir.Value) *ir.Value {
	s := v.Type.Shape
	return e.add(n, v.Name, op.Reshape{Shape: []ir.Dim{s[0], s[1], s[2].Mul(s[3])}}, v)
}
