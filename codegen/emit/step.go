package emit

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/dave/jennifer/jen"

	"github.com/energeticc/energeticc/codegen/lift"
	"github.com/energeticc/energeticc/codegen/plan"
	"github.com/energeticc/energeticc/ir"
)

// nameLayers names every layer's method and numbers the steps that jumps land on.
func (w *writer) nameLayers() {
	for i, l := range w.p.Layers {
		if i < len(w.p.Layers)-1 || l.HasWork() {
			w.methods = append(w.methods, w.fields.unique(layerName(l.Scope)))
		} // else the labels at the program's end, which jumps leave to
		for _, it := range l.Items {
			w.labels[it] = i
		}
	}
}

// layerName makes a method's name of the last telling parts of a scope.
func layerName(scope string) string {
	parts := strings.FieldsFunc(scope, func(r rune) bool { return r == '/' })
	if len(parts) > 4 {
		parts = parts[len(parts)-4:]
	}
	return local(strings.Join(parts, "_"), "step")
}

// method is the state of one layer's writing.
type method struct {
	w      *writer
	name   string
	g      *jen.Group
	locals *names
	views  map[viewKey]string
	dims   map[string]ir.Dim // the length of each view, by its name
	node   string            // the node being written, for errors
	outs   []string
	loop   *loop // the chain's that is being written; nil outside
}

// viewKey says which data a local variable shows.
type viewKey struct {
	kind  plan.Kind
	index int
	elem  string
	n     string
}

// layer writes a layer's method.
func (w *writer) layer(i int) jen.Code {
	l := w.p.Layers[i]
	m := &method{w: w, name: w.methods[i], locals: newNames(w.pkg, "s"), views: map[viewKey]string{}, dims: map[string]ir.Dim{}}
	body := jen.BlockFunc(func(g *jen.Group) {
		m.g = g
		m.items(l.Items)
	})
	return jen.Comment(m.comment(l)).Line().Comment("//").Line().Comment("//go:noinline").Line().
		Func().Params(jen.Id("s").Op("*").Id("Session")).Id(m.name).Params().Add(body)
}

// comment says what the layer computes: its ops and the last output's shape.
func (m *method) comment(l *plan.Layer) string {
	ops := opsOf(l)
	if ops == "" {
		return m.name + " moves data between steps."
	}
	s := m.name + " computes " + ops
	if n := len(m.outs); n > 0 {
		s += ": " + m.outs[n-1]
	}
	return s + "."
}

// opsOf names a layer's ops, the middle of many left out.
func opsOf(l *plan.Layer) string {
	var ops []string
	for _, it := range l.Items {
		if it.Node == nil {
			continue
		}
		name := it.Node.Op.OpName()
		if n := len(ops); n == 0 || ops[n-1] != name {
			ops = append(ops, name)
		}
	}
	if len(ops) > 6 {
		ops = append(ops[:5], "…", ops[len(ops)-1])
	}
	return strings.Join(ops, ", ")
}

// item writes what one node comes to.
func (m *method) item(it *plan.Item) {
	m.node = nodeName(it)
	for _, c := range it.Checks {
		m.check(it, c)
	}
	if it.Keep != nil {
		m.keep(it.Keep)
	}
	bounded := make([]bool, len(it.Bounds))
	m.bounds(it, bounded, it.Calls)
	for i, c := range it.Calls {
		m.call(it, c)
		if len(c.Bind) > 0 {
			m.bounds(it, bounded, it.Calls[i+1:])
		}
	}
	if it.Control != nil {
		m.control(it)
	}
	m.result(it)
}

// result notes an item's first output, for the method's comment.
func (m *method) result(it *plan.Item) {
	if it.Node != nil && len(it.Out) > 0 && it.Out[0].Value != nil {
		m.outs = append(m.outs, m.w.shapeText(it.Out[0].Value.Type.Shape))
	}
}

