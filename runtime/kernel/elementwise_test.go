package kernel

import (
	"fmt"
	"math"
	"testing"
)

var (
	inf = math.Inf(1)
	nan = math.NaN()
	// edges are numbers that elementwise kernels meet in pairs.
	edges = []float64{0, math.Copysign(0, -1), 1, -1, 0.5, -2.5, 3, 7.25, 1e-310, 5e-324, -3e-320, 1e308, 2.2250738585072014e-308, math.Pi, inf, -inf, nan}
)

func sameFloat(a, b float64) bool { return a == b || a != a && b != b }

// checkRows tries a row kernel on rows of every form: both long, and either a single element.
func checkRows[T, U comparable](t *testing.T, name string, values []T, row func(dst []U, a, b []T), want func(x, y T) U) {
	t.Helper()
	same := func(a, b U) bool { return a == b || a != a && b != b }
	for n := range 6 {
		for at := range values {
			long, one := make([]T, n), []T{values[at]}
			for i := range long {
				long[i] = values[(at+3*i)%len(values)]
			}
			dst := make([]U, n)
			forms := []struct{ a, b []T }{{long, one}, {one, long}}
			if n > 0 {
				forms = append(forms, struct{ a, b []T }{long, append(append([]T{}, long[1:]...), long[0])})
			}
			for _, f := range forms {
				row(dst, f.a, f.b)
				for i, got := range dst {
					x, y := f.a[i%len(f.a)], f.b[i%len(f.b)]
					if w := want(x, y); !same(got, w) {
						t.Errorf("%s(%v, %v) = %v, want %v", name, x, y, got, w)
					}
				}
			}
		}
	}
}

func TestFloatRows(t *testing.T) {
	checkRows(t, "Add", edges, AddRow, func(x, y float64) float64 { return x + y })
	checkRows(t, "Sub", edges, SubRow, func(x, y float64) float64 { return x - y })
	checkRows(t, "Mul", edges, MulRow, func(x, y float64) float64 { return x * y })
	checkRows(t, "Div", edges, DivRow, func(x, y float64) float64 { return x / y })
	checkRows(t, "Min", edges, MinRow, func(x, y float64) float64 { return min(x, y) })
	checkRows(t, "Max", edges, MaxRow, func(x, y float64) float64 { return max(x, y) })
	checkRows(t, "Rem", edges, RemRow, math.Mod)
	checkRows(t, "PRelu", edges, PReluRow, func(x, y float64) float64 {
		if x < 0 {
			return x * y
		}
		return x
	})
	checkRows(t, "Less", edges, LessRow, func(x, y float64) bool { return x < y })
	checkRows(t, "LessOrEqual", edges, LessOrEqualRow, func(x, y float64) bool { return x <= y })
	checkRows(t, "Greater", edges, GreaterRow, func(x, y float64) bool { return x > y })
	checkRows(t, "GreaterOrEqual", edges, GreaterOrEqualRow, func(x, y float64) bool { return x >= y })
	checkRows(t, "Equal", edges, EqualRow, func(x, y float64) bool { return x == y })
}

func TestIntegerRows(t *testing.T) {
	whole := []int8{-128, -127, -7, -1, 1, 2, 3, 7, 126, 127}
	checkRows(t, "Add", whole, AddRow, func(x, y int8) int8 { return x + y })
	checkRows(t, "DivInt", whole, DivIntRow, func(x, y int8) int8 { return int8(int(x) / int(y)) })
	checkRows(t, "RemInt", whole, RemIntRow, func(x, y int8) int8 { return int8(int(x) % int(y)) })
	checkRows(t, "ModInt", whole, ModIntRow, func(x, y int8) int8 {
		return int8(int(x) - int(y)*int(math.Floor(float64(x)/float64(y))))
	})
	checkRows(t, "BitwiseAnd", whole, BitwiseAndRow, func(x, y int8) int8 { return x & y })
	checkRows(t, "BitwiseOr", whole, BitwiseOrRow, func(x, y int8) int8 { return x | y })
	checkRows(t, "BitwiseXor", whole, BitwiseXorRow, func(x, y int8) int8 { return x ^ y })
	checkRows(t, "PowInt", whole, PowIntRow, func(x, y int8) int8 {
		if y < 0 {
			return int8(math.Pow(float64(x), float64(y)))
		}
		p := int8(1)
		for range y {
			p *= x
		}
		return p
	})
	bits := []uint8{0, 1, 7, 8, 200, 255}
	checkRows(t, "ShiftLeft", bits, ShiftLeftRow, func(x, y uint8) uint8 { return uint8(float64(x) * math.Pow(2, min(float64(y), 8))) })
	checkRows(t, "ShiftRight", bits, ShiftRightRow, func(x, y uint8) uint8 { return uint8(float64(x) / math.Pow(2, float64(y))) })
	checkRows(t, "ModInt", bits[1:], ModIntRow, func(x, y uint8) uint8 { return x % y })
	checkRows(t, "PowInt", bits, PowIntRow, func(x, y uint8) uint8 {
		p := uint8(1)
		for range y {
			p *= x
		}
		return p
	})
}

