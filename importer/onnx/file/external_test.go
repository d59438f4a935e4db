package file

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"google.golang.org/protobuf/proto"

	"github.com/energeticc/energeticc/importer/onnx/pb"
)

// externally is a uint8 tensor of four elements with the given key-value pairs.
func externally(pairs ...string) *pb.TensorProto {
	return tensor(pb.TensorProto_UINT8, []int64{4}, func(t *pb.TensorProto) {
		t.DataLocation = pb.TensorProto_EXTERNAL.Enum()
		for i := 0; i < len(pairs); i += 2 {
			t.ExternalData = append(t.ExternalData, &pb.StringStringEntryProto{Key: proto.String(pairs[i]), Value: proto.String(pairs[i+1])})
		}
	})
}

// folder is a model's folder: w.bin with the bytes 0 to 9 and links to and out of it.
func folder(t *testing.T) string {
	t.Helper()
	top := t.TempDir()
	dir := filepath.Join(top, "model")
	for _, err := range []error{
		os.MkdirAll(filepath.Join(dir, "sub"), 0o755),
		os.WriteFile(filepath.Join(dir, "w.bin"), []byte{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, 0o644),
		os.WriteFile(filepath.Join(dir, "sub", "w é.data"), []byte{9, 8, 7, 6}, 0o644),
		os.WriteFile(filepath.Join(top, "secret"), []byte("secret"), 0o644),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestExternal(t *testing.T) {
	dir := folder(t)
	for _, tt := range []struct {
		name string
		in   *pb.TensorProto
		want []byte
	}{
		{"location alone", externally("location", "w.bin"), []byte{0, 1, 2, 3}},
		{"all keys", externally("location", "w.bin", "offset", "3", "length", "4", "checksum", "00"), []byte{3, 4, 5, 6}},
		{"to the end", externally("offset", "6", "location", "./w.bin"), []byte{6, 7, 8, 9}},
		{"below the folder", externally("location", "sub/w é.data", "length", "4"), []byte{9, 8, 7, 6}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := &Model{Folder: dir}
			got, err := m.Tensor(tt.in)
			if err != nil || !bytes.Equal(got.Data, tt.want) {
				t.Errorf("got %v, %v; want % x", got, err, tt.want)
			}
		})
	}
}

func TestExternalErrors(t *testing.T) {
	dir := folder(t)
	const outside = "want a slash-separated path inside the model's folder"
	both := externally("location", "w.bin")
	both.RawData = []byte{1, 2, 3, 4}
	for _, tt := range []struct {
		name string
		in   *pb.TensorProto
		want string
	}{
		{"no location", externally("offset", "0"), `tensor "w": external data has no location`},
		{"empty location", externally("location", ""), "empty location"},
		{"two locations", externally("location", "w.bin", "location", "w.bin"), "two entries of location"},
		{"parent", externally("location", "../secret"), outside},
		{"parent inside", externally("location", "sub/../../secret"), outside},
		{"absolute", externally("location", "/etc/passwd"), outside},
		{"drive", externally("location", "c:w.bin"), outside},
		{"backslash", externally("location", `sub\w.bin`), outside},
		{"url", externally("location", "https://example.com/w.bin"), outside},
		{"nul", externally("location", "w.bin\x00"), outside},
		{"folder", externally("location", "sub"), "is not a regular file"},
		{"the folder itself", externally("location", "."), "is not a regular file"},
		{"missing", externally("location", "none.bin"), "none.bin"},
		{"offset negative", externally("location", "w.bin", "offset", "-1"), `offset "-1"; want a number`},
		{"offset beyond int64", externally("location", "w.bin", "offset", "18446744073709551615"), "want a number"},
		{"offset text", externally("location", "w.bin", "offset", "1e3"), `offset "1e3"; want a number`},
		{"length short", externally("location", "w.bin", "length", "3"), "has length 3; u8 [4] needs 4"},
		{"file short", externally("location", "w.bin", "offset", "7"), "the file has 10 bytes; the tensor needs 4 from byte 7"},
		{"offset plus length overflows", externally("location", "w.bin", "offset", "9223372036854775807"), "the file has 10 bytes"},
		{"inline as well", both, "has both external_data and raw_data"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := &Model{Folder: dir}
			got, err := m.Tensor(tt.in)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, %v; want error %q", got, err, tt.want)
			}
		})
	}
	if _, err := new(Model).Tensor(externally("location", "w.bin")); err == nil {
		t.Error("a model without a folder read external data")
	}
}

