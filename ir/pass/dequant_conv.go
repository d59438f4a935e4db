package pass

import (
	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

// dequantConv gives a convolution its weights as the eight-bit constants that they are stored as, where the model widens
// them before it, by any of
//
//	w = Dequantize(q, scale, zero)
//	w = Sub(Cast(q), zero)
//	w = Cast(q)
//	w = Decode(q)
//
// so that they are widened where they are packed, and float16 that a Cast widens likewise. Weights that another node
// reads too are packed for each.
func dequantConv(top *ir.Graph) error {
	return eachNode(top, func(e *editor, n *ir.Node) {
		o, ok := n.Op.(op.Conv)
		if !ok || len(n.In) > inputScale || n.Out[0].Type.DType != ir.Float32 {
			return
		}
		if w := e.storedFilter(&o, n.In[inputWeights]); w != nil {
			e.rewrite(n, o, with(append([]*ir.Value{}, n.In...), inputWeights, w)...)
			return
		}
		q := e.filterCodes(n.In[inputWeights])
		if q == nil {
			return
		}
		in := with(append([]*ir.Value{}, n.In...), inputWeights, q.codes)
		in = with(in, inputScale, q.scale)
		if q.zero != nil {
			in = with(in, inputZero, q.zero)
		}
		e.rewrite(n, o, in...)
	})
}

// storedFilter reads a filter that is widened by itself, and tells the convolution how.
func (e *editor) storedFilter(o *op.Conv, v *ir.Value) *ir.Value {
	n := e.by[v]
	if n == nil || len(n.In) == 0 || n.In[0].Const == nil || o.Codes != (op.Decode{}) {
		return nil
	}
	switch d := n.Op.(type) {
	case op.Decode:
		o.Codes = d
		return n.In[0]
	case op.Cast:
		if n.In[0].Type.DType == ir.Float16 && d.To == ir.Float32 {
			return n.In[0]
		}
	}
	return nil
}

// filterCodes reads a filter's codes, their scale and zero point for all of it, or for each output channel.
func (e *editor) filterCodes(v *ir.Value) *quantised {
	if v.Type.DType != ir.Float32 {
		return nil
	}
	if n := e.maker(v, "Dequantize"); n != nil {
		return filterDequantised(n)
	}
	q := &quantised{scale: ir.ConstValue(v.Name+"_scale", ir.FromFloats(ir.Float32, []int{1}, []float64{1}))}
	if n := e.maker(v, "Sub"); n != nil {
		v = n.In[0]
		zero := n.In[1]
		if c := e.maker(zero, "Cast"); c != nil {
			zero = c.In[0]
		}
		if q.zero = zero; zero.Const == nil || zero.Const.Len() != 1 || len(zero.Const.Shape) > 1 {
			return nil
		}
	}
	c := e.maker(v, "Cast")
	if c == nil || !filterBytes(c.In[0]) {
		return nil
	}
	if q.codes = c.In[0]; q.zero != nil {
		q.zero = e.perColumn(q.zero, q.codes.Type, 0, q.codes.Const.DType)
		if q.zero == nil {
			return nil
		}
	}
	return q
}

// filterDequantised reads a Dequantize with one scale, or one for each output channel.
func filterDequantised(n *ir.Node) *quantised {
	o := n.Op.(op.Dequantize)
	q := &quantised{codes: n.In[0], scale: vectorOf(n.In[1])}
	if !filterBytes(q.codes) || o.Block != 0 || q.scale == nil || q.scale.Const.DType != ir.Float32 || q.scale.Const.Len() > 1 && o.Axis != 0 {
		return nil
	}
	if zero := input(n, 2); zero != nil {
		if q.zero = vectorOf(zero); q.zero == nil {
			return nil
		}
	}
	return q
}

// filterBytes reports whether a value is a constant of eight bits.
func filterBytes(v *ir.Value) bool { return v.Const != nil && eightBits(v) }
