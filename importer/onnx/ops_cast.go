package onnx

import (
	"errors"
	"fmt"

	"github.com/energeticc/energeticc/importer/onnx/file"
	"github.com/energeticc/energeticc/importer/onnx/pb"
	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

var castRows = []row{
	{"Cast", 1, cast1}, {"Cast", 6, cast},
	{"CastLike", 15, castLike},
	{"BitCast", 26, bitCast},
}

// cast1 reads the form that names its type by a word.
func cast1(n *node) ([]*ir.Value, error) {
	word := n.text("to", "")
	code, ok := pb.TensorProto_DataType_value[word]
	if !ok {
		return nil, fmt.Errorf("attribute to is %q, want the name of an element type", word)
	}
	return n.castTo(code)
}

// cast reads the form that names its type by number.
func cast(n *node) ([]*ir.Value, error) {
	if !n.has("to") {
		return nil, errors.New("attribute to is missing")
	}
	return n.castTo(int32(n.integer("to", 0)))
}

func (n *node) castTo(code int32) ([]*ir.Value, error) {
	if err := n.arity(1, 1); err != nil {
		return nil, err
	}
	d, err := file.DType(code)
	if err != nil {
		return nil, fmt.Errorf("attribute to: %w", err)
	}
	return n.castValue(d)
}

// castLike converts to the element type of the second input.
func castLike(n *node) ([]*ir.Value, error) {
	if err := n.arity(2, 2); err != nil {
		return nil, err
	}
	return n.castValue(n.in[1].Type.DType)
}

func (n *node) castValue(to ir.DType) ([]*ir.Value, error) {
	c := op.Cast{To: to, Saturate: n.flag("saturate", true) && to.Bits() == 8 && to.IsFloat()}
	if mode := n.text("round_mode", "up"); mode != "up" && to == ir.Float8E8M0 {
		return nil, fmt.Errorf("attribute round_mode is %q; only up is supported", mode)
	}
	return n.add(c, n.in[0])
}

// elementType reads an attribute that names an element type by number.
func (n *node) elementType(name string, otherwise ir.DType) (ir.DType, error) {
	if !n.has(name) {
		return otherwise, nil
	}
	d, err := file.DType(int32(n.integer(name, 0)))
	if err != nil {
		return d, fmt.Errorf("attribute %s: %w", name, err)
	}
	return d, n.err
}

// bitCast reads BitCast.
func bitCast(n *node) ([]*ir.Value, error) {
	if !n.has("to") {
		return nil, errors.New("attribute to is missing")
	}
	d, err := n.elementType("to", ir.Invalid)
	if err != nil {
		return nil, err
	}
	return n.add(op.BitCast{To: d}, n.in...)
}
