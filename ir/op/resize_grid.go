package op

import (
	"fmt"
	"math"

	"github.com/energeticc/energeticc/ir"
)

// gridOps are the rows of the family.
var gridOps = []Def{
	{Name: "GridSample", Doc: "GridSample samples a tensor at given coordinates. Source: ONNX GridSample.", New: func() ir.Op { return GridSample{} }, DTypes: floats, ULP: 64},
	{Name: "AffineGrid", Doc: "AffineGrid gives the coordinates of a regular grid under an affine map. Source: ONNX AffineGrid.", New: func() ir.Op { return AffineGrid{} }, DTypes: floats, ULP: 16},
}

// GridSample samples x [n, c, in…] at grid [n, out…, axes], whose last axis counts the spatial axes from the last:
// the result is [n, c, out…]. Coordinates lie within -1 and 1.
type GridSample struct {
	Mode    string // "nearest", "linear" or "cubic"
	Padding string // beyond the input: "zeros", "border" or "reflection"
	Corners bool   // -1 and 1 are the centres of the outermost values, not their outer edges
}

// OpName is GridSample.
func (GridSample) OpName() string { return "GridSample" }

// taps is how many values along an axis a sample reads.
func (o GridSample) taps() int { return map[string]int{"nearest": 1, "linear": 2, "cubic": 4}[o.Mode] }

// Infer gives [n, c, out…].
func (o GridSample) Infer(x *ir.Inference) ([]ir.Type, error) {
	if err := wantTensors(x, 2, 2); err != nil {
		return nil, err
	}
	if err := wantDType(x, 0, floats...); err != nil {
		return nil, err
	}
	if err := wantSame(x, 0, 1); err != nil {
		return nil, err
	}
	if o.taps() == 0 || o.Padding != "zeros" && o.Padding != "border" && o.Padding != "reflection" {
		return nil, fmt.Errorf("mode %q with padding %q is unknown", o.Mode, o.Padding)
	}
	t, g := x.Type(0), x.Type(1)
	rank := t.Rank() - 2
	if rank < 1 || rank > 3 || g.Rank() != t.Rank() {
		return nil, fmt.Errorf("x has rank %d and the grid %d, want the same from 3 to 5", t.Rank(), g.Rank())
	}
	n, err := x.Equal(t.Shape[0], g.Shape[0], "x and grid have different batch sizes")
	if err != nil {
		return nil, err
	}
	if _, err := x.Equal(g.Shape[rank+1], ir.Const(int64(rank)), "the grid has not a coordinate for each spatial axis"); err != nil {
		return nil, err
	}
	return one(ir.TensorType(t.DType, append([]ir.Dim{n, t.Shape[1]}, g.Shape[1:rank+1]...)...))
}

// Eval samples value by value in float64.
func (o GridSample) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	x, g := in[0], in[1]
	rank := len(x.Shape) - 2
	n, c, spatial := x.Shape[0], x.Shape[1], x.Shape[2:]
	y := ir.NewTensor(x.DType, append([]int{n, c}, g.Shape[1:rank+1]...)...)
	points, size := ir.NumElements(g.Shape[1:rank+1]), ir.NumElements(spatial)
	for i := range n * points {
		all := []sample{{0, 1}} // of the axes so far
		for a, d := range spatial {
			var next []sample
			for _, s := range all {
				for _, t := range o.samples(g.Float(i*rank+rank-1-a), d) {
					if s.at < 0 || t.at < 0 {
						t.at = -1
					} else {
						t.at += s.at * d
					}
					next = append(next, sample{t.at, s.weight * t.weight})
				}
			}
			all = next
		}
		for ch := range c {
			plane := (i/points*c + ch) * size
			sum := 0.0
			for _, s := range all {
				if s.at >= 0 {
					sum += s.weight * x.Float(plane+s.at)
				}
			}
			y.SetFloat((i/points*c+ch)*points+i%points, sum)
		}
	}
	return result(y)
}

// samples lists what a coordinate reads along an axis of n values; position -1 is a zero.
func (o GridSample) samples(v float64, n int) []sample {
	if n == 0 {
		return []sample{{-1, 1}}
	}
	x, lo, hi := ((v+1)*float64(n)-1)/2, -0.5, float64(n)-0.5
	if o.Corners {
		x, lo, hi = (v+1)/2*float64(n-1), 0, float64(n-1)
	}
	if x != x || math.Abs(x) > 1e9 {
		x = math.Copysign(1e9, x)
	}
	if o.Mode == "nearest" {
		x = math.RoundToEven(x)
	}
	if o.Mode != "cubic" || o.Padding != "border" { // there the taps themselves are held within
		x = o.within(x, lo, hi, n)
	}
	low := math.Floor(x)
	f := x - low
	var all []sample
	for t := 1 - (o.taps()+1)/2; t <= o.taps()/2; t++ {
		w := 1.0
		switch o.Mode {
		case "linear":
			w = 1 - math.Abs(f-float64(t))
		case "cubic":
			w = Resize{Mode: "cubic", Cubic: -0.75}.filter(f - float64(t))
		}
		at := math.Trunc(o.within(low+float64(t), lo, hi, n))
		if at < 0 || at >= float64(n) {
			at = -1
		}
		all = append(all, sample{int(at), w})
	}
	return all
}

