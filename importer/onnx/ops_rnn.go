package onnx

import (
	"fmt"
	"strings"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

var rnnRows = []row{
	{"LSTM", 1, recurrent("LSTM", "Sigmoid", "Tanh", "Tanh")},
	{"GRU", 1, recurrent("GRU", "Sigmoid", "Tanh")},
	{"RNN", 1, recurrent("RNN", "Tanh")},
}

// recurrent is the row function of a recurrent layer with the activations that each direction has by default.
// output_sequence, which opsets below 7 had, tells only whether Y is wanted.
func recurrent(fn string, acts ...string) func(*node) ([]*ir.Value, error) {
	return func(n *node) ([]*ir.Value, error) {
		if err := n.arity(3, 8); err != nil {
			return nil, err
		}
		o, err := n.recurrence(fn, acts...)
		if err != nil {
			return nil, err
		}
		if err := n.wantHidden(2); err != nil {
			return nil, err
		}
		return n.layout(o)
	}
}

// wantHidden compares the attribute hidden_size with an axis of R.
func (n *node) wantHidden(axis int) error {
	if size, t := n.integer("hidden_size", 0), n.in[2].Type; size != 0 && t.Rank() == 3 && !t.Shape[axis].Equal(ir.Const(size)) {
		return fmt.Errorf("attribute hidden_size is %d, and R is %s", size, t)
	}
	return nil
}

// recurrence reads the attributes of a layer with the activations that each direction has by default.
func (n *node) recurrence(fn string, acts ...string) (op.Recurrent, error) {
	o := op.Recurrent{
		Fn: fn, Clip: n.float("clip", 0),
		Coupled: fn == "LSTM" && n.flag("input_forget", false),
		Linear:  fn == "GRU" && n.flag("linear_before_reset", false),
	}
	switch n.oneOf("direction", "forward", "reverse", "bidirectional") {
	case "forward":
		o.Reverse = []bool{false}
	case "reverse":
		o.Reverse = []bool{true}
	default:
		o.Reverse = []bool{false, true}
	}
	return o, n.gateFns(&o, acts)
}

// gateFns reads the activations. Those that have parameters take them from the lists in turn, while these last.
func (n *node) gateFns(o *op.Recurrent, defaults []string) error {
	names := n.texts("activations")
	if names == nil {
		for range o.Reverse {
			names = append(names, defaults...)
		}
	}
	if want := len(o.Reverse) * len(defaults); len(names) != want {
		return fmt.Errorf("attribute activations has %d names, want %d", len(names), want)
	}
	alpha, beta := n.floats("activation_alpha"), n.floats("activation_beta")
	take := func(list *[]float32, used bool, otherwise float64) float64 {
		if !used || len(*list) == 0 {
			return otherwise
		}
		v := (*list)[0]
		*list = (*list)[1:]
		return float64(v)
	}
	for _, name := range names {
		f := gateFn(name)
		if f == nil {
			return fmt.Errorf("attribute activations: %q is unknown", name)
		}
		o.Acts = append(o.Acts, f.Name)
		o.ActA = append(o.ActA, take(&alpha, f.UsesA, f.A))
		o.ActB = append(o.ActB, take(&beta, f.UsesB, f.B))
	}
	return nil
}

// gateFn finds an activation by its name in any case.
func gateFn(name string) *op.GateFn {
	for i := range op.GateFns {
		if strings.EqualFold(op.GateFns[i].Name, name) {
			return &op.GateFns[i]
		}
	}
	return nil
}

// layout adds the layer, between transposes where layout=1 puts the batch before steps and directions.
func (n *node) layout(o op.Recurrent) ([]*ir.Value, error) {
	batchFirst := n.flag("layout", false)
	in := append([]*ir.Value{}, n.in...)
	move := func(v *ir.Value, perm ...int) (*ir.Value, error) {
		if v == nil || v.Type.Rank() != len(perm) {
			return v, nil // inference reports the rank
		}
		return n.one(op.Transpose{Perm: perm}, v)
	}
	var err error
	if batchFirst {
		for _, i := range []int{0, 5, 6} { // X, initial_h, initial_c
			if i < len(in) {
				if in[i], err = move(in[i], 1, 0, 2); err != nil {
					return nil, err
				}
			}
		}
	}
	outs, err := n.add(o, in...)
	if err != nil || !batchFirst {
		return outs, err
	}
	if outs[0], err = move(outs[0], 2, 0, 1, 3); err != nil {
		return nil, err
	}
	for i := 1; i < len(outs); i++ {
		if outs[i], err = move(outs[i], 1, 0, 2); err != nil {
			return nil, err
		}
	}
	return outs, nil
}
