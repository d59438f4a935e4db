package emit

import (
	"strings"

	"github.com/dave/jennifer/jen"

	"github.com/energeticc/energeticc/codegen/plan"
)

// loop is a chain's loop while its calls are written: the parts run from the variable at to the variable to.
type loop struct{ at, to string }

// cut writes the part of a slice that a chain's call takes; a slice of one element serves every part.
func (l *loop) cut(slice string, p plan.Place) string {
	switch {
	case p.Value.Type.Len().Is(1):
		return slice
	case p.Part:
		return slice + "[:" + l.to + "-" + l.at + "]"
	}
	return slice + "[" + l.at + ":" + l.to + "]"
}

// items writes what the nodes of a layer come to.
func (m *method) items(items []*plan.Item) {
	for len(items) > 0 {
		n := 1
		if c := items[0].Chain; c != nil {
			for n < len(items) && items[n].Chain == c {
				n++
			}
			m.chain(c, items[:n])
		} else {
			m.item(items[0])
		}
		items = items[n:]
	}
}

// chain writes a loop in which each item's calls go through a part of the elements, before the next item's do.
func (m *method) chain(c *plan.Chain, items []*plan.Item) {
	for _, it := range items {
		m.node = nodeName(it)
		m.bounds(it, make([]bool, len(it.Bounds)), nil)
		for _, call := range it.Calls {
			for _, a := range call.Args {
				m.arg(it, a) // declares its view
			}
		}
		m.result(it)
	}
	l := &loop{at: m.locals.unique("i"), to: m.locals.unique("to")}
	end := m.w.dim(c.Span)
	if strings.ContainsAny(end, " *") {
		n := m.locals.unique("n")
		m.g.Id(n).Op(":=").Id(end)
		end = n
	}
	outer := m.g
	outer.For(jen.Id(l.at).Op(":=").Lit(0), jen.Id(l.at).Op("<").Id(end), jen.Id(l.at).Op("+=").Lit(plan.ChainPart)).BlockFunc(func(g *jen.Group) {
		m.g, m.loop = g, l
		g.Id(l.to).Op(":=").Min(jen.Id(l.at).Op("+").Lit(plan.ChainPart), jen.Id(end))
		for _, it := range items {
			for _, call := range it.Calls {
				m.call(it, call)
			}
		}
		m.g, m.loop = outer, nil
	})
}
