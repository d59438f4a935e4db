package file

import (
	"bytes"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"

	"github.com/energeticc/energeticc/importer/onnx/pb"
)

func TestOpen(t *testing.T) {
	data, err := os.ReadFile("testdata/digits-mlp.onnx")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "digits.onnx"), data, 0o644); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ path, name, folder string }{
		{"testdata/digits-mlp.onnx", "digits-mlp", "testdata"},
		{dir, "digits", dir},
	} {
		m, err := Open(tt.path, Limits{})
		if err != nil {
			t.Fatal(err)
		}
		const sum = "b933d681540b475ec02d9ca11456bef9f59885b51d1a130c68dcef54d83b89d7"
		if m.Name != tt.name || m.Folder != tt.folder || m.Size != 28253 || hex.EncodeToString(m.SHA256[:]) != sum {
			t.Errorf("Open(%s) = %s in %s, %d bytes, %x", tt.path, m.Name, m.Folder, m.Size, m.SHA256)
		}
		if got := len(m.Proto.GetGraph().GetNode()); got == 0 {
			t.Errorf("Open(%s) has no nodes", tt.path)
		}
	}
}

func TestOpenErrors(t *testing.T) {
	model, err := os.ReadFile("testdata/digits-mlp.onnx")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, tt := range []struct {
		name string
		data string
		want string
	}{
		{"empty", "", "is an empty file"},
		{"zip", "PK\x03\x04rest", "is a zip archive, not an ONNX model; unpack it"},
		{"gzip", "\x1f\x8b\x08", "is a gzip file"},
		{"lfs", "version https://git-lfs.github.com/spec/v1\n", "git lfs pull"},
		{"page", "<!DOCTYPE html>", "is a web page"},
		{"tflite", "\x1c\x00\x00\x00TFL3", "is a TensorFlow Lite model"},
		{"no graph", "\x08\x08", "holds no graph"},
		{"truncated", string(model[:1000]), "is the file complete?"},
		{"wire type", "\x08\x08\x38\x05", "byte 3: graph: is stored as a varint; want a run of bytes"},
		{"overlong varint", "\x08" + strings.Repeat("\xff", 10) + "\x01", "byte 0: ir_version: variable length integer overflow"},
		{"tag zero", "\x00\x00", "byte 0: invalid field number"},
		{"group end", "\x08\x08\x3c", "byte 2: graph: mismatching end group marker"},
		{"inner", "\x3a\x04\x0a\x02\x0a\x7f", "byte 4: graph.node.input: the value runs past the end"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(dir, "model.onnx")
			if err := os.WriteFile(path, []byte(tt.data), 0o644); err != nil {
				t.Fatal(err)
			}
			_, err := Open(path, Limits{})
			if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.HasPrefix(err.Error(), path) {
				t.Errorf("got %v, want %s: … %q", err, path, tt.want)
			}
		})
	}
	if _, err := Open("testdata/digits-mlp.onnx", Limits{MaxBytes: 1000}); err == nil || !strings.Contains(err.Error(), "has 28253 bytes; the limit is 1000") {
		t.Errorf("beyond the limit: got %v", err)
	}
}

func TestOpenFolder(t *testing.T) {
	dir := t.TempDir()
	if _, err := Open(dir, Limits{}); err == nil || !strings.Contains(err.Error(), "holds no .onnx file") {
		t.Errorf("empty folder: got %v", err)
	}
	for _, name := range []string{"a.onnx", "b.onnx"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := Open(dir, Limits{}); err == nil || !strings.Contains(err.Error(), "holds 2 .onnx files") {
		t.Errorf("two models: got %v", err)
	}
	if _, err := Open(filepath.Join(dir, "none.onnx"), Limits{}); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "none.onnx") {
		t.Errorf("missing: got %v", err)
	}
}

// sequences is a TypeProto of n messages in each other.
func sequences(n int) []byte {
	var b []byte
	for i := range n - 1 {
		field := protowire.Number(4) // TypeProto.sequence_type
		if i%2 != n%2 {
			field = 1 // TypeProto.Sequence.elem_type
		}
		b = append(protowire.AppendVarint(protowire.AppendTag(nil, field, protowire.BytesType), uint64(len(b))), b...)
	}
	return b
}

// TestDepth refuses messages that lie in each other too deep, in fields that are known
// and in groups that are not.
func TestDepth(t *testing.T) {
	if err := Decode(sequences(maxDepth), new(pb.TypeProto), Limits{}); err != nil {
		t.Errorf("at the limit: %v", err)
	}
	for _, n := range []int{maxDepth + 1, 20_000} {
		err := Decode(sequences(n), new(pb.TypeProto), Limits{})
		if err == nil || !strings.Contains(err.Error(), "more than 1000 deep") {
			t.Errorf("%d deep: got %v", n, err)
		}
	}
	groups := bytes.Repeat([]byte{0xfb, 0x01}, 1_000_000) // field 31, never closed
	if err := Decode(groups, new(pb.ModelProto), Limits{}); err == nil {
		t.Error("a million open groups were accepted")
	}
}

// TestDecodedSize refuses a small file whose messages would fill the memory.
func TestDecodedSize(t *testing.T) {
	nodes := bytes.Repeat([]byte{0x0a, 0x00}, 100_000) // as many empty nodes
	if err := Decode(nodes, new(pb.GraphProto), Limits{}); err != nil {
		t.Error(err)
	}
	err := Decode(nodes, new(pb.GraphProto), Limits{MaxBytes: 10 << 20})
	if err == nil || !strings.Contains(err.Error(), "more than the limit of 10485760 bytes") {
		t.Errorf("got %v", err)
	}
}

// TestPacked reads repeated numbers in both of their forms.
func TestPacked(t *testing.T) {
	for _, data := range []string{"\x0a\x02\x03\x04", "\x08\x03\x08\x04"} {
		p := new(pb.TensorProto)
		if err := Decode([]byte(data), p, Limits{}); err != nil || len(p.Dims) != 2 || p.Dims[1] != 4 {
			t.Errorf("Decode(% x): dims %v, %v", data, p.GetDims(), err)
		}
	}
}

// TestUnknownFields passes over what a later ONNX may add.
func TestUnknownFields(t *testing.T) {
	data, err := proto.Marshal(&pb.ModelProto{Graph: &pb.GraphProto{Name: proto.String("g")}})
	if err != nil {
		t.Fatal(err)
	}
	data = append(data, 0xc2, 0x3e, 0x01, 0xff) // field 1000, a byte that is no message
	m := new(pb.ModelProto)
	if err := Decode(data, m, Limits{}); err != nil || m.GetGraph().GetName() != "g" {
		t.Errorf("got %v, %v", m, err)
	}
}
