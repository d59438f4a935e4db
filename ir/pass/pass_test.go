package pass

import (
	"bytes"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

var update = flag.Bool("update", false, "rewrite the wanted graphs")

const cases = "../../testdata/pass"

func TestOrder(t *testing.T) {
	at := map[string]int{}
	for i, p := range passes {
		if _, twice := at[p.Name]; twice {
			t.Errorf("two passes are named %s", p.Name)
		}
		at[p.Name] = i
	}
	for i, p := range passes {
		if len(p.After) > 0 && p.Why == "" {
			t.Errorf("%s stands after %q without a reason", p.Name, p.After)
		}
		for _, before := range p.After {
			if j, ok := at[before]; !ok || j >= i {
				t.Errorf("%s stands before %s: %s", p.Name, before, p.Why)
			}
		}
	}
}

func TestEveryPassHasCases(t *testing.T) {
	for _, p := range passes {
		if strings.HasPrefix(p.Name, "late ") {
			continue
		}
		if found, _ := filepath.Glob(filepath.Join(cases, p.Name, "*.txtar")); len(found) == 0 {
			t.Errorf("no case in %s for pass %s", cases, p.Name)
		}
	}
}

func TestRunUntil(t *testing.T) {
	g := mustParse(t, "func f(x f32[n]) (y f32[n]) {\n  a = Identity(x)\n  y = Abs(a)\n}\n")
	var ran []string
	if err := Run(g, Options{Verify: true, Until: "identity", Trace: func(name string, _ *ir.Graph) { ran = append(ran, name) }}); err != nil {
		t.Fatal(err)
	}
	if got, want := ran[len(ran)-1], "identity"; got != want {
		t.Errorf("the last pass is %s, want %s", got, want)
	}
	if err := Run(g, Options{Until: "nonsense"}); err == nil || !strings.Contains(err.Error(), `"nonsense"`) {
		t.Errorf("Run until nonsense = %v, want an error", err)
	}
}

func mustParse(t *testing.T, src string) *ir.Graph {
	t.Helper()
	g, err := ir.Parse(src, op.New)
	if err != nil {
		t.Fatal(err)
	}
	if err := ir.Verify(g); err != nil {
		t.Fatal(err)
	}
	return g
}

// TestCases runs every case's pass; in the folder "all", all passes.
func TestCases(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(cases, "*", "*.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		folder := filepath.Base(filepath.Dir(file))
		t.Run(folder+"/"+strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			run := func(g *ir.Graph) error { return Run(g, Options{Verify: true}) }
			if folder != "all" {
				run = passes[indexOf(folder)].Func
			}
			runCase(t, file, run)
		})
	}
}

func runCase(t *testing.T, file string, run func(*ir.Graph) error) {
	a, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	in, out := section(a, "in.ir"), section(a, "out.ir")
	g := mustParse(t, string(in.Data))
	if err := run(g); err != nil {
		t.Fatal(err)
	}
	if err := ir.Verify(g); err != nil {
		t.Errorf("%v\n%s", err, g)
	}
	got := g.Text()
	if *update {
		out.Data = []byte(got)
		if err := os.WriteFile(file, txtar.Format(a), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if !bytes.Equal([]byte(got), out.Data) {
		t.Errorf("got\n%swant\n%s", got, out.Data)
	}
	for seed := range uint64(3) {
		sameResults(t, mustParse(t, string(in.Data)), g, seed)
	}
}

func section(a *txtar.Archive, name string) *txtar.File {
	for i := range a.Files {
		if a.Files[i].Name == name {
			return &a.Files[i]
		}
	}
	a.Files = append(a.Files, txtar.File{Name: name})
	return &a.Files[len(a.Files)-1]
}

// sameResults evaluates both graphs on inputs drawn from a seed. A pass may round less often than what it replaces.
func sameResults(t *testing.T, before, after *ir.Graph, seed uint64) {
	t.Helper()
	r := &random{seed}
	var in []*ir.Tensor
	sizes := map[string]int64{}
	for s := range before.Symbols {
		sizes[s] = min(max(int64(1+seed*2), before.Symbols[s].Range.Lo), before.Symbols[s].Range.Hi)
	}
	for _, v := range before.Inputs {
		in = append(in, r.tensor(t, v.Type, sizes))
	}
	want, errWant := before.Eval(in)
	got, errGot := after.Eval(in)
	if (errWant == nil) != (errGot == nil) {
		t.Fatalf("Eval after = %v, before %v", errGot, errWant)
	}
	for i := range want {
		if fmt.Sprint(got[i].Shape) != fmt.Sprint(want[i].Shape) || got[i].DType != want[i].DType {
			t.Fatalf("output %d is %s, before %s", i, got[i].TypeOf(), want[i].TypeOf())
		}
		for k := range want[i].Len() {
			if a, b := got[i].Float(k), want[i].Float(k); !close32(a, b) {
				t.Fatalf("output %d element %d is %g, before %g", i, k, a, b)
			}
		}
	}
}

func close32(a, b float64) bool {
	if a == b || a != a && b != b {
		return math.Signbit(a) == math.Signbit(b)
	}
	return math.Abs(a-b) <= 4e-6*(1+math.Abs(b))
}

type random struct{ state uint64 }

func (r *random) next() uint64 {
	r.state = r.state*6364136223846793005 + 1442695040888963407
	return r.state >> 33
}

// tensor draws numbers between -4 and 4, small whole ones for integers, and a negative zero now and then.
func (r *random) tensor(t *testing.T, typ ir.Type, sizes map[string]int64) *ir.Tensor {
	t.Helper()
	shape := make([]int, len(typ.Shape))
	for i, d := range typ.Shape {
		v, err := d.Eval(sizes)
		if err != nil {
			t.Fatal(err)
		}
		shape[i] = int(v)
	}
	out := ir.NewTensor(typ.DType, shape...)
	for i := range out.Len() {
		x := float64(r.next()%8001)/1000 - 4
		if r.next()%16 == 0 {
			x = math.Copysign(0, -1)
		}
		switch {
		case typ.DType == ir.Bool:
			out.SetInt(i, int64(r.next()%2))
		case typ.DType.Kind() == ir.KindUint:
			out.SetInt(i, int64(r.next()%5))
		default:
			out.SetFloat(i, x)
		}
	}
	return out
}
