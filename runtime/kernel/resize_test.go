package kernel

import (
	"math"
	"slices"
	"testing"
)

func TestResizePlaces(t *testing.T) {
	two, half := []float64{2}, []float64{0.6}
	for _, tt := range []struct {
		name  string
		place func(int, ResizeAxis) float64
		axis  ResizeAxis
		want  []float64
	}{
		{"half pixel", HalfPixel, ResizeAxis{In: 2, Out: 4, Scale: two}, []float64{-0.25, 0.25, 0.75, 1.25}},
		{"half pixel by sizes", HalfPixel, ResizeAxis{In: 4, Out: 2}, []float64{0.5, 2.5}},
		{"for nearest", HalfPixelNearest, ResizeAxis{In: 4, Out: 2}, []float64{1, 3}},
		{"torch", HalfPixelTorch, ResizeAxis{In: 4, Out: 1}, []float64{-0.5}},
		{"symmetric", HalfPixelSymmetric, ResizeAxis{In: 4, Out: 2, Scale: half}, nil},
		{"corners", AlignCorners, ResizeAxis{In: 2, Out: 4, Scale: two}, []float64{0, 1. / 3, 2. / 3, 1}},
		{"one corner", AlignCorners, ResizeAxis{In: 5, Out: 1}, []float64{0}},
		{"asymmetric", Asymmetric, ResizeAxis{In: 2, Out: 4, Scale: two}, []float64{0, 0.5, 1, 1.5}},
		{"crop", CropAndResize, ResizeAxis{In: 5, Out: 3, Begin: []float64{0.25}, End: []float64{0.75}}, []float64{1, 2, 3}},
		{"crop in tenths", CropAndResize, ResizeAxis{In: 4, Out: 3, Begin: []float64{float64(float32(0.2))}, End: []float64{float64(float32(0.8))}}, []float64{float64(float32(0.6)), 1.5, float64(float32(2.4))}},
		{"crop to one", CropAndResize, ResizeAxis{In: 5, Out: 1, Begin: []float64{0.25}, End: []float64{0.75}}, []float64{2}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if tt.name == "symmetric" { // both places lie as far from the centre
				a, b := tt.place(0, tt.axis), tt.place(1, tt.axis)
				if math.Abs(a+b-3) > 1e-12 || math.Abs(b-a-1/0.6) > 1e-12 {
					t.Errorf("places %v and %v, want 1/0.6 apart around 1.5", a, b)
				}
				return
			}
			for o, want := range tt.want {
				if got := tt.place(o, tt.axis); math.Abs(got-want) > 1e-12 {
					t.Errorf("place of %d is %v, want %v", o, got, want)
				}
			}
		})
	}
}

func TestResizeNearest(t *testing.T) {
	axis := ResizeAxis{In: 2, Out: 4, Scale: []float64{2}}
	for _, tt := range []struct {
		name  string
		place func(int, ResizeAxis) float64
		round func(float64) float64
		want  []int64
	}{
		{"half down", Asymmetric, RoundHalfDown, []int64{0, 0, 1, 1}},
		{"half up", Asymmetric, RoundHalfUp, []int64{0, 1, 1, 1}},
		{"down", Asymmetric, RoundDown, []int64{0, 0, 1, 1}},
		{"up", Asymmetric, RoundUp, []int64{0, 1, 1, 1}},
		{"below the input", HalfPixel, RoundDown, []int64{0, 0, 0, 1}},
	} {
		index := make([]int64, 4)
		ResizeNearest(index, axis, tt.place, tt.round)
		if !slices.Equal(index, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, index, tt.want)
		}
	}
	index := make([]int64, 3)
	ResizeNearest(index, ResizeAxis{In: 0, Out: 3}, HalfPixel, RoundDown)
	if !slices.Equal(index, []int64{-1, -1, -1}) {
		t.Errorf("of nothing: %v, want none", index)
	}
	ResizeNearest(index, ResizeAxis{In: 3, Out: 3, Begin: []float64{-1}, End: []float64{math.NaN()}}, CropAndResize, RoundDown)
	if !slices.Equal(index, []int64{-1, -1, -1}) {
		t.Errorf("of a nonsensical part: %v, want none", index)
	}
}

