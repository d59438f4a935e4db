package onnx

import (
	"fmt"

	"github.com/energeticc/energeticc/importer/onnx/file"
	"github.com/energeticc/energeticc/importer/onnx/pb"
	"github.com/energeticc/energeticc/ir"
)

// declared are the types that the file gives a graph's values, by name.
func (im *importer) declared(g *pb.GraphProto) map[string]*pb.TypeProto {
	types, known := im.types[g]
	if !known {
		types = map[string]*pb.TypeProto{}
		for _, list := range [][]*pb.ValueInfoProto{g.GetValueInfo(), g.GetOutput()} {
			for _, v := range list {
				types[v.GetName()] = v.GetType()
			}
		}
		im.types[g] = types
	}
	return types
}

// agrees demands that a value is of the kind and element type that the file declares. Shapes are not compared here: many
// writers leave old ones behind.
func (im *importer) agrees(name string, t *pb.TypeProto, v *ir.Value) error {
	tensor := t.GetTensorType()
	switch _, isSequence := t.GetValue().(*pb.TypeProto_SequenceType); {
	case isSequence && v.Type.IsTensor():
		return fmt.Errorf("output %q is a tensor (%s), and the model declares a sequence", name, v.Type)
	case tensor == nil || tensor.GetElemType() == 0 || im.wrapped[v]:
		return nil
	case !v.Type.IsTensor():
		return fmt.Errorf("output %q is %s, and the model declares a tensor", name, v.Type)
	}
	d, err := file.DType(tensor.GetElemType())
	if err != nil {
		return fmt.Errorf("output %q: %w", name, err)
	}
	if d != v.Type.DType {
		return fmt.Errorf("output %q is %s, and the model declares %s; correct its value_info", name, v.Type, d)
	}
	return nil
}

// shapesAgree warns of a model's outputs whose declared shapes are not those that the nodes make.
func (im *importer) shapesAgree(g *pb.GraphProto, out []*ir.Value) {
	for i, v := range out {
		shape := g.GetOutput()[i].GetType().GetTensorType().GetShape()
		if shape == nil || !v.Type.IsTensor() {
			continue
		}
		same := len(shape.GetDim()) == v.Type.Rank()
		for k := 0; same && k < v.Type.Rank(); k++ {
			want, given := shape.GetDim()[k].GetValue().(*pb.TensorShapeProto_Dimension_DimValue)
			got, fixed := v.Type.Shape[k].IsConst()
			same = !given || !fixed || want.DimValue < 0 || want.DimValue == got
		}
		if !same {
			im.warn(fmt.Errorf("output %q is %s, and the model declares another shape; the former holds", g.GetOutput()[i].GetName(), v.Type))
		}
	}
}
