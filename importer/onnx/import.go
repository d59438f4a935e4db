package onnx

import (
	"errors"
	"fmt"
	"slices"
	"sort"
	"strconv"

	"github.com/energeticc/energeticc/importer/onnx/file"
	"github.com/energeticc/energeticc/importer/onnx/pb"
	"github.com/energeticc/energeticc/importer/shared"
	"github.com/energeticc/energeticc/ir"
)

// Options steer an import.
type Options = shared.Options

// UnsupportedError says that one or more nodes cannot be compiled.
type UnsupportedError = shared.UnsupportedError

// Opset is a version of an operator domain; "" is ai.onnx.
type Opset struct {
	Domain  string
	Version int64
}

// Opsets lists the operator sets that a model imports, by domain.
func Opsets(m *file.Model) []Opset {
	var all []Opset
	for _, o := range m.Proto.OpsetImport {
		all = append(all, Opset{domain(o.GetDomain()), o.GetVersion()})
	}
	sort.Slice(all, func(i, j int) bool { return all[i].Domain < all[j].Domain })
	return slices.Compact(all) // some writers name ai.onnx by both its spellings
}

// domain gives a domain's one spelling: ai.onnx has two.
func domain(d string) string {
	if d == "ai.onnx" {
		return ""
	}
	return d
}

// NodeError is what is wrong with one node.
type NodeError struct {
	Node, Op, Domain string
	Opset            int64
	Err              error
}

// Error names node, operator and version before the cause.
func (e *NodeError) Error() string {
	d := "opset"
	if e.Domain != "" {
		d = "domain " + e.Domain
	}
	return fmt.Sprintf("%s (%s, %s %d): %v", printable(e.Node), printable(e.Op), d, e.Opset, e.Err)
}

// printable spells a name of the file for a terminal: odd characters are escaped, and long names cut.
func printable(name string) string {
	const most = 200
	if len(name) > most {
		name = name[:most] + "…"
	}
	if quoted := strconv.Quote(name); quoted != `"`+name+`"` {
		return quoted
	}
	return name
}

// Unwrap is the cause.
func (e *NodeError) Unwrap() error { return e.Err }

// Import reads a model into a graph.
func Import(m *file.Model, opt Options) (*ir.Graph, error) {
	g, err := importAs(m, opt, noRank)
	if errors.Is(err, errNoRank) {
		return importOpen(m, opt, err)
	}
	return g, err
}

// importAs reads inputs without a shape as tensors of a rank.
func importAs(m *file.Model, opt Options, rank int) (*ir.Graph, error) {
	im := &importer{rows: spellings(), file: m, opt: opt, opsets: map[string]int64{}, functions: map[functionKey]*pb.FunctionProto{}, joined: map[*ir.Value][]*ir.Value{}, lists: map[*ir.Value][]*ir.Value{}, optionals: map[*ir.Value]*ir.Value{}, types: map[*pb.GraphProto]map[string]*pb.TypeProto{}, warned: map[string]bool{}, wrapped: map[*ir.Value]bool{}, numbered: map[string]ir.Dim{}, rank: rank}
	if err := im.header(m.Proto); err != nil {
		return nil, fmt.Errorf("%s: %w", m.Name, err)
	}
	g := m.Proto.GetGraph()
	if n := countNodes(g, 0); n > opt.NodeLimit() {
		return nil, fmt.Errorf("%s: the model has %d nodes; the limit is %d (--max-nodes)", m.Name, n, opt.NodeLimit())
	}
	im.scan(g, im.opsets)
	if len(im.errs) == 0 {
		im.check(m.Proto)
	}
	if len(im.errs) > 0 {
		return nil, im.report(g)
	}
	b := ir.NewBuilder(graphName(g, m.Name))
	if err := im.graph(b, g); err != nil {
		im.errs = append(im.errs, err)
	}
	if len(im.errs) > 0 {
		return nil, im.report(g)
	}
	return b.Graph, nil
}

func graphName(g *pb.GraphProto, fallback string) string {
	if g.GetName() != "" {
		return g.GetName()
	}
	return fallback
}

type functionKey struct{ domain, name, overload string }

// importer is the state of one import.
type importer struct {
	rows      table
	file      *file.Model
	opt       Options
	opsets    map[string]int64
	functions map[functionKey]*pb.FunctionProto
	expanding []functionKey // the functions around the current node
	depth     int           // of subgraphs and functions
	errs      []error
	copies    int  // nodes imported again behind a branch
	loops     int  // around the current node
	searching bool // within a search's graph
	changing  map[changingDim]bool
	settled   map[carriedValue]ir.Type
	inlined   int // nodes of functions' bodies, at each call
	// joined are vectors of sizes of which something may be known, by the parts that Concat made them of.
	joined map[*ir.Value][]*ir.Value
	// lists are sequences whose tensors are known; optionals are known to hold a value, or nil for none.
	lists     map[*ir.Value][]*ir.Value
	optionals map[*ir.Value]*ir.Value
	types     map[*pb.GraphProto]map[string]*pb.TypeProto // what the file declares
	warned    map[string]bool
	wrapped   map[*ir.Value]bool   // results of loops' runs that are optionals because what the loop starts with is one
	numbered  map[string]ir.Dim    // dims whose names an exporter made up
	rank      int                  // of inputs without a shape
	open      []*pb.ValueInfoProto // these, where rank is anyRank
}

