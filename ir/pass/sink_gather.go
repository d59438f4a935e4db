package pass

import (
	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

// sinkGather looks rows up before it widens and scales them, not after:
//
//	Gather(Mul(Cast(codes), scale), ids) → Mul(Cast(Gather(codes, ids)), scale)
//	Gather(Dequantize(codes, scale), ids) → Dequantize(Gather(codes, ids), scale)
//
// where what is widened is a constant, an embedding in eight or sixteen bits: a run touches the rows that it wants
// and not the whole table. A scale by row is looked up too. The same holds for Add and Sub, Div and Cast. fold leaves
// such tables as they are, since widened they would grow.
func sinkGather(top *ir.Graph) error {
	return edit(top, func(e *editor) error {
		for i := 0; i < len(e.g.Nodes); i++ {
			n := e.g.Nodes[i]
			if o, ok := n.Op.(op.Gather); ok && !e.dead[n] && o.Axis == 0 && e.sink(n, o) {
				i-- // the Gather stands further up now, and may sink again
			}
		}
		return nil
	})
}

// sink exchanges a Gather of rows with the node before it.
func (e *editor) sink(n *ir.Node, o op.Gather) bool {
	m := e.by[n.In[0]]
	if m == nil || e.uses[n.In[0]] != 1 || len(m.Out) != 1 || !e.isTable(n.In[0]) || len(m.Checks) > 0 {
		return false
	}
	table, rank := m.Out[0].Type, m.Out[0].Type.Rank()
	switch d := m.Op.(type) {
	case op.Cast, op.Decode, op.Unary, op.Binary:
	case op.Dequantize:
		if d.Block != 0 || !m.In[1].Type.Len().Is(1) {
			return false // its scales count along an axis
		}
	default:
		return false
	}
	// Each operand is looked up if it has the table's rows; what is the same for all rows stays, aligned at the end.
	in := make([]*ir.Value, len(m.In))
	rows := make([]bool, len(m.In))
	for i, v := range m.In {
		switch {
		case v.Type.Rank() == rank && v.Type.Shape[0].Equal(table.Shape[0]):
			rows[i] = true
		case v.Type.Rank() >= rank:
			return false
		}
		in[i] = v
	}
	for i, v := range m.In {
		if rows[i] {
			if in[i] = e.add(n, v.Name, o, v, n.In[1]); in[i] == nil {
				return false
			}
		}
	}
	return e.rewrite(n, m.Op, in...)
}

// isTable reports whether a value is a constant behind elementwise ops with constants.
func (e *editor) isTable(v *ir.Value) bool {
	for range productDepth {
		if v.Const != nil {
			return true
		}
		n := e.by[v]
		if n == nil || len(n.In) == 0 {
			return false
		}
		for _, x := range n.In[1:] {
			if x == nil || x.Const == nil && e.maker(x, "Cast") == nil {
				return false
			}
		}
		v = n.In[0]
	}
	return false
}
