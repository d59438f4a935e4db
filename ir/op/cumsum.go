package op

import (
	"errors"
	"fmt"
	"slices"

	"github.com/energeticc/energeticc/ir"
)

var cumulativeOps = []Def{
	{Name: "CumSum", Doc: "CumSum gives running sums along an axis. Source: ONNX CumSum.", New: func() ir.Op { return Cumulative{Fn: "CumSum"} }, DTypes: number, ULP: 1},
	{Name: "CumProd", Doc: "CumProd gives running products along an axis. Source: ONNX CumProd.", New: func() ir.Op { return Cumulative{Fn: "CumProd"} }, DTypes: number, ULP: 1},
}

// Cumulative gives running sums or products along Axis. Fn is CumSum or CumProd. An axis that only a run knows is input
// 1 instead: what Bounds calls chosen, for each axis 1 or 0.
type Cumulative struct {
	Fn        string `ir:"-"`
	Axis      int
	Exclusive bool // leaves the element itself out
	Reverse   bool // from the end
}

// OpName is CumSum or CumProd.
func (o Cumulative) OpName() string { return o.Fn }

// Infer keeps the type; running sums of sizes are sizes.
func (o Cumulative) Infer(x *ir.Inference) ([]ir.Type, error) {
	if err := wantTensors(x, 1, 2); err != nil {
		return nil, err
	}
	if err := wantDType(x, 0, number...); err != nil {
		return nil, err
	}
	if x.Has(1) {
		if rank := x.Type(0).Rank(); len(x.Elems(1)) != rank {
			return nil, fmt.Errorf("input 1 is %s, want for each of %d axes whether it is the one", x.Type(1), rank)
		}
		return one(x.Type(0))
	}
	if err := wantAxis(x.Type(0), o.Axis); err != nil {
		return nil, err
	}
	if e := x.Elems(0); e != nil && x.Type(0).Rank() == 1 {
		x.SetElems(0, o.elems(e))
	}
	return one(x.Type(0))
}

func (o Cumulative) elems(e []ir.Dim) []ir.Dim {
	out := make([]ir.Dim, len(e))
	acc, add := ir.Const(0), ir.Dim.Add
	if o.Fn == "CumProd" {
		acc, add = ir.Const(1), ir.Dim.Mul
	}
	for i := range e {
		if o.Reverse {
			i = len(e) - 1 - i
		}
		before := acc
		acc = add(acc, e[i])
		if out[i] = acc; o.Exclusive {
			out[i] = before
		}
	}
	return out
}

// Eval adds up or multiplies line by line, each result rounded once.
func (o Cumulative) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	x := in[0]
	if len(in) > 1 {
		if o.Axis = slices.Index(in[1].Ints(), 1); o.Axis < 0 || o.Axis >= len(x.Shape) {
			return nil, errors.New("input 1 marks no axis")
		}
	}
	out := ir.NewTensor(x.DType, x.Shape...)
	eachLine(x.Shape, o.Axis, func(_, first, stride, n int) {
		sum, whole := 0.0, int64(0)
		if o.Fn == "CumProd" {
			sum, whole = 1, 1
		}
		for k := range n {
			if o.Reverse {
				k = n - 1 - k
			}
			at := first + k*stride
			before, wholeBefore := sum, whole
			switch {
			case !x.DType.IsFloat() && o.Fn == "CumSum":
				whole += x.Int(at)
			case !x.DType.IsFloat():
				whole *= x.Int(at)
			case o.Fn == "CumSum":
				sum += x.Float(at)
			default:
				sum *= x.Float(at)
			}
			if !o.Exclusive {
				before, wholeBefore = sum, whole
			}
			if x.DType.IsFloat() {
				out.SetFloat(at, before)
			} else {
				out.SetInt(at, wholeBefore)
			}
		}
	})
	return result(out)
}

// Lower calls the kernel over [outer, n, inner], with a line of sums: of float64 for floats.
func (o Cumulative) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	outer, n, inner := threeAxes(in[0].Type.Shape, o.Axis)
	if len(in) > 1 {
		outer, n, inner = threeChosen(in[0].Type.Shape, in[1].Elems)
	}
	wide := in[0].Type.DType
	if wide.IsFloat() {
		wide = ir.Float64
	}
	return call("kernel."+o.Fn, ir.Out(0), ir.In(0), ir.Scratch(0, wide, inner),
		ir.Int(outer), ir.Int(n), ir.Int(inner), ir.Flag(o.Exclusive), ir.Flag(o.Reverse))
}

// threeChosen is threeAxes around the axis that chosen marks with 1.
func threeChosen(shape, chosen []ir.Dim) (outer, n, inner ir.Dim) {
	outer, n, inner = ir.Const(1), ir.Const(1), ir.Const(1)
	before := ir.Const(1) // 1 while the axis is still to come
	for i, d := range shape {
		after := ir.Const(1).Sub(before)
		before = before.Sub(chosen[i])
		outer = outer.Mul(unless(ir.Const(1).Sub(before), d))
		n = n.Mul(unless(ir.Const(1).Sub(chosen[i]), d))
		inner = inner.Mul(unless(ir.Const(1).Sub(after), d))
	}
	return outer, n, inner
}

// InPlace says that the result may overwrite the argument.
func (Cumulative) InPlace() []int { return []int{0} }
