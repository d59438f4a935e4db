package kernel

import (
	"fmt"
	"slices"
	"testing"
)

// TestDecode rounds code·step + least once.
func TestDecode(t *testing.T) {
	eachVariant(t, func(t *testing.T) {
		for n := range 70 {
			testDecode[uint8](t, n)
			testDecode[uint16](t, n)
		}
		testDecode[uint8](t, callElements+7)
	})
}

func testDecode[T uint8 | uint16](t *testing.T, n int) {
	t.Helper()
	const step, least = 0.0123456789012345, -1.57
	src, want, got := make([]T, n), make([]float32, n), make([]float32, n)
	for i := range src {
		src[i] = ^T(i * 97)
		want[i] = float32(float64(float64(src[i])*step) + least)
	}
	spoil(got)
	Decode(got, src, step, least)
	if !slices.Equal(got, want) {
		t.Errorf("%d codes %v are decoded as %v, want %v", n, src, got, want)
	}
}

// TestDecodeFilter decodes packed codes to what their rows stand for, packed.
func TestDecodeFilter(t *testing.T) {
	eachVariant(t, func(t *testing.T) {
		for _, s := range [][3]int{{1, 9, 5}, {2, 4, 27}, {3, 3, 7}, {1, 8, 16}, {2, 0, 3}, {1, 5, 0}, {7, 1, 9}} {
			t.Run(fmt.Sprint(s), func(t *testing.T) {
				testDecodeFilter[int8](t, s[0], s[1], s[2])
				testDecodeFilter[uint8](t, s[0], s[1], s[2])
				testDecodeFilter[uint16](t, s[0], s[1], s[2])
			})
		}
	})
}

func testDecodeFilter[T int8 | uint8 | uint16](t *testing.T, groups, rows, k int) {
	t.Helper()
	all := groups * rows
	w, zero, scale := make([]T, all*k), make([]T, all), randomF32(all)
	for i := range w {
		w[i] = T(i * 37)
	}
	for i := range zero {
		zero[i] = T(i * 5)
	}
	one := min(all, 1)
	for _, tt := range []struct {
		step, least float64
		scale       []float32
		zero        []T
	}{{1, 0, scale, zero}, {1, 0, scale[:one], zero[:one]}, {1, 0, nil, nil}, {0.0123456789012345, -1.57, scale, nil}, {0.3, 7, nil, nil}} {
		wide, codes := make([]float32, len(w)), make([]float32, len(w))
		for i, v := range w {
			less, by := 0.0, float32(1)
			if len(tt.zero) > 0 {
				less = float64(tt.zero[i/k%len(tt.zero)])
			}
			if len(tt.scale) > 0 {
				by = tt.scale[i/k%len(tt.scale)]
			}
			wide[i] = float32(float32(float64(float64(v)*tt.step)+(tt.least-float64(less*tt.step))) * by)
			codes[i] = float32(v) // exact
		}
		got, want, packed := make([]float32, len(w)), make([]float32, len(w)), make([]T, len(w))
		PackConvF32(want, wide, groups, rows, k)
		PackConvF32(got, codes, groups, rows, k)
		for i, v := range got {
			packed[i] = T(v)
		}
		spoil(got)
		DecodeFilterF32(got, packed, tt.step, tt.least, tt.scale, tt.zero, groups, rows, k)
		if !slices.Equal(got, want) {
			t.Errorf("step %v, least %v: decoded as %v, want %v", tt.step, tt.least, got, want)
		}
	}
}

func BenchmarkDecodeFilter(b *testing.B) {
	const rows, k = 96, 576
	dst, w, scale := make([]float32, rows*k), make([]uint8, rows*k), randomF32(rows)
	b.SetBytes(rows * k)
	for b.Loop() {
		DecodeFilterF32(dst, w, 0.01, -1.2, scale, nil, 1, rows, k)
	}
}
