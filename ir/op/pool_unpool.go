package op

import (
	"fmt"

	"github.com/energeticc/energeticc/ir"
)

// MaxUnpool puts values back where a MaxPool found them. Inputs are x [n, c, in…] and, of its shape, int64 positions
// in a tensor [n, c, frame…] where frame = Strides·(in - 1) + Kernel - Pads. Frames lies at the begin of the result's
// spatial sizes, which are Output or else the frame.
type MaxUnpool struct {
	Kernel, Strides, Pads []int
	Output                []ir.Dim // spatial sizes, may be absent
}

// OpName is MaxUnpool.
func (MaxUnpool) OpName() string { return "MaxUnpool" }

// SubstituteDims replaces symbols in Output.
func (o MaxUnpool) SubstituteDims(env map[string]ir.Dim) ir.Op {
	if o.Output != nil {
		out := make([]ir.Dim, len(o.Output))
		for i, d := range o.Output {
			out[i] = d.Substitute(env)
		}
		o.Output = out
	}
	return o
}

// frame gives the spatial sizes in which the positions count.
func (o MaxUnpool) frame(in []ir.Dim) ([]ir.Dim, error) {
	if len(in) < 1 || len(in) > 3 {
		return nil, fmt.Errorf("the input has %d spatial axes, want 1 to 3", len(in))
	}
	w, err := newWindow(len(in), o.Kernel, o.Strides, nil, o.Pads, "")
	if err != nil {
		return nil, err
	}
	return ConvTranspose{}.out(w, in, nil), nil
}

// Infer gives [n, c, Output…].
func (o MaxUnpool) Infer(x *ir.Inference) ([]ir.Type, error) {
	if err := wantTensors(x, 2, 2); err != nil {
		return nil, err
	}
	if err := wantDType(x, 1, ir.Int64); err != nil {
		return nil, err
	}
	t, at := x.Type(0), x.Type(1)
	if t.Rank() != at.Rank() || t.Rank() < 3 {
		return nil, fmt.Errorf("the values have rank %d and their positions %d, want the same and at least 3", t.Rank(), at.Rank())
	}
	for i := range t.Shape {
		if _, err := x.Equal(t.Shape[i], at.Shape[i], "values and positions differ in shape"); err != nil {
			return nil, err
		}
	}
	spatial, err := o.frame(t.Shape[2:])
	if err != nil {
		return nil, err
	}
	if o.Output != nil {
		if len(o.Output) != len(spatial) {
			return nil, fmt.Errorf("the output has %d spatial sizes, want %d", len(o.Output), len(spatial))
		}
		spatial = o.Output
	}
	if err := wantSizes(x, spatial); err != nil {
		return nil, err
	}
	return one(ir.TensorType(t.DType, append([]ir.Dim{t.Shape[0], t.Shape[1]}, spatial...)...))
}

// Eval moves value by value.
func (o MaxUnpool) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	x, at := in[0], in[1]
	dims, err := o.frame(ir.ConstDims(x.Shape[2:]))
	if err != nil {
		return nil, err
	}
	frame, _ := ir.KnownShape(dims)
	out := frame
	if o.Output != nil {
		var ok bool
		if out, ok = ir.KnownShape(o.Output); !ok {
			return nil, fmt.Errorf("the output's sizes are not known")
		}
	}
	y := ir.NewTensor(x.DType, append(append([]int{}, x.Shape[:2]...), out...)...)
	size := ir.NumElements(frame)
	for i := range x.Len() {
		k := at.Int(i)
		if k < 0 || k >= int64(x.Shape[0]*x.Shape[1]*size) {
			return nil, fmt.Errorf("position %d is outside the tensor", k)
		}
		if to, ok := reframe(int(k)%size, frame, out); ok {
			copyElem(y, int(k)/size*ir.NumElements(out)+to, x, i)
		}
	}
	return result(y)
}

// reframe finds a row-major position of one shape in another, false where it lies outside.
func reframe(k int, from, to []int) (int, bool) {
	at, step := 0, 1
	for i := len(from) - 1; i >= 0; i-- {
		if k%from[i] >= to[i] {
			return 0, false
		}
		at += k % from[i] * step
		k, step = k/from[i], step*to[i]
	}
	return at, true
}

// Lower calls the kernel, which checks the positions.
func (o MaxUnpool) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	x, y := in[0].Type, out[0].Type
	frame, err := o.frame(x.Shape[2:])
	if err != nil {
		return nil, err
	}
	total := ir.Product(append([]ir.Dim{x.Shape[0], x.Shape[1]}, frame...)...)
	return []ir.Call{{
		Kernel: "kernel.MaxUnpool",
		Args:   []ir.Arg{ir.Out(0), ir.In(0), ir.In(1), ir.Int(x.Shape[0].Mul(x.Shape[1])), ir.Ints(frame...), ir.Ints(y.Shape[2:]...)},
		Fault:  &ir.Fault{Text: "position out of range", Arg: 2, Hi: total},
	}}, nil
}
