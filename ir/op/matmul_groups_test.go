package op

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/energeticc/energeticc/ir"
)

func TestMatMulGroupsLowered(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	f := func(shape ...int) *ir.Tensor { return random(r, ir.Float32, shape...) }
	for _, tt := range []struct {
		name string
		a, b *ir.Tensor
		ends []int64
	}{
		{"one", f(3, 4), f(1, 5, 4), []int64{3}},
		{"empty groups", f(6, 20), f(5, 7, 20), []int64{0, 2, 2, 6, 6}},
		{"no rows", f(0, 4), f(2, 5, 4), []int64{0, 0}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			checkKernels(t, MatMulGroups{}, 1e-5, input(tt.a), input(tt.b), input(ir.OfInts(tt.ends...)))
		})
	}
}

func TestMatMulGroupsRefuses(t *testing.T) {
	f := func(shape ...int) *ir.Tensor { return ir.NewTensor(ir.Float32, shape...) }
	for _, tt := range []struct {
		name string
		ends []int64
		want string
	}{
		{"falling", []int64{2, 1}, "group 1 ends before row 1, want 2 to 3"},
		{"too many", []int64{2, 4}, "group 1 ends before row 4"},
		{"rows over", []int64{1, 2}, "take up 2 rows of 3"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := (MatMulGroups{}).Eval([]*ir.Tensor{f(3, 2), f(2, 4, 2), ir.OfInts(tt.ends...)}); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
	b := ir.NewBuilder("f")
	in := func(d ir.DType, shape ...int) *ir.Value {
		return b.Input("x", ir.TensorType(d, ir.ConstDims(shape)...))
	}
	for _, tt := range []struct {
		in   []*ir.Value
		want string
	}{
		{[]*ir.Value{in(ir.Float32, 3, 2), in(ir.Float32, 2, 4, 3), in(ir.Int64, 2)}, "different inner sizes"},
		{[]*ir.Value{in(ir.Float32, 3, 2), in(ir.Float32, 2, 4, 2), in(ir.Int64, 3)}, "an end for each matrix"},
		{[]*ir.Value{in(ir.Float32, 3, 2), in(ir.Float32, 4, 2), in(ir.Int64, 3)}, "want [m, k], [groups, n, k] and [groups]"},
	} {
		if _, err := b.Add("y", MatMulGroups{}, tt.in...); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("got %v, want %q", err, tt.want)
		}
	}
}
