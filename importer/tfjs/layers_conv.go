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
