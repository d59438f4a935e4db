package onnx

import (
	"fmt"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

var padRows = []row{
	{"Pad", 1, pad}, {"Pad", 11, pad11},
	{"DepthToSpace", 1, depthToSpace}, {"SpaceToDepth", 1, spaceToDepth},
}

// pad reads the forms whose pads are attributes.
func pad(n *node) ([]*ir.Value, error) {
	if err := n.arity(1, 1); err != nil {
		return nil, err
	}
	name := "pads"
	if n.version < 2 {
		name = "paddings"
	}
	x := n.in[0]
	value := n.Const("value", ir.Scalar(x.Type.DType, n.float("value", 0)))
	return n.padded(x, constDims(n.integers(name)), nil, value)
}

// pad11 reads the form whose pads are an input.
func pad11(n *node) ([]*ir.Value, error) {
	if err := n.arity(2, 4); err != nil {
		return nil, err
	}
	axes, known := knownOr(n.input(3))
	pads := n.in[1].Elems
	if pads == nil || !known {
		e, err := n.bounds("pad", n.in[0], n.in[1], n.input(3))
		if err != nil {
			return nil, err
		}
		shape := n.in[0].Type.Shape
		r := len(shape)
		pads, axes = make([]ir.Dim, 2*r), nil
		for i, d := range shape {
			before, size := e[i].Sub(e[r+i]), e[2*r+i]
			pads[i], pads[r+i] = before, size.Sub(d).Sub(before)
		}
	}
	return n.padded(n.in[0], pads, axes, n.input(2))
}

// padded pads some axes: those named, or all.
func (n *node) padded(x *ir.Value, pads []ir.Dim, axes []int64, value *ir.Value) ([]*ir.Value, error) {
	mode := n.oneOf("mode", "constant", "reflect", "edge", "wrap")
	if mode != "constant" {
		value = nil
	}
	r := x.Type.Rank()
	p := op.Pad{Mode: mode, Before: make([]ir.Dim, r), After: make([]ir.Dim, r)}
	if axes == nil {
		for i := range r {
			axes = append(axes, int64(i))
		}
	}
	if len(pads) != 2*len(axes) {
		return nil, fmt.Errorf("%d pads for %d axes, want two for each", len(pads), len(axes))
	}
	for k, a := range axes {
		i, err := ir.Axis(int(a), r)
		if err != nil {
			return nil, err
		}
		p.Before[i], p.After[i] = pads[k], pads[len(axes)+k]
	}
	return n.add(p, x, value)
}

// depthToSpace moves blocks of channels into blocks of pixels.
func depthToSpace(n *node) ([]*ir.Value, error) {
	size, shape, err := n.blocks()
	if err != nil {
		return nil, err
	}
	b, c, h, w := shape[0], shape[1].Div(size.Mul(size)), shape[2], shape[3]
	apart, perm := []ir.Dim{b, size, size, c, h, w}, []int{0, 3, 4, 1, 5, 2}
	if n.oneOf("mode", "DCR", "CRD") == "CRD" {
		apart, perm = []ir.Dim{b, c, size, size, h, w}, []int{0, 1, 4, 2, 5, 3}
	}
	return n.rearranged(apart, perm, []ir.Dim{b, c, h.Mul(size), w.Mul(size)})
}

// spaceToDepth moves blocks of pixels into blocks of channels.
func spaceToDepth(n *node) ([]*ir.Value, error) {
	size, shape, err := n.blocks()
	if err != nil {
		return nil, err
	}
	b, c, h, w := shape[0], shape[1], shape[2].Div(size), shape[3].Div(size)
	perm := []int{0, 3, 5, 1, 2, 4}
	if n.oneOf("mode", "DCR", "CRD") == "CRD" {
		perm = []int{0, 1, 3, 5, 2, 4}
	}
	return n.rearranged([]ir.Dim{b, c, h, size, w, size}, perm, []ir.Dim{b, c.Mul(size).Mul(size), h, w})
}

// blocks reads the side of a block and the shape of an image.
func (n *node) blocks() (ir.Dim, []ir.Dim, error) {
	if err := n.arity(1, 1); err != nil {
		return ir.Dim{}, nil, err
	}
	size := n.integer("blocksize", 0)
	if size < 1 {
		return ir.Dim{}, nil, fmt.Errorf("attribute blocksize is %d, want at least 1", size)
	}
	t := n.in[0].Type
	if t.Rank() != 4 {
		return ir.Dim{}, nil, fmt.Errorf("the input is %s, want rank 4", t)
	}
	return ir.Const(size), t.Shape, nil
}

// rearranged reshapes, transposes and reshapes again.
func (n *node) rearranged(apart []ir.Dim, perm []int, joined []ir.Dim) ([]*ir.Value, error) {
	v, err := n.reshaped(n.in[0], apart)
	if err != nil {
		return nil, err
	}
	if v, err = n.one(op.Transpose{Perm: perm}, v); err != nil {
		return nil, err
	}
	return values(n.reshaped(v, joined))
}
