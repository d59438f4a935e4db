package onnx

import (
	"fmt"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

var gridRows = []row{
	{"GridSample", 20, gridSample(false)}, // 22 adds bfloat16
	{"GridSample", 16, gridSample(true)},
	{"AffineGrid", 20, affineGrid},
	{"RoiAlign", 16, roiAlign}, // 22 adds bfloat16
	{"RoiAlign", 10, roiAlign},
	{"CenterCropPad", 18, centerCropPad},
	{"Col2Im", 18, col2Im},
}

// gridSample is the row function of GridSample, whose modes had other names at first.
func gridSample(legacy bool) func(*node) ([]*ir.Value, error) {
	return func(n *node) ([]*ir.Value, error) {
		if err := n.arity(2, 2); err != nil {
			return nil, err
		}
		o := op.GridSample{Padding: n.oneOf("padding_mode", "zeros", "border", "reflection"), Corners: n.flag("align_corners", false)}
		if legacy {
			mode := n.oneOf("mode", "bilinear", "nearest", "bicubic")
			o.Mode = map[string]string{"bilinear": "linear", "nearest": "nearest", "bicubic": "cubic"}[mode]
		} else {
			o.Mode = n.oneOf("mode", "linear", "nearest", "cubic")
		}
		x, grid := n.in[0], n.in[1]
		if grid.Type.DType != x.Type.DType && x.Type.DType.IsFloat() {
			cast, err := n.one(op.Cast{To: x.Type.DType}, grid)
			if err != nil {
				return nil, err
			}
			grid = cast
		}
		return n.add(o, x, grid)
	}
}

// affineGrid reads AffineGrid. Of size, batch and channels do not matter.
func affineGrid(n *node) ([]*ir.Value, error) {
	if err := n.arity(2, 2); err != nil {
		return nil, err
	}
	sizes, err := n.sizesOf(n.in[1])
	if err != nil {
		return nil, err
	}
	if len(sizes) < 2 {
		return nil, fmt.Errorf("size has %d numbers, want 4 or 5", len(sizes))
	}
	return n.add(op.AffineGrid{Sizes: sizes[2:], Corners: n.flag("align_corners", false)}, n.in[0])
}

// roiAlign reads RoiAlign, which had no half pixels before opset 16.
func roiAlign(n *node) ([]*ir.Value, error) {
	if err := n.arity(3, 3); err != nil {
		return nil, err
	}
	o := op.RoiAlign{
		Height:  int(n.integer("output_height", 1)),
		Width:   int(n.integer("output_width", 1)),
		Samples: int(n.integer("sampling_ratio", 0)),
		Scale:   n.float("spatial_scale", 1),
		Max:     n.oneOf("mode", "avg", "max") == "max",
	}
	if n.version >= 16 {
		o.HalfPixel = n.oneOf("coordinate_transformation_mode", "half_pixel", "output_half_pixel") == "half_pixel"
	}
	return n.add(o, n.in...)
}

// centerCropPad reads CenterCropPad: a slice from the middle of axes that are too long, padding around those too short.
func centerCropPad(n *node) ([]*ir.Value, error) {
	if err := n.arity(2, 2); err != nil {
		return nil, err
	}
	x := n.in[0]
	rank := x.Type.Rank()
	axes := ints(n.integers("axes"))
	if axes == nil {
		for i := range rank {
			axes = append(axes, i)
		}
	}
	sizes, err := n.sizesOf(n.in[1])
	if err != nil {
		return nil, err
	}
	if len(sizes) != len(axes) {
		return nil, fmt.Errorf("shape has %d numbers for %d axes", len(sizes), len(axes))
	}
	slice := op.Slice{Begin: make([]ir.Dim, rank), Size: append([]ir.Dim{}, x.Type.Shape...), Step: make([]ir.Dim, rank)}
	pad := op.Pad{Mode: "constant", Before: make([]ir.Dim, rank), After: make([]ir.Dim, rank)}
	for i := range rank {
		slice.Step[i] = ir.Const(1)
	}
	zero, two := ir.Const(0), ir.Const(2)
	for i, a := range axes {
		axis, err := ir.Axis(a, rank)
		if err != nil {
			return nil, err
		}
		have, want := x.Type.Shape[axis], sizes[i]
		more, less := want.Sub(have).Max(zero), have.Sub(want).Max(zero)
		slice.Begin[axis], slice.Size[axis] = less.Div(two), have.Sub(less)
		pad.Before[axis] = more.Div(two)
		pad.After[axis] = more.Sub(pad.Before[axis])
	}
	if x, err = n.one(slice, x); err != nil {
		return nil, err
	}
	return n.add(pad, x)
}

// col2Im reads Col2Im.
func col2Im(n *node) ([]*ir.Value, error) {
	if err := n.arity(3, 3); err != nil {
		return nil, err
	}
	sizes, err := n.sizesOf(n.in[1])
	if err != nil {
		return nil, err
	}
	kernel, err := n.sizesOf(n.in[2])
	if err != nil {
		return nil, err
	}
	return n.add(op.Col2Im{Sizes: sizes, Kernel: kernel, Strides: ints(n.integers("strides")), Pads: ints(n.integers("pads")), Dilations: ints(n.integers("dilations"))}, n.in[0])
}
