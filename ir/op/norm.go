package op

import (
	"fmt"
	"math"

	"github.com/energeticc/energeticc/ir"
)

var normOps = []Def{
	{Name: "Softmax", Doc: "Softmax is e^x over the sum of e^x along an axis. Source: ONNX Softmax 13.", New: func() ir.Op { return Softmax{} }, DTypes: floats, ULP: 16},
	{Name: "LogSoftmax", Doc: "LogSoftmax is the logarithm of Softmax. Source: ONNX LogSoftmax 13.", New: func() ir.Op { return LogSoftmax{} }, DTypes: floats, ULP: 64},
	{Name: "LayerNorm", Doc: "LayerNorm brings the elements from an axis on to mean 0 and variance 1. Source: ONNX LayerNormalization.", New: func() ir.Op { return LayerNorm{} }, DTypes: floats, ULP: 64},
	{Name: "RMSNorm", Doc: "RMSNorm brings the elements from an axis on to a mean square of 1. Source: ONNX RMSNormalization.", New: func() ir.Op { return RMSNorm{} }, DTypes: floats, ULP: 16},
	{Name: "GroupNorm", Doc: "GroupNorm brings groups of channels to mean 0 and variance 1. Source: ONNX GroupNormalization, InstanceNormalization.", New: func() ir.Op { return GroupNorm{} }, DTypes: floats, ULP: 64},
	{Name: "Affine", Doc: "Affine is scale·x + shift with a factor and a summand for each place of an axis. Source: ONNX BatchNormalization.", New: func() ir.Op { return Affine{} }, DTypes: floats, ULP: 16},
	{Name: "LpNorm", Doc: "LpNorm divides by the sum of |x| or the root of the sum of x² along an axis. Source: ONNX LpNormalization.", New: func() ir.Op { return LpNorm{} }, DTypes: floats, ULP: 4},
	{Name: "LRN", Doc: "LRN divides by a power of the mean square over neighbouring channels. Source: ONNX LRN.", New: func() ir.Op { return LRN{} }, DTypes: floats, ULP: 16},
}

// LayerNorm is (x - mean)/√(variance + Eps)·scale + bias, mean and variance taken over the axes from Axis on. Inputs are
// x and, each optional, scale and bias of the shape of those axes. With Stats, the mean and 1/√(variance + Eps) are
// outputs too, in float32, the axes having length 1.
type LayerNorm struct {
	Axis  int
	Eps   float64
	Stats bool
}

// RMSNorm is x/√(mean of x² + Eps)·scale, the mean taken over the axes from Axis on. Inputs are x and an optional scale
// of the shape of those axes.
type RMSNorm struct {
	Axis int
	Eps  float64
}

// OpName is LayerNorm.
func (LayerNorm) OpName() string { return "LayerNorm" }

// OpName is RMSNorm.
func (RMSNorm) OpName() string { return "RMSNorm" }

// Infer keeps x's type.
func (o LayerNorm) Infer(x *ir.Inference) ([]ir.Type, error) {
	if err := inferTrailing(x, o.Axis, 3); err != nil {
		return nil, err
	}
	t := x.Type(0)
	if !o.Stats {
		return one(t)
	}
	stats := ir.TensorType(ir.Float32, append([]ir.Dim{}, t.Shape...)...)
	for i := o.Axis; i < t.Rank(); i++ {
		stats.Shape[i] = ir.Const(1)
	}
	return []ir.Type{t, stats, stats}, nil
}

// Infer keeps x's type.
func (o RMSNorm) Infer(x *ir.Inference) ([]ir.Type, error) {
	if err := inferTrailing(x, o.Axis, 2); err != nil {
		return nil, err
	}
	return one(x.Type(0))
}

// inferTrailing checks that the inputs after x have the shape of x's axes from axis on.
func inferTrailing(x *ir.Inference, axis, most int) error {
	if err := wantTensors(x, 1, most); err != nil {
		return err
	}
	if err := wantDType(x, 0, floats...); err != nil {
		return err
	}
	t := x.Type(0)
	if axis < 0 || axis >= t.Rank() {
		return fmt.Errorf("axis %d out of range for rank %d", axis, t.Rank())
	}
	for i := 1; i < len(x.In); i++ {
		if !x.Has(i) {
			continue
		}
		if err := wantSame(x, 0, i); err != nil {
			return err
		}
		p := x.Type(i)
		if p.Rank() != t.Rank()-axis {
			return fmt.Errorf("input %d is %s, want the shape of the axes from %d on, %s", i, p, axis, ir.ShapeString(t.Shape[axis:]))
		}
		for k, d := range p.Shape {
			if _, err := x.Equal(d, t.Shape[axis+k], fmt.Sprintf("input %d has another shape than the normalised axes", i)); err != nil {
				return err
			}
		}
	}
	return nil
}

