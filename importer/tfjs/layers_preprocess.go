package tfjs

import (
	"slices"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

var preprocessLayers = []layerRow{{"Rescaling", rescaling, false}, {"CenterCrop", centerCrop, false}, {"CategoryEncoding", categoryEncoding, false}}

func rescaling(l *layer) []*ir.Value {
	x := l.float(l.only())
	x = l.binaryOp(op.Binary{Fn: "Mul"}, x, l.constant(ir.Float32, l.number("scale", 1)))
	return one(l.binaryOp(op.Binary{Fn: "Add"}, x, l.constant(ir.Float32, l.number("offset", 0))))
}

// centerCrop takes the middle of an image, as TensorFlow.js does: it samples a box whose borders are shares of the
// image's sizes, and makes an image that is too small larger.
func centerCrop(l *layer) []*ir.Value {
	x, single := l.batched(l.tensor(0, 3, 4), 2)
	d := x.Type.DType
	x = l.float(x)
	height, width := l.count("height"), l.count("width")
	if l.err != nil {
		return nil
	}
	sizes, ok := ir.KnownShape(x.Type.Shape[1:3])
	if !ok || sizes[0] < 1 || sizes[1] < 1 {
		l.fail("the image is %s; its height and width must be known at compile time", x.Type)
		return nil
	}
	top, left := floorHalf(sizes[0]-height), floorHalf(sizes[1]-width)
	if sizes[1] != width && left == 0 {
		left = 1
	}
	size := []ir.Dim{ir.Const(int64(height)), ir.Const(int64(width))}
	if top < 0 || left < 0 {
		o := op.Resize{Mode: "linear", Coord: "asymmetric", Round: "floor", Axes: []int{2, 3}, Sizes: size, Scales: []float64{0, 0}}
		return one(l.unbatched(l.cast(l.channelsLast(l.do(o, l.channelsFirst(x))), d), single))
	}
	share := func(at, axis int) float64 { return float64(float32(float64(at) / float64(sizes[axis]))) }
	box := []float64{share(top, 0), share(left, 1), share(top+height, 0), share(left+width, 1)}
	boxes := l.do(op.Expand{Shape: []ir.Dim{x.Type.Shape[0], ir.Const(4)}}, l.Const("box", ir.FromFloats(ir.Float64, []int{1, 4}, box)))
	return one(l.unbatched(l.cast(l.cropped(x, boxes, size, true, 0), d), single))
}

// floorHalf is n/2 rounded down.
func floorHalf(n int) int { return n >> 1 }

// categoryEncoding counts categories in each row, or tells whether there are any.
func categoryEncoding(l *layer) []*ir.Value {
	x := l.cast(l.only(), ir.Int32)
	mode, size := l.text("output_mode", "multi_hot"), l.count("num_tokens")
	if l.err != nil {
		return nil
	}
	switch mode {
	case "int":
		return one(x)
	case "one_hot", "oneHot":
		if r := x.Type.Rank(); !x.Type.Shape[r-1].Is(1) {
			x = l.reshape(x, append(slices.Clone(x.Type.Shape), ir.Const(1))...)
		}
	case "count", "multi_hot", "multiHot":
	default:
		l.fail("output_mode %q is not supported", mode)
		return nil
	}
	weights := l.Const("weights", ir.NewTensor(ir.Float32, 0))
	return one(l.counted(x, weights, int64(size), mode != "count"))
}
