package op

import (
	"errors"
	"fmt"
	"math"

	"github.com/energeticc/energeticc/ir"
)

// deformOps are the rows of the family.
var deformOps = []Def{
	{Name: "DeformConv", Doc: "DeformConv is a convolution whose taps are moved by offsets, read between the elements. Source: ONNX DeformConv.", New: func() ir.Op { return DeformConv{} }, DTypes: floats, ULP: 256},
}

// DeformConv slides weights over the spatial axes of x, each tap moved by an offset of its own. Inputs:
//
//	0 x        [n, c, spatial…], read linearly between its elements; outside it is zero
//	1 weights  [m, c/Group, kernel…]
//	2 offset   [n, OffsetGroup·taps·rank, out…]: for each tap how far it moves along each axis
//	3 bias     [m], optional
//	4 mask     [n, OffsetGroup·taps, out…], factors of the taps, optional
//
// Channels share the offsets of their offset group.
type DeformConv struct {
	Strides, Pads, Dilations []int
	Group, OffsetGroup       int
}

// OpName is DeformConv.
func (DeformConv) OpName() string { return "DeformConv" }

// maxDeformRank bounds the spatial axes: a place has 2^rank neighbours.
const maxDeformRank = 4

// window is how the taps slide before they move.
func (o DeformConv) window(weights []ir.Dim) (window, error) {
	kernel, ok := ir.KnownShape(weights[2:])
	if !ok {
		return window{}, fmt.Errorf("the weights have shape %s; the kernel's size must be known", ir.ShapeString(weights))
	}
	return newWindow(len(kernel), kernel, o.Strides, o.Dilations, o.Pads, "")
}

// Infer gives [n, m, out…].
func (o DeformConv) Infer(x *ir.Inference) ([]ir.Type, error) {
	if err := wantTensors(x, 3, 5); err != nil {
		return nil, err
	}
	if err := wantDType(x, 0, floats...); err != nil {
		return nil, err
	}
	for i := 1; i < len(x.In); i++ {
		if x.Has(i) {
			if err := wantSame(x, 0, i); err != nil {
				return nil, err
			}
		}
	}
	t, weights, offset := x.Type(0), x.Type(1), x.Type(2)
	rank := t.Rank() - 2
	if rank < 1 || rank > maxDeformRank || weights.Rank() != rank+2 || offset.Rank() != rank+2 {
		return nil, fmt.Errorf("inputs are %s, %s and %s, want equal ranks of 3 to %d", t, weights, offset, maxDeformRank+2)
	}
	if o.Group < 1 || o.OffsetGroup < 1 || max(o.Group, o.OffsetGroup) > maxWindow {
		return nil, fmt.Errorf("%d groups and %d of offsets, want at least 1", o.Group, o.OffsetGroup)
	}
	win, err := o.window(weights.Shape)
	if err != nil {
		return nil, err
	}
	out := append([]ir.Dim{t.Shape[0], weights.Shape[0]}, win.out(t.Shape[2:], x.Ranges())...)
	if err := o.inferSizes(x, win, out); err != nil {
		return nil, err
	}
	return one(ir.TensorType(t.DType, out...))
}

// inferSizes demands that all inputs fit each other.
func (o DeformConv) inferSizes(x *ir.Inference, win window, out []ir.Dim) error {
	t, weights := x.Type(0).Shape, x.Type(1).Shape
	group, offsets := ir.Const(int64(o.Group)), ir.Const(int64(o.OffsetGroup))
	taps, rank := ir.Product(ir.ConstDims(win.kernel)...), ir.Const(int64(len(win.kernel)))
	type demand struct {
		a, b ir.Dim
		what string
	}
	demands := []demand{
		{t[1], weights[1].Mul(group), "the weights are for another number of channels"},
		{weights[0].Mod(group), ir.Const(0), "the groups do not divide the result's channels"},
		{t[1].Mod(offsets), ir.Const(0), "the groups of offsets do not divide the channels"},
		{x.Type(2).Shape[1], offsets.Mul(taps).Mul(rank), "there are not as many offsets as taps and axes"},
	}
	fit := func(s []ir.Dim, what string) {
		demands = append(demands, demand{s[0], t[0], what})
		for i, d := range s[2:] {
			demands = append(demands, demand{d, out[2+i], what})
		}
	}
	fit(x.Type(2).Shape, "the offsets have another shape than the result")
	if x.Has(3) {
		if x.Type(3).Rank() != 1 {
			return fmt.Errorf("the bias is %s, want a vector", x.Type(3))
		}
		demands = append(demands, demand{x.Type(3).Shape[0], weights[0], "the bias has another length than the result has channels"})
	}
	if x.Has(4) {
		mask := x.Type(4).Shape
		if len(mask) != len(out) {
			return fmt.Errorf("the mask is %s, want rank %d", x.Type(4), len(out))
		}
		demands = append(demands, demand{mask[1], offsets.Mul(taps), "the mask has not as many factors as there are taps"})
		fit(mask, "the mask has another shape than the result")
	}
	for _, d := range demands {
		if _, err := x.Equal(d.a, d.b, d.what); err != nil {
			return err
		}
	}
	return nil
}

