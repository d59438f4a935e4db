package tfjs

import (
	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

var sortRows = []row{
	{"TopKV2", topK}, {"Unique", unique}, {"UniqueV2", unique}, {"LowerBound", bound("Less")}, {"UpperBound", bound("LessOrEqual")},
}

// topK gives the largest entries along the last axis, best first, sorted or not.
func topK(n *node) []*ir.Value {
	x := n.tensor(0, 1, anyRank)
	k := n.sizesOf(n.reshape(n.tensor(1, 0, 1), ir.Const(1)))
	if n.err != nil {
		return nil
	}
	count := n.do(op.Sizes{Values: k[:1], DType: ir.Int64, Shape: []int{1}})
	outs := n.all(op.TopK{Axis: x.Type.Rank() - 1, Largest: true}, n.integral(x), count)
	if n.err != nil {
		return nil
	}
	return []*ir.Value{n.cast(outs[0], x.Type.DType), n.cast(outs[1], ir.Int32)}
}

// unique gives the distinct entries along an axis in the order of their first occurrence, and which each entry is.
func unique(n *node) []*ir.Value {
	x := n.tensor(0, 1, anyRank)
	axis := 0
	if len(n.in) > 1 && !n.in[1].Type.Len().Is(0) {
		axis = n.axis(1, x.Type.Rank())
	}
	d := x.Type.DType
	outs := n.all(op.Unique{Axis: axis}, n.integral(x))
	if n.err != nil {
		return nil
	}
	return []*ir.Value{n.cast(outs[0], d), n.cast(outs[2], ir.Int32)}
}

// bound is the row function of LowerBound and UpperBound: how many entries of each sorted row come before each value.
func bound(fn string) func(*node) []*ir.Value {
	return func(n *node) []*ir.Value {
		row, v := n.matched(n.tensor(0, 2, 2), n.tensor(1, 2, 2))
		if n.err != nil {
			return nil
		}
		s, t := row.Type.Shape, v.Type.Shape
		row, v = n.reshape(row, s[0], ir.Const(1), s[1]), n.reshape(v, t[0], t[1], ir.Const(1))
		before := n.cast(n.binary(fn, row, v), ir.Int32)
		return one(n.do(op.Reduce{Fn: "ReduceSum", Axes: []int{2}}, before))
	}
}
