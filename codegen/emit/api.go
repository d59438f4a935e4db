package emit

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/dave/jennifer/jen"

	"github.com/energeticc/energeticc/codegen/lift"
	"github.com/energeticc/energeticc/codegen/plan"
	"github.com/energeticc/energeticc/ir"
)

// goVersion is the build constraint of generated files: it also sets their language version, whatever the module says.
const goVersion = "go1.23"

// model writes model.go.
func (w *writer) model() ([]byte, error) {
	var steps []jen.Code
	for i := range w.methods {
		steps = append(steps, w.layer(i)) // first: they tell which fields and helpers there must be
	}
	bind := w.bind()
	f := jen.NewFile(w.opt.Package)
	for _, line := range strings.Split(w.packageComment(), "\n") {
		f.PackageComment("// " + line)
	}
	f.Add(w.inputType())
	f.Add(w.outputType())
	w.storageTypes(f)
	w.heldTypes(f)
	f.Add(w.predict())
	f.Add(w.sessionType())
	f.Add(w.run())
	f.Add(w.stepTable())
	f.Add(bind)
	f.Add(w.layout())
	w.helpers(f)
	w.maxMemory(f)
	for _, s := range steps {
		f.Add(s).Line()
	}
	w.info(f)
	w.errorTypes(f)
	return w.render(f, goVersion)
}

func (w *writer) packageComment() string {
	return fmt.Sprintf("Package %s is the model %s: %s parameters, %s of weights.\nIt computes with the standard library alone and needs no set-up: see Predict.",
		w.opt.Package, w.p.Graph.Name, thousands(w.opt.Parameters), byteCount(int64(w.p.Weights.Len())))
}

func thousands(n int64) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

func byteCount(n int64) string {
	switch {
	case n >= 1e6:
		return fmt.Sprintf("%.1f MB", float64(n)/1e6)
	case n >= 1e3:
		return fmt.Sprintf("%.1f KB", float64(n)/1e3)
	}
	return fmt.Sprintf("%d B", n)
}

func (w *writer) inputType() jen.Code {
	return jen.Comment("Input is what the model reads. Tensors are flat, row-major; they are not kept and not changed.").Line().
		Type().Id("Input").StructFunc(func(g *jen.Group) {
		for _, p := range w.inputs {
			g.Id(p.field).Id(p.typ).Comment(p.doc())
		}
		for _, f := range w.free {
			g.Id(f.field).Int().Comment(w.freeDoc(f))
		}
	}).Line()
}

// doc is a field's comment: the shape, and the model's own name where the field's differs.
func (p port) doc() string {
	s := p.shape
	if !p.value.Type.IsTensor() {
		s = p.value.Type.String()
	}
	if !strings.EqualFold(p.name, p.field) {
		s += fmt.Sprintf(", %q in the model", p.name)
	}
	if d := p.value.Type.DType; d.Bits()%8 != 0 {
		s += ", " + d.String() + " packed, the first element in the low bits"
	}
	return s
}

func (w *writer) freeDoc(f freeSymbol) string {
	s := "a size; 0 where the inputs' lengths tell it"
	for _, p := range w.inputs {
		if n, ok := w.solves(p, f); ok {
			s = fmt.Sprintf("a size; 0 means len(%s)%s", p.field, divisor(n))
			break
		}
	}
	if r := f.sym.Range; r.Hi < ir.MaxSize {
		s += fmt.Sprintf("; from %d to %d", r.Lo, r.Hi)
	}
	return s
}

func divisor(n int64) string {
	if n == 1 {
		return ""
	}
	return fmt.Sprintf(" / %d", n)
}

// solves reports whether an input's length alone tells a symbol, and the number it is divided by.
func (w *writer) solves(p port, f freeSymbol) (int64, bool) {
	if !p.value.Type.IsTensor() {
		return 0, false
	}
	rest, ok := without(p.value.Type.Shape, f.sym.Name)
	if !ok {
		return 0, false
	}
	return rest.IsConst()
}

// without is the product of a shape's dims but the one that is the symbol itself, which may occur only there.
func without(shape []ir.Dim, symbol string) (ir.Dim, bool) {
	rest, found := ir.Const(1), false
	for _, d := range shape {
		if s, ok := d.IsSym(); ok && s == symbol && !found {
			found = true
			continue
		}
		rest = rest.Mul(d)
	}
	for _, s := range rest.Symbols() {
		if s == symbol {
			return rest, false
		}
	}
	return rest, found
}

