package plan

import (
	"cmp"
	"slices"

	"github.com/energeticc/energeticc/ir"
)

// layout is slots, of which the first count lie one behind the other as a span. What is larger than each of them may
// take the whole span while none of them is in use: a transformer's wide layer takes the place of queries, keys and
// values.
type layout struct {
	slots [][]*area
	count int
	wide  []*area // those that take the span
}

// spread lets the largest areas take a span of slots, if that saves memory.
func spread(slots [][]*area) layout {
	best := layout{slots: slots}
	if len(slots) < 2 {
		return best
	}
	slots = slices.Clone(slots)
	slices.SortStableFunc(slots, func(a, b []*area) int { return cmp.Compare(largestOf(b), largestOf(a)) })
	for _, g := range slots[0] {
		if l := widest(slots, g.typical); l.total() < best.total() {
			best = l
		}
	}
	return best
}

// widest takes the areas of at least a size out of the first slot and spreads them over it and others that are free
// when they are needed.
func widest(slots [][]*area, size int64) layout {
	l := layout{count: 1}
	var rest []*area
	for _, g := range slots[0] {
		if g.typical >= size {
			l.wide = append(l.wide, g)
		} else {
			rest = append(rest, g)
		}
	}
	l.slots = append(l.slots, rest)
	need := largestOf(l.wide) - largestOf(rest)
	var others [][]*area
	for _, slot := range slots[1:] {
		free := need > 0
		for _, g := range l.wide {
			free = free && fits(g, slot)
		}
		if !free {
			others = append(others, slot)
			continue
		}
		l.slots = append(l.slots, slot)
		l.count++
		need -= largestOf(slot)
	}
	l.slots = append(l.slots, others...)
	return l
}

// total is what the slots take together.
func (l layout) total() int64 {
	return total(l.slots) + max(largestOf(l.wide)-total(l.slots[:l.count]), 0)
}

// filler is how large the last slot of the span must be for the wide areas to fit into all of it.
func (l layout) filler(before []Slot, ranges map[string]ir.Range) []ir.Dim {
	held := ir.Const(0)
	for _, slot := range before {
		most := slot.Bytes[0]
		for _, d := range slot.Bytes[1:] {
			most = most.Max(d)
		}
		held = held.Add(most)
	}
	var dims []ir.Dim
	for _, g := range l.wide {
		for _, d := range g.bytes {
			dims = append(dims, d.Sub(held).Simplify(ranges))
		}
	}
	return dims
}
