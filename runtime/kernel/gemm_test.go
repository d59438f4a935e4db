package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// guard stands around slices that a kernel must not leave.
const guard = float32(-12345.5)

// guarded returns n random values with guards on both sides, and the whole.
func guarded(rng *rand.Rand, n int) (x, whole []float32) {
	whole = make([]float32, n+16)
	for i := range whole {
		whole[i] = guard
	}
	x = whole[8 : 8+n : 8+n]
	for i := range x {
		x[i] = float32(rng.NormFloat64())
	}
	return x, whole
}

// intact reports whether the guards are.
func intact(whole []float32) bool {
	for i := range 8 {
		if whole[i] != guard || whole[len(whole)-1-i] != guard {
			return false
		}
	}
	return true
}

// sizes are pairs of tile multiples, odd tails and panel borders.
var gemmSizes = [][3]int{ // m, n, k
	{0, 4, 4}, {4, 0, 4}, {3, 5, 0}, {1, 1, 1}, {1, 4, 3}, {2, 4, 4}, {2, 3, 2}, {3, 7, 5}, {5, 10, 9}, {1, 48, 17},
	{2, 49, 16}, {7, 47, 33}, {33, 52, 31}, {32, 96, 64}, {4, 33, 65}, {2, 5, 257}, {35, 101, 300},
}

// gemmWant is the reference in float64, without activation, and the sum of what was
// added without its sign, by which errors are measured.
func gemmWant(a, b, scale, bias, residual []float32, m, n, k, lda, ldc int, transposed bool) (want, size []float64) {
	want, size = make([]float64, m*n), make([]float64, m*n)
	for i := range m {
		for j := range n {
			s, abs := 0.0, 1.0
			for p := range k {
				at := p*n + j
				if transposed {
					at = j*k + p
				}
				t := float64(a[i*lda+p]) * float64(b[at])
				s += t
				abs += math.Abs(t)
			}
			if scale != nil {
				f := float64(scale[min(j, len(scale)-1)])
				s *= f
				abs *= math.Abs(f)
			}
			if bias != nil {
				s += float64(bias[j])
			}
			if residual != nil {
				s += float64(residual[i*ldc+j])
			}
			want[i*n+j], size[i*n+j] = s, abs+math.Abs(s)
		}
	}
	return want, size
}

// gemmVariants store the same matrix in each format that GEMM reads.
var gemmVariants = []struct {
	name  string
	store func(b []float32) []float32 // what the format makes of b
	run   func(dst, a, b, scale, bias, residual []float32, m, n, k, lda, ldc int, transposed bool, act Act)
}{
	{"F32", func(b []float32) []float32 { return b },
		func(dst, a, b, _, bias, residual []float32, m, n, k, lda, ldc int, transposed bool, act Act) {
			packed := make([]float32, PackedLen(n, k))
			PackF32(packed, b, n, k, transposed)
			GemmF32(dst, a, packed, bias, residual, m, n, k, lda, ldc, act)
		}},
	{"I8W", toInt8s,
		func(dst, a, b, scale, bias, residual []float32, m, n, k, lda, ldc int, transposed bool, act Act) {
			w := make([]int8, len(b))
			for i, v := range b {
				w[i] = int8(v)
			}
			packed := make([]int8, PackedLen(n, k))
			PackI8(packed, w, n, k, transposed)
			GemmI8W(dst, a, packed, scale, bias, residual, m, n, k, lda, ldc, act)
		}},
	{"F16W", toHalves,
		func(dst, a, b, _, bias, residual []float32, m, n, k, lda, ldc int, transposed bool, act Act) {
			w := make([]uint16, len(b))
			for i, v := range b {
				w[i] = half(v)
			}
			packed := make([]uint16, PackedLen(n, k))
			PackF16(packed, w, n, k, transposed)
			GemmF16W(dst, a, packed, bias, residual, m, n, k, lda, ldc, act)
		}},
}

func toInt8s(b []float32) []float32 {
	q := make([]float32, len(b))
	for i, v := range b {
		q[i] = float32(math.RoundToEven(max(-128, min(127, float64(v)*40))))
	}
	return q
}

func toHalves(b []float32) []float32 {
	q := make([]float32, len(b))
	for i, v := range b {
		if math.Abs(float64(v)) >= 0x1p-14 {
			q[i] = math.Float32frombits(math.Float32bits(v) &^ 0x1fff)
		}
	}
	return q
}

// half returns the bits of v, a normal float16, and 0 for what is smaller.
func half(v float32) uint16 {
	b := math.Float32bits(v)
	if math.Abs(float64(v)) < 0x1p-14 {
		return 0
	}
	return uint16(b>>16&0x8000 + (b>>13&0x3ffff - 112<<10))
}

