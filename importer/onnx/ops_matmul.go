package onnx

import (
	"fmt"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

var matmulRows = []row{
	{"MatMul", 1, matmul}, {"Gemm", 1, gemm},
}

// matmul reads MatMul: a vector counts as a matrix of one row or column, which the result lacks.
func matmul(n *node) ([]*ir.Value, error) {
	if err := n.arity(2, 2); err != nil {
		return nil, err
	}
	return values(n.product(n.in[0], n.in[1]))
}

// product is NumPy's matmul.
func (n *node) product(a, b *ir.Value) (*ir.Value, error) {
	ra, rb := a.Type.Rank(), b.Type.Rank()
	if !a.Type.IsTensor() || !b.Type.IsTensor() || ra == 0 || rb == 0 {
		return nil, fmt.Errorf("a is %s and b %s, want tensors of rank 1 or more", a.Type, b.Type)
	}
	var err error
	if ra == 1 {
		if a, err = n.reshape(a, ir.Const(1), a.Type.Shape[0]); err != nil {
			return nil, err
		}
	}
	if rb == 1 {
		if b, err = n.reshape(b, b.Type.Shape[0], ir.Const(1)); err != nil {
			return nil, err
		}
	}
	y, err := n.one(op.MatMul{}, a, b)
	if err != nil || ra > 1 && rb > 1 {
		return y, err
	}
	shape := append([]ir.Dim{}, y.Type.Shape[:y.Type.Rank()-2]...)
	if ra > 1 {
		shape = append(shape, y.Type.Shape[y.Type.Rank()-2])
	}
	if rb > 1 {
		shape = append(shape, y.Type.Shape[y.Type.Rank()-1])
	}
	return n.reshape(y, shape...)
}

// reshape gives a value another shape of as many elements.
func (n *node) reshape(v *ir.Value, shape ...ir.Dim) (*ir.Value, error) {
	if shape == nil {
		shape = []ir.Dim{} // a scalar
	}
	return n.one(op.Reshape{Shape: shape}, v)
}

// gemm reads Gemm: alpha·a·b + beta·c. A c that is a vector becomes the product's bias, others are added after it.
// The broadcast attribute of opsets 1 and 6 asks for no more than what later ones always do.
func gemm(n *node) ([]*ir.Value, error) {
	if err := n.arity(2, 3); err != nil {
		return nil, err
	}
	alpha, beta := n.float("alpha", 1), n.float("beta", 1)
	o := op.MatMul{TransA: n.flag("transA", false), TransB: n.flag("transB", false), Alpha: alpha}
	if n.err != nil {
		return nil, n.err
	}
	a, b, c := n.in[0], n.in[1], n.input(2)
	if a.Type.Rank() != 2 || b.Type.Rank() != 2 {
		return nil, fmt.Errorf("a is %s and b %s, want matrices", a.Type, b.Type)
	}
	fused := fusesEpilogue(a.Type.DType)
	if o.Alpha == 1 || !fused || alpha == 0 { // 0 is op.MatMul's way to leave the factor out
		o.Alpha = 0
	}
	if c == nil || beta == 0 {
		y, err := n.one(o, a, b)
		if err != nil || o.Alpha == alpha || alpha == 1 {
			return values(y, err)
		}
		return values(n.scaled(y, alpha))
	}
	c, err := n.scaled(c, beta)
	if err != nil {
		return nil, err
	}
	cols := b.Type.Shape[1]
	if o.TransB {
		cols = b.Type.Shape[0]
	}
	exact := alpha == 1 || o.Alpha == alpha
	if bias, err := n.vector(c, cols); err != nil {
		return nil, err
	} else if bias != nil && fused && exact {
		return n.add(o, a, b, bias)
	}
	y, err := n.one(o, a, b)
	if err == nil && !exact {
		y, err = n.scaled(y, alpha)
	}
	if err != nil {
		return nil, err
	}
	return n.add(op.Binary{Fn: "Add"}, y, c)
}

// fusesEpilogue says whether products of this type take a factor and a bias.
func fusesEpilogue(d ir.DType) bool { return d == ir.Float32 || d == ir.Float16 || d == ir.BFloat16 }

// scaled multiplies by a number.
func (n *node) scaled(v *ir.Value, factor float64) (*ir.Value, error) {
	if factor == 1 {
		return v, nil
	}
	if v.Type.DType.IsInteger() && factor != float64(int64(factor)) {
		return nil, fmt.Errorf("factor %v of integers is no integer", factor)
	}
	return n.one(op.Binary{Fn: "Mul"}, v, n.Const(n.name, ir.Scalar(v.Type.DType, factor)))
}

// vector gives a value of shape [n] or [1, n] as a vector, nil where it has another shape.
func (n *node) vector(v *ir.Value, length ir.Dim) (*ir.Value, error) {
	s := v.Type.Shape
	switch {
	case len(s) == 1 && s[0].Equal(length):
		return v, nil
	case len(s) == 2 && s[0].Is(1) && s[1].Equal(length):
		return n.reshape(v, length)
	}
	return nil, nil
}
