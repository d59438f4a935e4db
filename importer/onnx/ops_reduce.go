package onnx

import (
	"errors"
	"fmt"
	"slices"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

var reduceRows = []row{
	{"ReduceSum", 1, reduce("ReduceSum", axesAttribute)}, {"ReduceSum", 13, reduce("ReduceSum", axesInput)},
	{"ReduceMean", 1, reduce("ReduceMean", axesAttribute)}, {"ReduceMean", 18, reduce("ReduceMean", axesInput)},
	{"ReduceProd", 1, reduce("ReduceProd", axesAttribute)}, {"ReduceProd", 18, reduce("ReduceProd", axesInput)},
	{"ReduceMax", 1, reduce("ReduceMax", axesAttribute)}, {"ReduceMax", 18, reduce("ReduceMax", axesInput)},
	{"ReduceMin", 1, reduce("ReduceMin", axesAttribute)}, {"ReduceMin", 18, reduce("ReduceMin", axesInput)},
	{"ReduceL1", 1, reduce("ReduceL1", axesAttribute)}, {"ReduceL1", 18, reduce("ReduceL1", axesInput)},
	{"ReduceL2", 1, reduce("ReduceL2", axesAttribute)}, {"ReduceL2", 18, reduce("ReduceL2", axesInput)},
	{"ReduceSumSquare", 1, reduce("ReduceSumSquare", axesAttribute)}, {"ReduceSumSquare", 18, reduce("ReduceSumSquare", axesInput)},
	{"ReduceLogSum", 1, reduce("ReduceLogSum", axesAttribute)}, {"ReduceLogSum", 18, reduce("ReduceLogSum", axesInput)},
	{"ReduceLogSumExp", 1, reduce("ReduceLogSumExp", axesAttribute)}, {"ReduceLogSumExp", 18, reduce("ReduceLogSumExp", axesInput)},
	{"ArgMax", 1, arg("ArgMax")}, {"ArgMin", 1, arg("ArgMin")},
	{"TopK", 1, topK1}, {"TopK", 10, topK},
	{"CumSum", 11, cumulative("CumSum")}, {"CumProd", 26, cumulative("CumProd")},
	{"Hardmax", 1, flattened(hardmax)}, {"Hardmax", 13, along(hardmax)},
	{"Det", 11, func(n *node) ([]*ir.Value, error) { return n.add(op.Det{}, n.in...) }},
}

func hardmax(axis int) ir.Op { return op.Hardmax{Axis: axis} }

// axesAttribute reads the axes of a reduction before they became an input; none means all.
func axesAttribute(n *node) ([]int, error) {
	if err := n.arity(1, 1); err != nil {
		return nil, err
	}
	return reducedAxes(n, n.integers("axes"))
}

// axesInput reads the axes of a reduction from input 1; none means all or, by an attribute, none. It gives nil where
// only a run knows them.
func axesInput(n *node) ([]int, error) {
	if err := n.arity(1, 2); err != nil {
		return nil, err
	}
	var axes []int64
	if v := n.input(1); v != nil && !v.Type.Len().Is(0) {
		var known bool
		if axes, known = v.KnownInts(); !known {
			return nil, nil
		}
	}
	if len(axes) == 0 && n.flag("noop_with_empty_axes", false) {
		return []int{}, nil
	}
	return reducedAxes(n, axes)
}

// reducedAxes brings axes into order, counted from the front; none means all.
func reducedAxes(n *node, given []int64) ([]int, error) {
	rank := n.in[0].Type.Rank()
	axes := []int{}
	for _, a := range given {
		if a < -int64(rank) || a >= int64(rank) {
			return nil, fmt.Errorf("axis %d out of range for rank %d", a, rank)
		}
		axes = append(axes, int((a+int64(rank))%int64(rank)))
	}
	if len(given) == 0 {
		for i := range rank {
			axes = append(axes, i)
		}
	}
	slices.Sort(axes)
	return slices.Compact(axes), nil
}

// reduce is the row function of a reduction. Roots and logarithms of integers are computed in float64 and cut.
func reduce(fn string, axes func(*node) ([]int, error)) func(*node) ([]*ir.Value, error) {
	return func(n *node) ([]*ir.Value, error) {
		a, err := axes(n)
		if err != nil {
			return nil, err
		}
		x := n.in[0]
		d := x.Type.DType
		real := d.IsInteger() && (fn == "ReduceL2" || fn == "ReduceLogSum" || fn == "ReduceLogSumExp")
		if real {
			if x, err = n.one(op.Cast{To: ir.Float64}, x); err != nil {
				return nil, err
			}
		}
		if a == nil {
			x, err = n.reduceAtRun(fn, x)
		} else {
			x, err = n.one(op.Reduce{Fn: fn, Axes: a, KeepDims: n.flag("keepdims", true)}, x)
		}
		if real && err == nil {
			x, err = n.one(op.Cast{To: d}, x)
		}
		return values(x, err)
	}
}

// reduceAtRun reduces along axes that only a run knows, input 1; how many they are must be known.
func (n *node) reduceAtRun(fn string, x *ir.Value) (*ir.Value, error) {
	axes := n.in[1]
	chosen, err := n.one(op.Bounds{Fn: "chosen"}, x, axes)
	if err != nil {
		return nil, err
	}
	y, err := n.one(op.Reduce{Fn: fn, KeepDims: true}, x, chosen)
	if err != nil || n.flag("keepdims", true) {
		return y, err
	}
	shape, err := n.bounds("squeeze", y, axes)
	if err != nil {
		return nil, err
	}
	return n.reshaped(y, shape)
}

// arg is the row function of ArgMax and ArgMin.
func arg(fn string) func(*node) ([]*ir.Value, error) {
	return func(n *node) ([]*ir.Value, error) {
		if err := n.arity(1, 1); err != nil {
			return nil, err
		}
		axis, err := ir.Axis(int(n.integer("axis", 0)), n.in[0].Type.Rank())
		if err != nil {
			return nil, err
		}
		return n.add(op.Arg{Fn: fn, Axis: axis, KeepDims: n.flag("keepdims", true), Last: n.flag("select_last_index", false)}, n.in[0])
	}
}

// topK1 reads TopK while the number was an attribute.
func topK1(n *node) ([]*ir.Value, error) {
	if err := n.arity(1, 1); err != nil {
		return nil, err
	}
	if !n.has("k") {
		return nil, errors.New("attribute k is missing")
	}
	return addTopK(n, n.Ints(n.integer("k", 0)))
}

// topK reads TopK of opset 10 on. Results that need not be sorted are sorted all the same.
func topK(n *node) ([]*ir.Value, error) {
	if err := n.arity(2, 2); err != nil {
		return nil, err
	}
	k := n.in[1]
	if len(k.Elems) == 0 {
		var err error
		if k, err = n.one(op.Bounds{Fn: "size"}, k); err != nil {
			return nil, err
		}
	}
	return addTopK(n, k)
}

func addTopK(n *node, k *ir.Value) ([]*ir.Value, error) {
	axis, err := ir.Axis(int(n.integer("axis", -1)), n.in[0].Type.Rank())
	if err != nil {
		return nil, err
	}
	return n.add(op.TopK{Axis: axis, Largest: n.flag("largest", true)}, n.in[0], k)
}

// cumulative is the row function of CumSum and CumProd.
func cumulative(fn string) func(*node) ([]*ir.Value, error) {
	return func(n *node) ([]*ir.Value, error) {
		if err := n.arity(2, 2); err != nil {
			return nil, err
		}
		o := op.Cumulative{Fn: fn, Exclusive: n.flag("exclusive", false), Reverse: n.flag("reverse", false)}
		if t := n.in[1].Type; !t.Len().Is(1) {
			return nil, fmt.Errorf("axis (input 1) is %s, want one number", t)
		}
		given, known := n.in[1].KnownInts()
		if !known {
			chosen, err := n.one(op.Bounds{Fn: "chosen"}, n.in[0], n.in[1])
			if err != nil {
				return nil, err
			}
			return n.add(o, n.in[0], chosen)
		}
		axis, err := ir.Axis(int(given[0]), n.in[0].Type.Rank())
		if err != nil {
			return nil, err
		}
		o.Axis = axis
		return n.add(o, n.in[0])
	}
}
