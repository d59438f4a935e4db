package tfjs

import (
	"slices"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

// gated is a kind of cell that an op runs over time: the cell's gates in the op's order, and the fields that name the
// activations which the op wants.
type gated struct {
	fn    string
	gates []int
	acts  []string
}

var gatedKinds = map[string]gated{
	"SimpleRNN": {"RNN", []int{0}, []string{"activation"}},
	"GRU":       {"GRU", []int{0, 1, 2}, []string{"recurrent_activation", "activation"}},
	"LSTM":      {"LSTM", []int{0, 3, 1, 2}, []string{"recurrent_activation", "activation", "activation"}}, // i f c o as i o f c
}

// gatedLayer is a cell as an op, with its weights.
type gatedLayer struct {
	op         op.Recurrent
	w, r, bias *ir.Value // bias may be nil
}

// layers runs a cell, or several that are stacked, by an op for each; false where one of them has no such op. Steps that
// a mask leaves out are beyond it.
func (l *layer) layers(c *cell, x *ir.Value, states []*ir.Value, backwards, sequences bool) ([]*ir.Value, bool) {
	cells := c.stack
	if cells == nil {
		cells = []*cell{c}
	}
	if l.err != nil || l.mask != nil || x.Type.Rank() != 3 || len(states) != 0 && len(states) != c.states {
		return nil, false
	}
	stack := make([]gatedLayer, len(cells))
	for i, k := range cells {
		var ok bool
		if stack[i], ok = k.gated(backwards); !ok {
			return nil, false
		}
	}
	y, end := l.timeFirst(x), len(states)
	var last []*ir.Value
	for i, k := range cells {
		var start []*ir.Value
		if end > 0 {
			start, end = states[end-k.states:end], end-k.states
		}
		outs := l.runGated(stack[i], y, start)
		if l.err != nil {
			return nil, true
		}
		y, last = outs[0], append(slices.Clone(outs[1:]), last...)
	}
	if !sequences {
		return append(one(last[0]), last...), true
	}
	if backwards != l.turned { // the op's results are in order of time
		y = l.reversed(y, []bool{true, false, false})
	}
	return append(one(l.timeFirst(y)), last...), true
}

// runGated gives y, [steps, batch, units], and the last states, [batch, units] each.
func (l *layer) runGated(g gatedLayer, x *ir.Value, start []*ir.Value) []*ir.Value {
	in := []*ir.Value{x, g.w, g.r, g.bias}
	if len(start) > 0 {
		in = append(in, nil) // the lengths
	}
	for _, s := range start {
		in = append(in, l.reshape(s, append([]ir.Dim{ir.Const(1)}, s.Type.Shape...)...))
	}
	outs := l.all(g.op, in...)
	if l.err != nil {
		return nil
	}
	for i, v := range outs { // without the axis of directions
		s := slices.Clone(v.Type.Shape)
		at := len(s) - 3
		outs[i] = l.reshape(v, slices.Delete(s, at, at+1)...)
	}
	return outs
}

// gated gives the cell as an op; false where it has weights that are no float32 numbers yet, or an activation that the
// op does not know.
func (c *cell) gated(backwards bool) (g gatedLayer, ok bool) {
	kind, ok := gatedKinds[c.kind]
	if !ok || c.err != nil {
		return g, false
	}
	g.op = op.Recurrent{Fn: kind.fn, Reverse: []bool{backwards}}
	for _, field := range kind.acts {
		f, ok := gateFn(c.activationName(field))
		if !ok {
			return g, false
		}
		g.op.Acts, g.op.ActA, g.op.ActB = append(g.op.Acts, f.Name), append(g.op.ActA, f.A), append(g.op.ActB, f.B)
	}
	g.w, g.r = c.gateRows("kernel", kind.gates), c.gateRows("recurrent_kernel", kind.gates)
	if g.w == nil || g.r == nil {
		return g, false
	}
	if c.weight["bias"] == nil {
		return g, true
	}
	b := c.gateRows("bias", kind.gates)
	if b == nil {
		return g, false
	}
	n := b.Const.Len()
	both := make([]float32, 2*n) // what is added to the state's product, too
	copy(both, b.Const.Float32s())
	g.bias = ir.ConstValue(b.Name, ir.OfFloat32s([]int{1, 2 * n}, both))
	return g, true
}

// gateFn finds an activation of gates by its name here, with its parameters.
func gateFn(name string) (op.GateFn, bool) {
	want, ok := activations[name]
	if name == "linear" {
		want, ok = op.Unary{Fn: "Affine", A: 1}, true
	}
	at := slices.IndexFunc(op.GateFns, func(f op.GateFn) bool { return ok && f.Name == want.Fn })
	if at < 0 {
		return op.GateFn{}, false
	}
	f := op.GateFns[at]
	f.A, f.B = want.A, want.B
	return f, true
}

// gateRows turns a weight [k, gates·units], or a bias [gates·units], into [1, gates·units, k] with the gates in another
// order; nil where it is something else.
func (c *cell) gateRows(name string, order []int) *ir.Value {
	v := c.weight[name]
	if v == nil || v.Const == nil || v.Const.DType != ir.Float32 {
		return nil
	}
	shape, n := v.Const.Shape, c.units*len(order)
	k := 1
	if name != "bias" {
		if len(shape) != 2 {
			return nil
		}
		k, shape = shape[0], shape[1:]
	}
	if len(shape) != 1 || shape[0] != n {
		return nil
	}
	from, to := v.Const.Float32s(), make([]float32, n*k)
	for j := range n {
		column := order[j/c.units]*c.units + j%c.units
		for p := range k {
			to[j*k+p] = from[p*n+column]
		}
	}
	return ir.ConstValue(v.Name, ir.OfFloat32s([]int{1, n, k}, to))
}
