package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// convCase is a convolution by its sizes; an output size follows from them.
type convCase struct {
	name                    string
	n, groups, m, c         int
	in, kernel, stride, dil []int
	begin, end              []int
}

var convCases = []convCase{
	{"3x3", 2, 1, 9, 5, []int{7, 6}, []int{3, 3}, []int{1, 1}, []int{1, 1}, []int{1, 1}, []int{1, 1}},
	{"3x3 stride 2", 1, 1, 4, 3, []int{9, 8}, []int{3, 3}, []int{2, 2}, []int{1, 1}, []int{1, 1}, []int{1, 1}},
	{"dilated, uneven pads", 1, 1, 3, 2, []int{9, 11}, []int{3, 2}, []int{1, 2}, []int{2, 3}, []int{2, 0}, []int{1, 3}},
	{"groups", 1, 2, 6, 4, []int{5, 5}, []int{2, 2}, []int{1, 1}, []int{1, 1}, []int{0, 0}, []int{0, 0}},
	{"1-d", 3, 1, 5, 2, []int{17}, []int{5}, []int{3}, []int{2}, []int{4}, []int{1}},
	{"1-d among others", 1, 1, 5, 3, []int{1, 9, 1}, []int{1, 4, 1}, []int{2, 2, 3}, []int{1, 1, 2}, []int{0, 1, 0}, []int{0, 2, 0}},
	{"1-d before others", 2, 1, 5, 3, []int{9, 1, 1}, []int{4, 1, 1}, []int{2, 2, 3}, []int{1, 1, 2}, []int{1, 0, 0}, []int{2, 0, 0}},
	{"3-d", 1, 1, 2, 3, []int{3, 4, 5}, []int{2, 3, 2}, []int{1, 2, 1}, []int{1, 1, 2}, []int{1, 1, 0}, []int{0, 1, 1}},
	{"pads beyond the input", 1, 1, 1, 1, []int{2, 1}, []int{3, 5}, []int{2, 1}, []int{1, 1}, []int{4, 6}, []int{4, 6}},
	{"cropping pads", 1, 1, 2, 2, []int{8, 8}, []int{3, 3}, []int{1, 1}, []int{1, 1}, []int{-1, 0}, []int{-2, 1}},
	{"point", 2, 1, 10, 7, []int{3, 7}, []int{1, 1}, []int{1, 1}, []int{1, 1}, []int{0, 0}, []int{0, 0}},
	{"no image", 0, 1, 4, 3, []int{4, 4}, []int{3, 3}, []int{1, 1}, []int{1, 1}, []int{1, 1}, []int{1, 1}},
	{"no channel", 1, 1, 5, 0, []int{4, 4}, []int{3, 3}, []int{1, 1}, []int{1, 1}, []int{1, 1}, []int{1, 1}},
	{"no height", 1, 1, 5, 2, []int{0, 4}, []int{3, 3}, []int{1, 1}, []int{1, 1}, []int{1, 1}, []int{1, 1}},
	{"depthwise", 2, 6, 6, 6, []int{7, 9}, []int{3, 3}, []int{1, 1}, []int{1, 1}, []int{1, 1}, []int{1, 1}},
	{"depthwise 5 taps, stride 2", 1, 3, 6, 3, []int{11, 10}, []int{5, 5}, []int{2, 2}, []int{1, 1}, []int{2, 2}, []int{1, 2}},
	{"depthwise 1-d dilated", 1, 4, 4, 4, []int{13}, []int{4}, []int{1}, []int{3}, []int{9}, []int{0}},
	{"depthwise narrow", 1, 2, 2, 2, []int{3, 1}, []int{3, 7}, []int{1, 1}, []int{1, 1}, []int{1, 3}, []int{1, 3}},
}

