package kernel

import (
	"math"
	"runtime"
	"slices"
	"testing"

	"github.com/energeticc/energeticc/runtime/par"
)

// sharedCases are large enough to be shared between cores, in units, in rows, and in both; none is cut without a rest.
var sharedCases = []convCase{
	{"many strips", 1, 1, 40, 24, []int{61, 50}, []int{3, 3}, []int{1, 1}, []int{1, 1}, []int{1, 1}, []int{1, 1}},
	{"few strips", 1, 1, 100, 80, []int{13, 11}, []int{3, 3}, []int{1, 1}, []int{1, 1}, []int{1, 1}, []int{1, 1}},
	{"stride 2", 2, 1, 83, 40, []int{23, 21}, []int{3, 3}, []int{2, 2}, []int{1, 1}, []int{1, 1}, []int{1, 1}},
	{"groups", 1, 2, 136, 80, []int{13, 19}, []int{3, 3}, []int{1, 1}, []int{1, 1}, []int{1, 1}, []int{1, 1}},
	{"1-d", 1, 1, 130, 70, []int{301}, []int{5}, []int{1}, []int{1}, []int{2}, []int{2}},
	{"point", 2, 1, 150, 93, []int{9, 9}, []int{1, 1}, []int{1, 1}, []int{1, 1}, []int{0, 0}, []int{0, 0}},
	{"wide point", 1, 1, 12, 64, []int{61, 50}, []int{1, 1}, []int{1, 1}, []int{1, 1}, []int{0, 0}, []int{0, 0}},
	{"depthwise", 1, 37, 37, 37, []int{61, 50}, []int{3, 3}, []int{1, 1}, []int{1, 1}, []int{1, 1}, []int{1, 1}},
	{"small", 3, 1, 80, 128, []int{5, 5}, []int{3, 3}, []int{1, 1}, []int{1, 1}, []int{1, 1}, []int{1, 1}},
}

// TestShareConv holds that a convolution in parts is the same, bit by bit.
func TestShareConv(t *testing.T) {
	if par.Workers() == 0 {
		t.Skip("there is one processor")
	}
	for _, tc := range sharedCases {
		win := tc.window()
		taps, plane, k := product(win.Kernel), product(win.Out), tc.c/tc.groups
		x, w := randomF32(tc.n*tc.c*product(win.In)), randomF32(tc.m*k*taps)
		bias, residual := randomF32(tc.m), randomF32(tc.n*tc.m*plane)
		y := make([]float32, tc.n*tc.m*plane)
		scratch := make([]float32, max(1<<14, k*taps*24+8, tc.m*plane, WinogradScratch(64, tc.c, 24)))
		table := make([]int64, max(ConvSmallTable(taps, plane), taps*max(len(scratch)/(k*taps), k)))
		act := Act{F: ReluAct}
		for name, run := range map[string]func(){
			"ConvF32": func() {
				ConvF32(y, x, w, bias, residual, scratch[:k*taps*24+8], table, act, tc.n, tc.groups, tc.m, tc.c, win)
			},
			"ConvPointF32": func() {
				ConvPointF32(y, x, w, bias, residual, scratch[:k*taps*24+8], table, act, tc.n, tc.groups, tc.m, tc.c, plane)
			},
			"ConvWinogradF32": func() {
				ConvWinogradF32(y, x, w, bias, residual, scratch, table, act, tc.n, tc.m, tc.c, win, 64, 0, 0)
			},
			"ConvDepthwiseF32": func() {
				ConvDepthwiseF32(y, x, w, bias, residual, scratch[:1<<14], table, act, tc.n, tc.groups, tc.m/tc.groups, win)
			},
			"ConvSmallF32": func() {
				ConvSmallF32(y, x, w, bias, residual, scratch, table, act, tc.n, tc.groups, tc.m, tc.c, win)
			},
		} {
			if name == "ConvPointF32" && taps > 1 || name == "ConvDepthwiseF32" && k > 1 ||
				name == "ConvSmallF32" && tc.m/tc.groups%smallPanel != 0 ||
				name == "ConvWinogradF32" && (taps != 9 || tc.groups > 1 || win.Stride[0] > 1 || tc.m%4 > 0) {
				continue
			}
			t.Run(tc.name+"/"+name, func(t *testing.T) {
				spoil(y)
				alone(run)
				want := slices.Clone(y)
				spoil(y)
				run()
				for i, v := range y {
					if math.Float32bits(v) != math.Float32bits(want[i]) {
						t.Fatalf("element %d is %v in parts, %v as a whole", i, v, want[i])
					}
				}
			})
		}
	}
}

// TestShareConvNoAllocation counts what shared convolutions allocate once each worker has had its turn;
// testing.AllocsPerRun would leave them one processor.
func TestShareConvNoAllocation(t *testing.T) {
	if par.Workers() == 0 {
		t.Skip("there is one processor")
	}
	tc := sharedCases[0]
	win := tc.window()
	k, plane := 9*tc.c, product(win.Out)
	x, w, y := make([]float32, tc.c*product(win.In)), make([]float32, tc.m*k), make([]float32, tc.m*plane)
	scratch, table := make([]float32, WinogradScratch(tc.m, tc.c, 24)), make([]int64, 24*k)
	const runs = 100
	var before, after runtime.MemStats
	for i := range 2 * runs {
		ConvF32(y, x, w, nil, nil, scratch[:24*k+8], table, Act{}, tc.n, tc.groups, tc.m, tc.c, win)
		ConvWinogradF32(y, x, w, nil, nil, scratch, table, Act{}, tc.n, tc.m, tc.c, win, tc.m, 0, 0)
		if i == runs-1 {
			runtime.ReadMemStats(&before)
		}
	}
	runtime.ReadMemStats(&after)
	if n := after.Mallocs - before.Mallocs; n >= runs { // some are the runtime's own
		t.Errorf("%d runs allocate %d times", runs, n)
	}
}

// alone runs without helpers.
func alone(run func()) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	run()
}

// TestConvGrid holds that parts cover all units and rows once.
func TestConvGrid(t *testing.T) {
	for _, units := range []int{0, 1, 3, 15, 16, 40} {
		for _, rows := range []int{1, 16, 33, 100, 512} {
			g, seen := cutConv(units, rows), make([]int, units*rows)
			for i := range g.parts() {
				unit, end, row, rowEnd := g.part(i)
				if row%convShareRows != 0 {
					t.Errorf("%d units of %d rows: part %d begins at row %d", units, rows, i, row)
				}
				for u := unit; u < end; u++ {
					for r := row; r < rowEnd; r++ {
						seen[u*rows+r]++
					}
				}
			}
			if slices.ContainsFunc(seen, func(n int) bool { return n != 1 }) {
				t.Errorf("%d units of %d rows: %v", units, rows, seen)
			}
		}
	}
}