// Eval adds up tap by tap in float64.
func (o DeformConv) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	x, weights, offset, bias, mask := in[0], in[1], in[2], nth(in, 3), nth(in, 4)
	win, err := o.window(ir.ConstDims(weights.Shape))
	if err != nil {
		return nil, err
	}
	geo := win.at(x.Shape[2:])
	n, c, m := x.Shape[0], x.Shape[1], weights.Shape[0]
	plane, taps, rank := ir.NumElements(geo.out), ir.NumElements(geo.kernel), len(geo.in)
	share := weights.Shape[1]
	if share*o.Group != c || m%o.Group != 0 || c%o.OffsetGroup != 0 || offset.Len() != n*o.OffsetGroup*taps*rank*plane {
		return nil, errors.New("weights, offsets and input do not fit each other")
	}
	y := ir.NewTensor(x.DType, append([]int{n, m}, geo.out...)...)
	column := make([]float64, c*taps)
	for b := range n {
		for at := range plane {
			for i := range column {
				ch, tap := i/taps, i%taps
				moved := (b*o.OffsetGroup+ch/(c/o.OffsetGroup))*taps + tap
				column[i] = deformedTap(x, b*c+ch, geo, at, tap, func(axis int) float64 { return offset.Float((moved*rank+axis)*plane + at) })
				if mask != nil {
					column[i] *= mask.Float(moved*plane + at)
				}
			}
			for k := range m {
				sum := 0.0
				if bias != nil {
					sum = bias.Float(k)
				}
				first := k / (m / o.Group) * share * taps
				for i := range share * taps {
					sum += float64(weights.Float(k*share*taps+i) * column[first+i])
				}
				y.SetFloat((b*m+k)*plane+at, sum)
			}
		}
	}
	return result(y)
}

// deformedTap reads a plane where a tap of an output position lies once it is moved.
func deformedTap(x *ir.Tensor, plane int, geo geometry, out, tap int, offset func(axis int) float64) float64 {
	rank := len(geo.in)
	var low [maxDeformRank]int
	var part [maxDeformRank]float64
	for a := rank - 1; a >= 0; a-- {
		v := float64(out%geo.out[a]*geo.strides[a]+tap%geo.kernel[a]*geo.dilations[a]-geo.begin[a]) + offset(a)
		out, tap = out/geo.out[a], tap/geo.kernel[a]
		if !(v > -1 && v < float64(geo.in[a])) {
			return 0
		}
		low[a], part[a] = int(math.Floor(v)), v-math.Floor(v)
	}
	sum := 0.0
	for corner := range 1 << rank {
		w, at, inside := 1.0, plane, true
		for a := range rank {
			i := low[a]
			if corner>>a&1 == 1 {
				i++
				w *= part[a]
			} else {
				w *= 1 - part[a]
			}
			inside = inside && i >= 0 && i < geo.in[a]
			at = at*geo.in[a] + i
		}
		if inside {
			sum += float64(w * x.Float(at))
		}
	}
	return sum
}

// Lower calls the kernel, which keeps the taps of one output position.
func (o DeformConv) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	x, weights := in[0].Type, in[1].Type
	win, err := o.window(weights.Shape)
	if err != nil {
		return nil, err
	}
	optional := func(i int) ir.Arg {
		if nth(in, i) == nil {
			return ir.Nil()
		}
		return ir.In(i)
	}
	column := x.Shape[1].Mul(ir.Product(ir.ConstDims(win.kernel)...))
	return call("kernel.DeformConv", ir.Out(0), ir.In(0), ir.In(1), ir.In(2), optional(3), optional(4), ir.Scratch(0, x.DType, column),
		ir.Int(x.Shape[0]), ir.Int(x.Shape[1]), ir.Int(weights.Shape[0]), ir.IntC(o.Group), ir.IntC(o.OffsetGroup), win.arg(x.Shape[2:], out[0].Type.Shape[2:]))
}