// winogradCases are those that tiles of 2×2 outputs may compute.
var winogradCases = []convCase{
	{"3x3 in tiles", 2, 1, 12, 5, []int{6, 22}, []int{3, 3}, []int{1, 1}, []int{1, 1}, []int{1, 1}, []int{1, 1}},
	{"3x3 in odd tiles", 1, 1, 8, 3, []int{9, 40}, []int{3, 3}, []int{1, 1}, []int{1, 1}, []int{2, 0}, []int{0, 1}},
	{"3x3 in one tile", 3, 1, 4, 1, []int{1, 2}, []int{3, 3}, []int{1, 1}, []int{1, 1}, []int{1, 1}, []int{1, 1}},
	{"3x3 far from the input", 1, 1, 4, 2, []int{2, 3}, []int{3, 3}, []int{1, 1}, []int{1, 1}, []int{-3, 5}, []int{5, 4}},
	{"3x3 in many tiles", 1, 1, 16, 2, []int{22, 50}, []int{3, 3}, []int{1, 1}, []int{1, 1}, []int{1, 1}, []int{1, 1}},
	{"3x3 of no channel", 1, 1, 4, 0, []int{2, 3}, []int{3, 3}, []int{1, 1}, []int{1, 1}, []int{1, 1}, []int{1, 1}},
	{"3x3 of no image", 0, 1, 4, 1, []int{2, 3}, []int{3, 3}, []int{1, 1}, []int{1, 1}, []int{1, 1}, []int{1, 1}},
	{"3x3 of no height", 1, 1, 4, 1, []int{0, 3}, []int{3, 3}, []int{1, 1}, []int{1, 1}, []int{0, 1}, []int{0, 1}},
}

func (c convCase) window() Window {
	w := Window{In: c.in, Kernel: c.kernel, Stride: c.stride, Dilation: c.dil, Pad: c.begin}
	for i, k := range c.kernel {
		room := c.in[i] + c.begin[i] + c.end[i] - (k-1)*c.dil[i] - 1
		w.Out = append(w.Out, max(room+c.stride[i], 0)/c.stride[i])
	}
	return w
}

func randomF32(n int) []float32 {
	r := rand.New(rand.NewPCG(1, uint64(n)))
	v := make([]float32, n)
	for i := range v {
		v[i] = r.Float32()*2 - 1
	}
	return v
}

func widened(v []float32) []float64 {
	if v == nil {
		return nil
	}
	w := make([]float64, len(v))
	for i, x := range v {
		w[i] = float64(x)
	}
	return w
}

// referenceConv goes from each output back to what it meets.
func referenceConv(x, w, bias, residual []float64, tc convCase, win Window) []float64 {
	plane := product(win.Out)
	y := make([]float64, tc.n*tc.m*plane)
	mg, cg := tc.m/tc.groups, tc.c/tc.groups
	for i := range y {
		image, o, p := i/plane/tc.m, i/plane%tc.m, i%plane
		sum := residual[i] + bias[o]
		for k := range cg * product(win.Kernel) {
			ch, t := k/product(win.Kernel), k%product(win.Kernel)
			at, step, inside := 0, 1, true
			q, u := p, t
			for a := len(win.In) - 1; a >= 0; a-- {
				pos := q%win.Out[a]*win.Stride[a] + u%win.Kernel[a]*win.Dilation[a] - win.Pad[a]
				inside = inside && pos >= 0 && pos < win.In[a]
				at += pos * step
				step *= win.In[a]
				q, u = q/win.Out[a], u/win.Kernel[a]
			}
			if inside {
				sum += w[o*cg*product(win.Kernel)+k] * x[(image*tc.c+o/mg*cg+ch)*step+at]
			}
		}
		y[i] = sum
	}
	return y
}

func near(t *testing.T, got []float32, want []float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d values, want %d", len(got), len(want))
	}
	for i, v := range got {
		if math.Abs(float64(v)-want[i]) > 1e-5*(1+math.Abs(want[i])) {
			t.Fatalf("value %d is %v, want %v", i, v, want[i])
		}
	}
}

func TestConv(t *testing.T) { eachVariant(t, testConv) }

func testConv(t *testing.T) {
	for _, tc := range slices.Concat(convCases, winogradCases) {
		t.Run(tc.name, func(t *testing.T) {
			win := tc.window()
			taps, plane := product(win.Kernel), product(win.Out)
			mg, cg := tc.m/tc.groups, tc.c/tc.groups
			x := randomF32(tc.n * tc.c * product(win.In))
			w := randomF32(tc.m * cg * taps)
			bias := randomF32(tc.m)
			residual := randomF32(tc.n * tc.m * plane)
			want := referenceConv(widened(x), widened(w), widened(bias), widened(residual), tc, win)
			y := make([]float32, len(want))

			ConvNd(y, x, w, bias, residual, tc.n, tc.groups, tc.m, tc.c, win)
			near(t, y, want)
			for i, v := range want {
				want[i] = max(v, 0)
			}
			packed := make([]float32, len(w))
			PackConvF32(packed, w, tc.groups, mg, cg*taps)
			for _, strip := range []int{4, 12, 64} {
				spoil(y)
				scratch := make([]float32, cg*taps*strip+8)
				ConvF32(y, x, packed, bias, residual, scratch, make([]int64, taps*max(strip, cg)), Act{F: ReluAct}, tc.n, tc.groups, tc.m, tc.c, win)
				near(t, y, want)
				if taps == 1 {
					spoil(y)
					ConvPointF32(y, x, packed, bias, residual, scratch, make([]int64, max(strip, cg)), Act{F: ReluAct}, tc.n, tc.groups, tc.m, tc.c, plane)
					near(t, y, want)
				}
			}
			if slices.ContainsFunc(winogradCases, func(c convCase) bool { return c.name == tc.name }) {
				testWinograd(t, y, x, packed, bias, residual, want, tc, win)
			}
			if cg == 1 {
				for _, room := range []int{4*taps + 8, 20*taps + 8, 1 << 12} {
					spoil(y)
					ConvDepthwiseF32(y, x, w, bias, residual, make([]float32, room), make([]int64, taps), Act{F: ReluAct}, tc.n, tc.groups, mg, win)
					near(t, y, want)
				}
			}
		})
	}
}

