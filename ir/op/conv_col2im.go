package op

import (
	"fmt"

	"github.com/energeticc/energeticc/ir"
)

// Col2Im adds up blocks [n, c·taps, positions] where they lie in images [n, c, Sizes…]: the adjoint of cutting an image
// into the blocks that a convolution meets. Absent Strides and Dilations are 1, absent Pads 0; Pads are all begins,
// then all ends.
type Col2Im struct {
	Sizes                            []ir.Dim
	Kernel, Strides, Pads, Dilations []int
}

// OpName is Col2Im.
func (Col2Im) OpName() string { return "Col2Im" }

// SubstituteDims replaces symbols in Sizes.
func (o Col2Im) SubstituteDims(env map[string]ir.Dim) ir.Op {
	o.Sizes = substituteAll(o.Sizes, env)
	return o
}

func (o Col2Im) window() (window, error) {
	return newWindow(len(o.Sizes), o.Kernel, o.Strides, o.Dilations, o.Pads, "")
}

// Infer gives [n, c, Sizes…].
func (o Col2Im) Infer(x *ir.Inference) ([]ir.Type, error) {
	if err := wantTensors(x, 1, 1); err != nil {
		return nil, err
	}
	if err := wantDType(x, 0, number...); err != nil {
		return nil, err
	}
	t := x.Type(0)
	if t.Rank() != 3 || len(o.Sizes) == 0 {
		return nil, fmt.Errorf("the blocks are %s for %d spatial sizes, want rank 3 and at least one size", t, len(o.Sizes))
	}
	if err := wantSizes(x, o.Sizes); err != nil {
		return nil, err
	}
	win, err := o.window()
	if err != nil {
		return nil, err
	}
	taps := ir.Const(int64(ir.NumElements(o.Kernel)))
	if _, err := x.Equal(t.Shape[1].Mod(taps), ir.Const(0), "the blocks' size does not divide the second axis"); err != nil {
		return nil, err
	}
	if _, err := x.Equal(t.Shape[2], ir.Product(win.out(o.Sizes, x.Ranges())...), "there are not as many blocks as the image has positions for"); err != nil {
		return nil, err
	}
	return one(ir.TensorType(t.DType, append([]ir.Dim{t.Shape[0], t.Shape[1].Div(taps)}, o.Sizes...)...))
}

// Eval adds up every pair of positions that meet: floats in float64, integers wrapped.
func (o Col2Im) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	x := in[0]
	sizes, ok := ir.KnownShape(o.Sizes)
	if !ok {
		return nil, fmt.Errorf("the sizes %s are not known", ir.ShapeString(o.Sizes))
	}
	win, err := o.window()
	if err != nil {
		return nil, err
	}
	geo := win.at(sizes)
	taps, plane, blocks := ir.NumElements(o.Kernel), ir.NumElements(sizes), x.Shape[2]
	c := x.Shape[1] / taps
	y := ir.NewTensor(x.DType, append([]int{x.Shape[0], c}, sizes...)...)
	for p := range x.Shape[0] * c {
		sums, whole := make([]float64, plane), make([]int64, plane)
		geo.reach(func(block, at, tap int) {
			i := (p*taps+tap)*blocks + block
			if x.DType.IsFloat() {
				sums[at] += x.Float(i)
			} else {
				whole[at] += x.Int(i)
			}
		})
		for i := range plane {
			if x.DType.IsFloat() {
				y.SetFloat(p*plane+i, sums[i])
			} else {
				y.SetInt(p*plane+i, whole[i])
			}
		}
	}
	return result(y)
}

// Lower calls the kernel.
func (o Col2Im) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	win, err := o.window()
	if err != nil {
		return nil, err
	}
	y := out[0].Type
	return call("kernel.Col2Im", ir.Out(0), ir.In(0), ir.Int(y.Shape[0].Mul(y.Shape[1])), win.arg(o.Sizes, win.out(o.Sizes, nil)))
}
