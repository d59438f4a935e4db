package op

import (
	"fmt"

	"github.com/energeticc/energeticc/ir"
)

// window is how a convolution or a pool slides over the spatial axes: what its op's attributes say, with defaults
// filled in. Slices have one number a spatial axis.
type window struct {
	kernel, strides, dilations []int
	begin, end                 []int  // padding; negative numbers crop
	same                       string // "upper" or "lower": the output is as large as the input, divided by the stride; the odd pad comes last or first
	ceil                       bool   // a window that only partly fits counts
}

// maxWindow bounds attributes, so that no sum of sizes overflows.
const maxWindow = 1 << 30

// maxTaps bounds a kernel's size: no window is larger than the plane it slides over.
const maxTaps = 1 << 24

// newWindow checks attributes, each of which may be absent, against the rank. pads are all begins, then all ends.
func newWindow(rank int, kernel, strides, dilations, pads []int, same string) (window, error) {
	w := window{kernel: kernel, strides: orOnes(strides, rank), dilations: orOnes(dilations, rank), same: same}
	if pads == nil {
		pads = make([]int, 2*rank)
	}
	for _, a := range []struct {
		name  string
		v     []int
		n, lo int
	}{{"kernel", w.kernel, rank, 1}, {"strides", w.strides, rank, 1}, {"dilations", w.dilations, rank, 1}, {"pads", pads, 2 * rank, -maxWindow}} {
		if len(a.v) != a.n {
			return w, fmt.Errorf("%s has %d numbers, want %d", a.name, len(a.v), a.n)
		}
		for _, v := range a.v {
			if v < a.lo || v > maxWindow {
				return w, fmt.Errorf("%s holds %d, want at least %d and at most %d", a.name, v, a.lo, maxWindow)
			}
		}
	}
	taps := 1
	for _, k := range w.kernel {
		if taps *= k; taps > maxTaps {
			return w, fmt.Errorf("the kernel %v has more than %d taps", w.kernel, maxTaps)
		}
	}
	if same != "" && same != "upper" && same != "lower" {
		return w, fmt.Errorf("same is %q, want upper, lower or nothing", same)
	}
	w.begin, w.end = pads[:rank], pads[rank:]
	return w, nil
}

func orOnes(v []int, n int) []int {
	if v != nil {
		return v
	}
	ones := make([]int, n)
	for i := range ones {
		ones[i] = 1
	}
	return ones
}

// extent is how many input positions the kernel spans along axis i.
func (w window) extent(i int) int64 { return int64(w.kernel[i]-1)*int64(w.dilations[i]) + 1 }

// out gives the output's spatial sizes. An input that is too small gives none.
func (w window) out(in []ir.Dim, ranges map[string]ir.Range) []ir.Dim {
	out := make([]ir.Dim, len(in))
	for i, d := range in {
		s := ir.Const(int64(w.strides[i]))
		if w.same != "" {
			out[i] = d.CeilDiv(s)
			continue
		}
		padded := d.Add(ir.Const(int64(w.begin[i])))
		room := padded.Add(ir.Const(int64(w.end[i]) - w.extent(i)))
		o := room.Div(s)
		if w.ceil { // but no window starts in the padding at the end
			o = room.CeilDiv(s).Add(ir.Const(1)).Min(padded.CeilDiv(s))
		} else {
			o = o.Add(ir.Const(1))
		}
		if lo, _ := o.Bounds(ranges); lo < 0 {
			o = o.Max(ir.Const(0))
		}
		out[i] = o
	}
	return out
}

// pads gives the padding before and after each axis.
func (w window) pads(in []ir.Dim) (begin, end []ir.Dim) {
	begin, end = ir.ConstDims(w.begin), ir.ConstDims(w.end)
	if w.same == "" {
		return begin, end
	}
	for i, d := range in {
		s := ir.Const(int64(w.strides[i]))
		total := d.CeilDiv(s).Sub(ir.Const(1)).Mul(s).Add(ir.Const(w.extent(i))).Sub(d).Max(ir.Const(0))
		less := total.Div(ir.Const(2))
		begin[i], end[i] = less, total.Sub(less)
		if w.same == "lower" {
			begin[i], end[i] = end[i], begin[i]
		}
	}
	return begin, end
}

// arg is the window as a kernel's argument, for these input and output sizes.
func (w window) arg(in, out []ir.Dim) ir.Arg {
	begin, _ := w.pads(in)
	return ir.Struct("kernel.Window", ir.Ints(in...), ir.Ints(out...), ir.IntsC(w.kernel...), ir.IntsC(w.strides...), ir.IntsC(w.dilations...), ir.Ints(begin...))
}

// geometry is a window over known sizes, for evaluation.
type geometry struct {
	in, out, kernel, strides, dilations, begin, end []int
}

// at fixes the sizes.
func (w window) at(in []int) geometry {
	dims := ir.ConstDims(in)
	begin, end := w.pads(dims)
	g := geometry{in: in, kernel: w.kernel, strides: w.strides, dilations: w.dilations}
	g.out, _ = ir.KnownShape(w.out(dims, nil))
	g.begin, _ = ir.KnownShape(begin)
	g.end, _ = ir.KnownShape(end)
	return g
}

// reach calls f for every pair of an output position and an input position within the plane that meet, with the tap
// between them; all three are row-major indices. Outputs vary fastest.
func (g geometry) reach(f func(out, in, tap int)) { g.reachFrom(0, 0, 0, 0, f) }

func (g geometry) reachFrom(axis, out, in, tap int, f func(out, in, tap int)) {
	if axis == len(g.in) {
		f(out, in, tap)
		return
	}
	for t := range g.kernel[axis] {
		off := t*g.dilations[axis] - g.begin[axis]
		first := 0
		if off < 0 { // skip what surely is padding: large pads take no time
			first = (-off + g.strides[axis] - 1) / g.strides[axis]
		}
		for o := first; o < g.out[axis]; o++ {
			i := o*g.strides[axis] + off
			if i >= g.in[axis] {
				break
			}
			g.reachFrom(axis+1, out*g.out[axis]+o, in*g.in[axis]+i, tap*g.kernel[axis]+t, f)
		}
	}
}

// meets lists what reach visits, for planes that are visited more than once.
func (g geometry) meets() (out, in, tap []int32) {
	g.reach(func(o, i, t int) {
		out, in, tap = append(out, int32(o)), append(in, int32(i)), append(tap, int32(t))
	})
	return out, in, tap
}