func (w *writer) outputType() jen.Code {
	return jen.Comment("Output is what the model answers. Slices are flat, row-major.").Line().
		Type().Id("Output").StructFunc(func(g *jen.Group) {
		for _, p := range w.outputs {
			g.Id(p.field).Id(p.typ).Comment(p.doc())
			if p.value.Type.IsTensor() {
				g.Id(p.field + "Shape").Index(jen.Lit(p.value.Type.Rank())).Int()
			}
		}
	}).Line()
}

// storageTypes declares the named types of half-precision ports.
func (w *writer) storageTypes(f *jen.File) {
	seen := map[string]bool{}
	for _, v := range w.p.Graph.Values() {
		seen[elemType(v.Type.DType)] = true
	}
	docs := map[string]string{"Float16": "Float16 is the bit pattern of an IEEE 754 binary16 number.", "BFloat16": "BFloat16 is the upper half of a float32's bit pattern."}
	for _, t := range []string{"BFloat16", "Float16"} {
		if seen[t] {
			f.Comment(docs[t])
			f.Type().Id(t).Uint16()
		}
	}
}

// heldTypes declares the types of the tensors that sequences and optionals hold.
func (w *writer) heldTypes(f *jen.File) {
	held := map[string]string{} // the element's type by the tensor's
	for _, v := range w.p.Graph.Values() {
		for t := v.Type.Elem; t != nil; t = t.Elem {
			if t.IsTensor() && v.Type.Kind != ir.KindMap {
				held[heldType(*t)] = elemType(t.DType)
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(held)) {
		w.kernels["kernel.Tensor"] = true
		f.Comment(name + " is a tensor in a sequence or optional: Data is flat, row-major, Shape its dims.")
		f.Type().Id(name).Op("=").Id(lift.Local("kernel.Tensor")).Types(jen.Id(held[name]))
	}
}

func (w *writer) predict() jen.Code {
	return jen.Comment("Predict runs the model. It is safe for concurrent use; the answer belongs to the caller.").Line().
		Func().Id("Predict").Params(jen.Id("in").Id("Input")).Params(jen.Id("Output"), jen.Error()).Block(
		jen.Id("s").Op(":=").Id("pool").Dot("Get").Call().Assert(jen.Op("*").Id("Session")),
		jen.Var().Id("out").Id("Output"),
		jen.Id("err").Op(":=").Id("s").Dot("Run").Call(jen.Op("&").Id("in"), jen.Op("&").Id("out")),
		w.handOver(),
		w.letGo(),
		jen.Id("pool").Dot("Put").Call(jen.Id("s")),
		jen.If(jen.Id("err").Op("!=").Nil()).Block(jen.Return(jen.Id("Output").Values(), jen.Id("err"))),
		jen.Return(jen.Id("out"), jen.Nil()),
	).Line().Line().
		Comment("pool keeps the sessions that Predict uses.").Line().
		Var().Id("pool").Op("=").Qual("sync", "Pool").Values(jen.Id("New").Op(":").Func().Params().Any().Block(jen.Return(jen.New(jen.Id("Session"))))).Line()
}

// handOver leaves the answer's slices to the caller of Predict.
func (w *writer) handOver() jen.Code {
	if !w.hasOwn() {
		return jen.Null()
	}
	return jen.Id("s").Dot("own").Op("=").Id("Output").Values().Comment("the answer is the caller's now")
}

// letGo keeps a pooled session from holding on to a caller's data.
func (w *writer) letGo() jen.Code {
	if w.readsInput() {
		return jen.Id("s").Dot("in").Op(",").Id("s").Dot("out").Op("=").Nil().Op(",").Nil()
	}
	return jen.Id("s").Dot("out").Op("=").Nil()
}

// maxMemory declares the bound that the checks use. It is there for infinite numbers, too: it imports math for them.
func (w *writer) maxMemory(f *jen.File) {
	if !w.hasLayout() && !w.uses["tooLarge"] && !w.uses["math"] {
		return
	}
	f.Comment("MaxMemory bounds what a session may take, in bytes: sizes that need more are an error. Set it before the first run.")
	f.Var().Id("MaxMemory").Op("=").Id("min").Call(jen.Id("4<<30"), jen.Qual("math", "MaxInt")) // an int may hold less
}

// hasOwn reports whether there are outputs that a session may have to make room for.
func (w *writer) hasOwn() bool {
	for _, p := range w.outputs {
		if p.value.Type.IsTensor() {
			return true
		}
	}
	return false
}

// sessionType declares the session with the fields that the steps use.
func (w *writer) sessionType() jen.Code {
	return comment("Session is the memory of one run at a time, for one goroutine. The zero value is ready; it grows to the\nlargest sizes seen.").Line().
		Type().Id("Session").StructFunc(func(g *jen.Group) {
		if w.readsInput() {
			g.Id("in").Op("*").Id("Input")
		}
		g.Id("out").Op("*").Id("Output")
		if w.hasOwn() {
			g.Id("own").Id("Output").Comment("room for answers that the caller's slices cannot hold")
		}
		g.Id("step").Int().Comment("the number of the next step")
		g.Id("err").Error()
		if w.uses["at"] {
			g.Id("at").Int().Comment("where a kernel found a fault; -1 for none")
		}
		if w.uses["draw"] {
			g.Id("draws").Uint64().Comment("how often random numbers were drawn: those of a new session start anew")
		}
		if len(w.p.Slots) > 0 {
			g.Id("arena").Index().Byte()
			g.Id("offsets").Index(jen.Lit(len(w.p.Slots) + 1)).Int().Comment("of the slots, in bytes")
		}
		if w.uses["tails"] {
			g.Id("tails").Index(jen.Lit(w.p.Tails)).Index().Byte().Comment("tensors whose sizes depend on data")
		}
		for i, o := range w.p.Objects {
			g.Id(fmt.Sprintf("object%d", i)).Id(goType(o.Type))
			if spare := fmt.Sprintf("spare%d", i); w.uses[spare] {
				g.Id(spare).Id(goType(o.Type)).Comment("the memory behind it, to grow")
			}
		}
		for i := range w.p.Weights.Regions {
			if w.uses[fmt.Sprintf("text%d", i)] {
				g.Id(fmt.Sprintf("text%d", i)).Index().String()
			}
		}
		w.sizeFields(g)
	}).Line()
}

func (w *writer) readsInput() bool {
	for _, l := range w.p.Layers {
		for _, it := range l.Items {
			for _, p := range it.In {
				if p.Kind == plan.InInput {
					return true
				}
			}
			if it.Control != nil && it.Control.Cond != nil && it.Control.Cond.Kind == plan.InInput {
				return true
			}
		}
	}
	return false
}

func (w *writer) sizeFields(g *jen.Group) {
	for _, f := range w.free {
		g.Id(f.own).Int()
	}
	for _, d := range w.p.Sizes {
		g.Id(strings.TrimPrefix(w.sizes[d.String()], "s.")).Int().Comment(w.doc(d))
	}
	for _, s := range w.p.Data {
		g.Id(strings.TrimPrefix(w.symbols[s.Name], "s.")).Int().Comment("known once a step has found it")
	}
}

// run writes Run and RunContext.
func (w *writer) run() jen.Code {
	ctx := jen.Id("ctx").Qual("context", "Context")
	params := []jen.Code{jen.Id("in").Op("*").Id("Input"), jen.Id("out").Op("*").Id("Output")}
	return comment("Run fills out from in. out's slices are used where they are large enough, and else the session's, which are\nvalid until its next Run. It allocates nothing at sizes already seen.").Line().
		Func().Params(jen.Id("s").Op("*").Id("Session")).Id("Run").Params(params...).Error().Block(
		jen.Return(jen.Id("s").Dot("RunContext").Call(jen.Qual("context", "Background").Call(), jen.Id("in"), jen.Id("out"))),
	).Line().Line().
		Comment("RunContext is Run that stops between two steps once ctx is done.").Line().
		Func().Params(jen.Id("s").Op("*").Id("Session")).Id("RunContext").Params(append([]jen.Code{ctx}, params...)...).Error().BlockFunc(func(g *jen.Group) {
		g.If(jen.Id("err").Op(":=").Id("s").Dot("bind").Call(jen.Id("in"), jen.Id("out")), jen.Id("err").Op("!=").Nil()).Block(jen.Return(jen.Id("err")))
		g.For(jen.Id("s").Dot("step").Op("<").Len(jen.Id("steps"))).Block(
			jen.If(jen.Id("err").Op(":=").Id("ctx").Dot("Err").Call(), jen.Id("err").Op("!=").Nil()).Block(jen.Return(jen.Id("err"))),
			jen.Id("step").Op(":=").Id("steps").Index(jen.Id("s").Dot("step")),
			jen.Id("s").Dot("step").Op("++").Comment("a step may set it to jump"),
			jen.Id("step").Call(jen.Id("s")),
			jen.If(jen.Id("s").Dot("err").Op("!=").Nil()).Block(jen.Return(jen.Id("s").Dot("err"))),
		)
		w.shapes(g)
		g.Return(jen.Nil())
	}).Line()
}

// shapes sets the outputs' shapes once all sizes are known.
func (w *writer) shapes(g *jen.Group) {
	for _, p := range w.outputs {
		if !p.value.Type.IsTensor() {
			continue
		}
		parts := make([]string, p.value.Type.Rank())
		for i, d := range p.value.Type.Shape {
			parts[i] = w.dim(d)
		}
		g.Id("out").Dot(p.field + "Shape").Op("=").Index(jen.Lit(len(parts))).Int().Values(jen.Id(strings.Join(parts, ", ")))
	}
}

func (w *writer) stepTable() jen.Code {
	return jen.Comment("steps is the program, a layer each.").Line().
		Var().Id("steps").Op("=").Index(jen.Op("...")).Func().Params(jen.Op("*").Id("Session")).ValuesFunc(func(g *jen.Group) {
		for _, m := range w.methods {
			g.Line().Parens(jen.Op("*").Id("Session")).Dot(m)
		}
		if len(w.methods) > 0 {
			g.Line()
		}
	}).Line()
}

// info writes Info and Warm.
func (w *writer) info(f *jen.File) {
	f.Comment("ModelInfo describes a compiled model.")
	f.Type().Id("ModelInfo").Struct(
		jen.Id("Name").String().Comment("what the model calls itself"),
		jen.Id("Source").String().Comment("the file it was compiled from"),
		jen.Id("SHA256").String().Comment("of that file"),
		jen.Id("Opsets").Index().String(),
		jen.Id("Parameters").Int64().Comment("numbers in the model's constants"),
		jen.Id("WeightBytes").Int64().Comment("embedded in the program"),
		jen.Id("ArenaBytes").Int64().Comment("memory of a session at the sizes in Typical"),
		jen.Id("Typical").String(),
		jen.Id("Steps").Int(),
		jen.Id("MaxAllocs").Int().Comment("allocations of Session.Run at sizes already seen; -1: as many as its strings, sequences, maps and pictures need"),
	)
	f.Comment("Info describes this model.")
	opsets := jen.Index().String().ValuesFunc(func(g *jen.Group) {
		for _, o := range w.opt.Opsets {
			g.Lit(o)
		}
	})
	f.Var().Id("Info").Op("=").Add(literal("ModelInfo",
		field("Name"), jen.Lit(w.p.Graph.Name), field("Source"), jen.Lit(w.opt.Source), field("SHA256"), jen.Lit(w.opt.SHA256),
		field("Opsets"), opsets, field("Parameters"), jen.Lit(int(w.opt.Parameters)), field("WeightBytes"), jen.Lit(w.p.Weights.Len()),
		field("ArenaBytes"), jen.Lit(int(w.p.Stats.ArenaBytes)), field("Typical"), jen.Lit(w.p.Stats.Typical),
		field("Steps"), jen.Lit(len(w.methods)), field("MaxAllocs"), jen.Lit(w.maxAllocs())))
	f.Comment("Warm reads the weights once, so that the first run finds them in memory: for a scheduled warm-up.")
	f.Func().Id("Warm").Params().Block(jen.Id("warmed").Op("=").Id(w.helper("Touch")).Call(jen.Id("weightsBin")))
	f.Comment("warmed keeps the compiler from dropping Warm's reads.")
	f.Var().Id("warmed").Byte()
}

// maxAllocs is 0 but for models with strings, sequences, maps and pictures, whose allocations depend on the data.
func (w *writer) maxAllocs() int {
	for _, o := range w.outputs {
		if isHeld(o.value.Type) {
			return -1
		}
	}
	for _, o := range w.p.Objects {
		if !o.Type.IsTensor() || o.Type.DType == ir.String {
			return -1
		}
	}
	for _, l := range w.p.Layers {
		for _, it := range l.Items {
			if it.Node == nil {
				continue
			}
			if a, ok := it.Node.Op.(ir.Allocator); ok && a.Allocates() {
				return -1
			}
		}
	}
	return 0
}
