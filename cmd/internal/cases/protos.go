package cases

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sort"

	"google.golang.org/protobuf/proto"

	"github.com/energeticc/energeticc/codegen/emit"
	"github.com/energeticc/energeticc/importer/onnx/file"
	"github.com/energeticc/energeticc/importer/onnx/pb"
	"github.com/energeticc/energeticc/ir"
)

// LoadSets reads a model's test_data_set_K/{input,output}_I.pb: a message each, whose kind the graph's value info
// says. Inputs that are initialisers as well have no file.
func LoadSets(dir string, m *file.Model) (*Suite, error) {
	constant := map[string]bool{}
	for _, t := range m.Proto.GetGraph().GetInitializer() {
		constant[t.GetName()] = true
	}
	var in []*pb.ValueInfoProto
	for _, v := range m.Proto.GetGraph().GetInput() {
		if !constant[v.GetName()] {
			in = append(in, v)
		}
	}
	return loadProtos(dir, in, m.Proto.GetGraph().GetOutput())
}

// loadProtos reads the sets of a folder. Values beyond those that are described are taken for tensors.
func loadProtos(dir string, in, out []*pb.ValueInfoProto) (*Suite, error) {
	sets, err := filepath.Glob(filepath.Join(dir, "test_data_set_*"))
	if err != nil || len(sets) == 0 {
		return nil, fmt.Errorf("%s: neither a cases.json nor a test_data_set_0 is there", dir)
	}
	sort.Strings(sets)
	s := &Suite{Rtol: DefaultRtol, Atol: DefaultAtol}
	for _, set := range sets {
		c := Case{Name: filepath.Base(set), Folder: dir}
		if c.In, err = readProtos(set, "input", in); err != nil {
			return nil, err
		}
		if c.Out, err = readProtos(set, "output", out); err != nil {
			return nil, err
		}
		s.Cases = append(s.Cases, c)
	}
	return s, nil
}

func readProtos(set, side string, described []*pb.ValueInfoProto) ([]Value, error) {
	var all []Value
	for i := 0; ; i++ {
		name := fmt.Sprintf("%s_%d.pb", side, i)
		path := filepath.Join(set, name)
		if !exists(path) {
			return all, nil
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		v := Value{File: filepath.Base(set) + "/" + name}
		var typ *pb.TypeProto
		if i < len(described) {
			v.Name, typ = described[i].GetName(), described[i].GetType()
		}
		if v.Tensor, err = decode(data, typ); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		v.Shape = v.Tensor.Shape
		if emit.Extension(v.Tensor.TypeOf()) == "json" {
			if v.JSON, err = emit.EncodeAll(v.Tensor); err != nil {
				return nil, fmt.Errorf("%s: %w", path, err)
			}
		}
		all = append(all, v)
	}
}

// decode reads a message of the kind that a type asks for, a tensor where none is given.
func decode(data []byte, typ *pb.TypeProto) (*ir.Tensor, error) {
	switch {
	case typ.GetSequenceType() != nil:
		return read(data, new(pb.SequenceProto), typ, sequence)
	case typ.GetMapType() != nil:
		return read(data, new(pb.MapProto), typ, mapping)
	case typ.GetOptionalType() != nil:
		return read(data, new(pb.OptionalProto), typ, optional)
	}
	return read(data, new(pb.TensorProto), typ, tensor)
}

func read[M proto.Message](data []byte, into M, typ *pb.TypeProto, value func(M, *pb.TypeProto) (*ir.Tensor, error)) (*ir.Tensor, error) {
	if err := file.Decode(data, into, file.Limits{}); err != nil {
		return nil, err
	}
	return value(into, typ)
}

func tensor(p *pb.TensorProto, _ *pb.TypeProto) (*ir.Tensor, error) {
	return new(file.Model).Tensor(p)
}

// sequence reads a list of tensors, maps or further lists.
func sequence(p *pb.SequenceProto, typ *pb.TypeProto) (*ir.Tensor, error) {
	elem := typ.GetSequenceType().GetElemType()
	var elems []*ir.Tensor
	var errs error
	add := func(t *ir.Tensor, err error) {
		elems, errs = append(elems, t), errors.Join(errs, err)
	}
	for _, v := range p.GetTensorValues() {
		add(tensor(v, elem))
	}
	for _, v := range p.GetMapValues() {
		add(mapping(v, elem))
	}
	for _, v := range p.GetSequenceValues() {
		add(sequence(v, elem))
	}
	if errs != nil {
		return nil, errs
	}
	return holder(ir.KindSequence, elems), nil
}

// optional reads a value that may be none.
func optional(p *pb.OptionalProto, typ *pb.TypeProto) (*ir.Tensor, error) {
	var elem *ir.Tensor
	var err error
	switch of := typ.GetOptionalType().GetElemType(); {
	case p.GetTensorValue() != nil:
		elem, err = tensor(p.GetTensorValue(), of)
	case p.GetSequenceValue() != nil:
		elem, err = sequence(p.GetSequenceValue(), of)
	case p.GetMapValue() != nil:
		elem, err = mapping(p.GetMapValue(), of)
	default:
		return holder(ir.KindOptional, nil), nil
	}
	if err != nil {
		return nil, err
	}
	return holder(ir.KindOptional, []*ir.Tensor{elem}), nil
}

// holder makes a sequence or an optional of its elements, whose type the first of them tells.
func holder(kind ir.TypeKind, elems []*ir.Tensor) *ir.Tensor {
	t := &ir.Type{Kind: kind}
	if len(elems) > 0 {
		elem := elems[0].TypeOf()
		t.Elem = &elem
	}
	return &ir.Tensor{Type: t, Elems: elems}
}

// mapping reads a map: its keys as a vector, a value for each.
func mapping(p *pb.MapProto, typ *pb.TypeProto) (*ir.Tensor, error) {
	keys := ir.OfInts(p.GetKeys()...)
	if n := len(p.GetStringKeys()); n > 0 {
		keys = ir.NewTensor(ir.String, n)
		for i, k := range p.GetStringKeys() {
			keys.Strings[i] = string(k)
		}
	}
	values, err := sequence(p.GetValues(), typ)
	if err != nil {
		return nil, err
	}
	if len(values.Elems) != keys.Len() {
		return nil, fmt.Errorf("a map has %d keys and %d values", keys.Len(), len(values.Elems))
	}
	elem := ir.TensorType(ir.Float32)
	if len(values.Elems) > 0 {
		elem = values.Elems[0].TypeOf()
	}
	t := ir.MapType(keys.DType, elem)
	return &ir.Tensor{Keys: keys, Elems: values.Elems, Type: &t}, nil
}
