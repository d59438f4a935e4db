package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// places visits a shape's places in row-major order.
func places(shape []int, f func(i int, at []int)) {
	n := 1
	for _, d := range shape {
		n *= d
	}
	at := make([]int, len(shape))
	for i := range n {
		f(i, at)
		for k := len(at) - 1; k >= 0; k-- {
			if at[k]++; at[k] < shape[k] {
				break
			}
			at[k] = 0
		}
	}
}

func elements(shape []int) int {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return n
}

// numbered gives 1, 2, 3 ….
func numbered(n int) []int32 {
	v := make([]int32, n)
	for i := range v {
		v[i] = int32(i + 1)
	}
	return v
}

func TestStrided(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		rank := 1 + r.IntN(4)
		shape, in, stride := make([]int, rank), make([]int, rank), make([]int, rank)
		for k := range shape {
			shape[k] = r.IntN(5)
			in[k] = max(shape[k], 1) + r.IntN(20)*r.IntN(2)
		}
		step := 1
		off := 0
		perm := r.Perm(rank)
		for _, k := range perm {
			switch stride[k] = step; r.IntN(6) {
			case 0:
				stride[k] = 0
			case 1: // backwards
				off += (in[k] - 1) * step
				stride[k] = -step
			}
			step *= in[k]
		}
		src := numbered(step)
		dst, want := make([]int32, elements(shape)), make([]int32, elements(shape))
		places(shape, func(i int, at []int) {
			from := off
			for k, a := range at {
				from += a * stride[k]
			}
			want[i] = src[from]
		})
		Strided(dst, src, off, shape, stride)
		if !slices.Equal(dst, want) {
			t.Fatalf("shape %v, stride %v: got %v, want %v", shape, stride, dst, want)
		}
	}
}

func TestTranspose(t *testing.T) {
	for rows := range 34 {
		for _, cols := range []int{0, 1, 3, 15, 16, 17, 33} {
			src := numbered(2 * rows * cols)
			dst := make([]int32, len(src))
			Transpose(dst, src, 2, rows, cols)
			for i, v := range src {
				b, i := i/max(rows*cols, 1), i%max(rows*cols, 1)
				if got := dst[b*rows*cols+i%cols*rows+i/cols]; got != v {
					t.Fatalf("[%d, %d]: got %d, want %d", rows, cols, got, v)
				}
			}
		}
	}
}

func TestCopyRuns(t *testing.T) {
	for _, run := range []int{0, 1, 2, 5} {
		dst := make([]int32, 21)
		CopyRuns(dst[1:], numbered(20), 3, run, 7, 6)
		want := make([]int32, 21)
		for i := range 3 {
			for k := range run {
				want[1+i*7+k] = int32(i*6 + k + 1)
			}
		}
		if !slices.Equal(dst, want) {
			t.Errorf("run %d: got %v, want %v", run, dst, want)
		}
	}
}

func TestGather(t *testing.T) {
	dst := make([]int32, 2*3*2)
	if bad := Gather(dst, numbered(2*4*2), []int64{-1, 0, 3}, 2, 4, 2); bad != -1 {
		t.Errorf("bad = %d, want -1", bad)
	}
	if want := []int32{7, 8, 1, 2, 7, 8, 15, 16, 9, 10, 15, 16}; !slices.Equal(dst, want) {
		t.Errorf("got %v, want %v", dst, want)
	}
	for _, v := range []int64{4, -5, math.MaxInt64, math.MinInt64} {
		if bad := Gather(dst, numbered(16), []int64{0, v, 1}, 2, 4, 2); bad != 1 {
			t.Errorf("index %d: bad = %d, want 1", v, bad)
		}
		if bad := GatherElements(dst[:2], numbered(4), []int64{0, v}, 4, 1, []int{2}, []int{0}); bad != 1 {
			t.Errorf("index %d: bad = %d, want 1", v, bad)
		}
		if bad := GatherND(dst[:2], numbered(16), []int64{0, 0, 1, v}, 1, 2, []int{4, 4}, 1); bad != 2 {
			t.Errorf("index %d: bad = %d, want 2", v, bad)
		}
		if bad := ScatterND(dst, []int64{0, v}, numbered(12), 2, []int{2}, 6, nil); bad != 1 {
			t.Errorf("index %d: bad = %d, want 1", v, bad)
		}
	}
	if bad := Gather([]string{}, []string{}, []int32{0}, 1, 0, 3); bad != 0 {
		t.Errorf("of nothing: bad = %d, want 0", bad)
	}
}

