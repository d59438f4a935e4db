package ir

import "strconv"

// Parse reads a graph's text form. newOp makes an op with zero attributes by its name. Types that the text leaves
// out are inferred; those that it gives are taken as they are, for Verify to judge.
func Parse(src string, newOp func(name string) (Op, bool)) (g *Graph, err error) {
	p := &parser{scan: scan{src: src}, newOp: newOp}
	defer func() {
		switch e := recover().(type) {
		case nil:
		case syntaxError:
			g, err = nil, e.error
		default:
			panic(e)
		}
	}()
	g = p.graph(nil)
	p.space()
	if p.at < len(p.src) {
		p.fail("%s after the graph", p.found())
	}
	p.forget(g)
	return g, nil
}

// forget drops the symbols that inference made for sizes which nothing mentions: it would make them anew each time
// that the text is read.
func (p *parser) forget(g *Graph) {
	used := usedSymbols(g)
	for name, s := range g.Symbols {
		if s.Data && !p.declared[name] && !used[name] {
			delete(g.Symbols, name)
		}
	}
}

// usedSymbols finds the names that sizes in the graph mention.
func usedSymbols(g *Graph) map[string]bool {
	used := map[string]bool{}
	note := func(dims ...Dim) {
		for _, d := range dims {
			for _, s := range d.Symbols() {
				used[s] = true
			}
		}
	}
	for _, v := range g.Values() {
		note(v.Type.Shape...)
		note(v.Elems...)
	}
	g.Walk(func(n *Node) {
		for _, c := range n.Checks {
			note(c.A, c.B)
		}
		note(OpDims(n.Op)...)
	})
	return used
}

type parser struct {
	scan
	newOp    func(string) (Op, bool)
	declared map[string]bool // symbols that the text itself names in a sym line
}

// names finds values; a subgraph sees those of the graphs around it.
type names struct {
	outer  *names
	graph  *Graph
	values map[string]*Value
	types  map[string]Type // of outputs, from the signature, until a node makes them
}

func (n *names) find(name string) *Value {
	for ; n != nil; n = n.outer {
		if v := n.values[name]; v != nil {
			return v
		}
	}
	return nil
}

func (p *parser) define(n *names, name string, v *Value) *Value {
	if n.find(name) != nil {
		p.fail("%s is made twice", quoteName(name))
	}
	n.values[name] = v
	return v
}

// graph reads func name(inputs) (outputs) { statements }.
func (p *parser) graph(outer *names) *Graph {
	defer p.enter()()
	if !p.keyword("func") {
		p.fail("%s instead of func", p.found())
	}
	g := &Graph{Symbols: map[string]*Symbol{}}
	n := &names{outer: outer, graph: g, values: map[string]*Value{}, types: map[string]Type{}}
	if outer != nil {
		g.Symbols = outer.graph.Symbols
	}
	g.Name = p.name("a graph's name")
	for _, v := range p.params(g) {
		g.Inputs = append(g.Inputs, p.define(n, v.Name, v))
	}
	outs := p.params(g)
	for _, v := range outs {
		n.types[v.Name] = v.Type
	}
	p.expect("{")
	for !p.accept("}") {
		p.statement(n)
	}
	for _, o := range outs {
		v := n.find(o.Name)
		if v == nil {
			p.fail("output %s is not made", quoteName(o.Name))
		}
		g.Outputs = append(g.Outputs, v)
	}
	return g
}

func (p *parser) params(g *Graph) []*Value {
	var vs []*Value
	p.expect("(")
	for !p.accept(")") {
		if len(vs) > 0 {
			p.expect(",")
		}
		name := p.name("a value's name")
		vs = append(vs, &Value{Name: name, Type: p.typeIn(g)})
	}
	return vs
}

// typeIn reads a type and makes its symbols known.
func (p *parser) typeIn(g *Graph) Type {
	t := p.typ()
	g.know(t)
	return t
}

// know adds symbols that are not declared (yet); held types have none.
func (g *Graph) know(t Type) {
	for _, d := range t.Shape {
		for _, s := range d.Symbols() {
			if g.Symbols[s] == nil {
				g.Symbols[s] = &Symbol{Name: s, Range: Range{0, Unbounded}, Named: true}
			}
		}
	}
}

func (p *parser) statement(n *names) {
	switch {
	case p.keyword("sym"):
		p.symbol(n.graph)
	case p.keyword("const"):
		name := p.name("a constant's name")
		t := p.typ()
		p.expect("=")
		v := ConstValue(name, p.constant(t))
		p.define(n, name, v)
	default:
		p.node(n)
	}
}

