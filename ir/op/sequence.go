package op

import (
	"errors"
	"fmt"

	"github.com/energeticc/energeticc/ir"
)

var sequenceOps = []Def{
	{Name: "SequenceConstruct", Doc: "SequenceConstruct makes a sequence of its inputs. Source: ONNX SequenceConstruct, SequenceEmpty.", New: func() ir.Op { return SequenceConstruct{} }, DTypes: whole, Moves: true},
	{Name: "SequenceInsert", Doc: "SequenceInsert adds a tensor to a sequence, before a place or at the end. Source: ONNX SequenceInsert.", New: func() ir.Op { return SequenceInsert{} }, Moves: true},
	{Name: "SequenceErase", Doc: "SequenceErase takes a tensor out of a sequence, the last by default. Source: ONNX SequenceErase.", New: func() ir.Op { return SequenceErase{} }, Moves: true},
	{Name: "SequenceAt", Doc: "SequenceAt copies the tensor at a place of a sequence. Source: ONNX SequenceAt.", New: func() ir.Op { return SequenceAt{} }, Moves: true},
	{Name: "SequenceRank", Doc: "SequenceRank counts the dims of the tensor at a place of a sequence. Source: ours, for sequences whose type leaves that open.", New: func() ir.Op { return SequenceRank{} }, Moves: true},
	{Name: "SequenceLength", Doc: "SequenceLength counts the tensors of a sequence. Source: ONNX SequenceLength.", New: func() ir.Op { return SequenceLength{} }, Moves: true},
	{Name: "SplitToSequence", Doc: "SplitToSequence cuts a tensor into a sequence of parts. Source: ONNX SplitToSequence.", New: func() ir.Op { return SplitToSequence{} }, DTypes: whole, Moves: true},
	{Name: "ConcatFromSequence", Doc: "ConcatFromSequence joins a sequence's tensors along an axis, or stacks them along a new one. Source: ONNX ConcatFromSequence.", New: func() ir.Op { return ConcatFromSequence{} }, Moves: true},
}

// sequenceOf makes the value of a sequence.
func sequenceOf(elem ir.Type, elems []*ir.Tensor) *ir.Tensor {
	t := ir.SequenceType(elem)
	return &ir.Tensor{Type: &t, Elems: elems}
}

// wantSequence gives the type of what a sequence of tensors holds.
func wantSequence(x *ir.Inference, i int) (ir.Type, error) {
	t := x.Type(i)
	if t.Kind != ir.KindSequence || !t.Elem.IsTensor() {
		return t, fmt.Errorf("input %d is %s, want a sequence of tensors", i, t)
	}
	return *t.Elem, nil
}

// wantPlace checks the input that is a place in a sequence.
func wantPlace(x *ir.Inference, i int) error {
	if !x.Has(i) {
		return nil
	}
	if t := x.Type(i); !t.IsTensor() || t.DType != ir.Int64 || !t.Len().Is(1) {
		return fmt.Errorf("input %d is %s, want an i64 scalar: a place in the sequence", i, t)
	}
	return nil
}

// wantWhole refuses types whose elements are packed.
func wantWhole(d ir.DType) error {
	if d.Bits()%8 != 0 {
		return fmt.Errorf("sequences of %s are not supported; cast to i8 or f16 around them", d)
	}
	return nil
}

// heldTensor gives the type that a tensor has outside of the sequence or optional that holds it: a fresh symbol for
// each dim that is not known. rank tells the rank where the type leaves it open.
func heldTensor(x *ir.Inference, held ir.Type, rank int) ir.Type {
	shape := make([]ir.Dim, rank)
	for i := range shape {
		if held.Open != ir.OpenDims || held.Shape[i].IsAny() {
			shape[i] = x.Fresh("held")
		} else {
			shape[i] = held.Shape[i]
		}
	}
	return ir.TensorType(held.DType, shape...)
}

// rankOf is the rank of held tensors, rank where their type leaves it open.
func rankOf(held ir.Type, rank int) int {
	if held.Open == ir.OpenDims {
		return held.Rank()
	}
	return rank
}

// heldDims are the dims of a held type for the kernels that check a tensor's shape: -1 for one that is not known.
func heldDims(held ir.Type, rank int) ir.Arg {
	dims := make([]ir.Dim, rank)
	for i := range dims {
		if dims[i] = ir.Const(-1); held.Open == ir.OpenDims && !held.Shape[i].IsAny() {
			dims[i] = held.Shape[i]
		}
	}
	return ir.Ints(dims...)
}

// place is an optional input as an argument.
func place(in []*ir.Value, i int) ir.Arg {
	if nth(in, i) == nil {
		return ir.Nil()
	}
	return ir.In(i)
}

