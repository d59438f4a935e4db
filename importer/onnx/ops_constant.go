package onnx

import (
	"errors"

	"github.com/energeticc/energeticc/importer/onnx/pb"
	"github.com/energeticc/energeticc/ir"
)

var constantRows = []row{
	{"Constant", 1, constant},
}

// constant reads a Constant in each of its forms.
func constant(n *node) ([]*ir.Value, error) {
	t, err := constantTensor(n)
	if err != nil {
		return nil, err
	}
	return []*ir.Value{n.Const(n.name, t)}, nil
}

func constantTensor(n *node) (*ir.Tensor, error) {
	switch {
	case n.has("value"):
		return n.tensor("value"), n.err
	case n.has("sparse_value"):
		a := n.attr("sparse_value", pb.AttributeProto_SPARSE_TENSOR)
		if n.err != nil {
			return nil, n.err
		}
		return n.im.file.Sparse(a.GetSparseTensor())
	case n.has("value_int"):
		return ir.FromInts(ir.Int64, nil, []int64{n.integer("value_int", 0)}), n.err
	case n.has("value_ints"):
		return ir.OfInts(n.integers("value_ints")...), n.err
	case n.has("value_float"):
		return ir.Scalar(ir.Float32, n.float("value_float", 0)), n.err
	case n.has("value_floats"):
		v := n.floats("value_floats")
		return ir.OfFloat32s([]int{len(v)}, v), n.err
	case n.has("value_string"):
		return ir.OfStrings(nil, []string{n.text("value_string", "")}), n.err
	case n.has("value_strings"):
		v := n.texts("value_strings")
		return ir.OfStrings([]int{len(v)}, v), n.err
	}
	return nil, errors.New("none of the attributes value, sparse_value, value_int … is there")
}
