package op

import (
	"fmt"

	"github.com/energeticc/energeticc/ir"
)

// ConvTranspose is the adjoint of the convolution that its attributes describe: that convolution takes a plane of the
// result's size to one of x's. Inputs:
//
//	0 x     [n, c, in…]
//	1 w     [c, m/Group, kernel…]
//	2 bias  [m], optional
//
// The result's sizes are Strides·(in - 1) + OutputPads + extent - begin - end. Absent Strides and Dilations are 1,
// absent Pads and OutputPads 0. Pads are all begins, then all ends.
type ConvTranspose struct {
	Strides, Pads, Dilations, OutputPads []int
	Group                                int // 0 means 1
	Act                                  Act
}

// OpName is ConvTranspose.
func (ConvTranspose) OpName() string { return "ConvTranspose" }

// WithAct adds an activation, if there is none yet.
func (o ConvTranspose) WithAct(a Act) (ir.Op, bool) {
	if o.Act.Fn != "" {
		return nil, false
	}
	o.Act = a
	return o, true
}

func (o ConvTranspose) window(w []ir.Dim) (window, error) {
	kernel, err := kernelShape(w)
	if err != nil {
		return window{}, err
	}
	win, err := newWindow(len(w)-2, kernel, o.Strides, o.Dilations, o.Pads, "")
	if err != nil {
		return win, err
	}
	if o.OutputPads != nil && len(o.OutputPads) != len(kernel) {
		return win, fmt.Errorf("output pads has %d numbers, want %d", len(o.OutputPads), len(kernel))
	}
	for _, p := range o.OutputPads {
		if p < 0 || p > maxWindow {
			return win, fmt.Errorf("output pads holds %d, want at least 0 and at most %d", p, maxWindow)
		}
	}
	return win, nil
}

// out gives the result's spatial sizes.
func (o ConvTranspose) out(win window, in []ir.Dim, ranges map[string]ir.Range) []ir.Dim {
	out := make([]ir.Dim, len(in))
	for i, d := range in {
		extra := win.extent(i) - int64(win.begin[i]) - int64(win.end[i])
		if o.OutputPads != nil {
			extra += int64(o.OutputPads[i])
		}
		s := d.Sub(ir.Const(1)).Mul(ir.Const(int64(win.strides[i]))).Add(ir.Const(extra))
		if lo, _ := s.Bounds(ranges); lo < 0 {
			s = s.Max(ir.Const(0))
		}
		out[i] = s
	}
	return out
}

// Infer gives [n, m, out…].
func (o ConvTranspose) Infer(x *ir.Inference) ([]ir.Type, error) {
	if err := wantTensors(x, 2, 3); err != nil {
		return nil, err
	}
	if err := o.Act.check(); err != nil {
		return nil, err
	}
	if err := wantConv(x, floats); err != nil {
		return nil, err
	}
	if err := wantSame(x, 0, convWeights); err != nil {
		return nil, err
	}
	t, w := x.Type(0), x.Type(1)
	win, err := o.window(w.Shape)
	if err != nil {
		return nil, err
	}
	g, err := groups(o.Group)
	if err != nil {
		return nil, err
	}
	count := ir.Const(int64(g))
	if _, err := x.Equal(t.Shape[1], w.Shape[0], "x has other channels than the weights"); err != nil {
		return nil, err
	}
	if _, err := x.Equal(w.Shape[0].Mod(count), ir.Const(0), "the groups do not divide the input channels"); err != nil {
		return nil, err
	}
	m := w.Shape[1].Mul(count)
	if err := wantBias(x, 2, m); err != nil {
		return nil, err
	}
	return one(ir.TensorType(t.DType, append([]ir.Dim{t.Shape[0], m}, o.out(win, t.Shape[2:], x.Ranges())...)...))
}

