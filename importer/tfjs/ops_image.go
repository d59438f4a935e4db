package tfjs

import (
	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

var imageRows = []row{
	{"ResizeBilinear", resize("linear")}, {"ResizeNearestNeighbor", resize("nearest")}, {"CropAndResize", cropAndResize},
}

// resize is the row function of ResizeBilinear and ResizeNearestNeighbor.
func resize(mode string) func(*node) []*ir.Value {
	return func(n *node) []*ir.Value {
		x, added := n.batched(n.tensor(0, 3, 4), 2)
		d := x.Type.DType
		if mode == "linear" {
			d = ir.Float32
			x = n.float(x)
		}
		size := n.sizes(1)
		if n.err == nil && len(size) != 2 {
			n.fail("size (input 1) has %d numbers, want 2", len(size))
		}
		corners, half := n.flag("align_corners"), n.flag("half_pixel_centers")
		o := op.Resize{Mode: mode, Coord: "asymmetric", Round: "floor", Axes: []int{2, 3}, Sizes: size, Scales: []float64{0, 0}}
		switch {
		case corners:
			o.Coord, o.Round = "align_corners", "round_prefer_ceil"
		case half:
			o.Coord, o.Round = "half_pixel", "round_prefer_ceil"
		}
		y := n.cast(n.channelsLast(n.do(o, n.channelsFirst(x))), d)
		return one(n.unbatched(y, added))
	}
}

// cropAndResize samples boxes of images, [n, h, w, c], each box brought to one size; beyond the image is a number.
func cropAndResize(n *node) []*ir.Value {
	x, boxes, which := n.tensor(0, 4, 4), n.cast(n.tensor(1, 2, 2), ir.Float64), n.tensor(2, 1, 1)
	size := n.sizes(3)
	if n.err != nil || len(size) != 2 {
		n.fail("crop_size has %d numbers, want 2", len(size))
		return nil
	}
	x = n.gather(n.float(x), which, 0)
	return one(n.cropped(x, boxes, size, n.text("method", "bilinear") == "nearest", n.value("extrapolation_value", 0)))
}

// cropped samples one box, float64 [n, 4], of each image [n, h, w, c].
func (n *node) cropped(x, boxes *ir.Value, size []ir.Dim, nearest bool, beyond float64) *ir.Value {
	if n.err != nil {
		return hole()
	}
	y := n.cropAxis(boxes, 0, x.Type.Shape[1], size[0])
	z := n.cropAxis(boxes, 1, x.Type.Shape[2], size[1])
	out := n.sampled(x, y, nearest)
	out = n.transpose(n.sampled(n.transpose(out, 0, 2, 1, 3), z, nearest), 0, 2, 1, 3)
	if n.err != nil {
		return hole()
	}
	count := boxes.Type.Shape[0]
	inside := n.binary("And", n.reshape(y.inside, count, size[0], ir.Const(1), ir.Const(1)), n.reshape(z.inside, count, ir.Const(1), size[1], ir.Const(1)))
	return n.do(op.Where{}, inside, out, n.constant(ir.Float32, beyond))
}

// positions are where samples lie along one axis of each image, [n, size]: within 0 and the last place, and whether they
// were so.
type positions struct{ at, inside *ir.Value }

// cropAxis gives the positions of size samples between the borders of boxes along an axis of some length.
func (n *node) cropAxis(boxes *ir.Value, axis int, length, size ir.Dim) positions {
	number := func(d ir.Dim) *ir.Value {
		return n.cast(n.do(op.Sizes{Values: []ir.Dim{d}, DType: ir.Int64}), ir.Float64)
	}
	from, to := n.part(boxes, 1, ir.Const(int64(axis)), ir.Const(1)), n.part(boxes, 1, ir.Const(int64(2+axis)), ir.Const(1))
	last := number(length.Sub(ir.Const(1)))
	var at *ir.Value
	if size.Is(1) {
		at = n.binary("Mul", n.binary("Mul", n.binary("Add", from, to), n.constant(ir.Float64, 0.5)), last)
	} else {
		count := n.do(op.Range{}, n.constant(ir.Int64, 0), n.do(op.Sizes{Values: []ir.Dim{size}, DType: ir.Int64}), n.constant(ir.Int64, 1))
		step := n.binary("Div", n.binary("Mul", n.binary("Sub", to, from), last), number(size.Sub(ir.Const(1)).Max(ir.Const(1))))
		at = n.binary("Add", n.binary("Mul", from, last), n.binary("Mul", n.cast(count, ir.Float64), step))
	}
	zero := n.constant(ir.Float64, 0)
	held := n.binary("Min", n.binary("Max", at, zero), last)
	return positions{held, n.binary("Equal", held, at)}
}

// sampled picks entries along axis 1 of [n, h, w, c] at positions [n, size], between two of them by their distance.
func (n *node) sampled(x *ir.Value, p positions, nearest bool) *ir.Value {
	pick := func(at *ir.Value) *ir.Value {
		if n.err != nil {
			return hole()
		}
		index := n.reshape(n.cast(at, ir.Int64), append(append([]ir.Dim{}, at.Type.Shape...), ir.Const(1))...)
		return n.do(op.GatherND{Batch: 1}, x, index)
	}
	if nearest {
		return pick(n.unary("Floor", n.binary("Add", p.at, n.constant(ir.Float64, 0.5))))
	}
	low := n.unary("Floor", p.at)
	a, b := pick(low), pick(n.unary("Ceil", p.at))
	if n.err != nil {
		return hole()
	}
	share := n.cast(n.binary("Sub", p.at, low), ir.Float32)
	share = n.reshape(share, append(append([]ir.Dim{}, share.Type.Shape...), ir.Const(1), ir.Const(1))...)
	return n.binary("Add", a, n.binary("Mul", n.binary("Sub", b, a), share))
}
