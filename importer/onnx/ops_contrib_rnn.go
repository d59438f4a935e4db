package onnx

import (
	"fmt"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

// contribRNNRows are recurrent layers with quantised weights.
var contribRNNRows = []row{{"DynamicQuantizeLSTM", 1, dynamicQuantizeLSTM}}

// quantisedLSTM is a DynamicQuantizeLSTM while it is read. Its products are of integers: x is rounded to eight bits of
// its range once, the state in each step.
type quantisedLSTM struct {
	*chain
	o      op.Recurrent
	x      []*ir.Value // [steps, batch, in] as integers, their scale and zero point
	hidden ir.Dim
	batch  ir.Dim
}

// gateProduct is a matrix of weights [in, 4·h] with its scale and zero point, single elements or [4·h].
type gateProduct struct{ codes, scale, zero *ir.Value }

// dynamicQuantizeLSTM reads DynamicQuantizeLSTM: a scan over the steps for each direction.
func dynamicQuantizeLSTM(n *node) ([]*ir.Value, error) {
	if err := n.holes(12, 12, 3, 4, 5, 6, 7); err != nil {
		return nil, err
	}
	for i := range 3 {
		if err := n.rank(i, 3); err != nil {
			return nil, err
		}
	}
	l := &quantisedLSTM{chain: &chain{n: n}, batch: n.in[0].Type.Shape[1], hidden: n.in[2].Type.Shape[1]}
	if err := n.recurrence(&l.o, "Sigmoid", "Tanh", "Tanh"); err != nil {
		return nil, err
	}
	m := *n
	m.in = n.in[:1]
	var err error
	if l.x, err = dynamicQuantize(&m); err != nil {
		return nil, err
	}
	var results [3][]*ir.Value // of each direction
	for dir := range l.o.Reverse {
		made, err := l.direction(dir)
		if err != nil {
			return nil, err
		}
		for i, v := range made {
			results[i] = append(results[i], v)
		}
	}
	return l.outs(l.add(op.Concat{Axis: 1}, results[0]...), l.add(op.Concat{}, results[1]...), l.add(op.Concat{}, results[2]...))
}

// recurrence reads the attributes of an LSTM.
func (n *node) recurrence(o *op.Recurrent, acts ...string) error {
	o.Fn, o.Clip, o.Coupled = "LSTM", n.float("clip", 0), n.flag("input_forget", false)
	o.Reverse = map[string][]bool{"forward": {false}, "reverse": {true}, "bidirectional": {false, true}}[n.oneOf("direction", "forward", "reverse", "bidirectional")]
	if err := n.gateFns(o, acts); err != nil {
		return err
	}
	return n.err
}

// of takes a direction's part of an input, whose first axis counts directions; nil where it is absent.
func (l *quantisedLSTM) of(dir int, v *ir.Value) *ir.Value {
	if v == nil || l.err != nil {
		return nil
	}
	s := v.Type.Shape
	if len(s) == 0 {
		l.err = fmt.Errorf("an input is %s, want an axis of directions", v.Type)
		return nil
	}
	if len(l.o.Reverse) > 1 {
		v = l.part(v, 0, ir.Const(int64(dir)), ir.Const(1))
	}
	return l.shape(v, s[1:]...)
}

// product takes a direction's weights, at input i, whose scale and zero point are at input s and behind it.
func (l *quantisedLSTM) product(dir, i, s int) gateProduct {
	return gateProduct{l.of(dir, l.n.in[i]), l.of(dir, l.n.in[s]), l.of(dir, l.n.in[s+1])}
}

// times is q·w, q being integers with a scale and a zero point.
func (c *chain) times(q []*ir.Value, w gateProduct) *ir.Value {
	if c.err != nil {
		return nil
	}
	sum := c.take(c.n.integerProduct(q[0], w.codes, q[2], w.zero))
	if c.err != nil {
		return nil
	}
	return c.scaledProduct(sum, q[1], w.scale, nil)
}

// direction gives y [steps, 1, batch, h] and the last state and cell [1, batch, h] of a direction.
func (l *quantisedLSTM) direction(dir int) ([]*ir.Value, error) {
	n, one := l.n, ir.Const(1)
	wide := l.hidden.Mul(ir.Const(4))
	gates := l.times(l.x, l.product(dir, 1, 8))
	if bias := l.of(dir, n.in[3]); bias != nil {
		gates = l.binary("Add", gates, l.binary("Add", l.part(bias, 0, ir.Const(0), wide), l.part(bias, 0, wide, wide)))
	}
	lengths, reverse := n.in[4], l.o.Reverse[dir]
	if lengths != nil && reverse { // each sequence begins at its own end
		gates = l.add(op.ReverseSequence{Time: 0, Batch: 1}, gates, l.cast(lengths, ir.Int64))
	}
	start := func(v *ir.Value) *ir.Value {
		if v == nil {
			return l.add(op.Expand{Shape: []ir.Dim{l.batch, l.hidden}}, l.number(ir.Float32, 0))
		}
		return l.shape(l.of(dir, v), l.batch, l.hidden)
	}
	in := []*ir.Value{l.whole(0), start(n.in[5]), start(n.in[6]), gates}
	body, err := l.step(dir)
	if err != nil {
		return nil, err
	}
	if l.err != nil {
		return nil, l.err
	}
	backward := []bool{reverse && lengths == nil}
	out, err := n.add(op.Scan{Body: body, Rows: 1, InReverse: backward, OutReverse: backward}, in...)
	if err != nil {
		return nil, err
	}
	y := out[3]
	if lengths != nil && reverse {
		y = l.add(op.ReverseSequence{Time: 0, Batch: 1}, y, l.cast(lengths, ir.Int64))
	}
	steps := n.in[0].Type.Shape[0]
	return []*ir.Value{
		l.shape(y, steps, one, l.batch, l.hidden), l.shape(out[1], one, l.batch, l.hidden), l.shape(out[2], one, l.batch, l.hidden),
	}, l.err
}

// step is the body of the scan: it takes the step's number, state, cell, and what x gives to the gates i o f c.
func (l *quantisedLSTM) step(dir int) (*ir.Graph, error) {
	r, peep := l.product(dir, 2, 10), l.of(dir, l.n.in[7])
	if l.err != nil {
		return nil, l.err
	}
	run := *l.n
	run.Builder = l.n.Sub("step")
	c := &chain{n: &run}
	state := ir.TensorType(ir.Float32, l.batch, l.hidden)
	count := run.Input("step", ir.TensorType(ir.Int64))
	h, cell := run.Input("h", state), run.Input("c", state)
	fromX := run.Input("gates", ir.TensorType(ir.Float32, l.batch, l.hidden.Mul(ir.Const(4))))
	m := run
	m.in = []*ir.Value{h}
	q, err := dynamicQuantize(&m)
	if err != nil {
		return nil, err
	}
	g := &lstmGates{chain: c, o: l.o, dir: dir, hidden: l.hidden, sums: c.binary("Add", fromX, c.times(q, r)), peep: peep}
	next, nextCell := g.advance(cell)
	y := next
	if lengths := l.n.in[4]; lengths != nil {
		runs := c.binary("Less", count, c.shape(c.cast(lengths, ir.Int64), l.batch, ir.Const(1)))
		y = c.add(op.Where{}, runs, next, c.number(ir.Float32, 0))
		next, nextCell = c.add(op.Where{}, runs, next, h), c.add(op.Where{}, runs, nextCell, cell)
	} else {
		y = c.add(op.Identity{}, next)
	}
	run.Output(c.binary("Add", count, c.whole(1)), next, nextCell, y)
	return run.Graph, c.err
}

// lstmGates are the sums that the gates i o f c of an LSTM take, [batch, 4·h].
type lstmGates struct {
	*chain
	o          op.Recurrent
	dir        int
	hidden     ir.Dim
	sums, peep *ir.Value // peep is [3·h] for i o f, or nil
}

// gate is gate k before its activation, with what it sees of the cell.
func (g *lstmGates) gate(k int, cell *ir.Value) *ir.Value {
	at := g.hidden.Mul(ir.Const(int64(k)))
	x := g.part(g.sums, 1, at, g.hidden)
	if g.peep != nil && cell != nil {
		x = g.binary("Add", x, g.binary("Mul", g.part(g.peep, 0, at, g.hidden), cell))
	}
	return x
}

// advance gives the next state and cell.
func (g *lstmGates) advance(cell *ir.Value) (h, next *ir.Value) {
	i := g.act(0, g.gate(0, cell), true)
	var f *ir.Value
	if g.o.Coupled {
		f = g.binary("Sub", g.number(ir.Float32, 1), i)
	} else {
		f = g.act(0, g.gate(2, cell), true)
	}
	next = g.binary("Add", g.binary("Mul", f, cell), g.binary("Mul", i, g.act(1, g.gate(3, nil), true)))
	out := g.act(0, g.gate(1, next), true)
	return g.binary("Mul", out, g.act(2, next, false)), next // the cell is not clipped
}

// act is one of the direction's three activations.
func (g *lstmGates) act(k int, x *ir.Value, clipped bool) *ir.Value {
	if limit := g.o.Clip; limit > 0 && clipped {
		x = g.add(op.Unary{Fn: "Clip", A: -limit, B: limit}, x)
	}
	at := 3*g.dir + k
	a, b := g.o.ActA[at], g.o.ActB[at]
	number := func(v float64) *ir.Value { return g.number(ir.Float32, v) }
	switch name := g.o.Acts[at]; name {
	case "Affine":
		return g.binary("Add", g.binary("Mul", x, number(a)), number(b))
	case "ScaledTanh":
		return g.binary("Mul", g.unary("Tanh", g.binary("Mul", x, number(b))), number(a))
	case "ThresholdedRelu": // keeps what reaches the threshold, unlike the operator of that name
		return g.add(op.Where{}, g.binary("Less", x, number(a)), number(0), x)
	default:
		return g.add(op.Unary{Fn: name, A: a, B: b}, x)
	}
}