// symbol reads sym name lo..hi and what is known beyond the range.
func (p *parser) symbol(g *Graph) {
	s := &Symbol{Name: p.name("a symbol"), Range: Range{0, Unbounded}, Named: true}
	p.space()
	if at := p.at; p.at < len(p.src) && (p.src[p.at] >= '0' && p.src[p.at] <= '9') {
		lo, hi, ok := cutRange(p.word())
		if !ok || lo > hi {
			p.at = at
			p.fail("a range is lo..hi, or lo.. without a bound")
		}
		s.Range = Range{lo, hi}
	}
	switch {
	case p.keyword("data"):
		s.Data, s.Named = true, p.keyword("named")
	case p.keyword("unnamed"):
		s.Named = false
	}
	g.Symbols[s.Name] = s
	if p.declared == nil {
		p.declared = map[string]bool{}
	}
	p.declared[s.Name] = true
}

func cutRange(w string) (lo, hi int64, ok bool) {
	i := 0
	for i < len(w) && w[i] != '.' {
		i++
	}
	if len(w) < i+2 || w[i:i+2] != ".." {
		return 0, 0, false
	}
	lo, err := strconv.ParseInt(w[:i], 10, 64)
	if err != nil || w[i+2:] == "" {
		return lo, Unbounded, err == nil
	}
	hi, err = strconv.ParseInt(w[i+2:], 10, 64)
	return lo, hi, err == nil
}

// output is a node's output as it stands before the equals sign.
type output struct {
	name  string
	typ   Type
	typed bool
	elems []Dim
}

// node reads outputs = Op{attributes}(inputs) and checks.
func (p *parser) node(n *names) {
	outs, name := p.outputs(n)
	op, ok := p.newOp(name)
	if !ok {
		p.fail("%q is no op", name)
	}
	node := &Node{Op: p.attributes(n, op), In: p.inputs(n)}
	for p.keyword("check") {
		node.Checks = append(node.Checks, p.check())
	}
	comment, named := p.comment()
	if node.Name = comment; !named && len(outs) > 0 {
		node.Name = outs[0].name
	}
	for i, g := range node.Graphs() {
		if g == nil {
			p.fail("%s lacks subgraph %d", name, i)
		}
	}
	p.make(n, node, outs)
	n.graph.Nodes = append(n.graph.Nodes, node)
}

// outputs reads up to the op's name.
func (p *parser) outputs(n *names) ([]output, string) {
	var outs []output
	for {
		name := p.name("an output or an op")
		if p.space(); len(outs) == 0 && (p.peek("(") || p.peek("{")) {
			return nil, name
		}
		o := output{name: name}
		if o.typ, o.typed = n.types[name]; !p.peek(",") && !p.peek("=") {
			o.typ, o.typed = p.typeIn(n.graph), true
			if p.space(); p.peek("{") {
				o.elems = p.dims("{", "}")
				n.graph.know(Type{Shape: o.elems})
			}
		}
		outs = append(outs, o)
		if p.accept("=") {
			return outs, p.name("an op")
		}
		p.expect(",")
	}
}

func (p *parser) inputs(n *names) []*Value {
	p.expect("(")
	in := []*Value{}
	for !p.accept(")") {
		if len(in) > 0 {
			p.expect(",")
		}
		if p.keyword("_") {
			in = append(in, nil)
			continue
		}
		name := p.name("an input")
		v := n.find(name)
		if v == nil {
			p.fail("%s is used before it is made", quoteName(name))
		}
		in = append(in, v)
	}
	return in
}

func (p *parser) check() Check {
	p.expect("(")
	c := Check{A: p.dim("=")}
	p.expect("==")
	c.B = p.dim(",")
	p.expect(",")
	c.What = p.text()
	p.expect(")")
	return c
}

// make gives the node its outputs. Where all types are given, inference only adds what is known of contents; its
// own verdict is Verify's business.
func (p *parser) make(n *names, node *Node, outs []output) {
	all := true
	for _, o := range outs {
		v := p.define(n, o.name, &Value{Name: o.name, Type: o.typ, Elems: o.elems})
		node.Out = append(node.Out, v)
		all = all && o.typed
	}
	out := node.Out
	if !all {
		node.Out = nil // so that the symbols that inference makes stay
	}
	f, err := n.graph.Infer(node)
	node.Out = out
	if !all && err != nil {
		p.fail("%s: %v", node.Op.OpName(), err)
	}
	if !all && len(f.Types) != len(outs) {
		p.fail("%s gives %d outputs, the text names %d", node.Op.OpName(), len(f.Types), len(outs))
	}
	for i, o := range outs {
		if !o.typed {
			out[i].Type = f.Types[i]
		}
		if i < len(f.Elems) && err == nil && o.elems == nil {
			out[i].Elems = f.Elems[i]
		}
	}
	if !all {
		node.Checks = mergeChecks(node.Checks, f.Checks)
	}
}
