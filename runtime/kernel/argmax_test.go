package kernel

import (
	"math"
	"slices"
	"testing"
)

func TestArgMax(t *testing.T) {
	tests := []struct {
		name                string
		f                   func(dst []int64, src []float64, outer, n, inner int, last bool)
		src                 []float64
		outer, n, inner     int
		wantFirst, wantLast []int64
	}{
		{"max row", ArgMax[float64], []float64{1, 3, 3, 2}, 1, 4, 1, []int64{1}, []int64{2}},
		{"min row", ArgMin[float64], []float64{1, 3, 1, 2}, 1, 4, 1, []int64{0}, []int64{2}},
		{"max column", ArgMax[float64], []float64{1, 9, 5, 2, 5, 9}, 1, 3, 2, []int64{1, 0}, []int64{2, 2}},
		{"two blocks", ArgMin[float64], []float64{4, 2, 3, 2}, 2, 2, 1, []int64{1, 1}, []int64{1, 1}},
		{"max NaN", ArgMax[float64], []float64{1, nan, inf, nan}, 1, 4, 1, []int64{2}, []int64{2}},
		{"min NaN", ArgMin[float64], []float64{1, nan, -inf, nan}, 1, 4, 1, []int64{2}, []int64{2}},
		{"max NaN first", ArgMax[float64], []float64{nan, 1, 3}, 1, 3, 1, []int64{0}, []int64{0}},
		{"min NaN alone", ArgMin[float64], []float64{nan, nan}, 1, 2, 1, []int64{0}, []int64{0}},
		{"empty axis", ArgMax[float64], nil, 1, 0, 2, []int64{0, 0}, []int64{0, 0}},
		{"nothing", ArgMax[float64], nil, 0, 3, 1, []int64{}, []int64{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := make([]int64, tt.outer*tt.inner)
			if tt.f(got, tt.src, tt.outer, tt.n, tt.inner, false); !slices.Equal(got, tt.wantFirst) {
				t.Errorf("first: got %v, want %v", got, tt.wantFirst)
			}
			if tt.f(got, tt.src, tt.outer, tt.n, tt.inner, true); !slices.Equal(got, tt.wantLast) {
				t.Errorf("last: got %v, want %v", got, tt.wantLast)
			}
		})
	}
}

func TestHardmax(t *testing.T) {
	got := make([]float32, 6)
	Hardmax(got, []float32{1, 9, 5, 2, 5, 9}, 1, 3, 2)
	if want := []float32{0, 1, 1, 0, 0, 0}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	Hardmax[float32](nil, nil, 3, 0, 2)
}

func TestTopK(t *testing.T) {
	sizes := []struct{ outer, n, inner int }{{1, 1, 1}, {1, 7, 1}, {2, 9, 3}, {3, 33, 2}, {0, 3, 2}}
	for _, s := range sizes {
		src := make([]float64, s.outer*s.n*s.inner)
		for i := range src {
			src[i] = math.Mod(float64(i*31), 17) // with many equals
			if i%13 == 5 {
				src[i] = nan
			}
		}
		for k := range s.n + 1 {
			for _, largest := range []bool{true, false} {
				values, indices := make([]float64, s.outer*k*s.inner), make([]int64, s.outer*k*s.inner)
				TopK(values, indices, src, make([]int64, k), s.outer, s.n, s.inner, k, largest)
				for o := range s.outer {
					for i := range s.inner {
						want := sortedLine(src[o*s.n*s.inner+i:], s.n, s.inner, largest)[:k]
						for r, p := range want {
							at := (o*k+r)*s.inner + i
							if indices[at] != int64(p) || !sameFloat(values[at], src[(o*s.n+p)*s.inner+i]) {
								t.Fatalf("%v k=%d largest=%v: [%d] = %v at %d, want position %d", s, k, largest, at, values[at], indices[at], p)
							}
						}
					}
				}
			}
		}
	}
}

// sortedLine gives the positions of a line's elements, best first.
func sortedLine(line []float64, n, stride int, largest bool) []int {
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	key := func(i int) float64 {
		x := line[i*stride]
		if x != x {
			x = inf
		}
		if largest {
			return -x
		}
		return x
	}
	slices.SortStableFunc(order, func(i, j int) int {
		if d := key(i) - key(j); d == d && d != 0 {
			return int(math.Copysign(1, d))
		}
		return 0
	})
	return order
}

func TestTopKFits(t *testing.T) {
	for _, tt := range []struct{ k, n, want int }{{0, 0, -1}, {3, 3, -1}, {4, 3, 0}, {-1, 3, 0}} {
		if got := TopKFits(tt.k, tt.n); got != tt.want {
			t.Errorf("TopKFits(%d, %d) = %d, want %d", tt.k, tt.n, got, tt.want)
		}
	}
}

func TestCumulative(t *testing.T) {
	tests := []struct {
		name               string
		f                  func(dst, src []int32, acc []int64, outer, n, inner int, exclusive, reverse bool)
		exclusive, reverse bool
		want               []int32
	}{
		{"sum", CumSum[int32, int64], false, false, []int32{1, 2, 4, 6, 9, 12}},
		{"sum reverse", CumSum[int32, int64], false, true, []int32{9, 12, 8, 10, 5, 6}},
		{"sum exclusive", CumSum[int32, int64], true, false, []int32{0, 0, 1, 2, 4, 6}},
		{"sum exclusive reverse", CumSum[int32, int64], true, true, []int32{8, 10, 5, 6, 0, 0}},
		{"product", CumProd[int32, int64], false, false, []int32{1, 2, 3, 8, 15, 48}},
		{"product exclusive reverse", CumProd[int32, int64], true, true, []int32{15, 24, 5, 6, 1, 1}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			src := []int32{1, 2, 3, 4, 5, 6}
			tt.f(src, src, make([]int64, 2), 1, 3, 2, tt.exclusive, tt.reverse)
			if !slices.Equal(src, tt.want) {
				t.Errorf("got %v, want %v", src, tt.want)
			}
		})
	}
}
