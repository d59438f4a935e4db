package op

import (
	"errors"
	"fmt"

	"github.com/energeticc/energeticc/ir"
)

// ScaledMatMul is the product of small integers as a real one: Act((a - aZero)·(b - bZero)·scale + bias + residual).
// The sums are exact, in wrapping int32. Inputs:
//
//	0 a         [batch…, m, k] int8 or uint8
//	1 b         [k, n], or [n, k] if TransB, a constant of int8 or uint8
//	2 bias      [n], optional
//	3 residual  the result's shape, optional
//	4 scale     one element or [n], float32: a's times b's
//	5 bZero     one element or [n], a constant of b's element type, optional
//	6 aZero     one element of a's element type, optional
type ScaledMatMul struct {
	TransB bool
	Act    Act
}

// Inputs of scaled products beyond those of MatMul.
const scaledZero = 6

// OpName is ScaledMatMul.
func (ScaledMatMul) OpName() string { return "ScaledMatMul" }

// WithAct adds an activation, if there is none yet.
func (o ScaledMatMul) WithAct(a Act) (ir.Op, bool) {
	if o.Act.Fn != "" {
		return nil, false
	}
	o.Act = a
	return o, true
}

// WithResidual says whether input 3 may be added: before any activation.
func (o ScaledMatMul) WithResidual() (ir.Op, bool) { return o, o.Act.Fn == "" }

// InPlace says that the result may overwrite the residual.
func (ScaledMatMul) InPlace() []int { return []int{matResidual} }

// Work is that of the product.
func (o ScaledMatMul) Work(in, out []ir.Type) ir.Dim { return MatMul{TransB: o.TransB}.Work(in, out) }

// Infer demands a constant b and gives float32.
func (o ScaledMatMul) Infer(x *ir.Inference) ([]ir.Type, error) {
	if err := wantTensors(x, 2, 7); err != nil {
		return nil, err
	}
	if !x.Has(matScale) {
		return nil, errors.New("a scale is missing")
	}
	if err := o.Act.check(); err != nil {
		return nil, err
	}
	a, b := x.Type(matA), x.Type(matB)
	if c := x.Const(matB); a.Rank() < 2 || b.Rank() != 2 || c == nil {
		return nil, fmt.Errorf("a is %s and b %s, want matrices, b a constant", a, b)
	}
	k, n := matrix(b, o.TransB)
	if err := wantScaled(x, n); err != nil {
		return nil, err
	}
	last := a.Rank() - 1
	if _, err := x.Equal(a.Shape[last], k, "a and b have different inner sizes"); err != nil {
		return nil, err
	}
	out := append(append([]ir.Dim{}, a.Shape[:last]...), n)
	if x.Has(matResidual) {
		var err error
		if out, err = wantResidual(x, matResidual, out); err != nil {
			return nil, err
		}
	}
	return one(ir.TensorType(ir.Float32, out...))
}

// wantScaled checks the inputs of a scaled product that gives n columns or channels.
func wantScaled(x *ir.Inference, n ir.Dim) error {
	for _, i := range []int{matA, matB} {
		if err := wantDType(x, i, ir.Int8, ir.Uint8); err != nil {
			return err
		}
	}
	if err := wantBias(x, matBias, n); err != nil {
		return err
	}
	for _, i := range []int{matBias, matResidual, matScale} {
		if !x.Has(i) {
			continue
		}
		if err := wantDType(x, i, ir.Float32); err != nil {
			return err
		}
	}
	for _, i := range []int{matScale, matZero} {
		if !x.Has(i) {
			continue
		}
		if t := x.Type(i); !t.Len().Is(1) && (t.Rank() != 1 || !t.Shape[0].Equal(n)) {
			return fmt.Errorf("input %d is %s, want one element or one for each of %s", i, t, n)
		}
	}
	if x.Has(matZero) {
		if err := wantSame(x, matB, matZero); err != nil {
			return err
		}
		if x.Const(matZero) == nil {
			return fmt.Errorf("input %d is no constant", matZero)
		}
	}
	if !x.Has(scaledZero) {
		return nil
	}
	if err := wantOne(x, scaledZero); err != nil {
		return err
	}
	return wantSame(x, matA, scaledZero)
}

// Eval sums integers, then computes in float64.
func (o ScaledMatMul) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	a := centredInts(in[matA], nth(in, scaledZero), func(int) int { return 0 })
	b := centredInts(in[matB], nth(in, matZero), func(i int) int { return column(in[matB].Shape, i, o.TransB) })
	product, err := MatMul{TransB: o.TransB}.Eval([]*ir.Tensor{a, b})
	if err != nil {
		return nil, err
	}
	n := product[0].Shape[len(product[0].Shape)-1]
	return scaledSums(product[0], in, o.Act, func(i int) int { return i % n })
}

// centredInts is v - zero in int32; at gives the place in zero of an element of v.
func centredInts(v, zero *ir.Tensor, at func(i int) int) *ir.Tensor {
	wide := ir.NewTensor(ir.Int32, v.Shape...)
	for i := range v.Len() {
		x := v.Int(i)
		if zero != nil {
			x -= zero.Int(at(i) % zero.Len())
		}
		wide.SetInt(i, x)
	}
	return wide
}

// scaledSums is Act(sums·scale + bias + residual); at gives the column or channel of an element.
func scaledSums(sums *ir.Tensor, in []*ir.Tensor, act Act, at func(i int) int) ([]*ir.Tensor, error) {
	y, scale := ir.NewTensor(ir.Float32, sums.Shape...), in[matScale]
	for i := range y.Len() {
		v := sums.Float(i) * scale.Float(at(i)%scale.Len())
		if bias := nth(in, matBias); bias != nil {
			v += bias.Float(at(i))
		}
		if residual := nth(in, matResidual); residual != nil {
			v += residual.Float(i)
		}
		y.SetFloat(i, act.Apply(v))
	}
	return result(y)
}
