package op

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/runtime/kernel"
)

// randomFloats makes a float32 tensor of numbers within ±most.
func randomFloats(r *rand.Rand, most float64, shape ...int) *ir.Tensor {
	t := ir.NewTensor(ir.Float32, shape...)
	for i := range t.Len() {
		t.SetFloat(i, (2*r.Float64()-1)*most)
	}
	return t
}

// close32 compares a kernel's result with the op's own evaluation.
func close32(t *testing.T, what string, got []float32, o ir.Evaluator, in ...*ir.Tensor) {
	t.Helper()
	out, err := o.Eval(in)
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	want := out[0].Floats()
	if len(got) != len(want) {
		t.Fatalf("%s: %d values, want %d", what, len(got), len(want))
	}
	for i, v := range got {
		if d := math.Abs(float64(v) - want[i]); !(d <= 1e-5*(1+math.Abs(want[i]))) && (v == v || want[i] == want[i]) {
			t.Fatalf("%s: value %d is %v, want %v", what, i, v, want[i])
		}
	}
}

func TestGridSampleKernel(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, spatial := range [][]int{{5}, {1}, {4, 3}, {3, 1, 4}, {2, 0}} {
		rank := len(spatial)
		x := randomFloats(r, 1, append([]int{2, 3}, spatial...)...)
		out := []int{7, 2, 2}[:rank]
		grid := randomFloats(r, 2.5, append(append([]int{2}, out...), rank)...)
		for i, v := range []float64{math.NaN(), math.Inf(1), math.Inf(-1), 1e30, -1, 1} {
			grid.SetFloat(i, v)
		}
		for _, mode := range []string{"nearest", "linear", "cubic"} {
			for _, padding := range []string{"zeros", "border", "reflection"} {
				for _, corners := range []bool{false, true} {
					o := GridSample{Mode: mode, Padding: padding, Corners: corners}
					points := ir.NumElements(out)
					y := make([]float32, 2*3*points)
					kernel.GridSample(y, x.Float32s(), grid.Float32s(), 2, 3, points, spatial, o.taps(), corners, padding == "border", padding == "reflection")
					close32(t, fmt.Sprintf("%v of %v", o, spatial), y, o, x, grid)
				}
			}
		}
	}
}

func TestAffineGridKernel(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, sizes := range [][]int{{3, 4}, {1, 5}, {2, 3, 4}, {0, 2}} {
		theta := randomFloats(r, 2, 2, len(sizes), len(sizes)+1)
		for _, corners := range []bool{false, true} {
			y := make([]float32, 2*ir.NumElements(sizes)*len(sizes))
			kernel.AffineGrid(y, theta.Float32s(), 2, sizes, corners)
			close32(t, fmt.Sprint(sizes, corners), y, AffineGrid{Sizes: ir.ConstDims(sizes), Corners: corners}, theta)
		}
	}
}

func TestRoiAlignKernel(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	x := randomFloats(r, 1, 2, 3, 6, 5)
	rois := randomFloats(r, 12, 9, 4)
	for i, v := range []float64{math.NaN(), math.Inf(1), 1e30, 0, -1e30} {
		rois.SetFloat(5*i, v)
	}
	images := ir.OfInts(0, 1, 1, 0, 0, 1, 0, 1, 0)
	for _, samples := range []int{0, 2} {
		for _, largest := range []bool{false, true} {
			for _, half := range []bool{false, true} {
				o := RoiAlign{Height: 2, Width: 3, Samples: samples, Scale: 0.75, Max: largest, HalfPixel: half}
				y := make([]float32, 9*3*6)
				if bad := kernel.RoiAlign(y, x.Float32s(), rois.Float32s(), images.Ints(), 2, 3, 6, 5, 2, 3, samples, 0.75, largest, half); bad >= 0 {
					t.Fatalf("image %d is at fault", bad)
				}
				close32(t, fmt.Sprint(o), y, o, x, rois, images)
			}
		}
	}
	for i, image := range []int64{-1, 2} {
		numbers := []int64{0, 1}
		numbers[i] = image
		if bad := kernel.RoiAlign(make([]float32, 6), x.Float32s(), rois.Float32s(), numbers, 2, 3, 6, 5, 1, 1, 1, 1, false, false); bad != i {
			t.Errorf("images %v: fault at %d, want %d", numbers, bad, i)
		}
	}
}

func TestCol2ImKernel(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for _, tt := range []struct {
		sizes, kernel, strides, pads, dilations []int
	}{
		{[]int{5, 4}, []int{2, 3}, []int{1, 1}, []int{0, 0, 0, 0}, []int{1, 1}},
		{[]int{7}, []int{3}, []int{2}, []int{1, 2}, []int{2}},
		{[]int{3, 4, 2}, []int{2, 2, 1}, []int{1, 2, 1}, []int{1, 0, 0, 0, 1, 1}, []int{1, 1, 3}},
		{[]int{0, 2}, []int{1, 2}, []int{1, 1}, []int{0, 0, 0, 0}, []int{1, 1}},
	} {
		win, err := newWindow(len(tt.sizes), tt.kernel, tt.strides, tt.dilations, tt.pads, "")
		if err != nil {
			t.Fatal(err)
		}
		geo := win.at(tt.sizes)
		x := randomFloats(r, 1, 2, 3*ir.NumElements(tt.kernel), ir.NumElements(geo.out))
		o := Col2Im{Sizes: ir.ConstDims(tt.sizes), Kernel: ir.ConstDims(tt.kernel), Strides: tt.strides, Pads: tt.pads, Dilations: tt.dilations}
		y := make([]float32, 6*ir.NumElements(tt.sizes))
		kernel.Col2Im(y, x.Float32s(), 6, kernel.Window{In: tt.sizes, Out: geo.out, Kernel: tt.kernel, Stride: tt.strides, Dilation: tt.dilations, Pad: geo.begin})
		close32(t, fmt.Sprint(tt), y, o, x)
	}
}

func TestResizeEval(t *testing.T) {
	x := ir.FromFloats(ir.Float32, []int{1, 4}, []float64{1, 2, 3, 4})
	for _, tt := range []struct {
		name string
		op   Resize
		want []float64
	}{
		{"nearest", Resize{Mode: "nearest", Coord: "asymmetric", Round: "floor"}, []float64{1, 1, 2, 2, 3, 3, 4, 4}},
		{"linear", Resize{Mode: "linear", Coord: "half_pixel"}, []float64{1, 1.25, 1.75, 2.25, 2.75, 3.25, 3.75, 4}},
		{"crop", Resize{Mode: "linear", Coord: "tf_crop_and_resize", Crop: []float64{0.5, 1.5}, Outside: 9}, []float64{2.5, 2.5 + 3./7, 2.5 + 6./7, 2.5 + 9./7, 9, 9, 9, 9}},
	} {
		tt.op.Axes, tt.op.Sizes = []int{1}, ir.ConstDims([]int{8})
		out, err := tt.op.Eval([]*ir.Tensor{x})
		if err != nil {
			t.Fatal(err)
		}
		for i, v := range out[0].Floats() {
			if math.Abs(v-tt.want[i]) > 1e-6 {
				t.Errorf("%s: value %d is %v, want %v", tt.name, i, v, tt.want[i])
			}
		}
	}
}
