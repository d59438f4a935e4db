package kernel

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/energeticc/energeticc/ir/exact"
)

// unaryCases names each elementwise kernel, its value in float64 and its bound in
// ulp of the result, or as a share of |x| where abs is set.
var unaryCases = []struct {
	name string
	f32  func(dst, src []float32)
	f64  func(dst, src []float64)
	want func(float64) float64
	ulp  float64 // of f32
	ulps float64 // of f64
	abs  float64 // additional error of f32, per max(|x|, 1)
	abs2 float64 // the same of f64
}{
	{"Exp", ExpF32, ExpF64, exact.Exp, 0.51, 1.5, 0, 0},
	{"Log", LogF32, LogF64, exact.Log, 0.51, 1.5, 0, 0},
	{"Tanh", TanhF32, TanhF64, exact.Tanh, 0.51, 3, 0, 0},
	{"Erf", ErfF32, ErfF64, exact.Erf, 0.55, 2, 0, 0},
	{"Sigmoid", SigmoidF32, SigmoidF64, wantSigmoid, 0.51, 3, 0, 0},
	{"Softplus", SoftplusF32, SoftplusF64, wantSoftplus, 0.65, 3, 0, 0},
	{"Gelu", GeluF32, GeluF64, wantGelu, 0.55, 4, 2e-9, 2e-16},
	{"GeluTanh", GeluTanhF32, GeluTanhF64, wantGeluTanh, 0.65, 4, 1e-9, 2e-16},
	{"Silu", SiluF32, SiluF64, wantSilu, 0.51, 4, 0, 0},
	{"Sqrt", SqrtF32, SqrtF64, math.Sqrt, 0.5, 0.5, 0, 0},
	{"Reciprocal", ReciprocalF32, ReciprocalF64, func(x float64) float64 { return 1 / x }, 0.5, 0.5, 0, 0},
	{"Sin", SinF32, SinF64, exact.Sin, 0.51, 1, 0, 0},
	{"Cos", CosF32, CosF64, exact.Cos, 0.51, 1, 0, 0},
	{"Tan", TanF32, TanF64, exact.Tan, 0.51, 3, 0, 0},
	{"Asin", AsinF32, AsinF64, exact.Asin, 0.51, 3, 0, 0},
	{"Acos", AcosF32, AcosF64, exact.Acos, 0.51, 4, 0, 0},
	{"Atan", AtanF32, AtanF64, exact.Atan, 0.51, 2, 0, 0},
	{"Sinh", SinhF32, SinhF64, exact.Sinh, 0.51, 5, 0, 0},
	{"Cosh", CoshF32, CoshF64, exact.Cosh, 0.51, 3, 0, 0},
	{"Asinh", AsinhF32, AsinhF64, exact.Asinh, 0.51, 4, 0, 0},
	{"Acosh", AcoshF32, AcoshF64, exact.Acosh, 0.51, 4, 0, 0},
	{"Atanh", AtanhF32, AtanhF64, exact.Atanh, 0.51, 4, 0, 0},
}

func wantSigmoid(x float64) float64 {
	if x < 0 {
		return exact.Exp(x) / (1 + exact.Exp(x))
	}
	return 1 / (1 + exact.Exp(-x))
}

func wantSoftplus(x float64) float64 {
	if x > 30 {
		return x + exact.Exp(-x)
	}
	return exact.Log1p(exact.Exp(x))
}

func wantSilu(x float64) float64 { return x * wantSigmoid(x) }
func wantGelu(x float64) float64 { return x / 2 * (1 + exact.Erf(x*math.Sqrt2/2)) }
func wantGeluTanh(x float64) float64 {
	return x * wantSigmoid(2*math.Sqrt(2/math.Pi)*(x+0.044715*x*x*x))
}

// ulpSize32 is the distance of neighbouring float32 at x.
func ulpSize32(x float64) float64 {
	_, e := math.Frexp(x)
	return math.Ldexp(1, max(e-24, -149))
}

// ulpSize64 is the distance of neighbouring float64 at x.
func ulpSize64(x float64) float64 {
	_, e := math.Frexp(x)
	return math.Ldexp(1, max(e-53, -1074))
}

// samples32 covers every exponent, both signs, the neighbourhood of 1 and the common range.
func samples32() []float32 {
	rng := rand.New(rand.NewPCG(3, 4))
	s := []float32{0, float32(math.Copysign(0, -1)), 1, -1, 2, 0.5, -0.5, 88.72, 88.73, -87.4, -103.9, -104.1,
		float32(math.Inf(1)), float32(math.Inf(-1)), float32(math.NaN()), math.MaxFloat32, -math.MaxFloat32, 1e-45, -1e-45}
	for range 3000 {
		s = append(s, math.Float32frombits(rng.Uint32()))
		s = append(s, float32(rng.NormFloat64()), float32(rng.NormFloat64()*10), float32(rng.NormFloat64()*50))
		s = append(s, 1+float32(rng.NormFloat64()*1e-3))
	}
	return s
}

