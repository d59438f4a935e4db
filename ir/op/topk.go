package op

import (
	"errors"
	"fmt"
	"slices"

	"github.com/energeticc/energeticc/ir"
)

// TopK gives the largest or smallest elements along Axis, best first, and their positions as int64; of equals the
// first comes first, and NaN counts as larger than all. Input 1 is their number, one integer whose value is known as a
// size.
type TopK struct {
	Axis    int
	Largest bool
}

// OpName is TopK.
func (TopK) OpName() string { return "TopK" }

// Infer makes the axis as long as input 1 says.
func (o TopK) Infer(x *ir.Inference) ([]ir.Type, error) {
	if err := wantTensors(x, 2, 2); err != nil {
		return nil, err
	}
	if err := wantDType(x, 0, number...); err != nil {
		return nil, err
	}
	t := x.Type(0)
	if err := wantAxis(t, o.Axis); err != nil {
		return nil, err
	}
	k := x.Elems(1)
	if len(k) != 1 {
		return nil, fmt.Errorf("the number of elements (input 1) is %s, want one integer known as a size", x.Type(1))
	}
	if lo, hi := t.Shape[o.Axis].Sub(k[0]).Bounds(x.Ranges()); hi < 0 || lo == hi && lo < 0 {
		return nil, fmt.Errorf("%s elements of an axis of length %s", k[0], t.Shape[o.Axis])
	}
	if c, ok := k[0].IsConst(); ok && c < 0 {
		return nil, fmt.Errorf("%d elements, want at least 0", c)
	}
	shape := slices.Clone(t.Shape)
	shape[o.Axis] = k[0]
	return []ir.Type{ir.TensorType(t.DType, shape...), ir.TensorType(ir.Int64, shape...)}, nil
}

// Eval sorts each line.
func (o TopK) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	x, k := in[0], in[1].Int(0)
	if k < 0 || k > int64(x.Shape[o.Axis]) {
		return nil, fmt.Errorf("%d elements of an axis of length %d", k, x.Shape[o.Axis])
	}
	shape := slices.Clone(x.Shape)
	shape[o.Axis] = int(k)
	values, positions := ir.NewTensor(x.DType, shape...), ir.NewTensor(ir.Int64, shape...)
	eachLine(x.Shape, o.Axis, func(line, first, stride, n int) {
		best := make([]int, n)
		for i := range best {
			best[i] = i
		}
		slices.SortStableFunc(best, func(i, j int) int {
			c := compare(x, first+i*stride, first+j*stride)
			if o.Largest {
				return -c
			}
			return c
		})
		at := line/stride*int(k)*stride + line%stride
		for r, p := range best[:k] {
			copyElem(values, at+r*stride, x, first+p*stride)
			positions.SetInt(at+r*stride, int64(p))
		}
	})
	return []*ir.Tensor{values, positions}, nil
}

// Lower calls the kernel over [outer, n, inner].
func (o TopK) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	outer, n, inner := threeAxes(in[0].Type.Shape, o.Axis)
	k := out[0].Type.Shape[o.Axis]
	var calls []ir.Call
	if slack, _ := n.Sub(k).Bounds(nil); slack < 0 {
		calls = append(calls, ir.Call{
			Kernel: "kernel.TopKFits",
			Args:   []ir.Arg{ir.Int(k), ir.Int(n)},
			Fault:  &ir.Fault{Text: "more elements are asked for than the axis has", Arg: -1},
		})
	}
	return append(calls, ir.Call{Kernel: "kernel.TopK", Args: []ir.Arg{
		ir.Out(0), ir.Out(1), ir.In(0), ir.Scratch(0, ir.Int64, k),
		ir.Int(outer), ir.Int(n), ir.Int(inner), ir.Int(k), ir.Flag(o.Largest),
	}}), nil
}

var errEmptyAxis = errors.New("the axis is empty, so that no element is the first")

// wantAxis checks an axis that counts from the front.
func wantAxis(t ir.Type, axis int) error {
	if axis < 0 || axis >= t.Rank() {
		return fmt.Errorf("axis %d out of range for rank %d", axis, t.Rank())
	}
	return nil
}

// threeAxes joins the axes before and behind one.
func threeAxes(shape []ir.Dim, axis int) (outer, n, inner ir.Dim) {
	return ir.Product(shape[:axis]...), shape[axis], ir.Product(shape[axis+1:]...)
}

// eachLine visits the lines along an axis: line counts them, first is where a line's first element is, and its n
// elements lie stride apart.
func eachLine(shape []int, axis int, visit func(line, first, stride, n int)) {
	n, stride := shape[axis], ir.NumElements(shape[axis+1:])
	for line := range ir.NumElements(shape[:axis]) * stride {
		visit(line, line/stride*n*stride+line%stride, stride, n)
	}
}

// compare orders two elements of a tensor of numbers: -1, 0 or 1. NaN comes after all, and is equal to NaN.
func compare(t *ir.Tensor, i, j int) int {
	if t.DType.IsFloat() {
		a, b := t.Float(i), t.Float(j)
		if a != a || b != b {
			return int(truth(a != a) - truth(b != b))
		}
		return order(a, b)
	}
	if t.DType.Kind() == ir.KindUint {
		return order(uint64(t.Int(i)), uint64(t.Int(j)))
	}
	return order(t.Int(i), t.Int(j))
}

func order[T int64 | uint64 | float64](a, b T) int { return int(truth(a > b) - truth(a < b)) }

func eitherNaN(t *ir.Tensor, i, j int) bool {
	a, b := t.Float(i), t.Float(j)
	return a != a || b != b
}