func TestGemm(t *testing.T) { eachVariant(t, testGemm) }

func testGemm(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, v := range gemmVariants {
		for _, s := range gemmSizes {
			for flags := range 12 {
				m, n, k := s[0], s[1], s[2]
				lda, ldc := k+flags%3, n+flags%2*3
				a, _ := guarded(rng, m*lda)
				raw, _ := guarded(rng, n*k)
				b := v.store(raw)
				dst, whole := guarded(rng, m*ldc)
				var scale, bias, residual []float32
				if v.name == "I8W" {
					if scale, _ = guarded(rng, n); flags&1 == 0 {
						scale = []float32{0.25}
					}
				}
				if flags&2 != 0 {
					bias, _ = guarded(rng, n)
				}
				if flags&4 != 0 {
					residual = dst // in place
				}
				if flags&8 != 0 {
					residual, _ = guarded(rng, len(dst))
				}
				want, size := gemmWant(a, b, scale, bias, residual, m, n, k, lda, ldc, flags&1 != 0)
				before := append([]float32(nil), dst...)
				v.run(dst, a, b, scale, bias, residual, m, n, k, lda, ldc, flags&1 != 0, Act{})
				name := fmt.Sprintf("Gemm%s m=%d n=%d k=%d flags=%d", v.name, m, n, k, flags)
				checkMatrix(t, name, dst, before, want, size, m, n, ldc)
				if !intact(whole) {
					t.Errorf("%s wrote outside dst", name)
				}
			}
		}
	}
}

// checkMatrix compares the m×n part of dst with want and the rest with before.
func checkMatrix(t *testing.T, name string, dst, before []float32, want, size []float64, m, n, ldc int) {
	t.Helper()
	for i := range m {
		for j := range ldc {
			got := dst[i*ldc+j]
			if j >= n {
				if got != before[i*ldc+j] {
					t.Fatalf("%s: wrote between the rows at [%d, %d]", name, i, j)
				}
				continue
			}
			w := want[i*n+j]
			if d := math.Abs(float64(got) - w); !(d <= 1e-6*size[i*n+j]) {
				t.Fatalf("%s: [%d, %d] = %v, want %v", name, i, j, got, w)
			}
		}
	}
}

// TestGemmRows checks that a row's bits don't depend on the rows beside it.
func TestGemmRows(t *testing.T) { eachVariant(t, testGemmRows) }

func testGemmRows(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	const m, n, k = 37, 61, 290
	a, _ := guarded(rng, m*k)
	b, _ := guarded(rng, n*k)
	packed := make([]float32, PackedLen(n, k))
	PackF32(packed, b, n, k, false)
	all := make([]float32, m*n)
	GemmF32(all, a, packed, nil, nil, m, n, k, k, n, Act{})
	one := make([]float32, n)
	for i := range m {
		GemmF32(one, a[i*k:], packed, nil, nil, 1, n, k, k, n, Act{})
		for j, got := range one {
			if want := all[i*n+j]; got != want {
				t.Fatalf("row %d alone has %v at column %d, want %v as in the whole", i, got, j, want)
			}
		}
	}
}

// TestGemmSpecial checks that NaN and Inf reach their row or column alone, and the activation.
func TestGemmSpecial(t *testing.T) { eachVariant(t, testGemmSpecial) }

func testGemmSpecial(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	a := []float32{1, nan, 1, 1, 1, inf}
	b := []float32{1, 2, 3, 4, 5, 1, 1, -1, 1, 1}
	packed := make([]float32, PackedLen(5, 2))
	PackF32(packed, b, 5, 2, false)
	got := make([]float32, 15)
	GemmF32(got, a, packed, nil, nil, 3, 5, 2, 2, 5, Act{F: ClipAct, A: 0, B: 6})
	want := []float32{nan, nan, nan, nan, nan, 2, 3, 2, 5, 6, 6, 6, 0, 6, 6}
	for i := range want {
		if got[i] != want[i] && !(got[i] != got[i] && want[i] != want[i]) {
			t.Errorf("element %d is %v, want %v", i, got[i], want[i])
		}
	}
}

func TestWidenF16(t *testing.T) { eachVariant(t, testWidenF16) }

