package pass

import (
	"math"
	"slices"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

// identity drops nodes that give their input: Identity, a Cast, Reshape, Transpose, Expand, Slice or Pad that changes
// nothing, arithmetic
// with a neutral operand. Casts, reshapes and transposes in a row become one, a Transpose that only moves axes of
// length 1 a Reshape. Sizes must be settled, which decide what changes nothing, and constants folded.
//
// Of floats only what is exact for every number goes: x·1, x/1, x - 0 and x + (-0), but not x + 0, which is 0 where x
// is -0.
func identity(top *ir.Graph) error {
	return eachNode(top, func(e *editor, n *ir.Node) {
		if len(n.In) == 0 || n.In[0] == nil || len(n.Out) != 1 {
			return
		}
		switch o := n.Op.(type) {
		case op.Identity:
			e.forward(n, n.In[0])
		case op.Cast:
			e.cast(n, o)
		case op.Reshape:
			e.reshape(n, o)
		case op.Transpose:
			e.transpose(n, o)
		case op.Binary:
			if v := neutral(n, o.Fn); v != nil {
				e.forward(n, v)
			}
		case op.Concat:
			if len(n.In) == 1 {
				e.forward(n, n.In[0])
			}
		case op.Expand:
			e.forward(n, n.In[0])
		case op.Slice:
			if allAre(o.Begin, 0) && allAre(o.Step, 1) {
				e.forward(n, n.In[0])
			}
		case op.Pad:
			if allAre(o.Before, 0) && allAre(o.After, 0) {
				e.forward(n, n.In[0])
			}
		}
	})
}

// allAre reports whether all sizes of a list are one number.
func allAre(dims []ir.Dim, v int64) bool {
	return !slices.ContainsFunc(dims, func(d ir.Dim) bool { return !d.Is(v) })
}

func (e *editor) cast(n *ir.Node, o op.Cast) {
	if n.In[0].Type.DType == o.To && e.forward(n, n.In[0]) {
		return
	}
	m := e.maker(n.In[0], "Cast")
	if m == nil {
		return
	}
	src, mid := m.In[0].Type.DType, n.In[0].Type.DType
	if !widens(src, mid) {
		return
	}
	if o.To == src && e.forward(n, m.In[0]) {
		return
	}
	if src.Kind() == mid.Kind() || mid.IsFloat() && o.To.IsFloat() {
		e.rewrite(n, o, m.In[0])
	}
}

// widens reports whether every number of a type is one of another too.
func widens(from, to ir.DType) bool {
	whole := map[ir.DType]int{ir.Float32: 24, ir.Float64: 53, ir.Float16: 11, ir.BFloat16: 8} // bits of exact integers
	switch {
	case from == to:
		return true
	case from == ir.Bool:
		return to.IsInteger() || to.IsFloat()
	case from.IsInteger() && to.IsInteger():
		if from.Kind() == to.Kind() {
			return from.Bits() <= to.Bits()
		}
		return from.Kind() == ir.KindUint && from.Bits() < to.Bits()
	case from.IsInteger():
		return from.Bits() <= whole[to]
	case to == ir.Float64:
		return from.IsFloat()
	case to == ir.Float32:
		return from.IsStorage()
	}
	return false
}

func (e *editor) reshape(n *ir.Node, o op.Reshape) {
	if len(n.In) > 1 {
		return
	}
	if e.forward(n, n.In[0]) {
		return
	}
	if m := e.maker(n.In[0], "Reshape"); m != nil && len(m.In) == 1 {
		e.rewrite(n, o, m.In[0])
		e.forward(n, n.In[0])
	}
}

func (e *editor) transpose(n *ir.Node, o op.Transpose) {
	if m := e.maker(n.In[0], "Transpose"); m != nil {
		inner := m.Op.(op.Transpose).Perm
		perm := make([]int, len(o.Perm))
		for i, p := range o.Perm {
			perm[i] = inner[p]
		}
		if o = (op.Transpose{Perm: perm}); !e.rewrite(n, o, m.In[0]) {
			return
		}
	}
	last, moves, viewable := -1, false, true
	for i, p := range o.Perm {
		moves = moves || i != p
		if !n.In[0].Type.Shape[p].Is(1) {
			viewable = viewable && p > last
			last = p
		}
	}
	switch {
	case !moves:
		e.forward(n, n.In[0])
	case viewable:
		e.rewrite(n, op.Reshape{Shape: append([]ir.Dim{}, n.Out[0].Type.Shape...)}, n.In[0])
	}
}

// neutral gives the operand that a binary op returns as it is, nil if there is none. forward compares the types: the
// other operand may widen the shape.
func neutral(n *ir.Node, fn string) *ir.Value {
	is := func(want float64, negative bool) func(v *ir.Value) bool {
		return func(v *ir.Value) bool {
			x, ok := uniform(v)
			return ok && x == want && (!v.Type.DType.IsFloat() || math.Signbit(x) == negative)
		}
	}
	var found *ir.Value
	switch fn {
	case "Mul", "Div":
		found, _ = operands(n, is(1, false))
	case "Add":
		found, _ = operands(n, is(0, true))
	case "Sub":
		found, _ = operands(n, is(0, false))
	}
	return found
}
