package emit

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/dave/jennifer/jen"

	"github.com/energeticc/energeticc/ir"
)

// bind writes the method that reads the sizes, checks the inputs and makes room.
func (w *writer) bind() jen.Code {
	return jen.Comment("bind reads the sizes, checks the inputs against them and makes room.").Line().
		Func().Params(jen.Id("s").Op("*").Id("Session")).Id("bind").Params(jen.Id("in").Op("*").Id("Input"), jen.Id("out").Op("*").Id("Output")).Error().BlockFunc(func(g *jen.Group) {
		fields := "s.out, s.step, s.err"
		vals := "out, 0, nil"
		if w.readsInput() {
			fields, vals = "s.in, "+fields, "in, "+vals
		}
		if w.opt.WeightsFile {
			g.If(jen.Id("weightsBin").Op("==").Lit("")).Block(jen.Return(jen.Id("ErrNoWeights")))
		}
		g.Id(fields).Op("=").Id(vals)
		w.solve(g)
		w.checkTold(g)
		w.checkRanges(g)
		w.checkLengths(g)
		for _, d := range w.p.Sizes {
			g.Id(w.sizes[d.String()]).Op("=").Id(w.size(d))
		}
		w.checkSizes(g)
		if w.hasLayout() {
			w.uses["sizes"] = true
			g.If(jen.Op("!").Id("s").Dot("layout").Call()).Block(jen.Return(jen.Op("&").Add(literal("InputError", field("Input"), jen.Lit("Input"), field("Got"), jen.Id("s").Dot("sizes").Call(), field("Want"), jen.Lit("sizes whose tensors fit into MaxMemory")))))
		}
		w.makeRoom(g)
		g.Return(jen.Nil())
	}).Line()
}

// checkRanges holds each free size within its range.
func (w *writer) checkRanges(g *jen.Group) {
	for _, f := range w.free {
		lo, hi := f.sym.Range.Lo, min(f.sym.Range.Hi, ir.MaxSize)
		g.If(jen.Id("s." + f.own).Op("<").Lit(int(lo)).Op("||").Id("s." + f.own).Op(">").Lit(int(hi))).Block(
			jen.Return(jen.Op("&").Add(literal("InputError", field("Input"), jen.Lit(f.field), field("Got"), jen.Qual("strconv", "Itoa").Call(jen.Id("s."+f.own)), field("Want"), jen.Lit(fmt.Sprintf("%d to %d", lo, hi))))))
	}
}

// checkLengths compares every input's length with its shape.
func (w *writer) checkLengths(g *jen.Group) {
	for _, p := range w.inputs {
		t := p.value.Type
		if !t.IsTensor() {
			w.checkHeld(g, p)
			continue
		}
		n := t.Len()
		if t.DType.Bits()%8 != 0 && t.DType != ir.String {
			n = n.Mul(ir.Const(int64(t.DType.Bits()))).CeilDiv(ir.Const(8))
		}
		w.uses["wrongLength"] = true
		length := jen.Len(jen.Id("in").Dot(p.field))
		cond := jen.Float64().Call(length).Op("!=").Id(w.lengthFloat(n))
		if c, ok := n.IsConst(); ok {
			cond = jen.Add(length).Op("!=").Lit(int(c))
		}
		want, unit := w.lengthWant(p)
		g.If(cond).Block(jen.Return(jen.Id("s").Dot("wrongLength").Call(jen.Lit(p.field), length, jen.Lit(int(unit)), jen.Lit(want))))
	}
}

func (w *writer) lengthFloat(n ir.Dim) string {
	sizes := w.sizes
	w.sizes = map[string]string{}
	defer func() { w.sizes = sizes }()
	return w.float(n)
}

// lengthWant says what an input's length should be, and of what it is a multiple at any sizes; 0 where these do not matter.
func (w *writer) lengthWant(p port) (want string, unit int64) {
	if n, ok := p.value.Type.Len().IsConst(); ok {
		return fmt.Sprintf("%d (%s)", n, p.shape), 0
	}
	for _, f := range w.free {
		if n, ok := w.solves(p, f); ok && n > 1 {
			return fmt.Sprintf("a multiple of %d (%s)", n, p.shape), n
		}
	}
	return p.shape, 1
}

