package emit

import (
	"bytes"
	"fmt"
	"go/format"
	"sort"
	"strings"
	"unicode"

	"github.com/dave/jennifer/jen"

	"github.com/energeticc/energeticc/codegen/lift"
	"github.com/energeticc/energeticc/codegen/plan"
	"github.com/energeticc/energeticc/ir"
)

// File is a file of the generated package, by its slash-separated path in it.
type File struct {
	Name string
	Data []byte
}

// Options say what a package is called and what it says of its source.
type Options struct {
	Package    string
	Source     string // the model file's name
	SHA256     string // of the model file, in hex
	Version    string // of the compiler
	Opsets     []string
	Parameters int64  // elements of constants
	License    []byte // the model's own, written as LICENSE
	Cases      []Case // golden answers for the generated test; none leaves the test out
	// WeightsFile leaves weights.bin beside the program: its Load takes the bytes, instead of embedding them.
	WeightsFile bool
}

// Case is an input with the answer that is wanted.
type Case struct {
	Name    string
	In, Out []*ir.Tensor
	Abs     float64 // how far an answer may be from the wanted one: Abs + Rel·|want|
	Rel     float64
}

// Package writes all files of a package.
func Package(p *plan.Program, opt Options) ([]File, error) {
	w := newWriter(p, opt)
	model, err := w.model()
	if err != nil {
		return nil, err
	}
	files := []File{{"model.go", model}}
	if w.hasRows() {
		row, err := w.row()
		if err != nil {
			return nil, err
		}
		files = append(files, File{"row.go", row})
	}
	weights, err := w.weightFiles()
	if err != nil {
		return nil, err
	}
	files = append(files, weights...)
	if len(opt.Cases) > 0 {
		tests, err := w.tests()
		if err != nil {
			return nil, err
		}
		files = append(files, tests...)
	}
	kernels, err := lift.Files(lift.Request{Package: opt.Package, Names: w.lifted(), Header: w.header()})
	if err != nil {
		return nil, err
	}
	for _, k := range kernels {
		files = append(files, File{k.Name, k.Source})
	}
	if opt.License != nil {
		files = append(files, File{"LICENSE", opt.License})
	}
	sort.Slice(files, func(i, j int) bool { return files[i].Name < files[j].Name })
	return files, nil
}

// writer is the state of one package's writing.
type writer struct {
	p       *plan.Program
	opt     Options
	kernels map[string]bool // what is lifted
	pkg     *names          // declarations of the package
	fields  *names          // fields and methods of the session
	symbols map[string]string
	sizes   map[string]string // by the expression's text
	inputs  []port
	outputs []port
	free    []freeSymbol
	uses    map[string]bool // fields and helpers that the steps need
	labels  map[*plan.Item]int
	methods []string // of the layers
}

// port is an input or output of the package.
type port struct {
	value *ir.Value
	name  string // in the model
	field string
	shape string // "[Batch, 64]"
	typ   string // Go's
	elem  string // of a tensor
}

// freeSymbol is a dim that a caller may give.
type freeSymbol struct {
	sym   *ir.Symbol
	field string // of Input
	own   string // of the session
}

func newWriter(p *plan.Program, opt Options) *writer {
	w := &writer{p: p, opt: opt, kernels: map[string]bool{}, symbols: map[string]string{}, sizes: map[string]string{}, uses: map[string]bool{}, labels: map[*plan.Item]int{}}
	w.collectKernels()
	w.pkg = newNames(nil, "Input", "Output", "Predict", "Session", "Warm", "Info", "ModelInfo", "InputError", "StepError", "steps", "weightsBin", "weights", "pool", "Float16", "BFloat16", "MaxMemory", "warmed",
		"Row", "RowOutput", "PredictRow", "rowPool", "rowSession", "Load", "ErrNoWeights")
	for k := range w.kernels {
		w.pkg.taken[lift.Local(k)] = true
	}
	for _, k := range lift.Names() { // any of the helpers may be called
		if strings.HasPrefix(k, "arena.") {
			w.pkg.taken[lift.Local(k)] = true
		}
	}
	w.fields = newNames(nil, "Run", "RunContext", "in", "out", "arena", "offsets", "step", "err", "at", "own", "tails", "bind", "layout", "slot", "span", "fail", "badIndex", "wrongLength", "tooLarge", "sizes", "objects", "texts", "run", "draw", "draws", "Bytes")
	for i := range max(len(p.Objects), len(p.Weights.Regions)) {
		for _, kind := range []string{"object", "spare", "text"} {
			w.fields.taken[fmt.Sprintf("%s%d", kind, i)] = true
		}
	}
	w.nameSymbols()
	w.namePorts()
	w.nameLayers()
	return w
}

// collectKernels notes every kernel, function value and type that the calls name.
func (w *writer) collectKernels() {
	var arg func(a ir.Arg)
	arg = func(a ir.Arg) {
		if a.Kind == ir.ArgFunc || a.Kind == ir.ArgStruct {
			w.kernels[a.Name] = true
		}
		for _, x := range a.Args {
			arg(x)
		}
	}
	for _, l := range w.p.Layers {
		for _, it := range l.Items {
			for _, c := range it.Calls {
				if c.Kernel != "" {
					w.kernels[c.Kernel] = true
				}
				for _, a := range c.Args {
					arg(a)
				}
			}
		}
	}
}

