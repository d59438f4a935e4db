package build_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/energeticc/energeticc/cmd/internal/build"
	"github.com/energeticc/energeticc/cmd/internal/cases"
	"github.com/energeticc/energeticc/cmd/internal/harness"
	"github.com/energeticc/energeticc/codegen/emit"
	"github.com/energeticc/energeticc/codegen/plan"
	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
	"github.com/energeticc/energeticc/ir/pass"
)

// randomGraphs is how many graphs TestRandomGraphs makes: one go build serves them all.
const randomGraphs = 40

// TestRandomGraphs draws graphs over the elementwise, product, reduction, shape and branch ops, and compares what each
// evaluates to as it was drawn with what its compiled package answers.
func TestRandomGraphs(t *testing.T) {
	mod, err := harness.New()
	if err != nil {
		t.Fatal(err)
	}
	defer mod.Close()
	var all []drawnGraph
	for seed := range uint64(randomGraphs) {
		all = append(all, drawGraph(t, mod, seed))
	}
	compareAll(t, mod, all)
}

// compareAll builds the module and holds what its packages answer against what the graphs evaluate to.
func compareAll(t *testing.T, mod *harness.Module, all []drawnGraph) {
	t.Helper()
	if err := mod.Build(t.Context()); err != nil {
		t.Fatal(err)
	}
	jobs := make([]harness.Job, len(all))
	for i, d := range all {
		jobs[i] = d.job
	}
	answers, err := mod.Do(t.Context(), jobs)
	if err != nil {
		t.Fatal(err)
	}
	for i, d := range all {
		d.compare(t, answers[i])
	}
}

// drawnGraph is a random graph, its input's files, and what it evaluates to.
type drawnGraph struct {
	text string
	job  harness.Job
	want []*ir.Tensor
}

func drawGraph(t *testing.T, mod *harness.Module, seed uint64) drawnGraph {
	t.Helper()
	d := drawnGraph{job: harness.Job{Model: fmt.Sprintf("random%d", seed), Output: filepath.Join(mod.Dir, fmt.Sprintf("out_%d", seed))}}
	var g *ir.Graph
	var in []*ir.Tensor
	for again := uint64(0); d.want == nil; again++ { // until there is one whose sizes fit at this n
		g = newGrower(seed, again).grow()
		d.text = g.String()
		var err error
		if in, err = build.DrawInputs(g, map[string]int64{"n": int64(1 + seed%4)}, seed); err != nil {
			t.Fatalf("seed %d: %v\n%s", seed, err, d.text)
		}
		d.want, _ = g.Eval(in)
	}
	d.files(t, in)
	d.compile(t, mod, g)
	return d
}

// files keeps the input where the module's program reads it.
func (d *drawnGraph) files(t *testing.T, in []*ir.Tensor) {
	t.Helper()
	for i, x := range in {
		path := fmt.Sprintf("%s_in_%d", d.job.Output, i)
		if err := os.WriteFile(path, x.Data, 0o644); err != nil {
			t.Fatal(err)
		}
		d.job.Inputs = append(d.job.Inputs, harness.Tensor{Shape: x.Shape, File: path})
	}
}

// compile adds the graph's package to the module.
func (d *drawnGraph) compile(t *testing.T, mod *harness.Module, g *ir.Graph) {
	t.Helper()
	if err := pass.Run(g, pass.Options{Verify: true}); err != nil {
		t.Fatalf("%s: %v\n%s", d.job.Model, err, d.text)
	}
	p, err := plan.New(g, plan.Options{})
	if err != nil {
		t.Fatalf("%s: %v\n%s", d.job.Model, err, d.text)
	}
	opt := emit.Options{Package: d.job.Model, Source: "random", SHA256: "0"}
	files, err := emit.Package(p, opt)
	if err == nil {
		err = mod.Add(d.job.Model, p, opt, files)
	}
	if err != nil {
		t.Fatalf("%s: %v\n%s", d.job.Model, err, d.text)
	}
}

func (d drawnGraph) compare(t *testing.T, a harness.Answer) {
	t.Helper()
	if a.Error != "" {
		t.Errorf("%s: %s\n%s", d.job.Model, a.Error, d.text)
		return
	}
	for i, want := range d.want {
		data, err := os.ReadFile(a.Outputs[i].File)
		if err != nil {
			t.Fatal(err)
		}
		diff := cases.Compare(cases.Value{Tensor: want}, a.Outputs[i].Shape, data, 1e-4, 1e-5)
		if diff.Bad > 0 {
			t.Errorf("%s: output %d: %s\n%s", d.job.Model, i, diff.First, d.text)
		}
	}
}

// grower adds random nodes to a graph. Values stay near 1, so that errors do not grow: sums are scaled, and products
// go through a bounded function.
type grower struct {
	*rand.Rand
	*ir.Builder
	values []*ir.Value // float32 of rank 1 to 4
	nodes  int
	deep   bool // inside a branch
}

