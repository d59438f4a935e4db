package onnx

import (
	"errors"
	"fmt"

	"github.com/energeticc/energeticc/importer/onnx/pb"
)

// visible are the names that a graph's nodes may read: its own and those of the graphs around it.
type visible struct {
	outer *visible
	own   map[string]bool
}

func (v *visible) has(name string) bool {
	for ; v != nil; v = v.outer {
		if v.own[name] {
			return true
		}
	}
	return false
}

// check holds the file against the standard's rules on names, in branches that a constant condition leaves out as well:
// each name is made once in its graph, each that is read is made, and no function calls itself.
func (im *importer) check(p *pb.ModelProto) {
	im.checkGraph(p.GetGraph(), nil)
	for _, f := range p.GetFunctions() {
		own := map[string]bool{}
		for _, name := range f.GetInput() {
			own[name] = true
		}
		im.checkNodes(f.GetNode(), &visible{own: own})
	}
	im.checkCalls(p.GetFunctions())
}

// checkGraph takes a graph's inputs and constants in and goes through its nodes.
func (im *importer) checkGraph(g *pb.GraphProto, outer *visible) {
	v := &visible{outer, map[string]bool{}}
	for _, in := range g.GetInput() {
		if name := in.GetName(); v.own[name] {
			im.errs = append(im.errs, fmt.Errorf("graph %s: input %q stands twice", g.GetName(), name))
		} else {
			v.own[name] = true
		}
	}
	constants := map[string]bool{}
	for _, t := range g.GetInitializer() {
		name := t.GetName()
		if constants[name] {
			im.warn(fmt.Errorf("graph %s: initializer %q stands twice; the last holds", g.GetName(), name))
		}
		constants[name], v.own[name] = true, true
	}
	for _, t := range g.GetSparseInitializer() {
		v.own[t.GetValues().GetName()] = true
	}
	im.checkNodes(g.GetNode(), v)
}

// checkNodes knows v's names and adds those that the nodes make, in whatever order they stand.
func (im *importer) checkNodes(nodes []*pb.NodeProto, v *visible) {
	for i, n := range nodes {
		for _, name := range n.GetOutput() {
			if name != "" && v.own[name] {
				im.errs = append(im.errs, fmt.Errorf("%s (%s): output %q is made twice, or is an input as well", nodeName(i, n), n.GetOpType(), name))
			}
			v.own[name] = true
		}
	}
	for i, n := range nodes {
		for _, name := range n.GetInput() {
			if name != "" && !v.has(name) {
				im.errs = append(im.errs, fmt.Errorf("%s (%s): input %q is made by no node", nodeName(i, n), n.GetOpType(), name))
			}
		}
		for _, sub := range subgraphs(n) {
			im.checkGraph(sub, v)
		}
	}
}

// checkCalls goes along the calls of local functions; one that leads back has no end.
func (im *importer) checkCalls(functions []*pb.FunctionProto) {
	const open, done = 1, 2
	state := map[functionKey]int{}
	var visit func(nodes []*pb.NodeProto) error
	call := func(k functionKey) error {
		f := im.functions[k]
		if f == nil || state[k] == done {
			return nil
		}
		if state[k] == open {
			return fmt.Errorf("local function %s calls itself", k.name)
		}
		state[k] = open
		defer func() { state[k] = done }()
		return visit(f.GetNode())
	}
	visit = func(nodes []*pb.NodeProto) error {
		for _, n := range nodes {
			errs := []error{call(functionKey{domain(n.GetDomain()), n.GetOpType(), n.GetOverload()})}
			for _, sub := range subgraphs(n) {
				errs = append(errs, visit(sub.GetNode()))
			}
			if err := errors.Join(errs...); err != nil {
				return err
			}
		}
		return nil
	}
	for _, f := range functions {
		if err := call(functionKey{domain(f.GetDomain()), f.GetName(), f.GetOverload()}); err != nil {
			im.errs = append(im.errs, err)
			return
		}
	}
}
