package tfjs

import (
	"slices"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

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