func newGrower(seed, again uint64) *grower {
	b := ir.NewBuilder("random")
	g := &grower{Rand: rand.New(rand.NewPCG(seed, again)), Builder: b}
	g.values = append(g.values, b.Input("x", ir.TensorType(ir.Float32, ir.Sym("n"), ir.Const(4))), b.Input("y", ir.TensorType(ir.Float32, ir.Const(3), ir.Const(1), ir.Const(4))))
	return g
}

// grow gives the graph with a dozen nodes; what nobody reads becomes an output, the first four of them.
func (g *grower) grow() *ir.Graph {
	for range 12 {
		g.step()
	}
	read := map[*ir.Value]bool{}
	g.Graph.Walk(func(n *ir.Node) {
		for _, v := range n.In {
			read[v] = true
		}
	})
	var outs []*ir.Value
	for _, v := range g.values[2:] {
		if !read[v] && v.Const == nil && len(outs) < 4 {
			outs = append(outs, v)
		}
	}
	g.Output(outs...)
	return g.Graph
}

func (g *grower) pick() *ir.Value { return g.values[g.IntN(len(g.values))] }

// add keeps a node's value; an op that does not take its operands adds none.
func (g *grower) add(o ir.Op, in ...*ir.Value) *ir.Value {
	g.nodes++
	v, err := g.Add1(fmt.Sprintf("node%d", g.nodes), o, in...)
	if err != nil {
		return nil
	}
	if r := v.Type.Rank(); v.Type.DType == ir.Float32 && r >= 1 && r <= 4 {
		g.values = append(g.values, v)
	}
	return v
}

var (
	unaries  = []string{"Relu", "Tanh", "Sigmoid", "Neg", "Abs", "Exp", "Sqrt", "Floor", "Sin", "Erf", "Softplus"}
	binaries = []string{"Add", "Sub", "Mul", "Max", "Min"}
	reducers = []string{"ReduceMean", "ReduceMax", "ReduceMin"}
)

// step adds a node, or a few that belong together.
func (g *grower) step() {
	v := g.pick()
	rank := v.Type.Rank()
	axis := g.IntN(rank)
	switch g.IntN(11) {
	case 0, 1:
		fn := unaries[g.IntN(len(unaries))]
		if fn == "Sqrt" || fn == "Exp" || fn == "Softplus" {
			v = g.add(op.Unary{Fn: "Sigmoid"}, v)
		}
		g.add(op.Unary{Fn: fn}, v)
	case 2, 3:
		if p := g.add(op.Binary{Fn: binaries[g.IntN(len(binaries))]}, v, g.pick()); p != nil {
			g.add(op.Unary{Fn: "Tanh"}, p)
		}
	case 4:
		w := g.Const("w", g.weights(4, 1+g.IntN(5)))
		if p := g.add(op.MatMul{}, v, w); p != nil && g.IntN(2) == 0 {
			g.add(op.Binary{Fn: "Add"}, p, g.Const("b", g.weights(w.Const.Shape[1])))
		}
	case 5:
		g.add(op.Reduce{Fn: reducers[g.IntN(len(reducers))], Axes: []int{axis}, KeepDims: g.IntN(2) == 0}, v)
	case 6:
		g.add(op.Transpose{Perm: g.Perm(rank)}, v)
	case 7:
		g.add(op.Softmax{Axis: axis}, v)
	case 8:
		g.add(op.Concat{Axis: axis}, v, v)
	case 9:
		g.add(op.Reshape{Shape: []ir.Dim{v.Type.Len()}}, v)
	case 10:
		if !g.deep {
			g.branch(v)
		}
	}
}

// weights draws a constant of small numbers.
func (g *grower) weights(shape ...int) *ir.Tensor {
	t := ir.NewTensor(ir.Float32, shape...)
	for i := range t.Len() {
		t.SetFloat(i, g.Float64()-0.5)
	}
	return t
}

// branch adds an If on whether a value's largest element is above zero; both branches keep its shape.
func (g *grower) branch(v *ir.Value) {
	axes := make([]int, v.Type.Rank())
	for i := range axes {
		axes[i] = i
	}
	top := g.add(op.Reduce{Fn: "ReduceMax", Axes: axes}, v)
	cond := g.add(op.Binary{Fn: "Greater"}, top, g.Const("zero", ir.NewTensor(ir.Float32)))
	if cond == nil {
		return
	}
	path := func(name string) *ir.Graph {
		sub := &grower{Rand: g.Rand, Builder: g.Sub(name), values: []*ir.Value{v}, nodes: g.nodes, deep: true}
		for range 3 {
			sub.add(op.Unary{Fn: unaries[g.IntN(4)]}, sub.pick())
		}
		g.nodes = sub.nodes
		sub.Output(sub.values[len(sub.values)-1])
		return sub.Graph
	}
	g.add(op.If{Then: path("then"), Else: path("else")}, cond)
}