// Eval adds up every pair of positions that meet, in float64.
func (o ConvTranspose) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	x, w := in[0], in[1]
	win, err := o.window(ir.ConstDims(w.Shape))
	if err != nil {
		return nil, err
	}
	shape, _ := ir.KnownShape(o.out(win, ir.ConstDims(x.Shape[2:]), nil))
	geo := geometry{in: shape, out: x.Shape[2:], kernel: win.kernel, strides: win.strides, dilations: win.dilations, begin: win.begin}
	g := max(o.Group, 1)
	n, c, mg := x.Shape[0], x.Shape[1], w.Shape[1]
	m := mg * g
	plane, inPlane, taps := ir.NumElements(shape), ir.NumElements(x.Shape[2:]), ir.NumElements(win.kernel)
	xs, ws := x.Floats(), w.Floats()
	y := ir.NewTensor(x.DType, append([]int{n, m}, shape...)...)
	bias := optional(in, 2)
	from, at, tap := geo.meets()
	sum := make([]float64, plane)
	for i := range n * m {
		clear(sum)
		ch := i % m
		for k := range c / g {
			source := ch/mg*(c/g) + k
			plane := xs[(i/m*c+source)*inPlane:][:inPlane]
			weights := ws[(source*mg+ch%mg)*taps:][:taps]
			for j, o := range at {
				sum[o] += weights[tap[j]] * plane[from[j]]
			}
		}
		for p, v := range sum {
			if bias != nil {
				v += bias.Float(ch)
			}
			y.SetFloat(i*plane+p, o.Act.Apply(v))
		}
	}
	return result(y)
}

// Lower calls the matrix form for float32 weights known when compiling, else the plain one.
func (o ConvTranspose) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	x, w, y := in[0].Type, in[1].Type, out[0].Type
	win, err := o.window(w.Shape)
	if err != nil {
		return nil, err
	}
	g := max(o.Group, 1)
	n, m, c := ir.Int(x.Shape[0]), ir.Int(y.Shape[1]), ir.Int(x.Shape[1])
	bias, arg := optionalArg(in, 2), win.arg(y.Shape[2:], x.Shape[2:])
	rows, k, ok := o.matrix(w, ir.NumElements(win.kernel))
	if x.DType != ir.Float32 || len(win.kernel) > 3 || !ok {
		plain := []ir.Call{{Kernel: "kernel.ConvTransposeNd", Args: []ir.Arg{ir.Out(0), ir.In(0), ir.In(1), bias, n, ir.IntC(g), m, c, arg}}}
		return thenAct(plain, o.Act, out)
	}
	strip := int(stripWidthOf(max(rows, k)))
	weights, calls := packedTranspose(in, g, rows, k)
	return append(calls, ir.Call{Kernel: "kernel.ConvTransposeF32", Args: []ir.Arg{
		ir.Out(0), ir.In(0), weights, bias,
		ir.Scratch(0, ir.Float32, ir.Const(int64(k*strip+8))), ir.Scratch(1, ir.Float32, ir.Const(int64(rows*strip))),
		ir.Scratch(2, ir.Int64, ir.Const(int64(k))), o.Act.Arg(), n, ir.IntC(g), m, c, arg,
	}}), nil
}

// matrix is how many rows and columns the weights of a group have, if that is known.
func (o ConvTranspose) matrix(w ir.Type, taps int) (rows, k int, ok bool) {
	outs, okM := w.Shape[1].IsConst()
	ins, okC := w.Shape[0].IsConst()
	return int(outs) * taps, int(ins) / max(o.Group, 1), okM && okC
}

// packedTranspose is the argument for the weights: packed now where they are constant, else by a call before.
func packedTranspose(in []*ir.Value, groups, rows, k int) (ir.Arg, []ir.Call) {
	packed := ir.Scratch(3, ir.Float32, in[1].Type.Len())
	if t := in[1].Const; t != nil && t.DType.Bits()%8 == 0 {
		return widened(packConv(adjoint(t, groups), groups, rows, k), packed)
	}
	return packed, []ir.Call{{Kernel: "kernel.PackConvTransposeF32", Args: []ir.Arg{packed, ir.In(1), ir.IntC(groups), ir.IntC(rows), ir.IntC(k)}}}
}

// adjoint turns weights [groups, c/groups, m/groups·taps] into [groups, m/groups·taps, c/groups].
func adjoint(t *ir.Tensor, groups int) *ir.Tensor {
	rows, k := t.Len()/max(t.Shape[0], 1), t.Shape[0]/groups
	order := make([]int, 0, t.Len())
	for g := range groups {
		for r := range rows {
			for i := range k {
				order = append(order, (g*k+i)*rows+r)
			}
		}
	}
	return reordered(t, order)
}
