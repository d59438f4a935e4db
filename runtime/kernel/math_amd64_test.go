//go:build gc && !purego && linux

package kernel

import (
	"math"
	"testing"
)

// vectorFunctions are the elementwise functions in assembly, with what they should give and by how many units in its last
// place they may differ.
var vectorFunctions = []struct {
	name   string
	vector func(dst, src []float32)
	want   func(x float64) float64
	units  float64
}{
	{"exp", ExpF32, math.Exp, 1.5},
	{"sigmoid", SigmoidF32, func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }, 3},
	{"silu", SiluF32, func(x float64) float64 { return x / (1 + math.Exp(-x)) }, 4},
	{"tanh", TanhF32, math.Tanh, 3},
	{"erf", ErfF32, math.Erf, 3},
	{"gelu", GeluF32, func(x float64) float64 { return x * 0.5 * math.Erfc(-x/math.Sqrt2) }, 8},
	{"geluTanh", GeluTanhF32, func(x float64) float64 {
		return x / (1 + math.Exp(-2*math.Sqrt(2/math.Pi)*(x+0.044715*x*x*x)))
	}, 4},
}

// TestVectorFunctions sweeps float32, every exponent of both signs and densely where the functions bend.
func TestVectorFunctions(t *testing.T) { eachVector(t, testVectorFunctions) }

func testVectorFunctions(t *testing.T) {
	var x []float32
	for b := uint32(0); b < 0x7f900000; b += 10007 { // NaN, too
		x = append(x, math.Float32frombits(b), math.Float32frombits(b|1<<31))
	}
	for i := range 200000 {
		x = append(x, float32(i-100000)/4000, float32(i-100000)/900)
	}
	inf := float32(math.Inf(1))
	x = append(x, 0, float32(math.Copysign(0, -1)), inf, -inf, float32(math.NaN()), math.MaxFloat32, -math.MaxFloat32)
	y := make([]float32, len(x))
	for _, f := range vectorFunctions {
		t.Run(f.name, func(t *testing.T) {
			f.vector(y, x)
			worst, at := 0.0, float32(0)
			for i, got := range y {
				want := f.want(float64(x[i]))
				if math.Abs(want) > math.MaxFloat32 {
					want = math.Copysign(math.Inf(1), want)
				}
				if float64(got) == want || got != got && want != want {
					continue
				}
				if d := math.Abs(float64(got)-want) / unit(want, float64(x[i])); !(d <= worst) {
					worst, at = d, x[i]
				}
			}
			if !(worst <= f.units) {
				got := [1]float32{at}
				f.vector(got[:], got[:])
				t.Errorf("f(%v) = %v, want %v: off by %v units, want at most %v", at, got[0], f.want(float64(at)), worst, f.units)
			}
			t.Logf("at most %v units, at %v", worst, at)
		})
	}
}

// unit is the distance between float32 near f(x), or what the least of them, times x, is: several functions multiply by x
// in the end.
func unit(y, x float64) float64 {
	_, e := math.Frexp(y)
	return max(math.Ldexp(1, max(e, -125)-24), math.Abs(x)*0x1p-149)
}

// TestVectorLengths runs short vectors between fences: the tail must give what the whole does, and touch nothing else.
func TestVectorLengths(t *testing.T) { eachVector(t, testVectorLengths) }

func testVectorLengths(t *testing.T) {
	for _, f := range vectorFunctions {
		for n := range 70 {
			for _, atEnd := range []bool{false, true} {
				fence := newFence(t)
				x := make([]float32, n)
				for i := range x {
					x[i] = float32(i)/4 - 3
				}
				src, dst := fencedCopy(fence, x, atEnd), fencedCopy(fence, x, atEnd)
				f.vector(dst, src)
				f.vector(src, src)
				for i, v := range x {
					one := make([]float32, 8)
					f.vector(one, []float32{v, 0, 0, 0, 0, 0, 0, 0})
					if dst[i] != one[0] || src[i] != one[0] {
						t.Fatalf("%s, element %d of %d: %v and in place %v, want %v", f.name, i, n, dst[i], src[i], one[0])
					}
				}
			}
		}
	}
}

func BenchmarkVectorFunctions(b *testing.B) {
	x, y := make([]float32, 4096), make([]float32, 4096)
	for i := range x {
		x[i] = float32(i-2048) / 400
	}
	for _, f := range vectorFunctions {
		b.Run(f.name, func(b *testing.B) {
			for b.Loop() {
				f.vector(y, x)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(x)), "ns/element")
		})
	}
}
