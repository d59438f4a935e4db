package op

import (
	"fmt"
	"math"

	"github.com/energeticc/energeticc/ir"
)

var fillOps = []Def{
	{Name: "Range", Doc: "Range counts from its first input up to, not including, the second, by the third. Source: ONNX Range.", New: func() ir.Op { return Range{} }, DTypes: number},
	{Name: "Eye", Doc: "Eye is a matrix with ones on a diagonal. Source: ONNX EyeLike.", New: func() ir.Op { return Eye{} }},
	{Name: "Trilu", Doc: "Trilu is the upper or lower triangle of matrices. Source: ONNX Trilu.", New: func() ir.Op { return Trilu{} }, DTypes: whole, Moves: true},
	{Name: "OneHot", Doc: "OneHot is one value where an index says so and another elsewhere. Source: ONNX OneHot.", New: func() ir.Op { return OneHot{} }, DTypes: number, Moves: true},
}

// Range counts from start (input 0) to limit (input 1), which is left out, by delta (input 2): scalars of one type.
type Range struct{}

// OpName is Range.
func (Range) OpName() string { return "Range" }

// Infer finds the length where the inputs are known; else a run binds it.
func (Range) Infer(x *ir.Inference) ([]ir.Type, error) {
	if err := wantTensors(x, 3, 3); err != nil {
		return nil, err
	}
	if err := wantDType(x, 0, number...); err != nil {
		return nil, err
	}
	for i := range 3 {
		if err := wantSame(x, i, 0); err != nil {
			return nil, err
		}
		if _, err := x.Equal(x.Type(i).Len(), ir.Const(1), "start, limit and delta are single numbers"); err != nil {
			return nil, err
		}
	}
	d := x.Type(0).DType
	if a, b, c := x.Const(0), x.Const(1), x.Const(2); a != nil && b != nil && c != nil {
		n, err := rangeLen(a, b, c)
		return []ir.Type{ir.TensorType(d, ir.Const(n))}, err
	}
	if !rangeKnown(x.In) {
		return one(ir.TensorType(d, x.Fresh("range")))
	}
	start, limit := x.Elems(0), x.Elems(1)
	delta, _ := x.In[2].KnownInts()
	step, sign := ir.Const(delta[0]), ir.Const(signInt(delta[0]))
	n := limit[0].Sub(start[0]).Mul(sign).CeilDiv(step.Mul(sign)).Max(ir.Const(0))
	if c, ok := n.IsConst(); ok && c <= maxBounds {
		e := make([]ir.Dim, c)
		for i := range e {
			e[i] = start[0].Add(step.Mul(ir.Const(int64(i))))
		}
		x.SetElems(0, e)
	}
	return one(ir.TensorType(d, n))
}

// rangeKnown reports whether the length follows from sizes.
func rangeKnown(in []*ir.Value) bool {
	delta, ok := in[2].KnownInts()
	return in[0].Elems != nil && in[1].Elems != nil && ok && delta[0] != 0
}

// rangeLen is how many numbers there are.
func rangeLen(start, limit, delta *ir.Tensor) (int64, error) {
	if delta.Float(0) == 0 {
		return 0, fmt.Errorf("delta is 0")
	}
	n := math.Ceil((limit.Float(0) - start.Float(0)) / delta.Float(0))
	if start.DType.IsInteger() && start.DType != ir.Uint64 {
		a, b, d := start.Int(0), limit.Int(0), delta.Int(0)
		n = 0
		if (d > 0) == (b > a) && a != b {
			n = float64((b-a-signInt(d))/d + 1)
		}
	}
	if !(n <= maxSize) {
		return 0, fmt.Errorf("%v numbers are too many", n)
	}
	return int64(max(n, 0)), nil
}

// Eval counts.
func (Range) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	n, err := rangeLen(in[0], in[1], in[2])
	if err != nil {
		return nil, err
	}
	out := ir.NewTensor(in[0].DType, int(n))
	for i := range int(n) {
		if out.DType.IsFloat() {
			out.SetFloat(i, in[0].Float(0)+float64(float64(i)*in[2].Float(0)))
		} else {
			out.SetInt(i, in[0].Int(0)+int64(i)*in[2].Int(0))
		}
	}
	return result(out)
}

// Lower binds the length where only a run knows it, then counts.
func (Range) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	var calls []ir.Call
	if s, ok := out[0].Type.Shape[0].IsSym(); ok && !rangeKnown(in) {
		kernel := "kernel.RangeLen"
		if in[0].Type.DType.IsFloat() {
			kernel = "kernel.RangeLenFloat"
		}
		calls = append(calls, ir.Call{
			Kernel: kernel,
			Args:   []ir.Arg{ir.In(0), ir.In(1), ir.In(2)},
			Bind:   []string{s},
			Fault:  &ir.Fault{Text: "delta is 0, or there are too many numbers", Arg: -1},
		})
	}
	return append(calls, ir.Call{Kernel: "kernel.SetRange", Args: []ir.Arg{ir.Out(0), ir.In(0), ir.In(2)}}), nil
}

// Eye is a matrix of Rows and Cols with ones on diagonal K: above the main one where K > 0.
type Eye struct {
	Rows, Cols ir.Dim
	K          int
	DType      ir.DType
}

// OpName is Eye.
func (Eye) OpName() string { return "Eye" }

// SubstituteDims replaces symbols in the sizes.
func (o Eye) SubstituteDims(env map[string]ir.Dim) ir.Op {
	o.Rows, o.Cols = o.Rows.Substitute(env), o.Cols.Substitute(env)
	return o
}

