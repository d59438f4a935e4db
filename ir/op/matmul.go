package op

import (
	"errors"
	"fmt"

	"github.com/energeticc/energeticc/ir"
)

// products are the element types of matrix products.
var products = append(append([]ir.DType{}, floats...), ir.Int32, ir.Int64, ir.Uint32, ir.Uint64)

var matmulOps = []Def{
	{Name: "MatMul", Doc: "MatMul is act(α·a·b + bias + residual), matrices in the last two axes, the others broadcast. Source: ONNX MatMul, Gemm.", New: func() ir.Op { return MatMul{} }, DTypes: products, ULP: 64},
	{Name: "MatMulGroups", Doc: "MatMulGroups is a·bᵀ where each group of a's rows has a matrix of its own. Source: com.microsoft MoE.", New: func() ir.Op { return MatMulGroups{} }, DTypes: []ir.DType{ir.Float32}, ULP: 64},
}

// MatMul is the matrix product Act(Alpha·a·b + bias + residual). Inputs:
//
//	0 a         [batch…, m, k], or [batch…, k, m] if TransA
//	1 b         [batch…, k, n], or [batch…, n, k] if TransB
//	2 bias      [n], optional
//	3 residual  the result's shape, optional; only where b is a constant that is packed
//	4 scale     [1] or [n], optional: b is a constant int8 or uint8 matrix that stands for (b - zero)·scale
//	5 zero      [1] or [n], of b's element type, optional beside scale
//
// The batch axes broadcast by NumPy's rule. All but the plain product wants float32 or a type that is stored for it.
// A constant b may be float16 while a is float32.
type MatMul struct {
	TransA, TransB bool
	Alpha          float64 // 0 means 1
	Act            Act
	// Plain keeps a constant b as it is, since another step reads the same weights: they are not stored twice.
	Plain bool
}

// The inputs of MatMul by name.
const (
	matA, matB, matBias, matResidual, matScale, matZero = 0, 1, 2, 3, 4, 5
)

// OpName is MatMul.
func (MatMul) OpName() string { return "MatMul" }

// WithAct adds an activation, if there is none yet.
func (o MatMul) WithAct(a Act) (ir.Op, bool) {
	if o.Act.Fn != "" {
		return nil, false
	}
	o.Act = a
	return o, true
}

// WithResidual says whether input 3 may be added: before any activation.
func (o MatMul) WithResidual() (ir.Op, bool) { return o, o.Act.Fn == "" }

// alpha is the factor of the product.
func (o MatMul) alpha() float64 {
	if o.Alpha == 0 {
		return 1
	}
	return o.Alpha
}

// matrix gives the rows and columns of a type's last two axes.
func matrix(t ir.Type, transposed bool) (rows, cols ir.Dim) {
	r := t.Rank()
	if transposed {
		return t.Shape[r-1], t.Shape[r-2]
	}
	return t.Shape[r-2], t.Shape[r-1]
}

// Infer demands equal inner sizes and broadcasts the batch axes.
func (o MatMul) Infer(x *ir.Inference) ([]ir.Type, error) {
	if err := wantTensors(x, 2, 6); err != nil {
		return nil, err
	}
	if err := o.Act.check(); err != nil {
		return nil, err
	}
	if err := wantDType(x, matA, products...); err != nil {
		return nil, err
	}
	a, b := x.Type(matA), x.Type(matB)
	if a.Rank() < 2 || b.Rank() < 2 {
		return nil, fmt.Errorf("a is %s and b %s, want matrices", a, b)
	}
	if err := o.inferWeights(x); err != nil {
		return nil, err
	}
	m, k := matrix(a, o.TransA)
	k2, n := matrix(b, o.TransB)
	if _, err := x.Equal(k, k2, "a and b have different inner sizes"); err != nil {
		return nil, err
	}
	batch, err := x.Broadcast(a.Shape[:a.Rank()-2], b.Shape[:b.Rank()-2])
	if err != nil {
		return nil, err
	}
	out := ir.TensorType(a.DType, append(append([]ir.Dim{}, batch...), m, n)...)
	if err := o.inferEpilogue(x, out); err != nil {
		return nil, err
	}
	return one(out)
}

// inferWeights checks b's element type, which only a constant's may differ from a's.
func (o MatMul) inferWeights(x *ir.Inference) error {
	a, b := x.Type(matA).DType, x.Type(matB).DType
	c := x.Const(matB)
	switch {
	case x.Has(matScale):
		if c == nil || c.DType != ir.Int8 && c.DType != ir.Uint8 || len(c.Shape) != 2 {
			return fmt.Errorf("b is %s, want a constant int8 or uint8 matrix beside a scale", x.Type(matB))
		}
		_, n := matrix(x.Type(matB), o.TransB)
		for _, i := range []int{matScale, matZero} {
			if !x.Has(i) {
				continue
			}
			if t := x.Type(i); t.Rank() != 1 || !t.Shape[0].Is(1) && !t.Shape[0].Equal(n) || x.Const(i) == nil {
				return fmt.Errorf("input %d is %s, want a constant of one element or one for each of %s columns", i, t, n)
			}
		}
		if x.Has(matZero) && x.Type(matZero).DType != c.DType {
			return fmt.Errorf("the zero point is %s, want %s as b", x.Type(matZero).DType, c.DType)
		}
		if t := x.Type(matScale).DType; t != a {
			return fmt.Errorf("the scale is %s, want %s as a", t, a)
		}
		_, err := centred(c, x.Const(matZero), o.TransB)
		return err
	case x.Has(matZero):
		return errors.New("a zero point without a scale")
	case a == ir.Float32 && b == ir.Float16 && c != nil:
		return nil
	}
	return wantSame(x, matA, matB)
}

