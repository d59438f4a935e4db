//go:build gc && !purego && linux

package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// TestConvProduct compares assembly with float64, between fences, on every tile and its tails: panels of four rows, then
// those that are left.
func TestConvProduct(t *testing.T) { eachVector(t, testConvProduct) }

func testConvProduct(t *testing.T) {
	rng := rand.New(rand.NewPCG(12, 1))
	for _, rows := range []int{1, 3, 4, 5, 8, 12, 15, 28} {
		for _, cols := range []int{1, 2, 3, 4, 7, 8, 9, 12, 15, 16, 17, 23, 24, 25, 32, 33, 40, 47, 48, 49, 63, 73, 101} {
			for _, k := range []int{0, 1, 3, 4, 9, 27} {
				if testing.Short() && (rows+cols+k)%3 != 0 {
					continue
				}
				for flags := range 4 {
					checkConvProduct(t, rng, rows, cols, k, flags)
				}
				if t.Failed() {
					return
				}
			}
		}
	}
}

func checkConvProduct(t *testing.T, rng *rand.Rand, rows, cols, k, flags int) {
	t.Helper()
	f := newFence(t)
	defer f.close()
	random := func(n int) []float32 {
		x := make([]float32, n)
		for i := range x {
			x[i] = float32(rng.NormFloat64())
		}
		return fencedCopy(f, x, flags&1 == 0)
	}
	// Rows of x overlap, out of order: every other one begins an element after its neighbour.
	at, ldx, ldy := flags, cols+flags, cols+2*flags
	offsets, reach := make([]int64, k), 0
	for i := range offsets {
		o := (i^1)/2*ldx + i&1
		read := cols
		if !hasAVX512 {
			read = (cols + 7) &^ 7
		}
		offsets[i], reach = int64(4*o), max(reach, o+read)
	}
	raw, x, y := random(rows*k), random(reach), random((rows-1)*ldy+at+cols)
	p := convProduct{y: y, w: random(rows * k), offsets: offsets, rows: rows, k: k, ldy: ldy}
	PackConvF32(p.w, raw, 1, rows, k)
	if flags&1 != 0 {
		p.bias = random(rows)
	}
	if flags&2 != 0 {
		p.residual = random(len(y))
	}
	before := append([]float32(nil), y...)
	p.add(x, at, cols, 0, k)
	for i, got := range y {
		r, c := i/ldy, i%ldy-at
		if c < 0 || c >= cols {
			if got != before[i] {
				t.Fatalf("%dx%dx%d: wrote beside the columns at %d", rows, cols, k, i)
			}
			continue
		}
		want, size := 0.0, 1.0
		if p.bias != nil {
			want += float64(p.bias[r])
		}
		if p.residual != nil {
			want += float64(p.residual[i])
		}
		for j, o := range offsets {
			v := float64(raw[r*k+j]) * float64(x[int(o)/4+c])
			want, size = want+v, size+math.Abs(v)
		}
		if d := math.Abs(float64(got) - want); !(d <= 1e-6*size) {
			t.Fatalf("%dx%dx%d/%d: [%d, %d] = %v, want %v", rows, cols, k, flags, r, c, got, want)
		}
	}
}

// TestConvBlocks has so little scratch that strips are cut on both axes and sums go on from block to block.
func TestConvBlocks(t *testing.T) { eachVariant(t, testConvBlocks) }

func testConvBlocks(t *testing.T) {
	for _, tc := range []convCase{
		{"narrow", 1, 1, 20, 40, []int{12, 10}, []int{3, 3}, []int{1, 1}, []int{1, 1}, []int{1, 1}, []int{1, 1}},
		{"wide", 1, 1, 6, 40, []int{5, 200}, []int{3, 3}, []int{1, 1}, []int{1, 1}, []int{1, 1}, []int{1, 1}},
		{"wide, stride 2", 2, 1, 9, 33, []int{6, 190}, []int{3, 5}, []int{2, 2}, []int{1, 1}, []int{1, 2}, []int{1, 2}},
		{"wide, stride 2, dilated", 1, 1, 5, 3, []int{40, 130}, []int{3, 3}, []int{2, 2}, []int{2, 3}, []int{2, 3}, []int{2, 3}},
		{"point", 1, 1, 24, 300, []int{7, 21}, []int{1, 1}, []int{1, 1}, []int{1, 1}, []int{0, 0}, []int{0, 0}},
		{"one row", 1, 1, 7, 5, []int{1, 500}, []int{1, 64}, []int{1, 2}, []int{1, 1}, []int{0, 31}, []int{0, 31}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			win := tc.window()
			taps, plane := product(win.Kernel), product(win.Out)
			x, w, bias := randomF32(tc.n*tc.c*product(win.In)), randomF32(tc.m*tc.c*taps), randomF32(tc.m)
			residual, k := randomF32(tc.n*tc.m*plane), tc.c*taps
			want := referenceConv(widened(x), widened(w), widened(bias), widened(residual), tc, win)
			packed, y := make([]float32, len(w)), make([]float32, len(want))
			PackConvF32(packed, w, 1, tc.m, k)
			for _, room := range []int{4*k + 8, 16*k + 8, 1 << 16} {
				t.Run(fmt.Sprint(room), func(t *testing.T) {
					scratch, table := make([]float32, room), make([]int64, max(k, room/tc.c+4))
					spoil(y)
					ConvF32(y, x, packed, bias, residual, scratch, table, Act{}, tc.n, 1, tc.m, tc.c, win)
					near(t, y, want)
					if taps == 1 {
						spoil(y)
						ConvPointF32(y, x, packed, bias, residual, scratch, table, Act{}, tc.n, 1, tc.m, tc.c, plane)
						near(t, y, want)
					}
				})
			}
		})
	}
}

// TestSmallFences computes small planes between fences.
func TestSmallFences(t *testing.T) {
	needAVX2(t)
	for _, tc := range smallCases {
		for _, atEnd := range []bool{false, true} {
			t.Run(fmt.Sprint(tc.name, "/", atEnd), func(t *testing.T) { checkSmall(t, tc, atEnd) })
		}
	}
}

func checkSmall(t *testing.T, tc convCase, atEnd bool) {
	t.Helper()
	f := newFence(t)
	win := tc.window()
	taps, plane, k := product(win.Kernel), product(win.Out), tc.c/tc.groups
	random := func(n int) []float32 { return fencedCopy(f, randomF32(n), atEnd) }
	x, w, bias, residual := random(tc.n*tc.c*product(win.In)), randomF32(tc.m*k*taps), random(tc.m), random(tc.n*tc.m*plane)
	want := referenceConv(widened(x), widened(w), widened(bias), widened(residual), tc, win)
	y, packed, scratch := random(len(want)), fencedCopy(f, packSmall(w, tc.m, k, taps), atEnd), random(tc.m*plane)
	table := fencedCopy(f, make([]int64, ConvSmallTable(taps, plane)), atEnd)
	spoil(y)
	ConvSmallF32(y, x, packed, bias, residual, scratch, table, Act{}, tc.n, tc.groups, tc.m, tc.c, win)
	near(t, y, want)
	convPanels(random(len(w)), packed, tc.m, taps, k)
}
