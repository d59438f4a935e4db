package op

import (
	"fmt"

	"github.com/energeticc/energeticc/ir"
)

// Col2Im adds up blocks [n, c·taps, positions] where they lie in images [n, c, Sizes…]: the adjoint of cutting an image
// into the blocks that a convolution meets. Absent Strides and Dilations are 1, absent Pads 0; Pads are all begins,
// then all ends.
type Col2Im struct {
	Sizes, Kernel            []ir.Dim
	Strides, Pads, Dilations []int
}

// OpName is Col2Im.
func (Col2Im) OpName() string { return "Col2Im" }

// SubstituteDims replaces symbols in Sizes and Kernel.
func (o Col2Im) SubstituteDims(env map[string]ir.Dim) ir.Op {
	o.Sizes, o.Kernel = substituteAll(o.Sizes, env), substituteAll(o.Kernel, env)
	return o
}

// window is the window that cuts the blocks, but for the kernel, which may not be known.
func (o Col2Im) window() (window, error) {
	return newWindow(len(o.Sizes), orOnes(nil, len(o.Sizes)), o.Strides, o.Dilations, o.Pads, "")
}

// blocks gives how many blocks there are along each axis.
func (o Col2Im) blocks(w window, ranges map[string]ir.Range) []ir.Dim {
	room := make([]ir.Dim, len(o.Sizes)) // less what a kernel of more than one tap takes
	for i, d := range o.Sizes {
		room[i] = d.Sub(o.Kernel[i].Sub(ir.Const(1)).Mul(ir.Const(int64(w.dilations[i]))))
	}
	return w.out(room, ranges)
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
	if t.Rank() != 3 || len(o.Sizes) == 0 || len(o.Kernel) != len(o.Sizes) {
		return nil, fmt.Errorf("the blocks are %s for %d spatial sizes and %d of a block, want rank 3 and as many of both", t, len(o.Sizes), len(o.Kernel))
	}
	if err := wantSizes(x, append(append([]ir.Dim{}, o.Sizes...), o.Kernel...)); err != nil {
		return nil, err
	}
	win, err := o.window()
	if err != nil {
		return nil, err
	}
	taps := ir.Product(o.Kernel...)
	if taps.Is(0) {
		return nil, fmt.Errorf("a block has shape %s, want no size 0", ir.ShapeString(o.Kernel))
	}
	if _, err := x.Equal(t.Shape[1].Mod(taps), ir.Const(0), "the blocks' size does not divide the second axis"); err != nil {
		return nil, err
	}
	if _, err := x.Equal(t.Shape[2], ir.Product(o.blocks(win, x.Ranges())...), "there are not as many blocks as the image has positions for"); err != nil {
		return nil, err
	}
	return one(ir.TensorType(t.DType, append([]ir.Dim{t.Shape[0], t.Shape[1].Div(taps)}, o.Sizes...)...))
}

// Eval adds up every pair of positions that meet: floats in float64, integers wrapped.
func (o Col2Im) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	x := in[0]
	sizes, okSizes := ir.KnownShape(o.Sizes)
	kernel, okKernel := ir.KnownShape(o.Kernel)
	if !okSizes || !okKernel {
		return nil, fmt.Errorf("the sizes %s or %s are not known", ir.ShapeString(o.Sizes), ir.ShapeString(o.Kernel))
	}
	win, err := newWindow(len(sizes), kernel, o.Strides, o.Dilations, o.Pads, "")
	if err != nil {
		return nil, err
	}
	geo := win.at(sizes)
	taps, plane, blocks := ir.NumElements(kernel), ir.NumElements(sizes), x.Shape[2]
	if x.Shape[1]%taps != 0 || blocks != ir.NumElements(geo.out) {
		return nil, fmt.Errorf("blocks %v do not make up an image %v of blocks %v", x.Shape, sizes, kernel)
	}
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
	return call("kernel.Col2Im", ir.Out(0), ir.In(0), ir.Int(y.Shape[0].Mul(y.Shape[1])),
		ir.Struct("kernel.Window", ir.Ints(o.Sizes...), ir.Ints(o.blocks(win, nil)...), ir.Ints(o.Kernel...), ir.IntsC(win.strides...), ir.IntsC(win.dilations...), ir.IntsC(win.begin...)))
}
