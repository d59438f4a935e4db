package op

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/energeticc/energeticc/ir"
)

// gramInputs are random items, and 1-, 2- and 3-grams of the numbers 0 to 3 with columns and weights.
func gramInputs(r *rand.Rand, d ir.DType, shape ...int) ([]int, []*ir.Tensor) {
	item := func(t *ir.Tensor, i, v int) {
		if d == ir.String {
			t.Strings[i] = strings.Repeat("é", v)
		} else {
			t.SetInt(i, int64(v-1))
		}
	}
	x := ir.NewTensor(d, shape...)
	for i := range x.Len() {
		item(x, i, r.IntN(6))
	}
	var items []int
	counts := []int{0, 0, 0}
	for k, most := 0, 4; k < 3; k, most = k+1, most*4 {
		for v := range most {
			if r.IntN(k+2) > 0 {
				continue
			}
			counts[k]++
			for i := k; i >= 0; i-- {
				items = append(items, v>>(2*i)&3)
			}
		}
	}
	pool := ir.NewTensor(d, len(items))
	for i, v := range items {
		item(pool, i, v)
	}
	grams := counts[0] + counts[1] + counts[2]
	columns, weights := ir.NewTensor(ir.Int32, grams), ir.NewTensor(ir.Float32, grams)
	for i := range grams {
		columns.SetInt(i, int64(r.IntN(9)))
		weights.SetFloat(i, r.NormFloat64())
	}
	return counts, []*ir.Tensor{x, pool, columns, weights}
}

func TestNGramsLower(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, d := range []ir.DType{ir.Int32, ir.Int64, ir.String} {
		for _, shape := range [][]int{{7}, {3, 6}, {2, 1}, {2, 0}, {0, 4}, {0}} {
			counts, in := gramInputs(r, d, shape...)
			for skip := range 4 {
				checkLowered(t, NGrams{Counts: counts, Skip: skip * skip * skip, Width: 9, Once: skip == 2}, in[:3], 1, 0)
				checkLowered(t, NGrams{Counts: counts, Skip: skip, Width: 9, Once: skip == 1}, in, 1, 0)
			}
		}
	}
}

func TestNGramsInfer(t *testing.T) {
	column := ir.FromInts(ir.Int32, []int{2}, []int64{0, 1})
	tests := []struct {
		name    string
		op      NGrams
		pool    *ir.Tensor
		columns *ir.Tensor
	}{
		{"unordered", NGrams{Counts: []int{2}, Width: 2}, ir.OfInts(2, 1), column},
		{"repeated", NGrams{Counts: []int{0, 2}, Width: 2}, ir.OfInts(1, 2, 1, 2), column},
		{"too few items", NGrams{Counts: []int{0, 2}, Width: 2}, ir.OfInts(1, 2, 1), column},
		{"too many columns", NGrams{Counts: []int{1}, Width: 2}, ir.OfInts(1), column},
		{"a column beyond the width", NGrams{Counts: []int{2}, Width: 1}, ir.OfInts(1, 2), column},
		{"negative counts", NGrams{Counts: []int{-1, 3}, Width: 2}, ir.OfInts(1, 2, 3, 4, 5), column},
		{"other items", NGrams{Counts: []int{2}, Width: 2}, textTensor("a", "b"), column},
	}
	for _, tt := range tests {
		b := ir.NewBuilder("test")
		x := b.Input("x", ir.TensorType(ir.Int64, ir.Sym("n")))
		if _, err := b.Add("y", tt.op, x, b.Const("pool", tt.pool), b.Const("columns", tt.columns)); err == nil {
			t.Errorf("%s: no error", tt.name)
		}
	}
}

func TestNGramsEval(t *testing.T) {
	in := []*ir.Tensor{ir.OfInts(1, 2, 1, 2, 5), ir.OfInts(1, 2, 1, 2), ir.FromInts(ir.Int32, []int{3}, []int64{2, 0, 1}), ir.FromFloats(ir.Float32, []int{3}, []float64{10, 20, 30})}
	for once, want := range map[bool]string{false: "[40 60 20]", true: "[20 30 10]"} {
		out, err := NGrams{Counts: []int{2, 1}, Width: 3, Once: once}.Eval(in)
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(out[0].Floats()); got != want {
			t.Errorf("once %v: got %s, want %s", once, got, want)
		}
	}
}
