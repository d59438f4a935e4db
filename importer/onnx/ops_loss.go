package onnx

import (
	"errors"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

var lossRows = []row{
	{"NegativeLogLikelihoodLoss", 12, nllLoss},
	{"SoftmaxCrossEntropyLoss", 12, crossEntropyLoss},
	{"Einsum", 12, einsum},
}

// nllLoss reads NegativeLogLikelihoodLoss.
func nllLoss(n *node) ([]*ir.Value, error) { return n.add(n.loss(), n.in...) }

// crossEntropyLoss reads SoftmaxCrossEntropyLoss.
func crossEntropyLoss(n *node) ([]*ir.Value, error) {
	out, err := n.add(op.CrossEntropyLoss(n.loss()), n.in...)
	if err != nil {
		return nil, err
	}
	return out[:min(n.outputs, len(out))], nil
}

// loss reads the attributes of both.
func (n *node) loss() op.NLLLoss {
	return op.NLLLoss{Reduction: n.oneOf("reduction", "mean", "sum", "none"), Ignores: n.has("ignore_index"), Ignore: int(n.integer("ignore_index", 0))}
}

// einsum reads Einsum.
func einsum(n *node) ([]*ir.Value, error) {
	if len(n.in) == 0 {
		return nil, errors.New("there is no input")
	}
	return n.add(op.Einsum{Equation: n.text("equation", "")}, n.in...)
}
