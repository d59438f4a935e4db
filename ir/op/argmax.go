package op

import "github.com/energeticc/energeticc/ir"

var argOps = []Def{
	{Name: "ArgMax", Doc: "ArgMax is the position of the largest element along an axis. Source: ONNX ArgMax.", New: func() ir.Op { return Arg{Fn: "ArgMax"} }, DTypes: number},
	{Name: "ArgMin", Doc: "ArgMin is the position of the smallest element along an axis. Source: ONNX ArgMin.", New: func() ir.Op { return Arg{Fn: "ArgMin"} }, DTypes: number},
	{Name: "Hardmax", Doc: "Hardmax is 1 where the first largest element along an axis stands, else 0. Source: ONNX Hardmax.", New: func() ir.Op { return Hardmax{} }, DTypes: floats},
	{Name: "TopK", Doc: "TopK gives the largest or smallest elements along an axis, best first, and their positions. Source: ONNX TopK.", New: func() ir.Op { return TopK{} }, DTypes: number},
}

// Arg gives the position, as int64, of the largest or smallest element along Axis: the first of equals, or the last
// one. Fn is ArgMax or ArgMin. NaN, of which ONNX says nothing, is neither larger nor smaller than any number, as in
// ONNX Runtime: it is never found, but where it comes first nothing takes its place.
type Arg struct {
	Fn       string `ir:"-"`
	Axis     int
	KeepDims bool
	Last     bool // of equals the last
}

// OpName is ArgMax or ArgMin.
func (o Arg) OpName() string { return o.Fn }

// Infer drops the axis or makes it 1.
func (o Arg) Infer(x *ir.Inference) ([]ir.Type, error) {
	if err := wantTensors(x, 1, 1); err != nil {
		return nil, err
	}
	if err := wantDType(x, 0, number...); err != nil {
		return nil, err
	}
	t := x.Type(0)
	if err := wantAxis(t, o.Axis); err != nil {
		return nil, err
	}
	if t.Shape[o.Axis].Is(0) {
		return nil, errEmptyAxis
	}
	shape := Reduce{Axes: []int{o.Axis}, KeepDims: o.KeepDims}.shape(t.Shape)
	return one(ir.TensorType(ir.Int64, shape...))
}

// Eval compares element by element.
func (o Arg) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	x := in[0]
	if x.Shape[o.Axis] == 0 {
		return nil, errEmptyAxis
	}
	known, _ := ir.KnownShape(Reduce{Axes: []int{o.Axis}, KeepDims: o.KeepDims}.shape(ir.ConstDims(x.Shape)))
	out := ir.NewTensor(ir.Int64, known...)
	eachLine(x.Shape, o.Axis, func(line, first, stride, n int) {
		best := 0
		for k := 1; k < n; k++ {
			at, held := first+k*stride, first+best*stride
			if x.DType.IsFloat() && eitherNaN(x, at, held) {
				continue
			}
			c := compare(x, at, held)
			if o.Fn == "ArgMin" {
				c = -c
			}
			if c > 0 || c == 0 && o.Last {
				best = k
			}
		}
		out.SetInt(line, int64(best))
	})
	return result(out)
}

// Lower calls the kernel over [outer, n, inner].
func (o Arg) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	outer, n, inner := threeAxes(in[0].Type.Shape, o.Axis)
	return append(emptyAxisCheck(n), ir.Call{Kernel: "kernel." + o.Fn, Args: []ir.Arg{
		ir.Out(0), ir.In(0), ir.Int(outer), ir.Int(n), ir.Int(inner), ir.Flag(o.Last),
	}}), nil
}

// emptyAxisCheck finds a fault in a size of 0, where the size is not known.
func emptyAxisCheck(n ir.Dim) []ir.Call {
	if lo, _ := n.Bounds(nil); lo > 0 {
		return nil
	}
	return []ir.Call{{
		Kernel: "kernel.TopKFits",
		Args:   []ir.Arg{ir.IntC(1), ir.Int(n)},
		Fault:  &ir.Fault{Text: errEmptyAxis.Error(), Arg: -1},
	}}
}

// Hardmax is 1 where the first largest element along Axis stands, else 0.
type Hardmax struct{ Axis int }

// OpName is Hardmax.
func (Hardmax) OpName() string { return "Hardmax" }

// Infer keeps the type.
func (o Hardmax) Infer(x *ir.Inference) ([]ir.Type, error) {
	if err := wantTensors(x, 1, 1); err != nil {
		return nil, err
	}
	if err := wantDType(x, 0, floats...); err != nil {
		return nil, err
	}
	if err := wantAxis(x.Type(0), o.Axis); err != nil {
		return nil, err
	}
	return one(x.Type(0))
}

// Eval compares element by element.
func (o Hardmax) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	x := in[0]
	out := ir.NewTensor(x.DType, x.Shape...)
	eachLine(x.Shape, o.Axis, func(_, first, stride, n int) {
		best := first
		for k := 1; k < n; k++ {
			if at := first + k*stride; compare(x, at, best) > 0 {
				best = at
			}
		}
		if n > 0 {
			out.SetFloat(best, 1)
		}
	})
	return result(out)
}

// Lower calls the kernel over [outer, n, inner].
func (o Hardmax) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	outer, n, inner := threeAxes(in[0].Type.Shape, o.Axis)
	return call("kernel.Hardmax", ir.Out(0), ir.In(0), ir.Int(outer), ir.Int(n), ir.Int(inner))
}
