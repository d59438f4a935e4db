package op

import (
	"fmt"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/runtime/image"
)

var imageOps = []Def{
	{Name: "ImageDecoder", Doc: "ImageDecoder decodes a picture, whose format its first bytes tell, as Pillow does. Source: ONNX ImageDecoder.", New: func() ir.Op { return ImageDecoder{} }, DTypes: []ir.DType{ir.Uint8}},
}

// ImageDecoder decodes a picture to [height, width, channels]: JPEG, PNG, BMP, PNM, TIFF, WebP or JPEG 2000. Pixels is
// RGB, BGR or Grayscale.
type ImageDecoder struct{ Pixels string }

// OpName is ImageDecoder.
func (ImageDecoder) OpName() string { return "ImageDecoder" }

// channels is the number of samples of a pixel, 0 for an unknown format.
func (o ImageDecoder) channels() int {
	switch o.Pixels {
	case "RGB", "BGR":
		return 3
	case "Grayscale":
		return 1
	}
	return 0
}

// Allocates is true: what a decoder keeps beside the pixels depends on the format.
func (ImageDecoder) Allocates() bool { return true }

// Infer binds the picture's size at run time.
func (o ImageDecoder) Infer(x *ir.Inference) ([]ir.Type, error) {
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
	if types, ok := evalWhole(x, o); ok {
		return types, nil
	}
	return one(ir.TensorType(ir.Uint8, x.Fresh("height"), x.Fresh("width"), ir.Const(int64(o.channels()))))
}

// Eval calls the decoders that compiled packages have. A second set would prove nothing of formats that are defined by
// their decoders: their oracle are the pictures that Pillow decoded, below runtime/image/testdata.
func (o ImageDecoder) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	src := in[0].Data
	width, height, err := image.ImageSize(src)
	if err != nil {
		return nil, err
	}
	out, fault := ir.NewTensor(ir.Uint8, height, width, o.channels()), 0
	if o.channels() == 1 {
		fault = image.ReadGray(out.Data, src, height, width)
	} else {
		fault = image.ReadRGB(out.Data, src, height, width, o.Pixels == "BGR")
	}
	if fault >= 0 {
		return nil, fmt.Errorf("%s (byte %d)", imageFault.Text, fault)
	}
	return result(out)
}

// imageFault is what the kernels say of bytes that they cannot decode.
var imageFault = &ir.Fault{Text: "the input is no picture that can be decoded, or a damaged one; want JPEG, PNG, BMP, PNM, TIFF, WebP or JPEG 2000", Arg: -1}

// Lower measures the picture, then decodes it.
func (o ImageDecoder) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	shape := out[0].Type.Shape
	measure := ir.Call{Kernel: "image.MeasureImage", Args: []ir.Arg{ir.In(0)}, Bind: []string{"", ""}, Fault: imageFault}
	var calls []ir.Call
	for i := range measure.Bind {
		if s, ok := shape[i].IsSym(); ok { // a size that was known already is compared
			measure.Bind[i] = s
			calls = []ir.Call{measure}
		}
	}
	read := ir.Call{Kernel: "image.ReadGray", Args: []ir.Arg{ir.Out(0), ir.In(0), ir.Int(shape[0]), ir.Int(shape[1])}, Fault: imageFault}
	if o.channels() == 3 {
		read.Kernel = "image.ReadRGB"
		read.Args = append(read.Args, ir.Flag(o.Pixels == "BGR"))
	}
	return append(calls, read), nil
}