// check writes an equation between sizes that depend on data.
func (m *method) check(it *plan.Item, c ir.Check) {
	m.w.uses["fail"] = true
	m.g.If(jen.Id(m.w.dim(c.A)).Op("!=").Id(m.w.dim(c.B))).Block(
		jen.Id("s").Dot("fail").Call(jen.Lit(nodeName(it)), jen.Lit(c.What)),
		jen.Return(),
	)
}

// bounds checks the sizes that no later call binds.
func (m *method) bounds(it *plan.Item, done []bool, later []ir.Call) {
	for i, s := range it.Bounds {
		if done[i] || bindsAny(later, s.Dim) {
			continue
		}
		done[i] = true
		m.w.uses["fail"] = true
		m.g.If(jen.Id(m.w.dim(s.Dim)).Op("<").Lit(0)).Block(
			jen.Id("s").Dot("fail").Call(jen.Lit(nodeName(it)), jen.Lit("a size does not fit")),
			jen.Return(),
		)
	}
}

func bindsAny(calls []ir.Call, d ir.Dim) bool {
	for _, c := range calls {
		for _, b := range c.Bind {
			if slices.Contains(d.Symbols(), b) {
				return true
			}
		}
	}
	return false
}

func nodeName(it *plan.Item) string {
	if it.Node != nil {
		return it.Node.Name
	}
	return it.Note
}

// keep grows a buffer that rows are added to.
func (m *method) keep(k *plan.Keep) {
	p := k.Buffer
	m.limit(ir.TensorType(p.Value.Type.DType, k.Len))
	switch p.Kind {
	case plan.InTail:
		m.w.uses["tails"] = true
		size := strconv.Itoa(p.Value.Type.DType.Size())
		m.g.Id(tail(p)).Op("=").Id(m.w.helper("GrowKeep")).Call(jen.Id(tail(p)), jen.Id(m.w.factor(k.Len)+"*"+size), jen.Id(m.w.factor(k.Old)+"*"+size))
	case plan.InOutput:
		field := m.w.outputs[p.Index].field
		m.w.uses["own"] = true
		m.g.Id("s.out."+field).Op("=").Id(m.w.helper("Fit")).Call(jen.Id("s.out."+field), jen.Id("&s.own."+field), jen.Id(m.w.dim(k.Len)), jen.Id(m.w.dim(k.Old)))
	case plan.InObject:
		o := m.w.object(p.Index)
		m.g.Id(o).Op("=").Id(m.w.helper("Fit")).Call(jen.Id(o), jen.Op("&").Id(m.w.spare(p.Index)), jen.Id(m.w.dim(k.Len)), jen.Id(m.w.dim(k.Old)))
	default:
		panic("emit: BUG: a buffer of fixed size is to grow: " + p.Value.Name)
	}
	m.forget(p.Kind, p.Index)
}

func tail(p plan.Place) string { return fmt.Sprintf("s.tails[%d]", p.Index) }

// forget drops the views of a buffer that moved.
func (m *method) forget(kind plan.Kind, index int) {
	for k := range m.views {
		if k.kind == kind && k.index == index {
			delete(m.views, k)
		}
	}
}

// call writes a kernel call, or binds a size.
func (m *method) call(it *plan.Item, c ir.Call) {
	args := make([]jen.Code, len(c.Args))
	for i, a := range c.Args {
		args[i] = jen.Id(m.arg(it, a))
	}
	var results []string
	for _, b := range c.Bind {
		if b == "" {
			results = append(results, "_")
			continue
		}
		results = append(results, m.w.symbols[b])
	}
	if c.Kernel == "" {
		m.g.Id(results[0]).Op("=").Add(args[0])
		m.rebound(c.Bind)
		return
	}
	name := lift.Local(c.Kernel)
	if len(c.Types) > 0 {
		name += typeArgs(c.Types)
	}
	call := jen.Id(name).Call(args...)
	switch {
	case c.Fault == nil && len(results) == 0:
		m.g.Add(call)
	case c.Fault == nil:
		m.g.Id(strings.Join(results, ", ")).Op("=").Add(call)
	default:
		m.w.uses["at"] = true
		all := strings.Join(append(results, "s.at"), ", ")
		m.g.If(jen.Id(all).Op("=").Add(call), jen.Id("s.at").Op(">=").Lit(0)).Block(m.fault(it, c), jen.Return())
	}
	m.rebound(c.Bind)
}

