package file

import (
	"encoding/binary"
	"fmt"
	"math"

	"github.com/energeticc/energeticc/importer/onnx/pb"
	"github.com/energeticc/energeticc/ir"
)

var le = binary.LittleEndian

// typed takes the elements from the field that ONNX gives their type.
func (s spec) typed(t *pb.TensorProto, f typedField) ([]byte, error) {
	switch f {
	case floatData: // a complex number is two, the real part first
		return gather(s, f, t.FloatData, s.bytes/4, func(out []byte, v float32) []byte {
			return le.AppendUint32(out, math.Float32bits(v))
		})
	case doubleData:
		return gather(s, f, t.DoubleData, s.bytes/8, func(out []byte, v float64) []byte {
			return le.AppendUint64(out, math.Float64bits(v))
		})
	case int64Data:
		return gather(s, f, t.Int64Data, s.n, func(out []byte, v int64) []byte {
			return le.AppendUint64(out, uint64(v))
		})
	case uint64Data:
		return s.fromUint64s(t.Uint64Data)
	default:
		return s.fromInt32s(t.Int32Data)
	}
}

// gather writes values one after the other, once they are as many as wanted.
func gather[T any](s spec, f typedField, values []T, want int, put func([]byte, T) []byte) ([]byte, error) {
	if len(values) != want {
		return nil, fmt.Errorf("%s has %d values; %s needs %d", typedNames[f], len(values), s, want)
	}
	out := make([]byte, 0, s.bytes)
	for _, v := range values {
		out = put(out, v)
	}
	return out, nil
}

// fromUint64s takes uint32 and uint64 elements.
func (s spec) fromUint64s(values []uint64) ([]byte, error) {
	if s.dtype == ir.Uint64 {
		return gather(s, uint64Data, values, s.n, le.AppendUint64)
	}
	for i, v := range values {
		if v > math.MaxUint32 {
			return nil, fmt.Errorf("uint64_data[%d] is %d; an element has 32 bits", i, v)
		}
	}
	return gather(s, uint64Data, values, s.n, func(out []byte, v uint64) []byte {
		return le.AppendUint32(out, uint32(v))
	})
}

// fromInt32s takes elements of at most 32 bits. A value holds one element, but two of
// four bits or four of two bits, packed as in raw_data; six bits stand alone.
func (s spec) fromInt32s(values []int32) ([]byte, error) {
	if s.dtype == ir.Bool {
		return gather(s, int32Data, values, s.n, func(out []byte, v int32) []byte {
			if v != 0 {
				return append(out, 1)
			}
			return append(out, 0)
		})
	}
	width := s.dtype.Bits()
	if width < 6 {
		width = 8
	}
	if err := fits(values, width); err != nil {
		return nil, err
	}
	switch width {
	case 32:
		return gather(s, int32Data, values, s.n, func(out []byte, v int32) []byte {
			return le.AppendUint32(out, uint32(v))
		})
	case 16:
		return gather(s, int32Data, values, s.n, func(out []byte, v int32) []byte {
			return le.AppendUint16(out, uint16(v))
		})
	case 6:
		return s.pack6(values)
	}
	data, err := gather(s, int32Data, values, s.bytes, func(out []byte, v int32) []byte {
		return append(out, byte(v))
	})
	if err != nil {
		return nil, err
	}
	return s.raw("int32_data", data)
}

// fits checks that values are patterns of width bits, sign-extended or not: exporters
// write an int8 of -56 as -56 and as 200, and readers take the low bits of either.
func fits(values []int32, width int) error {
	lo, hi := -int64(1)<<(width-1), int64(1)<<width
	for i, v := range values {
		if int64(v) < lo || int64(v) >= hi {
			return fmt.Errorf("int32_data[%d] is %d; it has to fit %d bits", i, v, width)
		}
	}
	return nil
}

// pack6 packs six-bit patterns as raw_data has them: four in three bytes, the first in
// the lowest bits, the last byte filled up with zeros.
func (s spec) pack6(values []int32) ([]byte, error) {
	var window, held uint // bits not yet written, and how many
	out, err := gather(s, int32Data, values, s.n, func(out []byte, v int32) []byte {
		window |= uint(v&0x3f) << held
		held += 6
		if held >= 8 {
			out = append(out, byte(window))
			window >>= 8
			held -= 8
		}
		return out
	})
	if err == nil && held > 0 {
		out = append(out, byte(window))
	}
	return out, err
}
