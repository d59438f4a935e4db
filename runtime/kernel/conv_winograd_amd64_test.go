//go:build gc && !purego && linux

package kernel

import (
	"fmt"
	"testing"
)

// TestWinogradFences computes between fences, with scratch that is as small as may be.
func TestWinogradFences(t *testing.T) {
	needAVX2(t)
	for _, tc := range winogradCases {
		if product(tc.window().Out) == 0 {
			continue // tiles don't pay
		}
		for _, tiles := range []int{8, 16, 48} {
			t.Run(fmt.Sprint(tc.name, "/", tiles), func(t *testing.T) {
				for _, atEnd := range []bool{false, true} {
					checkWinograd(t, tc, tiles, atEnd)
				}
			})
		}
	}
}

func checkWinograd(t *testing.T, tc convCase, tiles int, atEnd bool) {
	t.Helper()
	f := newFence(t)
	defer f.close()
	win := tc.window()
	plane := product(win.Out)
	random := func(n int) []float32 { return fencedCopy(f, randomF32(n), atEnd) }
	x, w, bias, residual := random(tc.n*tc.c*product(win.In)), randomF32(tc.m*tc.c*9), random(tc.m), random(tc.n*tc.m*plane)
	want := referenceConv(widened(x), widened(w), widened(bias), widened(residual), tc, win)
	packed, y := random(len(w)), random(len(want))
	PackConvF32(packed, w, 1, tc.m, 9*tc.c)
	scratch, table := random(WinogradScratch(4, tc.c, tiles)), fencedCopy(f, make([]int64, tc.c), atEnd)
	spoil(y)
	convWinogradF32AVX2(y, x, packed, bias, residual, scratch, table, Act{}, tc.n, tc.m, tc.c, win, 4, 4)
	near(t, y, want)
}
