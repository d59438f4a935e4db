package onnx

import (
	"fmt"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

// contribRNNRows are recurrent layers with quantised weights.
var contribRNNRows = []row{{"DynamicQuantizeLSTM", 1, dynamicQuantizeLSTM}}

// dynamicQuantizeLSTM reads DynamicQuantizeLSTM: an LSTM whose weights, stored [dirs, in, 4·h], are of eight bits, and
// whose x is rounded to eight bits of its range.
func dynamicQuantizeLSTM(n *node) ([]*ir.Value, error) {
	if err := n.holes(12, 12, 3, 4, 5, 6, 7); err != nil {
		return nil, err
	}
	for _, i := range []int{0, 1, 2} {
		if err := n.rank(i, 3); err != nil {
			return nil, err
		}
	}
	m := *n
	m.in = []*ir.Value{n.in[0]}
	q, err := dynamicQuantize(&m)
	if err != nil {
		return nil, err
	}
	c := &chain{n: n}
	x := c.real(q[0], q[1], q[2])
	w, r := c.gateWeights(n.in[1], n.in[8], n.in[9]), c.gateWeights(n.in[2], n.in[10], n.in[11])
	if c.err != nil {
		return nil, c.err
	}
	m = *n
	m.in = append([]*ir.Value{x, w, r}, n.in[3:8]...)
	for len(m.in) > 3 && m.in[len(m.in)-1] == nil {
		m.in = m.in[:len(m.in)-1]
	}
	outs, err := recurrent("LSTM", "Sigmoid", "Tanh", "Tanh")(&m)
	if err == nil {
		err = m.err
	}
	return outs, err
}

// gateWeights makes numbers of codes [dirs, in, 4·h], as [dirs, 4·h, in]. A scale counts for a direction or for a
// column of it.
func (c *chain) gateWeights(codes, scale, zero *ir.Value) *ir.Value {
	if c.err != nil {
		return nil
	}
	s := codes.Type.Shape
	w := c.transpose(codes, 0, 2, 1)
	flat := s[0].Mul(s[2])
	shape := []ir.Dim{s[0], s[2], s[1]}
	rows := s[0]
	switch scale.Type.Rank() {
	case 1:
		w = c.shape(w, s[0], s[2].Mul(s[1]))
	case 2:
		w, rows = c.shape(w, flat, s[1]), flat
	default:
		c.err = fmt.Errorf("the weights' scale is %s, want [dirs] or [dirs, 4·h]", scale.Type)
	}
	w = c.add(op.Dequantize{}, w, c.shape(scale, rows), c.shape(zero, rows))
	return c.shape(w, shape...)
}
