package op

import (
	"fmt"
	"math"

	"github.com/energeticc/energeticc/ir"
)

// ScaledSizes gives ⌊size·scale⌋, or where Round is set the nearest whole number, for vectors of sizes (int64) and
// scales (float64) of one length. The results are data symbols: ops after it use them as dims.
type ScaledSizes struct{ Round bool }

// OpName is ScaledSizes.
func (ScaledSizes) OpName() string { return "ScaledSizes" }

// HasEffect keeps the op, which binds symbols, though nobody uses its output.
func (ScaledSizes) HasEffect() bool { return true }

// maxScaled is the largest size that a scale may ask for.
const maxScaled = 1<<31 - 1

// Infer makes a symbol of each size.
func (o ScaledSizes) Infer(x *ir.Inference) ([]ir.Type, error) {
	if err := wantTensors(x, 2, 2); err != nil {
		return nil, err
	}
	if a, b := x.Type(0).DType, x.Type(1).DType; a != ir.Int64 || b != ir.Float64 {
		return nil, fmt.Errorf("sizes are %s and scales %s, want int64 and float64", a, b)
	}
	n, ok := x.Type(0).Len().IsConst()
	if !ok || n > maxBounds || !x.Type(1).Len().Is(n) {
		return nil, fmt.Errorf("%s sizes and %s scales, want as many, a known number up to %d", x.Type(0).Len(), x.Type(1).Len(), maxBounds)
	}
	elems := make([]ir.Dim, n)
	for i := range elems {
		if size, scale := x.Const(0), x.Const(1); size != nil && scale != nil {
			v, err := o.size(size.Int(i), scale.Float(i))
			if err != nil {
				return nil, err
			}
			elems[i] = ir.Const(v)
			continue
		}
		elems[i] = x.Fresh("size")
	}
	x.SetElems(0, elems)
	return one(ir.TensorType(ir.Int64, ir.Const(n)))
}

// size scales one size.
func (o ScaledSizes) size(size int64, scale float64) (int64, error) {
	v := float64(size) * scale
	if o.Round {
		v += 0.5
	}
	if v = math.Floor(v); !(v >= 0 && v <= maxScaled) || !(scale > 0) {
		return 0, fmt.Errorf("size %d cannot be scaled by %g", size, scale)
	}
	return int64(v), nil
}

// Eval scales each size.
func (o ScaledSizes) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	out := ir.NewTensor(ir.Int64, in[0].Len())
	for i := range out.Len() {
		v, err := o.size(in[0].Int(i), in[1].Float(i))
		if err != nil {
			return nil, err
		}
		out.SetInt(i, v)
	}
	return result(out)
}

// Lower binds each symbol, then writes them.
func (o ScaledSizes) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	var calls []ir.Call
	for i, d := range out[0].Elems {
		if s, ok := d.IsSym(); ok {
			calls = append(calls, ir.Call{Kernel: "kernel.ScaledSize", Args: []ir.Arg{ir.In(1), ir.In(0), ir.IntC(i), ir.Flag(o.Round)},
				Bind: []string{s}, Fault: &ir.Fault{Text: "scale is no positive number or too large", Arg: 0}})
		}
	}
	return append(calls, ir.Call{Kernel: "kernel.SetSizes", Args: []ir.Arg{ir.Out(0), ir.Ints(out[0].Elems...)}}), nil
}
