package plan

import (
	"fmt"
	"slices"
	"sort"

	"github.com/energeticc/energeticc/ir"
)

// resolve writes the places into the items.
func (s *storage) resolve() {
	scratch := map[*entry]map[int]Place{}
	for _, g := range s.order {
		if g.entry != nil {
			if scratch[g.entry] == nil {
				scratch[g.entry] = map[int]Place{}
			}
			p := g.place
			p.Value, p.Part, p.Fresh = g.root, g.part, p.Kind == InTail
			scratch[g.entry][g.scratch] = p
		}
	}
	for _, e := range s.f.items {
		s.resolveEntry(e, scratch[e])
	}
	for _, e := range s.f.items {
		if e.after != nil {
			e.Control.Target = &e.after.Item
			e.after.target = true
		}
	}
}

func (s *storage) resolveEntry(e *entry, scratch map[int]Place) {
	used := map[*ir.Value]bool{}
	for _, v := range e.reads() {
		used[v] = true
	}
	for _, v := range e.in {
		p := Place{}
		if used[v] {
			p = s.place(v)
		}
		e.In = append(e.In, p)
	}
	for _, v := range e.out {
		p := s.place(v)
		p.Fresh = p.Kind == InTail || p.Kind == InObject || p.Kind == InOutput && s.outputGrows(p.Index)
		if e.keep != nil {
			p.Fresh = false
		}
		e.Out = append(e.Out, p)
	}
	for i, p := range scratch {
		for len(e.Scratch) <= i {
			e.Scratch = append(e.Scratch, Place{})
		}
		e.Scratch[i] = p
	}
	if e.cond != nil {
		p := s.place(e.cond)
		e.Control.Cond = &p
	}
	if e.keep != nil {
		e.Keep.Buffer = s.place(e.keep)
		if k := e.Keep.Buffer.Kind; k == InSlot || k == InOutput && !s.outputGrows(e.Keep.Buffer.Index) {
			e.Keep = nil // laid out before the run
		}
	}
	for _, c := range e.Calls {
		walkArgs(c.Args, func(a ir.Arg) {
			if a.Kind == ir.ArgWeights {
				if e.Packed == nil {
					e.Packed = map[*ir.Tensor]Place{}
				}
				v := &ir.Value{Name: "packed", Type: a.Tensor.TypeOf(), Const: a.Tensor}
				e.Packed[a.Tensor] = s.place(v)
			}
		})
	}
}

// outputGrows reports whether an output's length depends on data, so that steps must make room for it; that of a
// value which shares its place, as a branch's result does, need not.
func (s *storage) outputGrows(i int) bool {
	return s.f.graph.DependsOnData(s.f.program.Outputs[i].Value.Type.Len())
}

// place finds a value's data.
func (s *storage) place(v *ir.Value) Place {
	root := s.f.root(v)
	p := Place{}
	switch {
	case root.Const != nil:
		p = Place{Kind: InWeights, Index: s.f.program.Weights.add(root.Const)}
	default:
		if i, ok := s.inputs[root]; ok {
			p = Place{Kind: InInput, Index: i}
		} else if g := s.groups[root]; g != nil {
			p = g.place
			p.Part = g.part
		}
	}
	p.Value = v
	return p
}

// collectSymbols lists what a run must bind and check.
func collectSymbols(p *Program) {
	g := p.Graph
	for _, name := range g.SymbolNames() {
		if g.Symbols[name].Data {
			p.Data = append(p.Data, g.Symbols[name])
		} else {
			p.Free = append(p.Free, g.Symbols[name])
		}
	}
	c := &collector{p: p, seen: map[string]bool{}, negative: map[string]bool{}}
	for _, v := range g.Inputs {
		c.typ(v.Type, v.Name, nil)
	}
	for _, l := range p.Layers {
		for _, it := range l.Items {
			c.item(it)
		}
	}
	for _, s := range p.Slots {
		for _, d := range s.Bytes {
			c.dim(d)
		}
	}
	for _, o := range p.Outputs {
		c.typ(o.Value.Type, o.Name, nil)
	}
}

