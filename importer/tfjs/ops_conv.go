package tfjs

import (
	"slices"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

var convRows = []row{
	{"Conv1D", conv1d}, {"Conv2D", conv2d}, {"_FusedConv2D", fusedConv2d}, {"Conv3D", conv3d},
	{"DepthwiseConv2d", depthwise}, {"DepthwiseConv2dNative", depthwise}, {"FusedDepthwiseConv2dNative", fusedDepthwise},
	{"Conv2DBackpropInput", convTranspose}, {"Dilation2D", dilation},
}

// slide is what operators that slide over spatial axes have in common.
type slide struct {
	kernel, strides, dilations []int
	padding                    string // same, valid or explicit
	explicit                   []int  // all begins, then all ends
	first                      bool   // the input has its channels first
}

// still reports whether a window leaves everything where it is: it is one place wide, goes on place by place, and there
// is no padding.
func (s slide) still() bool {
	not := func(n int) func(int) bool { return func(v int) bool { return v != n } }
	return !slices.ContainsFunc(s.kernel, not(1)) && !slices.ContainsFunc(s.strides, not(1)) && !slices.ContainsFunc(s.explicit, not(0))
}

// spatial cuts the numbers of the spatial axes out of those of all axes. TensorFlow.js reads places 1 to rank, whatever
// the layout.
func (n *node) spatial(name string, rank int) []int {
	v := n.values(name)
	if v == nil && name != "strides" && name != "ksize" {
		v = slices.Repeat([]int{1}, rank+2)
	}
	if len(v) < rank+1 {
		n.fail("attribute %s is %v, want %d numbers", name, v, rank+2)
		return slices.Repeat([]int{1}, rank)
	}
	v = v[1 : rank+1]
	for _, k := range v {
		if k < 1 {
			n.fail("attribute %s is %v, want numbers from 1", name, v)
		}
	}
	return v
}

// slide reads strides, dilations and padding for a number of spatial axes.
func (n *node) slide(rank int) slide {
	s := slide{strides: n.spatial("strides", rank), dilations: n.spatial("dilations", rank), padding: n.text("padding", "")}
	s.first = slices.Contains([]string{"nchw", "ncdhw", "ncw"}, n.text("data_format", ""))
	n.padded(&s, rank)
	return s
}

// padded reads explicit paddings and refuses those that are unknown.
func (n *node) padded(s *slide, rank int) {
	switch s.padding {
	case "same", "valid":
	case "explicit":
		v := n.values("explicit_paddings")
		if len(v) != 2*(rank+2) {
			n.fail("attribute explicit_paddings is %v, want %d numbers", v, 2*(rank+2))
			return
		}
		at := 1 // the first spatial axis
		if s.first {
			at = 2
		}
		for end := range 2 {
			for i := range rank {
				s.explicit = append(s.explicit, v[2*(at+i)+end])
			}
		}
	default:
		n.fail("attribute padding is %q, want SAME, VALID or EXPLICIT", s.padding)
	}
}

// pads gives the padding for spatial sizes as numbers, all begins and then all ends; same is set instead where the
// sizes are not known.
func (s *slide) pads(in []ir.Dim) (pads []int, same string) {
	if s.padding == "explicit" {
		return s.explicit, ""
	}
	if s.padding == "valid" {
		return nil, ""
	}
	sizes, ok := ir.KnownShape(in)
	if !ok {
		return nil, "upper"
	}
	pads = make([]int, 2*len(sizes))
	for i, size := range sizes {
		total := samePad(size, s.kernel[i], s.strides[i], s.dilations[i])
		pads[i], pads[len(sizes)+i] = total/2, total-total/2
	}
	return pads, ""
}

// samePad is how much padding gives a result of size/stride, rounded up.
func samePad(size, kernel, stride, dilation int) int {
	return max(((size+stride-1)/stride-1)*stride+(kernel-1)*dilation+1-size, 0)
}

// convolve applies a convolution. x is in the layout that s says, w is [m, c/group, kernel…].
func (n *node) convolve(s slide, x, w *ir.Value, group int) *ir.Value {
	if n.err != nil {
		return hole()
	}
	kernel, ok := ir.KnownShape(w.Type.Shape[2:])
	if !ok {
		n.fail("the filter is %s; its size must be known at compile time", w.Type)
		return hole()
	}
	s.kernel = kernel
	if !s.first {
		x = n.channelsFirst(x)
	}
	if n.err != nil {
		return hole()
	}
	o := op.Conv{Strides: s.strides, Dilations: s.dilations, Group: group}
	o.Pads, o.Same = s.pads(x.Type.Shape[2:])
	y := n.do(o, x, w)
	if s.first {
		return y
	}
	return n.channelsLast(y)
}

// batched gives an image the axis of a batch if it has none; the result is to lose it again.
func (n *node) batched(x *ir.Value, rank int) (*ir.Value, bool) {
	if x.Type.Rank() != rank+1 || n.err != nil {
		return x, false
	}
	return n.reshape(x, append([]ir.Dim{ir.Const(1)}, x.Type.Shape...)...), true
}

// unbatched takes the first axis away if it was put in.
func (n *node) unbatched(y *ir.Value, added bool) *ir.Value {
	if !added || n.err != nil {
		return y
	}
	return n.reshape(y, y.Type.Shape[1:]...)
}

// filter brings [kernel…, c, m] to [m, c, kernel…].
func (n *node) filter(w *ir.Value, rank int) *ir.Value {
	return n.transpose(w, append([]int{rank + 1, rank}, identityPerm(rank)...)...)
}

// conv is a convolution over a number of spatial axes; where the filter has fewer channels than the input, these are in
// groups.
func (n *node) conv(rank int, s slide) *ir.Value {
	x, added := n.batched(n.tensor(0, rank+1, rank+2), rank)
	w := n.filter(n.tensor(1, rank+2, rank+2), rank)
	if n.err != nil {
		return hole()
	}
	return n.unbatched(n.convolve(s, x, w, n.groups(s, x, w)), added)
}

// groups is the number of parts that the input's channels are in.
func (n *node) groups(s slide, x, w *ir.Value) int {
	axis := x.Type.Rank() - 1
	if s.first {
		axis = 1
	}
	in, ok := x.Type.Shape[axis].IsConst()
	per, known := w.Type.Shape[1].IsConst()
	if !ok || !known || per < 1 || in%per != 0 {
		return 1
	}
	return int(max(in/per, 1))
}

func conv2d(n *node) []*ir.Value { return one(n.conv(2, n.slide(2))) }

func fusedConv2d(n *node) []*ir.Value {
	s := n.slide(2)
	return one(n.fused(n.conv(2, s), s.first))
}

func conv3d(n *node) []*ir.Value { return one(n.conv(3, n.slide(3))) }

func conv1d(n *node) []*ir.Value {
	s := slide{strides: []int{int(n.value("stride", 1))}, dilations: []int{int(n.value("dilation", 1))}, padding: n.text("padding", "")}
	s.first = n.text("data_format", "nwc") == "ncw"
	n.padded(&s, 1)
	return one(n.conv(1, s))
}

func depthwise(n *node) []*ir.Value { return one(n.depthwise(n.slide(2))) }

func fusedDepthwise(n *node) []*ir.Value {
	s := n.slide(2)
	return one(n.fused(n.depthwise(s), s.first))
}

// depthwise convolves each channel alone: the filter is [h, w, c, times].
func (n *node) depthwise(s slide) *ir.Value {
	x, added := n.batched(n.tensor(0, 3, 4), 2)
	return n.unbatched(n.depthwiseOf(s, x, n.tensor(1, 4, 4)), added)
}

func (n *node) depthwiseOf(s slide, x, w *ir.Value) *ir.Value {
	w = n.transpose(w, 2, 3, 0, 1)
	if n.err != nil {
		return hole()
	}
	shape := w.Type.Shape // [c, times, h, w]
	channels, ok := shape[0].IsConst()
	if !ok {
		n.fail("the filter is %s; its size must be known at compile time", w.Type)
		return hole()
	}
	w = n.reshape(w, shape[0].Mul(shape[1]), ir.Const(1), shape[2], shape[3])
	return n.convolve(s, x, w, int(channels))
}

// convTranspose reads Conv2DBackpropInput: the adjoint of the convolution that takes an image of input 0's size to x.
func convTranspose(n *node) []*ir.Value {
	s := n.slide(2)
	x, added := n.batched(n.tensor(2, 3, 4), 2)
	out := n.sizes(0)
	if n.err == nil && len(out) == 4 {
		out = out[1:]
	}
	return one(n.unbatched(n.adjoint(2, s, x, n.tensor(1, 4, 4), out), added))
}

// adjoint is the adjoint of a convolution for a result of some spatial sizes; w is [kernel…, m, c].
func (n *node) adjoint(rank int, s slide, x, w *ir.Value, out []ir.Dim) *ir.Value {
	w = n.transpose(w, append([]int{rank + 1, rank}, identityPerm(rank)...)...)
	if n.err != nil {
		return hole()
	}
	kernel, ok := ir.KnownShape(w.Type.Shape[2:])
	if !ok || len(out) < rank {
		n.fail("the filter is %s and the result has %d sizes, want a filter of known size and %d sizes", w.Type, len(out), rank)
		return hole()
	}
	x = n.channelsFirst(x)
	o := op.ConvTranspose{Strides: s.strides, Dilations: s.dilations, Pads: make([]int, 2*rank), OutputPads: make([]int, rank)}
	cut := false
	for i := range rank {
		if !s.adjointPads(&o, i, kernel[i], x.Type.Shape[2+i], out[i]) {
			cut = true
		}
	}
	if cut {
		return n.channelsLast(n.adjointCut(s, kernel, x, w, out[:rank]))
	}
	return n.channelsLast(n.do(o, x, w))
}

// adjointPads finds the padding along one axis: what the convolution has before its input of size out, and what is left
// at the end. It reports whether that is the same for all sizes.
func (s *slide) adjointPads(o *op.ConvTranspose, i, kernel int, in, out ir.Dim) bool {
	total, ok := s.adjointSize(i, kernel, in).Sub(out).IsConst()
	if !ok {
		return false
	}
	begin := 0
	switch s.padding {
	case "same":
		begin = int(max(total, 0)) / 2
	case "explicit":
		begin = s.explicit[i]
	}
	end := int(total) - begin
	o.Pads[i], o.Pads[len(o.Pads)/2+i], o.OutputPads[i] = begin, max(end, 0), max(-end, 0)
	return true
}

// adjointSize is the size that all windows of a convolution cover together.
func (s *slide) adjointSize(i, kernel int, in ir.Dim) ir.Dim {
	extent := (kernel-1)*s.dilations[i] + 1
	return ir.Const(int64(s.strides[i])).Mul(in.Sub(ir.Const(1))).Add(ir.Const(int64(extent)))
}

// adjointCut is the adjoint for a result whose size only a run knows: it is made without padding, filled up and cut.
func (n *node) adjointCut(s slide, kernel []int, x, w *ir.Value, out []ir.Dim) *ir.Value {
	y := n.do(op.ConvTranspose{Strides: s.strides, Dilations: s.dilations}, x, w)
	if n.err != nil {
		return hole()
	}
	rank := len(out)
	pad := op.Pad{Mode: "constant", Before: make([]ir.Dim, 2+rank), After: make([]ir.Dim, 2+rank)}
	begins := make([]ir.Dim, rank)
	for i := range rank {
		full := s.adjointSize(i, kernel[i], x.Type.Shape[2+i])
		switch s.padding {
		case "same":
			begins[i] = full.Sub(out[i]).Max(ir.Const(0)).Div(ir.Const(2))
		case "explicit":
			begins[i] = ir.Const(int64(s.explicit[i]))
		}
		pad.After[2+i] = out[i].Add(begins[i]).Sub(full).Max(ir.Const(0))
	}
	y = n.do(pad, y)
	if n.err != nil {
		return hole()
	}
	part := whole(y)
	for i := range rank {
		part.Begin[2+i], part.Size[2+i] = begins[i], out[i]
	}
	return n.do(part, y)
}

// dilation reads Dilation2D: the largest sum of a window and the filter, [h, w, c], in each channel. The padding never
// wins.
func dilation(n *node) []*ir.Value {
	s := slide{strides: n.spatial("strides", 2), dilations: n.spatial("rates", 2), padding: n.text("padding", "")}
	n.padded(&s, 2)
	x, added := n.batched(n.tensor(0, 3, 4), 2)
	w := n.tensor(1, 3, 3)
	if n.err != nil {
		return nil
	}
	kernel, ok := ir.KnownShape(w.Type.Shape[:2])
	if !ok || kernel[0]*kernel[1] > maxTaps || kernel[0]*kernel[1] < 1 {
		n.fail("the filter is %s; its size must be known at compile time and from 1 to %d", w.Type, maxTaps)
		return nil
	}
	s.kernel = kernel
	x, out := n.framed(s, x)
	var best *ir.Value
	for i := range kernel[0] {
		for k := range kernel[1] {
			part := whole(x)
			for a, at := range []int{i * s.dilations[0], k * s.dilations[1]} {
				part.Begin[1+a], part.Size[1+a], part.Step[1+a] = ir.Const(int64(at)), out[a], ir.Const(int64(s.strides[a]))
			}
			tap := n.reshape(n.part(n.part(w, 0, ir.Const(int64(i)), ir.Const(1)), 1, ir.Const(int64(k)), ir.Const(1)), w.Type.Shape[2])
			sum := n.binary("Add", n.do(part, x), tap)
			if best == nil {
				best = sum
			} else {
				best = n.binary("Max", best, sum)
			}
		}
	}
	return one(n.unbatched(best, added))
}

// maxTaps bounds the windows that are spelled out.
const maxTaps = 121

// framed pads an image [n, h, w, c] with what is less than every number, and gives the sizes of what a window slides to.
func (n *node) framed(s slide, x *ir.Value) (*ir.Value, []ir.Dim) {
	pad := op.Pad{Mode: "constant", Before: make([]ir.Dim, 4), After: make([]ir.Dim, 4)}
	out := make([]ir.Dim, 2)
	for i := range out {
		size, stride, extent := x.Type.Shape[1+i], ir.Const(int64(s.strides[i])), ir.Const(int64((s.kernel[i]-1)*s.dilations[i]+1))
		if s.padding == "same" {
			out[i] = size.CeilDiv(stride)
			total := out[i].Sub(ir.Const(1)).Mul(stride).Add(extent).Sub(size).Max(ir.Const(0))
			pad.Before[1+i] = total.Div(ir.Const(2))
			pad.After[1+i] = total.Sub(pad.Before[1+i])
		} else {
			out[i] = size.Sub(extent).Div(stride).Add(ir.Const(1)).Max(ir.Const(0))
		}
	}
	if s.padding != "same" {
		return x, out
	}
	return n.do(pad, x, n.constant(x.Type.DType, lowest(x.Type.DType))), out
}
