package emit

import (
	"fmt"
	"strings"

	"github.com/dave/jennifer/jen"

	"github.com/energeticc/energeticc/ir"
)

// rowWidth is how many elements of a tensor a row has at most for the package to have PredictRow: columns of a table are
// no pictures.
const rowWidth = 1024

// rowSize is how many elements a row of a tensor has where its first axis, and no other, is the symbol.
func (w *writer) rowSize(t ir.Type, symbol string) (int64, bool) {
	if !t.IsTensor() || t.Rank() == 0 || t.Rank() > 2 || t.DType.Bits()%8 != 0 {
		return 0, false
	}
	if s, ok := t.Shape[0].IsSym(); !ok || s != symbol {
		return 0, false
	}
	n, ok := ir.Product(t.Shape[1:]...).IsConst()
	return n, ok && n >= 1 && n <= rowWidth
}

// rowMap reports whether a value has a map for each row.
func rowMap(t ir.Type) bool { return t.Kind == ir.KindSequence && t.Elem.Kind == ir.KindMap }

// hasRows reports whether the model maps rows of a table to rows: all inputs and outputs have as many, and nothing else
// is free.
func (w *writer) hasRows() bool {
	if len(w.free) != 1 || len(w.inputs) == 0 || len(w.outputs) == 0 {
		return false
	}
	symbol := w.free[0].sym
	if symbol.Range.Lo > 1 || symbol.Range.Hi < 1 {
		return false
	}
	for _, p := range w.inputs {
		if _, ok := w.rowSize(p.value.Type, symbol.Name); !ok {
			return false
		}
	}
	for _, p := range w.outputs {
		if _, ok := w.rowSize(p.value.Type, symbol.Name); !ok && !rowMap(p.value.Type) {
			return false
		}
	}
	return true
}

// rowField declares a field of one row: an element, as many as the row has, or its map.
func (w *writer) rowField(g *jen.Group, p port) {
	n, tensor := w.rowSize(p.value.Type, w.free[0].sym.Name)
	field := g.Id(p.field)
	switch {
	case !tensor:
		field.Id(goType(*p.value.Type.Elem))
	case n == 1:
		field.Id(p.elem)
	default:
		field.Index(jen.Lit(int(n))).Id(p.elem)
	}
	if !strings.EqualFold(p.name, p.field) {
		field.Comment(fmt.Sprintf("%q in the model", p.name))
	}
}

// row writes row.go: a field for each column, and a function that takes and gives them by value.
func (w *writer) row() ([]byte, error) {
	f := jen.NewFile(w.opt.Package)
	f.Comment("Row is what the model reads of one row: Predict takes many at once, column by column.")
	f.Type().Id("Row").StructFunc(func(g *jen.Group) {
		for _, p := range w.inputs {
			w.rowField(g, p)
		}
	})
	f.Comment("RowOutput is what the model answers to one row.")
	f.Type().Id("RowOutput").StructFunc(func(g *jen.Group) {
		for _, p := range w.outputs {
			w.rowField(g, p)
		}
	})
	f.Comment("PredictRow runs the model for one row. It is safe for concurrent use; the answer belongs to the caller.")
	f.Func().Id("PredictRow").Params(jen.Id("row").Id("Row")).Params(jen.Id("RowOutput"), jen.Error()).Block(
		jen.Id("s").Op(":=").Id("rowPool").Dot("Get").Call().Assert(jen.Op("*").Id("rowSession")),
		jen.List(jen.Id("out"), jen.Err()).Op(":=").Id("s").Dot("predict").Call(jen.Op("&").Id("row")),
		jen.Id("rowPool").Dot("Put").Call(jen.Id("s")),
		jen.Return(jen.Id("out"), jen.Err()),
	)
	f.Comment("rowPool keeps the sessions that PredictRow uses.")
	f.Var().Id("rowPool").Op("=").Qual("sync", "Pool").Values(jen.Id("New").Op(":").Func().Params().Any().Block(jen.Return(jen.New(jen.Id("rowSession")))))
	f.Comment("rowSession is a session with room for a row and its answer.")
	f.Type().Id("rowSession").Struct(jen.Id("session").Id("Session"), jen.Id("in").Id("Input"), jen.Id("out").Id("Output"))
	f.Func().Params(jen.Id("s").Op("*").Id("rowSession")).Id("predict").Params(jen.Id("row").Op("*").Id("Row")).Params(jen.Id("out").Id("RowOutput"), jen.Err().Error()).BlockFunc(w.rowBody)
	return w.render(f, goVersion)
}

