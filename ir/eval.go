package ir

import "fmt"

// Eval computes a graph plainly, node by node: the oracle.
func (g *Graph) Eval(in []*Tensor) ([]*Tensor, error) {
	return g.EvalWith(in, nil)
}

// Env holds the values that are known while a graph is evaluated.
type Env map[*Value]*Tensor

// GraphEvaluator is an op with subgraphs, which need the values around them.
type GraphEvaluator interface {
	EvalGraphs(env Env, in []*Tensor) ([]*Tensor, error)
}

// EvalWith computes a subgraph that may use the values of env.
func (g *Graph) EvalWith(in []*Tensor, outer Env) ([]*Tensor, error) {
	if len(in) != len(g.Inputs) {
		return nil, fmt.Errorf("%s: %d inputs, want %d", g.Name, len(in), len(g.Inputs))
	}
	env := make(Env, len(outer)+len(g.Nodes))
	for v, t := range outer {
		env[v] = t
	}
	for i, v := range g.Inputs {
		env[v] = in[i]
	}
	for _, n := range g.Nodes {
		if err := n.eval(env); err != nil {
			return nil, fmt.Errorf("%s: node %q (%s): %w", g.Name, n.Name, n.Op.OpName(), err)
		}
	}
	out := make([]*Tensor, len(g.Outputs))
	for i, v := range g.Outputs {
		t, err := env.get(v)
		if err != nil {
			return nil, err
		}
		out[i] = t
	}
	return out, nil
}

func (e Env) get(v *Value) (*Tensor, error) {
	if v == nil {
		return nil, nil
	}
	if v.Const != nil {
		return v.Const, nil
	}
	t, ok := e[v]
	if !ok {
		return nil, fmt.Errorf("value %q is used before it is made", v.Name)
	}
	return t, nil
}

func (n *Node) eval(env Env) error {
	in := make([]*Tensor, len(n.In))
	for i, v := range n.In {
		t, err := env.get(v)
		if err != nil {
			return err
		}
		in[i] = t
	}
	var out []*Tensor
	var err error
	switch op := n.Op.(type) {
	case GraphEvaluator:
		out, err = op.EvalGraphs(env, in)
	case DimHolder:
		out, err = EvalOp(op.SubstituteDims(env.sizeDims()), in)
	default:
		out, err = EvalOp(n.Op, in)
	}
	if err != nil {
		return err
	}
	for i, v := range n.Out {
		env[v] = out[i]
	}
	return nil
}

// sizeDims is Sizes as what symbols are replaced with.
func (e Env) sizeDims() map[string]Dim {
	dims := map[string]Dim{}
	for s, v := range e.Sizes() {
		dims[s] = Const(v)
	}
	return dims
}

// Sizes solves the symbols from the shapes of the values in env, and from contents that are read as sizes.
func (e Env) Sizes() map[string]int64 {
	sizes := map[string]int64{}
	for v, t := range e {
		if t == nil || t.Type != nil || len(t.Shape) != len(v.Type.Shape) {
			continue
		}
		for i, d := range v.Type.Shape {
			solve(sizes, d, int64(t.Shape[i]))
		}
		if len(v.Elems) != t.Len() {
			continue
		}
		for i, d := range v.Elems {
			solve(sizes, d, t.Int(i))
		}
	}
	return sizes
}

// solve notes a symbol's value where an expression is the symbol and a constant.
func solve(sizes map[string]int64, d Dim, value int64) {
	if names := d.Symbols(); len(names) == 1 {
		if c, ok := d.Sub(Sym(names[0])).IsConst(); ok {
			sizes[names[0]] = value - c
		}
	}
}
