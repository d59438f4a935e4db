package plan

import (
	"cmp"
	"math"
	"slices"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

// storage decides where every value's data is.
type storage struct {
	f       *flattener
	env     map[string]int64 // representative sizes
	groups  map[*ir.Value]*area
	order   []*area
	outputs map[*ir.Value]int
	inputs  map[*ir.Value]int
}

// area is data that one or several values own together, and the time it is needed.
type area struct {
	root     *ir.Value
	from, to int
	bytes    []ir.Dim // what its values take, the largest counts
	typical  int64
	dynamic  bool // a size depends on data
	object   bool // a Go value: strings, sequences, maps
	kept     bool // a result, which is needed whole
	part     bool // holds a part of a chain's elements
	place    Place
	entry    *entry // for scratch: the item it belongs to
	scratch  int
}

func newStorage(f *flattener, opt Options) *storage {
	s := &storage{f: f, env: typicalSizes(f.graph, opt), groups: map[*ir.Value]*area{}, outputs: map[*ir.Value]int{}, inputs: map[*ir.Value]int{}}
	for i, v := range f.graph.Inputs {
		s.inputs[v] = i
	}
	for i, o := range f.program.Outputs {
		s.outputs[f.root(o.Value)] = i
	}
	return s
}

// typicalSizes gives every symbol a value to compare sizes at: 1 for a batch, else 128, held
// within its range.
func typicalSizes(g *ir.Graph, opt Options) map[string]int64 {
	env := map[string]int64{}
	for name, sym := range g.Symbols {
		v := int64(128)
		if name == "batch" || name == "batch_size" || name == "n" || name == "N" {
			v = 1
		}
		v = max(min(v, sym.Range.Hi), sym.Range.Lo)
		if t, ok := opt.Typical[name]; ok {
			v = t
		}
		env[name] = v
	}
	return env
}

// merge measures the areas' lifetimes and lets ops write over inputs that die with them.
func (s *storage) merge() {
	s.measure()
	for _, e := range s.f.items {
		if p, ok := e.op.(ir.InPlacer); ok && len(e.out) > 0 {
			for _, i := range p.InPlace() {
				if s.overwrite(e, i) {
					break
				}
			}
		}
	}
	s.measure()
	s.loosen()
}

// measure finds the areas and their first and last use.
func (s *storage) measure() {
	s.groups, s.order = map[*ir.Value]*area{}, nil
	for _, e := range s.f.items {
		for _, v := range e.reads() {
			s.touch(v, e, false)
		}
		for _, v := range e.out {
			s.touch(v, e, true)
		}
		if e.keep != nil {
			s.touch(e.keep, e, true)
		}
		s.scratches(e)
	}
	end := len(s.f.items)
	for root := range s.outputs {
		if g := s.groups[root]; g != nil {
			g.to, g.kept = end, true
		}
	}
	s.stretch()
}

// stretch keeps what a loop reads from outside, and what it adds to in each run, alive to the loop's end.
func (s *storage) stretch() {
	kept := map[*area]bool{}
	for _, e := range s.f.items {
		if e.keep != nil {
			kept[s.groups[s.f.root(e.keep)]] = true
		}
	}
	for _, l := range s.f.loops {
		for _, g := range s.order {
			inside := g.from <= l.to && g.to >= l.from
			if inside && g.from < l.from {
				g.to = max(g.to, l.to)
			}
			if inside && kept[g] {
				g.from, g.to = min(g.from, l.from), max(g.to, l.to)
			}
		}
	}
}

// reads lists the inputs that the entry's calls really use.
func (e *entry) reads() []*ir.Value {
	var vs []*ir.Value
	if e.cond != nil {
		vs = append(vs, e.cond)
	}
	used := map[int]bool{}
	for _, c := range e.Calls {
		walkArgs(c.Args, func(a ir.Arg) {
			if a.Kind == ir.ArgIn {
				used[a.Index] = true
			}
		})
	}
	for i, v := range e.in {
		if used[i] && v != nil {
			vs = append(vs, v)
		}
	}
	return vs
}

func walkArgs(args []ir.Arg, f func(ir.Arg)) {
	for _, a := range args {
		f(a)
		walkArgs(a.Args, f)
	}
}

func (s *storage) touch(v *ir.Value, e *entry, writes bool) {
	root := s.f.root(v)
	if root.Const != nil {
		return
	}
	if _, ok := s.inputs[root]; ok {
		return
	}
	g := s.groups[root]
	if g == nil {
		g = &area{root: root, from: e.position, object: !v.Type.IsTensor() || v.Type.DType == ir.String}
		s.groups[root] = g
		s.order = append(s.order, g)
	}
	g.from, g.to = min(g.from, e.position), max(g.to, e.position)
	if !g.object {
		g.grow(s, v.Type.Len(), v.Type.DType)
	}
}

// grow makes an area hold n elements as well.
func (g *area) grow(s *storage, n ir.Dim, d ir.DType) {
	bytes := n.Mul(ir.Const(int64(d.Bits()))).CeilDiv(ir.Const(8))
	for _, b := range g.bytes {
		if b.Equal(bytes) {
			return
		}
	}
	g.bytes = append(g.bytes, bytes)
	g.dynamic = g.dynamic || s.f.graph.DependsOnData(bytes)
	if v, err := bytes.Eval(s.env); err == nil {
		g.typical = max(g.typical, v)
	}
}

// scratches adds the memory that an entry's calls use for themselves.
func (s *storage) scratches(e *entry) {
	seen := map[int]*area{}
	for _, c := range e.Calls {
		walkArgs(c.Args, func(a ir.Arg) {
			if a.Kind != ir.ArgScratch {
				return
			}
			g := seen[a.Index]
			if g == nil {
				root := &ir.Value{Name: "scratch", Type: ir.TensorType(a.DType, a.Dim)}
				if a.Name != "" {
					root = &ir.Value{Name: a.Name, Type: ir.TensorType(a.DType, a.Dims...)}
				}
				g = &area{root: root, from: e.position, to: e.position, entry: e, scratch: a.Index}
				seen[a.Index] = g
				s.order = append(s.order, g)
			}
			g.grow(s, a.Dim, a.DType)
		})
	}
}

// overwrite lets an entry write its first output over input i, if that is sound.
func (s *storage) overwrite(e *entry, i int) bool {
	if i >= len(e.in) || e.in[i] == nil || !slices.Contains(e.reads(), e.in[i]) {
		return false
	}
	in, out := s.f.root(e.in[i]), s.f.root(e.out[0])
	a, b := s.groups[in], s.groups[out]
	if a == nil || b == nil || a == b || a.object || b.object || a.to != e.position || b.from != e.position {
		return false
	}
	if _, isOutput := s.outputs[in]; isOutput || a.dynamic != b.dynamic {
		return false
	}
	ti, to := e.in[i].Type, e.out[0].Type
	if ti.DType != to.DType || !ti.Len().Equal(to.Len()) {
		return false
	}
	for k, v := range e.in {
		if k != i && v != nil && s.f.root(v) == in && !(elementwise(e.op) && v.Type.Len().Equal(to.Len())) {
			return false
		}
	}
	if _, isOutput := s.outputs[out]; isOutput {
		s.f.setAlias(in, out)
		b.from = a.from
	} else {
		s.f.setAlias(out, in)
		a.to = b.to
		s.groups[out] = a
	}
	return true
}

// elementwise reports whether an op reads element i of an input of its output's size, and only that one, for element i
// of the output: such an op may overwrite data that is two of its inputs.
func elementwise(o ir.Op) bool {
	switch o.(type) {
	case op.Binary, op.Where:
		return true
	}
	return false
}

// assign gives every area its place.
func (s *storage) assign() {
	p := s.f.program
	var arena, tails []*area
	for _, g := range s.order {
		out, isOutput := s.outputs[g.root]
		switch {
		case isOutput:
			g.place = Place{Kind: InOutput, Index: out}
		case g.object:
			g.place = Place{Kind: InObject, Index: len(p.Objects)}
			p.Objects = append(p.Objects, Object{g.root.Type})
		case g.dynamic:
			tails = append(tails, g)
		default:
			arena = append(arena, g)
		}
	}
	s.assignSlots(share(arena, spread))
	slots := share(tails, func(slots [][]*area) layout { return layout{slots: slots} }).slots
	for i, slot := range slots {
		for _, g := range slot {
			g.place = Place{Kind: InTail, Index: i}
		}
	}
	p.Tails = len(slots)
}

// assignSlots gives areas their slots, and slots their sizes.
func (s *storage) assignSlots(l layout) {
	p, ranges := s.f.program, s.f.graph.Ranges()
	for i, slot := range l.slots {
		dims := []ir.Dim{ir.Const(0)}
		for _, g := range slot {
			g.place = Place{Kind: InSlot, Index: i, Last: i}
			dims = append(dims, g.bytes...)
		}
		if len(l.wide) > 0 && i == l.count-1 {
			dims = append(dims, l.filler(p.Slots, ranges)...)
		}
		p.Slots = append(p.Slots, Slot{largest(dims, ranges), len(slot)})
	}
	for _, g := range l.wide {
		g.place = Place{Kind: InSlot, Index: 0, Last: l.count - 1}
	}
}

// share puts areas that are never needed at the same time into one slot. Of a few orders in which the slots can be
// filled it takes the one whose layout needs the least memory.
func share(areas []*area, lay func([][]*area) layout) layout {
	bySize := func(a, b *area) int { return cmp.Compare(b.typical, a.typical) }
	byStart := func(a, b *area) int { return cmp.Compare(a.from, b.from) }
	byTime := func(a, b *area) int { return cmp.Compare(b.to-b.from, a.to-a.from) }
	var best layout
	least := int64(math.MaxInt64)
	for _, order := range []func(a, b *area) int{bySize, byStart, byTime} {
		l := lay(fill(areas, order))
		if n := l.total(); n < least {
			best, least = l, n
		}
	}
	return best
}

// total is what slots take together.
func total(slots [][]*area) int64 {
	n := int64(0)
	for _, slot := range slots {
		n += largestOf(slot)
	}
	return n
}

func largestOf(slot []*area) int64 {
	n := int64(0)
	for _, g := range slot {
		n = max(n, g.typical)
	}
	return n
}

// fill puts each area, in the given order, into the free slot that grows least by it, among those the one whose size
// is nearest.
func fill(areas []*area, order func(a, b *area) int) [][]*area {
	areas = slices.Clone(areas)
	slices.SortStableFunc(areas, order)
	var slots [][]*area
	for _, g := range areas {
		best, bestCost := -1, [2]int64{}
		for i, slot := range slots {
			size := largestOf(slot)
			cost := [2]int64{max(g.typical-size, 0), max(size-g.typical, 0)}
			if fits(g, slot) && (best < 0 || slices.Compare(cost[:], bestCost[:]) < 0) {
				best, bestCost = i, cost
			}
		}
		if best < 0 || bestCost[0] >= g.typical && g.typical > 0 {
			slots = append(slots, []*area{g})
		} else {
			slots[best] = append(slots[best], g)
		}
	}
	return slots
}

func fits(g *area, slot []*area) bool {
	for _, o := range slot {
		if g.from <= o.to && o.from <= g.to {
			return false
		}
	}
	return true
}

// largest drops the sizes that another is never smaller than.
func largest(dims []ir.Dim, ranges map[string]ir.Range) []ir.Dim {
	var kept []ir.Dim
next:
	for i, d := range dims {
		for k, e := range dims {
			if i == k {
				continue
			}
			lo, _ := e.Sub(d).Bounds(ranges)
			equal := e.Equal(d)
			if equal && k < i || !equal && lo >= 0 {
				continue next
			}
		}
		kept = append(kept, d)
	}
	return kept
}
