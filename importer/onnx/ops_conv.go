package onnx

import (
	"fmt"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

var convRows = []row{
	{"Conv", 1, conv}, // 11 and 22 add words and element types
	{"ConvTranspose", 1, convTranspose},
}

// slide is what operators that slide over spatial axes have in common.
type slide struct {
	rank                             int
	kernel, strides, dilations, pads []int
	same                             string
}

// readSlide reads kernel_shape, strides, dilations, pads and auto_pad. The rank is that of the spatial axes.
func (n *node) readSlide(rank int) (slide, error) {
	s := slide{rank: rank, kernel: ints(n.integers("kernel_shape")), strides: ints(n.integers("strides")),
		dilations: ints(n.integers("dilations")), pads: ints(n.integers("pads"))}
	switch n.oneOf("auto_pad", "NOTSET", "SAME_UPPER", "SAME_LOWER", "VALID") {
	case "SAME_UPPER":
		s.same, s.pads = "upper", nil
	case "SAME_LOWER":
		s.same, s.pads = "lower", nil
	case "VALID":
		s.pads = nil
	}
	if n.err != nil {
		return s, n.err
	}
	if rank < 1 {
		return s, fmt.Errorf("the input has rank %d, want at least 3: [n, c, spatial…]", rank+2)
	}
	return s, nil
}

// settle turns an automatic padding into numbers where the input's sizes are known, so that passes see one form.
func (s *slide) settle(in []ir.Dim) {
	sizes, ok := ir.KnownShape(in)
	if s.same == "" || !ok || len(s.kernel) != s.rank || len(in) != s.rank {
		return
	}
	at := func(v []int, i int) int {
		if i < len(v) {
			return v[i]
		}
		return 1
	}
	pads := make([]int, 2*s.rank)
	for i, size := range sizes {
		stride := at(s.strides, i)
		if stride < 1 {
			return // the op says what is wrong
		}
		total := max((size+stride-1)/stride*stride-stride+(s.kernel[i]-1)*at(s.dilations, i)+1-size, 0)
		pads[i], pads[s.rank+i] = total/2, total-total/2
		if s.same == "lower" {
			pads[i], pads[s.rank+i] = pads[s.rank+i], pads[i]
		}
	}
	s.same, s.pads = "", pads
}

// weightKernel checks the kernel_shape attribute against the weights, whose shape decides.
func (s *slide) weightKernel(w *ir.Value) error {
	if w.Type.Rank() != s.rank+2 {
		return fmt.Errorf("the weights have rank %d, want %d like the input", w.Type.Rank(), s.rank+2)
	}
	kernel, ok := ir.KnownShape(w.Type.Shape[2:])
	if !ok {
		return fmt.Errorf("the weights have shape %s; the kernel's size must be known at compile time", ir.ShapeString(w.Type.Shape))
	}
	if s.kernel != nil && fmt.Sprint(s.kernel) != fmt.Sprint(kernel) {
		return fmt.Errorf("kernel_shape is %v and the weights' is %v", s.kernel, kernel)
	}
	s.kernel = kernel
	return nil
}

// conv reads Conv.
func conv(n *node) ([]*ir.Value, error) {
	if err := n.arity(2, 3); err != nil {
		return nil, err
	}
	shape := n.in[0].Type.Shape
	s, err := n.readSlide(len(shape) - 2)
	if err != nil {
		return nil, err
	}
	if err := s.weightKernel(n.in[1]); err != nil {
		return nil, err
	}
	s.settle(shape[2:])
	return n.add(op.Conv{Strides: s.strides, Pads: s.pads, Dilations: s.dilations, Same: s.same, Group: n.positive("group", 1)}, n.in...)
}

// convTranspose reads ConvTranspose. output_shape and automatic padding become pads.
func convTranspose(n *node) ([]*ir.Value, error) {
	if err := n.arity(2, 3); err != nil {
		return nil, err
	}
	shape := n.in[0].Type.Shape
	s, err := n.readSlide(len(shape) - 2)
	if err != nil {
		return nil, err
	}
	if err := s.weightKernel(n.in[1]); err != nil {
		return nil, err
	}
	o := op.ConvTranspose{Strides: s.strides, Pads: s.pads, Dilations: s.dilations, OutputPads: ints(n.integers("output_padding")), Group: n.positive("group", 1)}
	output := ints(n.integers("output_shape"))
	if len(output) == s.rank+2 {
		output = output[2:] // batch and channels too, as some exporters have it
	}
	if output != nil || s.same != "" {
		if o.Pads, o.OutputPads, err = transposePads(s, o.OutputPads, output, shape[2:]); err != nil {
			return nil, err
		}
	}
	return n.add(o, n.in...)
}

// transposePads splits what the result has too much into pads, so that it gets the sizes of output or, without them,
// stride times the input's.
func transposePads(s slide, extra, output []int, in []ir.Dim) (pads, more []int, err error) {
	if output != nil && len(output) != s.rank {
		return nil, nil, fmt.Errorf("output_shape has %d numbers, want %d", len(output), s.rank)
	}
	for _, v := range [][]int{s.strides, s.dilations, extra} {
		if v != nil && len(v) != s.rank {
			return nil, nil, fmt.Errorf("%d strides, dilations or output pads, want %d", len(v), s.rank)
		}
	}
	pads, more = make([]int, 2*s.rank), make([]int, s.rank)
	copy(more, extra)
	for i, d := range in {
		stride, dilation := 1, 1
		if s.strides != nil {
			stride = s.strides[i]
		}
		if s.dilations != nil {
			dilation = s.dilations[i]
		}
		total := (s.kernel[i]-1)*dilation + 1 + more[i] - stride
		if output != nil {
			size, ok := d.IsConst()
			if !ok {
				return nil, nil, fmt.Errorf("output_shape is given while the input's size %s is not known; pin it with --dim", d)
			}
			total += stride*int(size) - output[i]
		}
		if total < 0 { // the kernel does not reach that far
			more[i] -= total
			total = 0
		}
		pads[i], pads[s.rank+i] = total-total/2, total/2
		if s.same == "upper" {
			pads[i], pads[s.rank+i] = total/2, total-total/2
		}
	}
	return pads, more, nil
}