// inferEpilogue checks what is applied to the product.
func (o MatMul) inferEpilogue(x *ir.Inference, out ir.Type) error {
	d := out.DType
	if d != ir.Float32 && d != ir.Float16 && d != ir.BFloat16 && (o.alpha() != 1 || o.Act.Fn != "" || len(x.In) > 2) {
		return fmt.Errorf("a factor, bias, residual, scale or activation of %s is not supported", d)
	}
	if x.Has(matBias) {
		t := x.Type(matBias)
		if t.DType != d || t.Rank() != 1 {
			return fmt.Errorf("the bias is %s, want a vector of %s", t, d)
		}
		if _, err := x.Equal(t.Shape[0], out.Shape[out.Rank()-1], "the bias has another length than the result has columns"); err != nil {
			return err
		}
	}
	if x.Has(matResidual) {
		if o.packing(x.In) == plain32 {
			return errors.New("a residual wants a constant matrix b that can be packed")
		}
		t := x.Type(matResidual)
		if t.DType != d || t.Rank() != out.Rank() {
			return fmt.Errorf("the residual is %s, want %s", t, out)
		}
		for i := range t.Shape {
			if _, err := x.Equal(t.Shape[i], out.Shape[i], "the residual has another shape than the result"); err != nil {
				return err
			}
		}
	}
	return nil
}

// InPlace says that the result may overwrite the residual.
func (o MatMul) InPlace() []int { return []int{matResidual} }

// nth gives input i, nil where it is absent.
func nth[T any](in []*T, i int) *T {
	if i >= len(in) {
		return nil
	}
	return in[i]
}

// Eval sums products in float64, or in wrapping integers.
func (o MatMul) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	a, b := in[matA], in[matB]
	ra, rb := len(a.Shape), len(b.Shape)
	m, k := a.Shape[ra-2], a.Shape[ra-1]
	if o.TransA {
		m, k = k, m
	}
	k2, n := b.Shape[rb-2], b.Shape[rb-1]
	if o.TransB {
		k2, n = n, k2
	}
	if k != k2 {
		return nil, fmt.Errorf("a and b have different inner sizes: %d and %d", k, k2)
	}
	batch, err := broadcastInts(a.Shape[:ra-2], b.Shape[:rb-2])
	if err != nil {
		return nil, err
	}
	out := ir.NewTensor(a.DType, append(append([]int{}, batch...), m, n)...)
	ia, ib := newOdometer(batch, a.Shape[:ra-2]), newOdometer(batch, b.Shape[:rb-2])
	if !a.DType.IsFloat() {
		va, vb := a.Ints(), b.Ints()
		for i := 0; i < ir.NumElements(batch); i++ {
			c := matmulPlain(va[ia.next()*m*k:], vb[ib.next()*k*n:], m, n, k, o.TransA, o.TransB)
			for j, v := range c {
				out.SetInt(i*m*n+j, v)
			}
		}
		return result(out)
	}
	va, vb := a.Floats(), o.weights(in)
	for i := 0; i < ir.NumElements(batch); i++ {
		c := matmulPlain(va[ia.next()*m*k:], vb[ib.next()*k*n:], m, n, k, o.TransA, o.TransB)
		if err := o.finish(out, c, i*m*n, n, in); err != nil {
			return nil, err
		}
	}
	return result(out)
}

// weights reads b, quantised weights by their scale.
func (o MatMul) weights(in []*ir.Tensor) []float64 {
	w := in[matB].Floats()
	scale, zero := nth(in, matScale), nth(in, matZero)
	if scale == nil {
		return w
	}
	for i := range w {
		j := column(in[matB].Shape, i, o.TransB)
		if zero != nil {
			w[i] -= zero.Float(j % zero.Len())
		}
		w[i] *= scale.Float(j % scale.Len())
	}
	return w
}

// column is the column of the product that element i of a matrix b counts for.
func column(shape []int, i int, transposed bool) int {
	if transposed {
		return i / shape[1]
	}
	return i % shape[1]
}

// finish applies factor, bias, residual and activation to a matrix of sums and stores it from element at on.
func (o MatMul) finish(out *ir.Tensor, sums []float64, at, n int, in []*ir.Tensor) error {
	bias, residual := nth(in, matBias), nth(in, matResidual)
	if bias != nil && bias.Len() != n {
		return fmt.Errorf("the bias has %d elements, want %d", bias.Len(), n)
	}
	if residual != nil && residual.Len() != out.Len() {
		return fmt.Errorf("the residual has shape %v, want %v", residual.Shape, out.Shape)
	}
	for j, v := range sums {
		v *= o.alpha()
		if bias != nil {
			v += bias.Float(j % n)
		}
		if residual != nil {
			v += residual.Float(at + j)
		}
		out.SetFloat(at+j, o.Act.Apply(v))
	}
	return nil
}

// matmulPlain multiplies two matrices.
func matmulPlain[T int64 | float64](a, b []T, m, n, k int, transA, transB bool) []T {
	ra, ca, rb, cb := k, 1, n, 1
	if transA {
		ra, ca = 1, m
	}
	if transB {
		rb, cb = 1, k
	}
	c := make([]T, m*n)
	for i := range m {
		row := c[i*n : (i+1)*n]
		for p := range k {
			x := a[i*ra+p*ca]
			for j := range row {
				row[j] += T(x * b[p*rb+j*cb])
			}
		}
	}
	return c
}
