package onnx

import (
	"errors"
	"fmt"
	"math"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

var poolRows = []row{
	{"MaxPool", 1, pool("MaxPool")},         // 8 adds indices, 10 dilations and ceil_mode, 12 int8
	{"AveragePool", 1, pool("AveragePool")}, // 7 adds count_include_pad, 10 ceil_mode, 19 dilations
	{"LpPool", 1, pool("LpPool")},           // 2 makes p an integer, 18 adds dilations and ceil_mode
	{"GlobalMaxPool", 1, globalPool("ReduceMax")},
	{"GlobalAveragePool", 1, globalPool("ReduceMean")},
	{"GlobalLpPool", 1, globalLpPool},
	{"MaxUnpool", 9, maxUnpool},
}

// pool is the row function of a pool.
func pool(fn string) func(*node) ([]*ir.Value, error) {
	return func(n *node) ([]*ir.Value, error) {
		if err := n.arity(1, 1); err != nil {
			return nil, err
		}
		shape := n.in[0].Type.Shape
		s, err := n.readSlide(len(shape) - 2)
		if err != nil {
			return nil, err
		}
		if s.kernel == nil {
			return nil, errors.New("attribute kernel_shape is missing")
		}
		s.settle(shape[2:])
		o := op.Pool{Fn: fn, Kernel: s.kernel, Strides: s.strides, Pads: s.pads, Dilations: s.dilations, Same: s.same, Ceil: n.flag("ceil_mode", false)}
		switch fn {
		case "MaxPool":
			o.ColumnMajor = n.flag("storage_order", false)
			o.Indices = n.outputs > 1
		case "AveragePool":
			o.CountPads = n.flag("count_include_pad", false)
		case "LpPool":
			if o.P, err = n.norm(); err != nil {
				return nil, err
			}
		}
		return n.add(o, n.in[0])
	}
}

// norm reads p, a float at first and an integer since opset 2.
func (n *node) norm() (int, error) {
	p := float64(2)
	if n.version < 2 {
		p = n.float("p", 2)
	} else {
		p = float64(n.integer("p", 2))
	}
	if p != math.Trunc(p) || p < 1 || p > 1024 {
		return 0, fmt.Errorf("attribute p is %g, want a whole number from 1 to 1024", p)
	}
	return int(p), n.err
}

// globalPool is the row function of a pool over all spatial axes: a reduction.
func globalPool(fn string) func(*node) ([]*ir.Value, error) {
	return func(n *node) ([]*ir.Value, error) {
		if err := n.arity(1, 1); err != nil {
			return nil, err
		}
		axes, err := spatialAxes(n.in[0])
		if err != nil {
			return nil, err
		}
		return n.add(op.Reduce{Fn: fn, Axes: axes, KeepDims: true}, n.in[0])
	}
}

func spatialAxes(v *ir.Value) ([]int, error) {
	var axes []int
	for i := 2; i < v.Type.Rank(); i++ {
		axes = append(axes, i)
	}
	if axes == nil {
		return nil, fmt.Errorf("the input has rank %d, want at least 3: [n, c, spatial…]", v.Type.Rank())
	}
	return axes, nil
}

// globalLpPool reads GlobalLpPool: a reduction for the usual norms, else a pool with one window.
func globalLpPool(n *node) ([]*ir.Value, error) {
	if err := n.arity(1, 1); err != nil {
		return nil, err
	}
	p, err := n.norm()
	if err != nil {
		return nil, err
	}
	if p <= 2 {
		return globalPool([]string{"ReduceL1", "ReduceL2"}[p-1])(n)
	}
	if _, err := spatialAxes(n.in[0]); err != nil {
		return nil, err
	}
	shape := n.in[0].Type.Shape[2:]
	kernel, ok := ir.KnownShape(shape)
	if !ok {
		return nil, fmt.Errorf("p is %d while the spatial sizes %s are not known; pin them with --dim", p, ir.ShapeString(shape))
	}
	return n.add(op.Pool{Fn: "LpPool", Kernel: kernel, P: p}, n.in[0])
}

// maxUnpool reads MaxUnpool. Of output_shape, batch and channels are x's own.
func maxUnpool(n *node) ([]*ir.Value, error) {
	if err := n.arity(2, 3); err != nil {
		return nil, err
	}
	rank := n.in[0].Type.Rank()
	s, err := n.readSlide(rank - 2)
	if err != nil {
		return nil, err
	}
	if s.kernel == nil {
		return nil, errors.New("attribute kernel_shape is missing")
	}
	o := op.MaxUnpool{Kernel: s.kernel, Strides: s.strides, Pads: s.pads}
	if out := n.input(2); out != nil {
		sizes, err := n.sizesOf(out)
		if err != nil {
			return nil, err
		}
		if len(sizes) != rank {
			return nil, fmt.Errorf("output_shape has %d numbers, want %d", len(sizes), rank)
		}
		o.Output = sizes[2:]
	}
	return n.add(o, n.in[:2]...)
}
