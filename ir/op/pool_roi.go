package op

import (
	"errors"
	"fmt"
	"math"

	"github.com/energeticc/energeticc/ir"
)

// roiOps are the rows of the family.
var roiOps = []Def{
	{Name: "RoiAlign", Doc: "RoiAlign pools regions of images, each blended from its neighbours at sample points. Source: ONNX RoiAlign.", New: func() ir.Op { return RoiAlign{} }, DTypes: floats, ULP: 256},
}

// RoiAlign pools regions of x [n, c, h, w]. Inputs are x, the regions [k, 4] as x0, y0, x1, y1 and, for each, the
// int64 number of its image [k]; the result is [k, c, Height, Width].
type RoiAlign struct {
	Height, Width int
	Samples       int     // sample points along each side of a bin; 0 is one for each value
	Scale         float64 // from the regions' units to x's
	Max           bool    // the largest weighted neighbour of the sample points, not their mean
	HalfPixel     bool    // values have their centre at ½
}

// OpName is RoiAlign.
func (RoiAlign) OpName() string { return "RoiAlign" }

// Infer gives [k, c, Height, Width].
func (o RoiAlign) Infer(x *ir.Inference) ([]ir.Type, error) {
	if err := wantTensors(x, 3, 3); err != nil {
		return nil, err
	}
	if err := wantDType(x, 0, floats...); err != nil {
		return nil, err
	}
	if err := wantSame(x, 0, 1); err != nil {
		return nil, err
	}
	if err := wantDType(x, 2, ir.Int64); err != nil {
		return nil, err
	}
	if o.Height < 1 || o.Width < 1 || o.Samples < 0 || max(o.Height, o.Width, o.Samples) > maxReach || math.IsNaN(o.Scale) || math.IsInf(o.Scale, 0) {
		return nil, fmt.Errorf("output %dx%d with %d samples at scale %g is out of range", o.Height, o.Width, o.Samples, o.Scale)
	}
	t, rois, images := x.Type(0), x.Type(1), x.Type(2)
	if t.Rank() != 4 || rois.Rank() != 2 || images.Rank() != 1 {
		return nil, fmt.Errorf("inputs have ranks %d, %d and %d, want 4, 2 and 1", t.Rank(), rois.Rank(), images.Rank())
	}
	if _, err := x.Equal(rois.Shape[1], ir.Const(4), "a region has not four numbers"); err != nil {
		return nil, err
	}
	k, err := x.Equal(rois.Shape[0], images.Shape[0], "there are not as many images' numbers as regions")
	if err != nil {
		return nil, err
	}
	return one(ir.TensorType(t.DType, k, t.Shape[1], ir.Const(int64(o.Height)), ir.Const(int64(o.Width))))
}

// Eval pools bin by bin in float64.
func (o RoiAlign) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	x, rois, images := in[0], in[1], in[2]
	n, c, h, w := x.Shape[0], x.Shape[1], x.Shape[2], x.Shape[3]
	y := ir.NewTensor(x.DType, rois.Shape[0], c, o.Height, o.Width)
	for r := range rois.Shape[0] {
		image := images.Int(r)
		if image < 0 || image >= int64(n) {
			return nil, errors.New("the number of an image is out of range")
		}
		startX, binX, countX := o.side(rois.Float(4*r), rois.Float(4*r+2), o.Width, w)
		startY, binY, countY := o.side(rois.Float(4*r+1), rois.Float(4*r+3), o.Height, h)
		for i := range c * o.Height * o.Width {
			ch, py, px := i/o.Width/o.Height, i/o.Width%o.Height, i%o.Width
			plane := (int(image)*c + ch) * h * w
			sum, top := 0.0, math.Inf(-1)
			for sy := range countY {
				for sx := range countX {
					atY := startY + float64(py)*binY + (float64(sy)+0.5)*binY/float64(countY)
					atX := startX + float64(px)*binX + (float64(sx)+0.5)*binX/float64(countX)
					for _, a := range roiSamples(atY, h) {
						for _, b := range roiSamples(atX, w) {
							v := a.weight * b.weight
							if v *= x.Float(plane + a.at*w + b.at); a.weight*b.weight == 0 {
								v = 0
							}
							sum += v
							top = max(top, v)
						}
					}
					if len(roiSamples(atY, h))*len(roiSamples(atX, w)) == 0 {
						top = max(top, 0)
					}
				}
			}
			switch {
			case countX*countY == 0:
				y.SetFloat(r*c*o.Height*o.Width+i, 0)
			case o.Max:
				y.SetFloat(r*c*o.Height*o.Width+i, top)
			default:
				y.SetFloat(r*c*o.Height*o.Width+i, sum/float64(countX*countY))
			}
		}
	}
	return result(y)
}

// side gives, along one axis, where a region starts, how long its bins are and how many samples each has: never more
// than the axis has values, and two.
func (o RoiAlign) side(from, to float64, bins, size int) (start, bin float64, count int) {
	start, end := from*o.Scale, to*o.Scale
	if o.HalfPixel {
		start, end = start-0.5, end-0.5
	}
	length := end - start
	if !o.HalfPixel {
		length = max(length, 1)
	}
	bin = length / float64(bins)
	count = o.Samples
	if count == 0 && bin > 0 {
		count = int(min(math.Ceil(bin), float64(size+2)))
	}
	return start, bin, count
}

// roiSamples lists the two neighbours of a place along an axis, none where it lies more than one value outside.
func roiSamples(x float64, n int) []sample {
	if !(x >= -1 && x <= float64(n)) || n == 0 {
		return nil
	}
	x = min(max(x, 0), float64(n-1))
	low := math.Floor(x)
	return []sample{{int(low), 1 - (x - low)}, {min(int(low)+1, n-1), x - low}}
}

// Lower calls the kernel, which checks the images' numbers.
func (o RoiAlign) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	x := in[0].Type
	return []ir.Call{{
		Kernel: "kernel.RoiAlign",
		Args: []ir.Arg{ir.Out(0), ir.In(0), ir.In(1), ir.In(2), ir.Int(x.Shape[0]), ir.Int(x.Shape[1]), ir.Int(x.Shape[2]), ir.Int(x.Shape[3]),
			ir.IntC(o.Height), ir.IntC(o.Width), ir.IntC(o.Samples), ir.Num(ir.Float64, o.Scale), ir.Flag(o.Max), ir.Flag(o.HalfPixel)},
		Fault: &ir.Fault{Text: "number of an image out of range", Arg: 3, Hi: x.Shape[0]},
	}}, nil
}