// rebound drops the views whose lengths have changed.
func (m *method) rebound(symbols []string) {
	for k, name := range m.views {
		for _, s := range m.dims[name].Symbols() {
			for _, b := range symbols {
				if s == b {
					delete(m.views, k)
				}
			}
		}
	}
}

// fault writes what a kernel's complaint means.
func (m *method) fault(it *plan.Item, c ir.Call) jen.Code {
	f := c.Fault
	if f.Arg < 0 {
		m.w.uses["fail"] = true
		return jen.Id("s").Dot("fail").Call(jen.Lit(nodeName(it)), jen.Lit(f.Text))
	}
	a := c.Args[f.Arg]
	p := m.places(it, a)
	tensor := p.Value.Name
	if p.Kind == plan.InInput {
		tensor = m.w.inputs[p.Index].field
	}
	if p.Value.Type.DType == ir.String {
		m.w.uses["badText"] = true
		return jen.Id("s").Dot("badText").Call(jen.Lit(nodeName(it)), jen.Lit(tensor), jen.Id(m.arg(it, a)+"[s.at]"), jen.Lit(f.Text))
	}
	m.w.uses["badIndex"] = true
	return jen.Id("s").Dot("badIndex").Call(jen.Lit(nodeName(it)), jen.Lit(tensor), jen.Id("int64("+m.arg(it, a)+"[s.at])"), jen.Id("int64("+m.w.dim(f.Lo)+")"), jen.Id("int64("+m.w.dim(f.Hi)+")"))
}

func typeArgs(types []ir.DType) string {
	parts := make([]string, len(types))
	for i, d := range types {
		parts[i] = elemType(d)
	}
	return "[" + strings.Join(parts, ", ") + "]"
}

func (m *method) places(it *plan.Item, a ir.Arg) plan.Place {
	switch a.Kind {
	case ir.ArgIn:
		return it.In[a.Index]
	case ir.ArgOut:
		return it.Out[a.Index]
	case ir.ArgScratch:
		return it.Scratch[a.Index]
	}
	return it.Packed[a.Tensor]
}

// arg writes an argument.
func (m *method) arg(it *plan.Item, a ir.Arg) string {
	switch a.Kind {
	case ir.ArgIn, ir.ArgOut, ir.ArgScratch, ir.ArgWeights:
		p := m.places(it, a)
		if !p.Value.Type.IsTensor() && a.Kind == ir.ArgIn {
			return strings.TrimPrefix(m.pointer(p), "&")
		}
		s := m.view(p)
		if a.Sub {
			off, end := m.w.dim(a.Off), m.w.dim(a.Off.Add(a.Len))
			s += "[" + off + ":" + end + "]"
		}
		if m.loop != nil {
			s = m.loop.cut(s, p)
		}
		return s
	case ir.ArgInt:
		return m.w.dim(a.Dim)
	case ir.ArgInts:
		parts := make([]string, len(a.Dims))
		for i, d := range a.Dims {
			parts[i] = m.w.dim(d)
		}
		return "[]int{" + strings.Join(parts, ", ") + "}"
	case ir.ArgNum:
		return m.w.number(a)
	case ir.ArgBool:
		return strconv.FormatBool(a.Num != 0)
	case ir.ArgFunc:
		return instance(a)
	case ir.ArgStruct:
		return instance(a) + "{" + m.list(it, a.Args) + "}"
	case ir.ArgText:
		return strconv.Quote(a.Name)
	case ir.ArgDraw:
		m.w.uses["draw"] = true
		return "s.draw()"
	case ir.ArgSlice:
		return "[][]" + elemType(a.DType) + "{" + m.list(it, a.Args) + "}"
	}
	return "nil"
}

func (m *method) list(it *plan.Item, args []ir.Arg) string {
	parts := make([]string, len(args))
	for i, x := range args {
		parts[i] = m.arg(it, x)
	}
	return strings.Join(parts, ", ")
}

