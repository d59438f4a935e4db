package tfjs

import (
	"fmt"
	"slices"

	"github.com/energeticc/energeticc/importer/tfjs/file"
	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

var listRows = []row{
	{"EmptyTensorList", emptyList}, {"TensorListReserve", emptyList}, {"TensorListFromTensor", listFromTensor},
	{"TensorListScatter", listScatter}, {"TensorListScatterV2", listScatter}, {"TensorListSplit", listSplit},
	{"TensorListPushBack", listPush}, {"TensorListPopBack", listPop}, {"TensorListSetItem", listSet}, {"TensorListGetItem", listGet},
	{"TensorListGather", listGather}, {"TensorListStack", listStack}, {"TensorListConcat", listConcat}, {"TensorListConcatV2", listConcat},
	{"TensorListLength", listLength}, {"TensorListResize", listResize},
}

// list is a tensor list whose tensors are known one by one. Where it is carried through a loop or comes out of a branch
// it becomes a sequence, which only a run knows.
type list struct {
	dtype ir.DType
	elems []*ir.Value // nil for one that was not written yet
}

// listValue makes a value that stands for a list.
func (n *node) listValue(l *list) *ir.Value {
	v := &ir.Value{Name: n.def.Name, Type: ir.SequenceType(ir.Type{DType: l.dtype, Open: ir.NoneYet})}
	n.im.handles[v] = l
	return v
}

// known gives a list whose tensors are known, nil for a sequence.
func (n *node) listOf(v *ir.Value) *list {
	l, _ := n.im.handles[v].(*list)
	if l == nil && v.Type.Kind != ir.KindSequence {
		n.fail("%s is %s, want a tensor list", v.Name, v.Type)
	}
	return l
}

// material makes a sequence of a list, and a value that ops may take of whatever else it is.
func (im *importer) material(s *scope, v *ir.Value) (*ir.Value, error) {
	switch im.handles[v].(type) {
	case *list:
	case *table, *array:
		return nil, fmt.Errorf("%s is a resource, want a tensor", v.Name)
	default:
		return v, nil
	}
	l := im.handles[v].(*list)
	n := &node{scope: s, im: im, def: &file.NodeDef{Name: v.Name}}
	out := n.sequence(l)
	return out, n.err
}

func (n *node) sequence(l *list) *ir.Value {
	for i, e := range l.elems {
		if e == nil {
			n.fail("element %d of the list was not written", i)
			return hole()
		}
	}
	return n.do(op.SequenceConstruct{DType: l.dtype}, l.elems...)
}

// sequenceOf gives a list as a sequence.
func (n *node) sequenceOf(v *ir.Value) *ir.Value {
	if l := n.listOf(v); l != nil {
		return n.sequence(l)
	}
	return v
}

// elementType is the element type of a list that an attribute names.
func (n *node) elementType(name string) ir.DType {
	d := n.dtype(name)
	if d == ir.Invalid {
		n.fail("attribute %s is %s, want an element type", name, n.attr(name).Type)
	}
	return d
}

func emptyList(n *node) []*ir.Value {
	return one(n.listValue(&list{dtype: n.elementType("element_dtype")}))
}

// listFromTensor takes a tensor apart along its first axis.
func listFromTensor(n *node) []*ir.Value { return one(n.rowsOf(n.tensor(0, 1, anyRank))) }

// maxListed bounds the tensors of a list that are known one by one.
const maxListed = 256

// rowsOf makes a list of a tensor's rows.
func (n *node) rowsOf(x *ir.Value) *ir.Value {
	if n.err != nil {
		return hole()
	}
	if count, ok := x.Type.Shape[0].IsConst(); ok && count <= maxListed {
		return n.listValue(&list{x.Type.DType, n.unstack(x, 0)})
	}
	return n.do(op.SplitToSequence{Drop: true}, x)
}

// listScatter makes a list of rows that go to places.
func listScatter(n *node) []*ir.Value {
	x := n.tensor(0, 1, anyRank)
	return one(n.scattered(n.listValue(&list{dtype: x.Type.DType}), x, 1))
}

// scattered writes rows of x at the places that an input names.
func (n *node) scattered(into, x *ir.Value, places int) *ir.Value {
	if n.err != nil {
		return hole()
	}
	at, known := n.known(places)
	if count, ok := x.Type.Shape[0].IsConst(); known && ok && count == int64(len(at)) && count <= maxListed {
		for i, row := range n.unstack(x, 0) {
			into = n.set(into, n.vector(at[i]), row)
		}
		return into
	}
	if l := n.listOf(into); l == nil || len(l.elems) > 0 {
		n.fail("rows go to places that are not known at compile time; convert the model with constant indices")
		return hole()
	}
	index := n.arg(places)
	last := n.do(op.Reduce{Fn: "ReduceMax", Axes: []int{0}, KeepDims: true}, n.do(op.Concat{Axis: 0}, n.cast(n.vector(-1), ir.Int32), index))
	size := n.sizesOf(n.binary("Add", last, n.constant(ir.Int32, 1)))
	if n.err != nil {
		return hole()
	}
	rows := n.zeros(x.Type.DType, append([]ir.Dim{size[0]}, x.Type.Shape[1:]...))
	return n.rowsOf(n.do(op.ScatterND{}, rows, n.reshape(index, index.Type.Shape[0], ir.Const(1)), x))
}

// listSplit cuts a tensor into parts of given lengths along its first axis. Each has the shape of a row.
func listSplit(n *node) []*ir.Value {
	x := n.tensor(0, 1, anyRank)
	if n.err != nil {
		return nil
	}
	row := slices.Clone(x.Type.Shape[1:])
	if shape := n.elementShape(n.arg(1)); len(shape) == len(row) {
		for i, size := range shape {
			if size >= 0 {
				row[i] = ir.Const(size)
			}
		}
	}
	return one(n.splitRows(x, n.ints(2, "lengths"), row))
}

// elementShape reads the shape that a list's tensors have; -1 is open, and a scalar says nothing.
func (n *node) elementShape(v *ir.Value) []int64 {
	shape, ok := v.KnownInts()
	if !ok || v.Type.Rank() == 0 {
		return nil
	}
	return shape
}

// splitRows cuts rows of x off, a part of the list each, and gives every part a shape.
func (n *node) splitRows(x *ir.Value, lengths []int64, shape []ir.Dim) *ir.Value {
	l := &list{dtype: x.Type.DType}
	at := int64(0)
	for _, length := range lengths {
		l.elems = append(l.elems, n.reshapedBy(n.part(x, 0, ir.Const(at), ir.Const(length)), shape))
		at += length
	}
	if n.err != nil {
		return hole()
	}
	return n.listValue(l)
}

func listPush(n *node) []*ir.Value { return one(n.push(n.arg(0), n.tensor(1, 0, anyRank))) }

func (n *node) push(into, x *ir.Value) *ir.Value {
	if l := n.listOf(into); l != nil && len(l.elems) < maxListed {
		return n.listValue(&list{l.dtype, append(slices.Clone(l.elems), x)})
	}
	return n.do(op.SequenceInsert{}, n.sequenceOf(into), x)
}

// listPop gives the last tensor, which is output 0 in TensorFlow.js.
func listPop(n *node) []*ir.Value { return one(n.at(n.arg(0), n.vector(-1), n.arg(1))) }

func listGet(n *node) []*ir.Value { return one(n.at(n.arg(0), n.arg(1), n.arg(2))) }

// at gives the tensor at a place. shape says what is known of it, nil for nothing.
func (n *node) at(from, place, shape *ir.Value) *ir.Value {
	l := n.listOf(from)
	if i, ok := place.KnownInts(); l != nil && ok && len(i) == 1 {
		if i[0] < 0 {
			i[0] += int64(len(l.elems))
		}
		if i[0] < 0 || i[0] >= int64(len(l.elems)) || l.elems[i[0]] == nil {
			n.fail("place %d of a list of %d, or one that was not written", i[0], len(l.elems))
			return hole()
		}
		return l.elems[i[0]]
	}
	seq := n.sequenceOf(from)
	if n.err != nil {
		return hole()
	}
	held, rank := *seq.Type.Elem, 0
	var dims []int64
	if shape != nil {
		dims = n.elementShape(shape)
	}
	if held.Open != ir.OpenDims && dims == nil {
		n.fail("the rank of the list's tensors is not known; convert the model with the shape of its elements")
		return hole()
	}
	if rank = len(dims); held.Open == ir.OpenDims {
		rank = held.Rank()
	}
	v := n.do(op.SequenceAt{Rank: rank}, seq, n.cast(n.reshape(place), ir.Int64))
	if n.err != nil || len(dims) != rank {
		return v
	}
	exact := slices.Clone(v.Type.Shape)
	for i, d := range dims {
		if _, known := exact[i].IsConst(); d >= 0 && !known {
			exact[i] = ir.Const(d)
		}
	}
	return n.reshape(v, exact...)
}

func listSet(n *node) []*ir.Value { return one(n.set(n.arg(0), n.arg(1), n.tensor(2, 0, anyRank))) }

// set replaces the tensor at a place, or adds it where the place is the end.
func (n *node) set(into, place, x *ir.Value) *ir.Value {
	l := n.listOf(into)
	if i, ok := place.KnownInts(); l != nil && ok && len(i) == 1 && i[0] < maxListed {
		if i[0] < 0 {
			n.fail("place %d of a list", i[0])
			return hole()
		}
		elems := slices.Clone(l.elems)
		for int64(len(elems)) <= i[0] {
			elems = append(elems, nil)
		}
		elems[i[0]] = x
		return n.listValue(&list{l.dtype, elems})
	}
	seq, at := n.sequenceOf(into), n.cast(n.reshape(place), ir.Int64)
	inside := n.binary("Less", at, n.do(op.SequenceLength{}, seq))
	if n.err != nil {
		return hole()
	}
	path := func(b *ir.Builder, replace bool) (*ir.Graph, error) {
		from, err := seq, error(nil)
		if replace {
			if from, err = b.Add1(n.def.Name, op.SequenceErase{}, seq, at); err != nil {
				return nil, err
			}
		}
		v, err := b.Add1(n.def.Name, op.SequenceInsert{}, from, x, at)
		if err != nil {
			return nil, err
		}
		b.Output(v)
		return b.Graph, nil
	}
	then, err := path(n.Sub(n.def.Name), true)
	n.check(err)
	otherwise, err := path(n.Sub(n.def.Name), false)
	n.check(err)
	return n.do(op.If{Then: then, Else: otherwise}, inside)
}

func listGather(n *node) []*ir.Value { return one(n.gathered(n.arg(0), 1)) }

// gathered stacks the tensors at the places that an input names, as many of them as the list has tensors.
func (n *node) gathered(from *ir.Value, places int) *ir.Value {
	l := n.listOf(from)
	if at, ok := n.known(places); l != nil && ok {
		var picked []*ir.Value
		for _, i := range at[:min(len(at), len(l.elems))] {
			picked = append(picked, n.at(from, n.vector(i), nil))
		}
		return n.stacked(picked, l.dtype, nil)
	}
	return n.gather(n.stack(from, nil), n.arg(places), 0)
}

func listStack(n *node) []*ir.Value { return one(n.stack(n.arg(0), n.elementShape(n.arg(1)))) }

// stack puts the tensors of a list along a new first axis. shape is what is known of one.
func (n *node) stack(from *ir.Value, shape []int64) *ir.Value {
	l := n.listOf(from)
	if l == nil {
		return n.do(op.ConcatFromSequence{Stack: true}, from)
	}
	for i, e := range l.elems {
		if e == nil {
			n.fail("element %d of the list was not written", i)
			return hole()
		}
	}
	return n.stacked(l.elems, l.dtype, shape)
}

func (n *node) stacked(elems []*ir.Value, d ir.DType, shape []int64) *ir.Value {
	if len(elems) == 0 || n.err != nil {
		dims := []ir.Dim{ir.Const(0)}
		for _, size := range shape {
			dims = append(dims, ir.Const(max(size, 0)))
		}
		return n.zeros(d, dims)
	}
	var rows []*ir.Value
	for _, e := range elems {
		rows = append(rows, n.reshape(e, append([]ir.Dim{ir.Const(1)}, e.Type.Shape...)...))
	}
	if len(rows) == 1 {
		return rows[0]
	}
	return n.do(op.Concat{Axis: 0}, rows...)
}

func listConcat(n *node) []*ir.Value { return one(n.joinedList(n.arg(0))) }

// joinedList puts the tensors of a list behind each other.
func (n *node) joinedList(from *ir.Value) *ir.Value {
	l := n.listOf(from)
	if l == nil || len(l.elems) == 0 {
		return n.do(op.ConcatFromSequence{}, n.sequenceOf(from))
	}
	if slices.Contains(l.elems, nil) {
		n.fail("not all elements of the list were written")
		return hole()
	}
	if len(l.elems) == 1 {
		return l.elems[0]
	}
	return n.do(op.Concat{Axis: 0}, l.elems...)
}

func listLength(n *node) []*ir.Value { return one(n.length(n.arg(0))) }

func (n *node) length(from *ir.Value) *ir.Value {
	if l := n.listOf(from); l != nil {
		return n.constant(ir.Int32, float64(len(l.elems)))
	}
	return n.cast(n.do(op.SequenceLength{}, from), ir.Int32)
}

// listResize cuts a list or adds places that are not written.
func listResize(n *node) []*ir.Value {
	l, size := n.listOf(n.arg(0)), n.integer(1, "size")
	if n.err != nil {
		return nil
	}
	if l == nil || size < 0 || size > maxListed {
		n.fail("a list of a length that only a run knows is resized to %d; that is not supported", size)
		return nil
	}
	elems := make([]*ir.Value, size)
	copy(elems, l.elems)
	return one(n.listValue(&list{l.dtype, elems}))
}
