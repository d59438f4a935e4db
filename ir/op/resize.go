package op

import (
	"fmt"
	"math"

	"github.com/energeticc/energeticc/ir"
)

// resizeOps are the rows of the family.
var resizeOps = []Def{
	{Name: "ScaledSizes", Doc: "ScaledSizes gives sizes times scales, as sizes that only a run knows. Source: ONNX Resize.", New: func() ir.Op { return ScaledSizes{} }, DTypes: []ir.DType{ir.Int64}},
	{Name: "Resize", Doc: "Resize samples a tensor anew along some axes. Source: ONNX Resize.", New: func() ir.Op { return Resize{} }, DTypes: whole, ULP: 64, Moves: true},
}

// Resize samples a tensor anew along Axes, one after the other. For each of them, Sizes is the result's size and Scales
// what the coordinates are divided by; a scale of 0 is the result's size by the input's. Inputs:
//
//	0 x
//	1 scales  float64 [axes], optional: what Scales would hold, where only a run knows it
//	2 crop    float64 [2·axes], optional: what Crop would hold
type Resize struct {
	Mode      string // "nearest", "linear" or "cubic"; the latter for floats alone
	Coord     string // where a position of the result lies in the input, by ONNX's names
	Round     string // nearest: "round_prefer_floor", "round_prefer_ceil", "floor" or "ceil"
	Cubic     float64
	Antialias bool    // a smaller result is filtered
	Exclude   bool    // what lies outside the input has no weight, instead of the border's value
	Outside   float64 // what a result outside Crop has
	Axes      []int
	Sizes     []ir.Dim
	Scales    []float64
	Crop      []float64 // for tf_crop_and_resize: where the result begins and ends on each axis, in units of the input's
}

// coordinates are ONNX's names and the kernels that compute them.
var coordinates = map[string]struct {
	kernel string
	at     func(o, in, out, scale, begin, end float64) float64
}{
	"half_pixel":           {"kernel.HalfPixel", func(o, in, out, scale, _, _ float64) float64 { return (o+0.5)/scale - 0.5 }},
	"half_pixel_symmetric": {"kernel.HalfPixelSymmetric", halfPixelSymmetric},
	"pytorch_half_pixel":   {"kernel.HalfPixelTorch", halfPixelTorch},
	"align_corners":        {"kernel.AlignCorners", alignCorners},
	"asymmetric":           {"kernel.Asymmetric", func(o, in, out, scale, _, _ float64) float64 { return o / scale }},
	"tf_half_pixel_for_nn": {"kernel.HalfPixelNearest", func(o, in, out, scale, _, _ float64) float64 { return (o + 0.5) / scale }},
	"tf_crop_and_resize":   {"kernel.CropAndResize", cropAndResize},
}

func halfPixelSymmetric(o, in, out, scale, _, _ float64) float64 {
	offset := in / 2 * (1 - out/(scale*in))
	return offset + (o+0.5)/scale - 0.5
}

func halfPixelTorch(o, in, _, scale, _, _ float64) float64 {
	if scale*in == 1 {
		return -0.5
	}
	return (o+0.5)/scale - 0.5
}

func alignCorners(o, in, _, scale, _, _ float64) float64 {
	if scale*in == 1 {
		return 0
	}
	return o * (in - 1) / (scale*in - 1)
}

// cropAndResize rounds each step to float32, as the runtimes do whose halves models rely on: from 0.2 to 0.8, say.
func cropAndResize(o, in, out, _, begin, end float64) float64 {
	if out == 1 {
		return single(single(begin+end) / 2 * (in - 1))
	}
	part := single(single(single(o*single(end-begin))*(in-1)) / (out - 1))
	return single(single(begin*(in-1)) + part)
}

func single(v float64) float64 { return float64(float32(v)) }

// roundings are ONNX's names of how nearest picks between two neighbours; f is the fraction past the lower one.
var roundings = map[string]struct {
	kernel string
	up     func(f float64) bool
}{
	"round_prefer_floor": {"kernel.RoundHalfDown", func(f float64) bool { return f > 0.5 }},
	"round_prefer_ceil":  {"kernel.RoundHalfUp", func(f float64) bool { return f >= 0.5 }},
	"floor":              {"kernel.RoundDown", func(float64) bool { return false }},
	"ceil":               {"kernel.RoundUp", func(f float64) bool { return f > 0 }},
}

