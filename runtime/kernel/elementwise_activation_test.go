package kernel

import (
	"fmt"
	"math"
	"slices"
	"testing"
)

func TestActivations(t *testing.T) {
	type kernel = func(dst, src []float64, a, b float64)
	tests := []struct {
		name       string
		f          kernel
		a, b, x, y float64
	}{
		{"LeakyRelu", LeakyRelu[float64], 0.1, 0, -20, -2}, {"LeakyRelu", LeakyRelu[float64], 0.1, 0, 20, 20},
		{"ThresholdedRelu", ThresholdedRelu[float64], 2, 0, 2, 0}, {"ThresholdedRelu", ThresholdedRelu[float64], 2, 0, 2.5, 2.5},
		{"Clip", Clip[float64], -1, 2, -7, -1}, {"Clip", Clip[float64], -1, 2, 7, 2}, {"Clip", Clip[float64], 3, 2, 0, 2},
		{"Clip", Clip[float64], -1, 2, nan, nan}, {"Clip", Clip[float64], -inf, inf, 7, 7},
		{"HardSigmoid", HardSigmoid[float64], 0.25, 0.5, 1, 0.75}, {"HardSigmoid", HardSigmoid[float64], 0.25, 0.5, -9, 0},
		{"HardSwish", HardSwish[float64], 0.25, 0.5, 1, 0.75}, {"HardSwish", HardSwish[float64], 0.25, 0.5, 9, 9},
		{"Shrink", Shrink[float64], 1, 0.5, -3, -2.5}, {"Shrink", Shrink[float64], 1, 0.5, 3, 2.5}, {"Shrink", Shrink[float64], 1, 0.5, 1, 0},
		{"Elu", Elu[float64], 2, 0, -1, 2 * math.Expm1(-1)}, {"Elu", Elu[float64], 2, 0, 3, 3},
		{"Celu", Celu[float64], 2, 0, -1, 2 * math.Expm1(-0.5)}, {"Selu", Selu[float64], 2, 3, -1, 6 * math.Expm1(-1)}, {"Selu", Selu[float64], 2, 3, 2, 6},
		{"Swish", Swish[float64], 0.5, 0, 2, 2 / (1 + math.Exp(-1))}, {"Mish", Mish[float64], 0, 0, 1, math.Tanh(math.Log1p(math.E))},
		{"Mish", Mish[float64], 0, 0, nan, nan}, {"Elu", Elu[float64], 1, 0, -inf, -1}, {"Mish", Mish[float64], 0, 0, inf, inf},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprint(tt.name, tt.x), func(t *testing.T) {
			got := []float64{tt.x}
			tt.f(got, got, tt.a, tt.b)
			if d := math.Abs(got[0] - tt.y); !sameFloat(got[0], tt.y) && !(d < 1e-14) {
				t.Errorf("got %v, want %v", got[0], tt.y)
			}
		})
	}
}

func TestApplyF32(t *testing.T) {
	src := count[float32]([]int{5000}, -2500)
	want := make([]float32, len(src))
	for i, x := range src {
		want[i] = max(x, 0)
	}
	got := make([]float32, len(src))
	ApplyF32(got, src, Act{F: ReluAct})
	if !slices.Equal(got, want) {
		t.Error("ApplyF32 with ReluAct differs from max(x, 0)")
	}
	ApplyF32(got, src, Act{})
	if !slices.Equal(got, src) {
		t.Error("ApplyF32 without an activation differs from a copy")
	}
}