// collector gathers the subexpressions and checks of a program, those that depend on data apart.
type collector struct {
	p        *Program
	seen     map[string]bool
	negative map[string]bool
}

func (c *collector) item(it *Item) {
	name := it.Note
	if it.Node != nil {
		name = it.Node.Name
	}
	own := it.Checks
	it.Checks = nil
	for _, k := range own {
		c.dim(k.A)
		c.dim(k.B)
		if it.Guarded || c.p.Graph.DependsOnData(k.A) || c.p.Graph.DependsOnData(k.B) {
			it.Checks = append(it.Checks, k)
		} else {
			c.p.Checks = append(c.p.Checks, k)
		}
	}
	for _, places := range [][]Place{it.In, it.Out, it.Scratch} {
		for _, pl := range places {
			if pl.Value != nil {
				c.typ(pl.Value.Type, name, it)
			}
		}
	}
	for _, call := range it.Calls {
		walkArgs(call.Args, func(a ir.Arg) {
			c.dim(a.Dim)
			c.dim(a.Off)
			c.dim(a.Len)
			for _, d := range a.Dims {
				c.dim(d)
			}
		})
	}
}

func (c *collector) typ(t ir.Type, node string, it *Item) {
	for _, d := range t.Shape {
		c.dim(d)
		c.check(d, node, it)
	}
}

// check notes a dim that could come out negative, or that two sizes which may not broadcast make.
func (c *collector) check(d ir.Dim, node string, it *Item) {
	key := d.String()
	if _, isConst := d.IsConst(); isConst || c.negative[key] {
		return
	}
	if lo, _ := d.Bounds(c.p.Graph.Ranges()); lo >= 0 && !d.HasFunction("bcast") {
		return
	}
	if it != nil && it.Guarded && !c.p.Graph.DependsOnData(d) {
		if !slices.ContainsFunc(it.Bounds, func(s Size) bool { return s.Dim.Equal(d) }) {
			it.Bounds = append(it.Bounds, Size{d, node})
		}
		return
	}
	c.negative[key] = true
	if !c.p.Graph.DependsOnData(d) {
		c.p.NotNegative = append(c.p.NotNegative, Size{d, node})
	} else if it != nil {
		it.Bounds = append(it.Bounds, Size{d, node})
	}
}

// dim notes the functions in an expression, inner ones first, so that each is computed once.
func (c *collector) dim(d ir.Dim) {
	for _, f := range d.Functions() {
		if key := f.String(); !c.seen[key] && !c.p.Graph.DependsOnData(f) {
			c.seen[key] = true
			c.p.Sizes = append(c.p.Sizes, f)
		}
	}
}

// fill computes the figures.
func (st *Stats) fill(p *Program, s *storage) {
	kernels := map[string]bool{}
	for _, l := range p.Layers {
		for _, it := range l.Items {
			st.Calls += len(it.Calls)
			for _, c := range it.Calls {
				if c.Kernel != "" {
					kernels[c.Kernel] = true
				}
			}
		}
	}
	st.Steps = len(p.Layers)
	for i, sym := range p.Free {
		if i > 0 {
			st.Typical += ", "
		}
		st.Typical += fmt.Sprintf("%s = %d", sym.Name, s.env[sym.Name])
	}
	for k := range kernels {
		st.Kernels = append(st.Kernels, k)
	}
	sort.Strings(st.Kernels)
	live := make([]int64, len(s.f.items)+2)
	slots := make([]int64, len(p.Slots))
	for _, g := range s.order {
		if g.place.Kind != InSlot {
			continue
		}
		for i := g.from; i <= g.to; i++ {
			live[i] += g.typical
		}
	}
	for _, n := range live {
		st.PeakBytes = max(st.PeakBytes, n)
	}
	for i, slot := range p.Slots {
		for _, d := range slot.Bytes {
			if n, err := d.Eval(s.env); err == nil {
				slots[i] = max(slots[i], n)
			}
		}
	}
	for _, n := range slots {
		st.ArenaBytes += (n + 63) / 64 * 64
	}
}
