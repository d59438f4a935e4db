package kernel

import (
	"fmt"
	"math"
	"slices"
	"testing"
)

// reduceForms are groups of axes, the last of which is reduced or not.
var reduceForms = []struct {
	groups []int
	last   bool
}{
	{nil, false}, {[]int{7}, true}, {[]int{7}, false}, {[]int{3, 5}, true}, {[]int{3, 5}, false},
	{[]int{2, 3, 5}, true}, {[]int{2, 3, 5}, false}, {[]int{2, 3, 4, 5}, true}, {[]int{2, 3, 4, 5}, false},
	{[]int{2, 3, 2, 3, 2}, true}, {[]int{2, 3, 2, 3, 2}, false}, {[]int{4, 1}, true}, {[]int{1, 4}, false},
	{[]int{3, 0}, true}, {[]int{0, 3}, false}, {[]int{0, 3}, true}, {[]int{0}, true}, {[]int{2, 0, 3}, true}, {[]int{3, 33}, true},
}

// reduceWant folds src plainly, element by element.
func reduceWant[T any](src []T, groups []int, last bool, start T, f func(acc, x T) T) []T {
	kept := slices.Clone(groups)
	for i := range kept {
		if (len(groups)-1-i)%2 == 0 == last {
			kept[i] = 1
		}
	}
	acc := make([]T, volume(kept))
	for i := range acc {
		acc[i] = start
	}
	for i, x := range src {
		at := offset(i, groups, kept)
		acc[at] = f(acc[at], x)
	}
	return acc
}

func TestReduce(t *testing.T) {
	tests := []struct {
		name  string
		f     func(dst, src []float64, groups []int, last bool)
		start float64
		step  func(acc, x float64) float64
	}{
		{"Sum", ReduceSum[float64, float64], 0, func(s, x float64) float64 { return s + x }},
		{"SumAbs", ReduceSumAbs[float64, float64], 0, func(s, x float64) float64 { return s + math.Abs(x) }},
		{"SumSquare", ReduceSumSquare[float64, float64], 0, func(s, x float64) float64 { return s + x*x }},
		{"Prod", ReduceProd[float64, float64], 1, func(s, x float64) float64 { return s * x }},
		{"Max", ReduceMax[float64], -inf, math.Max}, {"Min", ReduceMin[float64], inf, math.Min},
	}
	for _, tt := range tests {
		for _, form := range reduceForms {
			t.Run(fmt.Sprint(tt.name, form.groups, form.last), func(t *testing.T) {
				src := count([]int{volume(form.groups)}, -3.0)
				for i := range src {
					src[i] = math.Mod(7*src[i], 11)
				}
				want := reduceWant(src, form.groups, form.last, tt.start, tt.step)
				got := make([]float64, len(want))
				tt.f(got, src, form.groups, form.last)
				if !slices.Equal(got, want) {
					t.Errorf("got %v, want %v", got, want)
				}
			})
		}
	}
}

func TestReduceLogSumExp(t *testing.T) {
	for _, form := range reduceForms {
		src := count([]int{volume(form.groups)}, -3.5)
		want := reduceWant(src, form.groups, form.last, 0, func(s, x float64) float64 { return s + math.Exp(x) })
		got := make([]float64, len(want))
		ReduceLogSumExp(got, src, make([]float64, 2*len(got)), form.groups, form.last)
		for i, g := range got {
			if w := math.Log(want[i]); !(math.Abs(g-w) < 1e-12*max(1, math.Abs(w))) && g != w {
				t.Errorf("%v %v: [%d] = %v, want %v", form.groups, form.last, i, g, w)
			}
		}
	}
	for _, tt := range []struct{ a, b, want float64 }{{1000, 1000, 1000 + math.Ln2}, {-inf, -inf, -inf}, {inf, 1, inf}, {1, nan, nan}, {-inf, 3, 3}} {
		got := make([]float64, 1)
		for _, last := range []bool{true, false} {
			groups := []int{2}
			if !last {
				groups = []int{2, 1}
			}
			ReduceLogSumExp(got, []float64{tt.a, tt.b}, make([]float64, 2), groups, last)
			if !sameFloat(got[0], tt.want) {
				t.Errorf("ReduceLogSumExp(%v, %v) = %v, want %v", tt.a, tt.b, got[0], tt.want)
			}
		}
	}
}

