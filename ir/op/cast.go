package op

import (
	"fmt"
	"math"

	"github.com/energeticc/energeticc/ir"
)

var castOps = []Def{
	{Name: "Cast", Doc: "Cast converts to the element type To. Source: ONNX Cast.", New: func() ir.Op { return Cast{} }, DTypes: append(append([]ir.DType{ir.Bool}, number...), ir.String)},
	{Name: "BitCast", Doc: "BitCast is the same bits under another element type. Source: ONNX BitCast.", New: func() ir.Op { return BitCast{} }, DTypes: whole, Moves: true},
}

// Cast converts element by element. Floats are rounded to nearest even on the way to a float, cut towards zero on the
// way to an integer, and rounded with halves away from zero on the way to an integer of fewer than eight bits, as ONNX
// Runtime does where ONNX is silent; integers wrap. What an integer type cannot hold at all has the value of ir.CutToInt, wrapped. Numbers
// other than 0 are true; strings are numbers in decimal notation. Where Saturate is set, numbers beyond the range of
// an eight-bit float become its largest.
type Cast struct {
	To       ir.DType
	Saturate bool
}

// OpName is Cast.
func (Cast) OpName() string { return "Cast" }

// Allocates says that a run makes new strings of numbers.
func (o Cast) Allocates() bool { return o.To == ir.String }

// castable reports whether there is a conversion from or to the type.
func castable(d ir.DType) bool {
	k := d.Kind()
	return k != ir.KindComplex && k != 0
}

// Infer changes the element type. Known contents pass where the new type surely holds sizes.
func (o Cast) Infer(x *ir.Inference) ([]ir.Type, error) {
	if err := wantTensors(x, 1, 1); err != nil {
		return nil, err
	}
	t := x.Type(0)
	if !castable(t.DType) || !castable(o.To) {
		return nil, fmt.Errorf("%s cannot be cast to %s", t.DType, o.To)
	}
	if o.To == ir.Int64 || o.To == ir.Int32 || o.To == t.DType {
		x.SetElems(0, x.Elems(0))
	}
	t.DType = o.To
	return one(t)
}

// IsView reports whether nothing changes; the types tell, so that only a pass knows.
func (o Cast) IsView() bool { return false }

// Eval converts element by element.
func (o Cast) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	t := in[0]
	if t.DType == o.To {
		return result(t)
	}
	out := ir.NewTensor(o.To, t.Shape...)
	for i := range t.Len() {
		if err := o.convert(out, t, i); err != nil {
			return nil, err
		}
	}
	return result(out)
}

func (o Cast) convert(out, t *ir.Tensor, i int) error {
	switch {
	case t.DType == ir.String:
		return parseElem(out, i, t.Strings[i])
	case o.To == ir.String:
		out.Strings[i] = formatElem(t, i)
	case o.To == ir.Bool:
		out.SetInt(i, truth(t.Float(i) != 0))
	case t.DType.IsFloat() && o.To.Bits() < 8 && !o.To.IsFloat():
		out.SetInt(i, ir.CutToInt(math.Round(t.Float(i))))
	case t.DType.IsFloat():
		out.SetFloat(i, o.saturate(t.Float(i)))
	case !o.To.IsFloat():
		out.SetInt(i, t.Int(i))
	case t.DType == ir.Uint64:
		o.setBig(out, i, uint64(t.Int(i)), false)
	default:
		v := t.Int(i)
		if v < 0 {
			o.setBig(out, i, -uint64(v), true)
		} else {
			o.setBig(out, i, uint64(v), false)
		}
	}
	return nil
}

// setBig writes an integer of 64 bits to a float type with a single rounding: below double precision, what float64
// would round away first only says on which side of the middle the number lies, so it is kept as a sticky bit.
func (o Cast) setBig(out *ir.Tensor, i int, v uint64, negative bool) {
	if o.To != ir.Float64 && v >= 1<<53 {
		sticky := uint64(0)
		if v&0xfff != 0 {
			sticky = 1 << 12
		}
		v = v&^0xfff | sticky
	}
	f := float64(v)
	if negative {
		f = -f
	}
	out.SetFloat(i, o.saturate(f))
}

// saturate holds a number within the range of an eight-bit float.
func (o Cast) saturate(v float64) float64 {
	limit := o.limit()
	if !o.Saturate || limit == 0 {
		return v
	}
	return clip(v, -limit, limit)
}

// limit is the largest number of an eight-bit float type, 0 for other types.
func (o Cast) limit() float64 {
	switch o.To {
	case ir.Float8E4M3FN:
		return 448
	case ir.Float8E4M3FNUZ:
		return 240
	case ir.Float8E5M2, ir.Float8E5M2FNUZ:
		return 57344
	}
	return 0
}

