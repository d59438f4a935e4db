//go:build linux

package kernel

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// i8ConvCases are those that need more than one panel, chunk of filters or run of positions.
var i8ConvCases = []convCase{
	{"several panels", 2, 1, 40, 9, []int{13, 12}, []int{3, 3}, []int{1, 1}, []int{1, 1}, []int{1, 1}, []int{1, 1}},
	{"long rows, stride 2", 1, 1, 33, 2, []int{5, 131}, []int{3, 3}, []int{2, 2}, []int{1, 1}, []int{1, 1}, []int{1, 1}},
	{"groups of many", 1, 3, 99, 12, []int{7, 3}, []int{3, 2}, []int{1, 1}, []int{1, 2}, []int{1, 1}, []int{0, 1}},
	{"stride 3 of one tap", 1, 1, 5, 17, []int{10, 10}, []int{1, 1}, []int{3, 3}, []int{1, 1}, []int{0, 0}, []int{0, 0}},
	{"column", 1, 1, 5, 3, []int{70, 1}, []int{3, 1}, []int{1, 1}, []int{1, 1}, []int{1, 0}, []int{1, 0}},
}

// TestConvI8 compares every variant with sums of whole numbers, between fences.
func TestConvI8(t *testing.T) {
	eachVariant(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(4, 8))
		for _, tc := range append(append([]convCase{}, i8ConvCases...), convCases...) {
			if len(tc.in) > 2 {
				continue
			}
			for flags := range 64 {
				if flags%11 == len(tc.name)%11 { // each case by others of them
					t.Run(fmt.Sprintf("%s/%06b", tc.name, flags), func(t *testing.T) {
						checkConvI8[uint8](t, rng, tc, flags)
						checkConvI8[int8](t, rng, tc, flags)
					})
				}
			}
		}
	})
}

func checkConvI8[A int8 | uint8](t *testing.T, rng *rand.Rand, tc convCase, flags int) {
	f := newFence(t)
	defer f.close()
	atEnd := flags&i8AtEnd != 0
	win := tc.window()
	plane, cg, mg := product(win.Out), tc.c/tc.groups, tc.m/tc.groups
	k := cg * product(win.Kernel)
	x, w := randomI8[A](rng, tc.n*tc.c*product(win.In), flags), randomI8[int8](rng, tc.m*k, flags)
	var xZero []A
	var wZero []int8
	filters := 1
	if flags&i8Vectors != 0 {
		filters = tc.m
	}
	if flags&i8ZeroA != 0 {
		xZero = randomI8[A](rng, 1, flags)
	}
	if flags&i8ZeroB != 0 {
		wZero = randomI8[int8](rng, filters, flags)
	}
	scale := fencedCopy(f, randomF32(filters), atEnd)
	y := fencedCopy(f, randomF32(tc.n*tc.m*plane), atEnd)
	var bias, residual []float32
	if flags&i8Residual != 0 {
		bias, residual = fencedCopy(f, randomF32(tc.m), atEnd), y
	}
	wide, weights := make([]float64, len(x)), make([]float64, len(w))
	for i, v := range x {
		wide[i] = float64(v) - float64(spreadAt(xZero, 0))
	}
	for i, v := range w {
		weights[i] = float64(v) - float64(spreadAt(wZero, i/k))
	}
	sums := referenceConv(wide, weights, make([]float64, tc.m), make([]float64, len(y)), tc, win)
	plain, want := make([]float32, len(y)), make([]float32, len(y))
	for i, s := range sums {
		at := i / max(plane, 1) % tc.m
		plain[i] = float32(float32(s)*spreadAt(scale, at)) + spreadAt(bias, at) + spreadAt(residual, i)
		want[i] = max(plain[i], 0)
	}
	taps := product(win.Kernel)
	depth := ConvI8Depth(cg, taps)
	size := PackedI8Len(mg, depth)
	packed := make([]int8, tc.groups*size)
	for g := range tc.groups {
		PackConvI8(packed[g*size:][:size], w[g*mg*k:][:mg*k], mg, cg, taps)
	}
	rows, products, table := make([]int16, ConvI8Rows(mg, depth)), make([]float32, ConvI8Sums(mg)), make([]int32, taps)
	laid := fencedCopy(f, make([]int16, laidI8(cg, win)), atEnd)
	for i := range laid {
		laid[i] = -1
	}
	x, packed = fencedCopy(f, x, atEnd), fencedCopy(f, packed, atEnd)
	if flags&i8Residual == 0 {
		results, act := plain, Act{}
		if atEnd {
			results, act = want, Act{F: ReluAct}
		}
		checkConvI8Codes(t, f, results, atEnd, func(got []uint8, outScale []float32, outZero []uint8, codes []uint8) {
			ConvI8Codes(got, x, packed, xZero, wZero, scale, nil, outScale, outZero, rows, products, codes, laid, table, act, 0, 255, tc.n, tc.groups, tc.m, tc.c, win)
		})
		checkConvI8Codes(t, f, results, atEnd, func(got []int8, outScale []float32, outZero []int8, codes []uint8) {
			ConvI8Codes(got, x, packed, xZero, wZero, scale, nil, outScale, outZero, rows, products, codes, laid, table, act, -128, 127, tc.n, tc.groups, tc.m, tc.c, win)
		})
	}
	ConvI8(y, x, packed, xZero, wZero, scale, bias, residual, rows, products, laid, table, Act{F: ReluAct}, tc.n, tc.groups, tc.m, tc.c, win)
	for i, v := range want {
		if y[i] != v {
			t.Fatalf("%T: value %d is %v, want %v", xZero, i, y[i], v)
		}
	}
}

// checkConvI8Codes compares quantised results with those of Quantize.
func checkConvI8Codes[Y int8 | uint8](t *testing.T, f *fence, want []float32, atEnd bool, run func(got []Y, scale []float32, zero []Y, codes []uint8)) {
	t.Helper()
	scale, zero := []float32{300}, []Y{17}
	codes := make([]Y, len(want))
	lo, hi := float32(0), float32(255)
	if Y(0)-1 < 0 {
		lo, hi = -128, 127
	}
	if len(want) > 0 {
		Quantize(codes, want, scale, zero, 1, 1, len(want), 1, 0, 0, 0, lo, hi)
	}
	got := fencedCopy(f, make([]Y, len(want)), atEnd)
	run(got, scale, zero, make([]uint8, ConvI8Sums(256)))
	for i, v := range codes {
		if got[i] != v {
			t.Fatalf("%T: code %d is %v, want %v", got, i, got[i], v)
		}
	}
}

// laidI8 is how many elements inputs take as they lie.
func laidI8(channels int, win Window) int {
	v := win.spatial3()
	p := convolutionI8{window: &v, padded: i8Depth(channels), segments: make([]int32, product(win.Kernel))}
	p.locate()
	return p.height * p.width * p.padded
}
