package onnx

import (
	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

// contribRNNRows are recurrent layers with quantised weights.
var contribRNNRows = []row{{"DynamicQuantizeLSTM", 1, dynamicQuantizeLSTM}}

// dynamicQuantizeLSTM reads DynamicQuantizeLSTM.
func dynamicQuantizeLSTM(n *node) ([]*ir.Value, error) {
	if err := n.holes(12, 12, 3, 4, 5, 6, 7); err != nil {
		return nil, err
	}
	r, err := n.recurrence("LSTM", "Sigmoid", "Tanh", "Tanh")
	if err != nil {
		return nil, err
	}
	if err := n.wantHidden(1); err != nil {
		return nil, err
	}
	o := op.QuantizedLSTM{Reverse: r.Reverse, Acts: r.Acts, ActA: r.ActA, ActB: r.ActB, Clip: r.Clip, Coupled: r.Coupled}
	return n.add(o, n.in...)
}
