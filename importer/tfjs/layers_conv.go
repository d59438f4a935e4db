package tfjs

import (
	"slices"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

var convLayers = []layerRow{
	{"Conv1D", convLayer(1), false}, {"Conv2D", convLayer(2), false}, {"Conv3D", convLayer(3), false},
	{"Conv2DTranspose", transposeLayer(2), false}, {"Conv3DTranspose", transposeLayer(3), false},
	{"DepthwiseConv2D", depthwiseLayer, false}, {"SeparableConv2D", separableLayer, false},
	{"ZeroPadding2D", zeroPadding, false}, {"Cropping2D", cropping, false}, {"UpSampling2D", upSampling, false},
}

// slide reads what layers that slide over spatial axes have in common.
func (l *layer) slide(rank int) slide {
	s := slide{strides: l.counts("strides", rank, 1), dilations: l.counts("dilation_rate", rank, 1), padding: l.text("padding", "valid")}
	if s.padding != "same" && s.padding != "valid" {
		l.fail("padding is %q, want same or valid", s.padding)
	}
	return s
}

// image gives the input with its channels last, whichever layout the layer has.
func (l *layer) image(rank int) *ir.Value {
	if len(l.in) != 1 {
		l.fail("%d inputs, want 1", len(l.in))
	}
	x := l.float(l.tensor(0, rank+2, rank+2))
	if l.first() {
		return l.channelsLast(x)
	}
	return x
}

// laidOut gives a result with its channels last the layout of the layer.
func (l *layer) laidOut(y *ir.Value) *ir.Value {
	if l.first() {
		return l.channelsFirst(y)
	}
	return y
}

// finish adds bias and activation to a result with its channels last.
func (l *layer) finish(y *ir.Value) []*ir.Value {
	if b := l.optional("bias", "use_bias", true); b != nil {
		y = l.binaryOp(op.Binary{Fn: "Add"}, y, b)
	}
	return one(l.laidOut(l.activate(y)))
}

// convLayer is the row function of a convolution over a number of spatial axes.
func convLayer(rank int) func(*layer) []*ir.Value {
	return func(l *layer) []*ir.Value {
		x := l.image(rank)
		w := l.filter(l.weight("kernel"), rank)
		if l.err != nil {
			return nil
		}
		s := l.slide(rank)
		return l.finish(l.convolve(s, x, w, l.groups(s, x, w)))
	}
}

// transposeLayer is the row function of a transposed convolution, whose filter is [kernel…, m, c].
func transposeLayer(rank int) func(*layer) []*ir.Value {
	return func(l *layer) []*ir.Value {
		x, w := l.image(rank), l.weight("kernel")
		s := l.slide(rank)
		if l.err != nil {
			return nil
		}
		var out []ir.Dim
		for i := range rank {
			size := x.Type.Shape[1+i].Mul(ir.Const(int64(s.strides[i])))
			if k, ok := w.Type.Shape[i].IsConst(); s.padding == "valid" && ok {
				size = size.Add(ir.Const(max(k-int64(s.strides[i]), 0)))
			}
			out = append(out, size)
		}
		return l.finish(l.adjoint(rank, s, x, w, out))
	}
}

// depthwiseLayer does nothing with dilation_rate, nor does TensorFlow.js.
func depthwiseLayer(l *layer) []*ir.Value {
	x, w := l.image(2), l.weight("depthwise_kernel")
	s := l.slide(2)
	s.dilations = []int{1, 1}
	return l.finish(l.depthwiseOf(s, x, w))
}

// separableLayer convolves each channel alone, then all of them point by point.
func separableLayer(l *layer) []*ir.Value {
	x, w := l.image(2), l.weight("depthwise_kernel")
	s := l.slide(2)
	y := l.depthwiseOf(s, x, w)
	points := slide{strides: []int{1, 1}, dilations: []int{1, 1}, padding: "valid"}
	return l.finish(l.convolve(points, y, l.filter(l.weight("pointwise_kernel"), 2), 1))
}

// borders reads a number for each side of the two spatial axes: one for all, one for each axis, or a pair for each.
func (l *layer) borders(name string) [2][2]int {
	var pairs [2][2]int
	raw := l.config[name]
	var single int
	var each [2]int
	switch {
	case len(raw) > 1 && raw[0] == '[' && slices.Contains(raw[1:], '['):
		l.field(name, &pairs)
	case len(raw) > 0 && raw[0] == '[':
		l.field(name, &each)
		pairs = [2][2]int{{each[0], each[0]}, {each[1], each[1]}}
	default:
		l.field(name, &single)
		pairs = [2][2]int{{single, single}, {single, single}}
	}
	for _, p := range pairs {
		if p[0] < 0 || p[1] < 0 || p[0] > maxSize || p[1] > maxSize {
			l.fail("config field %s is %v, want numbers from 0", name, pairs)
		}
	}
	return pairs
}

func zeroPadding(l *layer) []*ir.Value {
	x, pairs := l.image(2), l.borders("padding")
	o := op.Pad{Mode: "constant", Before: make([]ir.Dim, 4), After: make([]ir.Dim, 4)}
	for i, p := range pairs {
		o.Before[2+i], o.After[2+i] = ir.Const(int64(p[0])), ir.Const(int64(p[1]))
	}
	return one(l.laidOut(l.channelsLast(l.do(o, l.channelsFirst(x), l.constant(ir.Float32, 0)))))
}

func cropping(l *layer) []*ir.Value {
	x, pairs := l.image(2), l.borders("cropping")
	for i, p := range pairs {
		if l.err != nil {
			return nil
		}
		x = l.part(x, 1+i, ir.Const(int64(p[0])), x.Type.Shape[1+i].Sub(ir.Const(int64(p[0]+p[1]))))
	}
	return one(l.laidOut(x))
}

func upSampling(l *layer) []*ir.Value {
	x, times := l.image(2), l.counts("size", 2, 2)
	if l.err != nil {
		return nil
	}
	o := op.Resize{Mode: "nearest", Coord: "asymmetric", Round: "floor", Axes: []int{2, 3}, Scales: []float64{0, 0}}
	if l.text("interpolation", "nearest") == "bilinear" {
		o.Mode = "linear"
	}
	for i, t := range times {
		o.Sizes = append(o.Sizes, x.Type.Shape[1+i].Mul(ir.Const(int64(t))))
	}
	return one(l.laidOut(l.channelsLast(l.do(o, l.channelsFirst(x)))))
}

var poolLayers = []layerRow{
	{"MaxPooling1D", poolLayer("MaxPool", 1), false}, {"MaxPooling2D", poolLayer("MaxPool", 2), false}, {"MaxPooling3D", poolLayer("MaxPool", 3), false},
	{"AveragePooling1D", poolLayer("AveragePool", 1), false}, {"AveragePooling2D", poolLayer("AveragePool", 2), false}, {"AveragePooling3D", poolLayer("AveragePool", 3), false},
	{"GlobalMaxPooling1D", globalPool("ReduceMax", 1), false}, {"GlobalMaxPooling2D", globalPool("ReduceMax", 2), false},
	{"GlobalAveragePooling1D", globalPool("ReduceMean", 1), false}, {"GlobalAveragePooling2D", globalPool("ReduceMean", 2), false},
}

// poolLayer is the row function of a pool over a number of spatial axes.
func poolLayer(fn string, rank int) func(*layer) []*ir.Value {
	return func(l *layer) []*ir.Value {
		x := l.image(rank)
		kernel := l.counts("pool_size", rank, 2)
		s := slide{kernel: kernel, strides: kernel, dilations: slices.Repeat([]int{1}, rank), padding: l.text("padding", "valid")}
		if raw := l.config["strides"]; len(raw) > 0 && string(raw) != "null" {
			s.strides = l.counts("strides", rank, 1)
		}
		if s.padding != "same" && s.padding != "valid" {
			l.fail("padding is %q, want same or valid", s.padding)
		}
		if l.err != nil {
			return nil
		}
		o := op.Pool{Fn: fn, Kernel: s.kernel, Strides: s.strides}
		o.Pads, o.Same = s.pads(x.Type.Shape[1 : 1+rank])
		return one(l.laidOut(l.channelsLast(l.do(o, l.channelsFirst(x)))))
	}
}

// globalPool is the row function of a reduction over the spatial axes.
func globalPool(fn string, rank int) func(*layer) []*ir.Value {
	return func(l *layer) []*ir.Value {
		x := l.image(rank)
		axes := identityPerm(rank + 2)[2:]
		return one(l.do(op.Reduce{Fn: fn, Axes: axes}, l.channelsFirst(x)))
	}
}

var normLayers = []layerRow{{"BatchNormalization", batchNormLayer, true}, {"LayerNormalization", layerNormLayer, true}}

// batchNormLayer applies known statistics along an axis.
func batchNormLayer(l *layer) []*ir.Value {
	x := l.float(l.only())
	axis := l.axisAt(int64(l.number("axis", -1)), x.Type.Rank())
	mean, variance := l.weight("moving_mean"), l.weight("moving_variance")
	factor := l.unary("Reciprocal", l.unary("Sqrt", l.binary("Add", variance, l.constant(ir.Float32, l.number("epsilon", 1e-3)))))
	if gamma := l.optional("gamma", "scale", true); gamma != nil {
		factor = l.binary("Mul", factor, gamma)
	}
	shift := l.unary("Neg", l.binary("Mul", mean, factor))
	if beta := l.optional("beta", "center", true); beta != nil {
		shift = l.binary("Add", shift, beta)
	}
	if l.err != nil {
		return nil
	}
	if axis == x.Type.Rank()-1 {
		return one(l.affine(x, factor, shift))
	}
	return one(l.cycled(x, axis, factor, shift))
}

// cycled is a batch normalisation along an axis that is not the last. TensorFlow.js's cpu backend goes through the
// numbers of each image in their order, and through the statistics in turn, whatever the axis is.
func (l *layer) cycled(x *ir.Value, axis int, factor, shift *ir.Value) *ir.Value {
	if l.err != nil || axis == 0 {
		l.fail("the axis is that of the batch, want another one")
		return hole()
	}
	s := x.Type.Shape
	rest := ir.Product(slices.Delete(slices.Clone(s), axis, axis+1)[1:]...)
	y := l.reshape(x, s[0], rest, s[axis])
	return l.reshape(l.do(op.Affine{Axis: 2}, y, factor, shift), s...)
}

// layerNormLayer brings the numbers along some axes to mean 0 and variance 1.
func layerNormLayer(l *layer) []*ir.Value {
	x := l.float(l.only())
	rank := x.Type.Rank()
	var axes []int
	if raw := l.config["axis"]; len(raw) > 0 && raw[0] == '[' {
		l.field("axis", &axes)
	} else {
		axes = []int{int(l.number("axis", -1))}
	}
	for i, a := range axes {
		axes[i] = l.axisAt(int64(a), rank)
	}
	slices.Sort(axes)
	gamma, beta := l.optional("gamma", "scale", true), l.optional("beta", "center", true)
	eps := l.number("epsilon", 1e-3)
	if l.err != nil || len(axes) == 0 {
		l.fail("config field axis is empty")
		return nil
	}
	if slices.Equal(axes, identityPerm(rank)[axes[0]:]) {
		return one(l.do(op.LayerNorm{Axis: axes[0], Eps: eps}, x, gamma, beta))
	}
	o := op.Reduce{Fn: "ReduceMean", Axes: axes, KeepDims: true}
	centred := l.binary("Sub", x, l.do(o, x))
	variance := l.do(o, l.binary("Mul", centred, centred))
	y := l.binary("Div", centred, l.unary("Sqrt", l.binary("Add", variance, l.constant(ir.Float32, eps))))
	for i, w := range []*ir.Value{gamma, beta} {
		if w == nil || l.err != nil {
			continue
		}
		shape := slices.Repeat([]ir.Dim{ir.Const(1)}, rank)
		for _, a := range axes {
			shape[a] = x.Type.Shape[a]
		}
		y = l.binary([]string{"Mul", "Add"}[i], y, l.reshape(w, shape...))
	}
	return one(y)
}

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