// placeOf finds a place in a sequence of n; otherwise is where none is given.
func placeOf(in []*ir.Tensor, i, n, otherwise int) (int, error) {
	at := otherwise
	if t := nth(in, i); t != nil {
		if at = int(t.Int(0)); at < 0 {
			at += n
		}
	}
	if at < 0 || at >= n {
		return 0, fmt.Errorf("place %d of a sequence of %d", at, n)
	}
	return at, nil
}

var noPlace = &ir.Fault{Text: "the sequence has no such place", Arg: -1}

// SequenceConstruct makes a sequence of its inputs, tensors of one element type. DType is that type, for a sequence
// of none.
type SequenceConstruct struct{ DType ir.DType }

// OpName is SequenceConstruct.
func (SequenceConstruct) OpName() string { return "SequenceConstruct" }

// Allocates says that a run makes the tensors anew.
func (SequenceConstruct) Allocates() bool { return true }

// Infer joins the inputs' types.
func (o SequenceConstruct) Infer(x *ir.Inference) ([]ir.Type, error) {
	elem := ir.Type{DType: o.DType, Open: ir.NoneYet}
	for i := range x.In {
		t := x.Type(i)
		if !x.Has(i) || !t.IsTensor() || t.DType != o.DType {
			return nil, fmt.Errorf("input %d is %s, want a tensor of %s", i, t, o.DType)
		}
		elem, _ = ir.Join(elem, ir.Held(t))
	}
	if err := wantWhole(o.DType); err != nil {
		return nil, err
	}
	return one(ir.SequenceType(elem))
}

// Eval lists the inputs.
func (o SequenceConstruct) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	return result(sequenceOf(ir.Type{DType: o.DType, Open: ir.OpenShape}, in))
}

// Lower copies them one by one.
func (o SequenceConstruct) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	calls := []ir.Call{{Kernel: "kernel.SequenceEmpty", Args: []ir.Arg{ir.Out(0)}}}
	for i, v := range in {
		calls = append(calls, ir.Call{Kernel: "kernel.SequenceAppend", Args: []ir.Arg{ir.Out(0), ir.In(i), ir.Ints(v.Type.Shape...)}})
	}
	return calls, nil
}

// SequenceInsert adds a tensor to a sequence: before the place that its third input gives, else at the end.
type SequenceInsert struct{}

// OpName is SequenceInsert.
func (SequenceInsert) OpName() string { return "SequenceInsert" }

// Allocates says that a run makes the sequence anew.
func (SequenceInsert) Allocates() bool { return true }

// Infer joins the tensor's type to the sequence's.
func (SequenceInsert) Infer(x *ir.Inference) ([]ir.Type, error) {
	if err := want(x, 2, 3); err != nil {
		return nil, err
	}
	elem, err := wantSequence(x, 0)
	if err != nil {
		return nil, err
	}
	t := x.Type(1)
	if !t.IsTensor() || t.DType != elem.DType {
		return nil, fmt.Errorf("%s cannot be put into a sequence of %s", t, elem)
	}
	if err := wantPlace(x, 2); err != nil {
		return nil, err
	}
	elem, _ = ir.Join(elem, ir.Held(t))
	return one(ir.SequenceType(elem))
}

// Eval inserts.
func (SequenceInsert) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	all := in[0].Elems
	at, err := placeOf(in, 2, len(all), len(all)-1)
	switch {
	case nth(in, 2) == nil, in[2].Int(0) == int64(len(all)):
		at = len(all)
	case err != nil:
		return nil, err
	}
	elems := append(append(append([]*ir.Tensor{}, all[:at]...), in[1]), all[at:]...)
	return result(sequenceOf(*in[0].Type.Elem, elems))
}

// Lower makes the longer sequence.
func (SequenceInsert) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	return []ir.Call{{
		Kernel: "kernel.SequenceInsert", Fault: noPlace,
		Args: []ir.Arg{ir.Out(0), ir.In(0), ir.In(1), ir.Ints(in[1].Type.Shape...), place(in, 2)},
	}}, nil
}

// SequenceErase takes the tensor at a place out of a sequence, the last where no place is given.
type SequenceErase struct{}

// OpName is SequenceErase.
func (SequenceErase) OpName() string { return "SequenceErase" }

// Allocates says that a run makes the sequence anew.
func (SequenceErase) Allocates() bool { return true }

// Infer keeps the sequence's type.
func (SequenceErase) Infer(x *ir.Inference) ([]ir.Type, error) {
	if err := want(x, 1, 2); err != nil {
		return nil, err
	}
	if _, err := wantSequence(x, 0); err != nil {
		return nil, err
	}
	return []ir.Type{x.Type(0)}, wantPlace(x, 1)
}

// Eval leaves it out.
func (SequenceErase) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	all := in[0].Elems
	at, err := placeOf(in, 1, len(all), len(all)-1)
	if err != nil {
		return nil, err
	}
	return result(sequenceOf(*in[0].Type.Elem, append(append([]*ir.Tensor{}, all[:at]...), all[at+1:]...)))
}

