package pass

import (
	"slices"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

// fuseLayerNorm finds the chain that exporters spell layer normalisation with:
//
//	d = x - ReduceMean(x)
//	y = d / Sqrt(ReduceMean(d·d) + eps) · scale + bias
//
// with Pow(d, 2) for d·d, and scale and bias absent or constant vectors; and without the mean, RMSNorm. Exporters may
// compute d twice, which cse must have undone.
func fuseLayerNorm(top *ir.Graph) error {
	return eachNode(top, func(e *editor, n *ir.Node) {
		if len(n.Out) != 1 || !exactFloat(n.Out[0]) {
			return
		}
		if c := e.centred(n); c != nil {
			e.normalise(n, c)
		}
		e.scaleNorm(n)
		e.shiftNorm(n)
	})
}

// centred is what a quotient d/√(mean of d² + eps) is made of.
type centred struct {
	d    *ir.Value
	eps  float64
	axes []int
}

// centred reads d / Sqrt(v), and d · Reciprocal(Sqrt(v)) or d · Pow(v, -1/2).
func (e *editor) centred(n *ir.Node) *centred {
	switch n.Op.OpName() {
	case "Div":
		if s := e.maker(n.In[1], "Sqrt"); s != nil {
			return e.variance(n.In[0], s.In[0])
		}
	case "Mul":
		for i := range 2 {
			if r := e.maker(n.In[i], "Reciprocal"); r != nil {
				if s := e.maker(r.In[0], "Sqrt"); s != nil {
					return e.variance(n.In[1-i], s.In[0])
				}
			}
			if r := e.maker(n.In[i], "Div"); r != nil && isNumber(r.In[0], 1) {
				if s := e.maker(r.In[1], "Sqrt"); s != nil {
					return e.variance(n.In[1-i], s.In[0])
				}
			}
			if r := e.maker(n.In[i], "Pow"); r != nil && isNumber(r.In[1], -0.5) {
				return e.variance(n.In[1-i], r.In[0])
			}
		}
	}
	return nil
}

// variance reads ReduceMean(d²) + eps.
func (e *editor) variance(d, v *ir.Value) *centred {
	n := e.maker(v, "Add")
	if n == nil {
		return nil
	}
	mean, number := operands(n, func(v *ir.Value) bool { _, ok := scalar(v, n.Out[0].Type.Rank()); return ok })
	eps, _ := uniform(number)
	r := e.maker(mean, "ReduceMean")
	if r == nil || !(eps >= 0) {
		return nil
	}
	square := e.by[r.In[0]]
	if square == nil || len(square.In) != 2 || square.In[0] != d {
		return nil
	}
	switch square.Op.OpName() {
	case "Mul":
		if square.In[1] != d {
			return nil
		}
	case "Pow":
		if !isNumber(square.In[1], 2) {
			return nil
		}
	default:
		return nil
	}
	axes := trailing(r, d)
	if axes == nil {
		return nil
	}
	return &centred{d, eps, axes}
}

// trailing gives a reduction's axes where they are the last ones and kept.
func trailing(r *ir.Node, of *ir.Value) []int {
	o, ok := r.Op.(op.Reduce)
	if !ok || !o.KeepDims || len(o.Axes) == 0 {
		return nil
	}
	for i, a := range o.Axes {
		if a != of.Type.Rank()-len(o.Axes)+i {
			return nil
		}
	}
	return o.Axes
}

// normalise rewrites the quotient without scale and bias.
func (e *editor) normalise(n *ir.Node, c *centred) {
	if s := e.maker(c.d, "Sub"); s != nil {
		m := e.maker(s.In[1], "ReduceMean")
		if m != nil && m.In[0] == s.In[0] && slices.Equal(trailing(m, s.In[0]), c.axes) {
			e.rewrite(n, op.LayerNorm{Axis: c.axes[0], Eps: c.eps}, s.In[0])
			return
		}
	}
	e.rewrite(n, op.RMSNorm{Axis: c.axes[0], Eps: c.eps}, c.d)
}

// scaleNorm takes a Mul by a vector into the normalisation before it.
func (e *editor) scaleNorm(n *ir.Node) {
	if n.Op.OpName() != "Mul" {
		return
	}
	for i := range 2 {
		m := e.by[n.In[i]]
		if m == nil || e.uses[n.In[i]] != 1 || len(m.In) != 1 {
			continue
		}
		switch o := m.Op.(type) {
		case op.LayerNorm:
			if w := e.trailingConst(n.In[1-i], n, o.Axis); w != nil && !o.Stats && e.rewrite(n, o, m.In[0], w) {
				return
			}
		case op.RMSNorm:
			if w := e.trailingConst(n.In[1-i], n, o.Axis); w != nil && e.rewrite(n, o, m.In[0], w) {
				return
			}
		}
	}
}

// shiftNorm takes an Add of a vector into the normalisation before it.
func (e *editor) shiftNorm(n *ir.Node) {
	if n.Op.OpName() != "Add" {
		return
	}
	for i := range 2 {
		m := e.sole(n.In[i], "LayerNorm")
		if m == nil || len(m.In) > 2 {
			continue
		}
		o := m.Op.(op.LayerNorm)
		w := e.trailingConst(n.In[1-i], n, o.Axis)
		if w == nil || o.Stats {
			continue
		}
		var scale *ir.Value
		if len(m.In) == 2 {
			scale = m.In[1]
		}
		if e.rewrite(n, o, m.In[0], scale, w) {
			return
		}
	}
}

// trailingConst gives a constant that has the shape of a result's axes from axis on, but for leading axes of length 1,
// as a value of just that shape.
func (e *editor) trailingConst(v *ir.Value, n *ir.Node, axis int) *ir.Value {
	out := n.Out[0].Type
	shape, ok := ir.KnownShape(out.Shape[axis:])
	if v == nil || v.Const == nil || !ok || v.Const.DType != out.DType || len(v.Const.Shape) > len(out.Shape) {
		return nil
	}
	have := v.Const.Shape
	for len(have) > len(shape) && have[0] == 1 {
		have = have[1:]
	}
	if !slices.Equal(have, shape) {
		return nil
	}
	if len(have) == len(v.Const.Shape) {
		return v
	}
	return ir.ConstValue(v.Name, v.Const.WithShape(shape...))
}
