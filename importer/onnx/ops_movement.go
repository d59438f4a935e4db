package onnx

import (
	"errors"
	"fmt"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

var movementRows = []row{
	{"Transpose", 1, transpose},
	{"Concat", 1, concat},
	{"Gather", 1, gather},
	{"Slice", 1, slice1}, {"Slice", 10, slice},
	{"Split", 1, split},
	{"Expand", 8, expand},
	{"Tile", 1, tile1}, {"Tile", 6, tile},
	{"Where", 9, where},
}

// transpose reverses the axes where perm is absent.
func transpose(n *node) ([]*ir.Value, error) {
	if err := n.arity(1, 1); err != nil {
		return nil, err
	}
	perm := ints(n.integers("perm"))
	if perm == nil {
		rank := n.in[0].Type.Rank()
		for i := range rank {
			perm = append(perm, rank-1-i)
		}
	}
	return n.add(op.Transpose{Perm: perm}, n.in...)
}

// axis reads the attribute axis for a rank.
func (n *node) axis(otherwise int64, rank int) (int, error) {
	v := n.integer("axis", otherwise)
	if n.err != nil {
		return 0, n.err
	}
	return ir.Axis(int(v), rank)
}

// concat reads Concat; its axis was 1 unless said until opset 4.
func concat(n *node) ([]*ir.Value, error) {
	var in []*ir.Value
	for _, v := range n.in {
		if v != nil {
			in = append(in, v)
		}
	}
	if len(in) == 0 {
		return nil, errors.New("no inputs, want at least 1")
	}
	axis, err := n.axis(1, in[0].Type.Rank())
	if err != nil {
		return nil, err
	}
	out, err := n.one(op.Concat{Axis: axis}, in...)
	if err != nil {
		return nil, err
	}
	n.im.join(out, in)
	return []*ir.Value{out}, nil
}

// gather reads Gather.
func gather(n *node) ([]*ir.Value, error) {
	if err := n.arity(2, 2); err != nil {
		return nil, err
	}
	axis, err := n.axis(0, n.in[0].Type.Rank())
	if err != nil {
		return nil, err
	}
	return n.add(op.Gather{Axis: axis}, n.in...)
}

// slice1 reads the form whose bounds are attributes.
func slice1(n *node) ([]*ir.Value, error) {
	if err := n.arity(1, 1); err != nil {
		return nil, err
	}
	starts, ends := n.integers("starts"), n.integers("ends")
	return n.sliced(n.in[0], constDims(starts), constDims(ends), n.integers("axes"), nil)
}

func constDims(v []int64) []ir.Dim { return ir.ConstDims(ints(v)) }

// slice reads the form whose bounds are inputs, known or not.
func slice(n *node) ([]*ir.Value, error) {
	if err := n.arity(3, 5); err != nil {
		return nil, err
	}
	axes, knownAxes := knownOr(n.input(3))
	steps, knownSteps := knownOr(n.input(4))
	x, start, end := n.in[0], n.in[1].Elems, n.in[2].Elems
	if start != nil && end != nil && knownAxes && knownSteps {
		return n.sliced(x, start, end, axes, steps)
	}
	e, err := n.bounds("slice", n.in...)
	if err != nil {
		return nil, err
	}
	r := x.Type.Rank()
	s := op.Slice{Begin: e[:r], Size: e[r : 2*r], Step: make([]ir.Dim, r)}
	for i := range r {
		s.Step[i] = e[2*r+i].Sub(e[3*r+i])
	}
	if knownAxes { // the others stay whole
		touched := make([]bool, r)
		for k, a := range axes {
			if i, err := ir.Axis(int(a), r); err == nil {
				touched[i] = true
				if knownSteps && steps != nil {
					s.Step[i] = ir.Const(steps[k])
				}
			}
		}
		for i := range r {
			if axes != nil && !touched[i] {
				s.Begin[i], s.Size[i], s.Step[i] = ir.Const(0), x.Type.Shape[i], ir.Const(1)
			}
		}
	}
	return n.add(s, x)
}

// knownOr gives an optional input's contents, nil where it is absent; false where it is there and not known.
func knownOr(v *ir.Value) ([]int64, bool) {
	if v == nil {
		return nil, true
	}
	return v.KnownInts()
}

// sliced takes start:end:step along some axes: those named, or the first ones.
func (n *node) sliced(x *ir.Value, start, end []ir.Dim, axes, steps []int64) ([]*ir.Value, error) {
	r := x.Type.Rank()
	if len(start) != len(end) || axes != nil && len(axes) != len(start) || steps != nil && len(steps) != len(start) || axes == nil && len(start) > r {
		return nil, fmt.Errorf("%d starts, %d ends, %d axes and %d steps for rank %d, want as many of each", len(start), len(end), len(axes), len(steps), r)
	}
	s := op.Slice{Begin: make([]ir.Dim, r), Size: append([]ir.Dim{}, x.Type.Shape...), Step: make([]ir.Dim, r)}
	for i := range s.Step {
		s.Step[i] = ir.Const(1)
	}
	for k := range start {
		i, step := k, int64(1)
		if axes != nil {
			a, err := ir.Axis(int(axes[k]), r)
			if err != nil {
				return nil, err
			}
			i = a
		}
		if steps != nil {
			step = steps[k]
		}
		begin, size, err := op.SliceAxis(x.Type.Shape[i], start[k], end[k], step)
		if err != nil {
			return nil, err
		}
		s.Begin[i], s.Size[i], s.Step[i] = begin, size, ir.Const(step)
	}
	return n.add(s, x)
}

// split reads Split: sizes by attribute or input, or else parts as equal as can be.
func split(n *node) ([]*ir.Value, error) {
	if err := n.arity(1, 2); err != nil {
		return nil, err
	}
	x := n.in[0]
	axis, err := n.axis(0, x.Type.Rank())
	if err != nil {
		return nil, err
	}
	var sizes []ir.Dim
	switch {
	case n.has("split"):
		sizes = constDims(n.integers("split"))
	case n.input(1) != nil:
		if sizes, err = n.sizesOf(n.in[1]); err != nil {
			return nil, err
		}
	default:
		return n.splitEvenly(x, axis)
	}
	shape := append([]ir.Dim{}, x.Type.Shape...)
	shape[axis] = ir.Dim{}
	for _, d := range sizes {
		shape[axis] = shape[axis].Add(d)
	}
	if x, err = n.reshaped(x, shape); err != nil { // checks the sum
		return nil, fmt.Errorf("the parts do not add up to axis %d: %w", axis, err)
	}
	at := ir.Dim{}
	var outs []*ir.Value
	for _, d := range sizes {
		v, err := n.part(x, axis, at, d)
		if err != nil {
			return nil, err
		}
		outs, at = append(outs, v), at.Add(d)
	}
	return outs, nil
}

// splitEvenly makes parts of one size, the last of which may be smaller since opset 18.
func (n *node) splitEvenly(x *ir.Value, axis int) ([]*ir.Value, error) {
	length, parts := x.Type.Shape[axis], n.integer("num_outputs", int64(n.outputs))
	if parts < 1 || parts > int64(n.outputs) {
		return nil, fmt.Errorf("%d parts for %d outputs", parts, n.outputs)
	}
	size := length.CeilDiv(ir.Const(parts))
	if n.version < 18 {
		size = length.Div(ir.Const(parts))
		if c, ok := length.IsConst(); ok && c%parts != 0 {
			return nil, fmt.Errorf("axis %d of length %d cannot be split into %d equal parts", axis, c, parts)
		}
	}
	var outs []*ir.Value
	for i := range parts {
		at, d := size.Mul(ir.Const(i)), size
		if !size.Mul(ir.Const(parts)).Equal(length) && n.version >= 18 {
			d = size.Min(length.Sub(at)).Max(ir.Const(0))
			at = at.Min(length)
		}
		v, err := n.part(x, axis, at, d)
		if err != nil {
			return nil, err
		}
		outs = append(outs, v)
	}
	return outs, nil
}

// part takes size entries from at on along an axis.
func (n *node) part(x *ir.Value, axis int, at, size ir.Dim) (*ir.Value, error) {
	r := x.Type.Rank()
	s := op.Slice{Begin: make([]ir.Dim, r), Size: append([]ir.Dim{}, x.Type.Shape...), Step: make([]ir.Dim, r)}
	for i := range s.Step {
		s.Step[i] = ir.Const(1)
	}
	s.Begin[axis], s.Size[axis] = at, size
	return n.one(s, x)
}

// expand reads Expand.
func expand(n *node) ([]*ir.Value, error) {
	if err := n.arity(2, 2); err != nil {
		return nil, err
	}
	shape, err := n.sizesOf(n.in[1])
	if err != nil {
		return nil, err
	}
	return n.add(op.Expand{Shape: shape}, n.in[0])
}

// tile1 reads the form that repeats a single axis.
func tile1(n *node) ([]*ir.Value, error) {
	if err := n.arity(3, 3); err != nil {
		return nil, err
	}
	for i, v := range n.in[1:] {
		var err error
		if n.in[1+i], err = n.wholeNumbers(v); err != nil {
			return nil, err
		}
	}
	axis, err := n.constInts(2, "axis")
	if err != nil {
		return nil, err
	}
	tiles, err := n.sizesOf(n.in[1])
	if err != nil {
		return nil, err
	}
	rank := n.in[0].Type.Rank()
	if len(axis) != 1 || len(tiles) != 1 {
		return nil, fmt.Errorf("%d tiles along %d axes, want one of each", len(tiles), len(axis))
	}
	i, err := ir.Axis(int(axis[0]), rank)
	if err != nil {
		return nil, err
	}
	repeats := ones(rank)
	repeats[i] = tiles[0]
	return n.tiled(n.in[0], repeats)
}

// wholeNumbers gives an input's contents as int64: before opset 6, Tile's counts have the element type of what it repeats.
func (n *node) wholeNumbers(v *ir.Value) (*ir.Value, error) {
	cast := op.Cast{To: ir.Int64}
	if v.Const == nil {
		return n.one(cast, v)
	}
	out, err := cast.Eval([]*ir.Tensor{v.Const})
	if err != nil {
		return nil, err
	}
	return n.Const(v.Name, out[0]), nil
}

func ones(rank int) []ir.Dim {
	out := make([]ir.Dim, rank)
	for i := range out {
		out[i] = ir.Const(1)
	}
	return out
}

// tile reads Tile.
func tile(n *node) ([]*ir.Value, error) {
	if err := n.arity(2, 2); err != nil {
		return nil, err
	}
	repeats, err := n.sizesOf(n.in[1])
	if err != nil {
		return nil, err
	}
	if rank := n.in[0].Type.Rank(); len(repeats) != rank {
		return nil, fmt.Errorf("%d repeats for rank %d", len(repeats), rank)
	}
	return n.tiled(n.in[0], repeats)
}

// tiled repeats a value along each axis: an axis of length 1 before each is expanded.
func (n *node) tiled(x *ir.Value, repeats []ir.Dim) ([]*ir.Value, error) {
	var apart, wide, joined []ir.Dim
	for i, d := range x.Type.Shape {
		apart = append(apart, ir.Const(1), d)
		wide = append(wide, repeats[i], d)
		joined = append(joined, repeats[i].Mul(d))
	}
	v, err := n.reshaped(x, apart)
	if err != nil {
		return nil, err
	}
	if v, err = n.one(op.Expand{Shape: wide}, v); err != nil {
		return nil, err
	}
	return values(n.reshaped(v, joined))
}

// where reads Where.
func where(n *node) ([]*ir.Value, error) { return n.add(op.Where{}, n.in...) }
