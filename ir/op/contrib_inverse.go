package op

import (
	"fmt"
	"math"

	"github.com/energeticc/energeticc/ir"
)

var inverseOps = []Def{
	{Name: "Inverse", Doc: "Inverse is the inverse of the matrices in the last two axes. Source: com.microsoft Inverse.", New: func() ir.Op { return Inverse{} }, DTypes: floats, ULP: 1024},
}

// Inverse is the inverse of the square matrices in the last two axes; what no matrix has is infinite or NaN.
type Inverse struct{}

// OpName is Inverse.
func (Inverse) OpName() string { return "Inverse" }

// Infer demands square matrices.
func (Inverse) Infer(x *ir.Inference) ([]ir.Type, error) {
	if err := wantTensors(x, 1, 1); err != nil {
		return nil, err
	}
	if err := wantDType(x, 0, floats...); err != nil {
		return nil, err
	}
	t := x.Type(0)
	if r := t.Rank(); r < 2 {
		return nil, fmt.Errorf("input 0 is %s, want matrices", t)
	} else if _, err := x.Equal(t.Shape[r-2], t.Shape[r-1], "the matrices are not square"); err != nil {
		return nil, err
	}
	return one(t)
}

// Eval solves a·y = 1 by elimination, swapping in the row with the largest pivot.
func (Inverse) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	x := in[0]
	n := x.Shape[len(x.Shape)-1]
	if x.Shape[len(x.Shape)-2] != n {
		return nil, fmt.Errorf("the matrices are not square: %v", x.Shape)
	}
	out := ir.NewTensor(x.DType, x.Shape...)
	for b := range ir.NumElements(x.Shape[:len(x.Shape)-2]) {
		rows := make([][]float64, n) // [a | 1]
		for i := range rows {
			rows[i] = make([]float64, 2*n)
			for k := range n {
				rows[i][k] = x.Float((b*n+i)*n + k)
			}
			rows[i][n+i] = 1
		}
		for c := range n {
			best := c
			for i := c + 1; i < n; i++ {
				if math.Abs(rows[i][c]) > math.Abs(rows[best][c]) {
					best = i
				}
			}
			rows[c], rows[best] = rows[best], rows[c]
			f := 1 / rows[c][c]
			for k := range rows[c] {
				rows[c][k] *= f
			}
			for i, row := range rows {
				if f := row[c]; i != c {
					for k := range row {
						row[k] -= float64(f * rows[c][k])
					}
				}
			}
		}
		for i := range out.Len() / max(ir.NumElements(x.Shape[:len(x.Shape)-2]), 1) {
			out.SetFloat(b*n*n+i, rows[i/n][n+i%n])
		}
	}
	return result(out)
}

// Lower calls the kernel with room for one matrix and its inverse.
func (Inverse) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	s := in[0].Type.Shape
	n := s[len(s)-1]
	return call("kernel.Inverse", ir.Out(0), ir.In(0), ir.Scratch(0, ir.Float64, n.Mul(n).Mul(ir.Const(2))), ir.Int(n))
}
