package op

import (
	"fmt"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/runtime/image"
	"github.com/energeticc/energeticc/runtime/kernel"
)

var imageOps = []Def{
	{Name: "ImageDecoder", Doc: "ImageDecoder decodes a picture, whose format its first bytes tell, as Pillow does. Source: ONNX ImageDecoder.", New: func() ir.Op { return ImageDecoder{} }, DTypes: []ir.DType{ir.Uint8}},
	{Name: "Picture", Doc: "Picture decodes a picture to a tensor that has its shape with it. Source: ONNX ImageDecoder.", New: func() ir.Op { return Picture{} }, DTypes: []ir.DType{ir.Uint8}},
}

// ImageDecoder decodes a picture to [height, width, channels]: JPEG, PNG, BMP, PNM, TIFF, WebP or JPEG 2000. Pixels is
// RGB, BGR or Grayscale. What cannot be decoded gives a picture of height and width 0, as the standard has it.
type ImageDecoder struct{ Pixels string }

// OpName is ImageDecoder.
func (ImageDecoder) OpName() string { return "ImageDecoder" }

// Body takes the pixels out of the Picture.
func (o ImageDecoder) Body(b *ir.Builder, in []*ir.Value) ([]*ir.Value, error) {
	p, err := b.Add1("picture", Picture(o), in...)
	if err != nil {
		return nil, err
	}
	return b.Add("pixels", OptionalGetElement{}, p)
}

// Picture is ImageDecoder whose result is an optional, never none: how large it is shows only when all is decoded.
type Picture struct{ Pixels string }

// OpName is Picture.
func (Picture) OpName() string { return "Picture" }

// channels is the number of samples of a pixel, 0 for an unknown format.
func (o Picture) channels() int64 {
	switch o.Pixels {
	case "RGB", "BGR":
		return 3
	case "Grayscale":
		return 1
	}
	return 0
}

// Allocates is true: what a decoder keeps beside the pixels depends on the format.
func (Picture) Allocates() bool { return true }

// Infer leaves the picture's size open.
func (o Picture) Infer(x *ir.Inference) ([]ir.Type, error) {
	if err := wantTensors(x, 1, 1); err != nil {
		return nil, err
	}
	if err := wantDType(x, 0, ir.Uint8); err != nil {
		return nil, err
	}
	if rank := x.Type(0).Rank(); rank != 1 {
		return nil, fmt.Errorf("the encoded picture has rank %d, want 1", rank)
	}
	if o.channels() == 0 {
		return nil, fmt.Errorf("pixel format %q, want RGB, BGR or Grayscale", o.Pixels)
	}
	return one(ir.OptionalType(ir.TensorType(ir.Uint8, ir.AnyDim(), ir.AnyDim(), ir.Const(o.channels()))))
}

// Eval calls the decoders that compiled packages have. A second set would prove nothing of formats that are defined by
// their decoders: their oracle are the pictures that Pillow decoded, below runtime/image/testdata.
func (o Picture) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	var p *kernel.Tensor[uint8]
	if o.channels() == 1 {
		image.DecodeGray(&p, in[0].Data)
	} else {
		image.DecodeRGB(&p, in[0].Data, o.Pixels == "BGR")
	}
	t := ir.NewTensor(ir.Uint8, p.Shape...)
	copy(t.Data, p.Data)
	held := ir.OptionalType(t.TypeOf())
	return result(&ir.Tensor{Type: &held, Elems: []*ir.Tensor{t}})
}

// Lower decodes.
func (o Picture) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	if o.channels() == 1 {
		return call("image.DecodeGray", ir.Out(0), ir.In(0))
	}
	return call("image.DecodeRGB", ir.Out(0), ir.In(0), ir.Flag(o.Pixels == "BGR"))
}