func testWidenF16(t *testing.T) {
	tests := []struct {
		bits uint16
		want float32
	}{
		{0, 0}, {0x3c00, 1}, {0xc000, -2}, {0x7bff, 65504}, {0x0001, 0x1p-24}, {0x83ff, -0x1.ff8p-15},
		{0x0400, 0x1p-14}, {0x7c00, float32(math.Inf(1))}, {0xfc00, float32(math.Inf(-1))},
	}
	for _, tt := range tests {
		var got [1]float32
		WidenF16(got[:], []uint16{tt.bits})
		if got[0] != tt.want {
			t.Errorf("WidenF16(%#04x) = %v, want %v", tt.bits, got[0], tt.want)
		}
	}
	var got [2]float32
	WidenF16(got[:], []uint16{0x7e00, 0x8000})
	if got[0] == got[0] || !math.Signbit(float64(got[1])) {
		t.Errorf("WidenF16(NaN, -0) = %v", got)
	}
}

func TestAct(t *testing.T) { eachVariant(t, testAct) }

func testAct(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	tests := []struct {
		name string
		act  Act
		in   []float32
		want []float32
	}{
		{"Relu", Act{F: ReluAct}, []float32{-1, 0, 2, nan, inf, -inf}, []float32{0, 0, 2, nan, inf, 0}},
		{"LeakyRelu", Act{F: LeakyReluAct, A: 0.5}, []float32{-1, 0, 2, nan, -inf}, []float32{-0.5, 0, 2, nan, -inf}},
		{"Clip", Act{F: ClipAct, A: -1, B: 1}, []float32{-2, 0.5, 2, nan, inf}, []float32{-1, 0.5, 1, nan, 1}},
		{"HardSigmoid", Act{F: HardSigmoidAct, A: 0.5, B: 0.5}, []float32{-2, 0, 0.5, 2, nan}, []float32{0, 0.5, 0.75, 1, nan}},
		{"HardSwish", Act{F: HardSwishAct, A: 0.5, B: 0.5}, []float32{-2, 0, 0.5, 2, nan}, []float32{0, 0, 0.375, 2, nan}},
		{"Elu", Act{F: EluAct, A: 2}, []float32{-inf, 0, 3, nan}, []float32{-2, 0, 3, nan}},
		{"Sigmoid", Act{F: SigmoidAct}, []float32{-inf, 0, inf, nan}, []float32{0, 0.5, 1, nan}},
		{"Tanh", Act{F: TanhAct}, []float32{-inf, 0, inf, nan}, []float32{-1, 0, 1, nan}},
		{"Gelu", Act{F: GeluAct}, []float32{0, 10, inf, nan}, []float32{0, 10, inf, nan}},
		{"GeluTanh", Act{F: GeluTanhAct}, []float32{0, 10, inf, nan}, []float32{0, 10, inf, nan}},
		{"Silu", Act{F: SiluAct}, []float32{0, 50, inf, nan}, []float32{0, 50, inf, nan}},
		{"Softplus", Act{F: SoftplusAct}, []float32{-inf, 0, 50, inf, nan}, []float32{0, 0.6931472, 50, inf, nan}},
	}
	for _, tt := range tests {
		y := append([]float32(nil), tt.in...)
		tt.act.F(y, tt.act.A, tt.act.B)
		for i := range y {
			if y[i] != tt.want[i] && !(y[i] != y[i] && tt.want[i] != tt.want[i]) {
				t.Errorf("%s(%v) = %v, want %v", tt.name, tt.in[i], y[i], tt.want[i])
			}
		}
	}
}

func BenchmarkGemm(b *testing.B) {
	for _, v := range []string{"F32", "I8W", "F16W"} {
		for _, m := range []int{1, 2, 4, 16, 128} {
			for _, s := range [][2]int{{384, 384}, {384, 1536}, {1536, 384}} { // k, n
				b.Run(fmt.Sprintf("%s/m=%d/k=%d/n=%d", v, m, s[0], s[1]), func(b *testing.B) { benchGemm(b, v, m, s[1], s[0]) })
			}
		}
	}
}

func benchGemm(b *testing.B, variant string, m, n, k int) {
	rng := rand.New(rand.NewPCG(1, 2))
	a, _ := guarded(rng, m*k)
	w, _ := guarded(rng, PackedLen(n, k))
	w8, w16 := make([]int8, len(w)), make([]uint16, len(w))
	for i, v := range toHalves(w) {
		w8[i], w16[i] = int8(v*40), half(v)
	}
	dst := make([]float32, m*n)
	for b.Loop() {
		switch variant {
		case "F32":
			GemmF32(dst, a, w, nil, nil, m, n, k, k, n, Act{})
		case "I8W":
			GemmI8W(dst, a, w8, []float32{0.1}, nil, nil, m, n, k, k, n, Act{})
		case "F16W":
			GemmF16W(dst, a, w16, nil, nil, m, n, k, k, n, Act{})
		}
	}
	b.ReportMetric(2*float64(m*n*k)*float64(b.N)/float64(b.Elapsed().Nanoseconds()), "GFLOP/s")
}
