package onnx

import (
	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

var imageRows = []row{{"ImageDecoder", 20, imageDecoder}}

// imageDecoder reads ImageDecoder.
func imageDecoder(n *node) ([]*ir.Value, error) {
	if err := n.arity(1, 1); err != nil {
		return nil, err
	}
	pixels := n.oneOf("pixel_format", "RGB", "BGR", "Grayscale")
	if n.err != nil {
		return nil, n.err
	}
	return n.add(op.ImageDecoder{Pixels: pixels}, n.in[0])
}
