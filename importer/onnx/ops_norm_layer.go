package onnx

import (
	"errors"
	"fmt"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

// epsilon is what is added to a variance, where the model does not say.
const epsilon = float64(float32(1e-5))

// layerNorm reads LayerNormalization. Parameters that broadcast are applied after it.
func layerNorm(n *node) ([]*ir.Value, error) {
	axis, err := n.normAxis(3)
	if err != nil {
		return nil, err
	}
	o := op.LayerNorm{Axis: axis, Eps: n.float("epsilon", epsilon), Stats: n.outputs > 1}
	x, scale, bias := n.in[0], n.input(1), n.input(2)
	fused := fitsTrailing(x, scale, axis) && fitsTrailing(x, bias, axis)
	in := []*ir.Value{x}
	if fused {
		in = append(in, scale, bias)
	}
	outs, err := n.add(o, in...)
	if err != nil {
		return nil, err
	}
	if !fused {
		if outs[0], err = n.scaleShift(outs[0], scale, bias); err != nil {
			return nil, err
		}
	}
	return n.castStats(outs)
}

// normAxis reads the attribute axis of a norm whose first two inputs are there.
func (n *node) normAxis(most int) (int, error) {
	if err := n.arity(2, most); err != nil {
		return 0, err
	}
	return ir.Axis(int(n.integer("axis", -1)), n.in[0].Type.Rank())
}

// fitsTrailing says whether a parameter has just the shape of x's axes from axis on, or is absent.
func fitsTrailing(x, p *ir.Value, axis int) bool {
	if p == nil {
		return true
	}
	if p.Type.Rank() != x.Type.Rank()-axis {
		return false
	}
	for i, d := range p.Type.Shape {
		if !d.Equal(x.Type.Shape[axis+i]) {
			return false
		}
	}
	return true
}

// scaleShift is x·scale + bias by broadcasting; either may be absent.
func (n *node) scaleShift(x, scale, bias *ir.Value) (*ir.Value, error) {
	var err error
	if scale != nil {
		if x, err = n.one(op.Binary{Fn: "Mul"}, x, scale); err != nil {
			return nil, err
		}
	}
	if bias != nil {
		return n.one(op.Binary{Fn: "Add"}, x, bias)
	}
	return x, nil
}

// castStats gives a norm's mean and deviation the type that they were computed in, float32 or bfloat16.
func (n *node) castStats(outs []*ir.Value) ([]*ir.Value, error) {
	stash := n.integer("stash_type", 1)
	if stash == 1 {
		return outs, nil
	}
	const bfloat16 = 16
	if stash != bfloat16 {
		return nil, fmt.Errorf("attribute stash_type is %d, want 1 or %d", stash, bfloat16)
	}
	for i := 1; i < len(outs); i++ {
		v, err := n.one(op.Cast{To: ir.BFloat16}, outs[i])
		if err != nil {
			return nil, err
		}
		outs[i] = v
	}
	return outs, nil
}

// rmsNorm reads RMSNormalization. A scale that broadcasts is applied after it.
func rmsNorm(n *node) ([]*ir.Value, error) {
	axis, err := n.normAxis(2)
	if err != nil {
		return nil, err
	}
	o, x, scale := op.RMSNorm{Axis: axis, Eps: n.float("epsilon", epsilon)}, n.in[0], n.in[1]
	if fitsTrailing(x, scale, axis) {
		return n.add(o, x, scale)
	}
	y, err := n.one(o, x)
	if err != nil {
		return nil, err
	}
	return values(n.scaleShift(y, scale, nil))
}

// instanceNorm reads InstanceNormalization: each channel is a group.
func instanceNorm(n *node) ([]*ir.Value, error) {
	if err := n.arity(3, 3); err != nil {
		return nil, err
	}
	return n.add(op.GroupNorm{Eps: n.float("epsilon", epsilon)}, n.in...)
}

// groupNorm reads GroupNormalization.
func groupNorm(n *node) ([]*ir.Value, error) {
	if err := n.arity(3, 3); err != nil {
		return nil, err
	}
	groups := n.integer("num_groups", 0)
	if groups < 1 || groups > 1<<30 {
		return nil, fmt.Errorf("attribute num_groups is %d, want at least 1", groups)
	}
	return n.add(op.GroupNorm{Groups: int(groups), Eps: n.float("epsilon", epsilon)}, n.in...)
}

// groupNorm18 reads the form whose parameters have an element for each group: they are repeated for its channels.
func groupNorm18(n *node) ([]*ir.Value, error) {
	if err := n.arity(3, 3); err != nil {
		return nil, err
	}
	groups := n.integer("num_groups", 0)
	x := n.in[0]
	if x.Type.Rank() < 2 || groups < 1 {
		return nil, fmt.Errorf("x is %s and num_groups %d, want at least two axes and one group", x.Type, groups)
	}
	per, ok := x.Type.Shape[1].Div(ir.Const(groups)).IsConst()
	if !ok || per > 1<<20 {
		return nil, fmt.Errorf("x is %s, want a constant number of channels", x.Type)
	}
	ones := ir.NewTensor(x.Type.DType, 1, int(per))
	for i := range ones.Len() {
		ones.SetFloat(i, 1)
	}
	for i := 1; i <= 2; i++ {
		column, err := n.reshape(n.in[i], ir.Const(groups), ir.Const(1))
		if err != nil {
			return nil, err
		}
		each, err := n.one(op.Binary{Fn: "Mul"}, column, n.Const(n.name, ones))
		if err != nil {
			return nil, err
		}
		if n.in[i], err = n.reshape(each, ir.Const(groups*per)); err != nil {
			return nil, err
		}
	}
	return groupNorm(n)
}

func lpNorm(n *node) ([]*ir.Value, error) {
	p := int(n.integer("p", 2))
	return along(func(axis int) ir.Op { return op.LpNorm{Axis: axis, P: p} })(n)
}

func lrn(n *node) ([]*ir.Value, error) {
	size := n.integer("size", 0)
	if size < 1 || size > 1<<30 {
		return nil, fmt.Errorf("attribute size is %d, want at least 1", size)
	}
	return n.add(op.LRN{
		Size: int(size), Alpha: n.float("alpha", float64(float32(1e-4))), Beta: n.float("beta", 0.75), Bias: n.float("bias", 1),
	}, n.in...)
}

// meanVarianceNorm reads MeanVarianceNormalization as the standard composes it.
func meanVarianceNorm(n *node) ([]*ir.Value, error) {
	if err := n.arity(1, 1); err != nil {
		return nil, err
	}
	x := n.in[0]
	axes := ints(n.integers("axes"))
	if axes == nil {
		axes = []int{0, 2, 3}
	}
	axes, err := sortedAxes(axes, x.Type.Rank())
	if err != nil {
		return nil, err
	}
	centred, variance, err := n.variance(x, axes)
	if err != nil {
		return nil, err
	}
	deviation, err := n.one(op.Unary{Fn: "Sqrt"}, variance)
	if err != nil {
		return nil, err
	}
	small := n.Const(n.name, ir.Scalar(x.Type.DType, 1e-9))
	if deviation, err = n.one(op.Binary{Fn: "Add"}, deviation, small); err != nil {
		return nil, err
	}
	return n.add(op.Binary{Fn: "Div"}, centred, deviation)
}

// sortedAxes brings axes into order, counted from the front.
func sortedAxes(axes []int, rank int) ([]int, error) {
	taken := make([]bool, rank)
	for _, a := range axes {
		i, err := ir.Axis(a, rank)
		if err != nil {
			return nil, err
		}
		if taken[i] {
			return nil, fmt.Errorf("axis %d is named twice", i)
		}
		taken[i] = true
	}
	var out []int
	for i, t := range taken {
		if t {
			out = append(out, i)
		}
	}
	if out == nil {
		return nil, errors.New("no axes, want at least one")
	}
	return out, nil
}

// variance gives x less its mean over axes, and the mean of the square of that; the axes keep a length of 1.
func (n *node) variance(x *ir.Value, axes []int) (centred, variance *ir.Value, err error) {
	mean, err := n.one(op.Reduce{Fn: "ReduceMean", Axes: axes, KeepDims: true}, x)
	if err != nil {
		return nil, nil, err
	}
	if centred, err = n.one(op.Binary{Fn: "Sub"}, x, mean); err != nil {
		return nil, nil, err
	}
	square, err := n.one(op.Binary{Fn: "Mul"}, centred, centred)
	if err != nil {
		return nil, nil, err
	}
	variance, err = n.one(op.Reduce{Fn: "ReduceMean", Axes: axes, KeepDims: true}, square)
	return centred, variance, err
}
