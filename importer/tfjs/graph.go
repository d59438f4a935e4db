package tfjs

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/energeticc/energeticc/importer/tfjs/file"
	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

// net is a graph of nodes that name each other: the model's own, or a function's.
type net struct {
	nodes    map[string]*file.NodeDef
	order    []*file.NodeDef
	function *file.FunctionDef // nil for the model's own
	flow     *flow             // of control flow v1; nil until it is asked for
}

func newNet(defs []*file.NodeDef) (*net, error) {
	n := &net{nodes: map[string]*file.NodeDef{}}
	for i, def := range defs {
		switch {
		case def == nil || def.Name == "":
			return nil, fmt.Errorf("node %d has no name", i)
		case n.nodes[def.Name] != nil:
			return nil, fmt.Errorf("two nodes are named %q", def.Name)
		}
		n.nodes[def.Name] = def
		n.order = append(n.order, def)
	}
	return n, nil
}

// isControl reports whether an input only has to run before: it carries no value.
func isControl(ref string) bool { return strings.HasPrefix(ref, "^") }

// nodeOf is the name of the node that an input refers to.
func nodeOf(ref string) string {
	name, _, _ := strings.Cut(strings.TrimPrefix(ref, "^"), ":")
	return name
}

// outputNames are the outputs that TensorFlow.js finds by name where a function refers to them.
var outputNames = map[string][]string{
	"StringNGrams": {"ngrams", "ngrams_splits"}, "StringSplit": {"indices", "values", "shape"},
}

// outputOf is the number of the output that an input refers to: "node", "node:1" or "node:name:1".
func (n *net) outputOf(ref string) (int, error) {
	parts := strings.Split(ref, ":")
	if len(parts) == 1 {
		return 0, nil
	}
	if def := n.nodes[parts[0]]; len(parts) == 3 && def != nil {
		for i, name := range outputNames[def.Op] {
			if name == parts[1] {
				return i, nil
			}
		}
	}
	i, err := strconv.Atoi(parts[len(parts)-1])
	if err != nil || i < 0 {
		return 0, fmt.Errorf("input %q: want node, node:1 or node:name:1", ref)
	}
	return i, nil
}

// scope is where nodes of a net are read: the net's own, or a loop's body or a branch within it.
type scope struct {
	*ir.Builder
	net   *net
	outer *scope                  // of the same net; nodes that are not inside are read there
	in    map[*file.NodeDef]bool  // the nodes that are inside; nil for all
	bound map[string]*ir.Value    // values that are given: a function's inputs, what a loop carries
	sides map[string]int          // the output that is alive of switches, by their predicate
	done  map[string][]*ir.Value  // by node
	state map[string]readingState // by node
}

type readingState uint8

const (
	reading readingState = iota + 1
	failed
)

func newScope(outer *scope, n *net, b *ir.Builder) *scope {
	return &scope{Builder: b, net: n, outer: outer, bound: map[string]*ir.Value{}, sides: map[string]int{}, done: map[string][]*ir.Value{}, state: map[string]readingState{}}
}

// errBroken ends the reading of what needs a node whose error was reported already.
var errBroken = errors.New("a node before it failed")

// copied is the op of nodes that only give a value another name.
var copied = op.Identity{}

// value reads what a name refers to.
func (im *importer) value(s *scope, ref string) (*ir.Value, error) {
	if v := s.bound[ref]; v != nil {
		return v, nil
	}
	i, err := s.net.outputOf(ref)
	if err != nil {
		return nil, err
	}
	name := nodeOf(ref)
	if v := s.bound[fmt.Sprintf("%s:%d", name, i)]; v != nil {
		return v, nil
	}
	def := s.net.nodes[name]
	if def == nil {
		return nil, fmt.Errorf("input %q: there is no such node", ref)
	}
	if s.in != nil && !s.in[def] {
		return im.value(s.outer, ref)
	}
	outs, err := im.outputs(s, def, i)
	if err != nil {
		return nil, err
	}
	if i >= len(outs) || outs[i] == nil {
		return nil, fmt.Errorf("input %q: %s has no output %d", ref, def.Op, i)
	}
	return outs[i], nil
}

// outputs reads a node. i is the output that is asked for, which counts for switches alone.
func (im *importer) outputs(s *scope, def *file.NodeDef, i int) ([]*ir.Value, error) {
	if outs, ok := s.done[def.Name]; ok {
		return outs, nil
	}
	switch s.state[def.Name] {
	case failed:
		return nil, errBroken
	case reading:
		return nil, fmt.Errorf("node %q needs its own value: the graph has a cycle", def.Name)
	}
	if im.read++; im.read > im.opt.NodeLimit() {
		return nil, fmt.Errorf("the model has more than %d nodes, those of functions and loops each time included", im.opt.NodeLimit())
	}
	s.state[def.Name] = reading
	outs, err := im.node(s, def, i)
	if err != nil {
		s.state[def.Name] = failed
		if !errors.Is(err, errBroken) {
			im.errs = append(im.errs, &NodeError{def.Name, def.Op, err})
		}
		return nil, errBroken
	}
	s.state[def.Name] = 0
	s.done[def.Name] = outs
	return outs, nil
}

// node makes ops of a node.
func (im *importer) node(s *scope, def *file.NodeDef, i int) ([]*ir.Value, error) {
	r := im.rows[def.Op]
	if r == nil {
		return nil, errors.New("unknown operator")
	}
	n := &node{scope: s, im: im, def: def, want: i}
	for _, ref := range def.Input {
		if isControl(ref) {
			continue
		}
		n.refs = append(n.refs, ref)
		if lazy[def.Op] {
			continue
		}
		v, err := im.value(s, ref)
		if err != nil {
			return nil, err
		}
		n.in = append(n.in, v)
	}
	outs := r.make(n)
	return outs, n.err
}
