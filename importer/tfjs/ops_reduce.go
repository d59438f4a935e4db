package tfjs

import (
	"slices"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

var reduceRows = []row{
	{"Sum", reduce("ReduceSum")}, {"Prod", reduce("ReduceProd")}, {"Max", reduce("ReduceMax")}, {"Min", reduce("ReduceMin")},
	{"All", reduceBool("ReduceMin")}, {"Any", reduceBool("ReduceMax")}, {"Mean", mean}, {"EuclideanNorm", euclideanNorm},
	{"ArgMax", arg("ArgMax")}, {"ArgMin", arg("ArgMin")},
	{"Cumsum", cumulative("CumSum")}, {"Cumprod", cumulative("CumProd")},
	{"Bincount", bincount}, {"DenseBincount", bincount},
}

// axes reads the axes of a reduction, input 1, in order and counted from the front. An empty list is none.
func (n *node) axes(rank int) []int {
	axes := []int{}
	for _, a := range n.ints(1, "axes") {
		axes = append(axes, n.axisAt(a, rank))
	}
	slices.Sort(axes)
	return slices.Compact(axes)
}

// folded reduces a value along the axes that input 1 names.
func (n *node) folded(fn string, x *ir.Value) *ir.Value {
	axes := n.axes(x.Type.Rank())
	o := op.Reduce{Fn: fn, Axes: axes, KeepDims: n.flag("keep_dims")}
	t := n.twin(x)
	if t == nil || n.err != nil {
		return n.do(o, x)
	}
	perm := firstPerm(x.Type.Rank()) // place i of the twin is axis perm[i]
	o.Axes = []int{}
	for i, a := range perm {
		if slices.Contains(axes, a) {
			o.Axes = append(o.Axes, i)
		}
	}
	y := n.do(o, t)
	switch {
	case o.KeepDims:
		return n.channelsLast(y)
	case slices.Equal(axes, identityPerm(len(perm))[1:len(perm)-1]): // all but batch and channels: no layout is left
		return y
	}
	return n.do(op.Reduce{Fn: fn, Axes: axes, KeepDims: false}, x)
}

// reduce is the row function of a reduction of numbers; truth values count as integers.
func reduce(fn string) func(*node) []*ir.Value {
	return func(n *node) []*ir.Value { return one(n.folded(fn, n.integral(n.tensor(0, 0, anyRank)))) }
}

// reduceBool is the row function of a reduction of truth values.
func reduceBool(fn string) func(*node) []*ir.Value {
	return func(n *node) []*ir.Value { return one(n.folded(fn, n.cast(n.tensor(0, 0, anyRank), ir.Bool))) }
}

// mean is a float of integers too, and that of nothing is 0.
func mean(n *node) []*ir.Value {
	x := n.float(n.tensor(0, 0, anyRank))
	count := ir.Const(1)
	for _, a := range n.axes(x.Type.Rank()) {
		if n.err == nil {
			count = count.Mul(x.Type.Shape[a])
		}
	}
	if c, ok := count.IsConst(); ok && c > 0 {
		return one(n.folded("ReduceMean", x))
	}
	size := n.cast(n.do(op.Sizes{Values: []ir.Dim{count.Max(ir.Const(1))}, DType: ir.Int64}), ir.Float32)
	return one(n.binary("Div", n.folded("ReduceSum", x), size))
}

func euclideanNorm(n *node) []*ir.Value {
	return one(n.folded("ReduceL2", n.float(n.tensor(0, 0, anyRank))))
}

// arg is the row function of ArgMax and ArgMin.
func arg(fn string) func(*node) []*ir.Value {
	return func(n *node) []*ir.Value {
		x := n.integral(n.tensor(0, 1, anyRank))
		o := op.Arg{Fn: fn}
		if len(n.in) > 1 {
			o.Axis = n.axis(1, x.Type.Rank())
		}
		return one(n.cast(n.do(o, x), ir.Int32))
	}
}

// cumulative is the row function of running sums and products.
func cumulative(fn string) func(*node) []*ir.Value {
	return func(n *node) []*ir.Value {
		x := n.integral(n.tensor(0, 0, anyRank))
		o := op.Cumulative{Fn: fn, Exclusive: n.flag("exclusive"), Reverse: n.flag("reverse")}
		o.Axis = n.axis(1, x.Type.Rank())
		return one(n.do(o, x))
	}
}

// bincount counts how often each number below size occurs, in each row of a matrix; with weights it adds these up. What
// is too large falls into a place of its own, which is cut off.
func bincount(n *node) []*ir.Value {
	x, size := n.tensor(0, 0, 2), n.integer(1, "size")
	weights := n.tensor(2, 0, 2)
	if n.err != nil {
		return nil
	}
	if size < 0 {
		n.fail("size (input 1) is %d, want at least 0", size)
	}
	return one(n.counted(x, weights, size, n.flag("binary_output")))
}

// counted counts numbers below size, or with weights adds these up.
func (n *node) counted(x, weights *ir.Value, size int64, binary bool) *ir.Value {
	if n.err != nil {
		return hole()
	}
	d := weights.Type.DType
	if weights.Type.Len().Is(0) {
		weights = n.do(op.Expand{Shape: x.Type.Shape}, n.constant(d, 1))
	}
	axis := max(x.Type.Rank()-1, 0)
	if x.Type.Rank() == 0 {
		x, weights = n.reshape(x, ir.Const(1)), n.reshape(weights, ir.Const(1))
	}
	x = n.binary("Min", x, n.constant(ir.Int32, float64(size)))
	if n.err != nil {
		return hole()
	}
	bins := append([]ir.Dim{}, x.Type.Shape[:axis]...)
	zeros := n.do(op.Expand{Shape: append(bins, ir.Const(size+1))}, n.constant(d, 0))
	reduction := "Add"
	if binary {
		weights, reduction = n.do(op.Expand{Shape: x.Type.Shape}, n.constant(d, 1)), ""
	}
	counts := n.do(op.ScatterElements{Axis: axis, Reduction: reduction}, zeros, x, weights)
	return n.part(counts, axis, ir.Const(0), ir.Const(size))
}