// checkSizes demands what the model's ops do: sizes that are not negative, equal or fit to broadcast.
func (w *writer) checkSizes(g *jen.Group) {
	for _, c := range w.p.Checks {
		g.If(jen.Id(w.dim(c.A)).Op("!=").Id(w.dim(c.B))).Block(w.badSize(c.What + " (" + w.doc(c.A) + " and " + w.doc(c.B) + ")"))
	}
	for _, s := range w.p.NotNegative {
		g.If(jen.Id(w.dim(s.Dim)).Op("<").Lit(0)).Block(w.badSize("sizes that " + s.Node + " can compute with (" + w.doc(s.Dim) + ")"))
	}
}

func (w *writer) badSize(want string) jen.Code {
	w.uses["sizes"] = true
	return jen.Return(jen.Op("&").Add(literal("InputError", field("Input"), jen.Lit("Input"), field("Got"), jen.Id("s").Dot("sizes").Call(), field("Want"), jen.Lit(want))))
}

// layout writes the method that places the slots. It computes in float64, which cannot overflow.
func (w *writer) layout() jen.Code {
	if !w.hasLayout() {
		return jen.Null()
	}
	return jen.Comment("layout places the slots one after the other; false where they and the answers are more than MaxMemory.").Line().
		Func().Params(jen.Id("s").Op("*").Id("Session")).Id("layout").Params().Bool().BlockFunc(func(g *jen.Group) {
		g.Id("end").Op(":=").Float64().Call(jen.Lit(0))
		if len(w.p.Slots) > 0 {
			w.slotLayout(g)
		}
		total := "end"
		for _, p := range w.outputs {
			if t := p.value.Type; t.IsTensor() && !w.p.Graph.DependsOnData(t.Len()) {
				total += " + " + w.floatBytes(t)
			}
		}
		g.If(jen.Id(total + " > float64(MaxMemory)")).Block(jen.Return(jen.False()))
		if len(w.p.Slots) > 0 {
			g.Id("s").Dot("arena").Op("=").Id(w.helper("Grow")).Call(jen.Id("s").Dot("arena"), jen.Int().Call(jen.Id("end")))
		}
		g.Return(jen.True())
	}).Line()
}

// hasLayout reports whether memory depends on the free sizes or is needed beyond the answers.
func (w *writer) hasLayout() bool { return len(w.p.Slots) > 0 || len(w.free) > 0 }

// slotLayout sets the slots' offsets and end, in bytes.
func (w *writer) slotLayout(g *jen.Group) {
	g.Id("bytes").Op(":=").Index(jen.Op("...")).Float64().ValuesFunc(func(v *jen.Group) {
		for _, s := range w.p.Slots {
			parts := make([]string, len(s.Bytes))
			for i, d := range s.Bytes {
				parts[i] = w.float(d)
			}
			if len(parts) > 1 {
				parts = []string{"max(" + strings.Join(parts, ", ") + ")"}
			}
			v.Line().Id(parts[0])
		}
		v.Line()
	})
	g.For(jen.List(jen.Id("i"), jen.Id("n")).Op(":=").Range().Id("bytes")).Block(
		jen.Id("s").Dot("offsets").Index(jen.Id("i")).Op("=").Int().Call(jen.Id("end")),
		jen.Id("end").Op("+=").Id("max").Call(jen.Id("n"), jen.Lit(0)).Op("+").Lit(63),
		jen.If(jen.Id("end").Op(">").Float64().Call(jen.Id("MaxMemory"))).Block(jen.Return(jen.False())),
		jen.Id("end").Op("=").Float64().Call(jen.Int().Call(jen.Id("end")).Op("&^").Lit(63)),
	)
	g.Id("s").Dot("offsets").Index(jen.Len(jen.Id("bytes"))).Op("=").Int().Call(jen.Id("end"))
}