func TestUnaryF32(t *testing.T) {
	portable(t) // TestVectorFunctions has assembly's wider bounds
	src := samples32()
	got := make([]float32, len(src))
	for _, c := range unaryCases {
		t.Run(c.name, func(t *testing.T) {
			c.f32(got, src)
			worst, at := 0.0, float32(0)
			for i, x := range src {
				want := c.want(float64(x))
				slack := c.abs * max(1, math.Abs(float64(x)))
				if bad := differs32(got[i], want, slack); bad != "" {
					t.Fatalf("%sF32(%v) = %v, want %v: differs in %s", c.name, x, got[i], want, bad)
				}
				if want-want != 0 || math.IsInf(float64(got[i]), 0) {
					continue
				}
				d := math.Abs(float64(got[i])-want) - slack
				if u := d / ulpSize32(want); u > worst {
					worst, at = u, x
				}
			}
			if worst > c.ulp {
				t.Errorf("%sF32(%v) is off by %.3f ulp, want ≤ %v", c.name, at, worst, c.ulp)
			}
		})
	}
}

// differs32 says how got differs from want in kind: NaN, infinity, zero (by more than slack) or its sign.
func differs32(got float32, want, slack float64) string {
	w := float32(want)
	g := float64(got)
	switch {
	case math.IsNaN(g) != math.IsNaN(want):
		return "NaN"
	case math.IsInf(g, 0) != math.IsInf(float64(w), 0) && math.Abs(want) < 3.4028236e38 || math.IsInf(want, 0) && g != want:
		return "infinity"
	case want == 0 && (math.Abs(g) > slack || math.Signbit(g) != math.Signbit(want)):
		return "zero"
	}
	return ""
}

func TestUnaryF64(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	src := []float64{0, math.Copysign(0, -1), 1, -1, math.Inf(1), math.Inf(-1), math.NaN(), 5e-324, 1e-310, 1e22, math.MaxFloat64, 709.7, -745.1}
	for range 2000 {
		src = append(src, math.Float64frombits(rng.Uint64()), rng.NormFloat64(), rng.NormFloat64()*10, rng.NormFloat64()*200,
			1+rng.NormFloat64()*1e-3, rng.Float64()*2-1)
	}
	got := make([]float64, len(src))
	for _, c := range unaryCases {
		t.Run(c.name, func(t *testing.T) {
			c.f64(got, src)
			worst, at := 0.0, 0.0
			for i, x := range src {
				want := c.want(x)
				if got[i] == want || got[i] != got[i] && want != want {
					if want == 0 && math.Signbit(got[i]) != math.Signbit(want) {
						t.Errorf("%sF64(%v) = %v, want %v", c.name, x, got[i], want)
					}
					continue
				}
				d := math.Abs(got[i]-want) - c.abs2*max(1, math.Abs(x))
				if u := d / ulpSize64(want); !(u <= worst) {
					worst, at = u, x
				}
			}
			if !(worst <= c.ulps) {
				t.Errorf("%sF64(%v) is off by %.3f ulp, want ≤ %v", c.name, at, worst, c.ulps)
			}
		})
	}
}

func TestPow(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	inf, nan := math.Inf(1), math.NaN()
	special := []float64{0, math.Copysign(0, -1), 1, -1, 2, -2, 3, -3, 0.5, -0.5, inf, -inf, nan, 1e300, 1e-300, 5e-324}
	var x, y []float64
	for _, a := range special {
		for _, b := range special {
			x, y = append(x, a), append(y, b)
		}
	}
	for range 4000 {
		x, y = append(x, math.Abs(rng.NormFloat64()*3)), append(y, rng.NormFloat64()*20)
		x, y = append(x, 1+rng.NormFloat64()*1e-8), append(y, rng.NormFloat64()*1e9)
	}
	got := make([]float64, len(x))
	PowF64(got, x, y)
	x32, y32 := toF32(x), toF32(y)
	got32 := make([]float32, len(x))
	PowF32(got32, x32, y32)
	for i := range x {
		want := exact.Pow(x[i], y[i])
		if same := got[i] == want && math.Signbit(got[i]) == math.Signbit(want) || got[i] != got[i] && want != want; !same {
			if u := math.Abs(got[i]-want) / ulpSize64(want); !(u <= 6) {
				t.Errorf("PowF64(%v, %v) = %v, want %v (%.1f ulp)", x[i], y[i], got[i], want, u)
			}
		}
		want = exact.Pow(float64(x32[i]), float64(y32[i]))
		if math.Float32bits(got32[i]) == math.Float32bits(float32(want)) || want != want && got32[i] != got32[i] {
			continue
		}
		if u := math.Abs(float64(got32[i])-want) / ulpSize32(want); !(u <= 0.51) {
			t.Errorf("PowF32(%v, %v) = %v, want %v (%.2f ulp)", x32[i], y32[i], got32[i], want, u)
		}
	}
}

func toF32(x []float64) []float32 {
	y := make([]float32, len(x))
	for i, v := range x {
		y[i] = float32(v)
	}
	return y
}

func BenchmarkUnaryF32(b *testing.B) {
	src := make([]float32, 1024)
	rng := rand.New(rand.NewPCG(1, 1))
	for i := range src {
		src[i] = float32(rng.NormFloat64())
	}
	dst := make([]float32, len(src))
	for _, c := range unaryCases {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				c.f32(dst, src)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(src)), "ns/elem")
		})
	}
}
