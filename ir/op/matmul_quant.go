package op

import (
	"fmt"
	"math"

	"github.com/energeticc/energeticc/ir"
)

var (
	quantised = []ir.DType{ir.Int8, ir.Uint8, ir.Int16, ir.Uint16}
	scales    = []ir.DType{ir.Float32, ir.Float16, ir.BFloat16}
)

var quantOps = []Def{
	{Name: "Quantize", Doc: "Quantize is x/scale, rounded, plus a zero point, held within an integer type. Source: ONNX QuantizeLinear.", New: func() ir.Op { return Quantize{} }, DTypes: scales},
	{Name: "Dequantize", Doc: "Dequantize is (x - zero point)·scale. Source: ONNX DequantizeLinear.", New: func() ir.Op { return Dequantize{} }, DTypes: append([]ir.DType{ir.Int32}, quantised...), ULP: 1},
	{Name: "Decode", Doc: "Decode is x·step + least, the number that a code stands for. Source: TensorFlow.js weights.", New: func() ir.Op { return Decode{} }, DTypes: decodable},
	{Name: "DynamicQuantize", Doc: "DynamicQuantize gives x as uint8 that span its numbers, with their scale and zero point. Source: ONNX DynamicQuantizeLinear.", New: func() ir.Op { return DynamicQuantize{} }, DTypes: []ir.DType{ir.Float32}},
	{Name: "MatMulInteger", Doc: "MatMulInteger is the product of eight-bit matrices less their zero points, in int32. Source: ONNX MatMulInteger.", New: func() ir.Op { return MatMulInteger{} }, DTypes: []ir.DType{ir.Int8, ir.Uint8}},
	{Name: "ScaledMatMul", Doc: "ScaledMatMul is act((a - aZero)·(b - bZero)·scale + bias + residual), the product of eight-bit matrices as a real one. Source: ONNX MatMulInteger and QDQ MatMul, fused.", New: func() ir.Op { return ScaledMatMul{} }, DTypes: []ir.DType{ir.Int8, ir.Uint8}, ULP: 4},
	{Name: "ScaledConv", Doc: "ScaledConv is act((w - wZero) ∗ (x - xZero)·scale + bias + residual), the convolution of eight-bit numbers as real ones. Source: ONNX ConvInteger and QDQ Conv, fused.", New: func() ir.Op { return ScaledConv{} }, DTypes: []ir.DType{ir.Int8, ir.Uint8}, ULP: 4},
}

// Quantize is x/scale rounded to nearest even, plus zero, held within To, or within its lowest Bits bits if that is not
// 0. Inputs are x, scale and, optional, zero of type To and scale's shape: a single element where Axis is -1; an element
// for each place along Axis where Block is 0; else x's shape with every Block places along Axis counted as one.
type Quantize struct {
	Axis, Block int
	To          ir.DType
	Bits        int
}

// Dequantize is (x - zero)·scale, with inputs as for Quantize. To is the result's type, scale's own where it is not set.
type Dequantize struct {
	Axis, Block int
	To          ir.DType
}

// OpName is Quantize.
func (Quantize) OpName() string { return "Quantize" }

// OpName is Dequantize.
func (Dequantize) OpName() string { return "Dequantize" }

// Infer changes the element type.
func (o Quantize) Infer(x *ir.Inference) ([]ir.Type, error) {
	if err := wantScale(x, scales, o.Axis, o.Block); err != nil {
		return nil, err
	}
	if lo, hi := o.limits(); lo == hi {
		return nil, fmt.Errorf("%s of %d bits is no type to quantise to", o.To, o.Bits)
	}
	if x.Has(2) && x.Type(2).DType != o.To {
		return nil, fmt.Errorf("the zero point is %s, want %s", x.Type(2), o.To)
	}
	return one(ir.TensorType(o.To, x.Type(0).Shape...))
}

// limits is the range of the result.
func (o Quantize) limits() (lo, hi float64) {
	bits := o.Bits
	if bits == 0 {
		bits = o.To.Bits()
	}
	if bits < 0 || bits > o.To.Bits() {
		return 0, 0
	}
	switch o.To {
	case ir.Int8, ir.Int16:
		return -float64(int(1) << bits >> 1), float64(int(1)<<bits>>1 - 1)
	case ir.Uint8, ir.Uint16:
		return 0, float64(int(1)<<bits - 1)
	}
	return 0, 0
}

// WidensWeights says that what it gives may be weights.
func (Dequantize) WidensWeights() bool { return true }

// Infer changes the element type.
func (o Dequantize) Infer(x *ir.Inference) ([]ir.Type, error) {
	if err := wantScale(x, append([]ir.DType{ir.Int32}, quantised...), o.Axis, o.Block); err != nil {
		return nil, err
	}
	if x.Has(2) && x.Type(2).DType != x.Type(0).DType {
		return nil, fmt.Errorf("the zero point is %s, want %s", x.Type(2), x.Type(0).DType)
	}
	d := o.To
	if d == ir.Invalid {
		d = x.Type(1).DType
	}
	if d != ir.Float32 && d != ir.Float16 && d != ir.BFloat16 {
		return nil, fmt.Errorf("%s is no type to dequantise to", d)
	}
	return one(ir.TensorType(d, x.Type(0).Shape...))
}

