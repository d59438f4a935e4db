package kernel

import (
	"math"
	"testing"
)

func TestDet(t *testing.T) {
	tests := []struct {
		name string
		m    []float64
		n    int
		want float64
	}{
		{"empty", nil, 0, 1}, {"one", []float64{-3}, 1, -3}, {"two", []float64{1, 2, 3, 4}, 2, -2},
		{"swap", []float64{0, 1, 1, 0}, 2, -1}, {"singular", []float64{1, 2, 2, 4}, 2, 0}, {"zero", make([]float64, 9), 3, 0},
		{"three", []float64{2, -1, 0, 1, 3, 2, 0, 5, -4}, 3, -48}, {"NaN", []float64{nan, 1, 0, 0}, 2, nan},
	}
	for _, tt := range tests {
		got := make([]float64, 1)
		Det(got, tt.m, make([]float64, tt.n*tt.n), tt.n)
		if !sameFloat(got[0], tt.want) && !(math.Abs(got[0]-tt.want) < 1e-12) {
			t.Errorf("%s: got %v, want %v", tt.name, got[0], tt.want)
		}
	}
}
