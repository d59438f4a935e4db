package ir

import (
	"errors"
	"fmt"
	"slices"
)

// Builder adds nodes to a graph, each with its types inferred at once.
type Builder struct {
	Graph *Graph
	// Parent is the builder of the graph around this one, nil at the top.
	Parent *Builder
	names  map[string]int
	root   *rootState
}

type rootState struct {
	values []*Value // all that was made, so that a unified symbol can be replaced everywhere
	fresh  int
	made   []string // the symbols that Fresh made
	top    *Graph
	env    map[string]Dim
	// limited is set once an op has narrowed a symbol's range, so that sizes simplify that did not before.
	limited bool
}

// NewBuilder starts a graph.
func NewBuilder(name string) *Builder {
	g := &Graph{Name: name, Symbols: map[string]*Symbol{}}
	return &Builder{Graph: g, names: map[string]int{}, root: &rootState{top: g, env: map[string]Dim{}}}
}

// Sub starts a subgraph that may use this graph's values.
func (b *Builder) Sub(name string) *Builder {
	g := &Graph{Name: name, Symbols: b.Graph.Symbols}
	return &Builder{Graph: g, Parent: b, names: map[string]int{}, root: b.root}
}

// Input adds an input.
func (b *Builder) Input(name string, t Type) *Value {
	v := b.newValue(name, b.addSymbols(t.Substitute(b.root.env)))
	b.Graph.Inputs = append(b.Graph.Inputs, v)
	return v
}

// addSymbols makes the symbols of a type known to the graph; held types have none.
func (b *Builder) addSymbols(t Type) Type {
	for _, d := range t.Shape {
		for _, s := range d.Symbols() {
			if b.Graph.Symbols[s] == nil {
				b.Graph.Symbols[s] = &Symbol{Name: s, Range: Range{0, Unbounded}, Named: true}
			}
		}
	}
	return t
}

// Const adds a constant.
func (b *Builder) Const(name string, t *Tensor) *Value {
	return ConstValue(name, t)
}

// Ints adds a one-dimensional int64 constant.
func (b *Builder) Ints(v ...int64) *Value { return b.Const("const", OfInts(v...)) }

// Output declares outputs.
func (b *Builder) Output(v ...*Value) { b.Graph.Outputs = append(b.Graph.Outputs, v...) }

func (b *Builder) newValue(name string, t Type) *Value {
	v := &Value{Name: name, Type: t}
	b.root.values = append(b.root.values, v)
	return v
}

// Fresh makes a symbol for a size that only a step at run time knows.
func (b *Builder) Fresh(hint string) Dim {
	for {
		name := fmt.Sprintf("%s_%d", hint, b.root.fresh)
		b.root.fresh++
		if b.Graph.Symbols[name] == nil {
			b.Graph.Symbols[name] = &Symbol{Name: name, Range: Range{0, Unbounded}, Data: true}
			b.root.made = append(b.root.made, name)
			return Sym(name)
		}
	}
}

// foldLimit is the size in bytes up to which a result of constants is computed while the graph is built, so that
// importers see through arithmetic on shapes; larger ones wait for the fold pass and its budget.
const foldLimit = 1 << 14

// widenLimit is by how many bytes wider elements may make a constant while the graph is built.
const widenLimit = 8 << 10