// OpName is Resize.
func (Resize) OpName() string { return "Resize" }

// SubstituteDims replaces symbols in Sizes.
func (o Resize) SubstituteDims(env map[string]ir.Dim) ir.Op {
	sizes := make([]ir.Dim, len(o.Sizes))
	for i, d := range o.Sizes {
		sizes[i] = d.Substitute(env)
	}
	o.Sizes = sizes
	return o
}

// computes says that blending, unlike picking, does arithmetic on elements.
func (o Resize) computes() bool { return o.Mode != "nearest" }

// check checks the attributes against the input.
func (o Resize) check(t ir.Type) error {
	if o.Mode != "nearest" && o.Mode != "linear" && o.Mode != "cubic" {
		return fmt.Errorf("mode is %q, want nearest, linear or cubic", o.Mode)
	}
	if o.Mode != "nearest" && !t.DType.IsFloat() {
		return fmt.Errorf("mode %s of element type %s is not supported; cast to float32 before and back after", o.Mode, t.DType)
	}
	if k := t.DType.Kind(); o.Outside != 0 && (k == ir.KindString || k == ir.KindComplex) {
		return fmt.Errorf("an extrapolation value of %g for element type %s is not supported", o.Outside, t.DType)
	}
	if _, ok := coordinates[o.Coord]; !ok {
		return fmt.Errorf("coordinates are %q, which is unknown", o.Coord)
	}
	if _, ok := roundings[o.Round]; !ok && o.Mode == "nearest" {
		return fmt.Errorf("rounding is %q, which is unknown", o.Round)
	}
	if n := len(o.Axes); len(o.Sizes) != n || len(o.Scales) != 0 && len(o.Scales) != n || len(o.Crop) != 0 && len(o.Crop) != 2*n {
		return fmt.Errorf("%d sizes, %d scales and %d bounds for %d axes", len(o.Sizes), len(o.Scales), len(o.Crop), n)
	}
	for _, v := range append([]float64{o.Cubic}, o.Crop...) {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("the cubic's slope or a bound is %g, want a finite number", v)
		}
	}
	seen := map[int]bool{}
	for i, a := range o.Axes {
		if a < 0 || a >= t.Rank() || seen[a] {
			return fmt.Errorf("axes %v name axis %d twice or beyond rank %d", o.Axes, a, t.Rank())
		}
		seen[a] = true
		if s := o.scale(i); !(s >= 0) || s > maxScale || s != 0 && s < 1.0/maxScale {
			return fmt.Errorf("scale %g is out of range, want %g to %g", s, 1.0/maxScale, float64(maxScale))
		}
	}
	return nil
}

// maxScale bounds scales, so that a filter's width stays bounded.
const maxScale = 1 << 20

// maxReach bounds how far a filter sees to either side.
const maxReach = 1 << 16

func (o Resize) crops() bool { return o.Coord == "tf_crop_and_resize" }

// scale is the scale along axis number i of Axes, 0 where it is the sizes' ratio.
func (o Resize) scale(i int) float64 {
	if o.Scales == nil {
		return 0
	}
	return o.Scales[i]
}

// Infer replaces the sizes along Axes.
func (o Resize) Infer(x *ir.Inference) ([]ir.Type, error) {
	if err := wantTensors(x, 1, 3); err != nil {
		return nil, err
	}
	for i := 1; i < len(x.In); i++ {
		if n := int64(i * len(o.Axes)); x.Has(i) && !(x.Type(i).DType == ir.Float64 && x.Type(i).Len().Is(n)) {
			return nil, fmt.Errorf("input %d is %s, want %d numbers of float64", i, x.Type(i), n)
		}
	}
	if o.crops() != (o.Crop != nil || x.Has(2)) {
		return nil, fmt.Errorf("coordinates are %q; bounds go with tf_crop_and_resize alone", o.Coord)
	}
	t := x.Type(0)
	if err := wantDType(x, 0, Lookup("Resize").DTypes...); err != nil {
		return nil, err
	}
	if err := o.check(t); err != nil {
		return nil, err
	}
	if err := wantSizes(x, o.Sizes); err != nil {
		return nil, err
	}
	shape := append([]ir.Dim{}, t.Shape...)
	for i, a := range o.Axes {
		shape[a] = o.Sizes[i]
	}
	return one(ir.TensorType(t.DType, shape...))
}

// sample is a weighted position of the input; position -1 stands for Outside.
type sample struct {
	at     int
	weight float64
}

