package plan

import (
	"slices"

	"github.com/energeticc/energeticc/ir"
)

// ChainPart is how many elements a chain's calls go through before its next call does: few enough that what is between
// them stays in the nearest cache, a multiple of every vector's elements, so that each is computed as in one go.
const ChainPart = 1024

// Chain is a row of items whose calls go through the same number of elements one by one: they are made part by part, in
// one loop. What only they use takes the room of a part.
type Chain struct {
	Span     ir.Dim // the elements
	from, to int    // the items' positions
}

// chains finds the rows of entries that are worth a loop.
func (f *flattener) chains() {
	targets := map[*entry]bool{}
	for _, e := range f.items {
		if e.after != nil {
			targets[e.after] = true
		}
	}
	var run []*entry
	var span ir.Dim
	end := func() {
		f.chain(run, span)
		run = nil
	}
	for _, e := range f.items {
		n, ok := f.spanOf(e)
		if !ok {
			end()
			continue
		}
		if len(run) > 0 && (!n.Equal(span) || targets[e] || callsOf(run)+len(e.Calls) > maxCalls) {
			end()
		}
		run, span = append(run, e), n
	}
	end()
}

// chain marks a row of entries, if it makes more than one call on more than two parts.
func (f *flattener) chain(run []*entry, span ir.Dim) {
	if callsOf(run) < 2 {
		return
	}
	if _, most := span.Bounds(f.graph.Ranges()); most <= 2*ChainPart {
		return
	}
	c := &Chain{Span: span, from: run[0].position, to: run[len(run)-1].position}
	for _, e := range run {
		e.Chain = c
	}
	f.rows = append(f.rows, c)
}

func callsOf(run []*entry) int {
	n := 0
	for _, e := range run {
		n += len(e.Calls)
	}
	return n
}

// spanOf is the number of elements that an entry's calls go through, if they do so one by one and it does nothing else.
func (f *flattener) spanOf(e *entry) (ir.Dim, bool) {
	one := ir.Const(1)
	if len(e.Calls) == 0 || len(e.Checks) > 0 || e.Control != nil || e.keep != nil || e.cond != nil {
		return one, false
	}
	span := one
	for _, c := range e.Calls {
		if !c.Each || len(c.Bind) > 0 || c.Fault != nil {
			return one, false
		}
		for _, a := range c.Args {
			n, ok := f.elements(e, a)
			switch {
			case !ok:
				return one, false
			case n.Is(1) || n.Equal(span):
			case span.Is(1):
				span = n
			default:
				return one, false
			}
		}
	}
	return span, !span.Is(1)
}

// elements is how many an argument has, 1 where it is no slice; false for what cannot be cut into parts.
func (f *flattener) elements(e *entry, a ir.Arg) (ir.Dim, bool) {
	one := ir.Const(1)
	t := ir.Type{}
	switch a.Kind {
	case ir.ArgIn:
		t = e.in[a.Index].Type
	case ir.ArgOut:
		t = e.out[a.Index].Type
	case ir.ArgScratch:
		t = ir.TensorType(a.DType, a.Dim)
	case ir.ArgNum, ir.ArgBool, ir.ArgInt, ir.ArgFunc, ir.ArgNil:
		return one, true
	case ir.ArgStruct:
		for _, field := range a.Args {
			if n, ok := f.elements(e, field); !ok || !n.Is(1) {
				return one, false
			}
		}
		return one, true
	default:
		return one, false
	}
	if a.Sub || !t.IsTensor() || t.DType == ir.String || t.DType.Bits()%8 != 0 || f.graph.DependsOnData(t.Len()) {
		return one, false
	}
	return t.Len(), true
}

// loosen settles what chains ask of the areas that they touch. What only one chain uses holds a part, and is made anew
// for each. Everything else that it touches stays as it is, or grows part by part, while the chain runs.
func (s *storage) loosen() {
	if len(s.f.rows) == 0 {
		return
	}
	scratch := map[*entry][]*area{}
	for _, g := range s.order {
		if g.entry != nil {
			scratch[g.entry] = append(scratch[g.entry], g)
		}
	}
	for _, c := range s.f.rows {
		for _, e := range s.f.items[c.from : c.to+1] {
			for _, v := range slices.Concat(e.reads(), e.out) {
				if g := s.groups[s.f.root(v)]; g != nil {
					g.loosen(c)
				}
			}
			for _, g := range scratch[e] {
				g.loosen(c)
			}
		}
	}
}

// loosen makes an area that a chain touches small, or lets it live as long as the chain at least.
func (g *area) loosen(c *Chain) {
	if !g.part && !g.shrink(c) {
		g.from, g.to = min(g.from, c.from), max(g.to, c.to)
	}
}

// shrink makes an area hold a part of a chain's elements, if nothing beside the chain uses it.
func (g *area) shrink(c *Chain) bool {
	if g.from < c.from || g.to > c.to || g.object || g.dynamic || g.kept {
		return false
	}
	var widest int64
	for _, b := range g.bytes {
		size := widthOf(b, c.Span)
		if size == 0 {
			return false
		}
		widest = max(widest, size)
	}
	g.part, g.bytes, g.typical = true, []ir.Dim{ir.Const(widest * ChainPart)}, min(g.typical, widest*ChainPart)
	return true
}

// widthOf is the bytes of an element, if so many elements take bytes; else 0.
func widthOf(bytes, elements ir.Dim) int64 {
	for size := int64(1); size <= 16; size *= 2 {
		if bytes.Equal(elements.Mul(ir.Const(size))) {
			return size
		}
	}
	return 0
}
