//go:build gc && !purego && linux

package kernel

import (
	"math"
	"testing"
)

// TestVectorActs demands the bits of the portable activations, at lengths with every tail, between fences.
func TestVectorActs(t *testing.T) {
	needAVX2(t)
	inf, nan := float32(math.Inf(1)), float32(math.NaN())
	for _, c := range []struct {
		name string
		act  Act
	}{
		{"relu", Act{F: ReluAct}},
		{"leaky relu", Act{F: LeakyReluAct, A: 0.1}},
		{"clip", Act{F: ClipAct, A: -1, B: 6}},
		{"clip to 0", Act{F: ClipAct, A: 0, B: inf}},
		{"clip, bounds crossed", Act{F: ClipAct, A: 2, B: -2}},
		{"hard sigmoid", Act{F: HardSigmoidAct, A: 0.2, B: 0.5}},
		{"hard swish", Act{F: HardSwishAct, A: 1.0 / 6, B: 0.5}},
	} {
		t.Run(c.name, func(t *testing.T) {
			for n := range 70 {
				x := make([]float32, n)
				for i := range x {
					x[i] = []float32{0, float32(math.Copysign(0, -1)), nan, inf, -inf, 1e-40}[i%6]
					if i%2 == 0 {
						x[i] = float32(i-n/2) / 3
					}
				}
				want := append([]float32(nil), x...)
				t.Run("portable", func(t *testing.T) {
					portable(t)
					c.act.F(want, c.act.A, c.act.B)
				})
				for _, atEnd := range []bool{false, true} {
					f := newFence(t)
					y := fencedCopy(f, x, atEnd)
					c.act.F(y, c.act.A, c.act.B)
					for i, w := range want {
						if math.Float32bits(y[i]) != math.Float32bits(w) && (y[i] == y[i] || w == w) {
							t.Fatalf("n=%d: act(%v) = %v, want %v", n, x[i], y[i], w)
						}
					}
				}
			}
		})
	}
}

// TestVectorWiden demands the portable results for every int8 and float16, and at lengths with every tail.
func TestVectorWiden(t *testing.T) {
	needAVX2(t)
	halves, bytes := make([]uint16, 1<<16), make([]int8, 1<<16)
	for i := range halves {
		halves[i], bytes[i] = uint16(i), int8(i)
	}
	for n := range 72 {
		for _, atEnd := range []bool{false, true} {
			checkWiden(t, halves[0x3bff:0x3bff+n], bytes[100:100+n], atEnd)
		}
	}
	checkWiden(t, halves, bytes, true)
}

func checkWiden(t *testing.T, halves []uint16, bytes []int8, atEnd bool) {
	t.Helper()
	f := newFence(t)
	defer f.close()
	n := len(halves)
	src, dst := fencedCopy(f, halves, atEnd), fencedCopy(f, make([]float32, n), atEnd)
	WidenF16(dst, src)
	for i, got := range dst {
		if want := math.Float32frombits(widenHalf(uint32(halves[i]))); got != want && (got == got || want == want) {
			t.Fatalf("WidenF16(%#04x) = %v, want %v", halves[i], got, want)
		}
	}
	small := fencedCopy(f, bytes, atEnd)
	Dequantize(dst, small, []float32{0.3}, []int8{-7}, 1, 1, n, 1, 0, 0, 0)
	for i, got := range dst {
		if want := float32(float32(int(bytes[i])+7) * 0.3); got != want {
			t.Fatalf("Dequantize(%d) = %v, want %v", bytes[i], got, want)
		}
	}
}

// TestNoAllocs runs kernels whose assembly is handed pieces of their operands: none may allocate.
func TestNoAllocs(t *testing.T) {
	x, w, small := make([]float32, 4096), make([]float32, PackedLen(48, 48)), make([]int8, 4096)
	whole := make([]int32, 4096)
	scale, zero, batch, strides := []float32{1}, []int8{0}, []int{4}, []int{8}
	for name, run := range map[string]func(){
		"GemmF32":      func() { GemmF32(x, x[2048:], w, x[:48], nil, 8, 48, 48, 48, 48, Act{F: HardSwishAct}) },
		"BatchMatMul":  func() { BatchMatMulF32(x[:256], w, w, batch, strides, strides, 8, 8, 8, 8, 1, 1, 8, 0.5) },
		"GeluF32":      func() { GeluF32(x, x) },
		"SoftmaxF32":   func() { SoftmaxF32(x, x, 64, 64, 1) },
		"LayerNormF32": func() { LayerNormF32(x, x, nil, nil, 64, 64, 1e-5) },
		"Dequantize":   func() { Dequantize(x, small, scale, zero, 1, 4, 1024, 1, 0, 0, 0) },
		"Cast":         func() { Cast(x, small) },
		"CastCut":      func() { CastCut(whole, x) },
		"AddRow":       func() { AddRow(x[:2048], x[:2048], x[2048:]) },
		"DivRow":       func() { DivRow(x, x, scale) },
		"Quantize":     func() { Quantize(small, x, scale, zero, 1, 4, 1024, 1, 0, 0, 0, -128, 127) },
		"MatMulNTF32":  func() { MatMulNTF32(x, w, w, 8, 48, 32, 32, 32, 48) },
	} {
		if n := testing.AllocsPerRun(5, run); n != 0 {
			t.Errorf("%s allocates %v times", name, n)
		}
	}
}
