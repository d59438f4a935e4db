package kernel

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestLayerNorm(t *testing.T) { eachVariant(t, testLayerNorm) }

func testLayerNorm(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 7))
	for n := range 34 {
		for _, offset := range []float32{0, 1000} {
			const rows, eps = 3, 1e-5
			src, _ := guarded(rng, rows*n)
			for i := range src {
				src[i] += offset
			}
			scale, _ := guarded(rng, n)
			bias, _ := guarded(rng, n)
			if n%2 == 1 {
				bias = nil
			}
			norm, whole := guarded(rng, rows*n)
			LayerNormF32(norm, src, scale, bias, rows, n, eps)
			rms, wholeRMS := guarded(rng, rows*n)
			RMSNormF32(rms, src, scale, rows, n, eps)
			for r := range rows {
				mean, square, variance := 0.0, 0.0, 0.0
				for _, v := range src[r*n : (r+1)*n] {
					mean += float64(v) / float64(n)
					square += float64(v) * float64(v) / float64(n)
				}
				for _, v := range src[r*n : (r+1)*n] {
					variance += (float64(v) - mean) * (float64(v) - mean) / float64(n)
				}
				for j := range n {
					x, s, b := float64(src[r*n+j]), float64(scale[j]), 0.0
					if bias != nil {
						b = float64(bias[j])
					}
					want := (x-mean)/math.Sqrt(variance+float64(float32(eps)))*s + b
					if got := float64(norm[r*n+j]); math.Abs(got-want) > 4e-7*(1+math.Abs(want)+math.Abs(b)) {
						t.Errorf("n=%d offset=%v: layer norm [%d, %d] = %v, want %v", n, offset, r, j, got, want)
					}
					want = x / math.Sqrt(square+float64(float32(eps))) * s
					if got := float64(rms[r*n+j]); math.Abs(got-want) > 2e-7*math.Abs(want) {
						t.Errorf("n=%d offset=%v: RMS norm [%d, %d] = %v, want %v", n, offset, r, j, got, want)
					}
				}
			}
			if !intact(whole) || !intact(wholeRMS) {
				t.Errorf("n=%d: wrote outside dst", n)
			}
		}
	}
}

func TestLayerNormSpecial(t *testing.T) { eachVariant(t, testLayerNormSpecial) }

func testLayerNormSpecial(t *testing.T) {
	src := []float32{1, float32(math.NaN()), 2, 5, 5, 5}
	one := []float32{1, 1, 1}
	LayerNormF32(src, src, one, nil, 2, 3, 1e-5)
	for i, got := range src {
		if want := i < 3; (got != got) != want {
			t.Errorf("element %d = %v, NaN wanted: %v", i, got, want)
		}
		if i >= 3 && got != 0 {
			t.Errorf("element %d of a constant row = %v, want 0", i, got)
		}
	}
	wide := []float64{1, 2, 3}
	LayerNormF64(wide, wide, []float64{1, 1, 1}, []float64{0, 0, 1}, 1, 3, 0)
	if want := math.Sqrt(1.5); math.Abs(wide[0]+want) > 1e-15 || math.Abs(wide[2]-want-1) > 1e-15 {
		t.Errorf("LayerNormF64(1, 2, 3) = %v", wide)
	}
	wide = []float64{3, 4}
	RMSNormF64(wide, wide, []float64{1, 2}, 1, 2, 0)
	if want := math.Sqrt(12.5); math.Abs(wide[0]-3/want) > 1e-15 || math.Abs(wide[1]-8/want) > 1e-15 {
		t.Errorf("RMSNormF64(3, 4) = %v", wide)
	}
}

func BenchmarkLayerNormF32(b *testing.B) {
	const rows, n = 128, 384
	x, s := make([]float32, rows*n), make([]float32, n)
	for b.Loop() {
		LayerNormF32(x, x, s, s, rows, n, 1e-5)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/rows/n, "ns/elem")
}
