package onnx

import (
	"errors"
	"fmt"

	"github.com/energeticc/energeticc/importer/onnx/pb"
	"github.com/energeticc/energeticc/ir"
)

// scope finds values by name; a subgraph sees the names around it.
type scope struct {
	outer   *scope
	values  map[string]*ir.Value
	broken  map[string]bool // outputs of nodes that failed: what needs them is not reported again
	opsets  map[string]int64
	attrs   map[string]*pb.AttributeProto // a function call's attributes
	closed  bool                          // a function's body does not see the names around its call
	speculo bool                          // a path that may never run: errors end the path, not the import
	then    *onward                       // what is read after the graph's outputs; nil for nothing
	model   bool                          // the graph's outputs are the model's
}

func (s *scope) inner() *scope {
	return &scope{outer: s, values: map[string]*ir.Value{}, broken: map[string]bool{}, opsets: s.opsets, attrs: s.attrs, speculo: s.speculo}
}

func (s *scope) find(name string) (*ir.Value, bool) {
	for ; s != nil; s = s.outer {
		if v, ok := s.values[name]; ok {
			return v, true
		}
		if s.broken[name] {
			return nil, false
		}
		if s.closed {
			break
		}
	}
	return nil, false
}

func (s *scope) isBroken(name string) bool {
	for ; s != nil; s = s.outer {
		if s.broken[name] {
			return true
		}
		if s.closed {
			break
		}
	}
	return false
}

// errBroken ends a path whose error was reported already.
var errBroken = errors.New("a node before it failed")

// graph reads the model's main graph.
func (im *importer) graph(b *ir.Builder, g *pb.GraphProto) error {
	s := (&scope{opsets: im.opsets}).inner()
	s.outer, s.model = nil, true
	if err := im.initializers(b, s, g); err != nil {
		return err
	}
	for _, in := range g.GetInput() {
		if _, isConst := s.values[in.GetName()]; isConst {
			continue // a default that the user cannot override: IR version 3 lists initialisers as inputs
		}
		if t := in.GetType().GetTensorType(); im.rank == anyRank && t != nil && t.GetShape() == nil {
			im.open = append(im.open, in)
			continue
		}
		t, err := im.typeOf(in.GetName(), in.GetType(), b)
		if err == nil {
			err = t.CheckSize()
		}
		if err != nil {
			return fmt.Errorf("input %w", err)
		}
		s.values[in.GetName()] = b.Input(in.GetName(), t)
	}
	if len(im.open) > 1 {
		return fmt.Errorf("input %s: %w", im.open[0].GetName(), errNoRank)
	}
	for name, r := range im.opt.Dims {
		if sym := b.Graph.Symbols[name]; sym != nil {
			sym.Range = r
		}
	}
	read := im.sortedBody
	if len(im.open) == 1 {
		read = im.openInput
	}
	out, err := read(b, s, g)
	if err != nil {
		return ignoreBroken(err)
	}
	im.shapesAgree(g, out)
	for i, v := range out {
		if name := g.GetOutput()[i].GetName(); v.Const == nil && !isInput(b.Graph, v) {
			v.Name = name
		}
	}
	b.Output(out...)
	return nil
}

func isInput(g *ir.Graph, v *ir.Value) bool {
	for _, in := range g.Inputs {
		if in == v {
			return true
		}
	}
	return false
}

func ignoreBroken(err error) error {
	if errors.Is(err, errBroken) {
		return nil
	}
	return err
}

func (im *importer) initializers(b *ir.Builder, s *scope, g *pb.GraphProto) error {
	for _, t := range g.GetInitializer() {
		c, err := im.file.Tensor(t)
		if err != nil {
			return err
		}
		s.values[t.GetName()] = b.Const(t.GetName(), c)
	}
	for _, t := range g.GetSparseInitializer() {
		c, err := im.file.Sparse(t)
		if err != nil {
			return err
		}
		name := t.GetValues().GetName()
		s.values[name] = b.Const(name, c)
	}
	return nil
}

// sortedBody reads a graph's nodes, in an order in which every value is made before it is used.
func (im *importer) sortedBody(b *ir.Builder, s *scope, g *pb.GraphProto) ([]*ir.Value, error) {
	nodes, err := ordered(g.GetNode())
	if err != nil {
		return nil, err
	}
	return im.body(b, s, g, nodes)
}

// body reads nodes and gives the graph's outputs. Where an If's branches differ in rank, what follows it is read
// into both branches.
func (im *importer) body(b *ir.Builder, s *scope, g *pb.GraphProto, nodes []*pb.NodeProto) ([]*ir.Value, error) {
	broken := false
	for i, p := range nodes {
		rest := nodes[i+1:]
		outs, done, err := im.node(b, s, g, i, p, rest)
		if done {
			return outs, err
		}
		if err != nil {
			if s.speculo {
				return nil, err
			}
			broken = true
			if !errors.Is(err, errBroken) {
				im.errs = append(im.errs, err)
			}
			for _, name := range p.GetOutput() {
				s.broken[name] = true
			}
			continue
		}
		for k, name := range p.GetOutput() {
			if name != "" && k < len(outs) && outs[k] != nil {
				s.values[name] = outs[k]
			}
		}
	}
	if broken {
		return nil, errBroken
	}
	out := make([]*ir.Value, len(g.GetOutput()))
	for i, o := range g.GetOutput() {
		v, ok := s.find(o.GetName())
		if !ok {
			return nil, fmt.Errorf("output %q is made by no node", o.GetName())
		}
		out[i] = v
	}
	if s.then != nil {
		return s.then.read(im, b, out)
	}
	return out, nil
}