// samples lists what position p of the result reads along axis number i of Axes.
func (o Resize) samples(i, p, in, out int) []sample {
	scale := o.scale(i)
	if scale == 0 {
		scale = float64(out) / float64(in)
	}
	var begin, end float64
	if o.crops() {
		begin, end = o.Crop[i], o.Crop[len(o.Axes)+i]
	}
	x := coordinates[o.Coord].at(float64(p), float64(in), float64(out), scale, begin, end)
	if in == 0 || x != x || o.crops() && (x < 0 || x > float64(in-1)) {
		return []sample{{-1, 1}}
	}
	inside := func(x float64) int { return int(min(max(x, 0), float64(in-1))) }
	low := math.Floor(x)
	if o.Mode == "nearest" {
		if roundings[o.Round].up(x - low) {
			low++
		}
		return []sample{{inside(low), 1}}
	}
	filter, support := 1.0, 1.0
	if o.Mode == "cubic" {
		support = 2
	}
	if o.Antialias {
		filter = min(scale, 1)
	}
	reach := int(min(math.Ceil(support/filter), maxReach))
	var all []sample
	sum := 0.0
	for k := 1 - reach; k <= reach; k++ {
		w := o.filter((float64(k) - (x - low)) * filter)
		if at := low + float64(k); o.Exclude && (at < 0 || at > float64(in-1)) {
			w = 0
		}
		sum += w
		all = append(all, sample{inside(low + float64(k)), w})
	}
	if o.Antialias || o.Exclude {
		for k := range all {
			all[k].weight /= sum
		}
	}
	return all
}

// filter is the weight of a neighbour at a distance.
func (o Resize) filter(d float64) float64 {
	d = math.Abs(d)
	a := o.Cubic
	switch {
	case o.Mode == "linear":
		return max(1-d, 0)
	case d <= 1:
		return ((a+2)*d-(a+3))*d*d + 1
	case d < 2:
		return ((a*d-5*a)*d+8*a)*d - 4*a
	}
	return 0
}

// Eval samples axis by axis in float64; nearest moves elements as they are.
func (o Resize) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	x := in[0]
	if t := optional(in, 1); t != nil {
		o.Scales = t.Floats()
	}
	if t := optional(in, 2); t != nil {
		o.Crop = t.Floats()
	}
	sizes, ok := ir.KnownShape(o.Sizes)
	if !ok {
		return nil, fmt.Errorf("the sizes %s are not known", ir.ShapeString(o.Sizes))
	}
	if o.Mode == "nearest" {
		return result(o.pick(x, sizes))
	}
	shape, v := append([]int{}, x.Shape...), x.Floats()
	for i, a := range o.Axes {
		outer, n, inner := ir.NumElements(shape[:a]), shape[a], ir.NumElements(shape[a+1:])
		next := make([]float64, outer*sizes[i]*inner)
		for p := range sizes[i] {
			for _, s := range o.samples(i, p, n, sizes[i]) {
				for r := range outer * inner {
					to := &next[(r/inner*sizes[i]+p)*inner+r%inner]
					if s.at < 0 {
						*to = o.Outside
					} else {
						*to += s.weight * v[(r/inner*n+s.at)*inner+r%inner]
					}
				}
			}
		}
		shape[a], v = sizes[i], next
	}
	return result(ir.FromFloats(x.DType, shape, v))
}

// pick resizes by nearest neighbours.
func (o Resize) pick(x *ir.Tensor, sizes []int) *ir.Tensor {
	for i, a := range o.Axes {
		outer, n, inner := ir.NumElements(x.Shape[:a]), x.Shape[a], ir.NumElements(x.Shape[a+1:])
		shape := append([]int{}, x.Shape...)
		shape[a] = sizes[i]
		y := ir.NewTensor(x.DType, shape...)
		for p := range sizes[i] {
			from := o.samples(i, p, n, sizes[i])[0].at
			for r := range outer * inner {
				to := (r/inner*sizes[i]+p)*inner + r%inner
				switch {
				case from < 0 && o.Outside != 0:
					y.SetFloat(to, o.Outside)
				case from >= 0:
					copyElem(y, to, x, (r/inner*n+from)*inner+r%inner)
				}
			}
		}
		x = y
	}
	if len(o.Axes) == 0 {
		return x.WithShape(x.Shape...)
	}
	return x
}
