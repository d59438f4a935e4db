package onnx

import (
	"errors"
	"fmt"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

var mlFeatureRows = []row{
	{"Scaler", 1, scaler},
	{"Normalizer", 1, normalizer},
	{"Imputer", 1, imputer},
	{"Binarizer", 1, binarizer},
	{"FeatureVectorizer", 1, featureVectorizer},
}

// scaler reads Scaler: (x - offset)·scale, with a value for each feature or one for all.
func scaler(n *node) ([]*ir.Value, error) {
	if err := n.arity(1, 1); err != nil {
		return nil, err
	}
	x, err := n.numeric(n.in[0])
	if err != nil {
		return nil, err
	}
	offset, scale := n.floats("offset"), n.floats("scale")
	if len(offset) == 0 && len(scale) == 0 {
		return nil, errEmpty("scale")
	}
	if x, err = n.typed(x, ir.Float32); err != nil {
		return nil, err
	}
	for _, s := range []struct {
		name, fn string
		v        []float32
	}{{"offset", "Sub", offset}, {"scale", "Mul", scale}} {
		if len(s.v) == 0 {
			continue
		}
		if f, ok := x.Type.Shape[x.Type.Rank()-1].IsConst(); len(s.v) > 1 && ok && f != int64(len(s.v)) {
			return nil, fmt.Errorf("attribute %s has %d values for %d features, want as many or one", s.name, len(s.v), f)
		}
		if x, err = n.one(op.Binary{Fn: s.fn}, x, n.Const(n.name+"/"+s.name, ir.OfFloat32s([]int{len(s.v)}, s.v))); err != nil {
			return nil, err
		}
	}
	return []*ir.Value{x}, nil
}

// numeric demands numbers and at least one axis.
func (n *node) numeric(x *ir.Value) (*ir.Value, error) {
	if !x.Type.IsTensor() || x.Type.Rank() == 0 || !x.Type.DType.IsFloat() && !x.Type.DType.IsInteger() {
		return nil, fmt.Errorf("the data is %s, want numbers with at least one axis", x.Type)
	}
	return x, nil
}

// normalizer reads Normalizer; a vector is one row and stays a vector.
func normalizer(n *node) ([]*ir.Value, error) {
	x, err := n.features()
	if err != nil {
		return nil, err
	}
	y, err := n.one(op.Normalizer{Norm: n.oneOf("norm", "MAX", "L1", "L2")}, x)
	if err != nil || n.in[0].Type.Rank() == 2 {
		return values(y, err)
	}
	return values(n.reshaped(y, n.in[0].Type.Shape))
}

// imputer reads Imputer. A list as long as the second axis has a value for each feature; of any other its first value
// is for all.
func imputer(n *node) ([]*ir.Value, error) {
	if err := n.arity(1, 1); err != nil {
		return nil, err
	}
	x, err := n.numeric(n.in[0])
	if err != nil {
		return nil, err
	}
	d := x.Type.DType
	var list *ir.Tensor
	o := op.Imputer{}
	switch floats, integers := n.floats("imputed_value_floats"), n.integers("imputed_value_int64s"); {
	case d.IsFloat() && len(floats) > 0:
		o.Replaced = n.float("replaced_value_float", 0)
		if o.NaN = o.Replaced != o.Replaced; o.NaN {
			o.Replaced = 0
		}
		list = ir.NewTensor(d, len(floats))
		for i, f := range floats {
			list.SetFloat(i, float64(f))
		}
	case d.IsInteger() && len(integers) > 0:
		v := n.integer("replaced_value_int64", 0)
		if o.Replaced = float64(v); int64(o.Replaced) != v {
			return nil, fmt.Errorf("attribute replaced_value_int64 is %d, want a number below 2^53", v)
		}
		list = ir.FromInts(d, []int{len(integers)}, integers)
	default:
		return nil, errors.New("attributes imputed_value_floats, for floats, or imputed_value_int64s, for integers, are missing")
	}
	features := x.Type.Shape[min(1, x.Type.Rank()-1)]
	if f, ok := features.IsConst(); ok && f != int64(list.Len()) {
		list = ir.FromFloats(d, []int{1}, []float64{list.Float(0)})
	} else if !ok && list.Len() > 1 {
		return nil, fmt.Errorf("%d values for %s features, whose number must be known; declare it in the model", list.Len(), features)
	}
	return n.add(o, x, n.Const(n.name+"/values", list))
}

// binarizer reads Binarizer.
func binarizer(n *node) ([]*ir.Value, error) {
	if err := n.arity(1, 1); err != nil {
		return nil, err
	}
	return n.add(op.Binarize{Threshold: n.float("threshold", 0), Above: 1}, n.in[0])
}

// featureVectorizer reads FeatureVectorizer; axes after the first count as one.
func featureVectorizer(n *node) ([]*ir.Value, error) {
	widths := ints(n.integers("inputdimensions"))
	if len(widths) == 0 || len(widths) != len(n.in) {
		return nil, fmt.Errorf("attribute inputdimensions has %d values for %d inputs, want as many", len(widths), len(n.in))
	}
	in := make([]*ir.Value, len(n.in))
	for i, v := range n.in {
		if v == nil {
			return nil, fmt.Errorf("input %d is missing", i)
		}
		v, err := n.numeric(v)
		if err != nil {
			return nil, err
		}
		if v.Type.Rank() > 2 {
			if v, err = n.reshaped(v, []ir.Dim{v.Type.Shape[0], ir.Product(v.Type.Shape[1:]...)}); err != nil {
				return nil, err
			}
		}
		if in[i], err = n.matrix(v, ir.Float32); err != nil {
			return nil, err
		}
	}
	return n.add(op.FeatureVectorizer{Widths: widths}, in...)
}
