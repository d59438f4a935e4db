package file

import (
	"errors"
	"fmt"
	"math"
	"math/bits"
	"slices"

	"github.com/energeticc/energeticc/importer/onnx/pb"
	"github.com/energeticc/energeticc/ir"
)

// Tensor decodes t, whichever way its elements are stored. The data may be shared with
// the model and with other tensors, and must not be written.
func (m *Model) Tensor(t *pb.TensorProto) (*ir.Tensor, error) {
	out, err := m.tensor(t)
	if err != nil {
		return nil, fmt.Errorf("tensor %.100q: %w", t.GetName(), err)
	}
	return out, nil
}

func (m *Model) tensor(t *pb.TensorProto) (*ir.Tensor, error) {
	if t == nil {
		return nil, errors.New("is missing")
	}
	if t.Segment != nil {
		return nil, errors.New("is one segment of a larger tensor; save the model with whole tensors")
	}
	d, err := DType(t.GetDataType())
	if err != nil {
		return nil, err
	}
	s, err := specOf(d, t.Dims, m.limits)
	if err != nil {
		return nil, err
	}
	source, err := sourceOf(t)
	if err != nil {
		return nil, err
	}
	out := &ir.Tensor{DType: d, Shape: s.shape}
	typed := dtypes[t.GetDataType()].typed
	switch {
	case d == ir.String:
		if source != "" && source != typedNames[stringData] {
			return nil, fmt.Errorf("a STRING tensor has %s; want string_data", source)
		}
		out.Strings, err = s.strings(t.StringData)
	case source == "external_data":
		out.Data, err = m.external.read(m, t.ExternalData, s)
	case source == "raw_data" || source == "" && s.bytes == 0:
		out.Data, err = s.raw("raw_data", t.RawData)
	case source == typedNames[typed]:
		out.Data, err = s.typed(t, typed)
	case source == "":
		err = fmt.Errorf("holds no data; %s needs %d bytes", s, s.bytes)
	default:
		err = fmt.Errorf("has %s; %s is stored in raw_data or %s", source, pb.TensorProto_DataType(t.GetDataType()), typedNames[typed])
	}
	if err != nil {
		return nil, err
	}
	return out, nil
}

// sourceOf names the one field that holds t's elements, "" where none does.
func sourceOf(t *pb.TensorProto) (string, error) {
	source := ""
	for _, f := range []struct {
		name string
		used bool
	}{
		{"external_data", t.GetDataLocation() == pb.TensorProto_EXTERNAL},
		{"raw_data", len(t.RawData) > 0},
		{"float_data", len(t.FloatData) > 0},
		{"int32_data", len(t.Int32Data) > 0},
		{"string_data", len(t.StringData) > 0},
		{"int64_data", len(t.Int64Data) > 0},
		{"double_data", len(t.DoubleData) > 0},
		{"uint64_data", len(t.Uint64Data) > 0},
	} {
		if f.used && source != "" {
			return "", fmt.Errorf("has both %s and %s; want one", source, f.name)
		}
		if f.used {
			source = f.name
		}
	}
	return source, nil
}

// spec is what a tensor's type and dims demand of its data.
type spec struct {
	dtype ir.DType
	shape []int
	n     int // elements
	bytes int // packed; 0 of strings
}

// maxRank bounds a tensor's rank: far above any model, and low enough that nothing
// downstream needs to care.
const maxRank = 64

// specOf checks dims. Their product has to fit also where one of them is zero, so that
// strides computed from them cannot overflow later.
func specOf(d ir.DType, dims []int64, limits Limits) (spec, error) {
	s := spec{dtype: d, shape: make([]int, 0, min(len(dims), maxRank)), n: 1}
	if len(dims) > maxRank {
		return s, fmt.Errorf("has %d dims; the limit is %d", len(dims), maxRank)
	}
	span := uint64(1)                                    // product of the dims that are not zero
	most := uint64((math.MaxInt - 7) / max(d.Bits(), 1)) // so that Bytes cannot overflow
	for i, dim := range dims {
		if dim < 0 {
			return s, fmt.Errorf("dim %d is %d; want 0 or more", i, dim)
		}
		if dim == 0 {
			s.n = 0
		} else if hi, lo := bits.Mul64(span, uint64(dim)); hi != 0 || lo > most {
			return s, fmt.Errorf("dims %v: the number of elements overflows", dims)
		} else {
			span = lo
		}
		s.shape = append(s.shape, int(dim))
	}
	if s.n != 0 {
		s.n = int(span)
	}
	s.bytes = d.Bytes(s.n)
	if int64(s.bytes) > limits.Max() {
		return s, fmt.Errorf("%s needs %d bytes; the limit is %d", s, s.bytes, limits.Max())
	}
	return s, nil
}

// String is the type as errors show it: f32 [2 3].
func (s spec) String() string { return fmt.Sprintf("%v %v", s.dtype, s.shape) }

// raw takes bytes that are in the IR's layout already, as ONNX defines it the same:
// little-endian, types below eight bits packed from the low bits up, those of six bits
// across the borders of bytes. What is left open is settled on a copy: padding bits
// become zero, and a bool other than zero becomes one.
func (s spec) raw(field string, data []byte) ([]byte, error) {
	if len(data) != s.bytes {
		return nil, fmt.Errorf("%s has %d bytes; %s needs %d", field, len(data), s, s.bytes)
	}
	if s.dtype == ir.Bool {
		return bools(data), nil
	}
	if used := s.n * s.dtype.Bits() % 8; used != 0 {
		last := len(data) - 1
		if mask := byte(1)<<used - 1; data[last]&^mask != 0 {
			data = slices.Clone(data)
			data[last] &= mask
		}
	}
	return data, nil
}

// bools is data with every byte 0 or 1.
func bools(data []byte) []byte {
	odd := slices.IndexFunc(data, func(b byte) bool { return b > 1 })
	if odd < 0 {
		return data
	}
	data = slices.Clone(data)
	for i := odd; i < len(data); i++ {
		data[i] = min(data[i], 1)
	}
	return data
}

// strings takes the elements of a STRING tensor as they are: ONNX asks for UTF-8, but
// vocabularies of raw bytes exist.
func (s spec) strings(data [][]byte) ([]string, error) {
	if len(data) != s.n {
		return nil, fmt.Errorf("string_data has %d values; %s needs %d", len(data), s, s.n)
	}
	out := make([]string, len(data))
	for i, b := range data {
		out[i] = string(b)
	}
	return out, nil
}
