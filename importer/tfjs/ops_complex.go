package tfjs

import (
	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

// Complex numbers are computed with as two tensors of floats. Numbers that the graph makes of floats have these as
// their parts; of others the parts are cut out of the bits.

// complexParts are the floats that a complex tensor was made of.
type complexParts struct{ re, im *ir.Value }

// partsOf gives real and imaginary parts.
func (n *node) partsOf(v *ir.Value) (re, im *ir.Value) {
	if p, ok := n.im.handles[v].(complexParts); ok {
		return p.re, p.im
	}
	if v.Type.DType != ir.Complex64 {
		n.fail("%s, want complex numbers", v.Type)
		return hole(), hole()
	}
	bits := n.do(op.BitCast{To: ir.Int64}, v)
	high := n.binary("ShiftRight", bits, n.constant(ir.Int64, 32))
	return n.floatOf(bits), n.floatOf(high)
}

// floatOf reads the lower half of 64 bits as a float.
func (n *node) floatOf(bits *ir.Value) *ir.Value {
	return n.do(op.BitCast{To: ir.Float32}, n.cast(bits, ir.Int32))
}

// joinComplex makes complex numbers of their parts, which broadcast.
func (n *node) joinComplex(re, im *ir.Value) *ir.Value {
	low, high := n.bitsOf(re), n.bitsOf(im)
	high = n.binary("ShiftLeft", high, n.constant(ir.Uint64, 32))
	v := n.do(op.BitCast{To: ir.Complex64}, n.binary("BitwiseOr", low, high))
	if n.err == nil && v.Const == nil {
		n.im.handles[v] = complexParts{re, im}
	}
	return v
}

// bitsOf puts a float's bits into the lower half of 64.
func (n *node) bitsOf(x *ir.Value) *ir.Value {
	return n.cast(n.do(op.BitCast{To: ir.Uint32}, x), ir.Uint64)
}

func complexOf(n *node) []*ir.Value {
	return one(n.joinComplex(n.tensor(0, 0, anyRank), n.tensor(1, 0, anyRank)))
}

// partOf is the row function of Real and Imag.
func partOf(i int) func(*node) []*ir.Value {
	return func(n *node) []*ir.Value {
		re, im := n.partsOf(n.tensor(0, 0, anyRank))
		return one([]*ir.Value{re, im}[i])
	}
}

// complexAbs is the length, as the plain root that TensorFlow.js takes.
func complexAbs(n *node) []*ir.Value {
	re, im := n.partsOf(n.tensor(0, 0, anyRank))
	return one(n.unary("Sqrt", n.binary("Add", n.binary("Mul", re, re), n.binary("Mul", im, im))))
}

// complexBinary computes with complex numbers.
func (n *node) complexBinary(fn string, a, b *ir.Value) *ir.Value {
	ar, ai := n.partsOf(a)
	br, bi := n.partsOf(b)
	switch fn {
	case "Add", "Sub":
		return n.joinComplex(n.binary(fn, ar, br), n.binary(fn, ai, bi))
	case "Mul":
		re := n.binary("Sub", n.binary("Mul", ar, br), n.binary("Mul", ai, bi))
		return n.joinComplex(re, n.binary("Add", n.binary("Mul", ar, bi), n.binary("Mul", ai, br)))
	}
	n.fail("%s of complex numbers is not supported", fn)
	return hole()
}
