package onnx

import (
	"fmt"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

var optionalRows = []row{
	{"Optional", 15, optionalOf}, {"OptionalHasElement", 15, optionalHas}, {"OptionalGetElement", 15, optionalGet},
}

// optionalOf reads Optional, and notes what it holds.
func optionalOf(n *node) ([]*ir.Value, error) {
	if err := n.arity(0, 1); err != nil {
		return nil, err
	}
	o := op.Optional{}
	if n.input(0) == nil {
		a := n.attrs["type"]
		if a.GetTp() == nil {
			return nil, fmt.Errorf("attribute type is missing: of what is it an optional?")
		}
		t, err := n.im.heldType("attribute type", a.GetTp(), n.Builder, 1)
		if err != nil {
			return nil, err
		}
		o.Elem = t
	}
	v, err := n.one(o, n.in...)
	if err != nil {
		return nil, err
	}
	n.im.optionals[v] = n.input(0)
	return []*ir.Value{v}, nil
}

// optionalHas reads OptionalHasElement. What is not an optional is there.
func optionalHas(n *node) ([]*ir.Value, error) {
	if err := n.arity(0, 1); err != nil {
		return nil, err
	}
	v := n.input(0)
	known := v == nil || v.Type.Kind != ir.KindOptional
	there := v != nil
	if held, ok := n.im.optionals[v]; ok {
		known, there = true, held != nil
	}
	if known {
		return []*ir.Value{n.Const(n.name, ir.FromBools(nil, []bool{there}))}, nil
	}
	return n.add(op.OptionalHasElement{}, v)
}

// optionalGet reads OptionalGetElement. What is not an optional is its own element.
func optionalGet(n *node) ([]*ir.Value, error) {
	if err := n.arity(1, 1); err != nil {
		return nil, err
	}
	v := n.in[0]
	if v.Type.Kind != ir.KindOptional {
		return n.add(op.Identity{}, v)
	}
	if held := n.im.optionals[v]; held != nil {
		return []*ir.Value{held}, nil
	}
	o := op.OptionalGetElement{}
	if held := *v.Type.Elem; held.IsTensor() {
		rank, err := n.heldRank(held)
		if err != nil {
			return nil, err
		}
		o.Rank = rank
	}
	return n.add(o, v)
}
