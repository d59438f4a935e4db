package op

import (
	"errors"
	"fmt"
	"math"

	"github.com/energeticc/energeticc/ir"
)

// roiMaxOps are the rows of the family.
var roiMaxOps = []Def{
	{Name: "MaxRoiPool", Doc: "MaxRoiPool takes the largest element of each bin of regions of images. Source: ONNX MaxRoiPool.", New: func() ir.Op { return MaxRoiPool{} }, DTypes: floats},
}

// MaxRoiPool takes the largest element of each bin of regions of x [n, c, h, w], 0 of an empty bin. The regions (input 1,
// [k, 5]) are the number of an image and corners x0, y0, x1, y1 that Scale and rounding bring to elements of x; the result
// is [k, c, Height, Width].
type MaxRoiPool struct {
	Height, Width int
	Scale         float64
}

// OpName is MaxRoiPool.
func (MaxRoiPool) OpName() string { return "MaxRoiPool" }

// Infer gives [k, c, Height, Width].
func (o MaxRoiPool) Infer(x *ir.Inference) ([]ir.Type, error) {
	if err := wantTensors(x, 2, 2); err != nil {
		return nil, err
	}
	if err := wantDType(x, 0, floats...); err != nil {
		return nil, err
	}
	if err := wantSame(x, 0, 1); err != nil {
		return nil, err
	}
	if o.Height < 1 || o.Width < 1 || max(o.Height, o.Width) > maxReach || math.IsNaN(o.Scale) || math.IsInf(o.Scale, 0) {
		return nil, fmt.Errorf("output %dx%d at scale %g is out of range", o.Height, o.Width, o.Scale)
	}
	t, rois := x.Type(0), x.Type(1)
	if t.Rank() != 4 || rois.Rank() != 2 {
		return nil, fmt.Errorf("inputs have ranks %d and %d, want 4 and 2", t.Rank(), rois.Rank())
	}
	if _, err := x.Equal(rois.Shape[1], ir.Const(5), "a region has not five numbers"); err != nil {
		return nil, err
	}
	return one(ir.TensorType(t.DType, rois.Shape[0], t.Shape[1], ir.Const(int64(o.Height)), ir.Const(int64(o.Width))))
}

// Eval pools bin by bin.
func (o MaxRoiPool) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	x, rois := in[0], in[1]
	n, c, h, w := x.Shape[0], x.Shape[1], x.Shape[2], x.Shape[3]
	y := ir.NewTensor(x.DType, rois.Shape[0], c, o.Height, o.Width)
	for r := range rois.Shape[0] {
		image := rois.Float(5 * r)
		if !(image >= 0 && image < float64(n)) {
			return nil, errors.New("the number of an image is out of range")
		}
		for i := range c * o.Height * o.Width {
			ch, py, px := i/o.Width/o.Height, i/o.Width%o.Height, i%o.Width
			top, bottom := o.bin(rois.Float(5*r+2), rois.Float(5*r+4), py, o.Height, h)
			left, right := o.bin(rois.Float(5*r+1), rois.Float(5*r+3), px, o.Width, w)
			most := math.Inf(-1)
			for a := top; a < bottom; a++ {
				for b := left; b < right; b++ {
					most = max(most, x.Float(((int(image)*c+ch)*h+a)*w+b))
				}
			}
			if top >= bottom || left >= right {
				most = 0
			}
			y.SetFloat(r*c*o.Height*o.Width+i, most)
		}
	}
	return result(y)
}

// bin gives where bin i of a region begins and ends along an axis of the given size.
func (o MaxRoiPool) bin(from, to float64, i, bins, size int) (begin, end int) {
	start, last := math.Round(from*o.Scale), math.Round(to*o.Scale)
	length := max(last-start+1, 1) / float64(bins)
	hold := func(v float64) int {
		if v != v {
			return 0
		}
		return int(min(max(v, 0), float64(size)))
	}
	return hold(math.Floor(float64(i)*length) + start), hold(math.Ceil(float64(i+1)*length) + start)
}

// Lower calls the kernel, which checks the images' numbers.
func (o MaxRoiPool) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	x := in[0].Type.Shape
	return []ir.Call{{
		Kernel: "kernel.MaxRoiPool",
		Args: []ir.Arg{ir.Out(0), ir.In(0), ir.In(1), ir.Int(x[0]), ir.Int(x[1]), ir.Int(x[2]), ir.Int(x[3]),
			ir.IntC(o.Height), ir.IntC(o.Width), ir.Num(ir.Float64, o.Scale)},
		Fault: &ir.Fault{Text: "number of an image out of range", Arg: -1},
	}}, nil
}
