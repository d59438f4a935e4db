package onnx

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

// contribImageRows are pools, crops and convolutions.
var contribImageRows = []row{
	{"GridSample", 1, gridSample(true)}, {"CropAndResize", 1, cropAndResize},
	{"NhwcMaxPool", 1, lastChannels(pool("MaxPool"))}, {"MaxpoolWithMask", 1, maskedPool},
	{"ConvTransposeWithDynamicPads", 1, convTransposeAtRun},
}

// cropAndResize reads CropAndResize: boxes [y1, x1, y2, x2] of images, sampled at evenly spaced points from edge to edge.
func cropAndResize(n *node) ([]*ir.Value, error) {
	if err := n.arity(4, 4); err != nil {
		return nil, err
	}
	for i, want := range []int{4, 2, 1, 1} {
		if err := n.rank(i, want); err != nil {
			return nil, err
		}
	}
	size, err := n.sizesOf(n.in[3])
	if err != nil {
		return nil, err
	}
	if len(size) != 2 {
		return nil, fmt.Errorf("crop_size has %d numbers, want 2", len(size))
	}
	mode := n.oneOf("mode", "bilinear", "nearest")
	c := &chain{n: n}
	x, boxes := n.in[0], n.in[1]
	count, d := boxes.Type.Shape[0], x.Type.DType
	y, insideY := c.samples(boxes, 0, size[0], x.Type.Shape[2], mode == "nearest")
	z, insideX := c.samples(boxes, 1, size[1], x.Type.Shape[3], mode == "nearest")
	one, two := ir.Const(1), ir.Const(2)
	points := []ir.Dim{count, size[0], size[1], one}
	y = c.add(op.Expand{Shape: points}, c.shape(y, count, size[0], one, one))
	z = c.add(op.Expand{Shape: points}, c.shape(z, count, one, size[1], one))
	grid := c.add(op.Concat{Axis: 3}, z, y)
	o := op.GridSample{Mode: map[string]string{"bilinear": "linear", "nearest": "nearest"}[mode], Padding: "border", Corners: true}
	crops := c.add(o, c.add(op.Gather{}, x, n.in[2]), c.shape(grid, count, size[0], size[1], two))
	inside := c.binary("And", c.shape(insideY, count, one, size[0], one), c.shape(insideX, count, one, one, size[1]))
	return c.outs(c.add(op.Where{}, inside, crops, c.number(d, n.float("extrapolation_value", 0))))
}

// samples gives, [boxes, count], where along an axis of an image boxes are sampled, from -1 at the first pixel to 1 at
// the last, and whether that is within the image. The axis is column at of the boxes' begins, and of their ends. A
// single sample is in the middle.
func (c *chain) samples(boxes *ir.Value, at int64, count, length ir.Dim, nearest bool) (place, inside *ir.Value) {
	one, d := ir.Const(1), boxes.Type.DType
	number := func(v float64) *ir.Value { return c.number(d, v) }
	size := func(s ir.Dim) *ir.Value { return c.cast(c.add(op.Sizes{Values: []ir.Dim{s}, DType: ir.Int64}), d) }
	steps, last := size(count.Sub(one)), size(length.Sub(one))
	edge := func(column int64) *ir.Value { return c.binary("Mul", c.part(boxes, 1, ir.Const(column), one), last) }
	begin, end := edge(at), edge(at+2)
	apart := c.binary("Div", c.binary("Sub", end, begin), c.binary("Max", steps, number(1)))
	pixel := c.binary("Add", begin, c.binary("Mul", c.count(count, d), apart))
	middle := c.binary("Mul", number(0.5), c.binary("Add", begin, end))
	pixel = c.add(op.Where{}, c.binary("Greater", steps, number(0)), pixel, middle)
	inside = c.binary("And", c.binary("GreaterOrEqual", pixel, number(0)), c.binary("LessOrEqual", pixel, last))
	if nearest { // halves are rounded up
		pixel = c.unary("Floor", c.binary("Add", pixel, number(0.5)))
	}
	place = c.binary("Sub", c.binary("Div", c.binary("Mul", pixel, number(2)), c.binary("Max", last, number(1))), number(1))
	return place, inside
}

// lastChannels is the row function of an operator whose channels stand last, as channelsLast has it for an attribute.
func lastChannels(read func(*node) ([]*ir.Value, error)) func(*node) ([]*ir.Value, error) {
	return func(n *node) ([]*ir.Value, error) {
		if err := n.arity(1, len(n.in)); err != nil {
			return nil, err
		}
		return n.withChannelsLast(read)
	}
}

// maskedPool reads MaxpoolWithMask, as ONNX Runtime has it. Within a window, a row counts up to its first element whose
// mask is 0; that of a plane's very first element does not matter. The mask of plane i begins at element i·size modulo
// the number of planes, where size is that of a plane.
func maskedPool(n *node) ([]*ir.Value, error) {
	if err := n.arity(2, 2); err != nil {
		return nil, err
	}
	x, mask := n.in[0], n.in[1]
	rank := x.Type.Rank()
	s, err := n.readSlide(rank - 2)
	if err != nil {
		return nil, err
	}
	taps := 1
	for _, k := range s.kernel {
		if k < 1 || taps*k > maxTaps {
			return nil, fmt.Errorf("attribute kernel_shape is %v, want sizes of %d elements together at most", s.kernel, maxTaps)
		}
		taps *= k
	}
	s.settle(x.Type.Shape[2:])
	if len(s.kernel) != s.rank || s.same != "" || s.pads != nil && len(s.pads) != 2*s.rank || s.strides != nil && len(s.strides) != s.rank {
		return nil, errors.New("attributes kernel_shape, pads and strides: want a number for each spatial axis, and known sizes beside auto_pad")
	}
	p := &maskedWindows{chain: &chain{n: n}, slide: s}
	return p.outs(p.pool(x, mask))
}

