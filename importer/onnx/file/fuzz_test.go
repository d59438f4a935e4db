package file

import (
	"os"
	"path/filepath"
	"testing"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/energeticc/energeticc/importer/onnx/pb"
	"github.com/energeticc/energeticc/ir"
)

// FuzzOpen decodes any bytes as a model with every tensor in it: no panic, no memory
// beyond the limits, and whatever decodes has as much data as its shape says.
func FuzzOpen(f *testing.F) {
	for _, g := range fuzzGraphs(f) {
		data, err := proto.Marshal(&pb.ModelProto{Graph: g})
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	dir := f.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "w.bin"), make([]byte, 64), 0o644); err != nil {
		f.Fatal(err)
	}

	f.Fuzz(func(t *testing.T, data []byte) {
		m := &Model{Proto: new(pb.ModelProto), Folder: dir, limits: Limits{MaxBytes: 1 << 22}}
		if m.decode(data) != nil {
			return
		}
		decodeAll(t, m, m.Proto.ProtoReflect())
	})
}

// fuzzGraphs are the seeds: a graph of one tensor each, or of one node. Small ones,
// because the fuzzer shrinks what it finds before it goes on.
func fuzzGraphs(f *testing.F) []*pb.GraphProto {
	open := func(path string) *pb.GraphProto {
		m, err := Open(path, Limits{})
		if err != nil {
			f.Fatal(err)
		}
		return m.Proto.GetGraph()
	}
	floats := tensor(pb.TensorProto_FLOAT, []int64{2}, raw(0, 0, 128, 63, 0, 0, 0, 64))
	graphs := []*pb.GraphProto{
		{Initializer: []*pb.TensorProto{externally("location", "w.bin", "offset", "1", "length", "4")}},
		{SparseInitializer: []*pb.SparseTensorProto{sparse(floats, []int64{2}, 1, 5)}},
		{SparseInitializer: []*pb.SparseTensorProto{sparse(floats, []int64{2, 2}, 0, 1, 1, 2)}},
	}
	for _, t := range open("testdata/elements.onnx").GetInitializer() {
		graphs = append(graphs, &pb.GraphProto{Initializer: []*pb.TensorProto{t}})
	}
	for _, n := range open("testdata/digits-mlp.onnx").GetNode() {
		graphs = append(graphs, &pb.GraphProto{Node: []*pb.NodeProto{n}})
	}
	return graphs
}

// decodeAll decodes every tensor at or below a message.
func decodeAll(t *testing.T, m *Model, msg protoreflect.Message) {
	switch p := msg.Interface().(type) {
	case *pb.TensorProto:
		if x, err := m.Tensor(p); err == nil {
			checkSize(t, x)
		}
	case *pb.SparseTensorProto:
		if x, err := m.Sparse(p); err == nil {
			checkSize(t, x)
		}
	}
	msg.Range(func(fd protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		switch {
		case fd.Kind() != protoreflect.MessageKind:
		case fd.IsList():
			for i := range v.List().Len() {
				decodeAll(t, m, v.List().Get(i).Message())
			}
		default:
			decodeAll(t, m, v.Message())
		}
		return true
	})
}

func checkSize(t *testing.T, x *ir.Tensor) {
	t.Helper()
	if x.DType == ir.String {
		if len(x.Strings) != x.Len() {
			t.Errorf("%v %v has %d strings", x.DType, x.Shape, len(x.Strings))
		}
	} else if len(x.Data) != x.DType.Bytes(x.Len()) {
		t.Errorf("%v %v has %d bytes", x.DType, x.Shape, len(x.Data))
	}
}