// instance writes the name of a function or type, with its type arguments.
func instance(a ir.Arg) string {
	s := lift.Local(a.Name)
	if len(a.Types) > 0 {
		s += typeArgs(a.Types)
	}
	return s
}

// number writes a constant of an element type.
func (w *writer) number(a ir.Arg) string {
	t := elemType(a.DType)
	switch {
	case a.DType.IsStorage():
		return fmt.Sprintf("%s(%#x)", t, pattern(a.DType, a.Num))
	case a.DType.IsInteger():
		return fmt.Sprintf("%s(%d)", t, a.Int)
	case a.DType == ir.Bool:
		return strconv.FormatBool(a.Num != 0)
	case math.IsNaN(a.Num):
		return w.special(t, "NaN()")
	case math.IsInf(a.Num, 0):
		return w.special(t, fmt.Sprintf("Inf(%d)", int(math.Copysign(1, a.Num))))
	case a.Num == 0 && math.Signbit(a.Num):
		return w.special(t, "Copysign(0, -1)")
	case a.DType == ir.Float64:
		return strconv.FormatFloat(a.Num, 'g', -1, 64)
	}
	return strconv.FormatFloat(float64(float32(a.Num)), 'g', -1, 32)
}

// special writes a number that has no literal.
func (w *writer) special(t, call string) string {
	w.uses["math"] = true
	return t + "(math." + call + ")"
}

// pattern is the bits of a number of a storage type.
func pattern(d ir.DType, v float64) uint64 {
	bits := uint64(0)
	for i, b := range ir.Scalar(d, v).Data {
		bits |= uint64(b) << (8 * i)
	}
	return bits
}

// view gives a local variable that shows a place's data, declared at its first use.
func (m *method) view(p plan.Place) string {
	if p.Kind == plan.Absent {
		panic("emit: BUG: an argument has no place")
	}
	if !p.Value.Type.IsTensor() {
		return m.pointer(p)
	}
	t := p.Value.Type
	if p.Part {
		t = ir.TensorType(t.DType, ir.Const(plan.ChainPart))
	}
	key := viewKey{p.Kind, p.Index, elemType(t.DType), m.w.length(t)}
	if name, ok := m.views[key]; ok {
		return name
	}
	m.fresh(p)
	fallback := "x"
	name := m.locals.unique(local(valueWords(p.Value.Name), fallback))
	m.views[key], m.dims[name] = name, t.Len()
	shape := m.w.shapeText(t.Shape)
	m.g.Id(name).Op(":=").Id(m.data(p, t)).Comment(shape)
	return name
}

// fresh makes a growable place large enough for what is about to be written. Views of what it held may show memory
// that it has left.
func (m *method) fresh(p plan.Place) {
	if !p.Fresh {
		return
	}
	m.forget(p.Kind, p.Index)
	n := m.w.length(p.Value.Type)
	m.limit(p.Value.Type)
	switch p.Kind {
	case plan.InTail:
		m.w.uses["tails"] = true
		m.g.Id(tail(p)).Op("=").Id(m.w.helper("Grow")).Call(jen.Id(tail(p)), jen.Id(m.w.byteSize(p.Value.Type)))
	case plan.InOutput:
		m.w.uses["own"] = true
		field := "s.out." + m.w.outputs[p.Index].field
		own := "&s.own." + m.w.outputs[p.Index].field
		m.g.Id(field).Op("=").Id(m.w.helper("Fit")).Call(jen.Id(field), jen.Id(own), jen.Id(n), jen.Lit(0))
	case plan.InObject:
		o := m.w.object(p.Index)
		m.g.Id(o).Op("=").Id(m.w.helper("Resize")).Call(jen.Id(o), jen.Id(n))
	}
}

// limit refuses a tensor whose size data asks for and that memory should not be spent on.
func (m *method) limit(t ir.Type) {
	if !m.w.p.Graph.DependsOnData(t.Len()) {
		return
	}
	m.w.uses["tooLarge"] = true
	m.g.If(jen.Id("s").Dot("tooLarge").Call(jen.Lit(m.node), jen.Id(m.w.floatBytes(t)))).Block(jen.Return())
}

