package onnx

import (
	"fmt"
	"math"

	"github.com/energeticc/energeticc/importer/onnx/pb"
	"github.com/energeticc/energeticc/ir"
)

// node is a node while its row makes ops of it. The accessors of attributes note a wrong type; the importer reports
// it when the row returns.
type node struct {
	*ir.Builder
	im      *importer
	scope   *scope
	proto   *pb.NodeProto
	attrs   map[string]*pb.AttributeProto
	version int64
	name    string
	in      []*ir.Value // nil for an absent optional input
	outputs int
	within  *pb.GraphProto // the graph that the node stands in
	err     error
}

// add applies an op under the node's name.
func (n *node) add(op ir.Op, in ...*ir.Value) ([]*ir.Value, error) { return n.Add(n.name, op, in...) }

// one applies an op that has a single output.
func (n *node) one(op ir.Op, in ...*ir.Value) (*ir.Value, error) { return n.Add1(n.name, op, in...) }

// input gives input i, nil where it is absent.
func (n *node) input(i int) *ir.Value {
	if i >= len(n.in) {
		return nil
	}
	return n.in[i]
}

// arity checks how many inputs there are and that the first least ones are present.
func (n *node) arity(least, most int) error {
	if len(n.in) > most || len(n.in) < least {
		if least == most {
			return fmt.Errorf("%d inputs, want %d", len(n.in), least)
		}
		return fmt.Errorf("%d inputs, want %d to %d", len(n.in), least, most)
	}
	for i := range least {
		if n.in[i] == nil {
			return fmt.Errorf("input %d is missing", i)
		}
	}
	return nil
}

func (n *node) fail(format string, args ...any) {
	if n.err == nil {
		n.err = fmt.Errorf(format, args...)
	}
}

func (n *node) attr(name string, t pb.AttributeProto_AttributeType) *pb.AttributeProto {
	a := n.attrs[name]
	if a == nil {
		return nil
	}
	if got := a.GetType(); got != t && got != pb.AttributeProto_UNDEFINED {
		n.fail("attribute %s has type %s, want %s", name, got, t)
		return nil
	}
	return a
}

// has reports whether the attribute is there.
func (n *node) has(name string) bool { return n.attrs[name] != nil }

// integer reads an int attribute.
func (n *node) integer(name string, otherwise int64) int64 {
	if a := n.attr(name, pb.AttributeProto_INT); a != nil {
		return a.GetI()
	}
	return otherwise
}

// positive reads an int attribute that must be at least 1.
func (n *node) positive(name string, otherwise int64) int {
	v := n.integer(name, otherwise)
	if v < 1 || v > math.MaxInt32 {
		n.fail("attribute %s is %d, want at least 1", name, v)
		return 1
	}
	return int(v)
}

// flag reads an int attribute as a truth value.
func (n *node) flag(name string, otherwise bool) bool {
	if !n.has(name) {
		return otherwise
	}
	return n.integer(name, 0) != 0
}

// float reads a float attribute.
func (n *node) float(name string, otherwise float64) float64 {
	if a := n.attr(name, pb.AttributeProto_FLOAT); a != nil {
		return float64(a.GetF())
	}
	return otherwise
}

// text reads a string attribute.
func (n *node) text(name, otherwise string) string {
	if a := n.attr(name, pb.AttributeProto_STRING); a != nil {
		return string(a.GetS())
	}
	return otherwise
}

// oneOf reads a string attribute that must be one of a few words, the first of which is the default.
func (n *node) oneOf(name string, words ...string) string {
	got := n.text(name, words[0])
	for _, w := range words {
		if w == got {
			return got
		}
	}
	n.fail("attribute %s is %q, want one of %q", name, got, words)
	return words[0]
}

// integers reads an ints attribute, nil where it is absent.
func (n *node) integers(name string) []int64 {
	if a := n.attr(name, pb.AttributeProto_INTS); a != nil {
		if a.GetInts() == nil {
			return []int64{}
		}
		return a.GetInts()
	}
	return nil
}

// floats reads a floats attribute, nil where it is absent.
func (n *node) floats(name string) []float32 {
	if a := n.attr(name, pb.AttributeProto_FLOATS); a != nil {
		return a.GetFloats()
	}
	return nil
}

// texts reads a strings attribute, nil where it is absent.
func (n *node) texts(name string) []string {
	a := n.attr(name, pb.AttributeProto_STRINGS)
	if a == nil {
		return nil
	}
	out := make([]string, len(a.GetStrings()))
	for i, s := range a.GetStrings() {
		out[i] = string(s)
	}
	return out
}

// tensor reads a tensor attribute, nil where it is absent.
func (n *node) tensor(name string) *ir.Tensor {
	a := n.attr(name, pb.AttributeProto_TENSOR)
	if a == nil {
		return nil
	}
	t, err := n.im.file.Tensor(a.GetT())
	if err != nil {
		n.fail("attribute %s: %w", name, err)
	}
	return t
}

// graph reads a graph attribute, which must be there.
func (n *node) graph(name string) *pb.GraphProto {
	if a := n.attr(name, pb.AttributeProto_GRAPH); a != nil && a.GetG() != nil {
		return a.GetG()
	}
	n.fail("attribute %s is missing", name)
	return &pb.GraphProto{}
}

// ints converts attribute values to Go's int.
func ints(v []int64) []int {
	if v == nil {
		return nil
	}
	out := make([]int, len(v))
	for i, x := range v {
		out[i] = int(x)
	}
	return out
}

// constInts gives an input's contents, which must be known when compiling.
func (n *node) constInts(i int, what string) ([]int64, error) {
	v, ok := n.input(i).KnownInts()
	if !ok {
		return nil, fmt.Errorf("%s (input %d) is not known at compile time; export the model with constant %s", what, i, what)
	}
	return v, nil
}

// values wraps a single value as a node's outputs.
func values(v *ir.Value, err error) ([]*ir.Value, error) {
	if err != nil {
		return nil, err
	}
	return []*ir.Value{v}, nil
}
