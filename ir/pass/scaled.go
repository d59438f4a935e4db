package pass

import (
	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

// scaled makes one node of a product of small integers, or a convolution, and the scale that makes it a real one:
//
//	y = MatMul(Dequantize(q, scale, zero), w)         w in eight bits
//	y = Mul(Cast(MatMulInteger(q, w, zero, …)), scale)
//	y = Conv(Dequantize(q, scale, zero), Dequantize(w, …))
//	y = Mul(Cast(Conv(q - zero, w - wZero)), scale)   of int32
//
// Its sums are exact, while those of the spelling round, and read a byte where they read four. Biases, residuals and
// activations are fused later, as to any product.
func scaled(top *ir.Graph) error {
	p := max(leastPadding, padding(top.ConstBytes()/50))
	return eachNode(top, func(e *editor, n *ir.Node) {
		switch o := n.Op.(type) {
		case op.MatMul:
			e.scaledMatMul(n, o)
		case op.Conv:
			e.scaledConv(n, o, &p)
		case op.Binary:
			if o.Fn == "Mul" && n.Out[0].Type.DType == ir.Float32 {
				e.scaledSums(n, &p)
			}
		}
	})
}

// Inputs of a scaled product beyond those of others.
const inputXZero = 6

// scaledMatMul rewrites a product whose operands both stand for integers.
func (e *editor) scaledMatMul(n *ir.Node, o op.MatMul) {
	if o.TransA || o.Alpha != 0 && o.Alpha != 1 || o.Act.Fn != "" {
		return
	}
	w := &quantised{n.In[inputWeights], input(n, inputScale), input(n, inputZero)}
	if w.scale == nil { // dequant leaves weights that are no int8 without their zero point
		axis := 1
		if o.TransB {
			axis = 0
		}
		w = e.quantised(n.In[inputWeights], axis)
	}
	x := e.dequantisedX(n.In[inputX])
	if x == nil || w == nil {
		return
	}
	in := append([]*ir.Value{}, n.In...)
	in[inputX], in[inputWeights] = x.codes, w.codes
	in = with(in, inputScale, timesScale(w.scale, x.scale))
	if w.zero != nil {
		in = with(in, inputZero, w.zero)
	}
	if x.zero != nil {
		in = with(in, inputXZero, x.zero)
	}
	e.rewrite(n, op.ScaledMatMul{TransB: o.TransB}, in...)
}

// dequantisedX reads a Dequantize of eight bits with one scale, which is a constant.
func (e *editor) dequantisedX(v *ir.Value) *quantised {
	n := e.maker(v, "Dequantize")
	if n == nil || v.Type.DType != ir.Float32 || !eightBits(n.In[0]) {
		return nil
	}
	scale := n.In[1]
	if scale.Const == nil || scale.Const.Len() != 1 || scale.Type.DType != ir.Float32 {
		return nil
	}
	return &quantised{n.In[0], scale, input(n, 2)}
}

func eightBits(v *ir.Value) bool {
	return v != nil && v.Type.IsTensor() && (v.Type.DType == ir.Int8 || v.Type.DType == ir.Uint8)
}

// timesScale is a vector of scales times one.
func timesScale(v, one *ir.Value) *ir.Value {
	f := v.Const.Floats()
	for i := range f {
		f[i] *= one.Const.Float(0)
	}
	return ir.ConstValue(v.Name, ir.FromFloats(ir.Float32, []int{len(f)}, f))
}

// scaledSums rewrites the product of integer sums and a scale.
func (e *editor) scaledSums(n *ir.Node, p *padding) {
	out := n.Out[0].Type
	for i := range 2 {
		c := e.sole(n.In[i], "Cast")
		if c == nil || !sameShape(out, n.In[i].Type) {
			continue
		}
		var o ir.Op
		var in []*ir.Value
		axis, m := out.Rank()-1, e.sole(c.In[0], "MatMulInteger")
		if m != nil {
			o, in = op.ScaledMatMul{}, []*ir.Value{m.In[0], m.In[1], nil, nil, nil, input(m, 3), input(m, 2)}
		} else if m = e.sole(c.In[0], "Conv"); m != nil {
			o, in = e.integerConv(m, p)
			axis = 1
		}
		if o == nil {
			continue
		}
		if in[inputScale] = e.columnScale(n.In[1-i], out, axis); in[inputScale] == nil {
			continue
		}
		if e.rewrite(n, o, in...) {
			n.Name = m.Name
			return
		}
	}
}

// columnScale gives a scale that is one number, or one for each place of an axis of a result.
func (e *editor) columnScale(v *ir.Value, out ir.Type, axis int) *ir.Value {
	if v.Type.DType == ir.Float32 && v.Type.Len().Is(1) && v.Type.Rank() <= out.Rank() {
		return v
	}
	return e.channelVector(v, out, axis)
}
