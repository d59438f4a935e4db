package op

import (
	"errors"
	"fmt"
	"unsafe"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/runtime/kernel"
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
	if !x.Type(scaledZero).Len().Is(1) {
		return fmt.Errorf("input %d is %s, want one element", scaledZero, x.Type(scaledZero))
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

// Lower counts all of a's leading axes as rows.
func (o ScaledMatMul) Lower(in, _ []*ir.Value) ([]ir.Call, error) {
	a := in[matA].Type
	m, k := ir.Product(a.Shape[:a.Rank()-1]...), a.Shape[a.Rank()-1]
	kb, n := orient(in[matB].Const.Shape, o.TransB)
	packed, zero, _ := packGroups(in[matB].Const, constOf(nth(in, matZero)), n, kb, o.TransB)
	return call("kernel.GemmI8", ir.Out(0), ir.In(matA), packed, argOr(in, scaledZero), zero,
		ir.In(matScale), argOr(in, matBias), argOr(in, matResidual), i8Scratch(m, kb),
		ir.Int(m), ir.IntC(n), ir.Int(k), o.Act.Arg())
}

// packGroups packs a constant matrix for GemmI8, and gives its zero points as it wants them; small says that it does not
// grow notably.
func packGroups(b, zero *ir.Tensor, n, k int, transposed bool) (packed, less ir.Arg, small bool) {
	codes, less := signedCodes(b, zero)
	t := ir.NewTensor(ir.Int8, kernel.PackedI8Len(n, k))
	kernel.PackGroupsI8(int8s(t), codes, n, k, transposed)
	padding := t.Len() - len(codes)
	return ir.Weights(t), less, padding <= maxPadding || 20*padding <= len(codes)
}

// i8Scratch is kernel.GemmI8Scratch as memory.
func i8Scratch(m ir.Dim, k int) ir.Arg {
	most := int64(kernel.GemmI8Scratch(1<<30, k))
	row := int64(kernel.GemmI8Scratch(0, k))
	return ir.Scratch(0, ir.Int16, m.Add(ir.Const(1)).Mul(ir.Const(row)).Min(ir.Const(most)))
}

// signedCodes gives constant weights as int8, and their zero points as an argument: those of uint8 become less by 128.
func signedCodes(b, zero *ir.Tensor) ([]int8, ir.Arg) {
	shift := int64(0)
	if b.DType == ir.Uint8 {
		shift = 128
	}
	codes := make([]int8, b.Len())
	for i := range codes {
		codes[i] = int8(b.Int(i) - shift)
	}
	if zero == nil {
		zero = ir.NewTensor(b.DType, 1)
	}
	less, all := ir.NewTensor(ir.Int8, zero.Len()), int64(0)
	for i := range zero.Len() {
		less.SetInt(i, zero.Int(i)-shift)
		all |= less.Int(i)
	}
	if all == 0 {
		return codes, ir.Nil()
	}
	return codes, ir.Weights(less)
}

// int8s is the data of an int8 tensor.
func int8s(t *ir.Tensor) []int8 {
	if len(t.Data) == 0 {
		return nil
	}
	return unsafe.Slice((*int8)(unsafe.Pointer(&t.Data[0])), len(t.Data))
}