func (im *importer) report(g *pb.GraphProto) error {
	return &UnsupportedError{Model: im.file.Name, Nodes: countNodes(g, 0), Errs: im.errs}
}

func countNodes(g *pb.GraphProto, depth int) int {
	n := 0
	if depth > maxDepth {
		return n
	}
	for _, node := range g.GetNode() {
		n++
		for _, sub := range subgraphs(node) {
			n += countNodes(sub, depth+1)
		}
	}
	return n
}

// maxDepth bounds nesting of subgraphs and function calls.
const maxDepth = 64

func subgraphs(n *pb.NodeProto) []*pb.GraphProto {
	var all []*pb.GraphProto
	for _, a := range n.GetAttribute() {
		if g := a.GetG(); g != nil {
			all = append(all, g)
		}
		all = append(all, a.GetGraphs()...)
	}
	return all
}

// header checks versions and collects opsets and local functions.
func (im *importer) header(p *pb.ModelProto) error {
	if p.GetGraph() == nil {
		return errors.New("the file holds no graph; is it an ONNX model?")
	}
	if v := p.GetIrVersion(); v < 1 || v > newestIR {
		return fmt.Errorf("IR version %d is unknown, want 1 to %d", v, newestIR)
	}
	for _, o := range p.OpsetImport {
		d := domain(o.GetDomain())
		if v, twice := im.opsets[d]; twice && v != o.GetVersion() {
			return fmt.Errorf("opset_import names domain %q twice, as %d and %d", d, v, o.GetVersion())
		}
		im.opsets[d] = o.GetVersion()
	}
	if len(p.OpsetImport) == 0 {
		if p.GetIrVersion() >= 3 {
			return errors.New("opset_import is missing: the model does not say which operator versions it means")
		}
		im.opsets[""] = 1
	}
	if _, imported := im.opsets["com.microsoft"]; !imported && p.GetProducerName() == transformersOptimizer {
		im.opsets["com.microsoft"] = 1
	}
	if v := im.opsets[""]; v < 0 || v > newestOpset {
		return fmt.Errorf("opset %d is unknown, want 1 to %d", v, newestOpset)
	}
	for _, f := range p.GetFunctions() {
		k := functionKey{domain(f.GetDomain()), f.GetName(), f.GetOverload()}
		if im.functions[k] != nil {
			return fmt.Errorf("local function %s is defined twice", k.name)
		}
		im.functions[k] = f
	}
	return nil
}

const (
	newestIR    = 14
	newestOpset = 28

	// transformersOptimizer is a producer that writes com.microsoft's operators without importing their domain.
	transformersOptimizer = "onnxruntime.transformers"
)

// scan finds every node that no row and no local function knows, so that a user hears of all of them at once.
func (im *importer) scan(g *pb.GraphProto, opsets map[string]int64) {
	if im.depth++; im.depth > maxDepth {
		im.errs = append(im.errs, fmt.Errorf("subgraphs are nested more than %d deep", maxDepth))
		im.depth--
		return
	}
	defer func() { im.depth-- }()
	for i, n := range g.GetNode() {
		im.scanNode(i, n, opsets)
		for _, sub := range subgraphs(n) {
			im.scan(sub, opsets)
		}
	}
}

func (im *importer) scanNode(i int, n *pb.NodeProto, opsets map[string]int64) {
	d := domain(n.GetDomain())
	f, isFunction := im.functions[functionKey{d, n.GetOpType(), n.GetOverload()}]
	if isFunction {
		im.scanFunction(f)
		return
	}
	version, imported := opsets[d]
	if !imported && d == "" {
		version, imported = opsets["ai.onnx"]
	}
	err := error(nil)
	switch r := im.rows.find(d, n.GetOpType(), version); {
	case !imported:
		err = fmt.Errorf("domain %q is not in opset_import; add it to the model", d)
	case r == nil && im.rows.known(d, n.GetOpType()):
		err = fmt.Errorf("this version of the operator is not supported; convert the model to a newer opset")
	case r == nil:
		err = fmt.Errorf("unknown operator; express it as a local function in the model, or remove it")
	}
	if err != nil {
		im.errs = append(im.errs, &NodeError{nodeName(i, n), n.GetOpType(), d, version, err})
	}
}

// scanFunction looks once into a function's body.
func (im *importer) scanFunction(f *pb.FunctionProto) {
	k := functionKey{domain(f.GetDomain()), f.GetName(), f.GetOverload()}
	for _, e := range im.expanding {
		if e == k {
			return
		}
	}
	im.expanding = append(im.expanding, k) // stays: each function is looked into once
	body := &pb.GraphProto{Node: f.GetNode()}
	im.scan(body, functionOpsets(f))
}

func functionOpsets(f *pb.FunctionProto) map[string]int64 {
	m := map[string]int64{}
	for _, o := range f.GetOpsetImport() {
		m[domain(o.GetDomain())] = o.GetVersion()
	}
	return m
}

// nodeName names a node for errors, by its outputs or place where it has no name.
func nodeName(i int, n *pb.NodeProto) string {
	switch {
	case n.GetName() != "":
		return n.GetName()
	case len(n.GetOutput()) > 0 && n.GetOutput()[0] != "":
		return n.GetOutput()[0]
	}
	return fmt.Sprintf("node %d", i)
}
