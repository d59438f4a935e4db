package cases

import (
	"math"
	"testing"

	"github.com/energeticc/energeticc/ir"
)

func TestCompare(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	floats := func(d ir.DType, v ...float64) *ir.Tensor { return ir.FromFloats(d, []int{len(v)}, v) }
	ints := func(d ir.DType, v ...int64) *ir.Tensor { return ir.FromInts(d, []int{len(v)}, v) }
	tests := []struct {
		name      string
		want, got *ir.Tensor
		atol      float64
		bad       int
	}{
		{"equal", floats(ir.Float32, 1, -2), floats(ir.Float32, 1, -2), 0, 0},
		{"near", floats(ir.Float32, 1), floats(ir.Float32, 1.0009), 0, 0},
		{"far", floats(ir.Float32, 1, 2), floats(ir.Float32, 1.002, 2.1), 0, 2},
		{"NaN", floats(ir.Float64, nan), floats(ir.Float64, nan), 0, 0},
		{"NaN for a number", floats(ir.Float64, 1), floats(ir.Float64, nan), 0, 1},
		{"infinite", floats(ir.Float32, inf, -inf), floats(ir.Float32, inf, inf), 0, 1},
		{"a number for infinity", floats(ir.Float32, inf), floats(ir.Float32, 1e30), 0, 1},
		{"infinity for a number", floats(ir.Float32, 1e30), floats(ir.Float32, inf), 0, 1},
		{"bfloat16 has eight bits", floats(ir.BFloat16, 1), floats(ir.BFloat16, 1+1.0/128), 0, 0},
		{"float16 has eleven", floats(ir.Float16, 1), floats(ir.Float16, 1+1.0/128), 0, 1},
		{"float8 widened", floats(ir.Float8E5M2, 1, 4), floats(ir.Float8E5M2, 1, 5), 0, 1},
		{"packed int4", ints(ir.Int4, 1, -3, 7), ints(ir.Int4, 1, -2, 7), 0, 1},
		{"integers", ints(ir.Int64, 100000), ints(ir.Int64, 100001), 0.5, 1},
		{"integers in steps", ints(ir.Int8, 5, 5), ints(ir.Int8, 6, 7), 1, 1},
		{"bools have no steps", ir.FromBools([]int{1}, []bool{true}), ir.FromBools([]int{1}, []bool{false}), 1, 1},
		{"shape", floats(ir.Float32, 1), floats(ir.Float32, 1, 1), 0, 1},
		{"empty", floats(ir.Float32), floats(ir.Float32), 0, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := Compare(Value{Tensor: tt.want, Shape: tt.want.Shape}, tt.got.Shape, tt.got.Data, 1e-3, tt.atol)
			if d.Bad != tt.bad {
				t.Errorf("Compare finds %d bad values (%s), want %d", d.Bad, d.First, tt.bad)
			}
		})
	}
}

func TestCompareComplex(t *testing.T) {
	want, got := ir.NewTensor(ir.Complex64, 2), ir.NewTensor(ir.Complex64, 2)
	want.SetComplex(1, 1+2i)
	got.SetComplex(1, 1+3i)
	if d := Compare(Value{Tensor: want}, []int{2}, got.Data, 1e-3, 0); d.Bad != 1 || d.First != "[1] = 3, want 2" {
		t.Errorf("Compare = %+v, want [1] = 3, want 2", d)
	}
}

func TestCompareJSON(t *testing.T) {
	words := ir.OfStrings([]int{2}, []string{"a", "b"})
	tests := []struct {
		name      string
		tensor    *ir.Tensor
		shape     []int
		want, got string
		bad       int
	}{
		{"strings", words, []int{2}, `["a","b"]`, `["a","b"]`, 0},
		{"another string", words, []int{2}, `["a","b"]`, `["a","c"]`, 1},
		{"strings in another shape", words, []int{1, 2}, `["a","b"]`, `["a","b"]`, 1},
		{"numbers", nil, nil, `[1,[2,3]]`, `[1,[2,3.0001]]`, 0},
		{"a number for a list", nil, nil, `[[1,2]]`, `[3]`, 1},
		{"a map", nil, nil, `[{"a":1,"b":2}]`, `[{"b":2,"a":1}]`, 0},
		{"another key", nil, nil, `[{"a":1}]`, `[{"b":1}]`, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := Compare(Value{Tensor: tt.tensor, JSON: []byte(tt.want)}, tt.shape, []byte(tt.got), 1e-3, 0)
			if d.Bad != tt.bad {
				t.Errorf("Compare finds %d bad values (%s), want %d", d.Bad, d.First, tt.bad)
			}
		})
	}
}
