package pass

import (
	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

// oneHot looks rows up that a product would pick by rows of zeros with one 1:
//
//	MatMul(Cast(Equal(ids, [0, 1, … n-1])), w) → Gather(w, ids)
//
// An id that is none of those has no 1: it picks the row of zeros that w gets behind its own.
func oneHot(top *ir.Graph) error {
	return eachNode(top, func(e *editor, n *ir.Node) {
		o, ok := n.Op.(op.MatMul)
		if !ok || len(n.In) != 2 || o.Act.Fn != "" || o.TransA || o.TransB || o.Alpha != 0 && o.Alpha != 1 || len(n.Checks) > 0 {
			return
		}
		w := n.In[inputWeights]
		if w.Const == nil || w.Type.DType != ir.Float32 || w.Type.Rank() != 2 || e.uses[w] != 1 || !isFinite(w.Const) {
			return
		}
		rows := w.Const.Shape[0]
		ids := e.hot(n.In[inputX], rows)
		if ids == nil {
			return
		}
		shape := ids.Type.Shape
		ids = e.add(n, ids.Name, op.Reshape{Shape: shape[:len(shape)-1]}, ids)
		if row := e.rowOr(n, ids, rows); row != nil {
			e.rewrite(n, op.Gather{}, zeroRow(w), row)
		}
	})
}

// hot gives the ids that a value has ones at, out of so many, as [..., 1].
func (e *editor) hot(v *ir.Value, count int) *ir.Value {
	cast := e.sole(v, "Cast")
	if cast == nil {
		return nil
	}
	equal := e.sole(cast.In[0], "Equal")
	if equal == nil {
		return nil
	}
	for i, c := range equal.In {
		ids := equal.In[1-i]
		if isCount(c, count) && ids.Const == nil && ids.Type.Rank() == v.Type.Rank() && ids.Type.Shape[ids.Type.Rank()-1].Is(1) {
			return ids
		}
	}
	return nil
}

// isCount reports whether a constant is 0, 1 and so on along its last axis, which is all of it.
func isCount(v *ir.Value, count int) bool {
	t := v.Const
	if t == nil || t.DType != ir.Int32 && t.DType != ir.Int64 || t.Len() != count || len(t.Shape) == 0 || t.Shape[len(t.Shape)-1] != count {
		return false
	}
	for i := range count {
		if t.Int(i) != int64(i) {
			return false
		}
	}
	return true
}

// rowOr gives ids, those outside of the rows replaced by the number of rows; nil where that cannot be.
func (e *editor) rowOr(n *ir.Node, ids *ir.Value, rows int) *ir.Value {
	if ids == nil {
		return nil
	}
	number := func(v int) *ir.Value {
		return ir.ConstValue("row", ir.FromInts(ids.Type.DType, nil, []int64{int64(v)}))
	}
	from := e.add(n, ids.Name, op.Binary{Fn: "GreaterOrEqual"}, ids, number(0))
	to := e.add(n, ids.Name, op.Binary{Fn: "Less"}, ids, number(rows))
	if from == nil || to == nil {
		return nil
	}
	within := e.add(n, ids.Name, op.Binary{Fn: "And"}, from, to)
	if within == nil {
		return nil
	}
	return e.add(n, ids.Name, op.Where{}, within, ids, number(rows))
}

// zeroRow is a table with a row of zeros behind its own.
func zeroRow(w *ir.Value) *ir.Value {
	rows, cols := w.Const.Shape[0], w.Const.Shape[1]
	return ir.ConstValue(w.Name, ir.FromFloats(ir.Float32, []int{rows + 1, cols}, append(w.Const.Floats(), make([]float64, cols)...)))
}

// tableElems bounds the tables that are computed ahead.
const tableElems = 1 << 24

// hoistRows computes a table's rows once, not each time that they are looked up:
//
//	Gelu(Add(Gather(table, ids), bias)) → Gather(Gelu(Add(table, bias)), ids)
//
// for functions of each element by itself, and of it and a constant that all rows share. The table is no larger then.
func hoistRows(top *ir.Graph) error {
	return eachNode(top, func(e *editor, n *ir.Node) {
		if len(n.Out) != 1 || len(n.Checks) > 0 {
			return
		}
		switch o := n.Op.(type) {
		case op.Unary:
			e.hoist(n, o, 0)
		case op.Binary:
			if !e.hoist(n, o, 0) {
				e.hoist(n, o, 1)
			}
		}
	})
}

// hoist computes n ahead for a table whose rows are input i.
func (e *editor) hoist(n *ir.Node, o ir.Op, i int) bool {
	m := e.sole(n.In[i], "Gather")
	if m == nil || len(m.Checks) > 0 || m.Op.(op.Gather).Axis != 0 || n.Out[0].Type.DType != ir.Float32 {
		return false
	}
	table := m.In[0]
	if table.Const == nil || table.Type.DType != ir.Float32 || table.Type.Rank() != 2 || e.uses[table] != 1 || table.Const.Len() > tableElems {
		return false
	}
	in := []*ir.Value{table}
	if len(n.In) == 2 {
		row := sharedRow(n.In[1-i], table.Const.Shape[1])
		if row == nil {
			return false
		}
		if in = append(in, row); i == 1 {
			in[0], in[1] = row, table
		}
	}
	v := e.add(n, table.Name, o, in...)
	if v == nil {
		return false
	}
	if made := e.by[v]; made != nil { // else the builder computed it, as it does what is small
		e.foldNode(made)
	}
	return v.Const != nil && e.rewrite(n, m.Op, v, m.In[1])
}

// sharedRow gives a constant that is a number or a row of so many, as a vector; nil for others.
func sharedRow(v *ir.Value, cols int) *ir.Value {
	t := v.Const
	if t == nil || t.DType != ir.Float32 || t.Len() != 1 && (t.Len() != cols || t.Shape[len(t.Shape)-1] != cols) {
		return nil
	}
	return ir.ConstValue(v.Name, ir.FromFloats(ir.Float32, []int{t.Len()}, t.Floats()))
}