// floatBytes writes what a tensor takes as a float64 expression.
func (w *writer) floatBytes(t ir.Type) string {
	bytes := max(t.DType.Bits()/8, 1)
	if t.DType == ir.String {
		bytes = 16
	}
	n := w.float(t.Len())
	if strings.Contains(n, " ") {
		n = "(" + n + ")"
	}
	return n + "*" + strconv.Itoa(bytes)
}

// makeRoom gives every output of known size its slice.
func (w *writer) makeRoom(g *jen.Group) {
	for _, p := range w.outputs {
		if !p.value.Type.IsTensor() || w.p.Graph.DependsOnData(p.value.Type.Len()) {
			continue
		}
		n := w.length(p.value.Type)
		g.Id("out."+p.field).Op("=").Id(w.helper("Fit")).Call(jen.Id("out."+p.field), jen.Id("&s.own."+p.field), jen.Id(n), jen.Lit(0))
	}
}

// helpers writes the small methods that the rest uses.
func (w *writer) helpers(f *jen.File) {
	self := jen.Id("s").Op("*").Id("Session")
	if w.uses["slot"] {
		f.Comment("slot is the memory of slot i.")
		f.Func().Params(self).Id("slot").Params(jen.Id("i").Int()).Index().Byte().Block(
			jen.Return(jen.Id("s.arena[s.offsets[i]:s.offsets[i+1]]")))
	}
	if w.uses["span"] {
		f.Comment("span is the memory of slots that follow each other.")
		f.Func().Params(self).Id("span").Params(jen.List(jen.Id("first"), jen.Id("last")).Int()).Index().Byte().Block(
			jen.Return(jen.Id("s.arena[s.offsets[first]:s.offsets[last+1]]")))
	}
	if w.uses["wrongLength"] {
		w.uses["sizes"] = true
		f.Add(comment("wrongLength says that an input has not as many values as its shape wants: at this run's sizes, where it has a\nmultiple of unit, or at any."))
		f.Func().Params(self).Id("wrongLength").Params(jen.Id("input").String(), jen.List(jen.Id("got"), jen.Id("unit")).Int(), jen.Id("want").String()).Error().Block(
			jen.If(jen.Id("unit").Op(">").Lit(0).Op("&&").Id("got").Op("%").Id("unit").Op("==").Lit(0)).Block(
				jen.Id("want").Op("+=").Lit(" with ").Op("+").Id("s").Dot("sizes").Call(),
			),
			jen.Return(jen.Op("&").Add(literal("InputError", field("Input"), jen.Id("input"), field("Got"), jen.Qual("strconv", "Itoa").Call(jen.Id("got")).Op("+").Lit(" values"), field("Want"), jen.Id("want")))),
		)
	}
	if w.uses["sizes"] {
		w.sizesMethod(f)
	}
	if w.uses["draw"] {
		f.Comment("draw numbers the calls that draw random numbers without a seed.")
		f.Func().Params(self).Id("draw").Params().Uint64().Block(jen.Id("s.draws").Op("++"), jen.Return(jen.Id("s.draws")))
	}
	if w.uses["tooLarge"] {
		w.uses["fail"] = true
		f.Comment("tooLarge ends the run at a step whose data asks for more than MaxMemory.")
		f.Func().Params(self).Id("tooLarge").Params(jen.Id("step").String(), jen.Id("bytes").Float64()).Bool().Block(
			jen.If(jen.Id("bytes").Op("<=").Float64().Call(jen.Id("MaxMemory"))).Block(jen.Return(jen.False())),
			jen.Id("s").Dot("fail").Call(jen.Id("step"), jen.Lit("a tensor of this size does not fit into MaxMemory")),
			jen.Return(jen.True()),
		)
	}
	if w.uses["badText"] {
		w.uses["fail"] = true
		f.Comment("badText ends the run at a step that was given a text it cannot read.")
		f.Func().Params(self).Id("badText").Params(jen.List(jen.Id("step"), jen.Id("tensor"), jen.Id("value"), jen.Id("detail")).String()).Block(
			jen.Id("value").Op("=").Id("value[:min(len(value), 64)]"),
			jen.Id("s").Dot("fail").Call(jen.Id("step"), jen.Id("tensor").Op("+").Lit("[").Op("+").Qual("strconv", "Itoa").Call(jen.Id("s").Dot("at")).Op("+").Lit("] is ").Op("+").Qual("strconv", "Quote").Call(jen.Id("value")).Op("+").Lit(": ").Op("+").Id("detail")))
	}
	if w.uses["fail"] {
		f.Comment("fail ends the run at a step.")
		f.Func().Params(self).Id("fail").Params(jen.Id("step"), jen.Id("detail").String()).Block(
			jen.Id("s").Dot("err").Op("=").Op("&").Add(literal("StepError", field("Step"), jen.Id("step"), field("Detail"), jen.Id("detail"))))
	}
	if w.uses["badIndex"] {
		itoa := func(name string) *jen.Statement {
			return jen.Qual("strconv", "FormatInt").Call(jen.Id(name), jen.Lit(10))
		}
		f.Comment("badIndex ends the run at a step that was given an index out of range.")
		f.Func().Params(self).Id("badIndex").Params(jen.Id("step"), jen.Id("tensor").String(), jen.List(jen.Id("value"), jen.Id("lo"), jen.Id("hi")).Int64()).Block(
			jen.Id("s").Dot("err").Op("=").Op("&").Add(literal("StepError", field("Step"), jen.Id("step"), field("Detail"), jen.Id("tensor").Op("+").Lit("[").Op("+").Qual("strconv", "Itoa").Call(jen.Id("s").Dot("at")).Op("+").Lit("] is ").Op("+").Add(itoa("value")).Op("+").Lit("; want ").Op("+").Add(itoa("lo")).Op("+").Lit(" to ").Op("+").Add(jen.Qual("strconv", "FormatInt").Call(jen.Id("hi").Op("-").Lit(1), jen.Lit(10))))))
	}
}