// length writes how long a tensor's slice is: elements of fewer than eight bits are packed into bytes.
func (w *writer) length(t ir.Type) string {
	if t.DType.Bits()%8 != 0 {
		return w.byteSize(t)
	}
	return w.dim(t.Len())
}

// byteSize writes what a tensor takes.
func (w *writer) byteSize(t ir.Type) string {
	return w.dim(t.Len().Mul(ir.Const(int64(t.DType.Bits()))).CeilDiv(ir.Const(8)))
}

// pointer is the address of a value that is no tensor.
func (m *method) pointer(p plan.Place) string {
	switch p.Kind {
	case plan.InInput:
		return "&s.in." + m.w.inputs[p.Index].field
	case plan.InOutput:
		return "&s.out." + m.w.outputs[p.Index].field
	}
	return "&" + m.w.object(p.Index)
}

// object names the session's field of an object.
func (w *writer) object(i int) string { return "s.object" + strconv.Itoa(i) }

// spare names the field for the memory that an object with rows grows into.
func (w *writer) spare(i int) string {
	name := "spare" + strconv.Itoa(i)
	w.uses[name] = true
	return "s." + name
}

// data writes the expression of a place's elements, of which there are those of t.
func (m *method) data(p plan.Place, t ir.Type) string {
	elem, n := elemType(t.DType), m.w.length(t)
	switch p.Kind {
	case plan.InWeights:
		if t.DType == ir.String {
			return m.w.text(p, t)
		}
		m.w.uses["weights"] = true
		return fmt.Sprintf("%s[%s](weights, %d, %s)", m.w.helper("Constant"), elem, p.Index, n)
	case plan.InInput:
		return "s.in." + m.w.inputs[p.Index].field
	case plan.InOutput:
		return "s.out." + m.w.outputs[p.Index].field
	case plan.InSlot:
		if p.Last > p.Index {
			m.w.uses["span"] = true
			return fmt.Sprintf("%s[%s](s.span(%d, %d), %s)", m.w.helper("View"), elem, p.Index, p.Last, n)
		}
		m.w.uses["slot"] = true
		return fmt.Sprintf("%s[%s](s.slot(%d), %s)", m.w.helper("View"), elem, p.Index, n)
	case plan.InTail:
		return fmt.Sprintf("%s[%s](%s, %s)", m.w.helper("View"), elem, tail(p), n)
	}
	return m.w.object(p.Index)
}

// text writes the session's slice of a constant table of strings.
func (w *writer) text(p plan.Place, t ir.Type) string {
	n, _ := t.Len().IsConst()
	for i, r := range w.p.Weights.Regions {
		if r.Offset == p.Index {
			w.uses[fmt.Sprintf("text%d", i)] = true
			return fmt.Sprintf("%s(&s.text%d, weightsBin[%d:%d], %d)", w.helper("Texts"), i, r.Offset, r.Offset+r.Bytes, n)
		}
	}
	panic("emit: BUG: no region at the offset of a table of strings")
}

// control writes a jump.
func (m *method) control(it *plan.Item) {
	c := it.Control
	target := m.w.labels[c.Target]
	jump := jen.Id("s").Dot("step").Op("=").Lit(target)
	if c.Cond == nil && !c.Counted {
		m.g.Add(jump).Comment(m.w.stepName(target))
		return
	}
	var conds []string
	if c.Counted {
		conds = append(conds, m.w.dim(c.Counter)+" >= "+m.w.dim(c.Limit))
	}
	if c.Cond != nil {
		conds = append(conds, "!"+m.view(*c.Cond)+"[0]")
	}
	m.g.If(jen.Id(strings.Join(conds, " || "))).Block(jump.Comment(m.w.stepName(target)))
}

// stepName names the step that a jump lands on.
func (w *writer) stepName(i int) string {
	if i < len(w.methods) {
		return w.methods[i]
	}
	return "the end"
}
