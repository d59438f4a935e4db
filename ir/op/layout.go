package op

import "github.com/energeticc/energeticc/ir"

// axisStep is an axis of a strided read: how long it is and how far apart its elements lie.
type axisStep struct{ size, stride ir.Dim }

// axisSteps gives the axes of a row-major tensor.
func axisSteps(shape []ir.Dim) []axisStep {
	out := make([]axisStep, len(shape))
	step := ir.Const(1)
	for i := len(shape) - 1; i >= 0; i-- {
		out[i] = axisStep{shape[i], step}
		step = step.Mul(shape[i])
	}
	return out
}

// collapse drops axes of length 1 and joins neighbours that are walked as one.
func collapse(axes []axisStep) []axisStep {
	var out []axisStep
	for _, a := range axes {
		if a.size.Is(1) {
			continue
		}
		if n := len(out) - 1; n >= 0 && out[n].stride.Equal(a.stride.Mul(a.size)) {
			out[n] = axisStep{out[n].size.Mul(a.size), a.stride}
			continue
		}
		out = append(out, a)
	}
	return out
}

// readCall copies what a strided walk over input 0, from element off on, finds to the row-major output 0.
func readCall(off ir.Dim, axes []axisStep) ir.Call {
	axes = collapse(axes)
	if len(axes) == 0 {
		axes = []axisStep{{ir.Const(1), ir.Const(1)}}
	}
	if len(axes) == 1 && axes[0].stride.Is(1) {
		return ir.Call{Kernel: "kernel.Move", Args: []ir.Arg{ir.Out(0), ir.In(0).At(off, axes[0].size)}}
	}
	var size, stride []ir.Dim
	for _, a := range axes {
		size, stride = append(size, a.size), append(stride, a.stride)
	}
	return ir.Call{Kernel: "kernel.Strided", Args: []ir.Arg{ir.Out(0), ir.In(0), ir.Int(off), ir.Ints(size...), ir.Ints(stride...)}}
}
