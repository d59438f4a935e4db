package file

import (
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/energeticc/energeticc/importer/onnx/pb"
	"github.com/energeticc/energeticc/ir"
)

// sparse builds a SparseTensorProto of the dims [2 3] with int64 indices.
func sparse(values *pb.TensorProto, shape []int64, indices ...int64) *pb.SparseTensorProto {
	return &pb.SparseTensorProto{
		Values:  values,
		Indices: tensor(pb.TensorProto_INT64, shape, func(t *pb.TensorProto) { t.Int64Data = indices }),
		Dims:    []int64{2, 3},
	}
}

func TestSparse(t *testing.T) {
	floats := tensor(pb.TensorProto_FLOAT, []int64{2}, func(t *pb.TensorProto) { t.FloatData = []float32{5, 7} })
	six := tensor(pb.TensorProto_FLOAT6E2M3, []int64{2}, ints(0x04, 0x28))
	nibbles := tensor(pb.TensorProto_INT4, []int64{2}, raw(0x9f))
	for _, tt := range []struct {
		name string
		in   *pb.SparseTensorProto
		want []float64
	}{
		{"linear", sparse(floats, []int64{2}, 1, 5), []float64{0, 5, 0, 0, 0, 7}},
		{"one a dim", sparse(floats, []int64{2, 2}, 0, 2, 1, 1), []float64{0, 0, 5, 0, 7, 0}},
		{"six bits", sparse(six, []int64{2}, 1, 3), []float64{0, 0.5, 0, -1, 0, 0}},
		{"four bits", sparse(nibbles, []int64{2}, 0, 1), []float64{-1, -7, 0, 0, 0, 0}},
		{"none", sparse(tensor(pb.TensorProto_INT8, []int64{0}, nil), []int64{0}), make([]float64, 6)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := new(Model).Sparse(tt.in)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(got.Shape, []int{2, 3}) || !slices.Equal(got.Floats(), tt.want) {
				t.Errorf("got %v %v, want [2 3] %v", got.Shape, got.Floats(), tt.want)
			}
		})
	}

	words := tensor(pb.TensorProto_STRING, []int64{1}, func(t *pb.TensorProto) { t.StringData = [][]byte{[]byte("x")} })
	got, err := new(Model).Sparse(sparse(words, []int64{1}, 4))
	if want := []string{"", "", "", "", "x", ""}; err != nil || !slices.Equal(got.Strings, want) {
		t.Errorf("strings: got %v, %v; want %q", got, err, want)
	}
}

func TestSparseErrors(t *testing.T) {
	floats := tensor(pb.TensorProto_FLOAT, []int64{2}, func(t *pb.TensorProto) { t.FloatData = []float32{5, 7} })
	huge := sparse(floats, []int64{2}, 1, 2)
	huge.Dims = []int64{1 << 28}
	floatIndices := sparse(floats, []int64{2}, 1, 2)
	floatIndices.Indices = floats
	for _, tt := range []struct {
		name string
		in   *pb.SparseTensorProto
		want string
	}{
		{"nothing", nil, "values: is missing"},
		{"negative", sparse(floats, []int64{2}, -1, 2), `sparse tensor "w": index 0 is -1; want 0 to 5`},
		{"beyond", sparse(floats, []int64{2}, 0, 6), "index 1 is 6; want 0 to 5"},
		{"beyond its dim", sparse(floats, []int64{2, 2}, 0, 0, 0, 3), "index 1 is 3; want 0 to 2"},
		{"twice", sparse(floats, []int64{2}, 1, 1), "index 1 does not come after the one before"},
		{"descending", sparse(floats, []int64{2, 2}, 1, 0, 0, 2), "index 1 does not come after the one before"},
		{"indices' shape", sparse(floats, []int64{3}, 1, 2, 3), "indices have shape [3]; want [2] or [2 2]"},
		{"indices' type", floatIndices, "indices have type f32; want i64"},
		{"values' rank", sparse(tensor(pb.TensorProto_INT8, []int64{1, 1}, raw(1)), []int64{1}, 0), "values have shape [1 1]; want [NNZ]"},
		{"dense size", huge, "made dense, the model's sparse tensors exceed the limit of 268435456 bytes"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := new(Model).Sparse(tt.in)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, %v; want error %q", got, err, tt.want)
			}
		})
	}
}

// TestSparseBudget adds up the dense sizes of a model's sparse tensors.
func TestSparseBudget(t *testing.T) {
	m := &Model{limits: Limits{MaxBytes: 1000}}
	p := &pb.SparseTensorProto{
		Values:  &pb.TensorProto{DataType: proto.Int32(int32(pb.TensorProto_INT8)), Dims: []int64{0}},
		Indices: &pb.TensorProto{DataType: proto.Int32(int32(pb.TensorProto_INT64)), Dims: []int64{0}},
		Dims:    []int64{600},
	}
	if x, err := m.Sparse(p); err != nil || x.DType != ir.Int8 {
		t.Errorf("first: got %v, %v", x, err)
	}
	if x, err := m.Sparse(p); err == nil {
		t.Errorf("second: got %v, want an error", x.Shape)
	}
}
