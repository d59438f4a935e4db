package pass

import (
	"slices"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

// leastInner and leastFilters are the least products that a sum must have, and the least filters that must share
// inputs, for a convolution of bytes to be worth it: what gathers them costs as much as a few products.
const leastInner, leastFilters = 8, 4

// leastPadding is by how many bytes the weights of a model may grow in any case; they may by a fiftieth.
const leastPadding = 1 << 10

// padding is by how many bytes convolutions' weights may grow when they are packed, all together.
type padding int64

// scaledOf gives the op that convolves integers as o does real numbers; nil where that is not worth it.
func (p *padding) scaledOf(o op.Conv, w ir.Type) ir.Op {
	shape, ok := ir.KnownShape(w.Shape)
	if !ok || len(shape) < 3 || len(shape) > 4 || o.Act.Fn != "" {
		return nil
	}
	group, k := max(o.Group, 1), ir.NumElements(shape[1:])
	filters := shape[0] / group
	if k < leastInner || filters < leastFilters {
		return nil
	}
	// Packed weights go by fours of channels and of filters; a third more products is what float32 takes.
	channels := (shape[1] + 3) &^ 3
	grows := padding((filters+3)&^3*channels*ir.NumElements(shape[2:])*group - k*shape[0])
	if grows > *p || 3*channels > 4*shape[1] {
		return nil
	}
	*p -= grows
	return op.ScaledConv{Strides: o.Strides, Pads: o.Pads, Dilations: o.Dilations, Same: o.Same, Group: o.Group}
}

// scaledConv rewrites a convolution of float32 whose inputs and weights stand for integers.
func (e *editor) scaledConv(n *ir.Node, o op.Conv, p *padding) {
	x, w := e.dequantisedX(n.In[inputX]), e.dequantisedFilters(n.In[inputWeights])
	if x == nil || w == nil || input(n, inputResidual) != nil {
		return
	}
	to := p.scaledOf(o, n.In[inputWeights].Type)
	if to == nil {
		return
	}
	e.rewrite(n, to, x.codes, w.codes, input(n, inputBias), nil, timesScale(w.scale, x.scale), w.zero, x.zero)
}

// dequantisedFilters reads a Dequantize of constant weights with one scale, or one for each filter.
func (e *editor) dequantisedFilters(v *ir.Value) *quantised {
	n := e.maker(v, "Dequantize")
	if n == nil || !eightBits(n.In[0]) || n.In[0].Const == nil || v.Type.DType != ir.Float32 {
		return nil
	}
	o := n.Op.(op.Dequantize)
	w := &quantised{codes: n.In[0], scale: vectorOf(n.In[1])}
	if w.scale == nil || w.scale.Const.DType != ir.Float32 || w.scale.Const.Len() > 1 && o.Axis != 0 || o.Block != 0 {
		return nil
	}
	if zero := input(n, 2); zero != nil {
		if w.zero = vectorOf(zero); w.zero == nil {
			return nil
		}
	}
	return w
}

// integerConv reads a convolution of int32 whose inputs and weights are integers of eight bits less a zero point, and
// gives what computes it, but for a scale.
func (e *editor) integerConv(n *ir.Node, p *padding) (ir.Op, []*ir.Value) {
	if len(n.In) != 2 || n.Out[0].Type.DType != ir.Int32 {
		return nil, nil
	}
	x, okX := e.integers(n.In[inputX])
	w, okW := e.integers(n.In[inputWeights])
	if !okX || !okW || !eightBits(x.value) {
		return nil, nil
	}
	xZero, okX := zeroOf(x)
	codes, wZero, okW := codesOf(w)
	if !okX || !okW {
		return nil, nil
	}
	to := p.scaledOf(n.Op.(op.Conv), n.In[inputWeights].Type)
	if to == nil {
		return nil, nil
	}
	return to, []*ir.Value{x.value, codes, nil, nil, nil, wZero, xZero}
}

// zeroOf is the zero point of integers in their own type.
func zeroOf(x smallInts) (*ir.Value, bool) {
	if x.less == nil || x.less.Const == nil {
		return x.less, x.less == nil || x.less.Type.Len().Is(1)
	}
	v, known := uniform(x.less)
	if !known {
		return nil, false
	}
	zero := ir.FromFloats(x.value.Type.DType, []int{1}, []float64{v})
	return ir.ConstValue(x.less.Name, zero), zero.Float(0) == v
}

// codesOf gives constant weights in eight bits, whatever they have been widened to, and their zero point.
func codesOf(w smallInts) (codes, zero *ir.Value, ok bool) {
	c := w.value.Const
	if c == nil || c.Len() == 0 {
		return nil, nil, false
	}
	if eightBits(w.value) {
		zero, ok = zeroOf(w)
		return w.value, zero, ok && (zero == nil || zero.Const != nil)
	}
	less := 0.0
	if w.less != nil {
		if less, ok = uniform(w.less); !ok {
			return nil, nil, false
		}
	}
	f := c.Floats()
	for i := range f {
		f[i] -= less
	}
	lo, hi := slices.Min(f), slices.Max(f)
	if lo >= -128 && hi <= 127 {
		return ir.ConstValue(w.value.Name, ir.FromFloats(ir.Int8, c.Shape, f)), nil, true
	}
	if lo > 0 || lo < -255 || hi-lo > 255 {
		return nil, nil, false
	}
	for i := range f {
		f[i] -= lo
	}
	return ir.ConstValue(w.value.Name, ir.FromFloats(ir.Uint8, c.Shape, f)),
		ir.ConstValue(w.value.Name, ir.FromFloats(ir.Uint8, []int{1}, []float64{-lo})), true
}