// moments gives mean and 1/√(variance + eps).
func moments(row []float64, eps float64) (mean, inv float64) {
	for _, v := range row {
		mean += v
	}
	mean /= float64(len(row))
	square := 0.0
	for _, v := range row {
		square += float64((v - mean) * (v - mean))
	}
	return mean, 1 / math.Sqrt(square/float64(len(row))+eps)
}

// Eval takes two passes over each row.
func (o LayerNorm) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	x := in[0]
	n := ir.NumElements(x.Shape[o.Axis:])
	stats := append([]int{}, x.Shape...)
	for i := o.Axis; i < len(stats); i++ {
		stats[i] = 1
	}
	y, means, invs := ir.NewTensor(x.DType, x.Shape...), ir.NewTensor(ir.Float32, stats...), ir.NewTensor(ir.Float32, stats...)
	v := x.Floats()
	for r := range means.Len() {
		row := v[r*n : (r+1)*n]
		mean, inv := moments(row, o.Eps)
		means.SetFloat(r, mean)
		invs.SetFloat(r, inv)
		for i, u := range row {
			y.SetFloat(r*n+i, float64((u-mean)*inv*elementOr(in, 1, i, 1))+elementOr(in, 2, i, 0))
		}
	}
	if !o.Stats {
		return result(y)
	}
	return []*ir.Tensor{y, means, invs}, nil
}

// elementOr reads element i of an optional input.
func elementOr(in []*ir.Tensor, input, i int, otherwise float64) float64 {
	if t := nth(in, input); t != nil {
		return t.Float(i)
	}
	return otherwise
}

// Eval computes row by row.
func (o RMSNorm) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	x := in[0]
	n := ir.NumElements(x.Shape[o.Axis:])
	y, v := ir.NewTensor(x.DType, x.Shape...), x.Floats()
	for r := range ir.NumElements(x.Shape[:o.Axis]) {
		row := v[r*n : (r+1)*n]
		square := 0.0
		for _, u := range row {
			square += float64(u * u)
		}
		inv := 1 / math.Sqrt(square/float64(n)+o.Eps)
		for i, u := range row {
			y.SetFloat(r*n+i, u*inv*elementOr(in, 1, i, 1))
		}
	}
	return result(y)
}

// rowsFrom gives how many rows there are and how long they are, where rows are the axes from axis on.
func rowsFrom(t ir.Type, axis int) (rows, n ir.Arg) {
	return ir.Int(ir.Product(t.Shape[:axis]...)), ir.Int(ir.Product(t.Shape[axis:]...))
}

// Lower calls the row kernel; statistics, which only training wants, are computed once more.
func (o LayerNorm) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	t := in[0].Type
	s, err := suffix(t.DType)
	if err != nil {
		return nil, err
	}
	rows, n := rowsFrom(t, o.Axis)
	var calls []ir.Call
	if o.Stats { // before the result may overwrite x
		calls = append(calls, ir.Call{Kernel: "kernel.RowMoments", Args: []ir.Arg{ir.Out(1), ir.Out(2), ir.In(0), rows, n, ir.Num(ir.Float64, o.Eps)}})
	}
	return append(calls, ir.Call{Kernel: "kernel.LayerNorm" + s, Args: []ir.Arg{
		ir.Out(0), ir.In(0), argOr(in, 1), argOr(in, 2), rows, n, ir.Num(t.DType, o.Eps),
	}}), nil
}

// Lower calls the row kernel.
func (o RMSNorm) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	t := in[0].Type
	s, err := suffix(t.DType)
	if err != nil {
		return nil, err
	}
	rows, n := rowsFrom(t, o.Axis)
	return call("kernel.RMSNorm"+s, ir.Out(0), ir.In(0), argOr(in, 1), rows, n, ir.Num(t.DType, o.Eps))
}

// InPlace says that the result may overwrite x.
func (LayerNorm) InPlace() []int { return []int{0} }

// InPlace says that the result may overwrite x.
func (RMSNorm) InPlace() []int { return []int{0} }
