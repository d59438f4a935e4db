package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/energeticc/energeticc/importer/onnx/pb"
)

// badModels writes a folder of files that are no models, or not quite.
func badModels(t *testing.T) string {
	dir := t.TempDir()
	good, err := os.ReadFile(filepath.Join(testModel(t, "digits-mlp"), "digits-mlp.onnx"))
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{
		"truncated.onnx": good[:len(good)/2],
		"image.onnx":     []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01"),
		"json.onnx":      []byte(`{"modelTopology": {}}`),
		"text.onnx":      []byte("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 90\n"),
		"empty.onnx":     nil,
		"unknown.onnx":   marshal(t, unknownOps()),
		"missing.onnx":   marshal(t, externalModel("elsewhere.bin")),
		"leaving.onnx":   marshal(t, externalModel("../secret.bin")),
		"good.onnx":      good,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "nothing"), 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

func marshal(t *testing.T, m *pb.ModelProto) []byte {
	data, err := proto.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// vector is a declared float32[3].
func vector(name string) *pb.ValueInfoProto {
	three := []*pb.TensorShapeProto_Dimension{{Value: &pb.TensorShapeProto_Dimension_DimValue{DimValue: 3}}}
	return &pb.ValueInfoProto{Name: &name, Type: &pb.TypeProto{Value: &pb.TypeProto_TensorType{TensorType: &pb.TypeProto_Tensor{
		ElemType: proto.Int32(int32(pb.TensorProto_FLOAT)), Shape: &pb.TensorShapeProto{Dim: three}}}}}
}

// modelOf is a model of opset 17 from x to y.
func modelOf(g *pb.GraphProto) *pb.ModelProto {
	g.Input, g.Output = append(g.Input, vector("x")), append(g.Output, vector("y"))
	return &pb.ModelProto{IrVersion: proto.Int64(8), Graph: g, OpsetImport: []*pb.OperatorSetIdProto{
		{Version: proto.Int64(17)}, {Domain: proto.String("com.example"), Version: proto.Int64(2)}}}
}

// unknownOps has three nodes that nobody knows, one of them in no domain that the model imports.
func unknownOps() *pb.ModelProto {
	node := func(name, domain, op, in, out string) *pb.NodeProto {
		return &pb.NodeProto{Name: &name, Domain: &domain, OpType: &op, Input: []string{in}, Output: []string{out}}
	}
	return modelOf(&pb.GraphProto{Node: []*pb.NodeProto{
		node("/head/Foo", "com.example", "Foo", "x", "a"), node("/head/Relu", "", "Relu", "a", "b"),
		node("/head/Bar", "", "Bar", "b", "c"), node("/head/Baz", "org.other", "Baz", "c", "y"),
	}})
}

// externalModel adds a tensor whose data lies in another file.
func externalModel(location string) *pb.ModelProto {
	entry := func(k, v string) *pb.StringStringEntryProto { return &pb.StringStringEntryProto{Key: &k, Value: &v} }
	return modelOf(&pb.GraphProto{
		Node: []*pb.NodeProto{{OpType: proto.String("Add"), Input: []string{"x", "w"}, Output: []string{"y"}}},
		Initializer: []*pb.TensorProto{{Name: proto.String("w"), Dims: []int64{3}, DataType: proto.Int32(int32(pb.TensorProto_FLOAT)),
			DataLocation: pb.TensorProto_EXTERNAL.Enum(), ExternalData: []*pb.StringStringEntryProto{entry("location", location)}}},
	})
}

// TestBadInput checks what is said of calls that cannot succeed, and that they leave nothing behind.
func TestBadInput(t *testing.T) {
	models := badModels(t)
	for _, tt := range []struct {
		name  string
		model string
		args  []string
		code  int
		want  []string // in the message
	}{
		{"no such file", "nowhere.onnx", nil, exitModel, []string{"nowhere.onnx", "no such file"}},
		{"truncated", "truncated.onnx", nil, exitModel, []string{"truncated.onnx", "byte"}},
		{"image", "image.onnx", nil, exitModel, []string{"image.onnx", "PNG", "not an ONNX model"}},
		{"JSON", "json.onnx", nil, exitModel, []string{"json.onnx", "JSON"}},
		{"pointer", "text.onnx", nil, exitModel, []string{"text.onnx", "Git LFS"}},
		{"empty", "empty.onnx", nil, exitModel, []string{"empty.onnx"}},
		{"folder without a model", "nothing", nil, exitModel, []string{"holds no .onnx file"}},
		{"folder with many", ".", nil, exitModel, []string{".onnx files", "name one of them"}},
		{"unknown ops", "unknown.onnx", nil, exitModel, []string{
			"unknown cannot be compiled: 3 of 4 nodes", "/head/Foo (Foo, domain com.example 2): unknown operator", "local function",
			"/head/Bar (Bar, opset 17): unknown operator", "/head/Baz (Baz, domain org.other 0)", "not in opset_import"}},
		{"external data missing", "missing.onnx", nil, exitModel, []string{"elsewhere.bin", "no such file"}},
		{"external data outside", "leaving.onnx", nil, exitModel, []string{"../secret.bin"}},
		{"dim without value", "good.onnx", []string{"--dim", "batch"}, exitUsage, []string{"--dim batch: want NAME=N or NAME=LO..HI"}},
		{"dim backwards", "good.onnx", []string{"--dim", "batch=8..2"}, exitUsage, []string{"--dim batch=8..2"}},
		{"dim negative", "good.onnx", []string{"--dim", "batch=-1"}, exitUsage, []string{"--dim batch=-1"}},
		{"dim too large", "good.onnx", []string{"--dim", "batch=99999999999999999999"}, exitUsage, []string{"--dim batch="}},
		{"dim twice", "good.onnx", []string{"--dim", "batch=1", "--dim", "batch=2"}, exitUsage, []string{"twice"}},
		{"dim unknown", "good.onnx", []string{"--dim", "sequence=1..9"}, exitUsage, []string{"sequence", "no such free dim"}},
		{"dim unknown and pinned", "good.onnx", []string{"--dim", "sequence=9"}, exitUsage, []string{"sequence", "no such free dim"}},
		{"memory", "good.onnx", []string{"--max-memory", "lots"}, exitUsage, []string{"--max-memory lots", "4GB"}},
		{"little memory", "good.onnx", []string{"--max-memory", "1KB"}, exitModel, []string{"good.onnx", "limit is 1000"}},
		{"package", "good.onnx", []string{"--package", "no-name"}, exitUsage, []string{"--package no-name", "letters and digits"}},
		{"keyword", "good.onnx", []string{"--package", "func"}, exitUsage, []string{"--package func"}},
		{"unknown flag", "good.onnx", []string{"--fast"}, exitUsage, []string{"unknown flag --fast"}},
		{"license missing", "good.onnx", []string{"--license", "nowhere"}, exitUsage, []string{"nowhere"}},
		{"cases missing", "good.onnx", []string{"--cases", "nowhere"}, exitUsage, []string{"nowhere"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			args := append([]string{"compile", filepath.Join(models, tt.model), "-o", filepath.Join(dir, "model")}, tt.args...)
			refused(t, tt.code, tt.want, args...)
			sameFiles(t, contents(t, dir), nil)
		})
	}
	refused(t, exitUsage, []string{"unexpected argument frobnicate"}, "frobnicate")
	refused(t, exitUsage, []string{"--output"}, "compile", filepath.Join(models, "good.onnx"))
	refused(t, exitUsage, []string{"org.none"}, "ops", "--domain", "org.none")
	refused(t, exitUsage, []string{"no pass has this name"}, "inspect", filepath.Join(models, "good.onnx"), "--after", "nothing")
}

// refused runs a command line that must fail with one message.
func refused(t *testing.T, wantCode int, want []string, args ...string) {
	t.Helper()
	code, out, messages := command(t, args...)
	if code != wantCode || out != "" {
		t.Errorf("%q: exit code %d and %q on standard output, want %d and nothing", args, code, out, wantCode)
	}
	for _, w := range want {
		if !strings.Contains(messages, w) {
			t.Errorf("%q: message %q, want %q in it", args, messages, w)
		}
	}
	if strings.Contains(messages, "BUG") || strings.Contains(messages, "goroutine") {
		t.Errorf("%q: message\n%s", args, messages)
	}
}

// TestTargetKept checks that a folder stays byte for byte as it was where a compile fails, and that one which holds
// something else is not taken.
func TestTargetKept(t *testing.T) {
	models, dir := badModels(t), t.TempDir()
	target := filepath.Join(dir, "digits")
	mustRun(t, "compile", filepath.Join(models, "good.onnx"), "-o", target)
	mustWrite(t, filepath.Join(target, "notes.txt"), "mine")
	mustWrite(t, filepath.Join(target, "extra.go"), "package digits\n")
	before := contents(t, dir)

	refused(t, exitModel, nil, "compile", filepath.Join(models, "unknown.onnx"), "-o", target)
	refused(t, exitUsage, nil, "compile", filepath.Join(models, "good.onnx"), "-o", target, "--dim", "batch")
	sameFiles(t, contents(t, dir), before)

	mustRun(t, "compile", filepath.Join(models, "good.onnx"), "-o", target)
	sameFiles(t, contents(t, dir), before)

	foreign := filepath.Join(dir, "foreign")
	mustWrite(t, filepath.Join(foreign, "main.go"), "package main\n")
	before = contents(t, dir)
	refused(t, exitUsage, []string{"is not empty", "choose another folder"}, "compile", filepath.Join(models, "good.onnx"), "-o", foreign)
	sameFiles(t, contents(t, dir), before)

	refused(t, exitUsage, []string{"notes.txt"}, "compile", filepath.Join(models, "good.onnx"), "-o", filepath.Join(target, "notes.txt"))
	refused(t, exitUsage, []string{"notes.txt"}, "compile", filepath.Join(models, "good.onnx"), "-o", filepath.Join(target, "notes.txt", "below"))
	sameFiles(t, contents(t, dir), before)
}

// TestUnwritable checks that a target which cannot be written is named, and that nothing changes: a file stands where
// its parent folder should be.
func TestUnwritable(t *testing.T) {
	models, dir := badModels(t), t.TempDir()
	closed := filepath.Join(dir, "closed")
	mustWrite(t, closed, "a file")
	before := contents(t, dir)
	refused(t, exitUsage, []string{"closed"}, "compile", filepath.Join(models, "good.onnx"), "-o", filepath.Join(closed, "model"))
	sameFiles(t, contents(t, dir), before)
}

func mustWrite(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
