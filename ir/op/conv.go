package op

import (
	"fmt"

	"github.com/energeticc/energeticc/ir"
)

// convOps are the rows of the family.
var convOps = []Def{
	{Name: "Conv", Doc: "Conv is act(w ∗ x + bias + residual), a convolution over the axes after the second. Source: ONNX Conv.", New: func() ir.Op { return Conv{} }, DTypes: convTypes, ULP: 64},
	{Name: "Col2Im", Doc: "Col2Im adds up an image's blocks where they lie in it. Source: ONNX Col2Im.", New: func() ir.Op { return Col2Im{} }, DTypes: number, ULP: 16},
	{Name: "ConvTranspose", Doc: "ConvTranspose is act(wᵀ ∗ x + bias), the adjoint of a convolution. Source: ONNX ConvTranspose.", New: func() ir.Op { return ConvTranspose{} }, DTypes: floats, ULP: 64},
}

// convTypes are the element types of convolutions; of integers, those that quantised models accumulate in.
var convTypes = append(append([]ir.DType{}, floats...), ir.Int32)

// Conv is a convolution. Inputs:
//
//	0 x         [n, c, in…]
//	1 w         [m, c/Group, kernel…]
//	2 bias      [m], optional
//	3 residual  the result's shape, optional; added before Act
//	4 scale     [1] or [m], optional: w is a constant of int8 or uint8 that stands for (w - zero)·scale
//	5 zero      [1] or [m], of w's element type, optional beside scale
//
// Where Codes are set, w is a constant of uint8 or uint16 that stands for what Codes make of it, times scale if there is
// one. A constant w may also be float16 while x is float32.
//
// Absent Strides and Dilations are 1, absent Pads 0. Pads are all begins, then all ends.
type Conv struct {
	Strides, Pads, Dilations []int
	Same                     string // "upper" or "lower": padded to ceil(in/stride), the odd pad at the end or at the begin
	Group                    int    // 0 means 1
	Act                      Act
	Codes                    Decode
}

// OpName is Conv.
func (Conv) OpName() string { return "Conv" }

// WithAct adds an activation, if there is none yet.
func (o Conv) WithAct(a Act) (ir.Op, bool) {
	if o.Act.Fn != "" {
		return nil, false
	}
	o.Act = a
	return o, true
}

// WithResidual says whether input 3 may be added: before any activation.
func (o Conv) WithResidual() (ir.Op, bool) { return o, o.Act.Fn == "" }

// window is the window over weights of this shape.
func (o Conv) window(w []ir.Dim) (window, error) {
	kernel, err := kernelShape(w)
	if err != nil {
		return window{}, err
	}
	return newWindow(len(w)-2, kernel, o.Strides, o.Dilations, o.Pads, o.Same)
}

func kernelShape(w []ir.Dim) ([]int, error) {
	if len(w) < 3 {
		return nil, fmt.Errorf("the weights have rank %d, want at least 3", len(w))
	}
	kernel, ok := ir.KnownShape(w[2:])
	if !ok {
		return nil, fmt.Errorf("the weights have shape %s; the kernel's size must be known at compile time", ir.ShapeString(w))
	}
	return kernel, nil
}

// groups reads a group count.
func groups(g int) (int, error) {
	if g < 0 || g > maxWindow {
		return 0, fmt.Errorf("group is %d, want at least 1", g)
	}
	return max(g, 1), nil
}

// Infer gives [n, m, out…].
func (o Conv) Infer(x *ir.Inference) ([]ir.Type, error) {
	if err := wantTensors(x, 2, 6); err != nil {
		return nil, err
	}
	if err := o.Act.check(); err != nil {
		return nil, err
	}
	if err := wantConv(x, convTypes); err != nil {
		return nil, err
	}
	if err := o.wantFilters(x); err != nil {
		return nil, err
	}
	t, w := x.Type(0), x.Type(1)
	if err := wantBias(x, 2, w.Shape[0]); err != nil {
		return nil, err
	}
	out, err := o.slide(x, t, w)
	if err != nil {
		return nil, err
	}
	if x.Has(3) {
		if out, err = wantResidual(x, 3, out); err != nil {
			return nil, err
		}
	}
	return one(ir.TensorType(t.DType, out...))
}