// testWinograd has room for few tiles and for many, and transforms few filters at a time, or all.
func testWinograd(t *testing.T, y, x, packed, bias, residual []float32, want []float64, tc convCase, win Window) {
	t.Helper()
	for _, tiles := range []int{8, 24, 96} {
		for _, block := range []int{4, 8, 12} {
			spoil(y)
			scratch := make([]float32, WinogradScratch(block, tc.c, tiles))
			table := make([]int64, 9*max(tc.c, convStrip(len(scratch), 9*tc.c)))
			ConvWinogradF32(y, x, packed, bias, residual, scratch, table, Act{F: ReluAct}, tc.n, tc.m, tc.c, win, block, 0, 0)
			near(t, y, want)
		}
	}
}

// spoil makes sure that a kernel writes every value.
func spoil(y []float32) {
	for i := range y {
		y[i] = float32(math.NaN())
	}
}

// TestConvTranspose checks that the transposed convolution is the adjoint: ⟨w ∗ u, v⟩ = ⟨u, wᵀ ∗ v⟩ for unit vectors u.
func TestConvTranspose(t *testing.T) {
	for _, tc := range convCases {
		t.Run(tc.name, func(t *testing.T) {
			win := tc.window()
			taps, plane, inPlane := product(win.Kernel), product(win.Out), product(win.In)
			mg, cg := tc.m/tc.groups, tc.c/tc.groups
			w := randomF32(tc.m * cg * taps) // [m, c/groups, taps]: of the transposed one m is the input
			v := randomF32(tc.n * tc.m * plane)
			bias := randomF32(tc.c)
			want := make([]float64, tc.n*tc.c*inPlane)
			for i := range want {
				want[i] = float64(bias[i/max(inPlane, 1)%tc.c])
				u := make([]float64, len(want))
				u[i] = 1
				image := referenceConv(u, widened(w), make([]float64, tc.m), make([]float64, len(v)), tc, win)
				for k, s := range image {
					want[i] += s * float64(v[k])
				}
			}
			y := make([]float32, len(want))
			ConvTransposeNd(y, v, w, bias, tc.n, tc.groups, tc.c, tc.m, win)
			near(t, y, want)

			rows := cg * taps
			packed := make([]float32, len(w))
			turned := make([]float32, len(w)) // [groups, c/groups·taps, m/groups]
			for g := range tc.groups {
				for i := range mg {
					for r := range rows {
						turned[(g*rows+r)*mg+i] = w[(g*mg+i)*rows+r]
					}
				}
			}
			PackConvF32(packed, turned, tc.groups, rows, mg)
			for _, strip := range []int{4, 12} {
				spoil(y)
				ConvTransposeF32(y, v, packed, bias, make([]float32, mg*strip+8), make([]float32, rows*strip), make([]int64, taps*strip+mg), Act{}, tc.n, tc.groups, tc.c, tc.m, win)
				near(t, y, want)
			}
		})
	}
}

func TestConvNdIntegers(t *testing.T) {
	y := make([]int32, 3)
	win := Window{In: []int{3}, Out: []int{3}, Kernel: []int{2}, Stride: []int{1}, Dilation: []int{1}, Pad: []int{1}}
	ConvNd(y, []int32{1, 2, math.MaxInt32}, []int32{10, 3}, []int32{100}, nil, 1, 1, 1, 1, win)
	var top int32 = math.MaxInt32
	if want := []int32{103, 116, 100 + 20 + top*3}; !slices.Equal(y, want) {
		t.Errorf("got %v, want %v", y, want)
	}
}

