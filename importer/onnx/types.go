package onnx

import (
	"fmt"
	"regexp"

	"github.com/energeticc/energeticc/importer/onnx/file"
	"github.com/energeticc/energeticc/importer/onnx/pb"
	"github.com/energeticc/energeticc/ir"
)

// FreeDims lists the names of the dims that a model's inputs leave open, which Options.Dims may pin or bound.
func FreeDims(m *file.Model) []string {
	im, b := &importer{file: m, numbered: map[string]ir.Dim{}, rank: noRank}, ir.NewBuilder("")
	constant := map[string]bool{}
	for _, t := range m.Proto.GetGraph().GetInitializer() {
		constant[t.GetName()] = true
	}
	for _, in := range m.Proto.GetGraph().GetInput() {
		if t, err := im.typeOf(in.GetName(), in.GetType(), b); err == nil && !constant[in.GetName()] {
			b.Input(in.GetName(), t)
		}
	}
	return b.Graph.SymbolNames()
}

// typeOf reads a declared type. A dim without value or name becomes a symbol named after the value.
func (im *importer) typeOf(name string, t *pb.TypeProto, b *ir.Builder) (ir.Type, error) {
	return im.typeAt(name, t, b, 0)
}

func (im *importer) typeAt(name string, t *pb.TypeProto, b *ir.Builder, depth int) (ir.Type, error) {
	if depth > 8 {
		return ir.Type{}, fmt.Errorf("%s: its type is nested more than 8 deep", name)
	}
	switch v := t.GetValue().(type) {
	case *pb.TypeProto_TensorType:
		d, err := file.DType(v.TensorType.GetElemType())
		if err != nil {
			return ir.Type{}, fmt.Errorf("%s: %w", name, err)
		}
		if v.TensorType.GetShape() == nil {
			return im.ranked(name, d, b)
		}
		shape, err := im.shape(name, v.TensorType.GetShape().GetDim(), b)
		return ir.TensorType(d, shape...), err
	case *pb.TypeProto_SequenceType:
		elem, err := im.heldType(name, v.SequenceType.GetElemType(), b, depth+1)
		return ir.SequenceType(elem), err
	case *pb.TypeProto_OptionalType:
		elem, err := im.heldType(name, v.OptionalType.GetElemType(), b, depth+1)
		return ir.OptionalType(elem), err
	case *pb.TypeProto_MapType:
		key, err := file.DType(v.MapType.GetKeyType())
		if err != nil {
			return ir.Type{}, fmt.Errorf("%s: %w", name, err)
		}
		elem, err := im.typeAt(name, v.MapType.GetValueType(), b, depth+1)
		return ir.MapType(key, elem), err
	case nil:
		return ir.Type{}, fmt.Errorf("%s: its type is missing", name)
	}
	return ir.Type{}, fmt.Errorf("%s: %T is not supported", name, t.GetValue())
}

// ranked is the type of a tensor whose shape the model leaves out.
func (im *importer) ranked(name string, d ir.DType, b *ir.Builder) (ir.Type, error) {
	if im.rank < 0 {
		return ir.Type{}, fmt.Errorf("%s: %w", name, errNoRank)
	}
	shape := make([]ir.Dim, im.rank)
	for i := range shape {
		shape[i] = im.opt.UnknownDim(b, name, i)
	}
	return ir.TensorType(d, shape...), nil
}

// heldType reads the type of what a sequence or optional holds: dims with names may differ from element to element, and
// a tensor's rank may be open.
func (im *importer) heldType(name string, t *pb.TypeProto, b *ir.Builder, depth int) (ir.Type, error) {
	tensor := t.GetTensorType()
	if tensor == nil {
		return im.typeAt(name, t, b, depth)
	}
	d, err := file.DType(tensor.GetElemType())
	if err != nil {
		return ir.Type{}, fmt.Errorf("%s: %w", name, err)
	}
	if d.Bits()%8 != 0 {
		return ir.Type{}, fmt.Errorf("%s: sequences and optionals of %s are not supported; cast to i8 or f16 around them", name, d)
	}
	if tensor.GetShape() == nil {
		return ir.Type{DType: d, Open: ir.OpenShape}, nil
	}
	shape := make([]ir.Dim, len(tensor.GetShape().GetDim()))
	for i, dim := range tensor.GetShape().GetDim() {
		shape[i] = ir.AnyDim()
		if v, ok := dim.GetValue().(*pb.TensorShapeProto_Dimension_DimValue); ok && v.DimValue >= 0 {
			shape[i] = ir.Const(v.DimValue)
		}
	}
	return ir.TensorType(d, shape...), nil
}

func (im *importer) shape(name string, dims []*pb.TensorShapeProto_Dimension, b *ir.Builder) ([]ir.Dim, error) {
	shape := make([]ir.Dim, len(dims))
	for i, d := range dims {
		switch v := d.GetValue().(type) {
		case *pb.TensorShapeProto_Dimension_DimValue:
			switch {
			case v.DimValue == -1: // some exporters' spelling of "unknown"
				shape[i] = im.opt.UnknownDim(b, name, i)
			case v.DimValue < 0:
				return nil, fmt.Errorf("%s: dim %d is %d, want at least 0", name, i, v.DimValue)
			default:
				shape[i] = ir.Const(v.DimValue)
			}
		case *pb.TensorShapeProto_Dimension_DimParam:
			if v.DimParam == "" || v.DimParam == "?" {
				shape[i] = im.opt.UnknownDim(b, name, i)
				continue
			}
			shape[i] = im.named(v.DimParam, name, i, b)
		default:
			shape[i] = im.opt.UnknownDim(b, name, i)
		}
	}
	return shape, nil
}

// numbered are the names that exporters make up for dims that the user did not name: tf2onnx's unk__12,
// paddle2onnx's p2o.DynamicDimension.0, torch's s0.
var numbered = regexp.MustCompile(`^(unk__|p2o\.DynamicDimension\.|s)[0-9]+$`)

// named makes a dim of its name; one that an exporter made up is like an unknown dim, but the same wherever the name
// stands.
func (im *importer) named(text, value string, axis int, b *ir.Builder) ir.Dim {
	if !numbered.MatchString(text) {
		return im.symbolic(text)
	}
	d, ok := im.numbered[text]
	if !ok {
		d = im.opt.UnknownDim(b, value, axis)
		im.numbered[text] = d
	}
	return d
}

// symbolic reads a dim's name, which may be an expression such as past_length + length.
func (im *importer) symbolic(text string) ir.Dim {
	d, err := ir.ParseDim(text)
	if err != nil {
		d = ir.Sym(text)
	}
	env := map[string]ir.Dim{}
	for _, s := range d.Symbols() {
		if r, ok := im.opt.Dims[s]; ok && r.Lo == r.Hi {
			env[s] = ir.Const(r.Lo)
		}
	}
	return d.Substitute(env)
}