func TestReduceWide(t *testing.T) {
	// In float32 alone the small numbers would be lost.
	src := append([]float32{1 << 25}, make([]float32, 64)...)
	for i := range src[1:] {
		src[i+1] = 1
	}
	acc, got := make([]float64, 1), make([]float32, 1)
	ReduceSum(acc, src, []int{len(src)}, true)
	if SumResult(got, acc); got[0] != 1<<25+64 {
		t.Errorf("sum = %v, want %v", got[0], 1<<25+64)
	}
	SumMean(got, []float64{7}, 2)
	if got[0] != 3.5 {
		t.Errorf("mean = %v, want 3.5", got[0])
	}
	if SumMean(got, []float64{0}, 0); got[0] != 0 {
		t.Errorf("mean of nothing = %v, want 0", got[0])
	}
	if SumSqrt(got, []float64{9}); got[0] != 3 {
		t.Errorf("root = %v, want 3", got[0])
	}
	if SumLog(got, []float64{0}); float64(got[0]) != -inf {
		t.Errorf("log 0 = %v, want -Inf", got[0])
	}
}

func TestReduceIntegers(t *testing.T) {
	src := []int8{100, 100, -7}
	wide, got := make([]int64, 1), make([]int8, 1)
	ReduceSum(wide, src, []int{3}, true)
	if SumMeanInt(got, wide, 3); got[0] != 64 {
		t.Errorf("mean = %d, want 64", got[0])
	}
	if SumMeanInt(got, []int64{0}, 0); got[0] != 0 {
		t.Errorf("mean of nothing = %d, want 0", got[0])
	}
	ReduceSum(got, src, []int{3}, true)
	if got[0] != -63 {
		t.Errorf("sum = %d, want -63, wrapped", got[0])
	}
	ReduceMax(got, nil, []int{0}, true)
	if got[0] != math.MinInt8 {
		t.Errorf("max of nothing = %d, want %d", got[0], math.MinInt8)
	}
	ReduceMin(got, nil, []int{0}, true)
	if got[0] != math.MaxInt8 {
		t.Errorf("min of nothing = %d, want %d", got[0], math.MaxInt8)
	}
	if lowest[int64]() != math.MinInt64 || highest[int64]() != math.MaxInt64 || lowest[uint64]() != 0 || highest[uint64]() != math.MaxUint64 || float64(lowest[float32]()) != -inf || float64(highest[float32]()) != inf {
		t.Error("lowest or highest is wrong")
	}
}

func TestReduceBools(t *testing.T) {
	for _, form := range reduceForms {
		src := make([]bool, volume(form.groups))
		for i := range src {
			src[i] = i%7 == 3
		}
		got := make([]bool, len(reduceWant(src, form.groups, form.last, false, func(a, x bool) bool { return a || x })))
		ReduceAny(got, src, form.groups, form.last)
		if want := reduceWant(src, form.groups, form.last, false, func(a, x bool) bool { return a || x }); !slices.Equal(got, want) {
			t.Errorf("Any %v %v = %v, want %v", form.groups, form.last, got, want)
		}
		ReduceAll(got, src, form.groups, form.last)
		if want := reduceWant(src, form.groups, form.last, true, func(a, x bool) bool { return a && x }); !slices.Equal(got, want) {
			t.Errorf("All %v %v = %v, want %v", form.groups, form.last, got, want)
		}
	}
}

func BenchmarkReduceSumRows(b *testing.B) {
	src, acc := count[float32]([]int{128, 384}, 0), make([]float64, 128)
	b.SetBytes(int64(4 * len(src)))
	for b.Loop() {
		ReduceSum(acc, src, []int{128, 384}, true)
	}
}

func BenchmarkReduceSumCols(b *testing.B) {
	src, acc := count[float32]([]int{128, 384}, 0), make([]float64, 384)
	b.SetBytes(int64(4 * len(src)))
	for b.Loop() {
		ReduceSum(acc, src, []int{128, 384}, false)
	}
}

func BenchmarkReduceMaxRows(b *testing.B) {
	src, dst := count[float32]([]int{128, 384}, 0), make([]float32, 128)
	b.SetBytes(int64(4 * len(src)))
	for b.Loop() {
		ReduceMax(dst, src, []int{128, 384}, true)
	}
}
