package op

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/runtime/kernel"
)

// TestDeformConvKernel moves taps everywhere, also out of the plane and to where no place is.
func TestDeformConvKernel(t *testing.T) {
	maps.Copy(kernelsByName, map[string]any{"kernel.DeformConv[f32]": kernel.DeformConv[float32]})
	r := rand.New(rand.NewPCG(3, 4))
	for _, tt := range []struct {
		o            DeformConv
		x, w, offset []int
	}{
		{DeformConv{Group: 1, OffsetGroup: 1}, []int{1, 1, 3, 3}, []int{1, 1, 2, 2}, []int{1, 8, 2, 2}},
		{DeformConv{Group: 2, OffsetGroup: 2, Pads: []int{1, 0, 1, 2}, Strides: []int{2, 1}, Dilations: []int{1, 2}}, []int{2, 4, 5, 4}, []int{6, 2, 3, 2}, []int{2, 24, 3, 4}},
		{DeformConv{Group: 1, OffsetGroup: 3, Pads: []int{1, 1}}, []int{2, 3, 4}, []int{2, 3, 2}, []int{2, 6, 5}},
		{DeformConv{Group: 1, OffsetGroup: 1}, []int{1, 2, 3, 2, 3}, []int{1, 2, 2, 1, 2}, []int{1, 12, 2, 2, 2}},
		{DeformConv{Group: 1, OffsetGroup: 1, Pads: []int{0, 1, 0, 1}}, []int{1, 1, 3, 0}, []int{1, 1, 2, 2}, []int{1, 8, 2, 1}},
	} {
		offset := randomFloats(r, 2.5, tt.offset...)
		for i, v := range []float64{math.NaN(), math.Inf(1), math.Inf(-1), 1e30, 0, -1} {
			offset.SetFloat(i, v)
		}
		rank := len(tt.x) - 2
		mask := slices.Clone(tt.offset)
		mask[1] /= rank
		in := []*testInput{input(randomFloats(r, 1, tt.x...)), constant(randomFloats(r, 1, tt.w...)), input(offset)}
		checkKernels(t, tt.o, 1e-5, in...)
		in = append(in, input(randomFloats(r, 1, tt.w[0])), input(randomFloats(r, 1, mask...)))
		checkKernels(t, tt.o, 1e-5, in...)
	}
}

func TestMaxRoiPoolKernel(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	x := randomFloats(r, 1, 2, 3, 6, 5)
	rois := ir.FromFloats(ir.Float32, []int{6, 5}, []float64{
		0, 0, 0, 4, 5, 1, 1, 2, 3, 3, 1, 4, 4, 1, 1, 0, -9, -9, 99, 99, 1, 0.5, 1.5, 2.5, 3.5, 0, math.NaN(), math.Inf(1), math.Inf(-1), 1e30})
	for _, scale := range []float64{1, 0.5, 3} {
		o := MaxRoiPool{Height: 3, Width: 2, Scale: scale}
		y := make([]float32, 6*3*6)
		if bad := kernel.MaxRoiPool(y, x.Float32s(), rois.Float32s(), 2, 3, 6, 5, 3, 2, scale); bad >= 0 {
			t.Fatalf("region %d is refused", bad)
		}
		close32(t, fmt.Sprint(o), y, o, x, rois)
	}
	for _, image := range []float32{-1, 2, float32(math.NaN()), float32(math.Inf(1))} {
		if got := kernel.MaxRoiPool(make([]float32, 1), x.Float32s(), []float32{image, 0, 0, 1, 1}, 2, 3, 6, 5, 1, 1, 1); got != 0 {
			t.Errorf("image %v: got %d, want 0", image, got)
		}
	}
}

func TestTensorScatterKernel(t *testing.T) {
	maps.Copy(kernelsByName, map[string]any{"kernel.TensorScatter[f32]": kernel.TensorScatter[float32]})
	r := rand.New(rand.NewPCG(7, 8))
	cache, update := input(random(r, ir.Float32, 3, 2, 5, 4)), input(random(r, ir.Float32, 3, 2, 3, 4))
	at := func(v ...int64) *ir.Tensor { return ir.OfInts(v...) }
	checkKernels(t, TensorScatter{Axis: 2}, 0, cache, update)
	for _, o := range []TensorScatter{{Axis: 2}, {Axis: 2, Circular: true}} {
		places := at(0, 2, 1)
		if o.Circular {
			places = at(4, -3, math.MinInt64)
		}
		y := make([]float32, cache.tensor.Len())
		if bad := kernel.TensorScatter(y, cache.tensor.Float32s(), update.tensor.Float32s(), places.Ints(), 3, 2, 5, 3, 4, o.Circular); bad >= 0 {
			t.Fatalf("place %d is refused", bad)
		}
		close32(t, fmt.Sprint(o), y, o, cache.tensor, update.tensor, places)
	}
	if got := kernel.TensorScatter(make([]float32, 5), make([]float32, 5), make([]float32, 3), []int64{3}, 1, 1, 5, 3, 1, false); got != 0 {
		t.Errorf("an update beyond the end: got %d, want 0", got)
	}
}

func TestNonMaxSuppressionKernel(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	for _, tt := range []struct {
		batch, classes, n int
		centre            bool
		most              int64
	}{{1, 1, 0, false, 3}, {2, 3, 17, false, 4}, {1, 2, 40, true, 100}, {3, 1, 5, false, 0}, {1, 1, 6, true, -1}, {0, 2, 4, false, 1}} {
		boxes, scores := randomFloats(r, 1, tt.batch, tt.n, 4), randomFloats(r, 1, tt.batch, tt.classes, tt.n)
		for i := range scores.Len() { // equal scores
			scores.SetFloat(i, math.Round(scores.Float(i)*8)/8)
		}
		if scores.Len() > 3 {
			scores.SetFloat(1, math.NaN())
			boxes.SetFloat(3, math.NaN())
			boxes.SetFloat(4, math.Inf(1))
		}
		for _, overlap := range []float32{0, 0.3, 1} {
			o := NonMaxSuppression{Centre: tt.centre}
			picked, order := make([]int64, scores.Len()), make([]int64, tt.n)
			count := kernel.NonMaxSuppression(picked, boxes.Float32s(), scores.Float32s(), []int64{tt.most}, []float32{overlap}, []float32{-0.5}, order, tt.classes, tt.n, tt.centre)
			got := make([]int64, 3*count)
			kernel.ListBoxes(got, picked, tt.classes, tt.n)
			want, err := o.Eval([]*ir.Tensor{boxes, scores, ir.OfInts(tt.most), ir.Scalar(ir.Float32, float64(overlap)), ir.Scalar(ir.Float32, -0.5)})
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(got, want[0].Ints()) {
				t.Errorf("%+v, overlap %v: kernel gives %v, Eval %v", tt, overlap, got, want[0].Ints())
			}
		}
	}
}
