package onnx

import (
	"fmt"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

var signalRows = []row{
	{"DFT", 17, dft}, // 20 makes the axis an input
	{"STFT", 17, stft},
	{"HannWindow", 17, window(0.5, 0.5, 0)},
	{"HammingWindow", 17, window(25.0/46, 21.0/46, 0)},
	{"BlackmanWindow", 17, window(0.42, 0.5, 0.08)},
	{"MelWeightMatrix", 17, melWeights},
}

// sizeOfScalar gives the single size that an input holds.
func (n *node) sizeOfScalar(i int, what string) (ir.Dim, error) {
	sizes, err := n.sizesOf(n.in[i])
	if err != nil {
		return ir.Dim{}, err
	}
	if len(sizes) != 1 {
		return ir.Dim{}, fmt.Errorf("%s (input %d) has %d elements, want 1", what, i, len(sizes))
	}
	return sizes[0], nil
}

// dft reads DFT. The length is the signal's unless given; of a one-sided spectrum, the even one of the two.
func dft(n *node) ([]*ir.Value, error) {
	most := 2
	if n.version >= 20 {
		most = 3
	}
	if err := n.arity(1, most); err != nil {
		return nil, err
	}
	t := n.in[0].Type
	axis, chosen, err := n.dftAxis(t.Rank())
	if err != nil {
		return nil, err
	}
	o := op.DFT{Axis: axis, Inverse: n.flag("inverse", false), Onesided: n.flag("onesided", false)}
	if chosen == nil {
		o.Length = t.Shape[axis]
	} else {
		for i, d := range t.Shape {
			o.Length = o.Length.Add(chosen.Elems[i].Mul(d))
		}
	}
	switch {
	case n.input(1) != nil:
		if o.Length, err = n.sizeOfScalar(1, "dft_length"); err != nil {
			return nil, err
		}
	case o.Inverse && o.Onesided:
		o.Length = o.Length.Sub(ir.Const(1)).Mul(ir.Const(2))
	}
	return n.add(o, n.in[0], chosen)
}

// dftAxis reads the axis, which is an attribute before opset 20 and an input since. One that only a run knows is chosen
// then.
func (n *node) dftAxis(rank int) (axis int, chosen *ir.Value, err error) {
	if n.version < 20 {
		axis, err = n.axis(1, rank)
		return axis, nil, err
	}
	if n.input(2) == nil {
		axis, err = ir.Axis(-2, rank)
		return axis, nil, err
	}
	if t := n.in[2].Type; !t.Len().Is(1) {
		return 0, nil, fmt.Errorf("axis (input 2) is %s, want one number", t)
	}
	if v, known := n.in[2].KnownInts(); known {
		axis, err = ir.Axis(int(v[0]), rank)
		return axis, nil, err
	}
	chosen, err = n.one(op.Bounds{Fn: "chosen"}, n.in[0], n.in[2])
	return 0, chosen, err
}

// stft reads STFT. A frame is as long as the window, or else the signal, unless said.
func stft(n *node) ([]*ir.Value, error) {
	if err := n.arity(2, 4); err != nil {
		return nil, err
	}
	if t := n.in[0].Type; t.Rank() != 3 {
		return nil, fmt.Errorf("the signal is %s, want [batch, length, 1 or 2]", t)
	}
	o := op.STFT{Onesided: n.flag("onesided", true)}
	step, err := n.sizeOfScalar(1, "frame_step")
	if err != nil {
		return nil, err
	}
	o.Step = step
	window := n.input(2)
	switch {
	case n.input(3) != nil:
		if o.Frame, err = n.sizeOfScalar(3, "frame_length"); err != nil {
			return nil, err
		}
	case window != nil:
		o.Frame = window.Type.Len()
	default:
		o.Frame = n.in[0].Type.Shape[1]
	}
	return n.add(o, n.in[0], window)
}

// window is the row function of a window made of cosines.
func window(a, b, c float64) func(*node) ([]*ir.Value, error) {
	return func(n *node) ([]*ir.Value, error) {
		if err := n.arity(1, 1); err != nil {
			return nil, err
		}
		size, err := n.sizeOfScalar(0, "size")
		if err != nil {
			return nil, err
		}
		return n.madeAs(func(d ir.DType) (*ir.Value, error) {
			return n.one(op.CosineWindow{Size: size, A: a, B: b, C: c, Symmetric: !n.flag("periodic", true), DType: d})
		})
	}
}

// madeAs gives what an op makes in the element type that output_datatype names; integers are cut from float64.
func (n *node) madeAs(make func(d ir.DType) (*ir.Value, error)) ([]*ir.Value, error) {
	d, err := n.elementType("output_datatype", ir.Float32)
	if err != nil {
		return nil, err
	}
	if d.IsFloat() {
		return values(make(d))
	}
	v, err := make(ir.Float64)
	if err != nil {
		return nil, err
	}
	return n.add(op.Cast{To: d}, v)
}

// melWeights reads MelWeightMatrix.
func melWeights(n *node) ([]*ir.Value, error) {
	if err := n.arity(5, 5); err != nil {
		return nil, err
	}
	bands, err := n.sizeOfScalar(0, "num_mel_bins")
	if err != nil {
		return nil, err
	}
	length, err := n.sizeOfScalar(1, "dft_length")
	if err != nil {
		return nil, err
	}
	var in []*ir.Value
	for _, v := range n.in[2:] {
		f, err := n.one(op.Cast{To: ir.Float64}, v)
		if err != nil {
			return nil, err
		}
		in = append(in, f)
	}
	return n.madeAs(func(d ir.DType) (*ir.Value, error) {
		return n.one(op.MelWeights{Bands: bands, Length: length, DType: d}, in...)
	})
}