// within brings a place into the input as the padding says; zeros leave it where it is.
func (o GridSample) within(x, lo, hi float64, n int) float64 {
	switch {
	case o.Padding == "zeros" || x >= lo && x <= hi:
		return x
	case o.Padding == "border":
		return min(max(x, 0), float64(n-1))
	case lo >= hi:
		return lo
	}
	period := math.Mod(math.Abs(x-lo), 2*(hi-lo)) // there and back
	return lo + min(period, 2*(hi-lo)-period)
}

// Lower calls the kernel.
func (o GridSample) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	x, g := in[0].Type, in[1].Type
	rank := x.Rank() - 2
	return call("kernel.GridSample", ir.Out(0), ir.In(0), ir.In(1), ir.Int(x.Shape[0]), ir.Int(x.Shape[1]), ir.Int(ir.Product(g.Shape[1:rank+1]...)),
		ir.Ints(x.Shape[2:]...), ir.IntC(o.taps()), ir.Flag(o.Corners), ir.Flag(o.Padding == "border"), ir.Flag(o.Padding == "reflection"))
}

// AffineGrid gives coordinates [n, Sizes…, axes] from theta [n, axes, axes+1], which maps the coordinates of a regular
// grid, all within -1 and 1. Coordinates count the spatial axes from the last.
type AffineGrid struct {
	Sizes   []ir.Dim // of the two or three spatial axes
	Corners bool     // -1 and 1 are the centres of the outermost values, not their outer edges
}

// OpName is AffineGrid.
func (AffineGrid) OpName() string { return "AffineGrid" }

// SubstituteDims replaces symbols in Sizes.
func (o AffineGrid) SubstituteDims(env map[string]ir.Dim) ir.Op {
	o.Sizes = substituteAll(o.Sizes, env)
	return o
}

// Infer gives [n, Sizes…, axes].
func (o AffineGrid) Infer(x *ir.Inference) ([]ir.Type, error) {
	if err := wantTensors(x, 1, 1); err != nil {
		return nil, err
	}
	if err := wantDType(x, 0, floats...); err != nil {
		return nil, err
	}
	t, rank := x.Type(0), int64(len(o.Sizes))
	if rank < 2 || rank > 3 || t.Rank() != 3 {
		return nil, fmt.Errorf("theta is %s for %d spatial sizes, want rank 3 and 2 or 3 sizes", t, rank)
	}
	for i, want := range []int64{rank, rank + 1} {
		if _, err := x.Equal(t.Shape[i+1], ir.Const(want), "theta is not [n, axes, axes+1]"); err != nil {
			return nil, err
		}
	}
	if err := wantSizes(x, o.Sizes); err != nil {
		return nil, err
	}
	shape := append(append([]ir.Dim{t.Shape[0]}, o.Sizes...), ir.Const(rank))
	return one(ir.TensorType(t.DType, shape...))
}

// Eval maps point by point in float64.
func (o AffineGrid) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	theta := in[0]
	sizes, ok := ir.KnownShape(o.Sizes)
	if !ok {
		return nil, fmt.Errorf("the sizes %s are not known", ir.ShapeString(o.Sizes))
	}
	rank, points := len(sizes), ir.NumElements(sizes)
	y := ir.NewTensor(theta.DType, append(append([]int{theta.Shape[0]}, sizes...), rank)...)
	for i := range theta.Shape[0] * points {
		at := make([]float64, rank+1) // the last axis first, then 1
		at[rank] = 1
		p := i % points
		for a := rank - 1; a >= 0; a-- {
			k, n := float64(p%sizes[a]), float64(sizes[a])
			v := (2*k+1)/n - 1
			if o.Corners {
				v = 2*k/max(n-1, 1) - 1
				if n == 1 {
					v = 0
				}
			}
			at[rank-1-a] = v
			p /= sizes[a]
		}
		for r := range rank {
			sum := 0.0
			for k, v := range at {
				sum += v * theta.Float((i/points*rank+r)*(rank+1)+k)
			}
			y.SetFloat(i*rank+r, sum)
		}
	}
	return result(y)
}

// Lower calls the kernel.
func (o AffineGrid) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	return call("kernel.AffineGrid", ir.Out(0), ir.In(0), ir.Int(in[0].Type.Shape[0]), ir.Ints(o.Sizes...), ir.Flag(o.Corners))
}
