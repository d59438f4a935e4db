package tfjs

import (
	"slices"

	"github.com/energeticc/energeticc/importer/tfjs/file"
	"github.com/energeticc/energeticc/ir"
)

// Control flow v1 is made of tokens: a Switch sends a value one of two ways, and a Merge takes what comes. Here it is
// rebuilt to branches and loops. A loop's values each go through
//
//	Enter → Merge → Switch → (1) body → NextIteration → Merge
//	                       → (0) Exit
//
// and all of a loop's Enters name the same frame. A Merge outside of that ends a branch.

// flow is what is known of a net's control flow v1.
type flow struct {
	net    *net
	users  map[string][]*file.NodeDef // of each node, by any of its outputs
	frames map[string]*frame
}

// frame is a loop.
type frame struct {
	name    string
	carried []*variable
	cond    *file.NodeDef // the LoopCond
	inside  map[*file.NodeDef]bool
}

// variable is a value that a loop carries.
type variable struct {
	enter, next string        // what it is before the loop and after a run
	merge       *file.NodeDef // its value at the begin of a run
	switches    []*file.NodeDef
}

// flowOf finds the loops of a net.
func (n *net) flowOf() *flow {
	if n.flow != nil {
		return n.flow
	}
	f := &flow{n, map[string][]*file.NodeDef{}, map[string]*frame{}}
	n.flow = f
	for _, def := range n.order {
		for _, ref := range def.Input {
			f.users[nodeOf(ref)] = append(f.users[nodeOf(ref)], def)
		}
	}
	for _, def := range n.order {
		if def.Op == "Merge" {
			f.addVariable(def)
		}
	}
	for _, fr := range f.frames {
		var from []*file.NodeDef
		for _, v := range fr.carried {
			from = append(from, v.merge)
		}
		fr.inside = f.reach(from, func(def *file.NodeDef) bool { return def.Op == "Exit" && f.frameOfExit(def) == fr })
	}
	return f
}

// frameName is what an Enter names.
func frameName(def *file.NodeDef) string {
	if a := def.Attr["frame_name"]; a != nil && a.S != nil {
		return string(*a.S)
	}
	return ""
}

// addVariable notes a Merge of an Enter and a NextIteration.
func (f *flow) addVariable(merge *file.NodeDef) {
	v := &variable{merge: merge}
	var name string
	for _, ref := range merge.Input {
		switch def := f.net.nodes[nodeOf(ref)]; {
		case def == nil || isControl(ref):
		case def.Op == "Enter":
			v.enter, name = ref, frameName(def)
		case def.Op == "NextIteration":
			v.next = ref
		}
	}
	if v.enter == "" || v.next == "" {
		return
	}
	fr := f.frames[name]
	if fr == nil {
		fr = &frame{name: name}
		f.frames[name] = fr
	}
	for _, user := range f.users[merge.Name] {
		if user.Op != "Switch" || len(user.Input) < 2 || nodeOf(user.Input[0]) != merge.Name {
			continue
		}
		if cond := f.net.nodes[nodeOf(user.Input[1])]; cond != nil && cond.Op == "LoopCond" {
			v.switches = append(v.switches, user)
			fr.cond = cond
		}
	}
	fr.carried = append(fr.carried, v)
}

// reach lists the nodes that others lead to, these included, up to where it stops.
func (f *flow) reach(from []*file.NodeDef, stop func(*file.NodeDef) bool) map[*file.NodeDef]bool {
	seen := map[*file.NodeDef]bool{}
	todo := slices.Clone(from)
	for len(todo) > 0 {
		def := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if seen[def] || stop(def) {
			continue
		}
		seen[def] = true
		todo = append(todo, f.users[def.Name]...)
	}
	return seen
}

// frameOfExit is the loop that an Exit leaves, nil if it is not in one.
func (f *flow) frameOfExit(exit *file.NodeDef) *frame {
	if len(exit.Input) == 0 {
		return nil
	}
	for _, fr := range f.frames {
		for _, v := range fr.carried {
			if slices.Contains(v.switches, f.net.nodes[nodeOf(exit.Input[0])]) {
				return fr
			}
		}
	}
	return nil
}

