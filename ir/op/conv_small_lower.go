package op

import (
	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/runtime/kernel"
)

// smallPanel is the output channels that kernel.ConvSmallF32 computes side by side.
const smallPanel = 16

// Planes of at most so many positions are computed by ConvSmallF32. Larger ones fill the registers of ConvF32, and pay
// for the tiles of ConvWinogradF32: on Zen 3, with 32 to 256 channels and kernels of 3×3, planes of 3×3 take 0.4 of
// ConvF32's time, of 5×5 0.7, of 7×7 0.85; those of 8×8 take 0.9 of it, and 1.1 of ConvWinogradF32's. Of one tap, which
// meets no padding and need not be gathered, planes of 2×2 take 0.85, and 0.6 with strides; of 4×4 1.3 and 0.9.
const (
	smallPlane         = 49
	smallPoint         = 4
	smallStridedPoint  = 9
	smallThin          = 36 // of fewer than 32 input channels, whose products are short
	smallThinChannels  = 32
	smallLeastChannels = 8
)

// lowerSmall calls ConvSmallF32 for small planes. Where only the run knows how large they are it calls ConvFreeF32,
// unless there is but one tap.
func (o Conv) lowerSmall(win window, in []*ir.Value, rows ir.Dim, x, y ir.Type) (calls []ir.Call, ok bool) {
	w := in[convWeights].Const
	m, okM := rows.IsConst()
	if !okM || m%smallPanel != 0 || w == nil || w.DType.Bits()%8 != 0 || o.isCoded(optionalArg(in, convScale).Kind != ir.ArgNil) {
		return nil, false
	}
	c, taps, most := w.Shape[1], ir.NumElements(win.kernel), o.smallMost(win, w.Shape[1])
	plane, known := most, false
	if out, ok := ir.KnownShape(y.Shape[2:]); ok {
		plane, known = ir.NumElements(out), true
	}
	if c < smallLeastChannels || plane == 0 || plane > most || !known && taps == 1 {
		return nil, false
	}
	weights, calls := widened(packSmall(w, w.Shape[0], c, taps), ir.Scratch(2, ir.Float32, ir.Const(int64(w.Len()))))
	scratch, table := int64(w.Shape[0]*plane), int64(kernel.ConvSmallTable(taps, plane))
	args := []ir.Arg{ir.Out(0), ir.In(0), weights, optionalArg(in, 2), optionalArg(in, 3)}
	sizes := []ir.Arg{o.Act.Arg(), ir.Int(x.Shape[0]), ir.IntC(max(o.Group, 1)), ir.IntC(w.Shape[0]), ir.Int(x.Shape[1]), win.arg(x.Shape[2:], y.Shape[2:])}
	if known {
		args = append(args, ir.Scratch(0, ir.Float32, ir.Const(scratch)), ir.Scratch(1, ir.Int64, ir.Const(table)))
		return append(calls, ir.Call{Kernel: "kernel.ConvSmallF32", Args: append(args, sizes...)}), true
	}
	strip := stripWidthOf(c * taps)
	by, pays := o.winograd(win, in[convWeights].Type, y)
	if !pays {
		by = byWinograd{}
	}
	scratch, table = max(scratch, int64(c*taps)*strip+8, by.scratch), max(table, max(strip, int64(c))*int64(taps))
	args = append(args, ir.Scratch(0, ir.Float32, ir.Const(scratch)), ir.Scratch(3, ir.Float32, ir.Const(int64(w.Len()))), ir.Scratch(1, ir.Int64, ir.Const(table)))
	args = append(append(args, sizes...), ir.IntC(most), ir.IntC(by.block), ir.IntC(by.tile), ir.IntC(by.filters))
	return append(calls, ir.Call{Kernel: "kernel.ConvFreeF32", Args: args}), true
}

// smallMost is how many positions a plane has at most that counts as small, where a group has c input channels.
func (o Conv) smallMost(win window, c int) int {
	switch {
	case win.isPoint():
		return smallPoint
	case ir.NumElements(win.kernel) == 1:
		return smallStridedPoint
	case c < smallThinChannels:
		return smallThin
	}
	return smallPlane
}
