package ir

import "fmt"

// Edit starts a builder for nodes that are to stand in g: they may use its values and share its symbols, and
// gather in the builder's own Graph, from where a pass splices them in. No symbols are unified any more: what
// inference demands becomes a check.
func (g *Graph) Edit() *Builder {
	around := &Builder{Graph: g, names: map[string]int{}}
	b := &Builder{
		Graph:  &Graph{Name: g.Name, Symbols: g.Symbols},
		Parent: around,
		names:  map[string]int{},
		root:   &rootState{top: g, env: map[string]Dim{}},
	}
	around.root = b.root
	return b
}

// Facts is what inference says of a node.
type Facts struct {
	Types  []Type
	Elems  [][]Dim // as Value.Elems, by output; shorter where nothing is known of the last
	Checks []Check
}

func (f *Facts) simplify(ranges map[string]Range) {
	decide := func(d Dim) Dim { return d.Simplify(ranges) }
	for i, t := range f.Types {
		f.Types[i] = t.mapDims(decide)
	}
	for i, e := range f.Elems {
		f.Elems[i] = mapDims(e, decide)
	}
	for i, c := range f.Checks {
		f.Checks[i].A, f.Checks[i].B = decide(c.A), decide(c.B)
	}
}

// Infer asks a node's op once more for its types, which the node itself keeps as they are. The data symbols that
// inference makes anew stand for the dims that the node's outputs have in their places, if it has outputs already.
func (g *Graph) Infer(n *Node) (Facts, error) {
	b := g.Edit()
	x := &Inference{In: n.In, b: b}
	types, err := inferOp(x, n.Op)
	f := Facts{types, x.elems, x.checks}
	f.simplify(g.Ranges())
	if len(b.root.made) == 0 || len(n.Out) == 0 {
		return f, err
	}
	fresh := map[string]bool{}
	for _, s := range b.root.made {
		fresh[s] = true
		delete(g.Symbols, s)
	}
	env := map[string]Dim{}
	for i, v := range n.Out {
		if err == nil && i < len(types) {
			matchFresh(fresh, types[i], v.Type, env)
		}
		if i < len(f.Elems) {
			matchDims(fresh, f.Elems[i], v.Elems, env)
		}
	}
	for i, t := range f.Types {
		f.Types[i] = t.Substitute(env)
	}
	for i, e := range f.Elems {
		f.Elems[i] = substituteAll(e, env)
	}
	for i, c := range f.Checks {
		f.Checks[i].A, f.Checks[i].B = c.A.Substitute(env), c.B.Substitute(env)
	}
	return f, err
}

func substituteAll(dims []Dim, env map[string]Dim) []Dim {
	if dims == nil {
		return nil
	}
	out := make([]Dim, len(dims))
	for i, d := range dims {
		out[i] = d.Substitute(env)
	}
	return out
}

// matchFresh binds each fresh symbol of an inferred type to the dim that stands in its place.
func matchFresh(fresh map[string]bool, inferred, have Type, env map[string]Dim) {
	matchDims(fresh, inferred.Shape, have.Shape, env)
}

func matchDims(fresh map[string]bool, inferred, have []Dim, env map[string]Dim) {
	if len(inferred) != len(have) {
		return
	}
	for i, d := range inferred {
		s, ok := d.IsSym()
		if _, bound := env[s]; ok && fresh[s] && !bound {
			env[s] = have[i]
		}
	}
}

// Rewrite gives a node another op and other inputs that compute the same outputs. It fails, and leaves the node,
// where inference does not confirm the outputs' types.
func (g *Graph) Rewrite(n *Node, op Op, in ...*Value) error {
	for len(in) > 0 && in[len(in)-1] == nil {
		in = in[:len(in)-1]
	}
	m := &Node{Name: n.Name, Op: op, In: in, Out: n.Out}
	f, err := g.Infer(m)
	if err != nil {
		return err
	}
	if len(f.Types) != len(n.Out) {
		return fmt.Errorf("%s gives %d outputs, want %d", op.OpName(), len(f.Types), len(n.Out))
	}
	for i, v := range n.Out {
		if !f.Types[i].Equal(v.Type) {
			return fmt.Errorf("%s gives %s, want %s", op.OpName(), f.Types[i], v.Type)
		}
	}
	n.Op, n.In, n.Checks = op, in, mergeChecks(n.Checks, f.Checks)
	return nil
}

// mergeChecks adds those checks that are not there yet.
func mergeChecks(have, more []Check) []Check {
	for _, c := range more {
		if !holds(have, c) {
			have = append(have, c)
		}
	}
	return have
}

// holds reports whether an equation is trivial or one of those checked.
func holds(checks []Check, c Check) bool {
	if c.A.Equal(c.B) {
		return true
	}
	for _, k := range checks {
		if k.A.Equal(c.A) && k.B.Equal(c.B) || k.A.Equal(c.B) && k.B.Equal(c.A) {
			return true
		}
	}
	return false
}
