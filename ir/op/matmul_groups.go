package op

import (
	"fmt"

	"github.com/energeticc/energeticc/ir"
)

// MatMulGroups is a·bᵀ where each group of a's rows has a matrix of its own. Inputs:
//
//	0 a     [m, k]
//	1 b     [groups, n, k]
//	2 ends  [groups], int64: which row each group ends before; the first begins with row 0, the last ends with the rows
//
// The result is [m, n].
type MatMulGroups struct{}

// OpName is MatMulGroups.
func (MatMulGroups) OpName() string { return "MatMulGroups" }

// Infer demands equal inner sizes, and an end for each matrix.
func (MatMulGroups) Infer(x *ir.Inference) ([]ir.Type, error) {
	if err := wantTensors(x, 3, 3); err != nil {
		return nil, err
	}
	if err := wantDType(x, 0, ir.Float32); err != nil {
		return nil, err
	}
	if err := wantSame(x, 1, 0); err != nil {
		return nil, err
	}
	if err := wantDType(x, 2, ir.Int64); err != nil {
		return nil, err
	}
	a, b, ends := x.Type(0), x.Type(1), x.Type(2)
	if a.Rank() != 2 || b.Rank() != 3 || ends.Rank() != 1 {
		return nil, fmt.Errorf("a is %s, b %s and ends %s, want [m, k], [groups, n, k] and [groups]", a, b, ends)
	}
	if _, err := x.Equal(a.Shape[1], b.Shape[2], "a and b have different inner sizes"); err != nil {
		return nil, err
	}
	if _, err := x.Equal(b.Shape[0], ends.Shape[0], "there is an end for each matrix"); err != nil {
		return nil, err
	}
	return one(ir.TensorType(a.DType, a.Shape[0], b.Shape[1]))
}

// Eval goes over the rows.
func (MatMulGroups) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	a, b, ends := in[0], in[1], in[2]
	m, n, k := a.Shape[0], b.Shape[1], a.Shape[1]
	y := ir.NewTensor(a.DType, m, n)
	at := int64(0)
	for g := range ends.Len() {
		end := ends.Int(g)
		if end < at || end > int64(m) {
			return nil, fmt.Errorf("group %d ends before row %d, want %d to %d", g, end, at, m)
		}
		for i := int(at); i < int(end); i++ {
			for j := range n {
				sum := 0.0
				for p := range k {
					sum += float64(a.Float(i*k+p) * b.Float((g*n+j)*k+p))
				}
				y.SetFloat(i*n+j, sum)
			}
		}
		at = end
	}
	if at != int64(m) {
		return nil, fmt.Errorf("the groups take up %d rows of %d", at, m)
	}
	return result(y)
}

// Lower calls the kernel that goes over the groups.
func (MatMulGroups) Lower(in, _ []*ir.Value) ([]ir.Call, error) {
	a, b := in[0].Type.Shape, in[1].Type.Shape
	return []ir.Call{{
		Kernel: "kernel.MatMulGroupsF32",
		Args:   []ir.Arg{ir.Out(0), ir.In(0), ir.In(1), ir.In(2), ir.Int(a[0]), ir.Int(b[1]), ir.Int(a[1])},
		Fault:  &ir.Fault{Text: "the group's end is out of range", Arg: 3},
	}}, nil
}