// Lower makes the shorter sequence.
func (SequenceErase) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	return []ir.Call{{Kernel: "kernel.SequenceErase", Fault: noPlace, Args: []ir.Arg{ir.Out(0), ir.In(0), place(in, 1)}}}, nil
}

// SequenceAt copies the tensor at a place of a sequence. Rank is that tensor's, where the sequence's type leaves it
// open.
type SequenceAt struct{ Rank int }

// OpName is SequenceAt.
func (SequenceAt) OpName() string { return "SequenceAt" }

// Infer gives every dim that is not known a symbol.
func (o SequenceAt) Infer(x *ir.Inference) ([]ir.Type, error) {
	if err := want(x, 2, 2); err != nil {
		return nil, err
	}
	elem, err := wantSequence(x, 0)
	if err != nil {
		return nil, err
	}
	if err := wantPlace(x, 1); err != nil {
		return nil, err
	}
	return one(heldTensor(x, elem, rankOf(elem, o.Rank)))
}

// Eval picks.
func (o SequenceAt) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	at, err := placeOf(in, 1, len(in[0].Elems), 0)
	if err != nil {
		return nil, err
	}
	return result(in[0].Elems[at])
}

// Lower checks place and shape, reads the dims that are not known, and copies.
func (o SequenceAt) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	elem := *in[0].Type.Elem
	rank := rankOf(elem, o.Rank)
	calls := []ir.Call{{
		Kernel: "kernel.ElementFits", Args: []ir.Arg{ir.In(0), ir.In(1), heldDims(elem, rank)},
		Fault: &ir.Fault{Text: "the sequence has no such place, or the tensor there another shape", Arg: -1},
	}}
	calls = append(calls, readDims("kernel.ElementDim", elem, out[0].Type, ir.In(0), ir.In(1))...)
	return append(calls, ir.Call{Kernel: "kernel.ElementCopy", Args: []ir.Arg{ir.Out(0), ir.In(0), ir.In(1)}}), nil
}

// readDims binds the dims that a held type leaves open, by a kernel whose last argument is the axis.
func readDims(kernel string, held, out ir.Type, from ...ir.Arg) []ir.Call {
	var calls []ir.Call
	for i, d := range out.Shape {
		s, isSym := d.IsSym()
		if !isSym || held.Open == ir.OpenDims && !held.Shape[i].IsAny() {
			continue
		}
		args := append(append([]ir.Arg{}, from...), ir.IntC(i))
		calls = append(calls, ir.Call{Kernel: kernel, Args: args, Bind: []string{s}})
	}
	return calls
}

// SequenceRank counts the dims of the tensor at a place of a sequence: an i64 scalar.
type SequenceRank struct{}

// OpName is SequenceRank.
func (SequenceRank) OpName() string { return "SequenceRank" }

// Infer gives an integer.
func (SequenceRank) Infer(x *ir.Inference) ([]ir.Type, error) {
	if err := want(x, 2, 2); err != nil {
		return nil, err
	}
	if _, err := wantSequence(x, 0); err != nil {
		return nil, err
	}
	return []ir.Type{ir.TensorType(ir.Int64)}, wantPlace(x, 1)
}

// Eval counts.
func (SequenceRank) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	at, err := placeOf(in, 1, len(in[0].Elems), 0)
	if err != nil {
		return nil, err
	}
	return result(ir.FromInts(ir.Int64, nil, []int64{int64(len(in[0].Elems[at].Shape))}))
}

// Lower counts.
func (SequenceRank) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	return []ir.Call{{Kernel: "kernel.ElementRank", Args: []ir.Arg{ir.Out(0), ir.In(0), ir.In(1)}, Fault: noPlace}}, nil
}

// SequenceLength counts the tensors of a sequence: an i64 scalar.
type SequenceLength struct{}

// OpName is SequenceLength.
func (SequenceLength) OpName() string { return "SequenceLength" }

// Infer knows the result by a symbol.
func (SequenceLength) Infer(x *ir.Inference) ([]ir.Type, error) {
	if err := want(x, 1, 1); err != nil {
		return nil, err
	}
	if _, err := wantSequence(x, 0); err != nil {
		return nil, err
	}
	x.SetElems(0, []ir.Dim{x.Fresh("length")})
	return one(ir.TensorType(ir.Int64))
}

// Eval counts.
func (SequenceLength) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	return result(ir.FromInts(ir.Int64, nil, []int64{int64(len(in[0].Elems))}))
}

// Lower binds the symbol and writes it.
func (SequenceLength) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	if len(out[0].Elems) != 1 {
		return nil, errors.New("the length's symbol is lost")
	}
	s, _ := out[0].Elems[0].IsSym()
	return []ir.Call{
		{Kernel: "kernel.SequenceLength", Args: []ir.Arg{ir.In(0)}, Bind: []string{s}},
		{Kernel: "kernel.SetSizes", Args: []ir.Arg{ir.Out(0), ir.Ints(out[0].Elems...)}},
	}, nil
}