// Add applies an op. A result that is known already becomes a constant and no node is added.
func (b *Builder) Add(name string, op Op, in ...*Value) ([]*Value, error) {
	for len(in) > 0 && in[len(in)-1] == nil {
		in = in[:len(in)-1]
	}
	if h, ok := op.(DimHolder); ok && len(b.root.env) > 0 { // its sizes may be from before a symbol was solved
		op = h.SubstituteDims(b.root.env)
	}
	x := &Inference{In: in, b: b}
	types, err := inferOp(x, op)
	if err != nil {
		return nil, err
	}
	for i, t := range types {
		if slices.ContainsFunc(t.Shape, Dim.tooLong) {
			return nil, fmt.Errorf("output %d: its size is an expression of more than %d characters; pin free dims", i, maxDimText)
		}
		if err := t.CheckSize(); err != nil {
			return nil, fmt.Errorf("output %d: %w", i, err)
		}
	}
	for i, e := range x.elems {
		if slices.ContainsFunc(e, Dim.tooLong) || slices.ContainsFunc(e, Dim.beyond) && !slices.ContainsFunc(in, (*Value).beyond) {
			x.elems[i] = nil // contents need not be followed
		}
	}
	op = b.solved(x, op, types)
	n := &Node{Name: name, Op: op, In: in, Checks: x.checks}
	for i, t := range types {
		v := b.newValue(fmt.Sprintf("%s_%d", name, i), t)
		if len(types) == 1 {
			v.Name = name
		}
		if i < len(x.elems) {
			v.Elems = x.elems[i]
		}
		if b.root.limited {
			v.simplify(b.Graph.Ranges())
		}
		n.Out = append(n.Out, v)
	}
	if !b.foldNow(n) {
		b.Graph.Nodes = append(b.Graph.Nodes, n)
	}
	return slices.Clone(n.Out), nil // the caller's to change
}

// solved replaces the symbols that inference solved in what it gave before it solved them.
func (b *Builder) solved(x *Inference, op Op, types []Type) Op {
	env := b.root.env
	if !x.solved {
		return op
	}
	for i, t := range types {
		types[i] = t.Substitute(env)
	}
	for i, c := range x.checks {
		x.checks[i].A, x.checks[i].B = c.A.Substitute(env), c.B.Substitute(env)
	}
	for _, e := range x.elems {
		for i, d := range e {
			e[i] = d.Substitute(env)
		}
	}
	if h, ok := op.(DimHolder); ok {
		op = h.SubstituteDims(env)
	}
	return op
}

// Add1 is Add for an op with one output.
func (b *Builder) Add1(name string, op Op, in ...*Value) (*Value, error) {
	out, err := b.Add(name, op, in...)
	if err != nil {
		return nil, err
	}
	if len(out) != 1 {
		return nil, fmt.Errorf("%s gives %d outputs, want 1", op.OpName(), len(out))
	}
	return out[0], nil
}

// foldNow turns the outputs into constants where that is cheap.
func (b *Builder) foldNow(n *Node) bool {
	known := len(n.Out) > 0
	for _, v := range n.Out {
		if !v.foldElems() {
			known = false
		}
	}
	if known {
		return true
	}
	if n.WidensWeights() {
		return false
	}
	for _, v := range n.Out {
		size, ok := v.Type.Len().IsConst()
		if !v.Type.IsTensor() || !ok || size > foldLimit/int64(max(v.Type.DType.Bits()/8, 1)) {
			return false
		}
	}
	return !widens(n) && FoldNode(n) == nil
}

// widens reports whether a node makes a constant larger by giving its elements a wider type, and that by more than the
// arithmetic on shapes does: weights, which stay narrow unless a pass has use for them.
func widens(n *Node) bool {
	if len(n.Out) != 1 || len(n.In) == 0 || n.In[0] == nil || n.In[0].Const == nil || n.In[0].Const.Type != nil {
		return false
	}
	from, to := n.In[0].Const, n.Out[0].Type
	size, _ := to.Len().IsConst()
	return size == int64(from.Len()) && int64(to.DType.Bits())*size/8 > int64(from.ByteSize())+widenLimit
}

// WidensWeights reports whether a node widens what may be a matrix or filters: scales and biases are vectors.
func (n *Node) WidensWeights() bool {
	w, ok := n.Op.(Widener)
	return ok && w.WidensWeights() && n.Out[0].Type.Rank() > 1
}

// foldElems makes a constant of a tensor whose every element is a known number.
func (v *Value) foldElems() bool {
	ints, ok := v.KnownInts()
	if !ok || v.Elems == nil || v.Const != nil {
		return v.Const != nil
	}
	shape, ok := KnownShape(v.Type.Shape)
	if !ok {
		return false
	}
	v.Const = FromInts(v.Type.DType, shape, ints)
	return true
}

