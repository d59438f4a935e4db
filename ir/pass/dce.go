package pass

import "github.com/energeticc/energeticc/ir"

// dce drops nodes that nobody needs, in subgraphs too, and symbols that nothing names. A node is needed where it has
// an effect, where one of its outputs is read, and where it binds a size that something needed has. It stands after
// the passes that leave nodes without readers.
func dce(top *ir.Graph) error {
	l := &liveness{top: top, live: map[*ir.Node]bool{}, maker: map[*ir.Value]*ir.Node{}, binder: map[string]*ir.Node{}, seen: map[string]bool{}, graphOf: map[*ir.Graph]*ir.Node{}, around: map[*ir.Node]*ir.Graph{}}
	l.index(top)
	for _, v := range append(append([]*ir.Value{}, top.Outputs...), top.Inputs...) {
		l.value(v)
	}
	for n := range l.around {
		if mustStay(n) {
			l.node(n)
		}
	}
	for len(l.work) > 0 {
		n := l.work[len(l.work)-1]
		l.work = l.work[:len(l.work)-1]
		l.visit(n)
	}
	top.WalkGraphs(func(g *ir.Graph) {
		kept := g.Nodes[:0]
		for _, n := range g.Nodes {
			if l.live[n] {
				kept = append(kept, n)
			}
		}
		clear(g.Nodes[len(kept):])
		g.Nodes = kept
	})
	for s := range top.Symbols {
		if !l.seen[s] {
			delete(top.Symbols, s)
		}
	}
	return nil
}

// liveness marks nodes from what must stay backwards.
type liveness struct {
	top     *ir.Graph
	live    map[*ir.Node]bool
	work    []*ir.Node
	maker   map[*ir.Value]*ir.Node
	binder  map[string]*ir.Node // of data symbols: the first node that has them in its outputs
	seen    map[string]bool     // symbols that something live names
	graphOf map[*ir.Graph]*ir.Node
	around  map[*ir.Node]*ir.Graph
}

func (l *liveness) index(g *ir.Graph) {
	for _, n := range g.Nodes {
		l.around[n] = g
		for _, sub := range n.Graphs() {
			l.graphOf[sub] = n
			l.index(sub)
		}
		for _, v := range n.Out {
			l.maker[v] = n
			for _, s := range symbolsOf(v) {
				if t := l.top.Symbols[s]; t != nil && t.Data && l.binder[s] == nil {
					l.binder[s] = n
				}
			}
		}
	}
}

// node marks a node and the one whose subgraph it stands in.
func (l *liveness) node(n *ir.Node) {
	if n == nil || l.live[n] {
		return
	}
	l.live[n] = true
	l.work = append(l.work, n)
	l.node(l.graphOf[l.around[n]])
}

func (l *liveness) value(v *ir.Value) {
	if v == nil {
		return
	}
	l.node(l.maker[v])
	l.symbols(symbolsOf(v))
}

func (l *liveness) symbols(names []string) {
	for _, s := range names {
		if !l.seen[s] {
			l.seen[s] = true
			l.node(l.binder[s])
		}
	}
}

// visit marks what a live node needs.
func (l *liveness) visit(n *ir.Node) {
	for _, v := range n.In {
		l.value(v)
	}
	for _, v := range n.Out {
		l.symbols(symbolsOf(v))
	}
	for _, c := range n.Checks {
		l.symbols(c.A.Symbols())
		l.symbols(c.B.Symbols())
	}
	for _, d := range ir.OpDims(n.Op) {
		l.symbols(d.Symbols())
	}
	for _, g := range n.Graphs() {
		for _, v := range append(append([]*ir.Value{}, g.Inputs...), g.Outputs...) {
			l.value(v)
		}
	}
}