// maxTaps bounds the elements of a window that is spelled element by element.
const maxTaps = 1 << 10

// maskedWindows is a MaxpoolWithMask while it is read.
type maskedWindows struct {
	*chain
	slide
	out []ir.Dim // the result's spatial sizes
}

// pool takes the largest of all elements that count, each place of the window at a time.
func (p *maskedWindows) pool(x, mask *ir.Value) *ir.Value {
	t := x.Type
	zero := p.n.Const(p.n.name, ir.FromInts(mask.Type.DType, nil, []int64{0}))
	size, planes := ir.Product(t.Shape[2:]...), ir.Product(t.Shape[:2]...)
	each := p.count(size, ir.Int64)
	from := p.binary("Mul", p.count(planes, ir.Int64), p.add(op.Sizes{Values: []ir.Dim{size}, DType: ir.Int64}))
	from = p.binary("Mod", from, p.add(op.Sizes{Values: []ir.Dim{planes}, DType: ir.Int64}))
	at := p.binary("Add", p.shape(from, planes, ir.Const(1)), each)
	mask = p.shape(p.add(op.Gather{}, p.shape(mask, mask.Type.Len()), at), t.Shape...)
	shown := p.unary("Not", p.binary("Equal", mask, zero))
	plane := append(repeated(ir.Const(1), 2), t.Shape[2:]...)
	shown = p.binary("Or", shown, p.binary("Equal", p.shape(each, plane...), p.whole(0)))
	before, after := make([]ir.Dim, t.Rank()), make([]ir.Dim, t.Rank())
	for i := range p.rank {
		padded := t.Shape[2+i]
		if p.pads != nil {
			before[2+i], after[2+i] = ir.Const(int64(p.pads[i])), ir.Const(int64(p.pads[p.rank+i]))
			padded = padded.Add(before[2+i]).Add(after[2+i])
		}
		p.out = append(p.out, padded.Sub(ir.Const(int64(p.kernel[i]))).Div(ir.Const(int64(p.stride(i)))).Add(ir.Const(1)))
	}
	lowest := p.number(t.DType, -math.MaxFloat32)
	pad := op.Pad{Mode: "constant", Before: before, After: after}
	x = p.add(pad, x, lowest)
	shown = p.add(pad, shown, p.n.Const(p.n.name, ir.FromBools(nil, []bool{true})))
	var y, open *ir.Value
	for at := range p.taps() {
		here := p.window(shown, at)
		if at[p.rank-1] > 0 {
			here = p.binary("And", open, here)
		}
		open = here
		v := p.add(op.Where{}, open, p.window(x, at), lowest)
		if y == nil {
			y = v
		} else {
			y = p.binary("Max", y, v)
		}
	}
	return y
}

// stride is that of a spatial axis.
func (p *maskedWindows) stride(i int) int {
	if p.strides == nil {
		return 1
	}
	return max(p.strides[i], 1)
}

// taps goes over the places within a window, row by row.
func (p *maskedWindows) taps() func(yield func([]int) bool) {
	return func(yield func([]int) bool) {
		at := make([]int, p.rank)
		for {
			if !yield(slices.Clone(at)) {
				return
			}
			i := p.rank - 1
			for ; i >= 0; i-- {
				if at[i]++; at[i] < p.kernel[i] {
					break
				}
				at[i] = 0
			}
			if i < 0 {
				return
			}
		}
	}
}

// window is what all windows have at a place.
func (p *maskedWindows) window(x *ir.Value, at []int) *ir.Value {
	if p.err != nil {
		return nil
	}
	s := op.Slice{Begin: make([]ir.Dim, 2), Size: slices.Clone(x.Type.Shape[:2]), Step: repeated(ir.Const(1), 2)}
	for i, k := range at {
		s.Begin = append(s.Begin, ir.Const(int64(k)))
		s.Size = append(s.Size, p.out[i])
		s.Step = append(s.Step, ir.Const(int64(p.stride(i))))
	}
	return p.add(s, x)
}

// convTransposeAtRun reads ConvTransposeWithDynamicPads: a ConvTranspose of which a run cuts the pads off.
func convTransposeAtRun(n *node) ([]*ir.Value, error) {
	if err := n.holes(2, 4); err != nil {
		return nil, err
	}
	if pad := n.oneOf("auto_pad", "NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER"); pad != "NOTSET" {
		return nil, fmt.Errorf("attribute auto_pad is %q, want \"NOTSET\" beside pads", pad)
	}
	in := []*ir.Value{n.in[0], n.in[1]}
	if n.input(3) != nil {
		in = append(in, n.in[3])
	}
	y, err := n.as(convTranspose, in...)
	if err != nil || n.input(2) == nil {
		return values(y, err)
	}
	pads, err := n.sizesOf(n.in[2])
	if err != nil {
		return nil, err
	}
	spatial := y.Type.Rank() - 2
	if len(pads) != 2*spatial {
		return nil, fmt.Errorf("there are %d pads, want %d", len(pads), 2*spatial)
	}
	c := &chain{n: n}
	for i := range spatial {
		if c.err == nil {
			y = c.part(y, 2+i, pads[i], y.Type.Shape[2+i].Sub(pads[i]).Sub(pads[spatial+i]))
		}
	}
	return c.outs(y)
}
