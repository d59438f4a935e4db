package ir_test

import (
	"strings"
	"testing"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

// texts are graphs as Text writes them.
var texts = []struct{ name, src string }{
	{"one node", `
func relu(x f32[n, 3]) (y f32[n, 3]) {
  y = Relu(x)
}
`},
	{"symbols, constants, attributes", `
func "torch-jit"(in.0 f16["dim 1", 2*n], s string[]) (y f16["dim 1", 2*n], s string[], half f16[]) {
  sym k data
  sym m unnamed
  sym n 1..256
  const odd f16[3] = [NaN 0x7e01 -Inf]
  const half f16[] = 0.5
  t f16["dim 1", 2*n] = LeakyRelu{A: 0.01}(in.0)  # /enc/0
  z f16[3] = Neg(odd)  # "/enc/1 "
  y = Mul(t, half)
}
`},
	{"checks", `
func add(x f32[n], y f32[m]) (z f32[bcast(n, m)]) {
  z = Add(x, y) check(n == m, "lengths differ") check(max(n, 4) == 4, "too \"long\"")
}
`},
	{"subgraphs", `
func branch(c bool[], x f32[n]) (y f32[n]) {
  const one f32[] = 1
  y = If{
    Then: func yes() (a f32[n]) {
      a = Add(x, one)
    }
    Else: func no() (b f32[n]) {
      b = Neg(x)
    }
  }(c)  # /If
}
`},
	{"absent inputs", `
func count(n i64[], x f32[k]) (last f32[k], rows f32[runs_0, k]) {
  sym runs_0 data
  last, rows = Loop{
    Body: func body(i i64[], go bool[], v f32[k]) (go bool[], w f32[k], w f32[k]) {
      w = Abs(v)
    }
  }(n, _, x)  # loop
}
`},
}

// refused are texts that Parse refuses.
var refused = []struct{ name, src, want string }{
	{"nothing", "", "line 1: the end instead of func"},
	{"unknown op", "func f(x f32[n]) (y f32[n]) {\n  y = Reloo(x)\n}", `line 2: "Reloo" is no op`},
	{"unknown attribute", "func f(x f32[n]) (y f32[n]) {\n  y = Relu{C: 1}(x)\n}", "has no attribute C"},
	{"use before", "func f(x f32[n]) (y f32[n]) {\n  y = Relu(z)\n}", "z is used before it is made"},
	{"twice", "func f(x f32[n]) (y f32[n]) {\n  y = Relu(x)\n  y = Relu(x)\n}", "line 3: y is made twice"},
	{"no output", "func f(x f32[n]) (y f32[n]) {\n}", "output y is not made"},
	{"missing branch", "func f(c bool[]) () {\n  If(c)\n}", "If lacks subgraph 0"},
	{"inference", "func f(x f32[n], i i64[n]) () {\n  y = Add(x, i)\n}", "Add: inputs 0 and 1 have element types f32 and i64"},
	{"short constant", "func f() () {\n  const c f32[3] = [1 2]\n}", "2 elements, want 3"},
	{"huge constant", "func f() () {\n  const c f32[99999, 99999] = [1 2]\n}", "dim"},
	{"abbreviated", "func f() () {\n  const c f32[17] = … 0123\n}", "Text instead of String"},
	{"out of range", "func f() () {\n  const c i8[] = 200\n}", "200 is no i8"},
	{"deep", strings.Repeat("func f(", 99), "instead of"},
	{"deep type", "func f(x " + strings.Repeat("seq(", 99), "nested more than 48 deep"},
	{"rest", "func f() () {}\nfunc", "after the graph"},
}

func TestParseRefuses(t *testing.T) {
	for _, tt := range refused {
		t.Run(tt.name, func(t *testing.T) {
			g, err := ir.Parse(tt.src, op.New)
			if err == nil || g != nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Parse() = %v, want an error with %q", err, tt.want)
			}
		})
	}
}

func TestStringElides(t *testing.T) {
	b := ir.NewBuilder("f")
	w := b.Const("w", ir.NewTensor(ir.Float32, 100, 100))
	y, err := b.Add1("y", op.Unary{Fn: "Relu"}, w)
	if err != nil {
		t.Fatal(err)
	}
	b.Output(y)
	got, want := b.Graph.String(), "const w f32[100, 100] = … e7e2dcff\n"
	if !strings.Contains(got, want) {
		t.Errorf("String() =\n%swant a line %q", got, want)
	}
}

func FuzzParse(f *testing.F) {
	for _, tt := range texts {
		f.Add(tt.src)
	}
	for _, tt := range refused {
		f.Add(tt.src)
	}
	f.Fuzz(func(t *testing.T, src string) {
		g, err := ir.Parse(src, op.New)
		if err != nil {
			return
		}
		_ = ir.Verify(g)
		text := g.Text()
		h, err := ir.Parse(text, op.New)
		if err != nil {
			t.Fatalf("Parse(Text()): %v\n%s", err, text)
		}
		if again := h.Text(); again != text {
			t.Fatalf("Text() is not stable:\n%s\nthen\n%s", text, again)
		}
	})
}

func TestTextRoundTrip(t *testing.T) {
	for _, tt := range texts {
		t.Run(tt.name, func(t *testing.T) {
			src := strings.TrimPrefix(tt.src, "\n")
			g, err := ir.Parse(src, op.New)
			if err != nil {
				t.Fatal(err)
			}
			if got := g.Text(); got != src {
				t.Errorf("Text() =\n%swant\n%s", got, src)
			}
		})
	}
}