func TestScatter(t *testing.T) {
	dst := make([]int32, 6)
	if bad := ScatterElements(dst, []int64{1, -1, 1, 0}, []int32{5, 6, 7, 8}, 3, 2, []int{2, 2}, []int{0, 1}, CombineAdd); bad != -1 {
		t.Fatal(bad)
	}
	if want := []int32{0, 8, 12, 0, 0, 6}; !slices.Equal(dst, want) {
		t.Errorf("got %v, want %v", dst, want)
	}
	text := []string{"a", "b", "c", "d"}
	if bad := ScatterND(text, []int64{-1, 0}, []string{"x", "y"}, 2, []int{4}, 1, nil); bad != -1 {
		t.Fatal(bad)
	}
	if want := []string{"y", "b", "c", "x"}; !slices.Equal(text, want) {
		t.Errorf("got %v, want %v", text, want)
	}
}

func TestPad(t *testing.T) {
	tests := []struct {
		name   string
		in     int
		before int
		out    int
		index  func(i, n int) int
		want   []int32
	}{
		{"constant", 3, 2, 6, nil, []int32{9, 9, 1, 2, 3, 9}},
		{"cut", 3, -1, 3, nil, []int32{2, 3, 9}},
		{"all cut", 2, -5, 2, nil, []int32{9, 9}},
		{"far", 2, 5, 3, nil, []int32{9, 9, 9}},
		{"edge", 3, 2, 7, PadEdge, []int32{1, 1, 1, 2, 3, 3, 3}},
		{"wrap", 3, 4, 9, PadWrap, []int32{3, 1, 2, 3, 1, 2, 3, 1, 2}},
		{"reflect", 3, 5, 10, PadReflect, []int32{2, 1, 2, 3, 2, 1, 2, 3, 2, 1}},
		{"reflect one", 1, 2, 4, PadReflect, []int32{1, 1, 1, 1}},
		{"empty", 0, 1, 2, PadReflect, []int32{9, 9}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dst := make([]int32, tt.out)
			Pad(dst, numbered(tt.in), []int32{9}, []int{tt.out}, []int{tt.in}, []int{tt.before}, tt.index)
			if !slices.Equal(dst, tt.want) {
				t.Errorf("got %v, want %v", dst, tt.want)
			}
		})
	}
	dst := make([]int32, 9)
	Pad(dst, numbered(2), nil, []int{3, 3}, []int{1, 2}, []int{1, 0}, nil)
	if want := []int32{0, 0, 0, 1, 2, 0, 0, 0, 0}; !slices.Equal(dst, want) {
		t.Errorf("got %v, want %v", dst, want)
	}
}

func TestWhere(t *testing.T) {
	dst := make([]int32, 6)
	Where(dst, []bool{true, false}, []int32{1, 2, 3}, []int32{9}, []int{2, 3}, []int{1, 0}, []int{0, 1}, []int{0, 0})
	if want := []int32{1, 2, 3, 9, 9, 9}; !slices.Equal(dst, want) {
		t.Errorf("got %v, want %v", dst, want)
	}
	for _, lens := range [][3]int{{1, 1, 1}, {1, 3, 1}, {3, 1, 1}, {3, 3, 1}, {3, 1, 3}, {3, 3, 3}, {1, 1, 3}} {
		c, a, b := []bool{true, false, true}[:lens[0]], []int32{1, 2, 3}[:lens[1]], []int32{4, 5, 6}[:lens[2]]
		got, want := make([]int32, 3), make([]int32, 3)
		for i := range want {
			want[i] = b[i%len(b)]
			if c[i%len(c)] {
				want[i] = a[i%len(a)]
			}
		}
		if WhereRow(got, c, a, b); !slices.Equal(got, want) {
			t.Errorf("lengths %v: got %v, want %v", lens, got, want)
		}
	}
}

func TestSliceBounds(t *testing.T) {
	for n := range int64(5) {
		for _, start := range []int64{math.MinInt64, -6, -2, 0, 1, 4, math.MaxInt64} {
			for _, end := range []int64{math.MinInt64, -5, -1, 0, 2, 5, math.MaxInt64} {
				for _, step := range []int64{-1 << 40, -2, -1, 1, 3, 1 << 40} {
					begin, size, plus, minus, bad := SliceBounds([]int64{start}, []int64{end}, []int64{-1}, []int64{step}, []int{7, int(n)}, 1)
					last := int64(begin) + int64(size-1)*int64(plus-minus)
					if bad != -1 || size < 0 || size > int(n) || size > 0 && (begin < 0 || begin >= int(n) || last < 0 || last >= n) {
						t.Errorf("%d:%d:%d of %d: begin %d, size %d, step %d, bad %d", start, end, step, n, begin, size, plus-minus, bad)
					}
				}
			}
		}
	}
	for _, axis := range []int64{2, -3, math.MinInt64} {
		if _, _, _, _, bad := SliceBounds([]int64{0}, []int64{1}, []int64{axis}, nil, []int{7, 7}, 0); bad != 0 {
			t.Errorf("axis %d: bad = %d, want 0", axis, bad)
		}
	}
}

