package op

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/runtime/kernel"
)

// dims parses sizes.
func dims(t *testing.T, text ...string) []ir.Dim {
	t.Helper()
	out := make([]ir.Dim, len(text))
	for i, s := range text {
		d, err := ir.ParseDim(s)
		if err != nil {
			t.Fatal(err)
		}
		out[i] = d
	}
	return out
}

func TestSpatialShapes(t *testing.T) {
	for _, tt := range []struct {
		name string
		op   ir.Op
		in   []string   // x
		more [][]string // other inputs
		want string     // the result's shape, or a part of the error
	}{
		{"conv", Conv{}, []string{"n", "3", "8", "9"}, [][]string{{"4", "3", "3", "3"}}, "[n, 4, 6, 7]"},
		{"conv padded", Conv{Pads: []int{1, 1, 1, 1}}, []string{"n", "3", "h", "w"}, [][]string{{"4", "3", "3", "3"}}, "[n, 4, h, w]"},
		{"conv strided", Conv{Pads: []int{1, 1}, Strides: []int{2}}, []string{"n", "3", "l"}, [][]string{{"4", "3", "3"}}, "[n, 4, 1 + div(-1 + l, 2)]"},
		{"conv same", Conv{Same: "upper", Strides: []int{2}}, []string{"n", "3", "l"}, [][]string{{"4", "3", "3"}}, "[n, 4, div(1 + l, 2)]"},
		{"conv, too small", Conv{}, []string{"1", "1", "2"}, [][]string{{"1", "1", "5"}}, "[1, 1, 0]"},
		{"conv groups", Conv{Group: 3}, []string{"1", "6", "4"}, [][]string{{"9", "2", "1"}, {"9"}}, "[1, 9, 4]"},
		{"conv channels", Conv{}, []string{"1", "6", "4"}, [][]string{{"9", "2", "1"}}, "x has other channels"},
		{"conv uneven groups", Conv{Group: 2}, []string{"1", "4", "4"}, [][]string{{"9", "2", "1"}}, "groups do not divide"},
		{"conv bias", Conv{}, []string{"1", "2", "4"}, [][]string{{"9", "2", "1"}, {"8"}}, "the bias is not as long"},
		{"conv pads", Conv{Pads: []int{1}}, []string{"1", "2", "4"}, [][]string{{"9", "2", "1"}}, "pads has 1 numbers, want 2"},
		{"conv stride 0", Conv{Strides: []int{0}}, []string{"1", "2", "4"}, [][]string{{"9", "2", "1"}}, "strides holds 0"},
		{"conv rank", Conv{}, []string{"1", "2"}, [][]string{{"9", "2"}}, "want the same and at least 3"},
		{"conv kernel", Conv{}, []string{"1", "2", "l"}, [][]string{{"9", "2", "k"}}, "known at compile time"},
		{"transpose", ConvTranspose{Strides: []int{2}, OutputPads: []int{1}}, []string{"n", "2", "l"}, [][]string{{"2", "5", "3"}}, "[n, 5, 2 + 2*l]"},
		{"transpose crop", ConvTranspose{Pads: []int{9, 9}}, []string{"1", "2", "3"}, [][]string{{"2", "5", "3"}}, "[1, 5, 0]"},
		{"pool ceil", Pool{Fn: "MaxPool", Kernel: []int{2}, Strides: []int{2}, Ceil: true}, []string{"n", "2", "5"}, nil, "[n, 2, 3]"},
		{"pool ceil into padding", Pool{Fn: "MaxPool", Kernel: []int{1}, Strides: []int{2}, Pads: []int{0, 1}, Ceil: true}, []string{"1", "1", "2"}, nil, "[1, 1, 1]"},
		{"pool kernel", Pool{Fn: "MaxPool"}, []string{"1", "1", "2"}, nil, "kernel has 0 numbers, want 1"},
		{"pool huge", Pool{Fn: "MaxPool", Kernel: []int{1 << 20, 1 << 20}}, []string{"1", "1", "2", "2"}, nil, "taps"},
		{"resize", Resize{Mode: "linear", Coord: "half_pixel", Axes: []int{1}, Sizes: []ir.Dim{ir.Sym("l").Mul(ir.Const(2))}, Scales: []float64{2}}, []string{"n", "l"}, nil, "[n, 2*l]"},
		{"resize mode", Resize{Mode: "sinc", Coord: "half_pixel"}, []string{"n"}, nil, "mode is"},
		{"resize axes", Resize{Mode: "cubic", Coord: "half_pixel", Axes: []int{0, 0}, Sizes: ir.ConstDims([]int{1, 1})}, []string{"2"}, nil, "twice"},
		{"resize without bounds", Resize{Mode: "linear", Coord: "tf_crop_and_resize"}, []string{"n"}, nil, "bounds"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := ir.NewBuilder("test")
			in := []*ir.Value{b.Input("x", ir.TensorType(ir.Float32, dims(t, tt.in...)...))}
			for _, shape := range tt.more {
				in = append(in, b.Input("in", ir.TensorType(ir.Float32, dims(t, shape...)...)))
			}
			got := ""
			if out, err := b.Add1("y", tt.op, in...); err != nil {
				got = err.Error()
			} else {
				got = ir.ShapeString(out.Type.Shape)
			}
			if strings.HasPrefix(tt.want, "[") && got != shapeText(t, tt.want) || !strings.Contains(got, strings.Trim(shapeText(t, tt.want), "[]")) {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

// shapeText brings a shape into the spelling that dims print in; errors stay as they are.
func shapeText(t *testing.T, s string) string {
	if !strings.HasPrefix(s, "[") {
		return s
	}
	var parts []string
	depth, from := 0, 1
	for i := 1; i < len(s); i++ {
		switch c := s[i]; {
		case c == '(':
			depth++
		case c == ')':
			depth--
		case c == ']' || c == ',' && depth == 0:
			parts = append(parts, strings.TrimSpace(s[from:i]))
			from = i + 1
		}
	}
	return ir.ShapeString(dims(t, parts...))
}

func TestConvActivations(t *testing.T) {
	relu := Act{Fn: "Relu"}
	o, ok := Conv{Group: 2}.WithAct(relu)
	if !ok || o.(Conv).Act != relu || o.(Conv).Group != 2 {
		t.Fatalf("WithAct gives %v, %t", o, ok)
	}
	if _, ok := o.(Conv).WithAct(relu); ok {
		t.Error("a second activation was taken")
	}
	if _, ok := o.(Conv).WithResidual(); ok {
		t.Error("a residual was taken after an activation")
	}
	x := ir.FromFloats(ir.Float32, []int{1, 1, 2}, []float64{1, -3})
	w := ir.FromFloats(ir.Float32, []int{1, 1, 1}, []float64{2})
	bias := ir.FromFloats(ir.Float32, []int{1}, []float64{1})
	residual := ir.FromFloats(ir.Float32, []int{1, 1, 2}, []float64{-1, 6})
	out, err := Conv{Act: relu}.Eval([]*ir.Tensor{x, w, bias, residual})
	if err != nil || !slices.Equal(out[0].Floats(), []float64{2, 1}) {
		t.Errorf("got %v, %v, want [2 1]", out[0].Floats(), err)
	}
}

// TestPackConv checks that the compiler packs as the kernel does when a run must.
func TestPackConv(t *testing.T) {
	for _, s := range [][3]int{{1, 9, 5}, {2, 4, 3}, {3, 3, 7}, {1, 8, 1}, {2, 0, 3}, {1, 5, 0}} {
		w := make([]float32, s[0]*s[1]*s[2])
		for i := range w {
			w[i] = float32(i)
		}
		want := make([]float32, len(w))
		kernel.PackConvF32(want, w, s[0], s[1], s[2])
		got := packConv(ir.OfFloat32s([]int{s[0] * s[1], s[2]}, w), s[0], s[1], s[2]).Float32s()
		if !slices.Equal(got, want) {
			t.Errorf("weights %v packed as %v, want %v", s, got, want)
		}
	}
}

// TestPackSmall checks where each weight goes.
func TestPackSmall(t *testing.T) {
	const m, k, taps = 32, 3, 2
	w := make([]float32, m*k*taps)
	for i := range w {
		w[i] = float32(i)
	}
	got := packSmall(ir.OfFloat32s([]int{m, k, taps}, w), m, k, taps).Float32s()
	for i, v := range w {
		r, c, tap := i/taps/k, i/taps%k, i%taps
		if at := ((r/16*taps+tap)*k+c)*16 + r%16; got[at] != v {
			t.Errorf("weight [%d, %d, %d] is not at %d", r, c, tap, at)
		}
	}
}

// TestPackConvTranspose checks the same of a transposed convolution's weights.
func TestPackConvTranspose(t *testing.T) {
	for _, s := range [][3]int{{1, 9, 5}, {2, 4, 3}, {3, 3, 7}, {1, 8, 1}, {2, 0, 3}} {
		groups, rows, k := s[0], s[1], s[2]
		w := make([]float32, groups*rows*k)
		for i := range w {
			w[i] = float32(i)
		}
		got := make([]float32, len(w))
		kernel.PackConvTransposeF32(got, w, groups, rows, k)
		want := packConv(adjoint(ir.OfFloat32s([]int{groups * k, rows}, w), groups), groups, rows, k).Float32s()
		if !slices.Equal(got, want) {
			t.Errorf("weights %v packed as %v, want %v", s, got, want)
		}
	}
}

// TestConvKernels checks which kernel is called.
func TestConvKernels(t *testing.T) {
	for _, tt := range []struct {
		name string
		op   Conv
		x, w []int
		want string
	}{
		{"depthwise", Conv{Group: 4}, []int{1, 4, 5, 5}, []int{4, 1, 3, 3}, "kernel.ConvDepthwiseF32"},
		{"point", Conv{}, []int{1, 4, 5, 5}, []int{6, 4, 1, 1}, "kernel.ConvPointF32"},
		{"strided point", Conv{Strides: []int{2, 2}}, []int{1, 4, 5, 5}, []int{6, 4, 1, 1}, "kernel.ConvF32"},
		{"general", Conv{}, []int{1, 4, 5, 5}, []int{6, 4, 3, 3}, "kernel.ConvF32"},
		{"one channel", Conv{}, []int{1, 1, 500}, []int{64, 1, 25}, "kernel.ConvF32"},
		{"small", Conv{}, []int{1, 8, 5, 5}, []int{16, 8, 3, 3}, "kernel.ConvSmallF32"},
		{"no more small", Conv{}, []int{1, 32, 10, 10}, []int{16, 32, 2, 2}, "kernel.ConvF32"},
		{"small point", Conv{}, []int{1, 8, 2, 2}, []int{16, 8, 1, 1}, "kernel.ConvSmallF32"},
		{"four axes", Conv{}, []int{1, 1, 2, 2, 2, 2}, []int{1, 1, 2, 2, 2, 2}, "kernel.ConvNd"},
	} {
		w := ir.ConstValue("w", ir.NewTensor(ir.Float32, tt.w...))
		b := ir.NewBuilder("test")
		x := b.Input("x", ir.TensorType(ir.Float32, ir.ConstDims(tt.x)...))
		y, err := b.Add1("y", tt.op, x, w)
		if err != nil {
			t.Fatal(err)
		}
		calls, err := tt.op.Lower([]*ir.Value{x, w}, []*ir.Value{y})
		if err != nil || calls[len(calls)-1].Kernel != tt.want {
			t.Errorf("%s: %v, %v, want %s", tt.name, calls, err, tt.want)
		}
	}
}

// TestConvSmallKernels compares the kernels for panels of 16 output channels with Eval: planes that are small, and such
// that may be, of all sizes, before and after that is known.
func TestConvSmallKernels(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 2))
	for _, tt := range []struct {
		name  string
		op    Conv
		taps  []int
		plane []int
		known bool
	}{
		{"small", Conv{Pads: []int{1, 1, 1, 1}}, []int{3, 3}, []int{4, 5}, false},
		{"tiles", Conv{Pads: []int{1, 1, 1, 1}}, []int{3, 3}, []int{13, 19}, false},
		{"strided", Conv{Strides: []int{2, 1}}, []int{3, 3}, []int{12, 19}, false},
		{"grouped", Conv{Group: 2, Act: Act{Fn: "Relu"}}, []int{3, 2}, []int{4, 3}, false},
		{"known", Conv{Pads: []int{1, 1}}, []int{3}, []int{9}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			const m, c = 32, 24
			x := input(random(r, ir.Float32, append([]int{2, c}, tt.plane...)...))
			x.last = tt.known
			w := random(r, ir.Float32, append([]int{m, c / max(tt.op.Group, 1)}, tt.taps...)...)
			checkKernels(t, tt.op, 1e-5, x, constant(w), constant(random(r, ir.Float32, m)))
		})
	}
}

// TestConvFilters compares the kernels with Eval by weights that are known when compiling, that are not, and that stand
// in eight bits for others.
func TestConvFilters(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 1))
	for _, tt := range []struct {
		name   string
		op     Conv
		groups int
		kernel []int
	}{
		{"tiles", Conv{Pads: []int{1, 1, 1, 1}}, 1, []int{3, 3}},
		{"strided", Conv{Strides: []int{2, 1}}, 1, []int{3, 3}},
		{"point", Conv{}, 1, []int{1, 1}},
		{"grouped", Conv{Group: 2}, 2, []int{2, 3}},
		{"depthwise", Conv{Group: 12}, 12, []int{3, 3}},
	} {
		const m, c = 12, 12
		shape := append([]int{m, c / tt.groups}, tt.kernel...)
		x, bias := input(random(r, ir.Float32, 2, c, 12, 19)), constant(random(r, ir.Float32, m))
		scale := random(r, ir.Float32, m)
		t.Run(tt.name, func(t *testing.T) {
			checkKernels(t, tt.op, 1e-5, x, constant(random(r, ir.Float32, shape...)), bias)
			for _, d := range []ir.DType{ir.Int8, ir.Uint8} {
				w, zero := ir.NewTensor(d, shape...), ir.NewTensor(d, m)
				for i := range w.Len() {
					w.SetInt(i, int64(i*29%128))
				}
				for i := range m {
					zero.SetInt(i, int64(i))
				}
				checkKernels(t, tt.op, 1e-4, x, constant(w), bias, nil, constant(scale), constant(zero))
				checkKernels(t, tt.op, 1e-4, x, constant(w), nil, nil, constant(ir.FromFloats(ir.Float32, []int{1}, []float64{0.1})))
			}
		})
	}
}

// TestMaxPoolSkipsNaN gives the largest number of each window, and where it stands.
func TestMaxPoolSkipsNaN(t *testing.T) {
	nan, least := math.NaN(), math.Inf(-1)
	x := ir.FromFloats(ir.Float32, []int{1, 1, 6}, []float64{1, nan, nan, 3, least, least})
	for _, tt := range []struct {
		skip bool
		want string
	}{
		{true, "[1 -Inf 3 3 -Inf] at [0 -1 3 3 -1]"},
		{false, "[NaN NaN NaN 3 -Inf] at [1 1 2 3 4]"},
	} {
		out, err := Pool{Fn: "MaxPool", Kernel: []int{2}, Indices: true, SkipNaN: tt.skip}.Eval([]*ir.Tensor{x})
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(out[0].Floats(), " at ", out[1].Ints()); got != tt.want {
			t.Errorf("skip %v: %s, want %s", tt.skip, got, tt.want)
		}
	}
}
