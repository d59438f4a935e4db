package op

import "github.com/energeticc/energeticc/ir"

// Worker is implemented by ops that take their time for multiply-adds. Work counts them, from the types alone.
type Worker interface {
	Work(in, out []ir.Type) ir.Dim
}

// Work is the multiply-adds of a node, 0 of those whose time is that of reading and writing.
func Work(n *ir.Node) ir.Dim {
	w, ok := n.Op.(Worker)
	if !ok {
		return ir.Const(0)
	}
	return w.Work(types(n.In), types(n.Out))
}

// types are the values' types; an absent value has the zero one.
func types(values []*ir.Value) []ir.Type {
	all := make([]ir.Type, len(values))
	for i, v := range values {
		if v != nil {
			all[i] = v.Type
		}
	}
	return all
}

// Work is the inner size for each element of the product.
func (o MatMul) Work(in, out []ir.Type) ir.Dim {
	inner, _ := matrix(in[matB], o.TransB)
	return out[0].Len().Mul(inner)
}

// Work is that of the product.
func (MatMulInteger) Work(in, out []ir.Type) ir.Dim { return MatMul{}.Work(in, out) }

// Work is a filter for each element of the result: [m, c/Group, kernel…] without its first axis.
func (Conv) Work(in, out []ir.Type) ir.Dim {
	return out[0].Len().Mul(ir.Product(in[1].Shape[1:]...))
}

// Work is a filter for each element that is spread: [c, m/Group, kernel…] without its first axis.
func (ConvTranspose) Work(in, _ []ir.Type) ir.Dim {
	return in[0].Len().Mul(ir.Product(in[1].Shape[1:]...))
}

// Work is that of both products, masked or not: queries with keys, and what comes of it with values.
func (o Attention) Work(in, _ []ir.Type) ir.Dim {
	s, _, err := o.shape(in[0], in[1], in[2])
	if err != nil {
		return ir.Const(0)
	}
	return ir.Product(s.batch, s.heads, s.queries, s.keys).Mul(s.size.Add(s.width))
}

// Work is each gate's product with the step's input and with the state: w is [dirs, gates·h, in], r [dirs, gates·h, h].
func (o Recurrent) Work(in, _ []ir.Type) ir.Dim {
	x := in[rnnX].Shape // [steps, batch, in]
	return ir.Product(x[0], x[1]).Mul(in[rnnW].Len().Add(in[rnnR].Len()))
}
