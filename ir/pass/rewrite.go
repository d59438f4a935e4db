package pass

import (
	"slices"

	"github.com/energeticc/energeticc/ir"
)

// editor is one graph of a model, a subgraph maybe, while a pass matches and replaces its nodes. It knows who makes
// and how many read a value and keeps both true.
type editor struct {
	top, g *ir.Graph
	by     map[*ir.Value]*ir.Node // makers in this graph
	uses   map[*ir.Value]int      // readers in the whole model
	result map[*ir.Value]bool     // the graphs' outputs
	dead   map[*ir.Node]bool
}

// edit shows every graph of the model to a pass, subgraphs after the graph around them. Nodes that lost their last
// reader are gone afterwards.
func edit(top *ir.Graph, f func(e *editor) error) error {
	var graphs []*ir.Graph
	top.WalkGraphs(func(g *ir.Graph) { graphs = append(graphs, g) })
	for _, g := range graphs {
		e := &editor{top, g, g.Producers(), top.Uses(), results(top), map[*ir.Node]bool{}}
		if err := f(e); err != nil {
			return err
		}
		e.sweep()
	}
	return nil
}

// results are the outputs of all graphs.
func results(top *ir.Graph) map[*ir.Value]bool {
	r := map[*ir.Value]bool{}
	top.WalkGraphs(func(g *ir.Graph) {
		for _, v := range g.Outputs {
			r[v] = true
		}
	})
	return r
}

// eachNode shows every live node to a pass.
func eachNode(top *ir.Graph, f func(e *editor, n *ir.Node)) error {
	return edit(top, func(e *editor) error {
		for _, n := range e.g.Nodes {
			if !e.dead[n] {
				f(e, n)
			}
		}
		return nil
	})
}

func (e *editor) sweep() {
	live := e.g.Nodes[:0]
	for _, n := range e.g.Nodes {
		if !e.dead[n] {
			live = append(live, n)
		}
	}
	clear(e.g.Nodes[len(live):])
	e.g.Nodes = live
}

// maker gives the node of this graph that makes a value by an op of this name, nil if it is made otherwise.
func (e *editor) maker(v *ir.Value, name string) *ir.Node {
	if n := e.by[v]; v != nil && n != nil && n.Op.OpName() == name {
		return n
	}
	return nil
}

// sole is maker for a value with no other reader: it disappears if that reader does.
func (e *editor) sole(v *ir.Value, name string) *ir.Node {
	if e.uses[v] != 1 {
		return nil
	}
	return e.maker(v, name)
}

// rewrite gives a node another op over other inputs. It reports false, and changes nothing, where inference does not
// confirm that the outputs keep their types.
func (e *editor) rewrite(n *ir.Node, o ir.Op, in ...*ir.Value) bool {
	old := n.In
	if e.top.Rewrite(n, o, in...) != nil {
		return false
	}
	for _, v := range n.In {
		if v != nil {
			e.uses[v]++
		}
	}
	e.release(old)
	return true
}

// forward makes every reader of a node's only output read v instead. A graph's output keeps a node of its own, and
// its name: v takes both over if it may.
func (e *editor) forward(n *ir.Node, v *ir.Value) bool {
	out := n.Out[0]
	if len(n.Out) != 1 || !out.Type.Equal(v.Type) || len(n.Checks) > 0 || !e.stands(out, v) {
		return false
	}
	if e.by[v] != nil && v.Elems == nil {
		v.Elems = out.Elems
	}
	e.top.Replace(out, v)
	e.uses[v] += e.uses[out]
	e.uses[out] = 0
	e.kill(n)
	return true
}

// stands reports whether v may stand for a value that is computed here, and names it so if that is a graph's output.
func (e *editor) stands(out, v *ir.Value) bool {
	if !e.result[out] {
		return true
	}
	if e.by[v] == nil || e.result[v] {
		return false
	}
	v.Name = out.Name
	e.result[v] = true
	delete(e.result, out)
	return true
}

// insert puts nodes before another.
func (e *editor) insert(before *ir.Node, nodes ...*ir.Node) {
	for i, n := range e.g.Nodes {
		if n == before {
			e.g.Nodes = append(e.g.Nodes[:i:i], append(nodes, e.g.Nodes[i:]...)...)
			break
		}
	}
	for _, n := range nodes {
		for _, v := range n.Out {
			e.by[v] = n
		}
		for _, v := range n.In {
			if v != nil {
				e.uses[v]++
			}
		}
	}
}

// add makes a node before another and gives its output; nil where the op does not take the inputs.
func (e *editor) add(before *ir.Node, name string, o ir.Op, in ...*ir.Value) *ir.Value {
	b := e.top.Edit()
	v, err := b.Add1(name, o, in...)
	if err != nil {
		return nil
	}
	e.insert(before, b.Graph.Nodes...)
	return v
}

// release counts readers that went away.
func (e *editor) release(vs []*ir.Value) {
	for _, v := range vs {
		if v == nil {
			continue
		}
		if e.uses[v]--; e.uses[v] > 0 || e.by[v] == nil {
			continue
		}
		e.kill(e.by[v])
	}
}

