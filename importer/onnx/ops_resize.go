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
	if err := resizeSizes(n, &o); err != nil {
		return nil, err
	}
	if o.Coord == "tf_crop_and_resize" {
		roi, err := n.constFloats(1, "roi")
		if err != nil {
			return nil, err
		}
		if len(roi) != 2*len(o.Axes) {
			return nil, fmt.Errorf("roi has %d numbers, want %d", len(roi), 2*len(o.Axes))
		}
		o.Crop = roi
	}
	return n.resized(o)
}

// resizeSizes reads the inputs scales and sizes, one of which must be there.
func resizeSizes(n *node, o *op.Resize) error {
	shape := n.in[0].Type.Shape
	policy := n.oneOf("keep_aspect_ratio_policy", "stretch", "not_larger", "not_smaller")
	if given(n.input(2)) {
		scales, err := n.constFloats(2, "scales")
		if err != nil {
			return err
		}
		return scaleSizes(o, scales, shape)
	}
	sizes := n.input(3)
	if sizes == nil {
		return errors.New("scales and sizes are both missing")
	}
	if len(sizes.Elems) != len(o.Axes) {
		return fmt.Errorf("sizes (input 3) are not known at compile time for %d axes; export the model with sizes computed from shapes", len(o.Axes))
	}
	o.Sizes = append([]ir.Dim{}, sizes.Elems...)
	o.Scales = make([]float64, len(o.Axes))
	if policy == "stretch" {
		return nil
	}
	return keepAspect(o, policy, shape)
}

// given reports whether an optional input is there; exporters stand an empty tensor for an absent one.
func given(v *ir.Value) bool {
	return v != nil && !v.Type.Len().Is(0)
}

// keepAspect makes one scale of all, the smallest or largest that sizes ask for.
func keepAspect(o *op.Resize, policy string, shape []ir.Dim) error {
	scale := 0.0
	for i, a := range o.Axes {
		want, okWant := o.Sizes[i].IsConst()
		have, okHave := shape[a].IsConst()
		if !okWant || !okHave || have == 0 {
			return fmt.Errorf("keep_aspect_ratio_policy %s needs sizes known at compile time, not %s of %s; pin them with --dim", policy, o.Sizes[i], shape[a])
		}
		s := float64(want) / float64(have)
		if i == 0 || (s < scale) == (policy == "not_larger") {
			scale = s
		}
	}
	for i, a := range o.Axes {
		have, _ := shape[a].IsConst()
		o.Sizes[i], o.Scales[i] = ir.Const(int64(math.Floor(scale*float64(have)+0.5))), scale
	}
	return nil
}

// scaleSizes gives each axis its scale and the size ⌊in·scale⌋.
func scaleSizes(o *op.Resize, scales []float64, shape []ir.Dim) error {
	if len(scales) != len(o.Axes) {
		return fmt.Errorf("scales has %d numbers, want %d", len(scales), len(o.Axes))
	}
	o.Scales, o.Sizes = scales, make([]ir.Dim, len(scales))
	for i, s := range scales {
		if !(s >= 1.0/(1<<20) && s <= 1<<20) {
			return fmt.Errorf("scale %g is out of range, want 2^-20 to 2^20", s)
		}
		p, q := ratio(s)
		o.Sizes[i] = shape[o.Axes[i]].Mul(ir.Const(p)).Div(ir.Const(q))
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

// constFloats gives an input's contents, which must be known when compiling.
func (n *node) constFloats(i int, what string) ([]float64, error) {
	v := n.input(i)
	if v == nil || v.Const == nil || !v.Const.DType.IsFloat() {
		return nil, fmt.Errorf("%s (input %d) is not a float tensor known at compile time; export the model with constant %s", what, i, what)
	}
	return v.Const.Floats(), nil
}

// resized adds the op, without the axes that it leaves as they are. Blends of integers are computed in float32.
func (n *node) resized(o op.Resize) ([]*ir.Value, error) {
	if n.err != nil {
		return nil, n.err
	}
	x := n.in[0]
	if o.Coord != "tf_crop_and_resize" {
		o = withoutIdle(o, x.Type.Shape)
	}
	if len(o.Axes) == 0 {
		return n.add(op.Identity{}, x)
	}
	d := x.Type.DType
	if o.Mode == "nearest" || d.IsFloat() {
		return n.add(o, x)
	}
	wide, err := n.one(op.Cast{To: ir.Float32}, x)
	if err != nil {
		return nil, err
	}
	y, err := n.one(o, wide)
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
		stays := a < len(shape) && i < len(o.Sizes) && o.Sizes[i].Equal(shape[a]) && (o.Scales[i] == 0 || o.Scales[i] == 1)
		if !stays {
			p.Axes, p.Sizes, p.Scales = append(p.Axes, a), append(p.Sizes, o.Sizes[i]), append(p.Scales, o.Scales[i])
		}
	}
	return p
}

// legacyResize is Resize before opset 11: by scales alone, the first positions fall together.
func legacyResize(n *node, scales []float64) ([]*ir.Value, error) {
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
	if err := scaleSizes(&o, scales, x.Type.Shape); err != nil {
		return nil, err
	}
	return n.resized(o)
}

// resizeByScales reads Resize of opset 10 and Upsample of opset 9, whose scales are an input.
func resizeByScales(n *node) ([]*ir.Value, error) {
	if err := n.arity(2, 2); err != nil {
		return nil, err
	}
	scales, err := n.constFloats(1, "scales")
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
	return legacyResize(n, scales)
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
	return legacyResize(n, []float64{1, 1, n.float("height_scale", 1), n.float("width_scale", 1)})
}