// KnownShape gives the dims where all are numbers.
func KnownShape(dims []Dim) ([]int, bool) {
	shape := make([]int, len(dims))
	for i, d := range dims {
		c, ok := d.IsConst()
		if !ok {
			return nil, false
		}
		shape[i] = int(c)
	}
	return shape, true
}

// ErrNotConstant says that a node's inputs are not all constants.
var ErrNotConstant = errors.New("an input is no constant")

// FoldNode evaluates a node whose inputs are all constants; its outputs become constants.
func FoldNode(n *Node) error {
	if im, ok := n.Op.(Impure); ok && im.IsImpure() {
		return ErrNotConstant
	}
	if e, ok := n.Op.(Effect); ok && e.HasEffect() {
		return ErrNotConstant
	}
	in := make([]*Tensor, len(n.In))
	for i, v := range n.In {
		if v == nil {
			continue
		}
		if v.Const == nil {
			return ErrNotConstant
		}
		in[i] = v.Const
	}
	out, err := EvalOp(n.Op, in)
	if err != nil {
		return err
	}
	for i, v := range n.Out {
		v.Const, v.Type = out[i], out[i].TypeOf()
		v.Elems = constElems(out[i])
	}
	return nil
}

// EvalOp computes an op on known values, a composite by its body.
func EvalOp(op Op, in []*Tensor) ([]*Tensor, error) {
	if e, ok := op.(Evaluator); ok {
		return e.Eval(in)
	}
	c, ok := op.(Composite)
	if !ok {
		return nil, fmt.Errorf("%s cannot be evaluated", op.OpName())
	}
	b := NewBuilder(op.OpName())
	vals := make([]*Value, len(in))
	for i, t := range in {
		if t != nil {
			vals[i] = b.Const(fmt.Sprintf("in%d", i), t)
		}
	}
	out, err := c.Body(b, vals)
	if err != nil {
		return nil, err
	}
	b.Output(out...)
	return b.Graph.Eval(nil)
}

// Unify makes two sizes one, where a symbol stands for one of them and the equation holds on every path;
// elsewhere it reports false and the caller must check at run time.
func (b *Builder) unify(x, y Dim) bool {
	if b.Parent != nil || b.root.top != b.Graph {
		return false
	}
	sx, okX := b.freeSymbol(x)
	sy, okY := b.freeSymbol(y)
	if okX && okY && b.Graph.Symbols[sx].Named && !b.Graph.Symbols[sy].Named {
		okX = false // keep the model's own name
	}
	return okX && !mentions(y, sx) && b.bind(sx, y) || okY && !mentions(x, sy) && b.bind(sy, x)
}

// limit narrows a free symbol's range on every path; false where it is not free, or the path is not sure to run.
func (b *Builder) limit(symbol string, most int64) bool {
	s := b.Graph.Symbols[symbol]
	if b.Parent != nil || b.root.top != b.Graph || s == nil || s.Data || s.Range.Lo > most {
		return false
	}
	s.Range.Hi = min(s.Range.Hi, most)
	b.root.limited = true
	ranges := b.Graph.Ranges()
	for _, v := range b.root.values {
		v.simplify(ranges)
	}
	return true
}

func (b *Builder) freeSymbol(d Dim) (string, bool) {
	s, ok := d.IsSym()
	return s, ok && b.Graph.Symbols[s] != nil && !b.Graph.Symbols[s].Data
}

func mentions(d Dim, symbol string) bool {
	for _, s := range d.Symbols() {
		if s == symbol || s == "" {
			return true
		}
	}
	return false
}

// bind replaces a symbol everywhere, unless what stands for it is known to a run alone.
func (b *Builder) bind(symbol string, d Dim) bool {
	for _, s := range d.Symbols() {
		if t := b.Graph.Symbols[s]; t == nil || t.Data {
			return false
		}
	}
	env := map[string]Dim{symbol: d}
	for _, v := range b.root.values {
		v.substitute(env)
	}
	for s, e := range b.root.env {
		b.root.env[s] = e.Substitute(env)
	}
	b.root.env[symbol] = d
	b.Graph.Substitute(env)
	delete(b.Graph.Symbols, symbol)
	return true
}
