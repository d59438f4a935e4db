package op

import (
	"fmt"
	"math"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/exact"
)

// Softmax scales e^x to sum to one along Axis (0 ≤ Axis < rank).
type Softmax struct{ Axis int }

// LogSoftmax is x - ln Σ e^x along Axis (0 ≤ Axis < rank).
type LogSoftmax struct{ Axis int }

// OpName is Softmax.
func (Softmax) OpName() string { return "Softmax" }

// OpName is LogSoftmax.
func (LogSoftmax) OpName() string { return "LogSoftmax" }

// Infer keeps the type.
func (o Softmax) Infer(x *ir.Inference) ([]ir.Type, error) { return inferAlong(x, o.Axis) }

// Infer keeps the type.
func (o LogSoftmax) Infer(x *ir.Inference) ([]ir.Type, error) { return inferAlong(x, o.Axis) }

// inferAlong is the inference of an op on floats that works along an axis and keeps the type.
func inferAlong(x *ir.Inference, axis int) ([]ir.Type, error) {
	if err := wantTensors(x, 1, 1); err != nil {
		return nil, err
	}
	if err := wantDType(x, 0, floats...); err != nil {
		return nil, err
	}
	t := x.Type(0)
	if axis < 0 || axis >= t.Rank() {
		return nil, fmt.Errorf("axis %d out of range for rank %d", axis, t.Rank())
	}
	return one(t)
}

// Eval subtracts the largest element first, so that nothing overflows.
func (o Softmax) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	return result(alongAxis(in[0], o.Axis, func(row []float64) {
		sum := expRow(row)
		for i := range row {
			row[i] /= sum
		}
	}))
}

// Eval subtracts the largest element first, so that nothing overflows.
func (o LogSoftmax) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	return result(alongAxis(in[0], o.Axis, func(row []float64) {
		top := rowMax(row)
		e := append([]float64{}, row...)
		log := exact.Log(expRow(e))
		for i := range row {
			row[i] = row[i] - top - log
		}
	}))
}

// expRow replaces a row by e^(x - max) and gives the sum.
func expRow(row []float64) float64 {
	top := rowMax(row)
	sum := 0.0
	for i, v := range row {
		row[i] = exact.Exp(v - top)
		sum += row[i]
	}
	return sum
}

func rowMax(row []float64) float64 {
	top := math.Inf(-1)
	for _, v := range row {
		top = max(top, v)
	}
	return top
}

// alongAxis applies f to every row along an axis, in float64, and rounds once.
func alongAxis(t *ir.Tensor, axis int, f func(row []float64)) *ir.Tensor {
	out := ir.NewTensor(t.DType, t.Shape...)
	n := t.Shape[axis]
	inner := ir.NumElements(t.Shape[axis+1:])
	outer := ir.NumElements(t.Shape[:axis])
	row := make([]float64, n)
	for o := range outer {
		for i := range inner {
			at := o*n*inner + i
			for j := range row {
				row[j] = t.Float(at + j*inner)
			}
			f(row)
			for j, v := range row {
				out.SetFloat(at+j*inner, v)
			}
		}
	}
	return out
}

// Lower calls the kernel over [outer, n, inner].
func (o Softmax) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	return lowerAlong("kernel.Softmax", in[0].Type, o.Axis)
}

// Lower calls the kernel over [outer, n, inner].
func (o LogSoftmax) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	return lowerAlong("kernel.LogSoftmax", in[0].Type, o.Axis)
}

// lowerAlong calls a kernel f(dst, src, outer, n, inner) of a float type.
func lowerAlong(name string, t ir.Type, axis int) ([]ir.Call, error) {
	s, err := suffix(t.DType)
	if err != nil {
		return nil, err
	}
	return call(name+s, ir.Out(0), ir.In(0),
		ir.Int(ir.Product(t.Shape[:axis]...)), ir.Int(t.Shape[axis]), ir.Int(ir.Product(t.Shape[axis+1:]...)))
}

// InPlace says that the result may overwrite the argument.
func (Softmax) InPlace() []int { return []int{0} }

// InPlace says that the result may overwrite the argument.
func (LogSoftmax) InPlace() []int { return []int{0} }
