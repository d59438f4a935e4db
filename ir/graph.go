package ir

import (
	"fmt"
	"slices"
	"sort"
)

// Graph is a model, a subgraph of a control-flow op, or the body of a composed op. Nodes stand in an order in which
// every value is made before it is used. A subgraph may use values of the graphs around it.
type Graph struct {
	Name    string
	Inputs  []*Value
	Outputs []*Value
	Nodes   []*Node
	Symbols map[string]*Symbol // those of the whole model; subgraphs share the map
}

// Symbol is what is known of a free dim.
type Symbol struct {
	Name  string
	Range Range
	// Data is set for a symbol that a step binds at run time (the count of NonZero, say); the others are bound by the
	// shapes of the inputs.
	Data bool
	// Named is set where the model itself names the dim.
	Named bool
}

// Value is an edge: a graph's input, a constant, or what a node makes.
type Value struct {
	Name  string
	Type  Type
	Const *Tensor // set for constants, which no node makes
	// Elems is what is known of an integer or bool tensor's contents, row-major: sizes that models compute with. It is
	// nil where nothing is known.
	Elems []Dim
}

// Node applies an op.
type Node struct {
	Name   string // the source model's name of the node, for errors and to group steps into layers
	Op     Op
	In     []*Value // nil for an optional input that is absent
	Out    []*Value
	Checks []Check
}

// Check is an equation between sizes that must hold before the node runs.
type Check struct {
	A, B Dim
	What string // what would be wrong, "a and b have different inner dims"
}

// Op is an operator with its attributes: a struct whose exported fields the text form shows. Beyond the name it
// is either an Inferer, Evaluator and Lowerer, or a Composite.
type Op interface{ OpName() string }

// Inferer gives the types of an op's outputs.
type Inferer interface {
	Infer(x *Inference) ([]Type, error)
}

// Evaluator computes an op plainly, rounding once in the op's element type: it folds constants and is the oracle
// that generated code is compared with.
type Evaluator interface {
	Eval(in []*Tensor) ([]*Tensor, error)
}

// Lowerer says which kernels compute the op, with which arguments.
type Lowerer interface {
	Lower(in, out []*Value) ([]Call, error)
}

// Composite is an op made of simpler ones.
type Composite interface {
	Body(b *Builder, in []*Value) ([]*Value, error)
}

// View is an op whose first output is its first input's data under another shape: no kernel runs.
type View interface{ IsView() bool }

// InPlacer is an op that may write its first output over one of its inputs, if both have the same size.
type InPlacer interface{ InPlace() []int }

// Brancher is an op with subgraphs.
type Brancher interface {
	Graphs() []*Graph
	WithGraphs(g []*Graph) Op
}

// Effect is an op that must stay though nobody uses its outputs.
type Effect interface{ HasEffect() bool }

// Impure is an op that may not be folded or merged with its like: random numbers.
type Impure interface{ IsImpure() bool }

// Widener is an op that may widen weights. Constants stay as they are stored until passes have read them: products of
// codes want them, however small.
type Widener interface{ WidensWeights() bool }

// Drawer is an op on random numbers, evaluated for the number of the draw that a session's ArgDraw would give it. Draws
// reports whether it takes one: an op with a seed does not.
type Drawer interface {
	Draws() bool
	EvalDraw(draw uint64, in []*Tensor) ([]*Tensor, error)
}

// Allocator is an op whose kernels may allocate in every run: they make new strings.
type Allocator interface{ Allocates() bool }

// ConstBytes is what the constants of a graph and its subgraphs take, each counted once.
func (g *Graph) ConstBytes() int64 {
	n := int64(0)
	for _, v := range g.Constants() {
		n += int64(v.Const.ByteSize())
	}
	return n
}

// Constants lists the constants in the order of their first use, subgraphs included.
func (g *Graph) Constants() []*Value {
	var all []*Value
	seen := map[*Value]bool{}
	add := func(v *Value) {
		if v != nil && v.Const != nil && !seen[v] {
			seen[v] = true
			all = append(all, v)
		}
	}
	g.Walk(func(n *Node) {
		for _, v := range n.In {
			add(v)
		}
	})
	g.walkGraphs(func(g *Graph) {
		for _, v := range g.Outputs {
			add(v)
		}
	})
	return all
}

// Walk visits every node, a node's subgraphs before what follows it.
func (g *Graph) Walk(f func(*Node)) {
	for _, n := range g.Nodes {
		f(n)
		for _, sub := range n.Graphs() {
			sub.Walk(f)
		}
	}
}

func (g *Graph) walkGraphs(f func(*Graph)) {
	f(g)
	for _, n := range g.Nodes {
		for _, sub := range n.Graphs() {
			sub.walkGraphs(f)
		}
	}
}

// WalkGraphs visits the graph and all its subgraphs.
func (g *Graph) WalkGraphs(f func(*Graph)) { g.walkGraphs(f) }

// Graphs lists a control-flow node's subgraphs.
func (n *Node) Graphs() []*Graph {
	if b, ok := n.Op.(Brancher); ok {
		return b.Graphs()
	}
	return nil
}

