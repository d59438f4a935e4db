package op

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/energeticc/energeticc/ir"
)

// The inputs of Conv that its weights may have beside them.
const (
	convWeights, convScale, convZero = 1, 4, 5
)

// isCoded reports whether the weights are codes, which stand for numbers.
func (o Conv) isCoded(scaled bool) bool { return scaled || o.Codes != Decode{} }

// wantFilters checks the weights' element type, and what goes with weights that are codes.
func (o Conv) wantFilters(x *ir.Inference) error {
	w := x.Type(convWeights)
	switch {
	case o.isCoded(x.Has(convScale)):
		return o.wantCodes(x, w)
	case x.Has(convZero):
		return errors.New("a zero point without a scale")
	case w.DType == ir.Float16 && x.Type(0).DType == ir.Float32 && x.In[convWeights].Const != nil:
		return nil
	}
	return wantSame(x, 0, convWeights)
}

// wantCodes checks codes, their scale and their zero point.
func (o Conv) wantCodes(x *ir.Inference, w ir.Type) error {
	types := []ir.DType{ir.Int8, ir.Uint8}
	if o.Codes != (Decode{}) {
		types = decodable
	}
	if x.In[convWeights].Const == nil || !slices.Contains(types, w.DType) || x.Type(0).DType != ir.Float32 {
		return fmt.Errorf("the weights are %s of %s, want a constant of %v beside a scale", w, x.Type(0), types)
	}
	for _, i := range []int{convScale, convZero} {
		if !x.Has(i) {
			continue
		}
		if t := x.Type(i); i == convZero && (t.DType != w.DType || o.Codes != Decode{}) || t.Rank() != 1 || x.In[i].Const == nil {
			return fmt.Errorf("input %d is %s, want a constant vector", i, t)
		} else if !t.Shape[0].Is(1) && !t.Shape[0].Equal(w.Shape[0]) {
			return fmt.Errorf("input %d has %s elements, want one or as many as there are output channels", i, t.Shape[0])
		}
	}
	return nil
}

// filters reads the weights, those that are codes by what they stand for.
func (o Conv) filters(in []*ir.Tensor) []float64 {
	w := in[convWeights].Floats()
	scale, zero := optional(in, convScale), optional(in, convZero)
	per := len(w) / max(in[convWeights].Shape[0], 1)
	for i := range w {
		row := i / per
		if zero != nil {
			w[i] -= zero.Float(row % zero.Len())
		}
		if o.Codes != (Decode{}) {
			w[i] = o.Codes.decode(w[i])
		}
		if scale != nil {
			w[i] = float64(float32(w[i] * scale.Float(row%scale.Len())))
		}
	}
	return w
}

// plainFilters is the argument for weights in the order of w, brought to float32 by a call before where they are not.
func (o Conv) plainFilters(in []*ir.Value) (ir.Arg, []ir.Call) {
	w := in[convWeights]
	m, _ := w.Type.Shape[0].IsConst()
	if m > 0 && in[0].Type.DType == ir.Float32 && w.Type.DType != ir.Float32 { // a row alone is packed as it is
		return o.packedFilters(in, int(m), ir.Const(1), w.Type.Len().Div(ir.Const(m)))
	}
	return ir.In(convWeights), nil
}

// packedFilters is the argument for the weights [groups, rows, k] in ConvF32's layout: laid out now where they
// are constant, and widened in the run where they are smaller than float32, so that they stay small till then; else
// packed by a call before.
func (o Conv) packedFilters(in []*ir.Value, groups int, rows, k ir.Dim) (ir.Arg, []ir.Call) {
	w := in[convWeights]
	packed := ir.Scratch(2, ir.Float32, w.Type.Len())
	r, okR := rows.IsConst()
	n, okN := k.IsConst()
	t := w.Const
	if t == nil || !okR || !okN || t.DType.Bits()%8 != 0 {
		return packed, []ir.Call{{Kernel: "kernel.PackConvF32", Args: []ir.Arg{packed, ir.In(convWeights), ir.IntC(groups), ir.Int(rows), ir.Int(k)}}}
	}
	t = packConv(t, groups, int(r), int(n))
	if !o.isCoded(optionalArg(in, convScale).Kind != ir.ArgNil) {
		return widened(t, packed)
	}
	step, least := 1.0, 0.0
	if o.Codes != (Decode{}) {
		step, least = o.Codes.Step, o.Codes.Least
	}
	args := []ir.Arg{packed, ir.Weights(t), ir.Num(ir.Float64, step), ir.Num(ir.Float64, least),
		optionalArg(in, convScale), optionalArg(in, convZero), ir.IntC(groups), ir.Int(rows), ir.Int(k)}
	return packed, []ir.Call{{Kernel: "kernel.DecodeFilterF32", Args: args}}
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
