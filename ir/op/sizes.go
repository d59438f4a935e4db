package op

import (
	"fmt"

	"github.com/energeticc/energeticc/ir"
)

// Sizes writes Values, sizes that shapes determine, as a tensor of DType: a scalar where Shape is empty, a vector
// where it has one number. It has no inputs, so that arithmetic on shapes keeps no tensor alive.
type Sizes struct {
	Values []ir.Dim
	DType  ir.DType
	Shape  []int
}

// OpName is Sizes.
func (Sizes) OpName() string { return "Sizes" }

// SubstituteDims replaces symbols in the sizes.
func (o Sizes) SubstituteDims(env map[string]ir.Dim) ir.Op {
	o.Values = substituteAll(o.Values, env)
	return o
}

// Infer knows the contents.
func (o Sizes) Infer(x *ir.Inference) ([]ir.Type, error) {
	if err := want(x, 0, 0); err != nil {
		return nil, err
	}
	if !o.DType.IsInteger() && o.DType != ir.Bool {
		return nil, unsupported(o.DType)
	}
	if !fits(o.Shape, len(o.Values)) {
		return nil, fmt.Errorf("%d sizes for shape %v", len(o.Values), o.Shape)
	}
	x.SetElems(0, o.Values)
	return one(ir.TensorType(o.DType, ir.ConstDims(o.Shape)...))
}

// Eval writes sizes that are numbers.
func (o Sizes) Eval([]*ir.Tensor) ([]*ir.Tensor, error) {
	out := ir.NewTensor(o.DType, o.Shape...)
	for i, d := range o.Values {
		v, ok := d.IsConst()
		if !ok {
			return nil, fmt.Errorf("size %s is not known", d)
		}
		out.SetInt(i, v)
	}
	return result(out)
}

// Lower writes the sizes.
func (o Sizes) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	if o.DType == ir.Bool {
		return call("kernel.SetTruths", ir.Out(0), ir.Ints(o.Values...))
	}
	return call("kernel.SetSizes", ir.Out(0), ir.Ints(o.Values...))
}

// ReadSizes is its input, a vector or scalar of integers that only a run knows, each of which becomes a data symbol:
// the ops after it use them as sizes.
type ReadSizes struct{}

// OpName is ReadSizes.
func (ReadSizes) OpName() string { return "ReadSizes" }

// IsView says that nothing is copied.
func (ReadSizes) IsView() bool { return true }

// HasEffect keeps the op, which binds symbols, though nobody uses its output.
func (ReadSizes) HasEffect() bool { return true }

// maxSizes bounds the sizes that one tensor gives.
const maxSizes = 64

// Infer makes a symbol of each element that is not known otherwise.
func (ReadSizes) Infer(x *ir.Inference) ([]ir.Type, error) {
	if err := wantTensors(x, 1, 1); err != nil {
		return nil, err
	}
	if err := wantDType(x, 0, ints...); err != nil {
		return nil, err
	}
	t, e := x.Type(0), x.Elems(0)
	if e == nil {
		n, ok := t.Len().IsConst()
		if !ok || n > maxSizes || t.Rank() > 1 {
			return nil, fmt.Errorf("%s gives sizes; want a scalar, or a vector of a known length up to %d", t, maxSizes)
		}
		e = make([]ir.Dim, n)
		for i := range e {
			e[i] = x.Fresh("size")
		}
	}
	x.SetElems(0, e)
	return one(t)
}

// Eval gives the input.
func (ReadSizes) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	for i, v := range in[0].Ints() {
		if v < 0 {
			return nil, fmt.Errorf("size %d at %d is negative", v, i)
		}
	}
	return result(in[0])
}

// Lower binds the symbols.
func (ReadSizes) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	var calls []ir.Call
	for i, d := range out[0].Elems {
		s, ok := d.IsSym()
		if !ok || (i < len(in[0].Elems) && in[0].Elems[i].Equal(d)) {
			continue
		}
		calls = append(calls, ir.Call{
			Kernel: "kernel.SizeAt",
			Args:   []ir.Arg{ir.In(0), ir.IntC(i)},
			Bind:   []string{s},
			Fault:  &ir.Fault{Text: "size is negative or too large", Arg: 0},
		})
	}
	return calls, nil
}