// slide gives the shape that a window over t by filters w makes.
func (o Conv) slide(x *ir.Inference, t, w ir.Type) ([]ir.Dim, error) {
	win, err := o.window(w.Shape)
	if err != nil {
		return nil, err
	}
	g, err := groups(o.Group)
	if err != nil {
		return nil, err
	}
	count := ir.Const(int64(g))
	if _, err := x.Equal(t.Shape[1], w.Shape[1].Mul(count), "x has other channels than the weights and groups ask for"); err != nil {
		return nil, err
	}
	if _, err := x.Equal(w.Shape[0].Mod(count), ir.Const(0), "the groups do not divide the output channels"); err != nil {
		return nil, err
	}
	return append([]ir.Dim{t.Shape[0], w.Shape[0]}, win.out(t.Shape[2:], x.Ranges())...), nil
}

// wantConv checks the ranks of x and w, and the element types of all but w and its zero point.
func wantConv(x *ir.Inference, types []ir.DType) error {
	if err := wantDType(x, 0, types...); err != nil {
		return err
	}
	for i := 1; i < len(x.In); i++ {
		if x.Has(i) && i != convWeights && i != convZero {
			if err := wantSame(x, 0, i); err != nil {
				return err
			}
		}
	}
	if r, s := x.Type(0).Rank(), x.Type(1).Rank(); r != s || r < 3 {
		return fmt.Errorf("x has rank %d and the weights %d, want the same and at least 3", r, s)
	}
	return nil
}

// wantBias checks that an optional input is a vector of n.
func wantBias(x *ir.Inference, i int, n ir.Dim) error {
	if !x.Has(i) {
		return nil
	}
	if r := x.Type(i).Rank(); r != 1 {
		return fmt.Errorf("the bias has rank %d, want 1", r)
	}
	_, err := x.Equal(x.Type(i).Shape[0], n, "the bias is not as long as there are output channels")
	return err
}

// wantResidual checks that an input has the result's shape.
func wantResidual(x *ir.Inference, i int, out []ir.Dim) ([]ir.Dim, error) {
	shape := x.Type(i).Shape
	if len(shape) != len(out) {
		return nil, fmt.Errorf("the residual has rank %d, want %d", len(shape), len(out))
	}
	same := make([]ir.Dim, len(out))
	for k, d := range out {
		e, err := x.Equal(d, shape[k], "the residual has not the result's shape")
		if err != nil {
			return nil, err
		}
		same[k] = e
	}
	return same, nil
}

// Eval adds up every pair of positions that meet, in float64.
func (o Conv) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	x, w := in[0], in[1]
	win, err := o.window(ir.ConstDims(w.Shape))
	if err != nil {
		return nil, err
	}
	geo := win.at(x.Shape[2:])
	g := max(o.Group, 1)
	n, m, c := x.Shape[0], w.Shape[0], x.Shape[1]
	plane, inPlane, taps := ir.NumElements(geo.out), ir.NumElements(geo.in), ir.NumElements(geo.kernel)
	xs, ws := x.Floats(), o.filters(in)
	y := ir.NewTensor(x.DType, append([]int{n, m}, geo.out...)...)
	bias, residual := optional(in, 2), optional(in, 3)
	at, from, tap := geo.meets()
	sum := make([]float64, plane)
	for i := range n * m {
		clear(sum)
		ch := i % m
		first := ch / (m / g) * (c / g) // the group's first input channel
		for k := range c / g {
			plane := xs[(i/m*c+first+k)*inPlane:][:inPlane]
			weights := ws[(ch*(c/g)+k)*taps:][:taps]
			for j, o := range at {
				sum[o] += weights[tap[j]] * plane[from[j]]
			}
		}
		for p, v := range sum {
			if bias != nil {
				v += bias.Float(ch)
			}
			if residual != nil {
				v += residual.Float(i*plane + p)
			}
			y.SetFloat(i*plane+p, o.Act.Apply(v))
		}
	}
	return result(y)
}

// optional is input i, nil where it is absent.
func optional(in []*ir.Tensor, i int) *ir.Tensor {
	if i >= len(in) {
		return nil
	}
	return in[i]
}

