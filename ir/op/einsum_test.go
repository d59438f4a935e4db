package op

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/energeticc/energeticc/ir"
)

// counted is a tensor of the numbers -2 to 2 in turn.
func counted(shape []int) *ir.Tensor {
	t := ir.NewTensor(ir.Float32, shape...)
	for i := range t.Len() {
		t.SetFloat(i, float64(i%5-2))
	}
	return t
}

// TestEinsum holds equations against NumPy's answers, sizes known and unknown.
func TestEinsum(t *testing.T) {
	for _, tt := range []struct {
		equation string
		in       [][]int
		shape    []int
		want     []float64
	}{
		{"ij,jk", [][]int{{2, 3}, {3, 4}}, []int{2, 4}, []float64{2, 4, 1, -2, 0, -9, 2, 3}},
		{"...ij,...jk->...ik", [][]int{{2, 1, 2, 3}, {5, 3, 2}}, []int{2, 5, 2, 2}, []float64{4, 1, -6, 5, 1, -2, 5, 6, -2, 0, 6, -3, 0, -3, -3, -2, -3, 4, -2, -6, 4, -1, -6, -2, -1, -1, -2, -3, -1, -1, -3, 6, -1, -1, 6, 5, -1, 4, 5, -6}},
		{"iij->ij", [][]int{{3, 3, 2}}, []int{3, 2}, []float64{-2, -1, 1, 2, -1, 0}},
		{"iji->j", [][]int{{2, 3, 2}}, []int{3}, []float64{-2, 2, 1}},
		{"i,j,k->kji", [][]int{{2}, {3}, {4}}, []int{4, 3, 2}, []float64{-8, -4, -4, -2, 0, 0, -4, -2, -2, -1, 0, 0, 0, 0, 0, 0, 0, 0, 4, 2, 2, 1, 0, 0}},
		{"ab,bc,cd->ad", [][]int{{2, 3}, {3, 4}, {4, 2}}, []int{2, 2}, []float64{0, 0, 1, -13}},
		{"...->...", [][]int{{2, 3}}, []int{2, 3}, []float64{-2, -1, 0, 1, 2, -2}},
		{"ii", [][]int{{3, 3}}, []int{}, []float64{1}},
		{"ij,ij->", [][]int{{2, 3}, {2, 3}}, []int{}, []float64{14}},
		{"i...->...", [][]int{{2, 3, 4}}, []int{3, 4}, []float64{-2, 0, 2, -1, 1, -2, 0, 2, -1, 1, -2, 0}},
		{"bhid,bhjd->bhij", [][]int{{1, 2, 3, 4}, {1, 2, 5, 4}}, []int{1, 2, 3, 5}, []float64{6, -2, -5, -3, 4, -2, 9, 0, -4, -3, -5, 0, 10, 0, -5, -3, -4, 0, 9, -2, 4, -3, -5, -2, 6, 6, -2, -5, -3, 4}},
		{"iii->i", [][]int{{3, 3, 3}}, []int{3}, []float64{-2, 1, -1}},
		{"aab,bcc->ac", [][]int{{2, 2, 3}, {3, 4, 4}}, []int{2, 4}, []float64{5, 5, 5, 5, -2, -2, -2, -2}},
		{"ij,kj", [][]int{{2, 3}, {4, 3}}, []int{2, 4}, []float64{5, -4, 2, -2, -4, 9, -3, 0}},
		{"i,i->i", [][]int{{3}, {3}}, []int{3}, []float64{4, 1, 0}},
		{",ij->ij", [][]int{{}, {2, 3}}, []int{2, 3}, []float64{4.0, 2.0, 0.0, -2.0, -4.0, 4.0}},
		{"ba", [][]int{{2, 3}}, []int{3, 2}, []float64{-2, 1, -1, 2, 0, -2}},
		{"...a,...b", [][]int{{2, 3}, {2, 4}}, []int{2, 3, 4}, []float64{4, 2, 0, -2, 2, 1, 0, -1, 0, 0, 0, 0, 2, -2, -1, 0, 4, -4, -2, 0, -4, 4, 2, 0}},
	} {
		t.Run(tt.equation, func(t *testing.T) {
			for _, known := range []bool{true, false} {
				b := ir.NewBuilder("test")
				var values []*ir.Value
				var tensors []*ir.Tensor
				for i, shape := range tt.in {
					dims := ir.ConstDims(shape)
					for k := range dims {
						if name := fmt.Sprintf("n%d_%d", i, k); !known && shape[k] != 1 {
							dims[k] = ir.Sym(name)
						}
					}
					tensors = append(tensors, counted(shape))
					values = append(values, b.Input(fmt.Sprintf("in%d", i), ir.TensorType(ir.Float32, dims...)))
				}
				y, err := b.Add1("y", Einsum{Equation: tt.equation}, values...)
				if err != nil {
					t.Fatal(err)
				}
				b.Output(y)
				out, err := b.Graph.Eval(tensors)
				if err != nil {
					t.Fatal(err)
				}
				if got := out[0].Floats(); !slices.Equal(got, tt.want) || !slices.Equal(out[0].Shape, tt.shape) {
					t.Errorf("got %v %v, want %v %v", out[0].Shape, got, tt.shape, tt.want)
				}
			}
		})
	}
}

func TestEinsumErrors(t *testing.T) {
	for _, tt := range []struct {
		equation string
		in       [][]int
		want     string
	}{
		{"ij,jk->ik", [][]int{{2, 3}}, "2 terms for 1 inputs"},
		{"ij", [][]int{{2, 3, 4}}, "names 2 axes of input 0, which has 3"},
		{"i...j", [][]int{{2}}, "names 2 axes of input 0, which has 1"},
		{"i1", [][]int{{2, 3}}, "is no letter"},
		{"i......", [][]int{{2}}, "axes of input 0"},
		{"i->ij", [][]int{{2}}, "stands in no input's term"},
		{"ij->ii", [][]int{{2, 3}}, "stands twice"},
		{"i->i->i", [][]int{{2}}, "is no letter"},
		{"ij,jk->ik", [][]int{{2, 3}, {4, 5}}, "cannot be reshaped"},
		{"ii", [][]int{{2, 3}}, "cannot be reshaped"},
		{"", nil, "1 terms for 0 inputs"},
	} {
		b := ir.NewBuilder("test")
		var values []*ir.Value
		for i, shape := range tt.in {
			values = append(values, b.Input(fmt.Sprintf("in%d", i), ir.TensorType(ir.Float32, ir.ConstDims(shape)...)))
		}
		if _, err := b.Add("y", Einsum{Equation: tt.equation}, values...); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%q of %v: got error %v, want one with %q", tt.equation, tt.in, err, tt.want)
		}
	}
}