func TestResizeBlend(t *testing.T) {
	for _, tt := range []struct {
		name               string
		axis               ResizeAxis
		taps               int
		filter             func(d, a float64) float64
		antialias, exclude bool
		src, want          []float32
	}{
		{"linear", ResizeAxis{In: 2, Out: 4}, 2, LinearFilter, false, false, []float32{1, 3}, []float32{1, 1.5, 2.5, 3}},
		{"linear, down", ResizeAxis{In: 4, Out: 2}, 2, LinearFilter, false, false, []float32{1, 2, 3, 4}, []float32{1.5, 3.5}},
		{"triangle", ResizeAxis{In: 4, Out: 2}, 4, LinearFilter, true, false, []float32{1, 2, 3, 4}, []float32{1.625, 3.375}},
		{"triangle within", ResizeAxis{In: 4, Out: 2}, 4, LinearFilter, true, true, []float32{1, 2, 3, 4}, []float32{12. / 7, 23. / 7}},
		{"cubic", ResizeAxis{In: 2, Out: 2}, 4, CubicFilter, false, false, []float32{1, 3}, []float32{1, 3}},
		{"cubic, down", ResizeAxis{In: 4, Out: 1}, 4, CubicFilter, false, false, []float32{1, 2, 3, 4}, []float32{2.5}},
		{"nothing", ResizeAxis{In: 0, Out: 2}, 2, LinearFilter, false, false, nil, []float32{9, 9}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			index, weight := make([]int64, tt.axis.Out*tt.taps), make([]float32, tt.axis.Out*tt.taps)
			ResizeWeights(index, weight, tt.taps, tt.axis, HalfPixel, tt.filter, -0.75, tt.antialias, tt.exclude)
			want := widened(tt.want)
			y := make([]float32, tt.axis.Out)
			ResizeBlend(y, tt.src, index, weight, tt.taps, []float32{9}, 1, tt.axis.In, 1)
			near(t, y, want)

			// the same along a middle axis, two rows of three: each value three times
			var wide []float32
			var wants []float64
			for range 2 {
				for _, v := range tt.src {
					wide = append(wide, v, v, v)
				}
				for _, v := range want {
					wants = append(wants, v, v, v)
				}
			}
			y = make([]float32, 6*tt.axis.Out)
			ResizeBlend(y, wide, index, weight, tt.taps, []float32{9}, 2, tt.axis.In, 3)
			near(t, y, wants)
		})
	}
}

func TestResizePick(t *testing.T) {
	got := make([]int16, 12)
	ResizePick(got, []int16{1, 2, 3, 4, 5, 6, 7, 8}, []int64{1, -1, 0}, []int16{-9}, 2, 2, 2)
	if want := []int16{3, 4, -9, -9, 1, 2, 7, 8, -9, -9, 5, 6}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	flat := make([]bool, 3)
	ResizePick(flat, []bool{true, false}, []int64{0, 1, -1}, nil, 1, 2, 1)
	if want := []bool{true, false, false}; !slices.Equal(flat, want) {
		t.Errorf("got %v, want %v", flat, want)
	}
}

func TestScaledSize(t *testing.T) {
	for _, tt := range []struct {
		size      int64
		scale     float64
		round     bool
		want, bad int
	}{
		{5, 0.5, false, 2, -1}, {5, 0.5, true, 3, -1}, {0, 3, false, 0, -1},
		{5, 0, false, 0, 0}, {5, -1, false, 0, 0}, {5, math.NaN(), false, 0, 0}, {5, 1e300, true, 0, 0},
	} {
		if got, bad := ScaledSize([]float64{tt.scale}, []int64{tt.size}, 0, tt.round); got != tt.want || bad != tt.bad {
			t.Errorf("ScaledSize(%d·%v) = %d, %d, want %d, %d", tt.size, tt.scale, got, bad, tt.want, tt.bad)
		}
	}
}
