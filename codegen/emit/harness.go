package emit

import (
	"bytes"
	"fmt"
	"go/format"

	"github.com/dave/jennifer/jen"

	"github.com/energeticc/energeticc/codegen/plan"
	"github.com/energeticc/energeticc/ir"
)

// Adapter writes the Go file, of package main, that registers a compiled package under a name with a harness: it
// brings tensors into the package's Input and its Output back into tensors. The harness itself declares
//
//	type tensor struct { Shape []int; Data []byte }
//	var models = map[string]model{…}
func Adapter(p *plan.Program, opt Options, name, importPath string) ([]byte, error) {
	w := newWriter(p, opt)
	id := fmt.Sprintf("model_%s", name)
	pkg := func(s string) *jen.Statement { return jen.Qual(importPath, s) }
	f := jen.NewFile("main")
	f.ImportAlias(importPath, name)
	f.Func().Id("init").Params().Block(
		jen.Id("models").Index(jen.Lit(name)).Op("=").Id("model").Values(jen.Dict{
			jen.Id("predict"): jen.Id(id + "_predict"),
			jen.Id("session"): jen.Id(id + "_session"),
		}),
	)
	f.Func().Id(id+"_input").Params(jen.Id("in").Index().Id("tensor")).Params(pkg("Input"), jen.Error()).BlockFunc(func(g *jen.Group) {
		g.Var().Id("x").Add(pkg("Input"))
		if len(w.inputs) > 0 {
			g.Var().Err().Error()
		}
		for i, in := range w.inputs {
			read := "decode"
			if Extension(in.value.Type) == "json" {
				read = "decodeJSON"
			}
			g.If(jen.Err().Op("=").Id(read).Call(jen.Id("in").Index(jen.Lit(i)).Dot("Data"), jen.Op("&").Id("x").Dot(in.field)), jen.Err().Op("!=").Nil()).Block(jen.Return(jen.Id("x"), jen.Err()))
		}
		for _, s := range w.free {
			if i, axis, ok := w.axisOf(s); ok {
				g.Id("x").Dot(s.field).Op("=").Id("in").Index(jen.Lit(i)).Dot("Shape").Index(jen.Lit(axis))
			}
		}
		g.Return(jen.Id("x"), jen.Nil())
	})
	f.Func().Id(id+"_output").Params(jen.Id("y").Op("*").Add(pkg("Output"))).Params(jen.Index().Id("tensor"), jen.Error()).BlockFunc(func(g *jen.Group) {
		g.Id("out").Op(":=").Make(jen.Index().Id("tensor"), jen.Lit(len(w.outputs)))
		if len(w.outputs) > 0 {
			g.Var().Err().Error()
		}
		for i, o := range w.outputs {
			encode := "encode"
			if Extension(o.value.Type) == "json" {
				encode = "encodeJSON"
			}
			at := jen.Id("out").Index(jen.Lit(i))
			if t := o.value.Type; t.Kind == ir.KindOptional && t.Elem.IsTensor() { // as the tensor that it holds
				if t.Elem.DType != ir.String {
					encode = "encode"
				}
				held := jen.Id("y").Dot(o.field)
				g.If(held.Clone().Op("==").Nil()).Block(
					at.Clone().Dot("Data").Op("=").Index().Byte().Call(jen.Lit("null")),
				).Else().If(jen.List(at.Clone().Dot("Data"), jen.Err()).Op("=").Id(encode).Call(held.Clone().Dot("Data")), jen.Err().Op("!=").Nil()).Block(
					jen.Return(jen.Nil(), jen.Err()),
				).Else().Block(at.Clone().Dot("Shape").Op("=").Add(held.Clone()).Dot("Shape"))
				continue
			}
			g.If(jen.List(at.Clone().Dot("Data"), jen.Err()).Op("=").Id(encode).Call(jen.Id("y").Dot(o.field)), jen.Err().Op("!=").Nil()).Block(jen.Return(jen.Nil(), jen.Err()))
			if o.value.Type.IsTensor() {
				g.Add(at.Clone().Dot("Shape").Op("=").Append(jen.Index().Int().Values(), jen.Id("y").Dot(o.field+"Shape").Index(jen.Op(":")).Op("...")))
			}
		}
		g.Return(jen.Id("out"), jen.Nil())
	})
	f.Func().Id(id+"_predict").Params(jen.Id("in").Index().Id("tensor")).Params(jen.Index().Id("tensor"), jen.Error()).Block(
		jen.List(jen.Id("x"), jen.Err()).Op(":=").Id(id+"_input").Call(jen.Id("in")),
		jen.If(jen.Err().Op("!=").Nil()).Block(jen.Return(jen.Nil(), jen.Err())),
		jen.List(jen.Id("y"), jen.Err()).Op(":=").Add(pkg("Predict")).Call(jen.Id("x")),
		jen.If(jen.Err().Op("!=").Nil()).Block(jen.Return(jen.Nil(), jen.Err())),
		jen.Return(jen.Id(id+"_output").Call(jen.Op("&").Id("y"))),
	)
	f.Func().Id(id+"_session").Params(jen.Id("in").Index().Id("tensor")).Params(jen.Func().Params().Error(), jen.Error()).Block(
		jen.List(jen.Id("x"), jen.Err()).Op(":=").Id(id+"_input").Call(jen.Id("in")),
		jen.If(jen.Err().Op("!=").Nil()).Block(jen.Return(jen.Nil(), jen.Err())),
		jen.Var().Id("s").Add(pkg("Session")),
		jen.Var().Id("y").Add(pkg("Output")),
		jen.Return(jen.Func().Params().Error().Block(jen.Return(jen.Id("s").Dot("Run").Call(jen.Op("&").Id("x"), jen.Op("&").Id("y")))), jen.Nil()),
	)
	var b bytes.Buffer
	if err := f.Render(&b); err != nil {
		return nil, fmt.Errorf("emit: BUG: %w", err)
	}
	return format.Source(b.Bytes())
}

// axisOf finds the input and axis that is a free size.
func (w *writer) axisOf(x freeSymbol) (input, axis int, ok bool) {
	for i, p := range w.inputs {
		for a, d := range p.value.Type.Shape {
			if s, is := d.IsSym(); is && s == x.sym.Name {
				return i, a, true
			}
		}
	}
	return 0, 0, false
}
