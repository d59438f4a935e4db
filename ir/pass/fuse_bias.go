package pass

import (
	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

// Inputs that products and convolutions have in common.
const (
	inputX        = 0
	inputWeights  = 1
	inputBias     = 2
	inputResidual = 3
)

// fuseBias takes the Add of a vector over a product's columns, or over a convolution's channels, into it as its bias.
// fold_scale must have had its turn: it looks for scales behind bare products.
func fuseBias(top *ir.Graph) error {
	return eachNode(top, func(e *editor, n *ir.Node) {
		if n.Op.OpName() != "Add" || n.Out[0].Type.DType != ir.Float32 {
			return
		}
		for i := range 2 {
			m := e.by[n.In[i]]
			if m == nil || e.uses[n.In[i]] != 1 {
				continue
			}
			axis, ok := channelAxis(m)
			if !ok || input(m, inputBias) != nil || input(m, inputResidual) != nil {
				continue
			}
			bias := e.channelVector(n.In[1-i], n.Out[0].Type, axis)
			if bias == nil {
				continue
			}
			in := append([]*ir.Value{}, m.In...)
			if e.rewrite(n, m.Op, with(in, inputBias, bias)...) {
				n.Name = m.Name
				return
			}
		}
	})
}

// channelAxis gives the axis of the result that a bias lies along, for an op that may still take one.
func channelAxis(n *ir.Node) (int, bool) {
	switch o := n.Op.(type) {
	case op.MatMul:
		return n.Out[0].Type.Rank() - 1, o.Act.Fn == ""
	case op.ScaledMatMul:
		return n.Out[0].Type.Rank() - 1, o.Act.Fn == ""
	case op.ScaledConv:
		return 1, o.Act.Fn == ""
	case op.Conv:
		return 1, o.Act.Fn == ""
	case op.ConvTranspose:
		return 1, o.Act.Fn == ""
	}
	return 0, false
}

func input(n *ir.Node, i int) *ir.Value {
	if i >= len(n.In) {
		return nil
	}
	return n.In[i]
}

// with puts a value at input i.
func with(in []*ir.Value, i int, v *ir.Value) []*ir.Value {
	for len(in) <= i {
		in = append(in, nil)
	}
	in[i] = v
	return in
}

// channelVector gives an operand that broadcasts along one axis of a result as a vector with an element a place of
// that axis; nil where it is none. What is no constant must have rank 1 already.
func (e *editor) channelVector(v *ir.Value, out ir.Type, axis int) *ir.Value {
	if v == nil || !v.Type.IsTensor() || v.Type.DType != out.DType {
		return nil
	}
	rank := v.Type.Rank()
	if rank == 1 && axis == out.Rank()-1 && v.Type.Shape[0].Equal(out.Shape[axis]) {
		return v
	}
	if v.Const == nil || rank > out.Rank() {
		return nil
	}
	at := axis - (out.Rank() - rank)
	for i, d := range v.Type.Shape {
		if i == at && !d.Equal(out.Shape[axis]) || i != at && !d.Is(1) {
			return nil
		}
	}
	if at < 0 && !out.Shape[axis].Is(1) {
		return nil
	}
	return ir.ConstValue(v.Name, v.Const.WithShape(v.Const.Len()))
}
