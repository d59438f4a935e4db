package plan

import (
	"fmt"
	"slices"

	"github.com/energeticc/energeticc/ir"
)

// Program is what a package computes, ready to be written as source.
type Program struct {
	Graph   *ir.Graph
	Inputs  []*ir.Value
	Outputs []Output
	// Free are the symbols that the inputs' shapes bind, Data those that steps bind at run time.
	Free, Data []*ir.Symbol
	// Sizes are the subexpressions that are computed once when the inputs are bound.
	Sizes []ir.Dim
	// Checks must hold before a run; NotNegative lists sizes that could come out below zero.
	Checks      []ir.Check
	NotNegative []Size
	Slots       []Slot // in the arena, laid out for each run
	Tails       int    // growable buffers of data-dependent tensors
	Objects     []Object
	Weights     *Weights
	Layers      []*Layer
	Stats       Stats
}

// Output is a result: where it is and what it is called.
type Output struct {
	Value *ir.Value
	Name  string
}

// Size is a dim and the node that first has it.
type Size struct {
	Dim  ir.Dim
	Node string
}

// Slot is memory that values share whose lifetimes do not overlap.
type Slot struct {
	Bytes   []ir.Dim // the largest of these
	Tenants int
}

// Object is a Go value that a session keeps: strings, sequences, maps.
type Object struct{ Type ir.Type }

// Layer is a method of the generated session: a numbered step.
type Layer struct {
	Scope string // from the nodes' names, to name the method
	Items []*Item
}

// Item is what one node comes to.
type Item struct {
	Node     *ir.Node // nil for moves between loop runs and branches
	Note     string   // what is computed, for the comment
	Calls    []ir.Call
	In       []Place
	Out      []Place
	Scratch  []Place // by a Scratch argument's Index
	Checks   []ir.Check
	Bounds   []Size // data-dependent sizes that must not be negative, checked once they are bound
	Control  *Control
	Keep     *Keep
	Packed   map[*ir.Tensor]Place
	Chain    *Chain // the loop that it is a part of; nil for none
	Guarded  bool   // on a path that a run may not take, so that what it demands is checked there
	target   bool   // a jump lands here
	position int
}

// Control is a jump.
type Control struct {
	// Cond is the truth value at which the jump is not taken; nil for none.
	Cond *Place
	// Counter and Limit, where Counted is set: the jump is taken once Counter ≥ Limit.
	Counted        bool
	Counter, Limit ir.Dim
	Target         *Item
}

// Keep asks for a growable buffer to hold Len elements and keep the first Old.
type Keep struct {
	Buffer   Place
	Old, Len ir.Dim
}

// Kind says where data is.
type Kind uint8

// The places of data.
const (
	Absent    Kind = iota
	InWeights      // Index is the byte offset
	InInput        // Index is the input's
	InOutput       // Index is the output's
	InSlot         // Index is the slot's
	InTail         // Index is the growable buffer's
	InObject       // Index is the object's
)

// Place is a value's data.
type Place struct {
	Kind  Kind
	Index int
	Last  int       // the last slot, where the data takes several that follow each other
	Value *ir.Value // its type and name
	// Part is set where the data is a part of a chain's elements at a time.
	Part bool
	// Fresh is set where the item makes the data, so that a growable place must be made large enough first.
	Fresh bool
}

// Stats are figures of a program for the user.
type Stats struct {
	Nodes, Steps, Calls int
	ArenaBytes          int64 // at the representative sizes
	PeakBytes           int64 // the largest sum of live values there
	Kernels             []string
	Typical             string // the representative sizes, for people
}

// Options steer the planner.
type Options struct {
	// Typical gives representative sizes for symbols; others count as 1 for batch, else 128 or the upper bound.
	Typical map[string]int64
}

// New plans a graph whose passes have run.
func New(g *ir.Graph, opt Options) (*Program, error) {
	f := &flattener{graph: g, program: &Program{Graph: g, Inputs: g.Inputs, Weights: &Weights{}}}
	if err := f.graphItems(g); err != nil {
		return nil, err
	}
	f.copyOutputs()
	f.chains()
	s := newStorage(f, opt)
	s.merge()
	s.assign()
	p := f.program
	s.resolve()
	p.Layers = group(f.items)
	collectSymbols(p)
	p.Layers = split(p.Layers)
	p.Stats.fill(p, s)
	return p, nil
}

// flattener lists a graph's nodes, those of branches and loops included, in one row with jumps between.
type flattener struct {
	graph   *ir.Graph
	program *Program
	items   []*entry
	// alias says that a value's data is another value's: views, merged branches, loop results.
	alias map[*ir.Value]*ir.Value
	loops []span
	rows  []*Chain
	count int
	// depth is how many branches and loops are around the current node.
	depth int
}

// span is a loop's place in the row: values from outside that it reads stay alive to its end.
type span struct{ from, to int }

// entry is an item before places are known.
type entry struct {
	Item
	in, out []*ir.Value
	op      ir.Op
	cond    *ir.Value
	keep    *ir.Value
	after   *entry // the jump's target
}