// Lower picks the kernel by what is known of the shapes: one input channel a group, one tap, or the general one.
func (o Conv) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	x, w, y := in[0].Type, in[1].Type, out[0].Type
	win, err := o.window(w.Shape)
	if err != nil {
		return nil, err
	}
	rank := len(win.kernel)
	arg := win.arg(x.Shape[2:], y.Shape[2:])
	g := max(o.Group, 1)
	n, m, c := ir.Int(x.Shape[0]), ir.Int(w.Shape[0]), ir.Int(x.Shape[1])
	bias, residual := optionalArg(in, 2), optionalArg(in, 3)
	filters, wide := o.plainFilters(in)
	if x.DType != ir.Float32 || rank > 3 {
		plain := ir.Call{Kernel: "kernel.ConvNd", Args: []ir.Arg{ir.Out(0), ir.In(0), filters, bias, residual, n, ir.IntC(g), m, c, arg}}
		return thenAct(append(wide, plain), o.Act, out)
	}
	perGroup, rows := w.Shape[1], w.Shape[0].Div(ir.Const(int64(g)))
	if multiplier, ok := rows.IsConst(); ok && perGroup.Is(1) && g > 1 && multiplier <= 2 {
		taps := int64(ir.NumElements(win.kernel))
		return append(wide, ir.Call{Kernel: "kernel.ConvDepthwiseF32", Args: []ir.Arg{ir.Out(0), ir.In(0), filters, bias, residual,
			ir.Scratch(0, ir.Float32, ir.Const(max(planeFloats, 16*taps)+8)), ir.Scratch(1, ir.Int64, ir.Const(taps)),
			o.Act.Arg(), n, ir.IntC(g), ir.Int(rows), arg}}), nil
	}
	if calls, ok := o.lowerSmall(win, in, rows, x, y); ok {
		return calls, nil
	}
	k := perGroup.Mul(ir.Const(int64(ir.NumElements(win.kernel))))
	weights, calls := o.packedFilters(in, g, rows, k)
	strip := stripWidth(k)
	gathered := ir.Scratch(0, ir.Float32, k.Mul(strip).Add(ir.Const(8)))
	table := ir.Scratch(1, ir.Int64, strip.Max(perGroup).Mul(ir.Const(int64(ir.NumElements(win.kernel)))))
	if win.isPoint() {
		return append(calls, ir.Call{Kernel: "kernel.ConvPointF32", Args: []ir.Arg{ir.Out(0), ir.In(0), weights, bias, residual,
			gathered, table, o.Act.Arg(), n, ir.IntC(g), m, c, ir.Int(ir.Product(x.Shape[2:]...))}}), nil
	}
	if by, ok := o.winograd(win, w, y); ok {
		gathered.Dim = gathered.Dim.Max(ir.Const(by.scratch))
		return append(calls, ir.Call{Kernel: "kernel.ConvWinogradF32", Args: []ir.Arg{ir.Out(0), ir.In(0), weights, bias, residual,
			gathered, table, o.Act.Arg(), n, m, c, arg, ir.IntC(by.block), ir.IntC(by.tile), ir.IntC(by.filters)}}), nil
	}
	return append(calls, ir.Call{Kernel: "kernel.ConvF32", Args: []ir.Arg{ir.Out(0), ir.In(0), weights, bias, residual,
		gathered, table, o.Act.Arg(), n, ir.IntC(g), m, c, arg}}), nil
}

// isPoint reports whether every output meets just the input at its own position.
func (w window) isPoint() bool {
	for i := range w.kernel {
		if w.kernel[i] != 1 || w.strides[i] != 1 || w.begin[i] != 0 || w.end[i] != 0 {
			return false
		}
	}
	return true
}

// stripFloats is how many gathered inputs a strip of a convolution holds: 256 KiB, which stay in a core's second cache
// beside the weights that pass. planeFloats is that for one channel, 64 KiB.
const (
	stripFloats = 1 << 16
	planeFloats = 1 << 14
)

// stripWidth is how many positions a strip covers, a multiple of four, where each meets k inputs.
func stripWidth(k ir.Dim) ir.Dim {
	n, ok := k.IsConst()
	if !ok {
		return ir.Const(16)
	}
	return ir.Const(stripWidthOf(int(n)))
}

func stripWidthOf(k int) int64 { return min(max(int64(stripFloats/max(k, 1)&^3), 8), 1024) }

// optionalArg is input i as an argument, nil where it is absent.
func optionalArg(in []*ir.Value, i int) ir.Arg {
	if i >= len(in) || in[i] == nil {
		return ir.Nil()
	}
	return ir.In(i)
}

// thenAct applies an activation after calls whose kernel has none.
func thenAct(calls []ir.Call, a Act, out []*ir.Value) ([]ir.Call, error) {
	if a.Fn == "" {
		return calls, nil
	}
	more, err := Unary(a).Lower(out, out)
	if err != nil {
		return nil, err
	}
	for _, c := range more {
		for i, arg := range c.Args {
			if arg.Kind == ir.ArgIn {
				c.Args[i] = ir.Out(arg.Index)
			}
		}
		calls = append(calls, c)
	}
	return calls, nil
}