// enter gives a value into a loop: it is the same there.
func enter(n *node) []*ir.Value { return one(n.read(n.scope, 0)) }

// read reads an input in a scope.
func (n *node) read(s *scope, i int) *ir.Value {
	if i >= len(n.refs) {
		n.fail("input %d is missing", i)
		return hole()
	}
	return n.readRef(s, n.refs[i])
}

func (n *node) readRef(s *scope, ref string) *ir.Value {
	if n.err != nil {
		return hole()
	}
	v, err := n.im.value(s, ref)
	if !n.check(err) {
		return hole()
	}
	return v
}

// exit reads a loop's result, and the loop with it where it is the first.
func exit(n *node) []*ir.Value {
	f := n.net.flowOf()
	fr := f.frameOfExit(n.def)
	if fr == nil || fr.cond == nil {
		n.fail("this Exit belongs to no loop of Enter, Merge, Switch and NextIteration")
		return nil
	}
	key := "\x00frame " + fr.name // no node is named so
	results, ok := n.done[key]
	if !ok {
		if results = n.frame(fr); n.err != nil {
			return nil
		}
		n.done[key] = results
	}
	for i, v := range fr.carried {
		if slices.Contains(v.switches, n.net.nodes[nodeOf(n.refs[0])]) {
			return one(results[i])
		}
	}
	return nil
}

// frame reads a loop and gives what its values are after it.
func (n *node) frame(fr *frame) []*ir.Value {
	var init []*ir.Value
	var resources []*ir.Value // by carried value, nil for one that is none
	for _, v := range fr.carried {
		x := n.readRef(n.scope, v.enter)
		if n.err != nil {
			return nil
		}
		if n.isResource(x) {
			resources = append(resources, x)
			continue
		}
		x, err := n.im.material(n.scope, x)
		if !n.check(err) {
			return nil
		}
		resources = append(resources, nil)
		init = append(init, x)
	}
	first := n.readRef(n.inFrame(fr, n.Builder, resources, init), fr.cond.Name)
	results := n.loop(first, init, func(b *ir.Builder, in []*ir.Value) (*ir.Value, []*ir.Value, error) {
		run := &node{scope: n.inFrame(fr, b, resources, in), im: n.im, def: n.def}
		var next []*ir.Value
		for i, v := range fr.carried {
			if resources[i] == nil {
				next = append(next, run.material(run.readRef(run.scope, v.next)))
			}
		}
		again := run.readRef(n.inFrame(fr, b, resources, next), fr.cond.Name)
		return again, next, run.err
	})
	if n.err != nil {
		return nil
	}
	all := slices.Clone(resources)
	for i := range all {
		if all[i] == nil {
			all[i], results = results[0], results[1:]
		}
	}
	return all
}

// material makes a sequence of a list.
func (n *node) material(v *ir.Value) *ir.Value {
	if n.err != nil {
		return hole()
	}
	out, err := n.im.material(n.scope, v)
	if !n.check(err) {
		return hole()
	}
	return out
}

// inFrame is the scope of one run of a loop, in which the carried values are given.
func (n *node) inFrame(fr *frame, b *ir.Builder, resources, values []*ir.Value) *scope {
	s := newScope(n.scope, n.net, b)
	s.in = fr.inside
	for i, v := range fr.carried {
		x := resources[i]
		if x == nil && len(values) > 0 {
			x, values = values[0], values[1:]
		}
		s.bound[v.merge.Name+":0"] = x
		for _, sw := range v.switches {
			s.bound[sw.Name+":1"] = x
		}
	}
	return s
}

// predicate is what a Switch decides by.
func predicate(def *file.NodeDef) string {
	if len(def.Input) < 2 {
		return ""
	}
	return nodeOf(def.Input[1])
}

