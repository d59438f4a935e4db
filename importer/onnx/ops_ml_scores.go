package onnx

import (
	"errors"
	"fmt"
	"math"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

var (
	nan          = math.NaN()
	negativeZero = math.Copysign(0, -1)
)

// matrix brings the features of ai.onnx.ml operators to [rows, features] of an element type: a vector is one row.
func (n *node) matrix(x *ir.Value, d ir.DType) (*ir.Value, error) {
	if !x.Type.IsTensor() {
		return nil, fmt.Errorf("the data is %s, want a tensor", x.Type)
	}
	switch k := x.Type.DType; {
	case k.IsFloat(), k.IsInteger():
	default:
		return nil, fmt.Errorf("the data is %s, want numbers", x.Type)
	}
	switch x.Type.Rank() {
	case 1:
		v, err := n.reshaped(x, []ir.Dim{ir.Const(1), x.Type.Shape[0]})
		if err != nil {
			return nil, err
		}
		x = v
	case 2:
	default:
		return nil, fmt.Errorf("the data is %s, want [rows, features]", x.Type)
	}
	return n.typed(x, d)
}

// typed casts to an element type, where the value has another.
func (n *node) typed(v *ir.Value, d ir.DType) (*ir.Value, error) {
	if v.Type.DType == d {
		return v, nil
	}
	return n.one(op.Cast{To: d}, v)
}

// labels reads a classifier's labels: strings, or the integers of the attribute that ints names.
func (n *node) labels(ints string) (*ir.Tensor, error) {
	s, i := n.texts("classlabels_strings"), n.integers(ints)
	switch {
	case n.err != nil:
		return nil, n.err
	case len(s) > 0 && len(i) > 0:
		return nil, fmt.Errorf("attributes classlabels_strings and %s are both there, want one", ints)
	case len(s) > 0:
		return ir.OfStrings([]int{len(s)}, s), nil
	case len(i) > 0:
		return ir.OfInts(i...), nil
	}
	return nil, fmt.Errorf("attributes classlabels_strings and %s are missing, want one of them", ints)
}

// pickLabel turns the positions of classes into labels. A single class's label cannot say that it lost: then the
// labels are 0 and 1, and strings stay that label.
func (n *node) pickLabel(labels *ir.Tensor, class *ir.Value) (*ir.Value, error) {
	if labels.Len() == 1 {
		if labels.DType == ir.String {
			labels = ir.OfStrings([]int{2}, []string{labels.Strings[0], labels.Strings[0]})
		} else {
			labels = ir.OfInts(0, 1)
		}
	}
	return n.one(op.Gather{Axis: 0}, n.Const(n.name+"/labels", labels), class)
}

// postTransform reads the attribute post_transform.
func (n *node) postTransform() string {
	return n.oneOf("post_transform", "NONE", "LOGISTIC", "SOFTMAX", "SOFTMAX_ZERO", "PROBIT")
}

// post maps scores, float32 [rows, n], by a post transform.
func (n *node) post(y *ir.Value, name string) (*ir.Value, error) {
	switch name {
	case "NONE":
		return y, nil
	case "LOGISTIC":
		return n.one(op.Unary{Fn: "Sigmoid"}, y)
	case "SOFTMAX":
		return n.one(op.Softmax{Axis: 1}, y)
	}
	return n.one(op.Scores{Fn: name}, y)
}

// errEmpty says that a list must not be empty.
func errEmpty(name string) error {
	return errors.New("attribute " + name + " is missing or empty")
}