func TestBoolRows(t *testing.T) {
	both := []bool{true, false}
	checkRows(t, "And", both, AndRow, func(x, y bool) bool { return x && y })
	checkRows(t, "Or", both, OrRow, func(x, y bool) bool { return x || y })
	checkRows(t, "Xor", both, XorRow, func(x, y bool) bool { return x != y })
	checkRows(t, "Equal", both, EqualRow, func(x, y bool) bool { return x == y })
	checkRows(t, "Equal", []string{"", "a", "ab"}, EqualRow, func(x, y string) bool { return x == y })
}

func TestModRow(t *testing.T) {
	tests := []struct{ x, y, want float64 }{
		{5, 3, 2}, {-5, 3, 1}, {5, -3, -1}, {-5, -3, -2}, {5.5, 2, 1.5}, {6, 3, 0}, {1, 0, nan}, {2, inf, 2}, {inf, 2, nan},
	}
	for _, tt := range tests {
		got := make([]float64, 1)
		ModRow(got, []float64{tt.x}, []float64{tt.y})
		if !sameFloat(got[0], tt.want) {
			t.Errorf("Mod(%v, %v) = %v, want %v", tt.x, tt.y, got[0], tt.want)
		}
	}
}

func TestPowRows(t *testing.T) {
	narrow := []float32{0, 1, -1, 2, 0.5, -2, 3, float32(inf), float32(nan)}
	checkRows(t, "PowF32", narrow, PowF32Row, func(x, y float32) float32 {
		dst := make([]float32, 1)
		if PowF32(dst, []float32{x}, []float32{y}); y == 2 {
			return x * x
		}
		return dst[0]
	})
	checkRows(t, "PowF64", edges, PowF64Row, pow64)
}

func TestUnary(t *testing.T) {
	negZero := math.Copysign(0, -1)
	tests := []struct {
		name   string
		f      func(dst, src []float64)
		x, out float64
	}{
		{"Abs", Abs[float64], -2, 2}, {"Abs", Abs[float64], negZero, 0}, {"Abs", Abs[float64], -inf, inf}, {"Abs", Abs[float64], nan, nan},
		{"Neg", Neg[float64], -2, 2}, {"Sign", Sign[float64], -7, -1}, {"Sign", Sign[float64], 0.1, 1}, {"Sign", Sign[float64], 0, 0}, {"Sign", Sign[float64], nan, nan},
		{"Relu", Relu[float64], -3, 0}, {"Relu", Relu[float64], 3, 3}, {"Relu", Relu[float64], nan, nan},
		{"Reciprocal", Reciprocal[float64], 4, 0.25}, {"Reciprocal", Reciprocal[float64], negZero, -inf},
		{"Floor", Floor[float64], -1.5, -2}, {"Ceil", Ceil[float64], -1.5, -1}, {"Round", Round[float64], 2.5, 2}, {"Round", Round[float64], -3.5, -4},
		{"Softsign", Softsign[float64], -3, -0.75}, {"Softsign", Softsign[float64], nan, nan},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprint(tt.name, tt.x), func(t *testing.T) {
			got := []float64{tt.x}
			tt.f(got, got)
			if !sameFloat(got[0], tt.out) || math.Signbit(got[0]) != math.Signbit(tt.out) && tt.out == tt.out {
				t.Errorf("got %v, want %v", got[0], tt.out)
			}
		})
	}
}

func TestPredicates(t *testing.T) {
	x := []float64{1, nan, inf, -inf, math.MaxFloat64}
	got := make([]bool, len(x))
	tests := []struct {
		name string
		f    func(dst []bool, src []float64)
		want string
	}{
		{"IsNaN", IsNaN[float64], "[false true false false false]"},
		{"IsInf", IsInf[float64], "[false false true true false]"},
	}
	for _, tt := range tests {
		if tt.f(got, x); fmt.Sprint(got) != tt.want {
			t.Errorf("%s(%v) = %v, want %s", tt.name, x, got, tt.want)
		}
	}
	if Not(got[:1], []bool{true}); got[0] {
		t.Error("Not(true) = true")
	}
}