// helper names a function of runtime/arena, which is lifted because of it.
func (w *writer) helper(name string) string {
	w.kernels["arena."+name] = true
	return lift.Local("arena." + name)
}

func (w *writer) lifted() []string {
	var all []string
	for k := range w.kernels {
		all = append(all, k)
	}
	sort.Strings(all)
	return all
}

// nameSymbols gives every symbol a field of the session, free ones a field of Input too.
func (w *writer) nameSymbols() {
	in := newNames(nil)
	for _, v := range w.p.Inputs {
		in.taken[exported(v.Name, "Input")] = true
	}
	for _, s := range w.p.Free {
		f := freeSymbol{sym: s, field: in.unique(exported(s.Name, "Dim")), own: w.fields.unique(local(s.Name, "dim"))}
		w.symbols[s.Name] = "s." + f.own
		w.free = append(w.free, f)
	}
	for _, s := range w.p.Data {
		w.symbols[s.Name] = "s." + w.fields.unique(local(s.Name, "data"))
	}
	for i, d := range w.p.Sizes {
		w.sizes[d.String()] = "s." + w.fields.unique(fmt.Sprintf("size%d", i))
	}
}

func (w *writer) namePorts() {
	in, out := newNames(nil), newNames(nil)
	for _, f := range w.free {
		in.taken[f.field] = true
	}
	for i, v := range w.p.Inputs {
		w.inputs = append(w.inputs, w.port(v, v.Name, in.unique(exported(v.Name, fmt.Sprintf("Input%d", i)))))
	}
	for i, o := range w.p.Outputs {
		name := exported(o.Name, fmt.Sprintf("Output%d", i))
		field := out.unique(name)
		for out.has(field + "Shape") { // an output's name
			field = out.unique(name)
		}
		out.taken[field+"Shape"] = true
		w.outputs = append(w.outputs, w.port(o.Value, o.Name, field))
	}
}

func (w *writer) port(v *ir.Value, name, field string) port {
	p := port{value: v, name: name, field: field, typ: goType(v.Type)}
	if v.Type.IsTensor() {
		p.elem = elemType(v.Type.DType)
		p.shape = w.shapeText(v.Type.Shape)
	}
	return p
}

// header is the first lines of every generated Go file.
func (w *writer) header() string {
	sha := w.opt.SHA256
	if len(sha) > 12 {
		sha = sha[:12] + "…"
	}
	return fmt.Sprintf("// Code generated by energeticc%s from %s (sha256:%s); DO NOT EDIT.\n// SPDX-License-Identifier: 0BSD", w.opt.Version, oneLine(w.opt.Source), sha)
}

// oneLine is a text that ends no comment: a file's name may hold line breaks.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return '?'
		}
		return r
	}, s)
}

// render prints a jennifer file under the generated header.
func (w *writer) render(f *jen.File, constraint string) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString(w.header() + "\n\n//go:build " + constraint + "\n\n")
	f.NoFormat = true // it is formatted below, with the header
	if err := f.Render(&b); err != nil {
		return nil, fmt.Errorf("emit: BUG: %w", err)
	}
	src, err := format.Source(b.Bytes())
	if err != nil {
		return nil, fmt.Errorf("emit: BUG: %w", err)
	}
	return src, nil
}

// goType writes a value's type in Go.
func goType(t ir.Type) string {
	switch t.Kind {
	case ir.KindSequence:
		return "[]" + heldType(*t.Elem)
	case ir.KindOptional:
		return "*" + heldType(*t.Elem)
	case ir.KindMap:
		return "map[" + elemType(t.Key) + "]" + goElem(*t.Elem)
	}
	return "[]" + elemType(t.DType)
}

// heldType is goType of what a sequence or optional holds: a tensor has its shape with it.
func heldType(t ir.Type) string {
	if t.IsTensor() {
		e := elemType(t.DType)
		return strings.ToUpper(e[:1]) + e[1:] + "Tensor"
	}
	return goType(t)
}

// goElem is goType where a scalar stands for itself.
func goElem(t ir.Type) string {
	if t.IsTensor() && t.Rank() == 0 {
		return elemType(t.DType)
	}
	return goType(t)
}

// elemTypes are Go's types of elements; storage types are named ones that the package declares.
var elemTypes = map[ir.DType]string{
	ir.Float32: "float32", ir.Float64: "float64", ir.Float16: "Float16", ir.BFloat16: "BFloat16",
	ir.Int8: "int8", ir.Int16: "int16", ir.Int32: "int32", ir.Int64: "int64",
	ir.Uint8: "uint8", ir.Uint16: "uint16", ir.Uint32: "uint32", ir.Uint64: "uint64",
	ir.Bool: "bool", ir.String: "string", ir.Complex64: "complex64", ir.Complex128: "complex128",
}

func elemType(d ir.DType) string {
	if s, ok := elemTypes[d]; ok {
		return s
	}
	return "uint8" // sub-byte and 8-bit floats: packed patterns
}
