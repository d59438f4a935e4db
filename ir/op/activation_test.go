package op

import (
	"math"
	"testing"

	"github.com/energeticc/energeticc/ir"
)

func TestActivationEval(t *testing.T) {
	tests := []struct {
		op   Unary
		x, y float64
	}{
		{Unary{"LeakyRelu", 0.5, 0}, -4, -2}, {Unary{"Elu", 2, 0}, -1, 2 * math.Expm1(-1)}, {Unary{"Celu", 2, 0}, -2, 2 * math.Expm1(-1)},
		{Unary{"Selu", 2, 3}, 2, 6}, {Unary{"Selu", 2, 3}, -1, 6 * math.Expm1(-1)}, {Unary{"Swish", 2, 0}, 1, 1 / (1 + math.Exp(-2))},
		{Unary{"Mish", 0, 0}, 1, math.Tanh(math.Log1p(math.E))}, {Unary{"HardSigmoid", 0.25, 0.5}, 1, 0.75}, {Unary{"HardSwish", 0.25, 0.5}, 2, 2},
		{Unary{"ThresholdedRelu", 1, 0}, 1, 0}, {Unary{"Shrink", 1, 0.5}, -2, -1.5}, {Unary{"Shrink", 1, 0.5}, 0.5, 0},
		{Unary{"Clip", -1, 1}, 3, 1}, {Unary{"Clip", 1, -1}, 0, -1}, {Unary{"IsInf", 0, 0}, math.Inf(-1), 1}, {Unary{"IsInf", 0, 0}, math.NaN(), 0},
	}
	for _, tt := range tests {
		out, err := tt.op.Eval([]*ir.Tensor{ir.Scalar(ir.Float64, tt.x)})
		if err != nil {
			t.Errorf("%v: %v", tt.op, err)
			continue
		}
		if got := out[0].Float(0); !(math.Abs(got-tt.y) <= 1e-14) {
			t.Errorf("%v of %v = %v, want %v", tt.op, tt.x, got, tt.y)
		}
	}
}

func TestShiftAndModEval(t *testing.T) {
	tests := []struct {
		fn         string
		d          ir.DType
		a, b, want float64
	}{
		{"ShiftLeft", ir.Uint8, 200, 1, 144}, {"ShiftLeft", ir.Uint8, 1, 8, 0}, {"ShiftLeft", ir.Int8, 1, -1, 0},
		{"ShiftRight", ir.Uint8, 200, 3, 25}, {"ShiftRight", ir.Int8, -8, 1, -4}, {"ShiftRight", ir.Int8, -8, -1, -1}, {"ShiftRight", ir.Uint64, 1 << 63, 63, 1},
		{"Mod", ir.Int32, -5, 3, 1}, {"Rem", ir.Int32, -5, 3, -2}, {"Mod", ir.Float32, -5, 3, 1}, {"Mod", ir.Float32, 1, math.Inf(-1), math.Inf(-1)},
		{"PRelu", ir.Int32, -5, 3, -15}, {"PRelu", ir.Float32, 5, 3, 5},
	}
	for _, tt := range tests {
		a, b := ir.Scalar(tt.d, tt.a), ir.Scalar(tt.d, tt.b)
		out, err := Binary{tt.fn}.Eval([]*ir.Tensor{a, b})
		if err != nil {
			t.Errorf("%s: %v", tt.fn, err)
			continue
		}
		if got := out[0].Float(0); got != tt.want {
			t.Errorf("%s(%v, %v) = %v, want %v", tt.fn, tt.a, tt.b, got, tt.want)
		}
	}
}