// rowBody runs the session on a row.
func (w *writer) rowBody(g *jen.Group) {
	symbol := w.free[0]
	for _, p := range w.inputs {
		in, from := jen.Id("s").Dot("in").Dot(p.field), jen.Id("row").Dot(p.field)
		if n, _ := w.rowSize(p.value.Type, symbol.sym.Name); n > 1 {
			from = from.Index(jen.Op(":")).Op("...")
		}
		g.Add(in.Clone().Op("=").Append(in.Clone().Index(jen.Op(":").Lit(0)), from))
	}
	g.Id("s").Dot("in").Dot(symbol.field).Op("=").Lit(1)
	g.Err().Op("=").Id("s").Dot("session").Dot("Run").Call(jen.Op("&").Id("s").Dot("in"), jen.Op("&").Id("s").Dot("out"))
	for _, p := range w.inputs {
		if p.value.Type.DType == ir.String {
			g.Clear(jen.Id("s").Dot("in").Dot(p.field)).Comment("the caller's")
		}
	}
	g.If(jen.Err().Op("!=").Nil()).Block(jen.Return(jen.Id("out"), jen.Err()))
	for _, p := range w.outputs {
		from, to := jen.Id("s").Dot("out").Dot(p.field), jen.Id("out").Dot(p.field)
		switch n, tensor := w.rowSize(p.value.Type, symbol.sym.Name); {
		case !tensor:
			g.If(jen.Len(from.Clone()).Op(">").Lit(0)).Block(to.Op("=").Add(from.Clone().Index(jen.Lit(0))))
			g.Add(from).Op("=").Nil().Comment("the map is the caller's now")
		case n == 1:
			g.Add(to.Op("=").Add(from.Index(jen.Lit(0))))
		default:
			g.Copy(to.Index(jen.Op(":")), from)
		}
	}
	g.Return(jen.Id("out"), jen.Nil())
}

// testRow writes the test that PredictRow answers as Predict does to a single row.
func (w *writer) testRow(f *jen.File) {
	if !w.hasRows() || w.uses["draw"] {
		return
	}
	symbol := w.free[0]
	f.Comment("TestPredictRow compares the answers to rows with those that Predict gives to each alone.")
	f.Func().Id("TestPredictRow").Params(jen.Id("t").Op("*").Qual("testing", "T")).Block(jen.For(jen.Id("i").Op(":=").Range().Lit(len(w.opt.Cases))).BlockFunc(func(g *jen.Group) {
		g.List(jen.Id("in"), jen.Id("tol")).Op(":=").Id("goldenInput").Call(jen.Id("t"), jen.Id("i"))
		g.For(jen.Id("r").Op(":=").Range().Id("in").Dot(symbol.field)).BlockFunc(func(g *jen.Group) {
			g.Var().Id("row").Id("Row")
			one := jen.Dict{jen.Id(symbol.field): jen.Lit(1)}
			for _, p := range w.inputs {
				n, _ := w.rowSize(p.value.Type, symbol.sym.Name)
				one[jen.Id(p.field)] = w.rowPart(g, p, n)
			}
			g.List(jen.Id("want"), jen.Err()).Op(":=").Id("Predict").Call(jen.Id("Input").Values(one))
			g.If(jen.Err().Op("!=").Nil()).Block(jen.Id("t").Dot("Fatal").Call(jen.Err()))
			g.List(jen.Id("got"), jen.Err()).Op(":=").Id("PredictRow").Call(jen.Id("row"))
			g.If(jen.Err().Op("!=").Nil()).Block(jen.Id("t").Dot("Fatal").Call(jen.Err()))
			for _, p := range w.outputs {
				got := jen.Id("got").Dot(p.field)
				if n, _ := w.rowSize(p.value.Type, symbol.sym.Name); n > 1 {
					got = got.Index(jen.Op(":"))
				} else {
					got = jen.Id(p.typ).Values(got)
				}
				g.Id(w.comparer(p)).Call(jen.Id("t"), jen.Lit(p.field), got, jen.Id("want").Dot(p.field), jen.Id("tol"))
			}
		})
	}))
}

// rowPart copies row r of a column to a row's field, and gives it as a column of its own.
func (w *writer) rowPart(g *jen.Group, p port, n int64) jen.Code {
	column := func() *jen.Statement { return jen.Id("in").Dot(p.field) }
	to := jen.Id("row").Dot(p.field)
	if n == 1 {
		g.Add(to).Op("=").Add(column().Index(jen.Id("r")))
		return column().Index(jen.Id("r").Op(":").Id("r").Op("+").Lit(1))
	}
	part := func() *jen.Statement {
		size := jen.Lit(int(n))
		return column().Index(jen.Id("r").Op("*").Add(size).Op(":").Parens(jen.Id("r").Op("+").Lit(1)).Op("*").Add(size))
	}
	g.Copy(to.Index(jen.Op(":")), part())
	return part()
}