// kill marks a node that nobody needs. Nodes with effects stay, and those that bind symbols are dce's to judge.
func (e *editor) kill(n *ir.Node) {
	if e.dead[n] || mustStay(n) || bindsSymbols(e.top, n) {
		return
	}
	for _, v := range n.Out {
		if e.uses[v] > 0 {
			return
		}
	}
	e.dead[n] = true
	e.release(n.In)
}

// mustStay reports whether a node does more than make its outputs.
func mustStay(n *ir.Node) bool {
	if x, ok := n.Op.(ir.Effect); ok && x.HasEffect() {
		return true
	}
	for _, g := range n.Graphs() {
		if slices.ContainsFunc(g.Nodes, mustStay) {
			return true
		}
	}
	return false
}

// isPure reports whether a node gives the same outputs whenever its inputs are the same, and nothing else.
func isPure(n *ir.Node) bool {
	if x, ok := n.Op.(ir.Impure); ok && x.IsImpure() {
		return false
	}
	return !mustStay(n)
}

// bindsSymbols reports whether sizes that only a run knows stand in a node's outputs and may be its to bind.
func bindsSymbols(top *ir.Graph, n *ir.Node) bool {
	known := map[string]bool{}
	for _, v := range n.In {
		for _, s := range symbolsOf(v) {
			known[s] = true
		}
	}
	for _, v := range n.Out {
		for _, s := range symbolsOf(v) {
			if t := top.Symbols[s]; t != nil && t.Data && !known[s] {
				return true
			}
		}
	}
	return len(n.Graphs()) > 0
}

// symbolsOf lists the symbols in a value's type and known contents.
func symbolsOf(v *ir.Value) []string {
	if v == nil || v.Const != nil {
		return nil
	}
	var all []string
	for _, d := range v.Type.Shape {
		all = append(all, d.Symbols()...)
	}
	for _, d := range v.Elems {
		all = append(all, d.Symbols()...)
	}
	return all
}

// exactFloat reports whether a value's element type is one that kernels compute with as it is, so that a fused op
// may skip the roundings between its parts.
func exactFloat(v *ir.Value) bool {
	return v.Type.IsTensor() && (v.Type.DType == ir.Float32 || v.Type.DType == ir.Float64)
}

// uniform gives the number that all elements of a constant are.
func uniform(v *ir.Value) (float64, bool) {
	if v == nil || v.Const == nil || v.Const.Type != nil || v.Const.Len() == 0 {
		return 0, false
	}
	t := v.Const
	if k := t.DType.Kind(); k == ir.KindString || k == ir.KindComplex {
		return 0, false
	}
	x := t.Float(0)
	if len(t.Data) > 1<<12 {
		return 0, false
	}
	for i := range t.Len() {
		if y := t.Float(i); y != x {
			return 0, false
		}
	}
	return x, true
}

// scalar is uniform for a constant of one element that leaves the other operand's rank alone.
func scalar(v *ir.Value, rank int) (float64, bool) {
	x, ok := uniform(v)
	return x, ok && v.Const.Len() == 1 && len(v.Const.Shape) <= rank
}

// isNumber reports whether an operand is this number in its own element type, as exporters write it: to the
// precision of float32, or of float16.
func isNumber(v *ir.Value, want float64) bool {
	if v == nil || v.Const == nil {
		return false
	}
	x, ok := uniform(v)
	if !ok || v.Const.Len() != 1 {
		return false
	}
	d := x - want
	if d < 0 {
		d = -d
	}
	limit := want * 2e-7
	if limit < 0 {
		limit = -limit
	}
	return d <= limit
}

// operands gives a binary node's inputs such that the second one satisfies ok; nil where neither does. It swaps only
// where the op commutes.
func operands(n *ir.Node, ok func(v *ir.Value) bool) (other, found *ir.Value) {
	if n == nil || len(n.In) != 2 {
		return nil, nil
	}
	if ok(n.In[1]) {
		return n.In[0], n.In[1]
	}
	if f := n.Op.OpName(); (f == "Add" || f == "Mul") && ok(n.In[0]) {
		return n.In[1], n.In[0]
	}
	return nil, nil
}

// withNumber gives the operand beside a number.
func withNumber(n *ir.Node, want float64) *ir.Value {
	v, _ := operands(n, func(v *ir.Value) bool { return isNumber(v, want) })
	return v
}

// unify replaces the data symbols in a value's type by what stands in their places in another's, everywhere: both are
// the same value.
func unify(top *ir.Graph, old, now ir.Type) {
	env := map[string]ir.Dim{}
	for i, d := range old.Shape {
		s, ok := d.IsSym()
		if t := top.Symbols[s]; ok && t != nil && t.Data && i < len(now.Shape) && !now.Shape[i].Equal(d) && !mentions(now.Shape[i], s) {
			env[s] = now.Shape[i]
		}
	}
	replaceSymbols(top, env)
}

func mentions(d ir.Dim, symbol string) bool {
	for _, s := range d.Symbols() {
		if s == symbol {
			return true
		}
	}
	return false
}

func replaceSymbols(top *ir.Graph, env map[string]ir.Dim) {
	if len(env) == 0 {
		return
	}
	top.Substitute(env)
	for s := range env {
		delete(top.Symbols, s)
	}
}
