package pass

import (
	"crypto/sha256"
	"fmt"
	"strings"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

// cse makes one of nodes that apply the same op with the same attributes to the same values, and one of constants
// with the same contents. A subgraph sees what the graphs around it computed before. Identities must be gone, so that
// the same values look the same.
func cse(top *ir.Graph) error {
	mergeConstants(top)
	mergeNodes(top, top, nil, results(top))
	return nil
}

func mergeConstants(top *ir.Graph) {
	first := map[[sha256.Size]byte]*ir.Value{}
	swap := map[*ir.Value]*ir.Value{}
	for _, v := range top.Constants() {
		if v.Const.Type != nil {
			continue
		}
		h := sha256.New()
		fmt.Fprintf(h, "%s\x00", v.Type)
		h.Write(v.Const.Data)
		for _, s := range v.Const.Strings {
			fmt.Fprintf(h, "%q", s)
		}
		key := [sha256.Size]byte(h.Sum(nil))
		if w := first[key]; w != nil {
			swap[v] = w
		} else {
			first[key] = v
		}
	}
	top.ReplaceAll(swap)
}

// scope holds the nodes that a graph's later nodes may stand for.
type scope struct {
	outer *scope
	nodes map[string]*ir.Node
}

func (s *scope) find(key string) *ir.Node {
	for ; s != nil; s = s.outer {
		if n := s.nodes[key]; n != nil {
			return n
		}
	}
	return nil
}

func mergeNodes(top, g *ir.Graph, outer *scope, result map[*ir.Value]bool) {
	s := &scope{outer, map[string]*ir.Node{}}
	kept := make([]*ir.Node, 0, len(g.Nodes))
	swap := map[*ir.Value]*ir.Value{}
	for _, n := range g.Nodes {
		for i, v := range n.In {
			if w := swap[v]; w != nil {
				n.In[i] = w
			}
		}
		if len(n.Graphs()) > 0 {
			top.ReplaceAll(swap) // inside as well
			for _, sub := range n.Graphs() {
				mergeNodes(top, sub, s, result)
			}
			kept = append(kept, n)
			continue
		}
		key := nodeKey(n)
		m := s.find(key)
		switch {
		case !isPure(n):
		case m == nil:
			s.nodes[key] = n
		case len(n.Out) == 1 && result[n.Out[0]]: // stays a value of its own
			unify(top, n.Out[0].Type, m.Out[0].Type)
			n.Op, n.In = op.Identity{}, m.Out[:1:1]
		case len(m.Out) == len(n.Out) && !anyOf(result, n.Out):
			for i, v := range n.Out {
				unify(top, v.Type, m.Out[i].Type)
				swap[v] = m.Out[i]
			}
			continue
		}
		kept = append(kept, n)
	}
	g.Nodes = kept
	top.ReplaceAll(swap)
}

func anyOf(set map[*ir.Value]bool, vs []*ir.Value) bool {
	for _, v := range vs {
		if set[v] {
			return true
		}
	}
	return false
}

// nodeKey is the same for nodes that compute the same.
func nodeKey(n *ir.Node) string {
	var b strings.Builder
	b.WriteString(ir.OpText(n.Op))
	for _, v := range n.In {
		fmt.Fprintf(&b, " %p", v)
	}
	return b.String()
}
