package ir_test

import (
	"testing"

	"github.com/energeticc/energeticc/ir"
)

// gen draws expressions and assignments from a seed.
type gen struct{ state uint64 }

func (g *gen) next(n int) int {
	g.state = g.state*6364136223846793005 + 1442695040888963407
	return int(g.state>>33) % n
}

var symbols = []string{"n", "seq", "dim 1"}

// dim draws an expression beside a function that computes it from numbers alone; ok is false where it is undefined.
func (g *gen) dim(depth int) (ir.Dim, func(env map[string]int64) (int64, bool)) {
	if depth == 0 || g.next(4) == 0 {
		if g.next(2) == 0 {
			c := int64(g.next(9) - 2)
			return ir.Const(c), func(map[string]int64) (int64, bool) { return c, true }
		}
		s := symbols[g.next(len(symbols))]
		return ir.Sym(s), func(env map[string]int64) (int64, bool) { return env[s], true }
	}
	a, fa := g.dim(depth - 1)
	b, fb := g.dim(depth - 1)
	both := func(f func(x, y int64) (int64, bool)) func(map[string]int64) (int64, bool) {
		return func(env map[string]int64) (int64, bool) {
			x, okX := fa(env)
			y, okY := fb(env)
			if !okX || !okY {
				return 0, false
			}
			return f(x, y)
		}
	}
	floor := func(x, y int64) int64 {
		q := x / y
		if q*y > x != (y < 0) && q*y != x {
			q--
		}
		return q
	}
	switch g.next(7) {
	case 0:
		return a.Sub(b), both(func(x, y int64) (int64, bool) { return x - y, true })
	case 1:
		return a.Mul(b), both(func(x, y int64) (int64, bool) { return x * y, true })
	case 2:
		return a.Div(b), both(func(x, y int64) (int64, bool) {
			if y == 0 {
				return 0, false
			}
			return floor(x, y), true
		})
	case 3:
		return a.Mod(b), both(func(x, y int64) (int64, bool) {
			if y == 0 {
				return 0, false
			}
			return x - floor(x, y)*y, true
		})
	case 4:
		return a.Max(b), both(func(x, y int64) (int64, bool) { return max(x, y), true })
	case 5:
		return a.Min(b), both(func(x, y int64) (int64, bool) { return min(x, y), true })
	}
	return a.Add(b), both(func(x, y int64) (int64, bool) { return x + y, true })
}

func (g *gen) env(limit int) map[string]int64 {
	env := map[string]int64{}
	for _, s := range symbols {
		env[s] = int64(g.next(limit))
	}
	return env
}

// checkDims holds one drawn expression against the numbers, its text, its bounds and a substitution.
func checkDims(t *testing.T, seed uint64) {
	g := &gen{state: seed}
	d, f := g.dim(1 + g.next(4))
	back, err := ir.ParseDim(d.String())
	if err == nil && !back.Equal(d) {
		t.Errorf("ParseDim(%q) = %s", d, back)
	}
	limit := 1 + g.next(12)
	ranges := map[string]ir.Range{}
	for _, s := range symbols {
		ranges[s] = ir.Range{Lo: 0, Hi: int64(limit - 1)}
	}
	lo, hi := d.Bounds(ranges)
	simple := d.Simplify(ranges)
	by, fby := g.dim(1)
	replaced := d.Substitute(map[string]ir.Dim{"n": by})
	for range 8 {
		env := g.env(limit)
		want, ok := f(env)
		if !ok {
			continue // a division by zero that simplification may have removed
		}
		got, err := d.Eval(env)
		if err != nil || got != want {
			t.Errorf("%s at %v = %d, %v, want %d", d, env, got, err, want)
		}
		if got, err := simple.Eval(env); err != nil || got != want {
			t.Errorf("Simplify(%s) = %s; at %v it is %d, %v, want %d", d, simple, env, got, err, want)
		}
		if want < lo || want > hi {
			t.Errorf("Bounds(%s) = %d, %d, but at %v it is %d", d, lo, hi, env, want)
		}
		inner := map[string]int64{"seq": env["seq"], "dim 1": env["dim 1"]}
		if inner["n"], ok = fby(env); !ok || inner["n"] < 0 {
			continue // no symbol is negative
		}
		if want, ok := f(inner); ok {
			if got, err := replaced.Eval(env); err != nil || got != want {
				t.Errorf("(%s with n = %s) = %s; at %v it is %d, %v, want %d", d, by, replaced, env, got, err, want)
			}
		}
	}
}

func TestDimArithmetic(t *testing.T) {
	for seed := range uint64(3000) {
		if checkDims(t, seed); t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
}

func FuzzDimArithmetic(f *testing.F) {
	f.Add(uint64(1))
	f.Fuzz(checkDims)
}

func FuzzParseDim(f *testing.F) {
	for _, s := range []string{"batch*seq + 2*div(h - 1, 2)", "floor(n / 2)", "max(a, 3) // 4", `"dim 1" - -5`, "mod(n, 0)", "(a+b)*(a+b)*(a+b)*(a+b)*(a+b)*(a+b)*(a+b)"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := ir.ParseDim(s)
		if err != nil {
			return
		}
		back, err := ir.ParseDim(d.String())
		if err == nil && !back.Equal(d) {
			t.Errorf("ParseDim(%q) = %s, which reads back as %s", s, d, back)
		}
		d.Bounds(nil)
		for _, name := range d.Symbols() {
			d.Substitute(map[string]ir.Dim{name: ir.Sym("other").Add(ir.Const(1))})
		}
	})
}