// sides are the ways that lead to a value: for each predicate which of a Switch's outputs.
type sides map[string][2]bool

// trace adds the ways that lead to a value.
func (f *flow) trace(ref string, into sides, seen map[string]bool) {
	if seen[ref] {
		return
	}
	seen[ref] = true
	def := f.net.nodes[nodeOf(ref)]
	if def == nil {
		return
	}
	if def.Op == "Switch" {
		cond := f.net.nodes[predicate(def)]
		if cond != nil && cond.Op == "LoopCond" {
			return
		}
		i, _ := f.net.outputOf(ref)
		s := into[predicate(def)]
		s[min(i, 1)] = true
		into[predicate(def)] = s
	}
	for _, in := range def.Input {
		f.trace(in, into, seen)
	}
}

// merge ends a branch: the predicate is the one that leads to one input by one way and to the other by the other.
func merge(n *node) []*ir.Value {
	f := n.net.flowOf()
	if len(n.refs) != 2 {
		n.fail("%d inputs, want 2", len(n.refs))
		return nil
	}
	var ways [2]sides
	for i, ref := range n.refs {
		ways[i] = sides{}
		f.trace(ref, ways[i], map[string]bool{})
	}
	pred, first, ok := parting(ways[0], ways[1])
	if !ok {
		n.fail("its inputs do not come from the two sides of one Switch")
		return nil
	}
	cond := n.truth(n.readRef(n.scope, pred))
	if n.err != nil {
		return nil
	}
	refs := [2]string{n.refs[0], n.refs[1]} // by side
	if first == 1 {
		refs[0], refs[1] = refs[1], refs[0]
	}
	if known, ok := cond.KnownInts(); ok {
		return one(n.readRef(n.branch(f, n.Builder, pred, int(known[0])), refs[known[0]]))
	}
	read := func(side int) func(*ir.Builder) ([]*ir.Value, error) {
		return func(b *ir.Builder) ([]*ir.Value, error) {
			s := n.branch(f, b, pred, side)
			v, err := n.im.value(s, refs[side])
			if err == nil {
				v, err = n.im.material(s, v)
			}
			return []*ir.Value{v}, err
		}
	}
	return n.either(cond, read(1), read(0))
}

// parting finds the predicate whose two sides lead to two values, and the side that leads to the first. A value that no
// Switch leads to belongs to the side that is left.
func parting(a, b sides) (pred string, first int, ok bool) {
	var names []string
	for p := range a {
		names = append(names, p)
	}
	for p := range b {
		names = append(names, p)
	}
	slices.Sort(names)
	for _, loose := range []bool{false, true} {
		for _, p := range slices.Compact(names) {
			for side := range 2 {
				x, y := a[p], b[p]
				if x[1-side] || y[side] || !x[side] && !loose || !y[1-side] && !loose || !x[side] && !y[1-side] {
					continue
				}
				return p, side, true
			}
		}
	}
	return "", 0, false
}

// branch is the scope of what comes from one side of the Switches with a predicate.
func (n *node) branch(f *flow, b *ir.Builder, pred string, side int) *scope {
	s := newScope(n.scope, n.net, b)
	var from []*file.NodeDef
	for _, def := range n.net.order {
		if def.Op == "Switch" && predicate(def) == pred {
			from = append(from, def)
		}
	}
	s.in = f.reach(from, func(*file.NodeDef) bool { return false })
	s.sides[pred] = side
	return s
}

// switched gives the value on in the branch that is read.
func switched(n *node) []*ir.Value {
	pred := predicate(n.def)
	for s := n.scope; s != nil; s = s.outer {
		if side, ok := s.sides[pred]; ok {
			outs := make([]*ir.Value, 2)
			if side != n.want {
				n.fail("output %d is read where the condition says output %d", n.want, side)
				return nil
			}
			outs[side] = n.read(n.scope, 0)
			return outs
		}
	}
	n.fail("output %d is read outside of its branch; a Merge must join both sides", n.want)
	return nil
}