// sizesMethod writes the method that spells the free sizes for errors.
func (w *writer) sizesMethod(f *jen.File) {
	f.Comment("sizes spells the sizes of this run.")
	f.Func().Params(jen.Id("s").Op("*").Id("Session")).Id("sizes").Params().String().BlockFunc(func(g *jen.Group) {
		var text *jen.Statement
		for i, x := range w.free {
			sep := ""
			if i > 0 {
				sep = ", "
			}
			part := jen.Lit(sep+x.field+" = ").Op("+").Qual("strconv", "Itoa").Call(jen.Id("s." + x.own))
			if text == nil {
				text = part
			} else {
				text = text.Op("+").Add(part)
			}
		}
		if text == nil {
			text = jen.Lit("")
		}
		g.Return(text)
	})
}

// errorTypes declares the typed errors.
func (w *writer) errorTypes(f *jen.File) {
	f.Comment("InputError says which input does not fit the model.")
	f.Type().Id("InputError").Struct(
		jen.Id("Input").String().Comment("the field of Input"),
		jen.Id("Got").String(),
		jen.Id("Want").String(),
	)
	f.Comment("Error names the input, what came and what was wanted.")
	f.Func().Params(jen.Id("e").Op("*").Id("InputError")).Id("Error").Params().String().Block(
		jen.Return(jen.Lit(w.opt.Package + ": ").Op("+").Id("e").Dot("Input").Op("+").Lit(" has ").Op("+").Id("e").Dot("Got").Op("+").Lit("; want ").Op("+").Id("e").Dot("Want")))
	if !w.uses["fail"] && !w.uses["badIndex"] {
		return
	}
	f.Comment("StepError says which step of the model cannot compute with the data it got.")
	f.Type().Id("StepError").Struct(
		jen.Id("Step").String().Comment("the node's name in the model"),
		jen.Id("Detail").String(),
	)
	f.Comment("Error names the step and what is wrong.")
	f.Func().Params(jen.Id("e").Op("*").Id("StepError")).Id("Error").Params().String().Block(
		jen.Return(jen.Lit(w.opt.Package + ": ").Op("+").Id("e").Dot("Step").Op("+").Lit(": ").Op("+").Id("e").Dot("Detail")))
}
