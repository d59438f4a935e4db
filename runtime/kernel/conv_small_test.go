package kernel

import (
	"slices"
	"testing"
)

// smallCases are small planes, and what would be computed otherwise but may be.
var smallCases = []convCase{
	{"one position", 2, 1, 16, 37, []int{1, 1}, []int{3, 3}, []int{1, 1}, []int{1, 1}, []int{1, 1}, []int{1, 1}},
	{"3x3", 1, 1, 32, 20, []int{3, 3}, []int{3, 3}, []int{1, 1}, []int{1, 1}, []int{1, 1}, []int{1, 1}},
	{"stride 2, groups", 2, 2, 64, 6, []int{7, 5}, []int{3, 3}, []int{2, 2}, []int{1, 1}, []int{1, 1}, []int{1, 1}},
	{"1-d", 1, 1, 16, 3, []int{9}, []int{3}, []int{2}, []int{1}, []int{0}, []int{1}},
	{"3-d, dilated", 1, 1, 16, 4, []int{3, 2, 5}, []int{2, 2, 2}, []int{1, 1, 2}, []int{1, 1, 3}, []int{0, 1, 1}, []int{1, 0, 2}},
	{"point, stride 2", 1, 1, 48, 9, []int{5, 4}, []int{1, 1}, []int{2, 3}, []int{1, 1}, []int{0, 0}, []int{0, 0}},
	{"mostly padding", 1, 1, 16, 2, []int{2, 1}, []int{3, 5}, []int{2, 1}, []int{1, 1}, []int{4, 6}, []int{4, 6}},
	{"cropped", 1, 1, 16, 2, []int{6, 6}, []int{3, 3}, []int{1, 1}, []int{1, 1}, []int{-1, 0}, []int{-2, 1}},
	{"no channel", 1, 1, 16, 0, []int{2, 2}, []int{3, 3}, []int{1, 1}, []int{1, 1}, []int{1, 1}, []int{1, 1}},
	{"no image", 0, 1, 16, 1, []int{2, 2}, []int{3, 3}, []int{1, 1}, []int{1, 1}, []int{1, 1}, []int{1, 1}},
	{"no height", 1, 1, 16, 1, []int{0, 2}, []int{3, 3}, []int{1, 1}, []int{1, 1}, []int{0, 1}, []int{0, 1}},
}

// packSmall lays out weights [m, k, taps] as ConvSmallF32 reads them.
func packSmall(w []float32, m, k, taps int) []float32 {
	packed := make([]float32, 0, len(w))
	for o := 0; o < m; o += smallPanel {
		for t := range taps {
			for c := range k {
				for r := range smallPanel {
					packed = append(packed, w[((o+r)*k+c)*taps+t])
				}
			}
		}
	}
	return packed
}

func TestConvSmall(t *testing.T) { eachVariant(t, testConvSmall) }

func testConvSmall(t *testing.T) {
	for _, tc := range smallCases {
		t.Run(tc.name, func(t *testing.T) {
			win := tc.window()
			taps, plane, k := product(win.Kernel), product(win.Out), tc.c/tc.groups
			x, w := randomF32(tc.n*tc.c*product(win.In)), randomF32(tc.m*k*taps)
			bias, residual := randomF32(tc.m), randomF32(tc.n*tc.m*plane)
			want := referenceConv(widened(x), widened(w), widened(bias), widened(residual), tc, win)
			y, packed := make([]float32, len(want)), packSmall(w, tc.m, k, taps)
			scratch, table := make([]float32, tc.m*plane), make([]int64, ConvSmallTable(taps, plane))
			spoil(y)
			spoil(scratch)
			ConvSmallF32(y, x, packed, bias, residual, scratch, table, Act{}, tc.n, tc.groups, tc.m, tc.c, win)
			near(t, y, want)
			for i := range want {
				want[i] = max(want[i]-float64(residual[i])-float64(bias[i/plane%tc.m]), 0)
			}
			ConvSmallF32(y, x, packed, nil, nil, scratch, table, Act{F: ReluAct}, tc.n, tc.groups, tc.m, tc.c, win)
			near(t, y, want)
		})
	}
}

// TestConvFree computes planes that count as small, such that don't, and tiles, from the same weights.
func TestConvFree(t *testing.T) {
	eachVariant(t, func(t *testing.T) {
		for _, tc := range smallCases {
			t.Run(tc.name, func(t *testing.T) { testConvFree(t, tc, 0) })
		}
		for _, tc := range winogradCases {
			tc.m = 48
			t.Run(tc.name, func(t *testing.T) { testConvFree(t, tc, 16) })
		}
	})
}

func testConvFree(t *testing.T, tc convCase, block int) {
	t.Helper()
	win := tc.window()
	taps, plane, k := product(win.Kernel), product(win.Out), tc.c/tc.groups
	x, w := randomF32(tc.n*tc.c*product(win.In)), randomF32(tc.m*k*taps)
	bias, residual := randomF32(tc.m), randomF32(tc.n*tc.m*plane)
	want := referenceConv(widened(x), widened(w), widened(bias), widened(residual), tc, win)
	y, packed, panels := make([]float32, len(want)), packSmall(w, tc.m, k, taps), make([]float32, len(w))
	scratch := make([]float32, max(tc.m*plane, k*taps*12+8, WinogradScratch(block, tc.c, 24)))
	table := make([]int64, max(ConvSmallTable(taps, plane), taps*max(12, k)))
	for _, most := range []int{plane, plane - 1} {
		spoil(y)
		ConvFreeF32(y, x, packed, bias, residual, scratch, panels, table, Act{}, tc.n, tc.groups, tc.m, tc.c, win, most, block, 0, 0)
		near(t, y, want)
	}
	wanted := make([]float32, len(w))
	PackConvF32(wanted, w, tc.groups, tc.m/tc.groups, k*taps)
	spoil(panels)
	if convPanels(panels, packed, tc.m, taps, k); !slices.Equal(panels, wanted) {
		t.Error("panels are not what PackConvF32 makes")
	}
}