// wantScale checks the shapes of scale and zero point.
func wantScale(x *ir.Inference, dtypes []ir.DType, axis, block int) error {
	if err := wantTensors(x, 2, 3); err != nil {
		return err
	}
	if err := wantDType(x, 0, dtypes...); err != nil {
		return err
	}
	if err := wantDType(x, 1, scales...); err != nil {
		return err
	}
	t := x.Type(0)
	if axis < -1 || axis >= t.Rank() || block < 0 || axis < 0 && block > 0 {
		return fmt.Errorf("axis %d and block %d for rank %d", axis, block, t.Rank())
	}
	want := scaleShape(t.Shape, axis, block)
	for i := 1; i < len(x.In); i++ {
		s := x.Type(i).Shape
		if axis < 0 {
			want = make([]ir.Dim, len(s)) // any rank, one element
			for k := range want {
				want[k] = ir.Const(1)
			}
		}
		if len(s) != len(want) {
			return fmt.Errorf("input %d is %s, want shape %s", i, x.Type(i), ir.ShapeString(want))
		}
		for k, d := range want {
			if _, err := x.Equal(s[k], d, fmt.Sprintf("input %d has another shape than the quantisation", i)); err != nil {
				return err
			}
		}
	}
	return nil
}

func scaleShape(x []ir.Dim, axis, block int) []ir.Dim {
	switch {
	case axis < 0:
		return nil
	case block == 0:
		return []ir.Dim{x[axis]}
	}
	s := append([]ir.Dim{}, x...)
	s[axis] = s[axis].CeilDiv(ir.Const(int64(block)))
	return s
}

// scaleIndex gives the element of scale that counts for element i of a tensor.
func scaleIndex(shape []int, axis, block, i int) int {
	if axis < 0 {
		return 0
	}
	inner := ir.NumElements(shape[axis+1:])
	n := shape[axis]
	at := i / inner % n
	if block == 0 {
		return at
	}
	return (i/(inner*n)*((n+block-1)/block)+at/block)*inner + i%inner
}

// Eval rounds the quotient to float32 first, as the standard has it.
func (o Quantize) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	x := in[0]
	lo, hi := o.limits()
	y := ir.NewTensor(o.To, x.Shape...)
	for i := range x.Len() {
		s := scaleIndex(x.Shape, o.Axis, o.Block, i)
		q := math.RoundToEven(float64(float32(x.Float(i)/in[1].Float(s)))) + elementOr(in, 2, s, 0)
		if !(q > lo) { // NaN too
			q = lo
		}
		y.SetInt(i, int64(min(q, hi)))
	}
	return result(y)
}

// Eval computes element by element.
func (o Dequantize) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	x, d := in[0], o.To
	if d == ir.Invalid {
		d = in[1].DType
	}
	y := ir.NewTensor(d, x.Shape...)
	for i := range x.Len() {
		s := scaleIndex(x.Shape, o.Axis, o.Block, i)
		y.SetFloat(i, (x.Float(i)-elementOr(in, 2, s, 0))*in[1].Float(s))
	}
	return result(y)
}

// Lower walks x as [outer, n, inner], and scale by a stride for each.
func (o Quantize) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	lo, hi := o.limits()
	args := append([]ir.Arg{ir.Out(0), ir.In(0), ir.In(1), argOr(in, 2)}, scaleWalk(in[0].Type.Shape, o.Axis, o.Block)...)
	return call("kernel.Quantize", append(args, ir.Num(ir.Float32, lo), ir.Num(ir.Float32, hi))...)
}

// Lower walks x as Quantize does.
func (o Dequantize) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	args := append([]ir.Arg{ir.Out(0), ir.In(0), ir.In(1), argOr(in, 2)}, scaleWalk(in[0].Type.Shape, o.Axis, o.Block)...)
	return call("kernel.Dequantize", args...)
}

// scaleWalk gives the sizes outer, n, inner and block, and the strides of scale for outer, blocks and inner.
func scaleWalk(shape []ir.Dim, axis, block int) []ir.Arg {
	zero, unit := ir.Const(0), ir.Const(1)
	if axis < 0 {
		return sizeArgs(unit, unit, ir.Product(shape...), unit, zero, zero, zero)
	}
	outer, n, inner := ir.Product(shape[:axis]...), shape[axis], ir.Product(shape[axis+1:]...)
	switch {
	case block == 0 && inner.Is(1): // the last axis is walked at once
		return sizeArgs(outer, unit, n, unit, zero, zero, unit)
	case block == 0:
		return sizeArgs(outer, n, inner, unit, zero, unit, zero)
	}
	b := ir.Const(int64(block))
	return sizeArgs(outer, n, inner, b, n.CeilDiv(b).Mul(inner), inner, unit)
}

func sizeArgs(d ...ir.Dim) []ir.Arg {
	args := make([]ir.Arg, len(d))
	for i, v := range d {
		args[i] = ir.Int(v)
	}
	return args
}