func (f *flattener) add(e *entry) *entry {
	e.position = len(f.items)
	e.Guarded = f.depth > 0
	f.items = append(f.items, e)
	return e
}

func (f *flattener) setAlias(v, of *ir.Value) {
	if f.alias == nil {
		f.alias = map[*ir.Value]*ir.Value{}
	}
	f.alias[v] = of
}

// root follows aliases to the value that owns the data.
func (f *flattener) root(v *ir.Value) *ir.Value {
	for a, ok := f.alias[v]; ok; a, ok = f.alias[v] {
		v = a
	}
	return v
}

// graphItems lists a graph's nodes.
func (f *flattener) graphItems(g *ir.Graph) error {
	for _, n := range g.Nodes {
		if err := f.node(n); err != nil {
			return fmt.Errorf("%s (%s): %w", n.Name, n.Op.OpName(), err)
		}
	}
	return nil
}

func (f *flattener) node(n *ir.Node) error {
	f.program.Stats.Nodes++
	if handled, err := f.control(n); handled {
		return err
	}
	e := &entry{in: n.In, out: n.Out, op: n.Op}
	e.Node, e.Checks = n, n.Checks
	if v, ok := n.Op.(ir.View); ok && v.IsView() {
		if root := f.root(n.In[0]); root.Const == nil || n.Out[0].Const == nil {
			f.setAlias(n.Out[0], n.In[0])
			calls, err := lower(n)
			if err != nil {
				return err
			}
			e.out, e.Calls = nil, binding(calls)
			if len(e.Calls)+len(e.Checks) > 0 {
				f.add(e)
			}
			return nil
		}
	}
	calls, err := lower(n)
	if err != nil {
		return err
	}
	e.Calls = calls
	f.add(e)
	return nil
}

// binding leaves of a view's calls those that bind sizes; the others copy, which a view need not.
func binding(calls []ir.Call) []ir.Call {
	var kept []ir.Call
	for _, c := range calls {
		writes := false
		walkArgs(c.Args, func(a ir.Arg) { writes = writes || a.Kind == ir.ArgOut })
		if !writes {
			kept = append(kept, c)
		}
	}
	return kept
}

func lower(n *ir.Node) ([]ir.Call, error) {
	l, ok := n.Op.(ir.Lowerer)
	if !ok {
		if v, isView := n.Op.(ir.View); isView && v.IsView() {
			return nil, nil
		}
		return nil, fmt.Errorf("no kernel computes it")
	}
	return widen(n, l)
}

// copyOutputs gives outputs that are inputs, constants or each other's data a copy of their own.
func (f *flattener) copyOutputs() {
	taken := map[*ir.Value]bool{}
	inputs := map[*ir.Value]bool{}
	for _, v := range f.graph.Inputs {
		inputs[v] = true
	}
	given := slices.ContainsFunc(f.graph.Inputs, func(v *ir.Value) bool { return copyHeld(v.Type) != "" })
	for i, v := range f.graph.Outputs {
		root := f.root(v)
		if kernel := copyHeld(v.Type); kernel != "" && given { // its tensors may be the caller's
			c := &ir.Value{Name: v.Name, Type: v.Type}
			f.move(c, v).Calls[0].Kernel = kernel
			root, v = c, c
		}
		if root.Const != nil || inputs[root] || taken[root] {
			c := &ir.Value{Name: v.Name, Type: v.Type}
			f.move(c, v)
			root = c
			v = c
		}
		taken[root] = true
		f.program.Outputs = append(f.program.Outputs, Output{Value: v, Name: f.graph.Outputs[i].Name})
	}
}

// move copies one value's data to another's place.
func (f *flattener) move(dst, src *ir.Value) *entry {
	e := &entry{in: []*ir.Value{src}, out: []*ir.Value{dst}}
	e.Note = "a copy of " + src.Name
	kernel := "kernel.Move"
	if !src.Type.IsTensor() {
		kernel = "kernel.Assign"
	}
	e.Calls = []ir.Call{{Kernel: kernel, Args: []ir.Arg{ir.Out(0), ir.In(0)}, Each: kernel == "kernel.Move"}}
	return f.add(e)
}

// copyHeld is the kernel that copies a sequence or optional with the tensors that it holds; "" for other kinds.
func copyHeld(t ir.Type) string {
	switch {
	case t.Kind == ir.KindSequence && t.Elem.IsTensor():
		return "kernel.CopySequence"
	case t.Kind == ir.KindOptional && t.Elem.IsTensor():
		return "kernel.CopyOptionalTensor"
	case t.Kind == ir.KindOptional:
		return "kernel.CopyOptionalSequence"
	}
	return ""
}

// assign binds a data symbol to a size.
func (f *flattener) assign(symbol string, d ir.Dim) {
	e := &entry{}
	e.Calls = []ir.Call{{Bind: []string{symbol}, Args: []ir.Arg{ir.Int(d)}}}
	f.add(e)
}
