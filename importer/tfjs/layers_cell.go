package tfjs

import (
	"fmt"
	"slices"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

// cell is what a recurrent layer computes in a step.
type cell struct {
	*layer
	kind   string
	states int // how many; the first is what the step gives
	units  int
	weight map[string]*ir.Value
	stack  []*cell // of several, each reading what the one before it gives
}

// cellKinds are the classes of cells by those of layers that have one built in.
var cellKinds = map[string]string{
	"SimpleRNN": "SimpleRNN", "SimpleRNNCell": "SimpleRNN", "GRU": "GRU", "GRUCell": "GRU", "LSTM": "LSTM", "LSTMCell": "LSTM", "ConvLSTM2D": "ConvLSTM2D",
}

// cell reads the layer's own cell, or the one or several that it holds.
func (l *layer) cell() *cell {
	var single *layerConfig
	var many []*layerConfig
	if l.def.Op != "RNN" {
		return l.cellOf(l.def.Op)
	}
	if raw := l.config["cell"]; len(raw) > 0 && raw[0] == '{' {
		l.field("cell", &single)
	} else {
		l.field("cell", &many)
	}
	if many == nil {
		l.field("cells", &many)
	}
	if single != nil && single.ClassName == "StackedRNNCells" {
		var stacked struct{ Cells []*layerConfig }
		(&layer{node: l.node, config: map[string]jsonRaw{"c": single.Config}}).field("c", &stacked)
		many = stacked.Cells
		single = nil
	}
	if single != nil {
		return l.within(single, l.path)
	}
	c := &cell{layer: l, kind: "stack"}
	for i, inner := range many {
		if inner == nil {
			l.fail("cell %d is null", i)
			return c
		}
		k := l.within(inner, fmt.Sprintf("%s/RNNCell_%d", l.path, i))
		c.stack = append(c.stack, k)
		c.states += k.states
	}
	if len(c.stack) == 0 {
		l.fail("the layer has no cell")
	}
	return c
}

// within reads a cell that the layer holds.
func (l *layer) within(c *layerConfig, path string) *cell {
	inner := &layer{node: l.node, config: parseConfig(c.Config), path: path}
	return inner.cellOf(c.ClassName)
}

// cellOf reads a cell of a class with the layer's configuration and weights.
func (l *layer) cellOf(class string) *cell {
	kind, ok := cellKinds[class]
	if !ok {
		l.fail("a cell of class %q is not supported", class)
	}
	c := &cell{layer: l, kind: kind, states: 1, weight: map[string]*ir.Value{}}
	if kind == "LSTM" || kind == "ConvLSTM2D" {
		c.states = 2
	}
	if kind == "ConvLSTM2D" {
		c.units = l.count("filters")
	} else {
		c.units = l.count("units")
	}
	if l.flag("reset_after", false) {
		l.fail("reset_after is true; TensorFlow.js does not support that")
	}
	c.weight["kernel"], c.weight["recurrent_kernel"] = l.weight("kernel"), l.weight("recurrent_kernel")
	if b := l.optional("bias", "use_bias", true); b != nil {
		c.weight["bias"] = b
	}
	return c
}

// zeros gives the cell's states before the first step, for what project gave.
func (c *cell) zeros(projected *ir.Value) []*ir.Value {
	if c.err != nil {
		return nil
	}
	if c.stack != nil {
		var all []*ir.Value
		for _, k := range slices.Backward(c.stack) {
			all = append(all, k.zeros(projected)...)
		}
		return all
	}
	s := projected.Type.Shape // [batch, time, …]
	shape := append([]ir.Dim{s[0]}, s[2:len(s)-1]...)
	if c.kind != "ConvLSTM2D" {
		shape = []ir.Dim{s[0]}
	}
	z := c.node.zeros(ir.Float32, append(shape, ir.Const(int64(c.units))))
	return slices.Repeat([]*ir.Value{z}, c.states)
}

// project multiplies what does not depend on the step before for all steps at once: x is [batch, time, …].
func (c *cell) project(x *ir.Value) *ir.Value {
	if c.err != nil {
		return hole()
	}
	if c.stack != nil {
		return c.stack[0].project(x)
	}
	var y *ir.Value
	if c.kind == "ConvLSTM2D" {
		s := x.Type.Shape
		images := c.reshape(x, append([]ir.Dim{s[0].Mul(s[1])}, s[2:]...)...)
		y = c.convolve(c.slide(2), images, c.filter(c.weight["kernel"], 2), 1)
		if c.err != nil {
			return hole()
		}
		y = c.reshape(y, append([]ir.Dim{s[0], s[1]}, y.Type.Shape[1:]...)...)
	} else {
		y = c.do(op.MatMul{}, x, c.weight["kernel"])
	}
	if b := c.weight["bias"]; b != nil {
		y = c.binary("Add", y, b)
	}
	return y
}

// step makes a step of nodes in n's graph: x is what project gave of one. It gives the states after it.
func (c *cell) step(n *node, x *ir.Value, states []*ir.Value) []*ir.Value {
	if n.err != nil {
		return states
	}
	l := &layer{node: n, config: c.config}
	switch c.kind {
	case "stack":
		return c.stackStep(n, x, states)
	case "SimpleRNN":
		return one(l.activate(n.binary("Add", x, n.do(op.MatMul{}, states[0], c.weight["recurrent_kernel"]))))
	case "GRU":
		return one(c.gruStep(l, x, states[0]))
	}
	return c.lstmStep(l, x, states[0], states[1])
}

// stackStep steps through the cells; the last one's states come first.
func (c *cell) stackStep(n *node, x *ir.Value, states []*ir.Value) []*ir.Value {
	var after []*ir.Value
	end := len(states)
	for i, k := range c.stack {
		if i > 0 {
			x = n.do(op.MatMul{}, x, k.weight["kernel"])
			if b := k.weight["bias"]; b != nil {
				x = n.binary("Add", x, b)
			}
		}
		next := k.step(n, x, states[end-k.states:end])
		if n.err != nil {
			return states
		}
		end -= k.states
		after = append(slices.Clone(next), after...)
		x = next[0]
	}
	return after
}

// gates cuts the last axis into equal parts.
func (l *layer) gates(x *ir.Value, count, units int) []*ir.Value {
	if l.err != nil {
		return slices.Repeat([]*ir.Value{hole()}, count)
	}
	var all []*ir.Value
	for i := range count {
		all = append(all, l.part(x, x.Type.Rank()-1, ir.Const(int64(i*units)), ir.Const(int64(units))))
	}
	return all
}

// gruStep computes the gates z and r, and the state.
func (c *cell) gruStep(l *layer, x, h *ir.Value) *ir.Value {
	w := c.weight["recurrent_kernel"]
	if l.err != nil {
		return hole()
	}
	units := ir.Const(int64(c.units))
	both := l.do(op.MatMul{}, h, l.part(w, 1, ir.Const(0), units.Add(units)))
	own, other := l.gates(x, 3, c.units), l.gates(both, 2, c.units)
	z := l.activateBy("recurrent_activation", l.binary("Add", own[0], other[0]))
	r := l.activateBy("recurrent_activation", l.binary("Add", own[1], other[1]))
	last := l.do(op.MatMul{}, l.binary("Mul", r, h), l.part(w, 1, units.Add(units), units))
	candidate := l.activate(l.binary("Add", own[2], last))
	rest := l.binary("Sub", l.constant(ir.Float32, 1), z)
	return l.binary("Add", l.binary("Mul", z, h), l.binary("Mul", rest, candidate))
}

// lstmStep computes the gates i, f, c and o, and the states h and c.
func (c *cell) lstmStep(l *layer, x, h, memory *ir.Value) []*ir.Value {
	var own *ir.Value
	if c.kind == "ConvLSTM2D" {
		s := slide{strides: []int{1, 1}, dilations: []int{1, 1}, padding: "same"}
		own = l.convolve(s, h, l.filter(c.weight["recurrent_kernel"], 2), 1)
	} else {
		own = l.do(op.MatMul{}, h, c.weight["recurrent_kernel"])
	}
	g := l.gates(l.binary("Add", x, own), 4, c.units)
	in, forget := l.activateBy("recurrent_activation", g[0]), l.activateBy("recurrent_activation", g[1])
	memory = l.binary("Add", l.binary("Mul", forget, memory), l.binary("Mul", in, l.activate(g[2])))
	out := l.activateBy("recurrent_activation", g[3])
	return []*ir.Value{l.binary("Mul", out, l.activate(memory)), memory}
}
