package tfjs

import (
	"math"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

var sliceRows = []row{{"Slice", sliceOf}, {"StridedSlice", stridedSlice}, {"ReverseV2", reverseV2}, {"Reverse", reverse}}

// sliceOf reads Slice: a size of -1 is all that is left.
func sliceOf(n *node) []*ir.Value {
	x := n.tensor(0, 1, anyRank)
	begin, size := n.sizes(1), n.signed(n.arg(2))
	if n.err != nil {
		return nil
	}
	s := whole(x)
	if len(begin) != len(s.Begin) || len(size) != len(s.Begin) {
		n.fail("%d begins and %d sizes for %s, want one of each for every axis", len(begin), len(size), x.Type)
		return nil
	}
	for i, d := range x.Type.Shape {
		s.Begin[i], s.Size[i] = begin[i], size[i]
		if c, ok := size[i].IsConst(); ok && c < 0 {
			s.Size[i] = d.Sub(begin[i])
		}
	}
	return one(n.do(s, x))
}

// spec is what a strided slice says of one place of its begin, end and strides.
type spec struct {
	axis      int // of x; -1 for a new axis
	at        int // the place, -1 for an axis that the ellipsis stands for
	shrink    bool
	fromBegin bool // begin does not count
	toEnd     bool // end does not count
}

// stridedSlice reads StridedSlice with all its masks.
func stridedSlice(n *node) []*ir.Value {
	x := n.tensor(0, 0, anyRank)
	begin, end := n.tensor(1, 1, 1), n.tensor(2, 1, 1)
	strides := n.ints(3, "strides")
	specs := n.sliceSpecs(x.Type.Rank(), len(strides))
	if n.err != nil {
		return nil
	}
	s := whole(x)
	picks := map[int]*ir.Value{} // axes of which one entry is taken that only a run knows
	for _, p := range specs {
		if p.axis < 0 || p.at < 0 || n.err != nil {
			continue
		}
		if p.shrink {
			n.shrunk(&s, x, begin, p, picks)
			continue
		}
		n.sliced(&s, x, begin, end, p, strides[p.at])
	}
	if n.err != nil {
		return nil
	}
	y := n.do(s, x)
	var shape []ir.Dim
	for _, p := range specs {
		if v := picks[p.axis]; v != nil && p.shrink {
			y = n.gather(y, v, p.axis)
		}
	}
	for _, p := range specs {
		switch {
		case n.err != nil:
			return nil
		case p.axis < 0:
			shape = append(shape, ir.Const(1))
		case !p.shrink:
			shape = append(shape, y.Type.Shape[p.axis])
		}
	}
	return one(n.reshape(y, shape...))
}

// sliceSpecs says what each of count places means for a tensor of a rank, in the order of the result's axes.
func (n *node) sliceSpecs(rank, count int) []spec {
	mask := func(name string, i int) bool { return int64(n.value(name, 0))>>i&1 != 0 }
	var specs []spec
	used, ellipsis := 0, -1
	for i := range count {
		switch {
		case mask("ellipsis_mask", i) && ellipsis < 0:
			ellipsis = i
		case mask("ellipsis_mask", i):
			n.fail("more than one ellipsis in a slice")
		case !mask("new_axis_mask", i):
			used++
		}
	}
	if used > rank {
		n.fail("%d begins for a tensor of rank %d", used, rank)
	}
	if ellipsis < 0 {
		ellipsis = count
	}
	axis := 0
	for i := range count + 1 {
		switch {
		case i == ellipsis:
			for range rank - used {
				specs = append(specs, spec{axis: axis, at: -1})
				axis++
			}
		case i == count:
		case mask("new_axis_mask", i):
			specs = append(specs, spec{axis: -1})
		default:
			specs = append(specs, spec{axis, i, mask("shrink_axis_mask", i), mask("begin_mask", i), mask("end_mask", i)})
			axis++
		}
	}
	return specs
}

// shrunk takes one entry of an axis, which the result does not have.
func (n *node) shrunk(s *op.Slice, x, begin *ir.Value, p spec, picks map[int]*ir.Value) {
	size := x.Type.Shape[p.axis]
	length, known := size.IsConst()
	if begin.Elems != nil && known {
		if at, ok := begin.Elems[p.at].IsConst(); ok {
			if at < 0 {
				at += length
			}
			if at < 0 || at >= length {
				n.fail("slice index %s of dimension %d out of bounds", begin.Elems[p.at], p.axis)
			}
			s.Begin[p.axis], s.Size[p.axis] = ir.Const(at), ir.Const(1)
			return
		}
	}
	picks[p.axis] = n.part(begin, 0, ir.Const(int64(p.at)), ir.Const(1))
}

// sliced takes a range of an axis.
func (n *node) sliced(s *op.Slice, x, begin, end *ir.Value, p spec, stride int64) {
	if stride == 0 {
		n.fail("strides[%d] is 0", p.at)
		return
	}
	size := x.Type.Shape[p.axis]
	if (p.fromBegin || begin.Elems != nil) && (p.toEnd || end.Elems != nil) {
		from, to := openEnds(stride)
		if !p.fromBegin {
			from = begin.Elems[p.at]
		}
		if !p.toEnd {
			to = end.Elems[p.at]
		}
		var err error
		s.Begin[p.axis], s.Size[p.axis], err = op.SliceAxis(size, from, to, stride)
		s.Step[p.axis] = ir.Const(stride)
		n.check(err)
		return
	}
	bound := func(v *ir.Value, open bool, otherwise ir.Dim) *ir.Value {
		if open {
			c, _ := otherwise.IsConst()
			return n.vector(c)
		}
		return n.cast(n.part(v, 0, ir.Const(int64(p.at)), ir.Const(1)), ir.Int64)
	}
	from, to := openEnds(stride)
	e := n.do(op.Bounds{Fn: "slice"}, x, bound(begin, p.fromBegin, from), bound(end, p.toEnd, to), n.vector(int64(p.axis)), n.vector(stride)).Elems
	if n.err == nil {
		s.Begin[p.axis], s.Size[p.axis], s.Step[p.axis] = e[p.axis], e[x.Type.Rank()+p.axis], ir.Const(stride)
	}
}

// openEnds are the bounds of a slice that has none.
func openEnds(stride int64) (from, to ir.Dim) {
	if stride < 0 {
		return ir.Const(math.MaxInt32), ir.Const(math.MinInt32)
	}
	return ir.Const(0), ir.Const(math.MaxInt32)
}

func reverseV2(n *node) []*ir.Value {
	x := n.tensor(0, 0, anyRank)
	reversed := make([]bool, x.Type.Rank())
	for _, a := range n.ints(1, "axes") {
		if i := n.axisAt(a, len(reversed)); n.err == nil {
			reversed[i] = true
		}
	}
	return one(n.reversed(x, reversed))
}

// reverse reads Reverse, which has a truth value for each axis.
func reverse(n *node) []*ir.Value {
	x, dims := n.tensor(0, 0, anyRank), n.ints(1, "dims")
	reversed := make([]bool, x.Type.Rank())
	for i, d := range dims {
		if i < len(reversed) {
			reversed[i] = d != 0
		}
	}
	return one(n.reversed(x, reversed))
}

func (n *node) reversed(x *ir.Value, axes []bool) *ir.Value {
	if n.err != nil {
		return hole()
	}
	s := whole(x)
	for i, is := range axes {
		if is {
			s.Begin[i], s.Step[i] = x.Type.Shape[i].Sub(ir.Const(1)), ir.Const(-1)
		}
	}
	return n.do(s, x)
}
