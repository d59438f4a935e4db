package ir

import (
	"errors"
	"fmt"
)

// Verify checks what every pass may rely on and must keep: each value is made once and before it is used, by a node
// of this graph or one around it; constants hold as many bytes as their type says; inference confirms every node's
// types and asks for no check that the node lacks; symbols are known. It reports all that is wrong, joined.
func Verify(g *Graph) error {
	v := &verifier{top: g, ranges: g.Ranges(), made: map[*Value]bool{}, consts: map[*Value]bool{}}
	v.graph(g)
	return errors.Join(v.errs...)
}

type verifier struct {
	top    *Graph
	made   map[*Value]bool // visible here
	consts map[*Value]bool // already looked at
	ranges map[string]Range
	where  string
	errs   []error
}

func (v *verifier) errorf(format string, args ...any) {
	v.errs = append(v.errs, fmt.Errorf("%s: %w", v.where, fmt.Errorf(format, args...)))
}

// graph looks at one graph; what it makes is not seen outside it.
func (v *verifier) graph(g *Graph) {
	outer := v.where
	v.where += g.Name
	defer func() { v.where = outer }()
	var here []*Value
	define := func(x *Value, what string) {
		switch {
		case x == nil:
			v.errorf("%s is missing", what)
			return
		case v.made[x]:
			v.errorf("%s is made twice", x)
		case x.Const != nil:
			v.errorf("%s is a constant and made too", x)
		}
		v.made[x] = true
		here = append(here, x)
		v.typ(x)
	}
	for i, x := range g.Inputs {
		define(x, fmt.Sprintf("input %d", i))
	}
	for i, n := range g.Nodes {
		if n == nil || n.Op == nil {
			v.errorf("node %d has no op", i)
			continue
		}
		at := v.where
		v.where += fmt.Sprintf(": node %q (%s)", n.Name, n.Op.OpName())
		v.node(g, n)
		for k, x := range n.Out {
			define(x, fmt.Sprintf("output %d", k))
		}
		v.where = at
	}
	for i, x := range g.Outputs {
		if x == nil {
			v.errorf("output %d is missing", i)
			continue
		}
		v.use(x)
	}
	for _, x := range here {
		delete(v.made, x)
	}
}

func (v *verifier) use(x *Value) {
	switch {
	case x.Const != nil:
		v.constant(x)
	case !v.made[x]:
		v.errorf("%s is used before it is made", x)
	}
}

func (v *verifier) node(g *Graph, n *Node) {
	before := len(v.errs)
	for _, x := range n.In {
		if x != nil {
			v.use(x)
		}
	}
	for i, sub := range n.Graphs() {
		if sub == nil {
			v.errorf("subgraph %d is missing", i)
			continue
		}
		at := v.where
		v.where += ": "
		v.graph(sub)
		v.where = at
	}
	for _, x := range n.Out {
		if x == nil {
			return
		}
	}
	if len(v.errs) > before {
		return // inference needs sound inputs
	}
	f, err := v.top.Infer(n)
	if err != nil {
		v.errorf("inference: %w", err)
		return
	}
	if len(f.Types) != len(n.Out) {
		v.errorf("inference gives %d outputs, the node has %d", len(f.Types), len(n.Out))
		return
	}
	for i, t := range f.Types {
		if !v.confirms(t, n.Out[i].Type) {
			v.errorf("output %d: inference gives %s, the value is %s", i, t, n.Out[i].Type)
		}
	}
	for _, c := range f.Checks {
		if !holds(n.Checks, c) && !sameDim(c.A, c.B) {
			v.errorf("lacks the check %s == %s (%s)", c.A, c.B, c.What)
		}
	}
}

// confirms reports whether a value may have type have where inference now says so: the same but for the spelling of
// dims, or more than was known when a data symbol was made.
func (v *verifier) confirms(inferred, have Type) bool {
	if inferred.Kind != have.Kind || inferred.DType != have.DType || inferred.Key != have.Key || inferred.Open != have.Open ||
		len(inferred.Shape) != len(have.Shape) || (inferred.Elem == nil) != (have.Elem == nil) {
		return false
	}
	for i, d := range have.Shape {
		s, isSym := d.IsSym()
		if t := v.top.Symbols[s]; isSym && t != nil && t.Data {
			continue
		}
		if !sameDim(inferred.Shape[i], d.Simplify(v.ranges)) {
			return false
		}
	}
	return have.Elem == nil || v.confirms(*inferred.Elem, *have.Elem)
}

// typ checks that a type is whole and names known symbols only.
func (v *verifier) typ(x *Value) {
	t := &x.Type
	held := t.Kind != KindTensor
	for ; t.Kind != KindTensor; t = t.Elem {
		if t.Elem == nil {
			v.errorf("value %q: its type lacks what it holds", x.Name)
			return
		}
	}
	if t.Open != OpenDims && !held {
		v.errorf("%s: only what a sequence or optional holds may have an open shape", x)
	}
	if t.DType == Invalid || int(t.DType) >= len(dtypes) {
		v.errorf("value %q has no element type", x.Name)
		return
	}
	for _, d := range t.Shape {
		for _, s := range d.Symbols() {
			if v.top.Symbols[s] == nil && !(held && d.IsAny()) {
				v.errorf("%s: symbol %s is unknown", x, s)
			}
		}
	}
}

func (v *verifier) constant(x *Value) {
	if v.consts[x] {
		return
	}
	v.consts[x] = true
	if err := x.Const.check(); err != nil {
		v.errorf("constant %q: %w", x.Name, err)
	} else if !x.Type.Equal(x.Const.TypeOf()) {
		v.errorf("constant %q is %s, its data %s", x.Name, x.Type, x.Const.TypeOf())
	}
}

// check says whether the data is what type and shape ask for.
func (t *Tensor) check() error {
	if t.Type != nil {
		for _, e := range t.Elems {
			if err := e.check(); err != nil {
				return err
			}
		}
		if t.Keys != nil {
			return t.Keys.check()
		}
		return nil
	}
	for _, d := range t.Shape {
		if d < 0 {
			return fmt.Errorf("shape %v has a negative dim", t.Shape)
		}
	}
	if t.DType == String {
		if len(t.Strings) != t.Len() {
			return fmt.Errorf("%d strings for shape %v", len(t.Strings), t.Shape)
		}
		return nil
	}
	if got, want := len(t.Data), t.DType.Bytes(t.Len()); got != want {
		return fmt.Errorf("%d bytes for %s%v, want %d", got, t.DType, t.Shape, want)
	}
	return nil
}

// sameDim reports whether two expressions are equal, or else agree on a few assignments of their symbols: the
// canonical form does not decide every equation between div, mod, max and min.
func sameDim(a, b Dim) bool {
	if a.Equal(b) {
		return true
	}
	symbols := append(a.Symbols(), b.Symbols()...)
	state, tried := uint64(0x9e3779b97f4a7c15), 0
	for i := range 32 {
		env := map[string]int64{}
		for _, s := range symbols {
			state = state*6364136223846793005 + 1442695040888963407
			env[s] = int64(state>>34) % (1 << (i%4*5 + 3)) // of every size
		}
		va, errA := a.Eval(env)
		vb, errB := b.Eval(env)
		if errA != nil || errB != nil {
			continue
		}
		if tried++; va != vb {
			return false
		}
	}
	return tried > 0
}
