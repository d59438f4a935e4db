package emit

import (
	"strings"

	"github.com/dave/jennifer/jen"

	"github.com/energeticc/energeticc/ir"
)

// solve sets the free sizes: those given, then those that an input's length tells.
func (w *writer) solve(g *jen.Group) {
	if len(w.free) == 0 {
		return
	}
	var own, given []string
	for _, f := range w.free {
		own, given = append(own, "s."+f.own), append(given, "in."+f.field)
	}
	g.Id(strings.Join(own, ", ")).Op("=").Id(strings.Join(given, ", "))
	telling := w.telling()
	for range w.passes(telling) {
		for _, p := range telling {
			for _, f := range w.free {
				w.solveOne(g, p, f)
			}
		}
	}
}

// telling are the inputs whose lengths can tell a free size, one of each length: at [Batch, Sequence], a second input
// says what the first has said.
func (w *writer) telling() []port {
	var ports []port
	seen := map[string]bool{}
	for _, p := range w.inputs {
		if !p.value.Type.IsTensor() {
			continue
		}
		n := p.value.Type.Len()
		if len(n.Symbols()) > 0 && !seen[n.String()] {
			seen[n.String()] = true
			ports = append(ports, p)
		}
	}
	return ports
}

// passes is how often the inputs are gone through: again where one input's size may need another's.
func (w *writer) passes(telling []port) int {
	if len(telling) < 2 {
		return 1
	}
	for _, p := range telling {
		if len(w.told(p)) > 1 {
			return 2
		}
	}
	return 1
}

// told are the free sizes that an input's length tells where the others in it are known.
func (w *writer) told(p port) []freeSymbol {
	var symbols []freeSymbol
	for _, f := range w.free {
		if _, ok := without(p.value.Type.Shape, f.sym.Name); ok {
			symbols = append(symbols, f)
		}
	}
	return symbols
}

func (w *writer) solveOne(g *jen.Group, p port, f freeSymbol) {
	rest, ok := without(p.value.Type.Shape, f.sym.Name)
	if !ok {
		return
	}
	cond := "s." + f.own + " == 0"
	for _, name := range rest.Symbols() {
		cond += " && " + w.symbols[name] + " > 0"
	}
	value := jen.Len(jen.Id("in").Dot(p.field))
	if !rest.Is(1) {
		value = jen.Id(w.helper("Quotient")).Call(value, jen.Id(w.dimPlain(rest)))
	}
	g.If(jen.Id(cond)).Block(jen.Id("s." + f.own).Op("=").Add(value))
}

// checkTold asks for a size where the inputs' lengths tell no more than a product of two.
func (w *writer) checkTold(g *jen.Group) {
	for _, p := range w.telling() {
		symbols := w.told(p)
		var unknown, names []string
		for i, a := range symbols {
			names = append(names, a.field)
			for _, b := range symbols[:i] {
				unknown = append(unknown, "s."+b.own+" == 0 && s."+a.own+" == 0")
			}
		}
		if len(unknown) == 0 {
			continue
		}
		length := jen.Len(jen.Id("in").Dot(p.field))
		cond := strings.Join(unknown, " || ")
		if len(unknown) > 1 {
			cond = "(" + cond + ")"
		}
		want := "all but one of " + strings.Join(names, ", ") + " given, since the length tells only their product"
		if len(names) == 2 {
			want = strings.Join(names, " or ") + " given, since the length tells only their product"
		}
		g.If(jen.Add(length).Op("!=").Lit(0).Op("&&").Id(cond)).Block(
			jen.Return(jen.Op("&").Add(literal("InputError", field("Input"), jen.Lit(p.field), field("Got"), jen.Qual("strconv", "Itoa").Call(length).Op("+").Lit(" values"), field("Want"), jen.Lit(want)))))
	}
}

// dimPlain writes a size before the session's size fields are set.
func (w *writer) dimPlain(d ir.Dim) string {
	sizes := w.sizes
	w.sizes = map[string]string{}
	defer func() { w.sizes = sizes }()
	return w.dim(d)
}
