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

// small says whether ConvSmallF32 computes a convolution, and gives the plane's positions: where it is small, and the
// weights are constant floats.
func (o Conv) small(win window, in []*ir.Value, rows ir.Dim, y ir.Type) (plane int, ok bool) {
	w := in[convWeights]
	m, okM := rows.IsConst()
	c, okC := w.Type.Shape[1].IsConst()
	out, okOut := ir.KnownShape(y.Shape[2:])
	if !okM || !okC || !okOut || m%smallPanel != 0 || c < smallLeastChannels {
		return 0, false
	}
	if w.Const == nil || w.Const.DType.Bits()%8 != 0 || optionalArg(in, convScale).Kind != ir.ArgNil {
		return 0, false
	}
	most := smallPlane
	switch {
	case win.isPoint():
		most = smallPoint
	case ir.NumElements(win.kernel) == 1:
		most = smallStridedPoint
	case c < smallThinChannels:
		most = smallThin
	}
	plane = ir.NumElements(out)
	return plane, plane > 0 && plane <= most
}

// lowerSmall calls it.
func (o Conv) lowerSmall(win window, in []*ir.Value, plane int, n, m, c, arg ir.Arg) []ir.Call {
	w, taps := in[convWeights].Const, ir.NumElements(win.kernel)
	packed := packSmall(w, w.Shape[0], w.Shape[1], taps)
	weights, calls := widened(packed, ir.Scratch(2, ir.Float32, ir.Const(int64(w.Len()))))
	return append(calls, ir.Call{Kernel: "kernel.ConvSmallF32", Args: []ir.Arg{
		ir.Out(0), ir.In(0), weights, optionalArg(in, 2), optionalArg(in, 3),
		ir.Scratch(0, ir.Float32, ir.Const(int64(w.Shape[0]*plane))), ir.Scratch(1, ir.Int64, ir.Const(int64(kernel.ConvSmallTable(taps, plane)))),
		o.Act.Arg(), n, ir.IntC(max(o.Group, 1)), m, c, arg,
	}})
}
