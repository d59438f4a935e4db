package onnx

import (
	"errors"
	"fmt"
	"math"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

var resizeRows = []row{
	{"Resize", 11, resize}, // 13 makes roi optional, 18 adds antialias, axes and keep_aspect_ratio_policy, 19 half_pixel_symmetric
	{"Resize", 10, resizeByScales},
	{"Upsample", 10, removed(resizeByScales)},
	{"Upsample", 9, resizeByScales},
	{"Upsample", 7, upsample7},
	{"Upsample", 1, upsample1},
}

// resize reads Resize since opset 11.
func resize(n *node) ([]*ir.Value, error) {
	if err := n.arity(1, 4); err != nil {
		return nil, err
	}
	x := n.in[0]
	o := op.Resize{
		Mode:      n.oneOf("mode", "nearest", "linear", "cubic"),
		Coord:     n.text("coordinate_transformation_mode", "half_pixel"),
		Round:     n.oneOf("nearest_mode", "round_prefer_floor", "round_prefer_ceil", "floor", "ceil"),
		Cubic:     n.float("cubic_coeff_a", -0.75),
		Antialias: n.flag("antialias", false),
		Exclude:   n.flag("exclude_outside", false),
		Outside:   n.float("extrapolation_value", 0),
		Axes:      ints(n.integers("axes")),
	}
	if o.Axes == nil {
		for i := range x.Type.Rank() {
			o.Axes = append(o.Axes, i)
		}
	}
	for i, a := range o.Axes {
		axis, err := ir.Axis(a, x.Type.Rank())
		if err != nil {
			return nil, err
		}
		o.Axes[i] = axis
	}
	scales, err := resizeSizes(n, &o)
	if err != nil {
		return nil, err
	}
	var crop *ir.Value
	if o.Coord == "tf_crop_and_resize" {
		if crop = n.input(1); crop == nil {
			return nil, errors.New("roi is missing, which tf_crop_and_resize needs")
		}
		if crop, err = n.wide(crop); err != nil {
			return nil, err
		}
		if crop.Const != nil {
			o.Crop, crop = crop.Const.Floats(), nil
		}
	}
	return n.resized(o, scales, crop)
}

// wide casts to float64.
func (n *node) wide(v *ir.Value) (*ir.Value, error) {
	if v.Type.DType == ir.Float64 {
		return v, nil
	}
	return n.one(op.Cast{To: ir.Float64}, v)
}

// resizeSizes reads the inputs scales and sizes, one of which must be there. It gives the scales where only a run
// knows them.
func resizeSizes(n *node, o *op.Resize) (*ir.Value, error) {
	var shape []ir.Dim
	for _, a := range o.Axes {
		shape = append(shape, n.in[0].Type.Shape[a])
	}
	policy := n.oneOf("keep_aspect_ratio_policy", "stretch", "not_larger", "not_smaller")
	if given(n.input(2)) {
		scales, err := n.wide(n.input(2))
		if err != nil {
			return nil, err
		}
		return scaleSizes(n, o, scales, shape, false)
	}
	sizes := n.input(3)
	if sizes == nil {
		return nil, errors.New("scales and sizes are both missing")
	}
	if policy != "stretch" {
		scales, err := keepAspect(n, sizes, policy, shape)
		if err != nil {
			return nil, err
		}
		return scaleSizes(n, o, scales, shape, true)
	}
	var err error
	o.Sizes, err = n.sizesOf(sizes)
	return nil, err
}

// given reports whether an optional input is there; exporters stand an empty tensor for an absent one.
func given(v *ir.Value) bool {
	return v != nil && !v.Type.Len().Is(0)
}

// keepAspect makes one scale of all, the smallest or largest that sizes ask for.
func keepAspect(n *node, sizes *ir.Value, policy string, shape []ir.Dim) (*ir.Value, error) {
	want, err := n.wide(sizes)
	if err != nil {
		return nil, err
	}
	have, err := n.one(op.Sizes{Values: shape, DType: ir.Int64, Shape: []int{len(shape)}})
	if err != nil {
		return nil, err
	}
	if have, err = n.wide(have); err != nil {
		return nil, err
	}
	each, err := n.one(op.Binary{Fn: "Div"}, want, have)
	if err != nil {
		return nil, err
	}
	fn := "ReduceMin"
	if policy == "not_smaller" {
		fn = "ReduceMax"
	}
	scale, err := n.one(op.Reduce{Fn: fn, Axes: []int{0}, KeepDims: true}, each)
	if err != nil {
		return nil, err
	}
	ones := ir.NewTensor(ir.Float64, len(shape))
	for i := range shape {
		ones.SetFloat(i, 1)
	}
	return n.one(op.Binary{Fn: "Mul"}, scale, n.Const("ones", ones))
}

// scaleSizes gives each axis its scale and the size ⌊in·scale⌋, or the nearest one if round. Scales that only a run
// knows are given back.
func scaleSizes(n *node, o *op.Resize, scales *ir.Value, shape []ir.Dim, round bool) (*ir.Value, error) {
	if !scales.Type.Len().Is(int64(len(o.Axes))) {
		return nil, fmt.Errorf("there are %s scales, want %d", scales.Type.Len(), len(o.Axes))
	}
	if scales.Const != nil && !round {
		v := scales.Const.Floats()
		return nil, scaleByConst(o, v, shape)
	}
	in, err := n.one(op.Sizes{Values: shape, DType: ir.Int64, Shape: []int{len(shape)}})
	if err != nil {
		return nil, err
	}
	sizes, err := n.one(op.ScaledSizes{Round: round}, in, scales)
	if err != nil {
		return nil, err
	}
	o.Sizes = sizes.Elems
	if scales.Const != nil {
		o.Scales, scales = scales.Const.Floats(), nil
	}
	return scales, nil
}

// scaleByConst is scaleSizes for scales that are known.
func scaleByConst(o *op.Resize, scales []float64, shape []ir.Dim) error {
	if len(scales) != len(shape) {
		return fmt.Errorf("there are %d scales, want %d", len(scales), len(shape))
	}
	o.Scales, o.Sizes = scales, make([]ir.Dim, len(scales))
	for i, s := range scales {
		if !(s >= 1.0/(1<<20) && s <= 1<<20) {
			return fmt.Errorf("scale %g is out of range, want 2^-20 to 2^20", s)
		}
		p, q := ratio(s)
		o.Sizes[i] = shape[i].Mul(ir.Const(p)).Div(ir.Const(q))
	}
	return nil
}

// ratio is the fraction p/q of the smallest q that rounds to a float32: a scale of 0.7 means 7/10, and ten tenths of it
// are 7, not the 6.9999999 that the float's own digits give.
func ratio(s float64) (p, q int64) {
	const most = 1 << 12
	for q = 1; q < most; q++ {
		p = int64(math.Round(s * float64(q)))
		if float32(float64(p)/float64(q)) == float32(s) {
			return p, q
		}
	}
	m, e := math.Frexp(s) // exact: a float32 has 24 bits
	p, q = int64(m*(1<<24)), 1
	if e -= 24; e >= 0 {
		return p << min(e, 30), q
	}
	return p, q << min(-e, 50)
}

// resized adds the op, without the axes that it leaves as they are. Blends of integers are computed in float32.
func (n *node) resized(o op.Resize, scales, crop *ir.Value) ([]*ir.Value, error) {
	if n.err != nil {
		return nil, n.err
	}
	x := n.in[0]
	if scales == nil && o.Coord != "tf_crop_and_resize" {
		o = withoutIdle(o, x.Type.Shape)
	}
	if len(o.Axes) == 0 {
		return n.add(op.Identity{}, x)
	}
	d := x.Type.DType
	if o.Mode == "nearest" || d.IsFloat() {
		return n.add(o, x, scales, crop)
	}
	wide, err := n.one(op.Cast{To: ir.Float32}, x)
	if err != nil {
		return nil, err
	}
	y, err := n.one(o, wide, scales, crop)
	if err != nil {
		return nil, err
	}
	return n.add(op.Cast{To: d}, y)
}

// withoutIdle leaves out axes whose size stays: there, every place falls on a position.
func withoutIdle(o op.Resize, shape []ir.Dim) op.Resize {
	p := o
	p.Axes, p.Sizes, p.Scales = nil, nil, nil
	for i, a := range o.Axes {
		if i < len(o.Sizes) && o.Sizes[i].Equal(shape[a]) && (o.Scales == nil || o.Scales[i] == 1) {
			continue
		}
		p.Axes = append(p.Axes, a)
		p.Sizes = append(p.Sizes, o.Sizes[i:min(i+1, len(o.Sizes))]...)
		if o.Scales != nil {
			p.Scales = append(p.Scales, o.Scales[i])
		}
	}
	return p
}

// legacyResize is Resize before opset 11: by scales alone, the first positions fall together. Of the nearest elements
// it takes the lower where an axis grows and the upper where it shrinks, as ONNX Runtime does: the standard is silent.
func legacyResize(n *node, scales *ir.Value) ([]*ir.Value, error) {
	x := n.in[0]
	mode := n.oneOf("mode", "nearest", "linear", "bilinear", "cubic", "bicubic")
	switch mode {
	case "bilinear":
		mode = "linear"
	case "bicubic":
		mode = "cubic"
	}
	o := op.Resize{Mode: mode, Coord: "asymmetric", Round: "floor", Cubic: -0.75}
	for i := range x.Type.Rank() {
		o.Axes = append(o.Axes, i)
	}
	run, err := scaleSizes(n, &o, scales, x.Type.Shape, false)
	if err != nil {
		return nil, err
	}
	if shrunk, grown := splitScales(o); o.Mode == "nearest" && len(shrunk.Axes) > 0 {
		shrunk.Round, o = "ceil", grown
		out, err := n.resized(shrunk, nil, nil)
		if err != nil {
			return nil, err
		}
		n.in[0] = out[0]
	}
	return n.resized(o, run, nil)
}

// splitScales parts a resizing whose scales are known into that of the axes that shrink and that of the others.
func splitScales(o op.Resize) (shrunk, grown op.Resize) {
	shrunk, grown = o, o
	shrunk.Axes, shrunk.Sizes, shrunk.Scales = nil, nil, nil
	grown.Axes, grown.Sizes, grown.Scales = nil, nil, nil
	for i, s := range o.Scales {
		part := &grown
		if s < 1 {
			p, q := ratio(s) // else position 7 of a scale of 0.7 would lie just above 10
			part, s = &shrunk, float64(p)/float64(q)
		}
		part.Axes = append(part.Axes, o.Axes[i])
		part.Sizes = append(part.Sizes, o.Sizes[i])
		part.Scales = append(part.Scales, s)
	}
	return shrunk, grown
}

// resizeByScales reads Resize of opset 10 and Upsample of opset 9, whose scales are an input.
func resizeByScales(n *node) ([]*ir.Value, error) {
	if err := n.arity(2, 2); err != nil {
		return nil, err
	}
	scales, err := n.wide(n.in[1])
	if err != nil {
		return nil, err
	}
	return legacyResize(n, scales)
}

// upsample7 reads Upsample of opset 7, whose scales are an attribute.
func upsample7(n *node) ([]*ir.Value, error) {
	if err := n.arity(1, 1); err != nil {
		return nil, err
	}
	var scales []float64
	for _, s := range n.floats("scales") {
		scales = append(scales, float64(s))
	}
	return legacyResize(n, n.Const("scales", ir.FromFloats(ir.Float64, []int{len(scales)}, scales)))
}

// upsample1 reads Upsample of opset 1: an image's height and width.
func upsample1(n *node) ([]*ir.Value, error) {
	if err := n.arity(1, 1); err != nil {
		return nil, err
	}
	if n.has("scales") {
		return upsample7(n)
	}
	if r := n.in[0].Type.Rank(); r != 4 {
		return nil, fmt.Errorf("the input has rank %d, want 4", r)
	}
	scales := []float64{1, 1, n.float("height_scale", 1), n.float("width_scale", 1)}
	return legacyResize(n, n.Const("scales", ir.FromFloats(ir.Float64, []int{4}, scales)))
}