// Lower converts by a kernel for each pair of kinds. Storage types have been widened to float32 here: the planner
// narrows what Lower wrote, so that a wider source is rounded to odd on the way, which keeps the second rounding right.
func (o Cast) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	from, to := in[0].Type.DType, out[0].Type.DType
	switch {
	case from == to:
		calls := []ir.Call{{Kernel: "kernel.Move", Args: []ir.Arg{ir.Out(0), ir.In(0)}, Each: true}}
		return append(calls, o.saturateCalls()...), nil
	case from.Bits() < 8 && from != ir.String && (to == ir.String || to == ir.Bool):
		return unpackFirst(in[0].Type, to)
	case to.Bits() < 8 && to != ir.String && (from == ir.String || from == ir.Bool):
		return packLast(from, out[0].Type)
	case from == ir.String:
		return parseCalls(to, ir.Out(0))
	case to == ir.String:
		return formatCalls(from, ir.In(0))
	case from == ir.Bool:
		return callEach("kernel.CastFromBool", ir.Out(0), ir.In(0))
	case to == ir.Bool:
		return callEach("kernel.CastToBool", ir.Out(0), ir.In(0))
	case from.Bits() < 8 || to.Bits() < 8:
		return packCalls(from, to)
	case from.IsFloat() && to == ir.Uint64:
		return callEach("kernel.CastCutUint64", ir.Out(0), ir.In(0))
	case from.IsFloat() && to.IsInteger():
		return callEach("kernel.CastCut", ir.Out(0), ir.In(0))
	case to == ir.Float32 && o.To.IsStorage():
		kernel := "kernel.CastOddInt"
		if from.IsFloat() {
			kernel = "kernel.CastOddF64"
		}
		return append([]ir.Call{{Kernel: kernel, Args: []ir.Arg{ir.Out(0), ir.In(0)}, Each: true}}, o.saturateCalls()...), nil
	}
	return callEach("kernel.Cast", ir.Out(0), ir.In(0))
}

// saturateCalls holds the result, float32 still, within the range of an eight-bit float.
func (o Cast) saturateCalls() []ir.Call {
	limit := o.limit()
	if !o.Saturate || limit == 0 {
		return nil
	}
	return []ir.Call{{Kernel: "kernel.SaturateF32", Args: []ir.Arg{ir.Out(0), ir.Num(ir.Float32, limit)}, Each: true}}
}

// packCalls converts from or to integers of fewer than eight bits, by way of int8 where it must.
func packCalls(from, to ir.DType) ([]ir.Call, error) {
	isSigned := func(d ir.DType) ir.Arg { return ir.Flag(d.Kind() == ir.KindInt) }
	switch {
	case from.Bits() < 8 && to.Bits() < 8:
		return call("kernel.Repack", ir.Out(0), ir.In(0), ir.IntC(to.Bits()), ir.IntC(from.Bits()), isSigned(from))
	case from.Bits() < 8:
		return call("kernel.Unpack", ir.Out(0), ir.In(0), ir.IntC(from.Bits()), isSigned(from))
	case from.IsFloat():
		return call("kernel.PackFloats", ir.Out(0), ir.In(0), ir.IntC(to.Bits()))
	}
	return call("kernel.Pack", ir.Out(0), ir.In(0), ir.IntC(to.Bits()))
}

// unpackFirst makes texts or truth values of integers of fewer than eight bits.
func unpackFirst(from ir.Type, to ir.DType) ([]ir.Call, error) {
	wide := ir.Scratch(0, ir.Int8, from.Len())
	isSigned := ir.Flag(from.DType.Kind() == ir.KindInt)
	calls := []ir.Call{{Kernel: "kernel.Unpack", Args: []ir.Arg{wide, ir.In(0), ir.IntC(from.DType.Bits()), isSigned}}}
	if to == ir.Bool {
		return append(calls, ir.Call{Kernel: "kernel.CastToBool", Args: []ir.Arg{ir.Out(0), wide}}), nil
	}
	format, err := formatCalls(ir.Int8, wide)
	return append(calls, format...), err
}

// packLast makes integers of fewer than eight bits of texts or truth values.
func packLast(from ir.DType, to ir.Type) ([]ir.Call, error) {
	d := ir.Int8
	if to.DType.Kind() == ir.KindUint {
		d = ir.Uint8
	}
	wide := ir.Scratch(0, d, to.Len())
	calls := []ir.Call{{Kernel: "kernel.CastFromBool", Args: []ir.Arg{wide, ir.In(0)}}}
	if from == ir.String {
		var err error
		if calls, err = parseCalls(d, wide); err != nil {
			return nil, err
		}
	}
	return append(calls, ir.Call{Kernel: "kernel.Pack", Args: []ir.Arg{ir.Out(0), wide, ir.IntC(to.DType.Bits())}}), nil
}

// BitCast is the same bits read as the element type To, which is as wide.
type BitCast struct{ To ir.DType }

// OpName is BitCast.
func (BitCast) OpName() string { return "BitCast" }

// Infer changes the element type.
func (o BitCast) Infer(x *ir.Inference) ([]ir.Type, error) {
	if err := wantTensors(x, 1, 1); err != nil {
		return nil, err
	}
	t := x.Type(0)
	if t.DType.Bits() == 0 || t.DType.Bits() != o.To.Bits() {
		return nil, fmt.Errorf("%s has elements of %d bits, %s of %d; want as many", t.DType, t.DType.Bits(), o.To, o.To.Bits())
	}
	t.DType = o.To
	return one(t)
}

// Eval gives the bytes another type; a truth value is 0 or 1.
func (o BitCast) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	out := *in[0]
	out.DType = o.To
	if o.To == ir.Bool {
		out.Data = append([]byte{}, out.Data...)
		for i, b := range out.Data {
			out.Data[i] = min(b, 1)
		}
	}
	return result(&out)
}

// Lower copies bytes.
func (o BitCast) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	if o.To == ir.Bool && in[0].Type.DType != ir.Bool {
		return callEach("kernel.CastToBool", ir.Out(0), ir.In(0))
	}
	return callEach("kernel.BitCast", ir.Out(0), ir.In(0))
}