func TestReshapeSize(t *testing.T) {
	tests := []struct {
		shape []int64
		zero  bool
		in    []int
		want  string
	}{
		{[]int64{-1, 3}, false, []int{2, 6}, "[4 3]"},
		{[]int64{0, -1}, false, []int{2, 6}, "[2 6]"},
		{[]int64{0, 5}, true, []int{0, 6}, "[0 5]"},
		{[]int64{-1, 0}, true, []int{0, 6}, "at 1"},
		{[]int64{-1, -1}, false, []int{4}, "at 1"},
		{[]int64{5, 5}, false, []int{4}, "at 1"},
		{[]int64{1 << 40, 1}, false, []int{4}, "at 0"},
		{[]int64{1, 1, 0}, false, []int{1}, "at 2"},
	}
	for _, tt := range tests {
		var sizes []int
		got := ""
		for i := range tt.shape {
			n, bad := ReshapeSize(tt.shape, tt.in, i, tt.zero)
			if bad >= 0 {
				got = fmt.Sprint("at ", bad)
			}
			sizes = append(sizes, n)
		}
		if got == "" {
			got = fmt.Sprint(sizes)
		}
		if got != tt.want {
			t.Errorf("%v of %v: got %s, want %s", tt.shape, tt.in, got, tt.want)
		}
	}
}

func TestUniqueGroups(t *testing.T) {
	nan := math.NaN()
	src := []float64{2, nan, 1, 2, nan, 1, 3}
	for _, sorted := range []bool{true, false} {
		n := len(src)
		order, first, group := make([]int64, n), make([]int64, n), make([]int64, n)
		k := UniqueGroups(order, first, group, src, 1, n, 1, sorted)
		got := fmt.Sprint(first[:k], group)
		want := "[2 0 6 1] [1 3 0 1 3 0 2]"
		if !sorted {
			want = "[0 1 2 6] [0 1 2 0 1 2 3]"
		}
		if got != want {
			t.Errorf("sorted %v: got %s, want %s", sorted, got, want)
		}
	}
	if k := UniqueGroups(nil, nil, nil, []string{}, 1, 0, 1, true); k != 0 {
		t.Errorf("of nothing: %d, want 0", k)
	}
}

func TestCast(t *testing.T) {
	cut := make([]int32, 4)
	CastCut(cut, []float32{-1.9, 3e9, float32(math.NaN()), float32(math.Inf(1))})
	if want := []int32{-1, -1294967296, 0, 0}; !slices.Equal(cut, want) {
		t.Errorf("CastCut: got %v, want %v", cut, want)
	}
	big := make([]uint64, 3)
	CastCutUint64(big, []float64{1 << 63, 1.8e19, -1})
	if want := []uint64{1 << 63, 18000000000000000000, math.MaxUint64}; !slices.Equal(big, want) {
		t.Errorf("CastCutUint64: got %v, want %v", big, want)
	}
	odd := make([]float32, 3)
	CastOddF64(odd, []float64{1 + 1.0/(1<<30), -1 - 1.0/(1<<30), 1.5})
	if want := []float32{math.Nextafter32(1, 2), math.Nextafter32(-1, -2), 1.5}; !slices.Equal(odd, want) {
		t.Errorf("CastOddF64: got %v, want %v", odd, want)
	}
	CastOddInt(odd, []int64{1<<60 + 1, -1<<63 + 1, 7})
	if math.Float32bits(odd[0])&1 != 1 || math.Float32bits(odd[1])&1 != 1 || odd[2] != 7 {
		t.Errorf("CastOddInt: got %x", odd)
	}
	packed := make([]byte, 2)
	Pack(packed, []uint64{math.MaxUint64, 7, 1<<63 + 8}, 4)
	back := make([]int8, 3)
	if Unpack(back, packed, 4, true); !slices.Equal(back, []int8{-1, 7, -8}) {
		t.Errorf("Pack and Unpack: got %v", back)
	}
	if bad := ParseInts(back, []string{"1", "-2", "x"}); bad != 2 {
		t.Errorf("ParseInts: bad = %d, want 2", bad)
	}
}

func TestPackFloats(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for _, tt := range []struct {
		bits int
		in   []float64
		want []int8
	}{
		{4, []float64{0, 0.49999999999999994, 0.5, 1.5, 2.5, 7.4}, []int8{0, 0, 1, 2, 3, 7}},
		{4, []float64{-0.4, -0.5, -1.5, -8, -8.5, 7.5}, []int8{0, -1, -2, -8, 7, -8}},
		{4, []float64{nan, inf, -inf, 1e300, 1 << 52}, []int8{0, 0, 0, 0, 0}},
		{2, []float64{1.5, 2.5, -2.5, -0.5, 100}, []int8{-2, -1, 1, -1, 0}},
	} {
		packed := make([]byte, (len(tt.in)*tt.bits+7)/8)
		PackFloats(packed, tt.in, tt.bits)
		got := make([]int8, len(tt.in))
		if Unpack(got, packed, tt.bits, true); !slices.Equal(got, tt.want) {
			t.Errorf("PackFloats(%v, %d) = %v, want %v", tt.in, tt.bits, got, tt.want)
		}
	}
}

