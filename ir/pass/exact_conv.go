package pass

import (
	"slices"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

// exactConv computes convolutions of small integers in float32, for which there are the fast kernels: as long as no sum
// of products can pass 2²⁴ each of them is a float32, so that nothing is rounded.
func exactConv(top *ir.Graph) error {
	return eachNode(top, func(e *editor, n *ir.Node) {
		o, ok := n.Op.(op.Conv)
		if !ok || len(n.In) != 2 || n.Out[0].Type.DType != ir.Int32 || o.Act.Fn != "" {
			return
		}
		x, okX := e.integers(n.In[0])
		w, okW := e.integers(n.In[1])
		if !okX || !okW || x.value.Const != nil || !w.fitFloat() {
			return
		}
		wide, weights := e.widened(n, n.In[0], x), e.widened(n, n.In[1], w)
		if wide == nil || weights == nil {
			return
		}
		if y := e.add(n, n.Name, o, wide, weights); y != nil {
			e.rewrite(n, op.Cast{To: ir.Int32}, y)
		}
	})
}

// smallInts is a value of integers of at most eight bits, or the difference of two.
type smallInts struct {
	value, less *ir.Value // less may be nil
}

// integers matches what ConvInteger reads: an int32 made of eight bits, a zero point of theirs taken off.
func (e *editor) integers(v *ir.Value) (smallInts, bool) {
	sub := e.maker(v, "Sub")
	if sub == nil {
		a, ok := e.narrow(v)
		return smallInts{a, nil}, ok
	}
	a, okA := e.narrow(sub.In[0])
	if sub.In[1].Const == nil {
		b, okB := e.narrow(sub.In[1])
		return smallInts{a, b}, okA && okB && a.Type.DType == b.Type.DType
	}
	zero, known := uniform(sub.In[1])
	lo, hi := 0.0, 255.0
	if okA && a.Type.DType == ir.Int8 {
		lo, hi = -128, 127
	}
	return smallInts{a, sub.In[1]}, okA && known && zero >= lo && zero <= hi
}

// narrow gives the value of eight bits that a Cast to int32 widens; a constant may have been widened already.
func (e *editor) narrow(v *ir.Value) (*ir.Value, bool) {
	if m := e.maker(v, "Cast"); m != nil && m.Op.(op.Cast).To == ir.Int32 {
		v = m.In[0]
	}
	d := v.Type.DType
	return v, d == ir.Uint8 || d == ir.Int8 || v.Const != nil && d == ir.Int32
}

// widened is the value v in float32.
func (e *editor) widened(n *ir.Node, v *ir.Value, x smallInts) *ir.Value {
	wide := e.add(n, x.value.Name, op.Cast{To: ir.Float32}, x.value)
	if wide == nil || x.less == nil {
		return wide
	}
	zero := e.add(n, x.less.Name, op.Cast{To: ir.Float32}, x.less)
	if zero == nil {
		return nil
	}
	return e.add(n, v.Name, op.Binary{Fn: "Sub"}, wide, zero)
}

// fitFloat reports whether a filter of these constant weights gives sums below 2²⁴. Numbers of eight bits less a zero
// point lie in an interval of length 255 around 0, so that no sum passes 255 times that of the filter's positive or that
// of its negative weights.
func (w smallInts) fitFloat() bool {
	c := w.value.Const
	if c == nil || len(c.Shape) < 2 || c.Len() == 0 {
		return false
	}
	zero := 0.0
	if w.less != nil {
		known := false
		if zero, known = uniform(w.less); !known {
			return false
		}
	}
	up, down := make([]float64, c.Shape[0]), make([]float64, c.Shape[0])
	per := c.Len() / c.Shape[0]
	for i := range c.Len() {
		if v := float64(c.Int(i)) - zero; v > 0 {
			up[i/per] += v
		} else {
			down[i/per] -= v
		}
	}
	return 255*max(slices.Max(up), slices.Max(down)) < 1<<24
}
