package op

import (
	"fmt"

	"github.com/energeticc/energeticc/ir"
)

// GroupNorm is (x - mean)/√(variance + Eps)·scale + bias for x [batch, channels, …], mean and variance taken over each
// of Groups equal groups of channels; 0 means each channel alone. scale and bias have an element for each channel.
type GroupNorm struct {
	Groups int
	Eps    float64
}

// OpName is GroupNorm.
func (GroupNorm) OpName() string { return "GroupNorm" }

// Infer keeps x's type.
func (o GroupNorm) Infer(x *ir.Inference) ([]ir.Type, error) {
	if err := wantTensors(x, 3, 3); err != nil {
		return nil, err
	}
	if err := wantChannels(x, 1); err != nil {
		return nil, err
	}
	if o.Groups < 0 {
		return nil, fmt.Errorf("%d groups, want at least 1", o.Groups)
	}
	t := x.Type(0)
	groups, per := o.split(t.Shape[1])
	if _, err := x.Equal(groups.Mul(per), t.Shape[1], fmt.Sprintf("%d groups do not divide the channels", o.Groups)); err != nil {
		return nil, err
	}
	return one(t)
}

// wantChannels checks that the inputs after x are vectors as long as an axis of x.
func wantChannels(x *ir.Inference, axis int) error {
	if err := wantDType(x, 0, floats...); err != nil {
		return err
	}
	t := x.Type(0)
	if axis < 0 || axis >= t.Rank() {
		return fmt.Errorf("x is %s, want an axis %d", t, axis)
	}
	for i := 1; i < len(x.In); i++ {
		p := x.Type(i)
		if p.Rank() != 1 || p.DType != t.DType && (p.DType != ir.Float32 || t.DType == ir.Float64) {
			return fmt.Errorf("input %d is %s, want a vector of %s", i, p, t.DType)
		}
		if _, err := x.Equal(p.Shape[0], t.Shape[axis], fmt.Sprintf("input %d has another length than axis %d", i, axis)); err != nil {
			return err
		}
	}
	return nil
}

// split gives the number of groups and the channels in each.
func (o GroupNorm) split(channels ir.Dim) (groups, per ir.Dim) {
	if o.Groups == 0 {
		return channels, ir.Const(1)
	}
	g := ir.Const(int64(o.Groups))
	return g, channels.Div(g)
}

// Eval takes two passes over each group.
func (o GroupNorm) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	x := in[0]
	channels, inner := x.Shape[1], ir.NumElements(x.Shape[2:])
	groups := o.Groups
	if groups == 0 {
		groups = channels
	}
	y, v := ir.NewTensor(x.DType, x.Shape...), x.Floats()
	if len(v) == 0 {
		return result(y)
	}
	if channels%groups != 0 {
		return nil, fmt.Errorf("%d groups do not divide %d channels", groups, channels)
	}
	n := channels / groups * inner
	for r := range x.Shape[0] * groups {
		mean, inv := moments(v[r*n:(r+1)*n], o.Eps)
		for i := r * n; i < (r+1)*n; i++ {
			c := i / inner % channels
			y.SetFloat(i, float64((v[i]-mean)*inv*in[1].Float(c))+in[2].Float(c))
		}
	}
	return result(y)
}

// Lower calls the kernel over [batch, groups, channels of a group, inner].
func (o GroupNorm) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	t := in[0].Type
	s, err := suffix(t.DType)
	if err != nil {
		return nil, err
	}
	groups, per := o.split(t.Shape[1])
	return call("kernel.GroupNorm"+s, ir.Out(0), ir.In(0), ir.In(1), ir.In(2),
		ir.Int(t.Shape[0]), ir.Int(groups), ir.Int(per), ir.Int(ir.Product(t.Shape[2:]...)), ir.Num(t.DType, o.Eps))
}

// InPlace says that the result may overwrite x.
func (GroupNorm) InPlace() []int { return []int{0} }

// Affine is Act(scale·x + shift), scale and shift having an element for each place along Axis. They may be float32 where
// x is stored in 16 bits. Act wants float32 or a type that is stored for it.
type Affine struct {
	Axis int
	Act  Act
}

// OpName is Affine.
func (Affine) OpName() string { return "Affine" }

// WithAct adds an activation, if there is none yet.
func (o Affine) WithAct(a Act) (ir.Op, bool) {
	if o.Act.Fn != "" {
		return nil, false
	}
	o.Act = a
	return o, true
}

// Infer keeps x's type.
func (o Affine) Infer(x *ir.Inference) ([]ir.Type, error) {
	if err := wantTensors(x, 3, 3); err != nil {
		return nil, err
	}
	if err := o.Act.check(); err != nil {
		return nil, err
	}
	if err := wantChannels(x, o.Axis); err != nil {
		return nil, err
	}
	if x.Type(0).DType == ir.Float64 && o.Act.Fn != "" {
		return nil, fmt.Errorf("an activation of %s is not supported", ir.Float64)
	}
	return one(x.Type(0))
}

// Eval computes element by element.
func (o Affine) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	x := in[0]
	y := ir.NewTensor(x.DType, x.Shape...)
	inner := ir.NumElements(x.Shape[o.Axis+1:])
	for i := range x.Len() {
		c := i / inner % x.Shape[o.Axis]
		y.SetFloat(i, o.Act.Apply(float64(x.Float(i)*in[1].Float(c))+in[2].Float(c)))
	}
	return result(y)
}

// Lower calls the kernel over [outer, channels, inner].
func (o Affine) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	t := in[0].Type
	s, err := suffix(t.DType)
	if err != nil {
		return nil, err
	}
	args := []ir.Arg{
		ir.Out(0), ir.In(0), ir.In(1), ir.In(2),
		ir.Int(ir.Product(t.Shape[:o.Axis]...)), ir.Int(t.Shape[o.Axis]), ir.Int(ir.Product(t.Shape[o.Axis+1:]...)),
	}
	if t.DType == ir.Float32 {
		args = append(args, o.Act.Arg())
	}
	return call("kernel.Affine"+s, args...)
}

// InPlace says that the result may overwrite x.
func (Affine) InPlace() []int { return []int{0} }
