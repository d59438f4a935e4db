package pass

import (
	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

// dequant gives a product its weights as the eight-bit constants that they are stored as, where the model widens them
// before it:
//
//	w = Mul(Sub(Cast(q), zero), scale) or Dequantize(q, scale, zero)
//	y = MatMul(x, w)
//
// with one scale for all columns or one for each; zero may be absent. It stands before fold can grow what is small
// enough, and after identity, which makes one of casts in a row.
func dequant(top *ir.Graph) error {
	return eachNode(top, func(e *editor, n *ir.Node) {
		o, ok := n.Op.(op.MatMul)
		if !ok || len(n.In) > inputResidual || n.Out[0].Type.DType != ir.Float32 {
			return
		}
		v, axis := n.In[inputWeights], 1
		if x := e.swapped(v); x != nil {
			v = x
			o.TransB = !o.TransB
		}
		if o.TransB {
			axis = 0
		}
		q := e.quantised(v, axis)
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

// Further inputs of a product.
const (
	inputScale = 4
	inputZero  = 5
)

// quantised is a constant matrix in eight bits, with vectors of one element or one for each place along an axis.
type quantised struct{ codes, scale, zero *ir.Value }

// quantised reads (Cast(codes) - zero)·scale.
func (e *editor) quantised(v *ir.Value, axis int) *quantised {
	if n := e.maker(v, "Dequantize"); n != nil {
		return dequantised(n, axis)
	}
	n := e.maker(v, "Mul")
	if n == nil {
		return nil
	}
	for i := range 2 {
		q := e.centredCodes(n.In[i], axis)
		if q == nil || !sameShape(n.Out[0].Type, q.codes.Type) {
			continue
		}
		if q.scale = e.perColumn(n.In[1-i], v.Type, axis, ir.Float32); q.scale != nil {
			return q
		}
	}
	return nil
}

// dequantised reads a Dequantize with one scale, or one for each place along the axis.
func dequantised(n *ir.Node, axis int) *quantised {
	o := n.Op.(op.Dequantize)
	q := &quantised{codes: n.In[0], scale: vectorOf(n.In[1])}
	c := q.codes.Const
	if c == nil || c.DType != ir.Int8 && c.DType != ir.Uint8 || len(c.Shape) != 2 || o.Block != 0 || n.Out[0].Type.DType != ir.Float32 {
		return nil
	}
	if q.scale == nil || q.scale.Const.DType != ir.Float32 || q.scale.Const.Len() > 1 && o.Axis != axis {
		return nil
	}
	if len(n.In) > 2 && n.In[2] != nil {
		if q.zero = vectorOf(n.In[2]); q.zero == nil {
			return nil
		}
	}
	return q
}

// vectorOf is a constant as a vector.
func vectorOf(v *ir.Value) *ir.Value {
	if v.Const == nil || v.Const.Len() == 0 || len(v.Const.Shape) > 1 {
		return nil
	}
	return ir.ConstValue(v.Name, v.Const.WithShape(v.Const.Len()))
}

// centredCodes reads Cast(codes), Sub(Cast(codes), zero) with a zero that is a whole number, or Sub(Cast(codes),
// Cast(zero)).
func (e *editor) centredCodes(v *ir.Value, axis int) *quantised {
	if c := e.maker(v, "Cast"); c != nil {
		if w := c.In[0]; w.Const != nil && (w.Const.DType == ir.Int8 || w.Const.DType == ir.Uint8) && len(w.Const.Shape) == 2 && v.Type.DType == ir.Float32 {
			return &quantised{codes: w}
		}
		return nil
	}
	n := e.maker(v, "Sub")
	if n == nil {
		return nil
	}
	q := e.centredCodes(n.In[0], axis)
	if q == nil || q.zero != nil || !sameShape(n.Out[0].Type, q.codes.Type) {
		return nil
	}
	zero := n.In[1]
	if c := e.maker(zero, "Cast"); c != nil {
		zero = c.In[0]
	}
	q.zero = e.perColumn(zero, q.codes.Type, axis, q.codes.Const.DType)
	if q.zero == nil {
		return nil
	}
	return q
}

func sameShape(a, b ir.Type) bool {
	return ir.TensorType(ir.Float32, a.Shape...).Equal(ir.TensorType(ir.Float32, b.Shape...))
}

// perColumn gives a constant that broadcasts along one axis of a matrix as a vector of an element type that holds its
// numbers exactly.
func (e *editor) perColumn(v *ir.Value, matrix ir.Type, axis int, d ir.DType) *ir.Value {
	if v == nil || v.Const == nil || v.Const.Len() == 0 {
		return nil
	}
	t := v.Const
	if t.Len() == 1 {
		if len(t.Shape) > 2 {
			return nil
		}
	} else {
		out := ir.TensorType(t.DType, matrix.Shape...)
		c := e.channelVector(v, out, axis)
		if c == nil {
			return nil
		}
		t = c.Const
	}
	vector := ir.FromFloats(d, []int{t.Len()}, t.Floats())
	for i := range t.Len() {
		if vector.Float(i) != t.Float(i) {
			return nil
		}
	}
	return ir.ConstValue(v.Name, vector)
}