// TestExternalLinks follows links inside the folder and none that leave it.
func TestExternalLinks(t *testing.T) {
	dir := folder(t)
	for name, target := range map[string]string{
		"inside":   "w.bin",
		"relative": "../secret",
		"absolute": filepath.Join(filepath.Dir(dir), "secret"),
		"up":       "..",
	} {
		if err := os.Symlink(target, filepath.Join(dir, name)); err != nil {
			t.Skipf("this system has no symbolic links: %v", err)
		}
	}
	m := &Model{Folder: dir}
	if got, err := m.Tensor(externally("location", "inside")); err != nil || !bytes.Equal(got.Data, []byte{0, 1, 2, 3}) {
		t.Errorf("inside: got %v, %v", got, err)
	}
	for _, location := range []string{"relative", "absolute", "up/secret"} {
		if got, err := m.Tensor(externally("location", location)); err == nil {
			t.Errorf("%s: read % x from outside the folder", location, got.Data)
		}
	}
}

// TestExternalShared reads the same bytes once, and counts distinct ones together.
func TestExternalShared(t *testing.T) {
	m := &Model{Folder: folder(t), limits: Limits{MaxBytes: 8}}
	var first []byte
	for range 3 {
		got, err := m.Tensor(externally("location", "w.bin", "offset", "1"))
		if err != nil {
			t.Fatal(err)
		}
		if first != nil && &first[0] != &got.Data[0] {
			t.Error("the same stretch was read twice")
		}
		first = got.Data
	}
	if _, err := m.Tensor(externally("location", "w.bin", "offset", "2")); err != nil {
		t.Error(err)
	}
	if _, err := m.Tensor(externally("location", "w.bin", "offset", "3")); err == nil || !strings.Contains(err.Error(), "exceeds the limit of 8 bytes") {
		t.Errorf("beyond the limit: got %v", err)
	}
}

// TestExternalFS reads external data from a folder that is none of the system's, as an archive is.
func TestExternalFS(t *testing.T) {
	data, err := proto.Marshal(&pb.ModelProto{Graph: &pb.GraphProto{Initializer: []*pb.TensorProto{externally("location", "./w.bin", "offset", "3")}}})
	if err != nil {
		t.Fatal(err)
	}
	files := fstest.MapFS{"a/m.onnx": {Data: data}, "w.bin": {Data: []byte("wrong folder")}, "a/w.bin": {Data: []byte{0, 1, 2, 3, 4, 5, 6}}}
	folder, err := fs.Sub(files, "a")
	if err != nil {
		t.Fatal(err)
	}
	m, err := OpenFS(folder, "m.onnx", "x.zip/a/m.onnx", Limits{})
	if err != nil {
		t.Fatal(err)
	}
	got, err := m.Tensor(m.Proto.Graph.Initializer[0])
	if err != nil || !bytes.Equal(got.Data, []byte{3, 4, 5, 6}) {
		t.Errorf("got %v, %v", got, err)
	}
	for _, out := range []string{"../w.bin", "b/w.bin", "/w.bin"} {
		if _, err := m.Tensor(externally("location", out)); err == nil {
			t.Errorf("%s is read", out)
		}
	}
	if _, err := OpenFS(folder, "n.onnx", "x.zip/a/n.onnx", Limits{}); err == nil || !strings.HasPrefix(err.Error(), "x.zip/a/n.onnx: ") {
		t.Errorf("a model that is not there: %v", err)
	}
	if _, err := OpenFS(folder, "m.onnx", "x", Limits{MaxBytes: 8}); err == nil || !strings.Contains(err.Error(), "the limit is 8") {
		t.Errorf("a model beyond the limit: %v", err)
	}
}