// node reads one node. done says that what follows the node was read as well.
func (im *importer) node(b *ir.Builder, s *scope, g *pb.GraphProto, i int, p *pb.NodeProto, rest []*pb.NodeProto) (outs []*ir.Value, done bool, err error) {
	d := domain(p.GetDomain())
	n := &node{Builder: b, im: im, scope: s, proto: p, name: nodeName(i, p), version: s.opsets[d], outputs: len(p.GetOutput()), within: g}
	fail := func(err error) error {
		if errors.Is(err, errBroken) {
			return err
		}
		return &NodeError{n.name, p.GetOpType(), d, n.version, err}
	}
	if err := n.resolve(); err != nil {
		return nil, false, fail(err)
	}
	n.checkAttributes()
	if f := im.functions[functionKey{d, p.GetOpType(), p.GetOverload()}]; f != nil {
		outs, done, err = im.splice(n, g, rest, func(s *scope) ([]*ir.Value, error) { return im.call(n, s, f) })
	} else if r := im.rows.find(d, p.GetOpType(), n.version); r == nil {
		err = errors.New("unknown operator")
	} else if d == "" && p.GetOpType() == "If" {
		outs, done, err = im.branch(n, g, rest)
	} else if d == "" && p.GetOpType() == "SequenceAt" && n.openRank() {
		outs, err = im.byRank(n, g, rest)
		done = true
	} else {
		outs, err = r.make(n)
	}
	if n.err != nil {
		err = n.err
	}
	if err != nil {
		return nil, done, fail(err)
	}
	for k, name := range p.GetOutput() {
		if t := im.declared(g)[name]; t != nil && !done && k < len(outs) && outs[k] != nil {
			if err := im.agrees(name, t, outs[k]); err != nil {
				return nil, false, fail(err)
			}
		}
	}
	if !done && len(outs) < n.outputs {
		for _, name := range p.GetOutput()[len(outs):] {
			if name != "" {
				return nil, false, fail(fmt.Errorf("output %q is not supported; export the model without it", name))
			}
		}
	}
	return outs, done, nil
}

// resolve finds the inputs and attributes.
func (n *node) resolve() error {
	for _, name := range n.proto.GetInput() {
		if name == "" {
			n.in = append(n.in, nil)
			continue
		}
		v, ok := n.scope.find(name)
		if !ok {
			if n.scope.isBroken(name) {
				return errBroken
			}
			return fmt.Errorf("input %q is made by no node before it", name)
		}
		n.in = append(n.in, v)
	}
	for len(n.in) > 0 && n.in[len(n.in)-1] == nil {
		n.in = n.in[:len(n.in)-1]
	}
	n.attrs = map[string]*pb.AttributeProto{}
	for _, a := range n.proto.GetAttribute() {
		name := a.GetName()
		if n.attrs[name] != nil {
			return fmt.Errorf("attribute %s stands twice", name)
		}
		if ref := a.GetRefAttrName(); ref != "" {
			if n.scope.attrs == nil {
				return fmt.Errorf("attribute %s refers to %s outside a function", name, ref)
			}
			given := n.scope.attrs[ref]
			if given == nil {
				continue // the call leaves it out: the operator's default holds
			}
			a = given // whose own name is the one that the call uses
		}
		n.attrs[name] = a
	}
	return nil
}

// call expands a local function.
func (im *importer) call(n *node, s *scope, f *pb.FunctionProto) ([]*ir.Value, error) {
	if im.depth++; im.depth > maxDepth {
		return nil, fmt.Errorf("functions call each other more than %d deep; does one call itself?", maxDepth)
	}
	defer func() { im.depth-- }()
	// Functions that call others twice make models of a few nodes without end.
	if im.inlined += 1 + len(f.GetNode()); im.inlined > im.opt.NodeLimit() {
		return nil, fmt.Errorf("functions within functions make more than %d nodes, the limit (--max-nodes)", im.opt.NodeLimit())
	}
	s.closed, s.opsets, s.attrs = true, functionOpsets(f), map[string]*pb.AttributeProto{}
	for _, a := range f.GetAttributeProto() {
		s.attrs[a.GetName()] = a
	}
	for name, a := range n.attrs {
		s.attrs[name] = a
	}
	if len(n.in) > len(f.GetInput()) {
		return nil, fmt.Errorf("%d inputs, the function takes %d", len(n.in), len(f.GetInput()))
	}
	for i, name := range f.GetInput() {
		s.values[name] = n.input(i)
	}
	body := &pb.GraphProto{Node: f.GetNode()}
	for _, name := range f.GetOutput() {
		body.Output = append(body.Output, &pb.ValueInfoProto{Name: &name})
	}
	return im.sortedBody(n.Builder, s, body)
}
