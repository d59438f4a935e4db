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
		return call("kernel.Move", ir.Out(0), ir.In(0))
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
		calls = append(calls, o.lowerAxis(t.DType, i, step, o.axis(in, i, n), n, to, from, outer, inner)...)
		from = to
	}
	return calls, nil
}

// axis says for the kernels how axis number i of Axes, whose size in the input is n, is sampled.
func (o Resize) axis(in []*ir.Value, i int, n ir.Dim) ir.Arg {
	number := func(v float64) ir.Arg { return ir.Weights(ir.FromFloats(ir.Float64, []int{1}, []float64{v})) }
	run := func(k, at int) ir.Arg { return ir.In(k).At(ir.Const(int64(at)), ir.Const(1)) }
	has := func(k int) bool { return k < len(in) && in[k] != nil }
	scale, begin, end := ir.Nil(), ir.Nil(), ir.Nil()
	switch {
	case has(1):
		scale = run(1, i)
	case o.scale(i) != 0:
		scale = number(o.scale(i))
	}
	switch {
	case has(2):
		begin, end = run(2, i), run(2, len(o.Axes)+i)
	case o.Crop != nil:
		begin, end = number(o.Crop[i]), number(o.Crop[len(o.Axes)+i])
	}
	return ir.Struct("kernel.ResizeAxis", ir.Int(n), ir.Int(o.Sizes[i]), scale, begin, end)
}

// lowerAxis resizes along axis number i of Axes, whose size in the input is n.
func (o Resize) lowerAxis(d ir.DType, i, step int, axis ir.Arg, n ir.Dim, to, from, outer, inner ir.Arg) []ir.Call {
	size := o.Sizes[i]
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
	case !o.Antialias || o.scale(i) >= 1:
		return ir.Const(2 * s)
	case o.scale(i) > 0:
		return ir.Const(2 * int64(min(math.Ceil(float64(s)/o.scale(i)), maxReach)))
	}
	// by the ratio of the sizes, of which the result's may be half a position more than a scale asks for
	twice := o.Sizes[i].Mul(ir.Const(2)).Sub(ir.Const(1)).Max(ir.Const(1))
	return n.Mul(ir.Const(2 * s)).CeilDiv(twice).Max(ir.Const(s)).Min(ir.Const(maxReach)).Mul(ir.Const(2))
}
