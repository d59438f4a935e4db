package pass

import (
	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

// fuseRotary makes one op of x·cos + rotated(x)·sin, as exporters spell rotary position embeddings (RoFormer,
// arXiv:2104.09864): rotated swaps the halves of the last axis and negates the first, and the rows of cos and sin hold
// their angles twice. x is [batch, heads, tokens, size] or [batch, tokens, heads, size]; cos and sin have one head.
func fuseRotary(top *ir.Graph) error {
	return eachNode(top, func(e *editor, n *ir.Node) {
		if n.Op.OpName() != "Add" || !exactFloat(n.Out[0]) || n.Out[0].Type.Rank() != 4 || len(n.Checks) > 0 {
			return
		}
		for i := range 2 {
			straight, crossed := e.sole(n.In[i], "Mul"), e.sole(n.In[1-i], "Mul")
			if straight != nil && crossed != nil && e.rotary(n, straight, crossed) {
				return
			}
		}
	})
}

// rotary rewrites n, the sum of both products, if they are x·cos and rotated(x)·sin.
func (e *editor) rotary(n, straight, crossed *ir.Node) bool {
	for i := range 2 {
		x := e.rotated(crossed.In[i])
		if x == nil || !x.Type.Equal(n.Out[0].Type) {
			continue
		}
		cos, isX := operands(straight, func(v *ir.Value) bool { return v == x })
		sin := crossed.In[1-i]
		if isX == nil || cos == x || !cos.Type.Equal(sin.Type) {
			continue
		}
		return e.turn(n, x, cos, sin)
	}
	return false
}

// turn puts a Rotary in n's place, if cos and sin are such that it can read them.
func (e *editor) turn(n *ir.Node, x, cos, sin *ir.Value) bool {
	shape := x.Type.Shape
	heads := 1
	if c := cos.Type.Shape; len(c) == 4 && !c[1].Is(1) && c[2].Is(1) {
		heads = 2
	}
	tokens := 3 - heads
	h, known := shape[heads].IsConst()
	wanted := []ir.Dim{shape[0], ir.Const(1), ir.Const(1), shape[3]}
	wanted[tokens] = shape[tokens]
	if !known && heads == 2 || !cos.Type.Equal(ir.TensorType(x.Type.DType, wanted...)) || !e.twice(cos) || !e.twice(sin) {
		return false
	}
	in := []*ir.Value{x, e.angles(n, cos, tokens), e.angles(n, sin, tokens)}
	if in[1] == nil || in[2] == nil {
		return false
	}
	if heads == 1 {
		return e.rewrite(n, op.Rotary{}, in...)
	}
	// The op reads heads behind tokens as one axis.
	in[0] = e.add(n, n.Name+"_heads", op.Reshape{Shape: []ir.Dim{shape[0], shape[1], shape[2].Mul(shape[3])}}, x)
	if in[0] == nil {
		return false
	}
	turned := e.add(n, n.Name+"_turned", op.Rotary{Heads: int(h)}, in...)
	return turned != nil && e.rewrite(n, op.Reshape{Shape: shape}, turned)
}

// angles is the first half of cos or sin, [batch, tokens, size / 2].
func (e *editor) angles(n *ir.Node, v *ir.Value, tokens int) *ir.Value {
	s := v.Type.Shape
	rows := e.add(n, n.Name+"_rows", op.Reshape{Shape: []ir.Dim{s[0], s[tokens], s[3]}}, v)
	if rows == nil {
		return nil
	}
	size, _ := s[3].IsConst()
	half := op.Slice{Begin: ir.ConstDims([]int{0, 0, 0}), Size: []ir.Dim{s[0], s[tokens], ir.Const(size / 2)}, Step: ir.ConstDims([]int{1, 1, 1})}
	return e.add(n, n.Name+"_angles", half, rows)
}

// rotated gives the x of Concat(-x[…, half:], x[…, :half]), nil for anything else.
func (e *editor) rotated(v *ir.Value) *ir.Value {
	c := e.sole(v, "Concat")
	if c == nil || len(c.In) != 2 || c.Op.(op.Concat).Axis != v.Type.Rank()-1 {
		return nil
	}
	neg := e.sole(c.In[0], "Neg")
	if neg == nil {
		return nil
	}
	high, low := e.sole(neg.In[0], "Slice"), e.sole(c.In[1], "Slice")
	if high == nil || low == nil || high.In[0] != low.In[0] || !isHalf(high, 1) || !isHalf(low, 0) {
		return nil
	}
	return low.In[0]
}

// isHalf reports whether a Slice takes half of the last axis, which is of even, known size, and all of the others.
func isHalf(n *ir.Node, half int64) bool {
	s, shape := n.Op.(op.Slice), n.In[0].Type.Shape
	last := len(shape) - 1
	size, known := shape[last].IsConst()
	if !known || size%2 != 0 || len(s.Begin) != len(shape) {
		return false
	}
	for i, d := range shape {
		begin := ir.Const(0)
		if i == last {
			d, begin = ir.Const(size/2), ir.Const(half*size/2)
		}
		if !s.Begin[i].Equal(begin) || !s.Size[i].Equal(d) || !s.Step[i].Is(1) {
			return false
		}
	}
	return true
}

// twice reports whether both halves of each row of a value, its last axis, are the same.
func (e *editor) twice(v *ir.Value) bool {
	rank := v.Type.Rank()
	if v.Const != nil {
		return constTwice(v.Const)
	}
	n := e.by[v]
	if n == nil || rank == 0 {
		return false
	}
	row := v.Type.Shape[rank-1]
	keepsRows := len(n.In) > 0 && n.In[0].Type.Rank() > 0 && n.In[0].Type.Shape[n.In[0].Type.Rank()-1].Equal(row)
	switch o := n.Op.(type) {
	case op.Concat:
		return o.Axis == rank-1 && len(n.In) == 2 && n.In[0] == n.In[1]
	case op.Unary, op.Cast, op.Reshape, op.Expand, op.Identity:
		return keepsRows && e.twice(n.In[0])
	case op.Gather:
		return o.Axis < n.In[0].Type.Rank()-1 && keepsRows && e.twice(n.In[0])
	case op.Slice:
		last := len(o.Begin) - 1
		return keepsRows && o.Step[last].Is(1) && e.twice(n.In[0])
	case op.Binary:
		for i := range 2 {
			if _, ok := scalar(n.In[1-i], rank); ok {
				return e.twice(n.In[i])
			}
		}
	}
	return false
}

// constTwice is twice for a constant of whole bytes an element.
func constTwice(t *ir.Tensor) bool {
	rank := len(t.Shape)
	if rank == 0 || t.Type != nil || t.DType == ir.String || t.DType.Bits()%16 != 0 || t.Shape[rank-1]%2 != 0 || t.Len() == 0 {
		return false
	}
	row := t.Shape[rank-1] * t.DType.Size()
	for at := 0; at < len(t.Data); at += row {
		if string(t.Data[at:at+row/2]) != string(t.Data[at+row/2:at+row]) {
			return false
		}
	}
	return true
}
