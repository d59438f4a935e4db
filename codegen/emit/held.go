package emit

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/dave/jennifer/jen"

	"github.com/energeticc/energeticc/codegen/lift"
	"github.com/energeticc/energeticc/ir"
)

// checkHeld compares the tensors that an input holds, a sequence or an optional, with what the model says of them.
func (w *writer) checkHeld(g *jen.Group, p port) {
	t := p.value.Type
	list := jen.Id("in").Dot(p.field)
	switch {
	case t.Kind == ir.KindSequence && t.Elem.IsTensor():
		w.checkTensors(g, p, *t.Elem, list)
	case t.Kind == ir.KindOptional && t.Elem.IsTensor():
		one := jen.Index().Id(heldType(*t.Elem)).Values(jen.Op("*").Add(list.Clone()))
		g.If(list.Clone().Op("!=").Nil()).BlockFunc(func(g *jen.Group) { w.checkTensors(g, p, *t.Elem, one) })
	case t.Kind == ir.KindOptional && t.Elem.Kind == ir.KindSequence && t.Elem.Elem.IsTensor():
		g.If(list.Clone().Op("!=").Nil()).BlockFunc(func(g *jen.Group) { w.checkTensors(g, p, *t.Elem.Elem, jen.Op("*").Add(list)) })
	}
}

// checkTensors refuses a list of tensors in which one has not as many values as its shape says, or another shape than
// the model declares.
func (w *writer) checkTensors(g *jen.Group, p port, t ir.Type, list *jen.Statement) {
	w.kernels["kernel.FirstMisfit"] = true
	dims := make([]string, len(t.Shape))
	for i, d := range t.Shape {
		c, ok := d.IsConst()
		if !ok {
			c = -1
		}
		dims[i] = strconv.FormatInt(c, 10)
	}
	ranked := t.Open == ir.OpenDims
	misfit := jen.Id(lift.Local("kernel.FirstMisfit")).Call(list, jen.Lit(ranked), jen.Id("[]int{"+strings.Join(dims, ", ")+"}"))
	want := "tensors with as many values as their shapes say"
	if ranked {
		want += fmt.Sprintf(", which is %s", t)
	}
	g.If(jen.Id("i").Op(":=").Add(misfit), jen.Id("i").Op(">=").Lit(0)).Block(
		jen.Return(jen.Op("&").Add(literal("InputError", field("Input"), jen.Lit(p.field),
			field("Got"), jen.Lit("another tensor at place ").Op("+").Qual("strconv", "Itoa").Call(jen.Id("i")), field("Want"), jen.Lit(want)))))
}

// isHeld reports whether a value is a sequence or optional of tensors.
func isHeld(t ir.Type) bool {
	return t.Kind != ir.KindTensor && t.Kind != ir.KindMap && (t.Elem.IsTensor() || isHeld(*t.Elem))
}

// heldDType is the element type of the tensors that a value holds.
func heldDType(t ir.Type) ir.DType {
	for !t.IsTensor() {
		t = *t.Elem
	}
	return t.DType
}

// listOf makes a list of tensors of an optional, for the generated test.
func listOf(p port, v *jen.Statement) *jen.Statement {
	switch t := p.value.Type; {
	case t.Kind == ir.KindOptional && t.Elem.IsTensor():
		return jen.Id("some").Call(v)
	case t.Kind == ir.KindOptional:
		return jen.Qual("slices", "Concat").Call(jen.Id("some").Call(v).Op("..."))
	}
	return v
}

// testHeld writes the comparison of lists of tensors.
func (w *writer) testHeld(f *jen.File, need map[string]bool) {
	tensor := func() *jen.Statement { return jen.Id(lift.Local("kernel.Tensor")).Types(jen.Id("T")) }
	for _, c := range []struct {
		name, each string
		of         *jen.Statement
	}{
		{"nearTensors", "near", jen.Id("T").Float32().Op("|").Float64()},
		{"sameTensors", "same", jen.Id("T").Comparable()},
	} {
		if !need[c.name] {
			continue
		}
		f.Comment(c.name + " compares lists of tensors.")
		f.Func().Id(c.name).Types(c.of).Params(jen.Id("t").Op("*").Qual("testing", "T"), jen.Id("name").String(), jen.List(jen.Id("got"), jen.Id("want")).Index().Add(tensor()), jen.Id("tol").Id("tolerance")).Block(
			jen.Id("t").Dot("Helper").Call(),
			jen.If(jen.Len(jen.Id("got")).Op("!=").Len(jen.Id("want"))).Block(jen.Id("t").Dot("Fatalf").Call(jen.Lit("%s has %d tensors, want %d"), jen.Id("name"), jen.Len(jen.Id("got")), jen.Len(jen.Id("want")))),
			jen.For(jen.List(jen.Id("i"), jen.Id("w")).Op(":=").Range().Id("want")).Block(
				jen.If(jen.Op("!").Qual("slices", "Equal").Call(jen.Id("got[i].Shape"), jen.Id("w.Shape"))).Block(jen.Id("t").Dot("Fatalf").Call(jen.Lit("%s[%d] has the shape %v, want %v"), jen.Id("name"), jen.Id("i"), jen.Id("got[i].Shape"), jen.Id("w.Shape"))),
				jen.Id(c.each).Call(jen.Id("t"), jen.Id("name"), jen.Id("got[i].Data"), jen.Id("w.Data"), jen.Id("tol")),
			),
		)
	}
	for _, p := range w.outputs {
		if p.value.Type.Kind == ir.KindOptional {
			f.Comment("some lists what an optional holds.")
			f.Func().Id("some").Types(jen.Id("T").Any()).Params(jen.Id("v").Op("*").Id("T")).Index().Id("T").Block(
				jen.If(jen.Id("v").Op("==").Nil()).Block(jen.Return(jen.Nil())),
				jen.Return(jen.Index().Id("T").Values(jen.Op("*").Id("v"))),
			)
			return
		}
	}
}
