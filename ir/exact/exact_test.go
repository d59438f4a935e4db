package exact

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

// ulps returns how many float64 lie between got and want.
func ulps(got, want float64) float64 {
	if got == want || got != got && want != want {
		return 0
	}
	if got != got || want != want || math.IsInf(got, 0) || math.IsInf(want, 0) {
		return math.Inf(1)
	}
	return math.Abs(float64(ordinal(got) - ordinal(want)))
}

// ordinal numbers the finite float64 in order.
func ordinal(x float64) int64 {
	b := int64(math.Float64bits(x))
	if b < 0 {
		return math.MinInt64 - b
	}
	return b
}

func TestSpots(t *testing.T) {
	for _, s := range spots {
		if got := s.f(s.x); ulps(got, s.want) > 1 {
			t.Errorf("%s(%v) = %v, want %v (%v ulp)", s.name, s.x, got, s.want, ulps(got, s.want))
		}
	}
	for _, s := range powSpots {
		if got := Pow(s.x, s.y); ulps(got, s.want) > 1 {
			t.Errorf("Pow(%v, %v) = %v, want %v (%v ulp)", s.x, s.y, got, s.want, ulps(got, s.want))
		}
	}
}

// families lists each function with the standard library's and the interval to draw from.
var families = []struct {
	name      string
	got, want func(float64) float64
	lo, hi    float64
}{
	{"Exp", Exp, math.Exp, -745, 710},
	{"Expm1", Expm1, math.Expm1, -40, 45},
	{"Log", Log, math.Log, 0, 100},
	{"Log1p", Log1p, math.Log1p, -1, 2},
	{"Log2", Log2, math.Log2, 0, 100},
	{"Log10", Log10, math.Log10, 0, 100},
	{"Sin", Sin, math.Sin, -100, 100},
	{"Cos", Cos, math.Cos, -100, 100},
	{"Tan", Tan, math.Tan, -100, 100},
	// The library is off by up to 100 ulp near 1; spots has values there.
	{"Asin", Asin, math.Asin, -0.9, 0.9},
	{"Acos", Acos, math.Acos, -1, 0.9},
	{"Atan", Atan, math.Atan, -10, 10},
	{"Sinh", Sinh, math.Sinh, -30, 30},
	{"Cosh", Cosh, math.Cosh, -30, 30},
	{"Tanh", Tanh, math.Tanh, -22, 22},
	{"Asinh", Asinh, math.Asinh, -100, 100},
	{"Acosh", Acosh, math.Acosh, 1, 100},
	{"Atanh", Atanh, math.Atanh, -1, 1},
	{"Erf", Erf, math.Erf, -6.5, 6.5},
	{"Cbrt", Cbrt, math.Cbrt, -100, 100},
}

// TestAgainstMath draws arguments and compares with the standard library, whose own error is below 4 ulp.
func TestAgainstMath(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, f := range families {
		for range 4000 {
			x := f.lo + (f.hi-f.lo)*rng.Float64()
			if rng.IntN(4) == 0 && f.lo <= 0 {
				x *= math.Exp2(-30 * rng.Float64()) // near 0
			}
			if got, want := f.got(x), f.want(x); ulps(got, want) > 4 && math.Abs(got-want) > 1e-16 {
				t.Errorf("%s(%v) = %v, math has %v (%v ulp)", f.name, x, got, want, ulps(got, want))
			}
		}
	}
}

// TestSpecial compares at the values where IEEE 754 prescribes the answer, signs of zero included.
func TestSpecial(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	values := []float64{0, math.Copysign(0, -1), 1, -1, 2, -2, 0.5, 3, -3, inf, -inf, nan, 1e-20, 800, -800}
	for _, f := range families {
		for _, x := range values {
			got, want := f.got(x), f.want(x)
			if ulps(got, want) > 2 || math.Signbit(got) != math.Signbit(want) && got == got {
				t.Errorf("%s(%v) = %v, want %v", f.name, x, got, want)
			}
		}
	}
	values = append(values, math.MaxFloat64, -math.MaxFloat64, math.SmallestNonzeroFloat64, 1e-310, -1e-310)
	for _, x := range values {
		for _, y := range values {
			got, want := Pow(x, y), math.Pow(x, y)
			if ulps(got, want) > 2 || math.Signbit(got) != math.Signbit(want) && got == got {
				t.Errorf("Pow(%v, %v) = %v, want %v", x, y, got, want)
			}
		}
	}
}

// TestTwoOverPi checks the table against π by Machin's formula.
func TestTwoOverPi(t *testing.T) {
	const prec = 1500
	atanInv := func(n int64) *big.Float { // atan(1/n)
		sum := new(big.Float).SetPrec(prec)
		power := new(big.Float).SetPrec(prec).Quo(big.NewFloat(1).SetPrec(prec), new(big.Float).SetPrec(prec).SetInt64(n))
		square := new(big.Float).SetPrec(prec).SetInt64(n * n)
		for i := int64(1); i < 2200; i += 2 {
			term := new(big.Float).SetPrec(prec).Quo(power, new(big.Float).SetPrec(prec).SetInt64(i))
			if i%4 == 3 {
				term.Neg(term)
			}
			sum.Add(sum, term)
			power.Quo(power, square)
		}
		return sum
	}
	quarter := new(big.Float).SetPrec(prec).Mul(big.NewFloat(4), atanInv(5))
	quarter.Sub(quarter, atanInv(239)) // π/4
	half := new(big.Float).SetPrec(prec).Mul(quarter, big.NewFloat(2))
	v := new(big.Float).SetPrec(prec).Quo(big.NewFloat(1), half)
	for i, want := range twoOverPi {
		v.SetMantExp(v, 64)
		word, _ := v.Int(nil)
		if got := word.Uint64(); got != want {
			t.Fatalf("word %d is %#x, want %#x", i, want, got)
		}
		v.Sub(v, new(big.Float).SetPrec(prec).SetInt(word))
	}
}

func BenchmarkExact(b *testing.B) {
	for _, f := range families {
		b.Run(f.name, func(b *testing.B) {
			x := f.lo + 0.6*(f.hi-f.lo)
			for b.Loop() {
				f.got(x)
			}
		})
	}
}
