package onnx

import (
	"fmt"

	"github.com/energeticc/energeticc/importer/onnx/pb"
	"github.com/energeticc/energeticc/ir"
)

// sequenceMap reads SequenceMap as the loop that the standard defines it by: run i takes tensor i of each sequence, and
// tensors as they are, and adds what the body gives to the sequences of results.
func sequenceMap(n *node) ([]*ir.Value, error) {
	body := n.graph("body")
	if n.err != nil {
		return nil, n.err
	}
	if len(n.in) != len(body.GetInput()) || len(n.in) == 0 || len(body.GetOutput()) != n.outputs {
		return nil, fmt.Errorf("the body takes %d values and gives %d for %d inputs and %d outputs", len(body.GetInput()), len(body.GetOutput()), len(n.in), n.outputs)
	}
	s := n.scope.inner()
	m := &mapping{name: n.name, body: body}
	for i, v := range n.in {
		if v == nil {
			return nil, fmt.Errorf("input %d is missing", i)
		}
		s.values[m.value("in", i)] = v
		m.sequences = append(m.sequences, v.Type.Kind == ir.KindSequence)
	}
	if !m.sequences[0] {
		return nil, fmt.Errorf("input 0 is %s, want a sequence of tensors", n.in[0])
	}
	s.values[m.value("go", 0)] = n.Const(m.value("go", 0), ir.FromBools(nil, []bool{true}))
	return n.im.sortedBody(n.Builder, s, m.graph())
}

// mapping writes a SequenceMap as ONNX nodes.
type mapping struct {
	name      string
	body      *pb.GraphProto
	sequences []bool // by input
}

// value names a value of the loop so that no value of the body has the name.
func (m *mapping) value(what string, i int) string { return fmt.Sprintf("%s: %s %d", m.name, what, i) }

func (m *mapping) node(kind string, in []string, out string, attrs ...*pb.AttributeProto) *pb.NodeProto {
	name := m.name + "/" + kind
	return &pb.NodeProto{Name: &name, OpType: &kind, Input: in, Output: []string{out}, Attribute: attrs}
}

// graph is what stands for the node: empty sequences, and the loop that fills them.
func (m *mapping) graph() *pb.GraphProto {
	length := m.value("length", 0)
	g := &pb.GraphProto{Node: []*pb.NodeProto{m.node("SequenceLength", []string{m.value("in", 0)}, length)}}
	loop := m.node("Loop", []string{length, m.value("go", 0)}, "", graphAttr("body", m.loop()))
	loop.Output = nil
	for k, v := range m.body.GetOutput() {
		elem := int64(v.GetType().GetTensorType().GetElemType())
		g.Node = append(g.Node, m.node("SequenceEmpty", nil, m.value("empty", k), intAttr("dtype", elem)))
		loop.Input = append(loop.Input, m.value("empty", k))
		loop.Output = append(loop.Output, m.value("out", k))
		g.Output = append(g.Output, valueNamed(m.value("out", k)))
	}
	g.Node = append(g.Node, loop)
	return g
}

// loop is the body with what brings tensors in and takes them out.
func (m *mapping) loop() *pb.GraphProto {
	run, again, next := m.value("run", 0), m.value("again", 0), m.value("next", 0)
	g := &pb.GraphProto{
		Name: m.body.Name, Initializer: m.body.GetInitializer(), SparseInitializer: m.body.GetSparseInitializer(), ValueInfo: m.body.GetValueInfo(),
		Input: []*pb.ValueInfoProto{valueNamed(run), valueNamed(again)}, Output: []*pb.ValueInfoProto{valueNamed(next)},
		Node: []*pb.NodeProto{m.node("Identity", []string{again}, next)},
	}
	for i, v := range m.body.GetInput() {
		in := m.node("Identity", []string{m.value("in", i)}, v.GetName())
		if m.sequences[i] {
			in = m.node("SequenceAt", []string{m.value("in", i), run}, v.GetName())
		}
		g.Node = append(g.Node, in)
		g.ValueInfo = append(g.ValueInfo, v)
	}
	g.Node = append(g.Node, m.body.GetNode()...)
	for k, v := range m.body.GetOutput() {
		g.Input = append(g.Input, valueNamed(m.value("so far", k)))
		g.Node = append(g.Node, m.node("SequenceInsert", []string{m.value("so far", k), v.GetName()}, m.value("more", k)))
		g.Output = append(g.Output, valueNamed(m.value("more", k)))
	}
	return g
}

func valueNamed(name string) *pb.ValueInfoProto { return &pb.ValueInfoProto{Name: &name} }

func intAttr(name string, v int64) *pb.AttributeProto {
	t := pb.AttributeProto_INT
	return &pb.AttributeProto{Name: &name, Type: &t, I: &v}
}

func graphAttr(name string, g *pb.GraphProto) *pb.AttributeProto {
	t := pb.AttributeProto_GRAPH
	return &pb.AttributeProto{Name: &name, Type: &t, G: g}
}
