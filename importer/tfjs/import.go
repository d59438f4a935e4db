package tfjs

import (
	"errors"
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/energeticc/energeticc/importer/shared"
	"github.com/energeticc/energeticc/importer/tfjs/file"
	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

// Options steer an import.
type Options = shared.Options

// UnsupportedError says that one or more nodes cannot be compiled.
type UnsupportedError = shared.UnsupportedError

// NodeError is what is wrong with one node.
type NodeError struct {
	Node, Op string
	Err      error
}

// Error names node and operator before the cause.
func (e *NodeError) Error() string { return fmt.Sprintf("%s (%s): %v", e.Node, e.Op, e.Err) }

// Unwrap is the cause.
func (e *NodeError) Unwrap() error { return e.Err }

// importer is the state of one import.
type importer struct {
	rows      map[string]*row
	file      *file.Model
	opt       Options
	functions map[string]*net
	errs      []error
	depth     int        // of functions, branches and loops around the current node
	open      *openInput // nil where the ranks of all inputs are known
	read      int        // nodes read so far, each time that a function is called
	handles   map[*ir.Value]any
	layers    map[string]*layerRow
	masks     map[*ir.Value]*ir.Value // which steps of a layer's result count
	// shortNames are the weights by names without the cell that Keras puts in.
	shortNames map[string]*file.Weight
	tables     map[string]*table // hash tables by their nodes' names
	bytes      bool              // some texts may be cut in the middle of characters
}

// maxDepth bounds nesting of functions, branches and loops.
const maxDepth = 64

// Import reads a model into a graph.
func Import(m *file.Model, opt Options) (*ir.Graph, error) {
	im := &importer{rows: spellings(), layers: layerSpellings(), file: m, opt: opt, functions: map[string]*net{}, handles: map[*ir.Value]any{}, masks: map[*ir.Value]*ir.Value{}, tables: map[string]*table{}}
	b := ir.NewBuilder(m.Name)
	var err error
	if m.Layers != nil {
		err = im.layerModel(b)
	} else {
		err = im.graphModel(b)
	}
	if err != nil && !errors.Is(err, errBroken) {
		im.errs = append(im.errs, err)
	}
	if len(im.errs) > 0 {
		return nil, &UnsupportedError{Model: m.Name, Nodes: im.countNodes(), Errs: im.errs}
	}
	return b.Graph, nil
}

// graphModel reads a graph model.
func (im *importer) graphModel(b *ir.Builder) error {
	main, err := im.nets()
	if err != nil {
		return err
	}
	return im.main(b, main)
}

// nets indexes the model's graph and its functions.
func (im *importer) nets() (*net, error) {
	for _, f := range im.file.Graph.Library.Function {
		if f == nil {
			return nil, errors.New("the library holds a function that is null")
		}
		name := f.Signature.Name
		if im.functions[name] != nil {
			return nil, fmt.Errorf("function %q is defined twice", name)
		}
		n, err := newNet(f.NodeDef)
		if err != nil {
			return nil, fmt.Errorf("function %q: %w", name, err)
		}
		n.function = f
		im.functions[name] = n
	}
	return newNet(im.file.Graph.Node)
}

func (im *importer) countNodes() int {
	if im.file.Graph == nil {
		return im.countLayers()
	}
	count := len(im.file.Graph.Node)
	for _, f := range im.file.Graph.Library.Function {
		if f != nil {
			count += len(f.NodeDef)
		}
	}
	return count
}

// port is an input or output of the model.
type port struct {
	name string // what the user calls it
	ref  string // the value in the graph
	decl *file.Port
}

// main reads the model's graph: its inputs, then what its outputs need.
func (im *importer) main(b *ir.Builder, main *net) error {
	s := newScope(nil, main, b)
	if err := im.inputs(b, s); err != nil {
		return err
	}
	for name, r := range im.opt.Dims {
		if sym := b.Graph.Symbols[name]; sym != nil {
			sym.Range = r
		}
	}
	outputs := im.outputPorts(main)
	if len(outputs) == 0 {
		return errors.New("the model has no outputs")
	}
	if unknown := im.unknown(main, outputs); len(unknown) > 0 {
		im.errs = unknown
		return errBroken
	}
	if err := im.initialise(); err != nil {
		return err
	}
	if im.open != nil {
		outs, err := im.openOutputs(s, outputs)
		if err != nil {
			return err
		}
		for i, v := range outs {
			v.Name = outputs[i].name
		}
		b.Output(outs...)
		return nil
	}
	var broken error
	for _, p := range outputs {
		v, err := im.value(s, p.ref)
		if err == nil {
			v, err = im.output(s, p, v)
		}
		if err != nil {
			if !errors.Is(err, errBroken) {
				im.errs = append(im.errs, fmt.Errorf("output %q: %w", p.name, err))
			}
			broken = errBroken
			continue
		}
		b.Output(v)
	}
	return broken
}

// output gives a value the name of an output. A value that has a name already gets another node.
func (im *importer) output(s *scope, p port, v *ir.Value) (*ir.Value, error) {
	v, err := im.material(s, v)
	if err != nil {
		return nil, err
	}
	if v, err = im.decoded(s, v); err != nil {
		return nil, err
	}
	taken := v.Const != nil || slices.Contains(s.Graph.Inputs, v) || slices.Contains(s.Graph.Outputs, v)
	if taken {
		if v, err = s.Add1(p.name, copied, v); err != nil {
			return nil, err
		}
	}
	v.Name = p.name
	return v, nil
}

// decoded makes text again of what may have been cut in the middle of characters.
func (im *importer) decoded(s *scope, v *ir.Value) (*ir.Value, error) {
	if !im.bytes || !v.Type.IsTensor() || v.Type.DType != ir.String {
		return v, nil
	}
	return s.Add1(v.Name, op.DecodeUTF8{}, v)
}

// inputPorts lists the signature's inputs, or else all placeholders.
func (im *importer) inputPorts(main *net) []port {
	var ports []port
	if sig := im.file.Signature; sig != nil && len(sig.Inputs) > 0 {
		for i := range sig.Inputs {
			p := &sig.Inputs[i]
			ports = append(ports, port{nodeOf(p.Name), p.Name, p})
		}
		return ports
	}
	for _, def := range main.order {
		if strings.HasPrefix(def.Op, "Placeholder") {
			ports = append(ports, port{def.Name, def.Name, nil})
		}
	}
	return ports
}

// outputPorts lists the signature's outputs, or else all nodes whose values nobody uses.
func (im *importer) outputPorts(main *net) []port {
	var ports []port
	if sig := im.file.Signature; sig != nil && len(sig.Outputs) > 0 {
		for i := range sig.Outputs {
			p := &sig.Outputs[i]
			ports = append(ports, port{p.Key, p.Name, p})
		}
		return ports
	}
	used := map[string]bool{}
	for _, def := range main.order {
		for _, ref := range def.Input {
			used[nodeOf(ref)] = true
		}
	}
	for _, def := range main.order {
		if !used[def.Name] {
			ports = append(ports, port{def.Name, def.Name, nil})
		}
	}
	return ports
}

// FreeDims lists the names of the dims that a model's inputs leave open, which Options.Dims may pin or bound.
func FreeDims(m *file.Model) []string {
	im, b := &importer{rows: spellings(), layers: layerSpellings(), file: m, handles: map[*ir.Value]any{}}, ir.NewBuilder("")
	if err := im.onlyInputs(b); err != nil {
		return nil
	}
	return b.Graph.SymbolNames()
}

// onlyInputs reads the model's inputs and nothing else.
func (im *importer) onlyInputs(b *ir.Builder) error {
	if im.file.Graph != nil {
		main, err := newNet(im.file.Graph.Node)
		if err != nil {
			return err
		}
		return im.inputs(b, newScope(nil, main, b))
	}
	top, err := topology(im.file)
	if err != nil {
		return err
	}
	r, err := im.openModel(newScope(nil, &net{}, b), top)
	if err != nil {
		return err
	}
	return r.inputs()
}

// unknown finds every node that the outputs need and that no row knows, so that a user hears of all of them at once.
func (im *importer) unknown(main *net, outputs []port) []error {
	var errs []error
	seen := map[*file.NodeDef]bool{}
	type need struct {
		net *net
		ref string
	}
	var todo []need
	for _, p := range outputs {
		todo = append(todo, need{main, p.ref})
	}
	for len(todo) > 0 {
		next := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		def := next.net.nodes[nodeOf(next.ref)]
		if def == nil || seen[def] {
			continue
		}
		seen[def] = true
		if im.rows[def.Op] == nil {
			errs = append(errs, &NodeError{def.Name, def.Op, unknown("operator", def.Op)})
		}
		for _, ref := range def.Input {
			if !isControl(ref) {
				todo = append(todo, need{next.net, ref})
			}
		}
		for _, a := range def.Attr {
			if a == nil || a.Func == nil || im.functions[a.Func.Name] == nil {
				continue
			}
			f := im.functions[a.Func.Name]
			for _, ref := range f.function.Ret {
				todo = append(todo, need{f, ref})
			}
		}
	}
	sort.Slice(errs, func(i, j int) bool { return errs[i].Error() < errs[j].Error() })
	return errs
}
