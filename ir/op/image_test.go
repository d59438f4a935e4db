package op

import (
	"slices"
	"strings"
	"testing"

	"github.com/energeticc/energeticc/ir"
)

// bytesTensor is a vector of bytes.
func bytesTensor(s string) *ir.Tensor {
	t := ir.NewTensor(ir.Uint8, len(s))
	copy(t.Data, s)
	return t
}

func TestImageDecoderEval(t *testing.T) {
	const color = "P6 2 1 255\n\x10\x20\x30\xff\x80\x00" // (16, 32, 48), (255, 128, 0)
	tests := []struct {
		name, pixels, data string
		shape              []int
		want               []byte
	}{
		{"rgb", "RGB", color, []int{1, 2, 3}, []byte{16, 32, 48, 255, 128, 0}},
		{"bgr", "BGR", color, []int{1, 2, 3}, []byte{48, 32, 16, 0, 128, 255}},
		{"brightness", "Grayscale", color, []int{1, 2, 1}, []byte{29, 151}},
		{"gray to rgb", "RGB", "P5 1 2 255\n\x07\xff", []int{2, 1, 3}, []byte{7, 7, 7, 255, 255, 255}},
		{"cut short", "RGB", color[:len(color)-1], []int{0, 0, 3}, nil},
		{"no picture", "Grayscale", "hello", []int{0, 0, 1}, nil},
		{"nothing", "BGR", "", []int{0, 0, 3}, nil},
		{"gray to gray", "Grayscale", "P5 1 2 255\n\x07\xff", []int{2, 1, 1}, []byte{7, 255}},
	}
	for _, c := range tests {
		t.Run(c.name, func(t *testing.T) {
			out, err := ir.EvalOp(ImageDecoder{Pixels: c.pixels}, []*ir.Tensor{bytesTensor(c.data)})
			if err != nil {
				t.Fatal(err)
			}
			if got := out[0]; !slices.Equal(got.Shape, c.shape) || !slices.Equal(got.Data, c.want) {
				t.Errorf("got %v of shape %v, want %v of shape %v", got.Data, got.Shape, c.want, c.shape)
			}
		})
	}
}

func TestImageDecoderInfer(t *testing.T) {
	tests := []struct {
		name   string
		pixels string
		in     ir.Type
		want   string // in the error, or "" for none
	}{
		{"bytes", "RGB", ir.TensorType(ir.Uint8, ir.Sym("n")), ""},
		{"a matrix", "RGB", ir.TensorType(ir.Uint8, ir.Sym("n"), ir.Const(2)), "rank 2, want 1"},
		{"numbers", "RGB", ir.TensorType(ir.Float32, ir.Sym("n")), "f32"},
		{"unknown pixels", "YUV", ir.TensorType(ir.Uint8, ir.Sym("n")), "want RGB, BGR or Grayscale"},
	}
	for _, c := range tests {
		t.Run(c.name, func(t *testing.T) {
			b := ir.NewBuilder("test")
			out, err := b.Add("y", ImageDecoder{Pixels: c.pixels}, b.Input("x", c.in))
			if c.want == "" {
				if err != nil || out[0].Type.Rank() != 3 {
					t.Fatalf("got %v, %v; want a tensor of rank 3", out, err)
				}
			} else if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one with %q", err, c.want)
			}
		})
	}
}
