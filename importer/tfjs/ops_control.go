package tfjs

import (
	"errors"
	"fmt"
	"slices"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

var controlRows = []row{
	{"If", ifElse}, {"StatelessIf", ifElse}, {"While", while}, {"StatelessWhile", while},
	{"Enter", enter}, {"Exit", exit}, {"Merge", merge}, {"Switch", switched}, {"NextIteration", pass}, {"LoopCond", pass},
}

// lazy are the operators that read their inputs themselves, once they know in what scope.
var lazy = map[string]bool{"Enter": true, "Exit": true, "Merge": true, "Switch": true}

// call reads a function in the place of a call and gives its outputs.
func (im *importer) call(b *ir.Builder, name string, args []*ir.Value) ([]*ir.Value, error) {
	f := im.functions[name]
	if f == nil {
		return nil, fmt.Errorf("function %q is not in the library", name)
	}
	if im.depth++; im.depth > maxDepth {
		return nil, fmt.Errorf("functions call each other more than %d deep; does one call itself?", maxDepth)
	}
	defer func() { im.depth-- }()
	sig := f.function.Signature
	if len(args) != len(sig.InputArg) {
		return nil, fmt.Errorf("function %q takes %d values, want %d", name, len(sig.InputArg), len(args))
	}
	s := newScope(nil, f, b)
	for i, a := range sig.InputArg {
		s.bound[a.Name], s.bound[a.Name+":0"] = args[i], args[i]
	}
	var outs []*ir.Value
	for _, o := range sig.OutputArg {
		v, err := im.value(s, f.function.Ret[o.Name])
		if err == nil {
			v, err = im.material(s, v)
		}
		if err != nil {
			return nil, fmt.Errorf("output %q of function %q: %w", o.Name, name, err)
		}
		outs = append(outs, v)
	}
	return outs, nil
}

// function is the name that an attribute gives.
func (n *node) function(name string) string {
	if f := n.attr(name).Func; f != nil {
		return f.Name
	}
	n.fail("attribute %s is missing", name)
	return ""
}

// truth makes a scalar of a condition: its first number, which holds unless it is 0.
func (n *node) truth(v *ir.Value) *ir.Value {
	if n.err != nil || !v.Type.IsTensor() || v.Type.DType == ir.String {
		n.fail("the condition is %s, want a number or a truth value", v.Type)
		return hole()
	}
	if v.Type.Rank() > 0 {
		v = n.part(n.reshape(v, v.Type.Len()), 0, ir.Const(0), ir.Const(1))
	}
	return n.cast(n.reshape(v), ir.Bool)
}

// ifElse reads If. A condition that is known leaves only one branch.
func ifElse(n *node) []*ir.Value {
	then, otherwise := n.function("then_branch"), n.function("else_branch")
	cond := n.truth(n.arg(0))
	if n.err != nil {
		return nil
	}
	args := n.in[1:]
	if known, ok := cond.KnownInts(); ok {
		if known[0] == 0 {
			then = otherwise
		}
		outs, err := n.im.call(n.Builder, then, args)
		n.check(err)
		return outs
	}
	branch := func(name string) func(b *ir.Builder) ([]*ir.Value, error) {
		return func(b *ir.Builder) ([]*ir.Value, error) { return n.im.call(b, name, args) }
	}
	return n.either(cond, branch(then), branch(otherwise))
}

// either adds an If of two branches. Where the rank of a result depends on the branch, an optional holds it, which has
// its shape with it.
func (n *node) either(cond *ir.Value, then, otherwise func(*ir.Builder) ([]*ir.Value, error)) []*ir.Value {
	read := func(from func(*ir.Builder) ([]*ir.Value, error)) *ir.Graph {
		b := n.Sub(n.def.Name)
		outs, err := from(b)
		if !n.check(err) {
			return nil
		}
		b.Output(outs...)
		return b.Graph
	}
	a, b := read(then), read(otherwise)
	if n.err != nil {
		return nil
	}
	return n.merged(cond, a, b)
}

// merged adds an If of two graphs.
func (n *node) merged(cond *ir.Value, a, b *ir.Graph) []*ir.Value {
	if n.err != nil {
		return nil
	}
	outs, err := n.Add(n.def.Name, op.If{Then: a, Else: b}, cond)
	var mismatch *op.MismatchError
	if errors.As(err, &mismatch) && held(mismatch.A) == held(mismatch.B) {
		if err = n.hold(a, b); err == nil {
			outs, err = n.Add(n.def.Name, op.If{Then: a, Else: b}, cond)
		}
	}
	n.check(err)
	return outs
}

// held is the element type of a tensor, or of that which an optional holds.
func held(t ir.Type) ir.DType {
	if t.Kind == ir.KindOptional {
		return t.Elem.DType
	}
	return t.DType
}

// hold makes optionals of the outputs whose rank is not the same in two graphs.
func (n *node) hold(graphs ...*ir.Graph) error {
	for i, v := range graphs[0].Outputs {
		if w := graphs[1].Outputs[i]; v.Type.Kind == w.Type.Kind && v.Type.Rank() == w.Type.Rank() {
			continue
		}
		for _, g := range graphs {
			if !g.Outputs[i].Type.IsTensor() {
				continue
			}
			b := n.Sub(g.Name)
			b.Graph = g
			held, err := b.Add1(n.def.Name, op.Optional{}, g.Outputs[i])
			if err != nil {
				return err
			}
			g.Outputs[i] = held
		}
	}
	return nil
}

// while reads While. What the body gives on as it is, and resources, do not pass from run to run.
func while(n *node) []*ir.Value {
	cond, body := n.function("cond"), n.function("body")
	if n.err != nil {
		return nil
	}
	f := n.im.functions[body]
	if f == nil || len(f.function.Signature.InputArg) != len(n.in) || len(f.function.Signature.OutputArg) != len(n.in) {
		n.fail("the body %q does not take and give %d values", body, len(n.in))
		return nil
	}
	var carried []int
	for i, v := range n.in {
		ret, arg := f.function.Ret[f.function.Signature.OutputArg[i].Name], f.function.Signature.InputArg[i].Name
		if !n.isResource(v) && ret != arg && ret != arg+":0" {
			carried = append(carried, i)
		}
	}
	with := func(values []*ir.Value) []*ir.Value {
		args := slices.Clone(n.in)
		for k, i := range carried {
			args[i] = values[k]
		}
		return args
	}
	decide := func(b *ir.Builder, args []*ir.Value) (*ir.Value, error) {
		outs, err := n.im.call(b, cond, args)
		if err != nil || len(outs) != 1 {
			return nil, errors.Join(err, fmt.Errorf("the condition %q gives %d values, want 1", cond, len(outs)))
		}
		return outs[0], nil
	}
	init := make([]*ir.Value, len(carried))
	for k, i := range carried {
		var err error
		init[k], err = n.im.material(n.scope, n.in[i])
		n.check(err)
	}
	first, err := decide(n.Builder, n.in)
	if !n.check(err) {
		return nil
	}
	results := n.loop(first, init, func(b *ir.Builder, in []*ir.Value) (*ir.Value, []*ir.Value, error) {
		outs, err := n.im.call(b, body, with(in))
		if err != nil {
			return nil, nil, err
		}
		next := make([]*ir.Value, len(carried))
		for k, i := range carried {
			next[k] = outs[i]
		}
		again, err := decide(b, with(next))
		return again, next, err
	})
	if n.err != nil {
		return nil
	}
	return with(results)
}

// isResource reports whether a value stands for something that only the importer knows.
func (n *node) isResource(v *ir.Value) bool {
	switch n.im.handles[v].(type) {
	case *table, *array:
		return true
	}
	return false
}

// settleTries is how often a loop's body is read until the types of what it carries hold for every run.
const settleTries = 6

// loop adds a Loop. first says whether there is a run at all; body gives what decides on the next run, and the carried
// values after one. Dims that a run changes become symbols that each run binds anew, and the body is read again.
func (n *node) loop(first *ir.Value, init []*ir.Value, body func(*ir.Builder, []*ir.Value) (*ir.Value, []*ir.Value, error)) []*ir.Value {
	im := n.im
	if im.depth++; im.depth > maxDepth {
		n.fail("loops are nested more than %d deep", maxDepth)
		return nil
	}
	defer func() { im.depth-- }()
	types := make([]ir.Type, len(init))
	for i, v := range init {
		types[i] = v.Type
	}
	cond := n.truth(first)
	own := map[string]bool{} // the symbols that runs of this loop bind
	for range settleTries {
		if n.err != nil {
			return nil
		}
		g := n.loopBody(types, body)
		if n.err != nil {
			return nil
		}
		if n.settled(types, g.Outputs[1:], own) {
			return n.all(op.Loop{Body: g}, append([]*ir.Value{nil, cond}, init...)...)
		}
	}
	n.fail("the carried values' shapes change in a way that does not settle")
	return nil
}

// loopBody reads a body for carried values of some types.
func (n *node) loopBody(types []ir.Type, body func(*ir.Builder, []*ir.Value) (*ir.Value, []*ir.Value, error)) *ir.Graph {
	b := n.Sub(n.def.Name)
	b.Input("run", ir.TensorType(ir.Int64))
	b.Input("again", ir.TensorType(ir.Bool))
	in := make([]*ir.Value, len(types))
	for i, t := range types {
		in[i] = b.Input(fmt.Sprintf("carried_%d", i), t)
	}
	again, next, err := body(b, in)
	if !n.check(err) {
		return nil
	}
	inner := &node{scope: newScope(nil, n.net, b), im: n.im, def: n.def}
	outs := append([]*ir.Value{inner.truth(again)}, next...)
	for i, v := range outs { // what the body did not make gets a node of its own, so that each run copies it
		if v.Const != nil || !madeIn(b.Graph, v) {
			outs[i] = inner.do(copied, v)
		}
	}
	if !n.check(inner.err) && inner.err != nil {
		return nil
	}
	b.Output(outs...)
	return b.Graph
}

func madeIn(g *ir.Graph, v *ir.Value) bool {
	return slices.ContainsFunc(g.Nodes, func(n *ir.Node) bool { return slices.Contains(n.Out, v) })
}

// settled generalises the types that a run changes, and reports whether there are none.
func (n *node) settled(types []ir.Type, after []*ir.Value, own map[string]bool) bool {
	same := true
	for i, v := range after {
		got := v.Type
		if !got.IsTensor() {
			wide, ok := ir.Join(types[i], got)
			if !ok {
				n.fail("carried value %d is %s before a run and %s after it", i, types[i], got)
				return false
			}
			same = same && wide.Equal(types[i])
			types[i] = wide
			continue
		}
		if got.Kind != types[i].Kind || got.DType != types[i].DType || got.Rank() != types[i].Rank() {
			n.fail("carried value %d is %s before a run and %s after it; its rank and element type may not change", i, types[i], got)
			return false
		}
		types[i].Shape = slices.Clone(types[i].Shape)
		for k, d := range got.Shape {
			if s, ok := types[i].Shape[k].IsSym(); d.Equal(types[i].Shape[k]) || ok && own[s] {
				continue
			}
			fresh := n.Fresh("carried")
			name, _ := fresh.IsSym()
			own[name] = true
			types[i].Shape[k], same = fresh, false
		}
	}
	return same
}
