package op

import (
	"math"

	"github.com/energeticc/energeticc/ir"
)

// Lower makes a table of positions and weights for each axis and applies it, the last axis first: where the result is
// the larger one, most rows are then made by whole-row arithmetic.
func (o Resize) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	t := in[0].Type
	shape := append([]ir.Dim{}, t.Shape...)
	if len(o.Axes) == 0 {
		return call("kernel.Copy", ir.Out(0), ir.In(0))
	}
	order := make([]int, len(o.Axes)) // numbers of Axes, by falling axis
	for i := range order {
		order[i] = i
		for k := i; k > 0 && o.Axes[order[k]] > o.Axes[order[k-1]]; k-- {
			order[k], order[k-1] = order[k-1], order[k]
		}
	}
	var calls []ir.Call
	from := ir.In(0)
	for step, i := range order {
		a := o.Axes[i]
		size, n := o.Sizes[i], shape[a]
		outer, inner := ir.Int(ir.Product(shape[:a]...)), ir.Int(ir.Product(shape[a+1:]...))
		shape[a] = size
		to := ir.Out(0)
		if step < len(order)-1 {
			to = ir.Scratch(3*step, t.DType, ir.Product(shape...))
		}
		calls = append(calls, o.lowerAxis(t.DType, i, step, n, to, from, outer, inner)...)
		from = to
	}
	return calls, nil
}

// lowerAxis resizes along axis number i of Axes, whose size in the input is n.
func (o Resize) lowerAxis(d ir.DType, i, step int, n ir.Dim, to, from, outer, inner ir.Arg) []ir.Call {
	size := o.Sizes[i]
	var begin, end float64
	if o.crops() {
		begin, end = o.Crop[i], o.Crop[len(o.Axes)+i]
	}
	axis := ir.Struct("kernel.ResizeAxis", ir.Int(n), ir.Int(size), ir.Num(ir.Float64, o.Scales[i]), ir.Num(ir.Float64, begin), ir.Num(ir.Float64, end), ir.Flag(o.crops()))
	coord := ir.Func(coordinates[o.Coord].kernel)
	outside := ir.Nil()
	if o.Outside != 0 {
		outside = ir.Weights(ir.FromFloats(d, []int{1}, []float64{o.Outside}))
	}
	if o.Mode == "nearest" {
		index := ir.Scratch(3*step+1, ir.Int64, size)
		return []ir.Call{
			{Kernel: "kernel.ResizeNearest", Args: []ir.Arg{index, axis, coord, ir.Func(roundings[o.Round].kernel)}},
			{Kernel: "kernel.ResizePick", Args: []ir.Arg{to, from, index, outside, outer, ir.Int(n), inner}},
		}
	}
	filter, support := "kernel.LinearFilter", 1
	if o.Mode == "cubic" {
		filter, support = "kernel.CubicFilter", 2
	}
	taps := o.taps(i, support, n)
	index := ir.Scratch(3*step+1, ir.Int64, size.Mul(taps))
	weights := ir.Scratch(3*step+2, d, size.Mul(taps))
	return []ir.Call{
		{Kernel: "kernel.ResizeWeights", Args: []ir.Arg{index, weights, ir.Int(taps), axis, coord, ir.Func(filter), ir.Num(ir.Float64, o.Cubic), ir.Flag(o.Antialias), ir.Flag(o.Exclude)}},
		{Kernel: "kernel.ResizeBlend", Args: []ir.Arg{to, from, index, weights, ir.Int(taps), outside, outer, ir.Int(n), inner}},
	}
}

// taps is how many input positions a position of the result reads along axis number i of Axes.
func (o Resize) taps(i, support int, n ir.Dim) ir.Dim {
	s := int64(support)
	switch {
	case !o.Antialias || o.Scales[i] >= 1:
		return ir.Const(2 * s)
	case o.Scales[i] > 0:
		return ir.Const(2 * int64(math.Ceil(float64(s)/o.Scales[i])))
	}
	return n.Mul(ir.Const(s)).CeilDiv(o.Sizes[i].Max(ir.Const(1))).Max(ir.Const(s)).Mul(ir.Const(2))
}
