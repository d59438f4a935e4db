package tfjs

import (
	"fmt"
	"slices"

	"github.com/energeticc/energeticc/importer/tfjs/file"
	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

var recurrentLayers = []layerRow{
	{"SimpleRNN", recurrent, false}, {"GRU", recurrent, false}, {"LSTM", recurrent, false}, {"RNN", recurrent, false}, {"ConvLSTM2D", recurrent, false},
}

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

// overTime runs a cell step by step. It gives the last step's output or all of them, then the states. Steps that a mask
// leaves out change nothing.
func (l *layer) overTime(c *cell, x *ir.Value, states []*ir.Value, backwards, sequences bool) []*ir.Value {
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

var wrapperLayers = []layerRow{{"Bidirectional", bidirectional, false}, {"TimeDistributed", timeDistributed, true}}

// bidirectional runs a recurrent layer forwards and another one, with weights of its own, backwards.
func bidirectional(l *layer) []*ir.Value {
	var inner *layerConfig
	if !l.field("layer", &inner) || inner == nil {
		l.fail("config field layer is missing")
		return nil
	}
	if cellKinds[inner.ClassName] == "" && inner.ClassName != "RNN" {
		l.fail("a layer of class %q is no recurrent one", inner.ClassName)
		return nil
	}
	half := max(len(l.in)-1, 0) / 2 // of the states to start with, if there are any
	states := l.in[min(1, len(l.in)):]
	a, b := l.direction(inner, false, states[:half]), l.direction(inner, true, states[half:])
	if l.err != nil {
		return nil
	}
	y, z := a[0], b[0]
	sequences := (&layer{node: l.node, config: parseConfig(inner.Config)}).flag("return_sequences", false)
	if sequences {
		turned := make([]bool, z.Type.Rank())
		turned[1] = true
		z = l.reversed(z, turned)
	}
	outs := l.joinedDirections(y, z)
	if sequences && l.err == nil {
		l.setMask(outs[0], l.mask)
	}
	return append(outs, append(slices.Clone(a[1:]), b[1:]...)...)
}

// direction reads one of a Bidirectional's two layers: the second goes the other way than its configuration says.
func (l *layer) direction(c *layerConfig, second bool, states []*ir.Value) []*ir.Value {
	inner := &layer{config: parseConfig(c.Config), mask: l.mask}
	inner.node = &node{scope: l.scope, im: l.im, def: &file.NodeDef{Name: l.def.Name, Op: c.ClassName}, in: append([]*ir.Value{l.arg(0)}, states...)}
	inner.path = l.path + "/forward_" + inner.text("name", c.Name)
	if second {
		inner.path = l.path + "/backward_" + inner.text("name", c.Name)
		inner.config["go_backwards"] = jsonRaw(fmt.Sprint(!inner.flag("go_backwards", false)))
	}
	outs := recurrent(inner)
	l.check(inner.err)
	return outs
}

// joinedDirections combines what the two directions give.
func (l *layer) joinedDirections(y, z *ir.Value) []*ir.Value {
	mode := "null"
	l.field("merge_mode", &mode)
	switch mode {
	case "concat":
		return one(l.do(op.Concat{Axis: y.Type.Rank() - 1}, y, z))
	case "sum":
		return one(l.binary("Add", y, z))
	case "ave":
		return one(l.binary("Mul", l.binary("Add", y, z), l.constant(ir.Float32, 0.5)))
	case "mul":
		return one(l.binary("Mul", y, z))
	case "null":
		return []*ir.Value{y, z}
	}
	l.fail("merge_mode is %q, want concat, sum, ave, mul or null", mode)
	return one(hole())
}

// timeDistributed applies a layer to each step: as to a batch of all steps.
func timeDistributed(l *layer) []*ir.Value {
	var inner *layerConfig
	x := l.tensor(0, 3, anyRank)
	if !l.field("layer", &inner) || inner == nil {
		l.fail("config field layer is missing")
	}
	if l.err != nil {
		return nil
	}
	s := x.Type.Shape
	flat := l.reshape(x, append([]ir.Dim{s[0].Mul(s[1])}, s[2:]...)...)
	outs := l.inner(inner, l.path, flat)
	if l.err != nil || len(outs) != 1 {
		l.fail("the layer gives %d outputs, want 1", len(outs))
		return nil
	}
	return one(l.reshape(outs[0], append([]ir.Dim{s[0], s[1]}, outs[0].Type.Shape[1:]...)...))
}

var modelLayers = []layerRow{{"Sequential", modelLayer, false}, {"Model", modelLayer, false}, {"Functional", modelLayer, false}, {"InputLayer", inputLayer, false}}

// modelLayer reads a model within a model.
func modelLayer(l *layer) []*ir.Value {
	r, err := l.im.openModel(l.scope, &layerConfig{ClassName: l.def.Op, Name: l.def.Name, Config: l.raw})
	if !l.check(err) {
		return nil
	}
	if len(l.in) != len(r.in) {
		l.fail("%d inputs, want %d", len(l.in), len(r.in))
		return nil
	}
	for i, p := range r.in {
		r.calls[p.layer] = [][]*ir.Value{{l.in[i]}}
	}
	outs, err := r.outputs()
	l.check(err)
	return outs
}

// inputLayer stands where a model has a layer of its own for what it is given.
func inputLayer(l *layer) []*ir.Value {
	if len(l.in) == 0 {
		l.fail("the layer is none of the model's input_layers")
		return nil
	}
	return l.in[:1]
}
