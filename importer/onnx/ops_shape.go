package onnx

import (
	"errors"
	"fmt"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

var shapeRows = []row{
	{"Identity", 1, identity},
	{"Reshape", 1, reshape1}, {"Reshape", 5, reshape},
	{"Shape", 1, shapeOf}, {"Size", 1, sizeOf},
	{"Squeeze", 1, squeeze}, {"Unsqueeze", 1, unsqueeze}, {"Flatten", 1, flatten},
}

// identity passes its input on.
func identity(n *node) ([]*ir.Value, error) {
	if err := n.arity(1, 1); err != nil {
		return nil, err
	}
	return n.add(op.Identity{}, n.in...)
}

// reshaped gives a value another shape.
func (n *node) reshaped(v *ir.Value, shape []ir.Dim) (*ir.Value, error) {
	if shape == nil {
		shape = []ir.Dim{}
	}
	return n.one(op.Reshape{Shape: shape}, v)
}

// axesOf reads axes that were an attribute before they became an optional input; nil where there are none.
func (n *node) axesOf(input int) ([]int64, error) {
	if n.has("axes") {
		return n.integers("axes"), n.err
	}
	if n.input(input) == nil {
		return nil, nil
	}
	axes, err := n.constInts(input, "axes")
	if axes == nil && err == nil {
		axes = []int64{}
	}
	return axes, err
}

// bounds computes sizes from inputs that only a run knows.
func (n *node) bounds(fn string, in ...*ir.Value) ([]ir.Dim, error) {
	v, err := n.one(op.Bounds{Fn: fn, Zero: n.flag("allowzero", false)}, in...)
	if err != nil {
		return nil, err
	}
	return v.Elems, nil
}

// sizesOf gives what is known of a tensor of sizes, or makes a run read them: of a joined vector only the parts that
// are not known.
func (n *node) sizesOf(v *ir.Value) ([]ir.Dim, error) {
	if v.Elems != nil {
		return v.Elems, nil
	}
	parts := n.im.joined[v]
	if parts == nil {
		return n.bounds("size", v)
	}
	var all []ir.Dim
	for _, p := range parts {
		sizes := p.Elems
		if sizes == nil {
			var err error
			if sizes, err = n.bounds("size", p); err != nil {
				return nil, err
			}
		}
		all = append(all, sizes...)
	}
	return all, nil
}

// maxJoined bounds the vectors that are remembered by their parts: no shape has more sizes.
const maxJoined = 64

// join remembers of what parts a vector of integers consists, each of which is no such vector itself.
func (im *importer) join(v *ir.Value, from []*ir.Value) {
	n, ok := v.Type.Len().IsConst()
	if v.Elems != nil || v.Type.Rank() != 1 || !v.Type.DType.IsInteger() || !ok || n > maxJoined {
		return
	}
	var parts []*ir.Value
	for _, p := range from {
		switch inner := im.joined[p]; {
		case p.Type.Len().Is(0):
		case inner != nil:
			parts = append(parts, inner...)
		default:
			parts = append(parts, p)
		}
	}
	im.joined[v] = parts
}

// reshapedAtRun gives a value a shape that only a run knows.
func (n *node) reshapedAtRun(fn string, v, by *ir.Value) ([]*ir.Value, error) {
	shape, err := n.bounds(fn, v, by)
	if err != nil {
		return nil, err
	}
	return values(n.reshaped(v, shape))
}

// reshape1 reads the form whose shape is an attribute.
func reshape1(n *node) ([]*ir.Value, error) {
	if err := n.arity(1, 1); err != nil {
		return nil, err
	}
	var spelled []ir.Dim
	for _, v := range n.integers("shape") {
		spelled = append(spelled, ir.Const(v))
	}
	shape, err := reshapeDims(n.in[0].Type.Shape, spelled, false)
	if err != nil {
		return nil, err
	}
	return values(n.reshaped(n.in[0], shape))
}

// reshape reads the form whose shape is an input.
func reshape(n *node) ([]*ir.Value, error) {
	if err := n.arity(2, 2); err != nil {
		return nil, err
	}
	zero := n.flag("allowzero", false)
	spelled := n.in[1].Elems
	if spelled == nil {
		return n.reshapedAtRun("reshape", n.in[0], n.in[1])
	}
	if n.in[1].Type.Rank() != 1 {
		return nil, fmt.Errorf("the shape is %s, want a vector", n.in[1].Type)
	}
	shape, err := reshapeDims(n.in[0].Type.Shape, spelled, zero)
	if err != nil {
		return nil, err
	}
	return values(n.reshaped(n.in[0], shape))
}

// reshapeDims reads a shape as Reshape spells it: -1 is what is left, and 0, unless zero, the input's own size.
func reshapeDims(from, spelled []ir.Dim, zero bool) ([]ir.Dim, error) {
	shape := append([]ir.Dim{}, spelled...)
	rest := -1
	for i, d := range shape {
		switch {
		case d.Is(-1) && rest >= 0:
			return nil, fmt.Errorf("shape %s has more than one -1", ir.ShapeString(spelled))
		case d.Is(-1):
			rest = i
			shape[i] = ir.Const(1)
		case d.Is(0) && !zero && i >= len(from):
			return nil, fmt.Errorf("shape %s has a 0 at %d, but the input has rank %d", ir.ShapeString(spelled), i, len(from))
		case d.Is(0) && !zero:
			shape[i] = from[i]
		}
	}
	if rest < 0 {
		return shape, nil
	}
	known := ir.Product(shape...)
	if known.Is(0) {
		return nil, fmt.Errorf("shape %s: -1 beside a size of 0 is undetermined", ir.ShapeString(spelled))
	}
	shape[rest] = ir.Product(from...).Div(known)
	return shape, nil
}

// shapeOf reads Shape: sizes, or a run of them since opset 15.
func shapeOf(n *node) ([]*ir.Value, error) {
	if err := n.arity(1, 1); err != nil {
		return nil, err
	}
	t := n.in[0].Type
	if !t.IsTensor() {
		return nil, fmt.Errorf("the input is %s, want a tensor", t)
	}
	rank := int64(t.Rank())
	bound := func(name string, otherwise int64) int64 {
		v := n.integer(name, otherwise)
		if v < 0 {
			v += rank
		}
		return min(max(v, 0), rank)
	}
	start, end := bound("start", 0), bound("end", rank)
	sizes := append([]ir.Dim{}, t.Shape[start:max(start, end)]...)
	return n.add(op.Sizes{Values: sizes, DType: ir.Int64, Shape: []int{len(sizes)}})
}

// sizeOf reads Size: the number of elements.
func sizeOf(n *node) ([]*ir.Value, error) {
	if err := n.arity(1, 1); err != nil {
		return nil, err
	}
	t := n.in[0].Type
	if !t.IsTensor() {
		return nil, fmt.Errorf("the input is %s, want a tensor", t)
	}
	return n.add(op.Sizes{Values: []ir.Dim{t.Len()}, DType: ir.Int64})
}

// squeeze removes axes of length 1: those named, or else all that are known to have it.
func squeeze(n *node) ([]*ir.Value, error) {
	if err := n.arity(1, 2); err != nil {
		return nil, err
	}
	if _, known := n.input(1).KnownInts(); n.input(1) != nil && !known {
		return n.reshapedAtRun("squeeze", n.in[0], n.in[1])
	}
	axes, err := n.axesOf(1)
	if err != nil {
		return nil, err
	}
	t := n.in[0].Type
	drop := make([]bool, t.Rank())
	for _, a := range axes {
		i, err := ir.Axis(int(a), t.Rank())
		if err != nil {
			return nil, err
		}
		if c, ok := t.Shape[i].IsConst(); ok && c != 1 {
			return nil, fmt.Errorf("axis %d of %s has length %d, want 1", i, t, c)
		}
		drop[i] = true
	}
	var shape []ir.Dim
	for i, d := range t.Shape {
		if !drop[i] && (axes != nil || !d.Is(1)) {
			shape = append(shape, d)
		}
	}
	return values(n.reshaped(n.in[0], shape))
}

// unsqueeze puts axes of length 1 where the output has them.
func unsqueeze(n *node) ([]*ir.Value, error) {
	if err := n.arity(1, 2); err != nil {
		return nil, err
	}
	if _, known := n.input(1).KnownInts(); n.input(1) != nil && !known {
		return n.reshapedAtRun("unsqueeze", n.in[0], n.in[1])
	}
	axes, err := n.axesOf(1)
	if err != nil {
		return nil, err
	}
	if axes == nil {
		return nil, errors.New("axes are missing")
	}
	t := n.in[0].Type
	rank := t.Rank() + len(axes)
	shape := make([]ir.Dim, rank)
	added := make([]bool, rank)
	for _, a := range axes {
		i, err := ir.Axis(int(a), rank)
		if err != nil {
			return nil, err
		}
		if added[i] {
			return nil, fmt.Errorf("axis %d stands twice in axes", i)
		}
		shape[i], added[i] = ir.Const(1), true
	}
	k := 0
	for i := range shape {
		if !added[i] {
			shape[i] = t.Shape[k]
			k++
		}
	}
	return values(n.reshaped(n.in[0], shape))
}

// flatten makes a matrix, split before an axis that may be the rank.
func flatten(n *node) ([]*ir.Value, error) {
	if err := n.arity(1, 1); err != nil {
		return nil, err
	}
	s := n.in[0].Type.Shape
	axis := n.integer("axis", 1)
	if axis < 0 {
		axis += int64(len(s))
	}
	if axis < 0 || axis > int64(len(s)) {
		return nil, fmt.Errorf("axis %d out of range for rank %d", n.integer("axis", 1), len(s))
	}
	return values(n.reshaped(n.in[0], []ir.Dim{ir.Product(s[:axis]...), ir.Product(s[axis:]...)}))
}