func BenchmarkConv(b *testing.B) {
	for _, bc := range []struct {
		model               string
		m, c, height, width int
		kernel              []int
		stride              int
	}{
		{"resnet", 16, 16, 24, 24, []int{3, 3}, 1},
		{"resnet", 32, 16, 24, 24, []int{3, 3}, 2},
		{"resnet", 32, 32, 12, 12, []int{3, 3}, 1},
		{"resnet", 64, 64, 6, 6, []int{3, 3}, 1},
		{"resnet", 128, 64, 6, 6, []int{3, 3}, 2},
		{"resnet", 128, 128, 3, 3, []int{3, 3}, 1},
		{"resnet", 64, 128, 3, 3, []int{3, 3}, 1},
		{"small", 64, 64, 6, 6, []int{3, 3}, 1},
		{"small", 128, 64, 6, 6, []int{3, 3}, 2},
		{"small", 128, 128, 3, 3, []int{3, 3}, 1},
		{"small", 64, 128, 3, 3, []int{3, 3}, 1},
		{"small", 32, 32, 12, 12, []int{3, 3}, 1},
		{"small", 64, 32, 12, 12, []int{3, 3}, 2},
		{"small", 16, 16, 24, 24, []int{3, 3}, 1},
		{"small", 32, 16, 24, 24, []int{3, 3}, 2},
		{"resnet stem", 16, 3, 96, 96, []int{7, 7}, 2},
		{"resnet50", 64, 64, 56, 56, []int{3, 3}, 1},
		{"resnet50", 256, 64, 56, 56, []int{1, 1}, 1},
		{"ppocr", 64, 64, 24, 80, []int{1, 1}, 1},
		{"ppocr", 480, 480, 6, 40, []int{1, 1}, 1},
		{"ppocr squeeze", 120, 480, 1, 1, []int{1, 1}, 1},
		{"ppocr stem", 16, 3, 48, 160, []int{3, 3}, 2},
		{"unet", 8, 24, 64, 64, []int{3, 3}, 1},
		{"basic-pitch", 8, 8, 172, 264, []int{3, 39}, 1},
		{"magika", 512, 256, 512, 1, []int{5, 1}, 1},
		{"depthwise", 64, 1, 56, 56, []int{3, 3}, 1},
		{"depthwise", 64, 1, 56, 56, []int{3, 3}, 2},
		{"depthwise", 240, 1, 12, 40, []int{5, 5}, 1},
		{"depthwise", 200, 1, 3, 48, []int{5, 5}, 1},
	} {
		b.Run(fmt.Sprintf("%s/%dx%d@%dx%d/%d", bc.model, bc.m, bc.c, bc.height, bc.width, bc.kernel), func(b *testing.B) {
			tc := convCase{in: []int{bc.height, bc.width}, kernel: bc.kernel, stride: []int{bc.stride, bc.stride}, dil: []int{1, 1}}
			tc.begin = []int{bc.kernel[0] / 2, bc.kernel[1] / 2}
			tc.end = tc.begin
			win := tc.window()
			k, plane := bc.c*product(bc.kernel), product(win.Out)
			channels := bc.c
			if bc.model == "depthwise" {
				channels = bc.m
			}
			x, w, bias := randomF32(channels*bc.height*bc.width), randomF32(bc.m*k), randomF32(bc.m)
			y, scratch, table := make([]float32, bc.m*plane), make([]float32, max(8*k, 1<<16, len(bias)*plane)), make([]int64, 4*k)
			small := make([]int64, ConvSmallTable(product(bc.kernel), plane))
			for b.Loop() {
				switch {
				case bc.model == "depthwise":
					ConvDepthwiseF32(y, x, w, bias, nil, scratch[:1<<14], table, Act{}, 1, bc.m, 1, win)
				case product(bc.kernel) == 1:
					ConvPointF32(y, x, w, bias, nil, scratch, table, Act{}, 1, 1, bc.m, bc.c, plane)
				case bc.model == "small":
					ConvSmallF32(y, x, w, bias, nil, scratch, small, Act{}, 1, 1, bc.m, bc.c, win)
				default:
					ConvF32(y, x, w, bias, nil, scratch, table, Act{}, 1, 1, bc.m, bc.c, win)
				}
			}
			b.ReportMetric(float64(2*bc.m*k*plane)*float64(b.N)/float64(b.Elapsed().Nanoseconds()), "GFLOP/s")
		})
	}
}
