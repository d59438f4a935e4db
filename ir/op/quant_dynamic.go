package op

import (
	"math"

	"github.com/energeticc/energeticc/ir"
)

// DynamicQuantize is x/scale, rounded to nearest even, plus zero, for the scale and zero by which uint8 spans x's numbers
// and 0: 1 and 0 where there is none beside 0. NaN counts for no number and becomes 0. Outputs are the codes in x's shape,
// the scale, float32, and the zero point, uint8, both without axes.
type DynamicQuantize struct{}

// OpName is DynamicQuantize.
func (DynamicQuantize) OpName() string { return "DynamicQuantize" }

// Infer demands float32.
func (DynamicQuantize) Infer(x *ir.Inference) ([]ir.Type, error) {
	if err := wantTensors(x, 1, 1); err != nil {
		return nil, err
	}
	if err := wantDType(x, 0, ir.Float32); err != nil {
		return nil, err
	}
	return []ir.Type{ir.TensorType(ir.Uint8, x.Type(0).Shape...), ir.TensorType(ir.Float32), ir.TensorType(ir.Uint8)}, nil
}

// Eval quantises by the span.
func (DynamicQuantize) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	codes, scale, zero := dynamicCodes(in[0].Floats())
	return []*ir.Tensor{ir.FromFloats(ir.Uint8, in[0].Shape, codes), ir.Scalar(ir.Float32, scale), ir.Scalar(ir.Uint8, zero)}, nil
}

// Lower reads x twice.
func (DynamicQuantize) Lower(_, _ []*ir.Value) ([]ir.Call, error) {
	return call("kernel.DynamicQuantize", ir.Out(0), ir.Out(1), ir.Out(2), ir.In(0))
}

// dynamicCodes quantises numbers to eight bits of their span, as float32 does.
func dynamicCodes(x []float64) (codes []float64, scale, zero float64) {
	lo, hi := float32(0), float32(0)
	for _, v := range x {
		if v == v {
			lo, hi = min(lo, float32(v)), max(hi, float32(v))
		}
	}
	s := float32(1)
	if hi != lo {
		s = (hi - lo) / 255
	}
	if z := math.RoundToEven(float64(-lo / s)); z > 0 {
		zero = min(z, 255)
	}
	codes = make([]float64, len(x))
	for i, v := range x {
		if q := math.RoundToEven(float64(float32(v)/s)) + zero; q > 0 {
			codes[i] = min(q, 255)
		}
	}
	return codes, float64(s), zero
}
