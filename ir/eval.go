package ir

import (
	"errors"
	"fmt"
	"maps"
)

// Eval computes a graph plainly, node by node: the oracle.
func (g *Graph) Eval(in []*Tensor) ([]*Tensor, error) {
	return g.EvalWith(in, Env{})
}

// ErrBudget says that an evaluation would take too long.
var ErrBudget = errors.New("evaluation would take too long")

// EvalBounded is Eval that gives up with ErrBudget once it has made so many elements, where a node counts like
// nodeElems of them: a model's loop may never end.
func (g *Graph) EvalBounded(in []*Tensor, elems int64) ([]*Tensor, error) {
	return g.EvalWith(in, Env{left: &elems})
}

// nodeElems is how many elements are made in the time that a node takes which makes none.
const nodeElems = 1024

// Env holds the values that are known while a graph is evaluated.
type Env struct {
	values map[*Value]*Tensor
	left   *int64  // elements that may yet be made; nil for any number
	draws  *uint64 // how many draws of random numbers were made
}

// spend draws on the budget.
func (e Env) spend(elems int64) error {
	if e.left == nil {
		return nil
	}
	if *e.left -= min(elems, *e.left+1); *e.left < 0 {
		return ErrBudget
	}
	return nil
}

// made is how many elements a node makes, as far as its types say.
func (n *Node) made(sizes map[string]int64) int64 {
	total := int64(0)
	for _, v := range n.Out {
		if k, err := v.Type.Len().Eval(sizes); err == nil && v.Type.IsTensor() {
			total += min(max(k, 0), 1<<40)
		}
	}
	return total
}

// GraphEvaluator is an op with subgraphs, which need the values around them.
type GraphEvaluator interface {
	EvalGraphs(env Env, in []*Tensor) ([]*Tensor, error)
}

// EvalWith computes a subgraph that may use the values of env.
func (g *Graph) EvalWith(in []*Tensor, outer Env) ([]*Tensor, error) {
	if len(in) != len(g.Inputs) {
		return nil, fmt.Errorf("%s: %d inputs, want %d", g.Name, len(in), len(g.Inputs))
	}
	env := Env{make(map[*Value]*Tensor, len(outer.values)+len(g.Nodes)), outer.left, outer.draws}
	if env.draws == nil {
		env.draws = new(uint64)
	}
	maps.Copy(env.values, outer.values)
	for i, v := range g.Inputs {
		env.values[v] = in[i]
	}
	if err := env.spend(nodeElems); err != nil {
		return nil, err
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
	t, ok := e.values[v]
	if !ok {
		return nil, fmt.Errorf("value %q is used before it is made", v.Name)
	}
	return t, nil
}

// check holds the sizes against what the node demands of them.
func (n *Node) check(env Env, sizes map[string]int64) error {
	if len(n.Checks) > 0 && sizes == nil {
		sizes = env.Sizes()
	}
	for _, c := range n.Checks {
		a, errA := c.A.Eval(sizes)
		b, errB := c.B.Eval(sizes)
		if errA == nil && errB == nil && a != b {
			return fmt.Errorf("%s: %d and %d", c.What, a, b)
		}
	}
	return nil
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
	var sizes map[string]int64
	cost := int64(nodeElems)
	holder, hasSizes := n.Op.(DimHolder)
	if hasSizes { // it may be asked for any size: that is counted before
		sizes = env.Sizes()
		cost += n.made(sizes)
	}
	if err := env.spend(cost); err != nil {
		return err
	}
	if err := n.check(env, sizes); err != nil {
		return err
	}
	var out []*Tensor
	var err error
	switch op := n.Op.(type) {
	case GraphEvaluator:
		out, err = op.EvalGraphs(env, in)
	case DimHolder:
		out, err = env.evalOp(holder.SubstituteDims(sizeDims(sizes)), in)
	default:
		out, err = env.evalOp(n.Op, in)
	}
	if err != nil {
		return err
	}
	for i, v := range n.Out {
		env.values[v] = out[i]
		if out[i] != nil && out[i].Type == nil && !hasSizes {
			if err := env.spend(int64(out[i].Len())); err != nil {
				return err
			}
		}
	}
	return nil
}

// evalOp computes an op; each op on random numbers without a seed makes a draw.
func (e Env) evalOp(op Op, in []*Tensor) ([]*Tensor, error) {
	if d, ok := op.(Drawer); ok && d.Draws() {
		*e.draws++
		return d.EvalDraw(*e.draws, in)
	}
	return EvalOp(op, in)
}

// sizeDims is sizes as what symbols are replaced with.
func sizeDims(sizes map[string]int64) map[string]Dim {
	dims := map[string]Dim{}
	for s, v := range sizes {
		dims[s] = Const(v)
	}
	return dims
}

// Sizes solves the symbols from the shapes of the values in env, and from contents that are read as sizes.
func (e Env) Sizes() map[string]int64 {
	sizes := map[string]int64{}
	for v, t := range e.values {
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