// Values lists every value once, subgraphs included: inputs, constants, what nodes make.
func (g *Graph) Values() []*Value {
	var all []*Value
	seen := map[*Value]bool{}
	add := func(vs []*Value) {
		for _, v := range vs {
			if v != nil && !seen[v] {
				seen[v] = true
				all = append(all, v)
			}
		}
	}
	g.walkGraphs(func(g *Graph) {
		add(g.Inputs)
		for _, n := range g.Nodes {
			add(n.In)
			add(n.Out)
		}
		add(g.Outputs)
	})
	return all
}

// Replace makes every use of old, subgraphs included, a use of new.
func (g *Graph) Replace(old, new *Value) { g.ReplaceAll(map[*Value]*Value{old: new}) }

// ReplaceAll makes every use of a key a use of its value; chains are followed.
func (g *Graph) ReplaceAll(m map[*Value]*Value) {
	if len(m) == 0 {
		return
	}
	swap := func(vs []*Value) {
		for i, v := range vs {
			for r, ok := m[v]; ok && v != nil; r, ok = m[v] {
				v = r
			}
			vs[i] = v
		}
	}
	g.walkGraphs(func(g *Graph) {
		for _, n := range g.Nodes {
			swap(n.In)
		}
		swap(g.Outputs)
	})
}

// Uses counts, for every value, the nodes' inputs and graphs' outputs that read it.
func (g *Graph) Uses() map[*Value]int {
	uses := map[*Value]int{}
	g.walkGraphs(func(g *Graph) {
		for _, n := range g.Nodes {
			for _, v := range n.In {
				if v != nil {
					uses[v]++
				}
			}
		}
		for _, v := range g.Outputs {
			uses[v]++
		}
	})
	return uses
}

// Producers maps each value to the node that makes it, in this graph alone.
func (g *Graph) Producers() map[*Value]*Node {
	p := map[*Value]*Node{}
	for _, n := range g.Nodes {
		for _, v := range n.Out {
			p[v] = n
		}
	}
	return p
}

// SymbolNames lists the symbols, sorted.
func (g *Graph) SymbolNames() []string {
	names := make([]string, 0, len(g.Symbols))
	for s := range g.Symbols {
		names = append(names, s)
	}
	sort.Strings(names)
	return names
}

// Ranges gives every symbol's range.
func (g *Graph) Ranges() map[string]Range {
	r := make(map[string]Range, len(g.Symbols))
	for name, s := range g.Symbols {
		r[name] = s.Range
	}
	return r
}

// Substitute replaces symbols in all types, checks and known elements, subgraphs included.
func (g *Graph) Substitute(env map[string]Dim) {
	for _, v := range g.Values() {
		v.substitute(env)
	}
	g.Walk(func(n *Node) {
		for i, c := range n.Checks {
			n.Checks[i].A, n.Checks[i].B = c.A.Substitute(env), c.B.Substitute(env)
		}
		if s, ok := n.Op.(DimHolder); ok {
			n.Op = s.SubstituteDims(env)
		}
	})
}

// DimHolder is an op whose attributes hold dim expressions.
type DimHolder interface {
	SubstituteDims(env map[string]Dim) Op
}

func (v *Value) substitute(env map[string]Dim) {
	if v.Const != nil {
		return
	}
	v.Type = v.Type.Substitute(env)
	for i, e := range v.Elems {
		v.Elems[i] = e.Substitute(env)
	}
}

// simplify decides what the symbols' ranges decide in a value's sizes.
func (v *Value) simplify(ranges map[string]Range) {
	if v.Const != nil {
		return
	}
	v.Type = v.Type.mapDims(func(d Dim) Dim { return d.Simplify(ranges) })
	for i, e := range v.Elems {
		v.Elems[i] = e.Simplify(ranges)
	}
}

// ConstValue makes a constant.
func ConstValue(name string, t *Tensor) *Value {
	v := &Value{Name: name, Const: t, Type: t.TypeOf()}
	v.Elems = constElems(t)
	return v
}

// maxKnownElems bounds the tensors whose contents are followed as sizes.
const maxKnownElems = 256

func constElems(t *Tensor) []Dim {
	if t.Type != nil || !(t.DType.IsInteger() || t.DType == Bool) || t.Len() > maxKnownElems {
		return nil
	}
	e := make([]Dim, t.Len())
	for i := range e {
		e[i] = Const(t.Int(i))
	}
	return e
}

// KnownInts gives the contents where all of them are numbers.
func (v *Value) KnownInts() ([]int64, bool) {
	if v == nil {
		return nil, false
	}
	if v.Const != nil && (v.Const.DType.IsInteger() || v.Const.DType == Bool) {
		return v.Const.Ints(), true
	}
	if v.Elems == nil {
		return nil, false
	}
	out := make([]int64, len(v.Elems))
	for i, e := range v.Elems {
		c, ok := e.IsConst()
		if !ok {
			return nil, false
		}
		out[i] = c
	}
	return out, true
}

// beyond reports whether a known element is at an end of int64.
func (v *Value) beyond() bool { return v != nil && slices.ContainsFunc(v.Elems, Dim.beyond) }

// String names the value with its type.
func (v *Value) String() string {
	if v == nil {
		return "none"
	}
	return fmt.Sprintf("%s %s", v.Name, v.Type)
}

// DependsOnData reports whether a size is known only in a run's course: it is in terms of a data symbol.
func (g *Graph) DependsOnData(d Dim) bool {
	for _, name := range d.Symbols() {
		if s := g.Symbols[name]; s != nil && s.Data {
			return true
		}
	}
	return false
}
