package tfjs

import (
	"fmt"
	"slices"
	"strings"

	"github.com/energeticc/energeticc/importer/tfjs/file"
	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

// node is a node while its row makes ops of it. The first error stays in err: what is made after it are holes, and
// whoever reads the node sees to it when the row returns.
type node struct {
	*scope
	im   *importer
	def  *file.NodeDef
	refs []string    // the inputs that carry values
	in   []*ir.Value // nil for control flow, whose inputs are read when it is known where
	want int         // the output that was asked for
	err  error
}

// hole stands for a value that could not be made.
func hole() *ir.Value { return &ir.Value{Name: "hole"} }

// fail notes the first error.
func (n *node) fail(format string, args ...any) {
	n.check(fmt.Errorf(format, args...))
}

// check notes the first error.
func (n *node) check(err error) bool {
	if n.err == nil {
		n.err = err
	}
	return n.err == nil
}

// all applies an op under the node's name.
func (n *node) all(o ir.Op, in ...*ir.Value) []*ir.Value {
	if n.err != nil {
		return nil
	}
	outs, err := n.Add(n.def.Name, o, in...)
	n.check(err)
	return outs
}

// do applies an op whose first output is what counts.
func (n *node) do(o ir.Op, in ...*ir.Value) *ir.Value {
	if outs := n.all(o, in...); n.err == nil && len(outs) > 0 {
		return outs[0]
	}
	return hole()
}

// one wraps a single output.
func one(v *ir.Value) []*ir.Value { return []*ir.Value{v} }

// arg gives an input, which must be there.
func (n *node) arg(i int) *ir.Value {
	if i < len(n.in) {
		return n.in[i]
	}
	n.fail("input %d is missing", i)
	return hole()
}

// tensor gives an input that must be a tensor of a rank within bounds.
func (n *node) tensor(i, least, most int) *ir.Value {
	v := n.arg(i)
	t := v.Type
	switch {
	case n.err != nil:
	case !t.IsTensor():
		n.fail("input %d is %s, want a tensor", i, t)
	case t.Rank() < least || t.Rank() > most:
		n.fail("input %d is %s, want rank %s", i, t, span(least, most))
	default:
		return v
	}
	return hole()
}

func span(least, most int) string {
	if least == most {
		return fmt.Sprint(least)
	}
	if most == anyRank {
		return fmt.Sprintf("at least %d", least)
	}
	return fmt.Sprintf("%d to %d", least, most)
}

// anyRank is the greatest rank that TensorFlow.js has tensors of, and more.
const anyRank = 8

// constant makes a scalar of an element type.
func (n *node) constant(d ir.DType, v float64) *ir.Value {
	return n.Const(n.def.Name, ir.Scalar(d, v))
}

// vector makes integers a constant.
func (n *node) vector(v ...int64) *ir.Value { return n.Const(n.def.Name, ir.OfInts(v...)) }

// cast converts where the element type is another.
func (n *node) cast(v *ir.Value, d ir.DType) *ir.Value {
	if v.Type.DType == d || n.err != nil {
		return v
	}
	return n.do(op.Cast{To: d}, v)
}

// reshape gives a value another shape.
func (n *node) reshape(v *ir.Value, shape ...ir.Dim) *ir.Value {
	if n.err != nil {
		return hole()
	}
	return n.moved(op.Reshape{Shape: append([]ir.Dim{}, shape...)}, v)
}

// transpose reorders axes, unless they are in order.
func (n *node) transpose(v *ir.Value, perm ...int) *ir.Value {
	if n.err != nil || slices.IsSorted(perm) {
		return v
	}
	return n.moved(op.Transpose{Perm: perm}, v)
}

// part takes entries along one axis.
func (n *node) part(v *ir.Value, axis int, begin, size ir.Dim) *ir.Value {
	if n.err != nil {
		return hole()
	}
	s := whole(v)
	s.Begin[axis], s.Size[axis] = begin, size
	return n.do(s, v)
}

// whole is a slice of everything.
func whole(v *ir.Value) op.Slice {
	r := v.Type.Rank()
	s := op.Slice{Begin: make([]ir.Dim, r), Size: append([]ir.Dim{}, v.Type.Shape...), Step: make([]ir.Dim, r)}
	for i := range s.Step {
		s.Step[i] = ir.Const(1)
	}
	return s
}

// binary applies an elementwise function of two operands of one element type.
func (n *node) binary(fn string, a, b *ir.Value) *ir.Value { return n.do(op.Binary{Fn: fn}, a, b) }

// unary applies an elementwise function.
func (n *node) unary(fn string, x *ir.Value) *ir.Value { return n.do(op.Unary{Fn: fn}, x) }

// known gives an input's integers where they are known when compiling.
func (n *node) known(i int) ([]int64, bool) {
	v := n.arg(i)
	if v.Const != nil && v.Const.DType.IsFloat() { // ShapeN gives sizes as floats
		return v.Const.Ints(), true
	}
	return v.KnownInts()
}

// ints gives an input's integers, which must be known when compiling.
func (n *node) ints(i int, what string) []int64 {
	v, ok := n.known(i)
	if !ok {
		n.fail("%s (input %d) is not known at compile time; convert the model with constant %s", what, i, what)
	}
	return v
}

// integer gives an input's single integer, which must be known when compiling.
func (n *node) integer(i int, what string) int64 {
	v := n.ints(i, what)
	if len(v) == 0 {
		n.fail("%s (input %d) is empty, want a number", what, i)
		return 0
	}
	return v[0]
}

// number gives an input's single number, which must be known when compiling.
func (n *node) number(i int, what string) float64 {
	v := n.arg(i)
	if v.Const == nil || v.Const.Len() < 1 || v.Const.Type != nil || v.Const.DType.Kind() == ir.KindString {
		n.fail("%s (input %d) is not a number known at compile time; convert the model with constant %s", what, i, what)
		return 0
	}
	return v.Const.Float(0)
}

// axis gives an input's single axis of a rank.
func (n *node) axis(i, rank int) int {
	return n.axisAt(n.integer(i, "axis"), rank)
}

// axisAt brings an axis that may count from the end into range.
func (n *node) axisAt(v int64, rank int) int {
	if n.err != nil {
		return 0
	}
	a, err := ir.Axis(int(v), rank)
	n.check(err)
	return a
}

// sizes gives an input's elements as sizes: what is known of them, or symbols that a run binds.
func (n *node) sizes(i int) []ir.Dim { return n.sizesOf(n.arg(i)) }

func (n *node) sizesOf(v *ir.Value) []ir.Dim {
	if v.Elems != nil || n.err != nil {
		return v.Elems
	}
	if p, ok := n.im.handles[v].(joined); ok {
		return n.joinedSizes(p, "size")
	}
	if v.Type.DType.IsFloat() {
		v = n.cast(v, ir.Int32)
		if v.Elems != nil {
			return v.Elems
		}
	}
	return n.do(op.Bounds{Fn: "size"}, v).Elems
}

// signed is sizesOf for numbers that may be negative.
func (n *node) signed(v *ir.Value) []ir.Dim {
	if v.Elems != nil || n.err != nil {
		return v.Elems
	}
	if p, ok := n.im.handles[v].(joined); ok {
		return n.joinedSizes(p, "signed")
	}
	pairs := n.do(op.Bounds{Fn: "signed"}, v).Elems
	out := make([]ir.Dim, len(pairs)/2)
	for i := range out {
		out[i] = pairs[i].Sub(pairs[len(out)+i])
	}
	return out
}

func (n *node) attr(name string) *file.Attr {
	if a := n.def.Attr[name]; a != nil {
		return a
	}
	return &file.Attr{}
}

// text reads a string attribute in lower case, as TensorFlow.js does.
func (n *node) text(name, otherwise string) string {
	if s := n.attr(name).S; s != nil {
		return strings.ToLower(string(*s))
	}
	return otherwise
}

// texts reads a list of strings in lower case.
func (n *node) texts(name string) []string {
	var all []string
	if l := n.attr(name).List; l != nil {
		for _, s := range l.S {
			all = append(all, strings.ToLower(string(s)))
		}
	}
	return all
}

// flag reads a truth value.
func (n *node) flag(name string) bool {
	b := n.attr(name).B
	return b != nil && *b
}

// value reads a number, whichever of integer and float it is written as.
func (n *node) value(name string, otherwise float64) float64 {
	switch a := n.attr(name); {
	case a.I != nil:
		return float64(*a.I)
	case a.F != nil:
		return float64(*a.F)
	}
	return otherwise
}

// values reads a list of integers, nil where it is absent.
func (n *node) values(name string) []int {
	l := n.attr(name).List
	if l == nil {
		return nil
	}
	out := []int{}
	for _, f := range l.F {
		out = append(out, int(f))
	}
	if len(out) == 0 {
		for _, i := range l.I {
			out = append(out, int(i))
		}
	}
	return out
}

// dtype reads an element type as TensorFlow.js computes with it, Invalid where it is absent.
func (n *node) dtype(name string) ir.DType {
	if t := n.attr(name).Type; t != nil {
		return t.IR
	}
	return ir.Invalid
}
