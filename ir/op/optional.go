package op

import (
	"errors"
	"fmt"

	"github.com/energeticc/energeticc/ir"
)

var optionalOps = []Def{
	{Name: "Optional", Doc: "Optional is its input as a value that may be none, or none. Source: ONNX Optional.", New: func() ir.Op { return Optional{} }, DTypes: whole, Moves: true},
	{Name: "OptionalHasElement", Doc: "OptionalHasElement says whether there is a value. Source: ONNX OptionalHasElement.", New: func() ir.Op { return OptionalHasElement{} }, Moves: true},
	{Name: "OptionalRank", Doc: "OptionalRank counts the dims of the tensor that an optional holds. Source: ours, for inputs whose type leaves that open.", New: func() ir.Op { return OptionalRank{} }, Moves: true},
	{Name: "OptionalGetElement", Doc: "OptionalGetElement is the value that an optional holds. Source: ONNX OptionalGetElement.", New: func() ir.Op { return OptionalGetElement{} }, Moves: true},
}

// Optional holds its input, a tensor or a sequence of tensors. Without an input it is none, of what Elem says.
type Optional struct{ Elem ir.Type }

// OpName is Optional.
func (Optional) OpName() string { return "Optional" }

// Allocates says that a run makes a copy.
func (Optional) Allocates() bool { return true }

// Infer wraps the type.
func (o Optional) Infer(x *ir.Inference) ([]ir.Type, error) {
	if err := want(x, 0, 1); err != nil {
		return nil, err
	}
	elem := o.Elem
	if x.Has(0) {
		elem = x.Type(0)
	}
	switch {
	case elem.Kind == ir.KindSequence && elem.Elem.IsTensor():
	case elem.IsTensor() && elem.DType != ir.Invalid:
		if err := wantWhole(elem.DType); err != nil {
			return nil, err
		}
	default:
		return nil, fmt.Errorf("an optional of %s, want a tensor or a sequence of tensors", elem)
	}
	return one(ir.OptionalType(ir.Held(elem)))
}

// Eval wraps.
func (o Optional) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	t := ir.OptionalType(o.Elem)
	if len(in) > 0 {
		elem := in[0].TypeOf()
		t.Elem = &elem
	}
	return result(&ir.Tensor{Type: &t, Elems: in})
}

// Lower copies a tensor and keeps a sequence.
func (o Optional) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	switch {
	case len(in) == 0:
		return call("kernel.OptionalNone", ir.Out(0))
	case in[0].Type.IsTensor():
		return call("kernel.OptionalTensor", ir.Out(0), ir.In(0), ir.Ints(in[0].Type.Shape...))
	}
	return call("kernel.OptionalSome", ir.Out(0), ir.In(0))
}

// wantOptional gives the type of what an optional holds.
func wantOptional(x *ir.Inference) (ir.Type, error) {
	if err := want(x, 1, 1); err != nil {
		return ir.Type{}, err
	}
	t := x.Type(0)
	if t.Kind != ir.KindOptional {
		return t, fmt.Errorf("input 0 is %s, want an optional", t)
	}
	return *t.Elem, nil
}

// OptionalHasElement says whether an optional is not none: a bool scalar.
type OptionalHasElement struct{}

// OpName is OptionalHasElement.
func (OptionalHasElement) OpName() string { return "OptionalHasElement" }

// Infer gives a truth value.
func (OptionalHasElement) Infer(x *ir.Inference) ([]ir.Type, error) {
	_, err := wantOptional(x)
	return []ir.Type{ir.TensorType(ir.Bool)}, err
}

// Eval looks.
func (OptionalHasElement) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	return result(ir.FromBools(nil, []bool{len(in[0].Elems) > 0}))
}

// Lower looks.
func (OptionalHasElement) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	return call("kernel.OptionalHas", ir.Out(0), ir.In(0))
}

// OptionalRank counts the dims of the tensor that an optional holds, an i64 scalar; none is an error.
type OptionalRank struct{}

// OpName is OptionalRank.
func (OptionalRank) OpName() string { return "OptionalRank" }

// Infer gives an integer.
func (OptionalRank) Infer(x *ir.Inference) ([]ir.Type, error) {
	elem, err := wantOptional(x)
	if err == nil && !elem.IsTensor() {
		err = fmt.Errorf("an optional of %s, want one of a tensor", elem)
	}
	return []ir.Type{ir.TensorType(ir.Int64)}, err
}

// Eval counts.
func (OptionalRank) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	if len(in[0].Elems) == 0 {
		return nil, errNone
	}
	return result(ir.FromInts(ir.Int64, nil, []int64{int64(len(in[0].Elems[0].Shape))}))
}

// Lower counts.
func (OptionalRank) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	return []ir.Call{{Kernel: "kernel.OptionalRank", Args: []ir.Arg{ir.Out(0), ir.In(0)}, Fault: &ir.Fault{Text: errNone.Error(), Arg: -1}}}, nil
}

// errNone is what reading an optional that holds nothing comes to.
var errNone = errors.New("the optional is none")

// OptionalGetElement is the value that an optional holds; none is an error. Rank is that of a tensor whose type leaves
// it open.
type OptionalGetElement struct{ Rank int }

// OpName is OptionalGetElement.
func (OptionalGetElement) OpName() string { return "OptionalGetElement" }

// Infer gives every dim of a tensor that is not known a symbol.
func (o OptionalGetElement) Infer(x *ir.Inference) ([]ir.Type, error) {
	elem, err := wantOptional(x)
	if err != nil {
		return nil, err
	}
	if elem.IsTensor() {
		elem = heldTensor(x, elem, rankOf(elem, o.Rank))
	}
	return one(elem)
}

// Eval unwraps.
func (OptionalGetElement) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	if len(in[0].Elems) == 0 {
		return nil, errNone
	}
	return result(in[0].Elems[0])
}

// Lower checks that there is a value; of a tensor it reads the dims that are not known, and copies it.
func (o OptionalGetElement) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	elem := *in[0].Type.Elem
	none := &ir.Fault{Text: "the optional is none, or its tensor has another shape", Arg: -1}
	if !elem.IsTensor() {
		return []ir.Call{{Kernel: "kernel.OptionalGet", Args: []ir.Arg{ir.Out(0), ir.In(0)}, Fault: none}}, nil
	}
	calls := []ir.Call{{Kernel: "kernel.OptionalFits", Args: []ir.Arg{ir.In(0), heldDims(elem, rankOf(elem, o.Rank))}, Fault: none}}
	calls = append(calls, readDims("kernel.OptionalDim", elem, out[0].Type, ir.In(0))...)
	return append(calls, ir.Call{Kernel: "kernel.OptionalCopy", Args: []ir.Arg{ir.Out(0), ir.In(0)}}), nil
}
