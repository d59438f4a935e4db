package file

import (
	"bytes"
	"math"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/energeticc/energeticc/importer/onnx/pb"
	"github.com/energeticc/energeticc/ir"
)

// tensor builds a TensorProto named w.
func tensor(code pb.TensorProto_DataType, dims []int64, fill func(*pb.TensorProto)) *pb.TensorProto {
	t := &pb.TensorProto{Name: proto.String("w"), DataType: proto.Int32(int32(code)), Dims: dims}
	if fill != nil {
		fill(t)
	}
	return t
}

func raw(data ...byte) func(*pb.TensorProto) {
	return func(t *pb.TensorProto) { t.RawData = data }
}

func ints(data ...int32) func(*pb.TensorProto) {
	return func(t *pb.TensorProto) { t.Int32Data = data }
}

// TestElementTypes decodes what onnx's own helpers wrote: every element type, once
// through raw_data and once through its typed field, has to give the same bytes.
func TestElementTypes(t *testing.T) {
	m, err := Open("testdata/elements.onnx", Limits{})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]*ir.Tensor{}
	seen := map[ir.DType]bool{}
	for _, p := range m.Proto.GetGraph().GetInitializer() {
		x, err := m.Tensor(p)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(x.Shape, []int{5}) {
			t.Errorf("%s: shape %v, want [5]", p.GetName(), x.Shape)
		}
		got[p.GetName()], seen[x.DType] = x, true
	}
	for _, d := range ir.DTypes() {
		if !seen[d] {
			t.Errorf("no tensor of type %v", d)
		}
	}
	for name, x := range got {
		kind, isTyped := strings.CutPrefix(name, "typed/")
		if !isTyped || kind == "STRING" {
			continue
		}
		if r := got["raw/"+kind]; !bytes.Equal(x.Data, r.Data) {
			t.Errorf("%s: typed field gives % x, raw_data % x", kind, x.Data, r.Data)
		}
		if x.DType.IsFloat() && kind != "FLOAT8E8M0" {
			if v := x.Floats(); !slices.Equal(v, []float64{0.5, -1, 2, -1.5, 1}) {
				t.Errorf("%s: values %v", kind, v)
			}
		}
	}
	if v := got["typed/STRING"].Strings; !slices.Equal(v, []string{"a", "", "é", "d", "e"}) {
		t.Errorf("strings %q", v)
	}
	if v := got["raw/INT4"].Ints(); !slices.Equal(v, []int64{0, 1, -2, 7, -8}) {
		t.Errorf("int4 values %v", v)
	}
	if v := got["raw/INT2"].Ints(); !slices.Equal(v, []int64{0, 1, -2, -1, 1}) {
		t.Errorf("int2 values %v", v)
	}
}

func TestTensor(t *testing.T) {
	for _, tt := range []struct {
		name string
		in   *pb.TensorProto
		want []byte
	}{
		{"scalar", tensor(pb.TensorProto_UINT8, nil, raw(7)), []byte{7}},
		{"empty", tensor(pb.TensorProto_FLOAT, []int64{2, 0}, nil), nil},
		{"bool other than 0 and 1", tensor(pb.TensorProto_BOOL, []int64{3}, raw(0, 2, 255)), []byte{0, 1, 1}},
		{"bool typed", tensor(pb.TensorProto_BOOL, []int64{3}, ints(0, 1, 256)), []byte{0, 1, 1}},
		{"int4 padding cleared", tensor(pb.TensorProto_INT4, []int64{3}, raw(0x21, 0xf3)), []byte{0x21, 0x03}},
		{"int4 typed, sign-extended", tensor(pb.TensorProto_INT4, []int64{3}, ints(-1, -1)), []byte{0xff, 0x0f}},
		{"uint2 padding cleared", tensor(pb.TensorProto_UINT2, []int64{1}, ints(0xff)), []byte{0x03}},
		{"float6 across bytes", tensor(pb.TensorProto_FLOAT6E2M3, []int64{5}, ints(0x3f, 0, 0x3f, 1, 0x21)), []byte{0x3f, 0xf0, 0x07, 0x21}},
		{"int8 as bit pattern", tensor(pb.TensorProto_INT8, []int64{2}, ints(200, -56)), []byte{200, 200}},
		{"float16 sign-extended", tensor(pb.TensorProto_FLOAT16, []int64{1}, ints(-17408)), []byte{0x00, 0xbc}},
		{"uint32", tensor(pb.TensorProto_UINT32, []int64{1}, func(t *pb.TensorProto) { t.Uint64Data = []uint64{math.MaxUint32} }), []byte{255, 255, 255, 255}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			before := slices.Clone(tt.in.RawData)
			got, err := new(Model).Tensor(tt.in)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got.Data, tt.want) {
				t.Errorf("data % x, want % x", got.Data, tt.want)
			}
			if !bytes.Equal(before, tt.in.RawData) {
				t.Errorf("the message changed: % x, was % x", tt.in.RawData, before)
			}
		})
	}
}

