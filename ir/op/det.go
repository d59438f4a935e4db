package op

import (
	"fmt"
	"math"

	"github.com/energeticc/energeticc/ir"
)

var detOps = []Def{
	{Name: "Det", Doc: "Det is the determinant of the matrices in the last two axes. Source: ONNX Det.", New: func() ir.Op { return Det{} }, DTypes: floats, ULP: 64},
}

// Det is the determinant of the square matrices in the last two axes.
type Det struct{}

// OpName is Det.
func (Det) OpName() string { return "Det" }

// Infer demands square matrices.
func (Det) Infer(x *ir.Inference) ([]ir.Type, error) {
	if err := wantTensors(x, 1, 1); err != nil {
		return nil, err
	}
	if err := wantDType(x, 0, floats...); err != nil {
		return nil, err
	}
	t := x.Type(0)
	r := t.Rank()
	if r < 2 {
		return nil, fmt.Errorf("input 0 is %s, want matrices", t)
	}
	if _, err := x.Equal(t.Shape[r-2], t.Shape[r-1], "the matrices are not square"); err != nil {
		return nil, err
	}
	return one(ir.TensorType(t.DType, t.Shape[:r-2]...))
}

// Eval expands by elimination, swapping in the row with the largest pivot.
func (Det) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	x := in[0]
	r := len(x.Shape)
	n := x.Shape[r-1]
	if x.Shape[r-2] != n {
		return nil, fmt.Errorf("the matrices are not square: %v", x.Shape)
	}
	out := ir.NewTensor(x.DType, x.Shape[:r-2]...)
	for b := range out.Len() {
		rows := make([][]float64, n)
		for i := range rows {
			rows[i] = make([]float64, n)
			for k := range n {
				rows[i][k] = x.Float((b*n+i)*n + k)
			}
		}
		out.SetFloat(b, determinant(rows))
	}
	return result(out)
}

func determinant(rows [][]float64) float64 {
	det := 1.0
	for len(rows) > 0 {
		best := 0
		for i := range rows {
			if a := math.Abs(rows[i][0]); a > math.Abs(rows[best][0]) || a != a {
				best = i
			}
		}
		if best > 0 {
			rows[0], rows[best] = rows[best], rows[0]
			det = -det
		}
		pivot := rows[0]
		det *= pivot[0]
		if pivot[0] == 0 {
			return det
		}
		for i, row := range rows[1:] {
			f := row[0] / pivot[0]
			for k := range row {
				row[k] -= float64(f * pivot[k])
			}
			rows[i+1] = row[1:]
		}
		rows = rows[1:]
	}
	return det
}

// Lower calls the kernel with room for one matrix.
func (Det) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	s := in[0].Type.Shape
	n := s[len(s)-1]
	return call("kernel.Det", ir.Out(0), ir.In(0), ir.Scratch(0, ir.Float64, n.Mul(n)), ir.Int(n))
}
