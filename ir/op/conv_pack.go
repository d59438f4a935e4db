package op

import (
	"errors"
	"fmt"
	"strings"

	"github.com/energeticc/energeticc/ir"
)

// The inputs of Conv that its weights may have beside them.
const (
	convWeights, convScale, convZero = 1, 4, 5
)

// wantQuantFilters checks the scale and the zero point of weights of eight bits.
func wantQuantFilters(x *ir.Inference) error {
	if !x.Has(convScale) {
		if x.Has(convZero) {
			return errors.New("a zero point without a scale")
		}
		return nil
	}
	w := x.Type(convWeights)
	if x.In[convWeights].Const == nil || w.DType != ir.Int8 && w.DType != ir.Uint8 || x.Type(0).DType != ir.Float32 {
		return fmt.Errorf("the weights are %s of %s, want a constant int8 or uint8 beside a scale", w, x.Type(0))
	}
	for _, i := range []int{convScale, convZero} {
		if !x.Has(i) {
			continue
		}
		if t := x.Type(i); i == convZero && t.DType != w.DType || t.Rank() != 1 || x.In[i].Const == nil {
			return fmt.Errorf("input %d is %s, want a constant vector", i, t)
		} else if !t.Shape[0].Is(1) && !t.Shape[0].Equal(w.Shape[0]) {
			return fmt.Errorf("input %d has %s elements, want one or as many as there are output channels", i, t.Shape[0])
		}
	}
	return nil
}

// convFilters reads the weights, quantised ones by their scale.
func convFilters(in []*ir.Tensor) []float64 {
	w := in[convWeights].Floats()
	scale, zero := optional(in, convScale), optional(in, convZero)
	if scale == nil {
		return w
	}
	per := len(w) / max(in[convWeights].Shape[0], 1)
	for i := range w {
		row := i / per
		if zero != nil {
			w[i] -= zero.Float(row % zero.Len())
		}
		w[i] = float64(float32(w[i] * scale.Float(row%scale.Len())))
	}
	return w
}

// plainFilters is the argument for weights as they are, brought to float32 by a call before where they are quantised.
func plainFilters(in []*ir.Value) (ir.Arg, []ir.Call) {
	if optionalArg(in, convScale).Kind == ir.ArgNil {
		return ir.In(convWeights), nil
	}
	axis := -1
	if !in[convScale].Type.Shape[0].Is(1) {
		axis = 0
	}
	wide := ir.Scratch(2, ir.Float32, in[convWeights].Type.Len())
	args := append([]ir.Arg{wide, ir.In(convWeights), ir.In(convScale), optionalArg(in, convZero)}, scaleWalk(in[convWeights].Type.Shape, axis, 0)...)
	return wide, []ir.Call{{Kernel: "kernel.Dequantize", Args: args}}
}

// packedConv is the argument for the weights [groups, rows, k] in ConvF32's layout: packed now where they are constant,
// and widened in the run where they are smaller than float32, so that they stay small till then; else packed by a call
// before.
func packedConv(in []*ir.Value, groups int, rows, k ir.Dim) (ir.Arg, []ir.Call) {
	w := in[convWeights]
	packed := ir.Scratch(2, ir.Float32, w.Type.Len())
	if optionalArg(in, convScale).Kind != ir.ArgNil {
		args := []ir.Arg{packed, ir.In(convWeights), ir.In(convScale), optionalArg(in, convZero), ir.IntC(groups), ir.Int(rows), ir.Int(k)}
		return packed, []ir.Call{{Kernel: "kernel.PackConvQuantF32", Args: args}}
	}
	r, okR := rows.IsConst()
	n, okN := k.IsConst()
	if t := w.Const; t != nil && okR && okN && t.DType.Bits()%8 == 0 {
		return widened(packConv(t, groups, int(r), int(n)), packed)
	}
	return packed, []ir.Call{{Kernel: "kernel.PackConvF32", Args: []ir.Arg{packed, ir.In(convWeights), ir.IntC(groups), ir.Int(rows), ir.Int(k)}}}
}

// widened is the argument for a constant of floats, brought to float32 in wide by a call before if it is smaller.
func widened(t *ir.Tensor, wide ir.Arg) (ir.Arg, []ir.Call) {
	if t.DType == ir.Float32 {
		return ir.Weights(t), nil
	}
	return wide, []ir.Call{{Kernel: "kernel.Widen" + strings.ToUpper(t.DType.String()), Args: []ir.Arg{wide, ir.Weights(t)}}}
}

// packConv lays weights [groups, rows, k] out as kernel.PackConvF32 does: per group, panels of four rows as [k][4],
// then the rows that are left.
func packConv(t *ir.Tensor, groups, rows, k int) *ir.Tensor {
	order := make([]int, 0, t.Len())
	for g := range groups {
		first, whole := g*rows*k, rows&^3
		for p := 0; p < whole; p += 4 {
			for j := range k {
				at := first + p*k + j
				order = append(order, at, at+k, at+2*k, at+3*k)
			}
		}
		for at := first + whole*k; at < first+rows*k; at++ {
			order = append(order, at)
		}
	}
	return reordered(t, order)
}

// reordered is a tensor whose elements, of whole bytes, are those of t in another order.
func reordered(t *ir.Tensor, order []int) *ir.Tensor {
	to, width := ir.NewTensor(t.DType, t.Shape...), t.DType.Size()
	for i, from := range order {
		copy(to.Data[i*width:(i+1)*width], t.Data[from*width:])
	}
	return to
}

// packSmall lays weights [m, k, taps] out as kernel.ConvSmallF32 reads them: panels of 16 rows, [taps][k][16].
func packSmall(t *ir.Tensor, m, k, taps int) *ir.Tensor {
	order := make([]int, 0, t.Len())
	for o := 0; o < m; o += smallPanel {
		for i := range taps * k {
			tap, c := i/k, i%k
			for r := range smallPanel {
				order = append(order, ((o+r)*k+c)*taps+tap)
			}
		}
	}
	return reordered(t, order)
}