// TestFormatFloats holds texts against those of ONNX Runtime 1.31.1.
func TestFormatFloats(t *testing.T) {
	tests := []struct {
		in   float64
		want string
	}{
		{1.5, "1.5"}, {2, "2"}, {100, "100"}, {0.1, "0.1"}, {1.0 / 3, "0.33333333"}, {math.Pi, "3.1415927"},
		{12345678, "12345678"}, {123456789, "1.2345679e+08"}, {1e7, "10000000"}, {99999999.5, "1e+08"}, {9999999.96, "10000000"},
		{1e-4, "0.0001"}, {1e-5, "1e-05"}, {0.00012345678912, "0.00012345679"}, {1e300, "1e+300"}, {5e-324, "4.9406565e-324"},
		{float64(float32(1e-5)), "9.9999997e-06"}, {math.Copysign(0, -1), "-0"},
		{math.NaN(), "NaN"}, {math.Inf(1), "INF"}, {math.Inf(-1), "-INF"},
	}
	for _, tt := range tests {
		got := make([]string, 1)
		if FormatFloats(got, []float64{tt.in}); got[0] != tt.want {
			t.Errorf("FormatFloats(%g) = %q, want %q", tt.in, got[0], tt.want)
		}
	}
}

func TestFill(t *testing.T) {
	for _, tt := range []struct {
		start, limit, delta int8
		want                int
	}{{0, 5, 2, 3}, {5, 0, -2, 3}, {-128, 127, 1, 255}, {127, -128, -128, 2}, {3, 3, 1, 0}, {0, 5, -1, 0}} {
		n, bad := RangeLen([]int8{tt.start}, []int8{tt.limit}, []int8{tt.delta})
		if n != tt.want || bad != -1 {
			t.Errorf("RangeLen(%d, %d, %d) = %d, %d, want %d", tt.start, tt.limit, tt.delta, n, bad, tt.want)
		}
	}
	if _, bad := RangeLen([]int64{math.MinInt64}, []int64{math.MaxInt64}, []int64{1}); bad != 0 {
		t.Errorf("RangeLen of all: bad = %d, want 0", bad)
	}
	if _, bad := RangeLenFloat([]float32{0}, []float32{float32(math.Inf(1))}, []float32{1}); bad != 0 {
		t.Errorf("RangeLenFloat without end: bad = %d, want 0", bad)
	}
	tri := make([]int32, 6)
	Trilu(tri, numbered(6), 2, 3, 1, true)
	if want := []int32{0, 2, 3, 0, 0, 6}; !slices.Equal(tri, want) {
		t.Errorf("Trilu: got %v, want %v", tri, want)
	}
	Trilu(tri, numbered(6), 2, 3, -1, false)
	if want := []int32{0, 0, 0, 4, 0, 0}; !slices.Equal(tri, want) {
		t.Errorf("Trilu: got %v, want %v", tri, want)
	}
	hot := make([]int32, 6)
	OneHot(hot, []int64{2, -3}, []int32{0, 1}, 3, 2)
	if want := []int32{0, 1, 0, 0, 1, 0}; !slices.Equal(hot, want) {
		t.Errorf("OneHot: got %v, want %v", hot, want)
	}
}

func BenchmarkStrided(b *testing.B) {
	src := make([]float32, 8*128*12*64)
	dst := make([]float32, len(src))
	b.Run("heads", func(b *testing.B) { // [8, 128, 12, 64] → [8, 12, 128, 64]
		b.SetBytes(int64(4 * len(src)))
		for b.Loop() {
			Strided(dst, src, 0, []int{8, 12, 128, 64}, []int{128 * 12 * 64, 64, 12 * 64, 1})
		}
	})
	b.Run("keys", func(b *testing.B) { // [8, 128, 12, 64] → [8, 12, 64, 128]
		b.SetBytes(int64(4 * len(src)))
		for b.Loop() {
			Strided(dst, src, 0, []int{8, 12, 64, 128}, []int{128 * 12 * 64, 64, 1, 12 * 64})
		}
	})
	b.Run("matrix", func(b *testing.B) {
		b.SetBytes(int64(4 * len(src)))
		for b.Loop() {
			Transpose(dst, src, 1, 1024, 768)
		}
	})
}
