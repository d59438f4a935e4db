package tfjs

import (
	"fmt"
	"slices"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

var recurrentLayers = []layerRow{
	{"SimpleRNN", recurrent, false}, {"GRU", recurrent, false}, {"LSTM", recurrent, false}, {"RNN", recurrent, false}, {"ConvLSTM2D", recurrent, false},
}

// recurrent reads a layer that goes over time, [batch, time, …]. Inputs beyond the first are the states that it starts
// with.
func recurrent(l *layer) []*ir.Value {
	x := l.float(l.tensor(0, 3, 5))
	if l.def.Op == "ConvLSTM2D" && l.first() {
		l.fail("data_format channels_first is not supported here")
	}
	c := l.cell()
	states := slices.Clone(l.in[min(1, len(l.in)):])
	sequences := l.flag("return_sequences", false)
	outs := l.overTime(c, x, states, l.flag("go_backwards", false), sequences)
	if l.err != nil {
		return nil
	}
	if sequences {
		l.setMask(outs[0], l.mask)
	}
	if !l.flag("return_state", false) {
		return outs[:1]
	}
	return outs
}

// overTime runs a cell step by step. It gives the last step's output or all of them in the order of their steps, or the
// other way round where the layer is turned; then the states. Steps that a mask leaves out change nothing.
func (l *layer) overTime(c *cell, x *ir.Value, states []*ir.Value, backwards, sequences bool) []*ir.Value {
	if outs, ok := l.layers(c, x, states, backwards, sequences); ok {
		return outs
	}
	projected := c.project(x)
	if len(states) == 0 {
		states = c.zeros(projected)
	}
	if l.err != nil || len(states) != c.states {
		l.fail("%d states to start with, want %d", len(states), c.states)
		return nil
	}
	rows := []*ir.Value{l.timeFirst(projected)}
	if l.mask != nil {
		m := l.cast(l.mask, ir.Float32)
		if l.err == nil && m.Type.Rank() == 2 {
			m = l.reshape(m, m.Type.Shape[0], m.Type.Shape[1], ir.Const(1))
		}
		rows = append(rows, l.timeFirst(m))
	}
	scan := op.Scan{Rows: len(rows), Body: l.stepGraph(c, states, rows, sequences)}
	if backwards {
		scan.InReverse = slices.Repeat([]bool{true}, len(rows))
	}
	if sequences {
		scan.OutReverse = []bool{l.turned}
	}
	results := l.all(scan, append(slices.Clone(states), rows...)...)
	if l.err != nil {
		return nil
	}
	out := results[0]
	if sequences {
		out = l.timeFirst(results[c.states])
	}
	return append([]*ir.Value{out}, results[:c.states]...)
}

// timeFirst exchanges the first two axes.
func (l *layer) timeFirst(x *ir.Value) *ir.Value {
	if l.err != nil {
		return hole()
	}
	perm := identityPerm(x.Type.Rank())
	perm[0], perm[1] = 1, 0
	return l.transpose(x, perm...)
}

// stepGraph is the body of a loop over time: states and rows in, states and, for all outputs, the first state out.
func (l *layer) stepGraph(c *cell, states, rows []*ir.Value, sequences bool) *ir.Graph {
	if l.err != nil {
		return nil
	}
	b := l.Sub(l.def.Name)
	n := &node{scope: newScope(nil, l.net, b), im: l.im, def: l.def}
	var before []*ir.Value
	for i, s := range states {
		before = append(before, b.Input(fmt.Sprintf("state_%d", i), s.Type))
	}
	x := b.Input("step", ir.TensorType(ir.Float32, rows[0].Type.Shape[1:]...))
	var mask *ir.Value
	if len(rows) > 1 {
		mask = b.Input("mask", ir.TensorType(ir.Float32, rows[1].Type.Shape[1:]...))
	}
	after := c.step(n, x, before)
	for i, v := range after {
		if mask != nil && n.err == nil {
			rest := n.binary("Sub", n.constant(ir.Float32, 1), mask)
			after[i] = n.binary("Add", n.binary("Mul", v, mask), n.binary("Mul", before[i], rest))
		}
	}
	if sequences && n.err == nil {
		after = append(after, n.do(copied, after[0]))
	}
	if !l.check(n.err) && n.err != nil {
		return nil
	}
	b.Output(after...)
	return b.Graph
}