// Infer gives the matrix's type.
func (o Eye) Infer(x *ir.Inference) ([]ir.Type, error) {
	if err := want(x, 0, 0); err != nil {
		return nil, err
	}
	if !o.DType.IsFloat() && !o.DType.IsInteger() && o.DType != ir.Bool {
		return nil, unsupported(o.DType)
	}
	return one(ir.TensorType(o.DType, o.Rows, o.Cols))
}

// Eval writes the ones.
func (o Eye) Eval([]*ir.Tensor) ([]*ir.Tensor, error) {
	shape, ok := ir.KnownShape([]ir.Dim{o.Rows, o.Cols})
	if !ok {
		return nil, fmt.Errorf("the shape [%s, %s] is not known", o.Rows, o.Cols)
	}
	out := ir.NewTensor(o.DType, shape...)
	for i := range shape[0] {
		if j := i + o.K; j >= 0 && j < shape[1] {
			out.SetInt(i*shape[1]+j, 1)
		}
	}
	return result(out)
}

// Lower writes the ones.
func (o Eye) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	one := ir.Num(out[0].Type.DType, 1)
	if o.DType == ir.Bool {
		one = ir.Flag(true)
	}
	return call("kernel.Eye", ir.Out(0), ir.Int(o.Cols), ir.IntC(o.K), one)
}

// Trilu keeps, of each matrix, what is on diagonal K and above it, or, unless Upper, below it; the rest is zero.
type Trilu struct {
	Upper bool
	K     ir.Dim
}

// OpName is Trilu.
func (Trilu) OpName() string { return "Trilu" }

// SubstituteDims replaces symbols in the diagonal.
func (o Trilu) SubstituteDims(env map[string]ir.Dim) ir.Op {
	o.K = o.K.Substitute(env)
	return o
}

// Infer keeps the type.
func (o Trilu) Infer(x *ir.Inference) ([]ir.Type, error) {
	if err := wantTensors(x, 1, 1); err != nil {
		return nil, err
	}
	if t := x.Type(0); t.Rank() < 2 {
		return nil, fmt.Errorf("input 0 is %s, want matrices", t)
	}
	return one(x.Type(0))
}

// Eval moves rows.
func (o Trilu) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	t := in[0]
	k, ok := o.K.IsConst()
	if !ok {
		return nil, fmt.Errorf("the diagonal %s is not known", o.K)
	}
	out := ir.NewTensor(t.DType, t.Shape...)
	r := len(t.Shape)
	each(t.Shape, func(i int, at []int) {
		d := int64(at[r-1] - at[r-2])
		if o.Upper && d >= k || !o.Upper && d <= k {
			moveElems(out, i, t, i, 1)
		}
	})
	return result(out)
}

// Lower copies rows in part.
func (o Trilu) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	s := in[0].Type.Shape
	r := len(s)
	return call("kernel.Trilu", ir.Out(0), ir.In(0), ir.Int(s[r-2]), ir.Int(s[r-1]), ir.Int(o.K), ir.Flag(o.Upper))
}

// InPlace says that the result may overwrite the input.
func (Trilu) InPlace() []int { return []int{0} }

// OneHot puts an axis of length Depth at Axis of the indices' shape (input 0): there, the entry that the index names
// is the second of two values (input 1), the others are the first. An index out of range names none.
type OneHot struct {
	Axis  int
	Depth ir.Dim
}

// OpName is OneHot.
func (OneHot) OpName() string { return "OneHot" }

// SubstituteDims replaces symbols in the depth.
func (o OneHot) SubstituteDims(env map[string]ir.Dim) ir.Op {
	o.Depth = o.Depth.Substitute(env)
	return o
}

// Infer adds the axis.
func (o OneHot) Infer(x *ir.Inference) ([]ir.Type, error) {
	if err := wantTensors(x, 2, 2); err != nil {
		return nil, err
	}
	if err := wantDType(x, 0, ir.Int64); err != nil {
		return nil, err
	}
	s := x.Type(0).Shape
	if o.Axis < 0 || o.Axis > len(s) {
		return nil, fmt.Errorf("axis %d out of range for rank %d", o.Axis, len(s)+1)
	}
	if _, err := x.Equal(x.Type(1).Len(), ir.Const(2), "there are two values, off and on"); err != nil {
		return nil, err
	}
	if err := wantSizes(x, []ir.Dim{o.Depth}); err != nil {
		return nil, err
	}
	shape := append(append(append([]ir.Dim{}, s[:o.Axis]...), o.Depth), s[o.Axis:]...)
	return one(ir.TensorType(x.Type(1).DType, shape...))
}

// Eval moves values.
func (o OneHot) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	depth, ok := ir.KnownShape([]ir.Dim{o.Depth})
	if !ok {
		return nil, fmt.Errorf("the depth %s is not known", o.Depth)
	}
	s := in[0].Shape
	inner := ir.NumElements(s[o.Axis:])
	shape := append(append(append([]int{}, s[:o.Axis]...), depth...), s[o.Axis:]...)
	out := ir.NewTensor(in[1].DType, shape...)
	for i := range out.Len() {
		moveElems(out, i, in[1], 0, 1)
	}
	for i := range in[0].Len() {
		if k, err := indexAt(in[0].Int(i), depth[0]); err == nil {
			moveElems(out, (i/inner*depth[0]+k)*inner+i%inner, in[1], 1, 1)
		}
	}
	return result(out)
}

// Lower fills, then puts the ones.
func (o OneHot) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	inner := ir.Product(in[0].Type.Shape[o.Axis:]...)
	return call("kernel.OneHot", ir.Out(0), ir.In(0), ir.In(1), ir.Int(o.Depth), ir.Int(inner))
}
