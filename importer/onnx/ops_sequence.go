package onnx

import (
	"fmt"
	"slices"

	"github.com/energeticc/energeticc/importer/onnx/file"
	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

var sequenceRows = []row{
	{"SequenceEmpty", 11, sequenceEmpty}, {"SequenceConstruct", 11, sequenceConstruct},
	{"SequenceInsert", 11, sequenceInsert}, {"SequenceErase", 11, sequenceErase},
	{"SequenceAt", 11, sequenceAt}, {"SequenceLength", 11, sequenceLength},
	{"SplitToSequence", 11, splitToSequence}, {"ConcatFromSequence", 11, concatFromSequence},
	{"SequenceMap", 17, sequenceMap},
}

// maxListed bounds the sequences whose tensors are followed one by one.
const maxListed = 1024

// listed notes which tensors a sequence holds, so that what takes them out again needs no sequence: exporters write
// chunk, split, unbind and stack as sequences.
func (n *node) listed(seq *ir.Value, tensors []*ir.Value) ([]*ir.Value, error) {
	if len(tensors) <= maxListed {
		n.im.lists[seq] = tensors
	}
	return []*ir.Value{seq}, nil
}

// sequence checks that input i is a sequence of tensors, and gives the tensors where they are known.
func (n *node) sequence(i int) (tensors []*ir.Value, known bool, err error) {
	v := n.input(i)
	if v == nil || v.Type.Kind != ir.KindSequence || !v.Type.Elem.IsTensor() {
		return nil, false, fmt.Errorf("input %d is %s, want a sequence of tensors", i, v)
	}
	tensors, known = n.im.lists[v]
	return tensors, known, nil
}

// place reads input i, a place in a sequence of length n that may count from the end. known is set where the place
// is a number within the sequence, or there is none, which stands for otherwise.
func (n *node) place(i, length, otherwise int) (at int, known bool, err error) {
	v := n.input(i)
	if v == nil {
		return otherwise, true, nil
	}
	if !v.Type.IsTensor() || !v.Type.DType.IsInteger() || !v.Type.Len().Is(1) {
		return 0, false, fmt.Errorf("input %d is %s, want an integer scalar: a place in the sequence", i, v)
	}
	if v.Type.DType != ir.Int64 {
		if n.in[i], err = n.one(op.Cast{To: ir.Int64}, v); err != nil {
			return 0, false, err
		}
	}
	ints, isConst := v.KnownInts()
	if !isConst || ints[0] < int64(-length) || ints[0] > int64(length) {
		return 0, false, nil
	}
	if at = int(ints[0]); at < 0 {
		at += length
	}
	return at, true, nil
}

// sequenceEmpty reads SequenceEmpty.
func sequenceEmpty(n *node) ([]*ir.Value, error) {
	d, err := file.DType(int32(n.integer("dtype", 1)))
	if err != nil {
		return nil, err
	}
	seq, err := n.one(op.SequenceConstruct{DType: d})
	if err != nil {
		return nil, err
	}
	return n.listed(seq, nil)
}

// sequenceConstruct reads SequenceConstruct.
func sequenceConstruct(n *node) ([]*ir.Value, error) {
	if len(n.in) == 0 || slices.Contains(n.in, nil) {
		return nil, fmt.Errorf("%d inputs, want at least 1 and none missing", len(n.in))
	}
	seq, err := n.one(op.SequenceConstruct{DType: n.in[0].Type.DType}, n.in...)
	if err != nil {
		return nil, err
	}
	return n.listed(seq, n.in)
}

// sequenceInsert reads SequenceInsert.
func sequenceInsert(n *node) ([]*ir.Value, error) {
	if err := n.arity(2, 3); err != nil {
		return nil, err
	}
	list, listed, err := n.sequence(0)
	if err != nil {
		return nil, err
	}
	at, known, err := n.place(2, len(list), len(list))
	if err != nil {
		return nil, err
	}
	seq, err := n.one(op.SequenceInsert{}, n.in...)
	if err != nil || !listed || !known {
		return values(seq, err)
	}
	return n.listed(seq, slices.Insert(slices.Clone(list), at, n.in[1]))
}

// sequenceErase reads SequenceErase.
func sequenceErase(n *node) ([]*ir.Value, error) {
	if err := n.arity(1, 2); err != nil {
		return nil, err
	}
	list, listed, err := n.sequence(0)
	if err != nil {
		return nil, err
	}
	at, known, err := n.place(1, len(list), len(list)-1)
	if err != nil {
		return nil, err
	}
	seq, err := n.one(op.SequenceErase{}, n.in...)
	if err != nil || !listed || !known || at < 0 || at >= len(list) {
		return values(seq, err)
	}
	return n.listed(seq, slices.Delete(slices.Clone(list), at, at+1))
}

// sequenceAt reads SequenceAt.
func sequenceAt(n *node) ([]*ir.Value, error) {
	if err := n.arity(2, 2); err != nil {
		return nil, err
	}
	list, listed, err := n.sequence(0)
	if err != nil {
		return nil, err
	}
	at, known, err := n.place(1, len(list), 0)
	if err != nil {
		return nil, err
	}
	if listed && known && at < len(list) {
		return []*ir.Value{list[at]}, nil
	}
	rank, err := n.heldRank(*n.in[0].Type.Elem)
	if err != nil {
		return nil, err
	}
	return n.add(op.SequenceAt{Rank: rank}, n.in...)
}

// heldRank is the rank of the tensors that a sequence or optional holds; where its type leaves that open, the rank
// that the model declares for the node's output.
func (n *node) heldRank(held ir.Type) (int, error) {
	if held.Open == ir.OpenDims {
		return held.Rank(), nil
	}
	if rank, ok := n.declaredRank(); ok {
		return rank, nil
	}
	return 0, fmt.Errorf("how many dims the tensors of %s have is not known; declare the shape of output %q in value_info (unknown dims may stay unknown)", n.in[0], n.proto.GetOutput()[0])
}

// declaredRank finds how many dims the model says the node's first output has.
func (n *node) declaredRank() (int, bool) {
	for _, v := range slices.Concat(n.within.GetOutput(), n.within.GetValueInfo()) {
		if t := v.GetType().GetTensorType(); v.GetName() == n.proto.GetOutput()[0] && t.GetShape() != nil {
			return len(t.GetShape().GetDim()), true
		}
	}
	return 0, false
}

// sequenceLength reads SequenceLength.
func sequenceLength(n *node) ([]*ir.Value, error) {
	if err := n.arity(1, 1); err != nil {
		return nil, err
	}
	list, listed, err := n.sequence(0)
	if err != nil {
		return nil, err
	}
	if listed {
		return []*ir.Value{n.Const(n.name, ir.FromInts(ir.Int64, nil, []int64{int64(len(list))}))}, nil
	}
	return n.add(op.SequenceLength{}, n.in...)
}

// splitToSequence reads SplitToSequence.
func splitToSequence(n *node) ([]*ir.Value, error) {
	if err := n.arity(1, 2); err != nil {
		return nil, err
	}
	x := n.in[0]
	if !x.Type.IsTensor() {
		return nil, fmt.Errorf("input 0 is %s, want a tensor", x)
	}
	axis, err := n.axis(0, x.Type.Rank())
	if err != nil {
		return nil, err
	}
	o := op.SplitToSequence{Axis: axis, Drop: !n.flag("keepdims", true) && n.input(1) == nil}
	if v := n.input(1); v != nil && v.Type.IsTensor() && v.Type.DType == ir.Int32 {
		if n.in[1], err = n.one(op.Cast{To: ir.Int64}, v); err != nil {
			return nil, err
		}
	}
	seq, err := n.one(o, n.in...)
	if err != nil {
		return nil, err
	}
	lengths, ok := partsOf(x.Type.Shape[axis], n.input(1))
	if !ok || len(lengths) > maxListed {
		return []*ir.Value{seq}, nil
	}
	var parts []*ir.Value
	at := int64(0)
	for _, length := range lengths {
		v, err := n.part(x, axis, ir.Const(at), ir.Const(length))
		if err == nil && o.Drop {
			v, err = n.reshaped(v, slices.Delete(slices.Clone(v.Type.Shape), axis, axis+1))
		}
		if err != nil {
			return nil, err
		}
		parts, at = append(parts, v), at+length
	}
	return n.listed(seq, parts)
}

// partsOf lists how long the parts of an axis are, if that is known and right.
func partsOf(axis ir.Dim, lengths *ir.Value) ([]int64, bool) {
	total, ok := axis.IsConst()
	if !ok {
		return nil, false
	}
	given, known := []int64{1}, true
	if lengths != nil {
		given, known = lengths.KnownInts()
	}
	if !known {
		return nil, false
	}
	if lengths == nil || lengths.Type.Rank() == 0 {
		part := given[0]
		if part < 1 || total/part >= maxListed {
			return nil, false
		}
		given = nil
		for at := int64(0); at < total; at += part {
			given = append(given, min(part, total-at))
		}
	}
	for _, length := range given {
		if length < 0 || length > total {
			return nil, false
		}
		total -= length
	}
	return given, total == 0
}

// concatFromSequence reads ConcatFromSequence.
func concatFromSequence(n *node) ([]*ir.Value, error) {
	if err := n.arity(1, 1); err != nil {
		return nil, err
	}
	list, listed, err := n.sequence(0)
	if err != nil {
		return nil, err
	}
	stack := n.flag("new_axis", false)
	added := 0
	if stack {
		added = 1
	}
	held := *n.in[0].Type.Elem
	if held.Open != ir.OpenDims {
		rank, ok := n.declaredRank()
		if !ok || rank < added {
			_, err := n.heldRank(held)
			return nil, err
		}
		held = ir.TensorType(held.DType, make([]ir.Dim, rank-added)...)
	}
	axis, err := ir.Axis(int(n.integer("axis", 0)), held.Rank()+added)
	if err != nil {
		return nil, err
	}
	if !listed || len(list) == 0 {
		return n.add(op.ConcatFromSequence{Axis: axis, Stack: stack, Rank: held.Rank()}, n.in...)
	}
	if stack {
		list = slices.Clone(list)
		for i, v := range list {
			if list[i], err = n.reshaped(v, slices.Insert(slices.Clone(v.Type.Shape), axis, ir.Const(1))); err != nil {
				return nil, err
			}
		}
	}
	return n.add(op.Concat{Axis: axis}, list...)
}
