package tfjs

import (
	"slices"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

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
		if rank < 3 && s.still() {
			return one(l.laidOut(x))
		}
		o := op.Pool{Fn: fn, Kernel: s.kernel, Strides: s.strides, SkipNaN: fn == "MaxPool"}
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
