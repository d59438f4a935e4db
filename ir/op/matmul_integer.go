package op

import (
	"fmt"

	"github.com/energeticc/energeticc/ir"
)

// MatMulInteger is (a - aZero)·(b - bZero) in int32, which wraps. Inputs are a [batch…, m, k] and b [batch…, k, n] of
// int8 or uint8 each, and, both optional, aZero [1] or [m] and bZero [1] or [n].
type MatMulInteger struct{}

// OpName is MatMulInteger.
func (MatMulInteger) OpName() string { return "MatMulInteger" }

// Infer demands equal inner sizes and broadcasts the batch axes.
func (o MatMulInteger) Infer(x *ir.Inference) ([]ir.Type, error) {
	if err := wantTensors(x, 2, 4); err != nil {
		return nil, err
	}
	a, b := x.Type(0), x.Type(1)
	if a.Rank() < 2 || b.Rank() < 2 {
		return nil, fmt.Errorf("a is %s and b %s, want matrices", a, b)
	}
	m, k := matrix(a, false)
	k2, n := matrix(b, false)
	if _, err := x.Equal(k, k2, "a and b have different inner sizes"); err != nil {
		return nil, err
	}
	for i, length := range []ir.Dim{m, n} {
		if err := wantDType(x, i, ir.Int8, ir.Uint8); err != nil {
			return nil, err
		}
		if !x.Has(2 + i) {
			continue
		}
		t := x.Type(2 + i)
		if err := wantSame(x, i, 2+i); err != nil {
			return nil, err
		}
		if t.Rank() != 1 {
			return nil, fmt.Errorf("zero point %d is %s, want a vector", i, t)
		}
		if t.Shape[0].Is(1) {
			continue
		}
		if _, err := x.Equal(t.Shape[0], length, fmt.Sprintf("zero point %d has another length than its matrix", i)); err != nil {
			return nil, err
		}
	}
	batch, err := x.Broadcast(a.Shape[:a.Rank()-2], b.Shape[:b.Rank()-2])
	if err != nil {
		return nil, err
	}
	return one(ir.TensorType(ir.Int32, append(append([]ir.Dim{}, batch...), m, n)...))
}

// Eval takes the zero points off and multiplies.
func (o MatMulInteger) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	var wide [2]*ir.Tensor
	for i := range wide {
		t := in[i]
		wide[i] = ir.NewTensor(ir.Int32, t.Shape...)
		zero, cols := nth(in, 2+i), t.Shape[len(t.Shape)-1]
		for k := range t.Len() {
			v := t.Int(k)
			if zero != nil {
				at := k % cols
				if i == 0 {
					at = k / cols % t.Shape[len(t.Shape)-2]
				}
				v -= zero.Int(at % zero.Len())
			}
			wide[i].SetInt(k, v)
		}
	}
	return MatMul{}.Eval(wide[:])
}

// Lower multiplies by packed weights where b is a constant, else walks both operands by strides.
func (o MatMulInteger) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	a, b := in[0].Type, in[1].Type
	m, k := matrix(a, false)
	_, n := matrix(b, false)
	if zero := nth(in, 3); in[1].Const != nil && b.Rank() == 2 && (zero == nil || zero.Const != nil) {
		kb, nb := orient(in[1].Const.Shape, false)
		if packed, less, ok := packGroups(in[1].Const, constOf(zero), nb, kb, false); ok {
			rows := ir.Product(a.Shape[:a.Rank()-1]...)
			return call("kernel.GemmI8Sums", ir.Out(0), ir.In(0), packed, argOr(in, 2), less, i8Scratch(rows, kb), ir.Int(rows), ir.Int(n), ir.Int(k))
		}
	}
	batch := out[0].Type.Shape[:out[0].Type.Rank()-2]
	sizes, sa, sb := joinBatch(batch, batchSteps(a.Shape[:a.Rank()-2], batch, m.Mul(k)), batchSteps(b.Shape[:b.Rank()-2], batch, k.Mul(n)))
	return call("kernel.MatMulInteger", ir.Out(0), ir.In(0), ir.In(1), argOr(in, 2), argOr(in, 3),
		ir.Ints(sizes...), ir.Ints(sa...), ir.Ints(sb...), ir.Int(m), ir.Int(n), ir.Int(k))
}
