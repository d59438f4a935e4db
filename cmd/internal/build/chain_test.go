package build_test

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/energeticc/energeticc/cmd/internal/build"
	"github.com/energeticc/energeticc/cmd/internal/harness"
	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

// chainGraphs are rows of elementwise steps that become loops over parts. Their kernels compute what Eval does to the
// bit, or nearly so.
var chainGraphs = []struct{ name, text string }{
	{"plain", `
func f(x f32[n], y f32[n]) (z f32[n]) {
  a = Add(x, y)
  b = Mul(a, y)
  c = Relu(b)
  z = Sub(c, x)
}
`},
	{"result_within", `
func f(x f32[n, 2], y f32[n, 2]) (a f32[n, 2], z f32[n, 2]) {
  a = Add(x, y)
  b = Abs(a)
  z = Mul(b, x)
}
`},
	{"widths", `
func f(x f32[n], y f32[n]) (z f32[n], w i32[n]) {
  a = Cast{To: i32}(x)
  b = Cast{To: f16}(y)
  c = Add(b, b)
  d = Cast{To: f32}(c)
  e = Greater(d, x)
  z = Where(e, d, x)
  w = Abs(a)
}
`},
	{"before_and_after", `
func f(x f32[n], y f32[n]) (z f32[n]) {
  p = CumSum{Axis: 0}(x)
  q = CumSum{Axis: 0}(y)
  a = Cast{To: f64}(p)
  b = Neg(a)
  c = Cast{To: f64}(q)
  d = Add(b, c)
  e = Abs(d)
  r = Cast{To: f32}(e)
  z = CumSum{Axis: 0}(r)
}
`},
	{"one_element", `
func f(x f32[n], y f32[1]) (z f32[n]) {
  s = Neg(y)
  a = Mul(x, s)
  t = Abs(s)
  b = Add(a, t)
  z = Min(b, x)
}
`},
	{"two_lengths", `
func f(x f32[n, 3], y f32[3, n]) (z f32[n, 3], w f32[n, 1]) {
  a = Abs(x)
  m = ReduceMax{Axes: [1], KeepDims: true}(a)
  b = Neg(m)
  w = Relu(b)
  c = Neg(a)
  r = Transpose{Perm: [1, 0]}(y)
  d = Add(c, r)
  z = Abs(d)
}
`},
}

// TestChains compiles each of chainGraphs and runs it at sizes around those of a part.
func TestChains(t *testing.T) {
	mod, err := harness.New()
	if err != nil {
		t.Fatal(err)
	}
	defer mod.Close()
	var all []drawnGraph
	for _, c := range chainGraphs {
		for i, n := range []int64{1, 1023, 1024, 1025, 5000} {
			g, err := ir.Parse(c.text, op.New)
			if err != nil {
				t.Fatalf("%s: %v", c.name, err)
			}
			in, err := build.DrawInputs(g, map[string]int64{"n": n}, uint64(n))
			if err != nil {
				t.Fatal(err)
			}
			d := drawnGraph{text: c.text, job: harness.Job{Model: c.name, Output: filepath.Join(mod.Dir, fmt.Sprintf("%s_%d", c.name, n))}}
			if d.want, err = g.Eval(in); err != nil {
				t.Fatalf("%s: %v", c.name, err)
			}
			d.files(t, in)
			if i == 0 {
				d.compile(t, mod, g)
			}
			all = append(all, d)
		}
	}
	compareAll(t, mod, all)
}
