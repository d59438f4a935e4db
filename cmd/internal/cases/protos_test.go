package cases

import (
	"os"
	"path/filepath"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/energeticc/energeticc/importer/onnx/file"
	"github.com/energeticc/energeticc/importer/onnx/pb"
	"github.com/energeticc/energeticc/ir"
)

func floats(v ...float32) *pb.TensorProto {
	return &pb.TensorProto{DataType: proto.Int32(int32(pb.TensorProto_FLOAT)), Dims: []int64{int64(len(v))}, FloatData: v}
}

// TestLoadSets reads each kind of message as the graph's value info says.
func TestLoadSets(t *testing.T) {
	tensor := &pb.TypeProto{Value: &pb.TypeProto_TensorType{TensorType: &pb.TypeProto_Tensor{}}}
	list := &pb.TypeProto{Value: &pb.TypeProto_SequenceType{SequenceType: &pb.TypeProto_Sequence{ElemType: tensor}}}
	maybe := &pb.TypeProto{Value: &pb.TypeProto_OptionalType{OptionalType: &pb.TypeProto_Optional{ElemType: tensor}}}
	maybeList := &pb.TypeProto{Value: &pb.TypeProto_OptionalType{OptionalType: &pb.TypeProto_Optional{ElemType: list}}}
	table := &pb.TypeProto{Value: &pb.TypeProto_MapType{MapType: &pb.TypeProto_Map{ValueType: tensor}}}
	two := &pb.SequenceProto{TensorValues: []*pb.TensorProto{floats(1), floats(2, 3)}}
	rows := []struct {
		name    string
		typ     *pb.TypeProto
		message proto.Message
		kind    ir.TypeKind
		elems   int
	}{
		{"tensor", tensor, floats(1, 2), ir.KindTensor, 0},
		{"sequence", list, two, ir.KindSequence, 2},
		{"empty sequence", list, &pb.SequenceProto{}, ir.KindSequence, 0},
		{"optional", maybe, &pb.OptionalProto{TensorValue: floats(1)}, ir.KindOptional, 1},
		{"no optional", maybe, &pb.OptionalProto{}, ir.KindOptional, 0},
		{"optional sequence", maybeList, &pb.OptionalProto{SequenceValue: two}, ir.KindOptional, 1},
		{"map", table, &pb.MapProto{StringKeys: [][]byte{[]byte("a"), []byte("b")}, Values: two}, ir.KindMap, 2},
	}
	dir := t.TempDir()
	set := filepath.Join(dir, "test_data_set_0")
	if err := os.Mkdir(set, 0o755); err != nil {
		t.Fatal(err)
	}
	g := &pb.GraphProto{Initializer: []*pb.TensorProto{{Name: proto.String("constant")}}}
	g.Input = append(g.Input, &pb.ValueInfoProto{Name: proto.String("constant"), Type: list}) // has no file
	for i, r := range rows {
		g.Input = append(g.Input, &pb.ValueInfoProto{Name: proto.String(r.name), Type: r.typ})
		data, err := proto.Marshal(r.message)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(set, "input_"+string(rune('0'+i))+".pb"), data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	suite, err := LoadSets(dir, &file.Model{Proto: &pb.ModelProto{Graph: g}})
	if err != nil {
		t.Fatal(err)
	}
	in := suite.Cases[0].In
	if len(in) != len(rows) {
		t.Fatalf("%d inputs, want %d", len(in), len(rows))
	}
	for i, r := range rows {
		got := in[i].Tensor
		if in[i].Name != r.name || got.TypeOf().Kind != r.kind || len(got.Elems) != r.elems {
			t.Errorf("%s is %s of kind %d with %d elements, want kind %d with %d", r.name, in[i].Name, got.TypeOf().Kind, len(got.Elems), r.kind, r.elems)
		}
	}
}

func TestLoadSetsRefuses(t *testing.T) {
	m := &file.Model{Proto: &pb.ModelProto{Graph: &pb.GraphProto{}}}
	if _, err := LoadSets(t.TempDir(), m); err == nil {
		t.Error("a folder without sets is read")
	}
	dir := t.TempDir()
	set := filepath.Join(dir, "test_data_set_0")
	if err := os.Mkdir(set, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(set, "output_0.pb"), []byte{0xff, 0xff}, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := LoadSets(dir, m); err == nil {
		t.Error("a broken message is read")
	}
}