func TestTensorErrors(t *testing.T) {
	const float, str, u8 = pb.TensorProto_FLOAT, pb.TensorProto_STRING, pb.TensorProto_UINT8
	two := []int64{2}
	huge := int64(1) << 62
	for _, tt := range []struct {
		name string
		in   *pb.TensorProto
		want string
	}{
		{"nothing", nil, `tensor "": is missing`},
		{"raw short", tensor(float, two, raw(1, 2, 3)), `tensor "w": raw_data has 3 bytes; f32 [2] needs 8`},
		{"raw long", tensor(u8, two, raw(1, 2, 3)), `raw_data has 3 bytes; u8 [2] needs 2`},
		{"no data", tensor(float, two, nil), "holds no data; f32 [2] needs 8 bytes"},
		{"data where none belongs", tensor(u8, []int64{0}, raw(1)), "raw_data has 1 bytes; u8 [0] needs 0"},
		{"typed short", tensor(u8, two, ints(1)), "int32_data has 1 values; u8 [2] needs 2"},
		{"typed beyond width", tensor(u8, two, ints(1, 256)), "int32_data[1] is 256; it has to fit 8 bits"},
		{"float6 beyond width", tensor(pb.TensorProto_FLOAT6E3M2, []int64{1}, ints(64)), "int32_data[0] is 64; it has to fit 6 bits"},
		{"uint32 beyond width", tensor(pb.TensorProto_UINT32, []int64{1}, func(t *pb.TensorProto) { t.Uint64Data = []uint64{1 << 32} }), "uint64_data[0] is 4294967296; an element has 32 bits"},
		{"other type's field", tensor(pb.TensorProto_INT64, two, ints(1, 2)), "has int32_data; INT64 is stored in raw_data or int64_data"},
		{"two fields", tensor(pb.TensorProto_INT32, two, func(t *pb.TensorProto) { t.RawData, t.Int32Data = make([]byte, 8), []int32{1, 2} }), "has both raw_data and int32_data; want one"},
		{"string raw", tensor(str, two, raw(1, 2)), "a STRING tensor has raw_data; want string_data"},
		{"string short", tensor(str, two, nil), "string_data has 0 values; string [2] needs 2"},
		{"undefined type", tensor(0, two, nil), "element type UNDEFINED is unknown; want 1 to 28"},
		{"unknown type", tensor(29, two, nil), "element type 29 is unknown; want 1 to 28"},
		{"negative type", tensor(-1, two, nil), "element type -1 is unknown; want 1 to 28"},
		{"negative dim", tensor(u8, []int64{2, -1}, nil), "dim 1 is -1; want 0 or more"},
		{"product wraps to 0", tensor(u8, []int64{1 << 32, 1 << 32}, nil), "the number of elements overflows"},
		{"product overflows before a zero", tensor(u8, []int64{huge, huge, 0}, nil), "the number of elements overflows"},
		{"bytes overflow", tensor(pb.TensorProto_DOUBLE, []int64{huge}, nil), "the number of elements overflows"},
		{"beyond the limit", tensor(float, []int64{1 << 31}, nil), "f32 [2147483648] needs 8589934592 bytes; the limit is 4294967296"},
		{"rank", tensor(u8, make([]int64, 65), nil), "has 65 dims; the limit is 64"},
		{"segment", tensor(u8, two, func(t *pb.TensorProto) { t.Segment = &pb.TensorProto_Segment{} }), "is one segment of a larger tensor"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := new(Model).Tensor(tt.in)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, %v; want error %q", got, err, tt.want)
			}
		})
	}
}
