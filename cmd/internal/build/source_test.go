package build

import (
	"archive/tar"
	"archive/zip"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/energeticc/energeticc/importer/onnx/file"
)

// pack writes files into an archive, whose ending says of which format.
func pack(t *testing.T, archive string, files map[string]string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), archive)
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	var put func(path string, data []byte) error
	var closers []io.Closer
	if strings.HasSuffix(archive, ".zip") {
		z := zip.NewWriter(f)
		put = func(path string, data []byte) error {
			w, err := z.Create(path)
			if err == nil {
				_, err = w.Write(data)
			}
			return err
		}
		closers = []io.Closer{z, f}
	} else {
		g := gzip.NewWriter(f)
		w := tar.NewWriter(g)
		put = func(path string, data []byte) error {
			if err := w.WriteHeader(&tar.Header{Name: path, Mode: 0o644, Size: int64(len(data))}); err != nil {
				return err
			}
			_, err := w.Write(data)
			return err
		}
		closers = []io.Closer{w, g, f}
	}
	for path, from := range files {
		data := []byte(from)
		if rest, is := strings.CutPrefix(from, "@"); is {
			if data, err = os.ReadFile(rest); err != nil {
				t.Fatal(err)
			}
		}
		err = errors.Join(err, put(path, data))
	}
	for _, c := range closers {
		err = errors.Join(err, c.Close())
	}
	if err != nil {
		t.Fatal(err)
	}
	return name
}

// layers is a small model of TensorFlow.js, its shard "w.bin" four zeros in base64.
const (
	layers = `{"modelTopology": {"class_name": "Sequential", "config": [{"class_name": "Dense", "config": {"name": "d", "units": 1, "use_bias": false, "batch_input_shape": [null, 1]}}]},
		"weightsManifest": [{"paths": ["./w.bin"], "weights": [{"name": "d/kernel", "shape": [1, 1], "dtype": "float32"}]}]}`
	shard = "\x00\x00\x80\x3f"
)

// TestOpen opens models in every form.
func TestOpen(t *testing.T) {
	iris, err := filepath.Glob("../../../testdata/models/iris-kmeans/*.onnx")
	if err != nil || len(iris) != 1 {
		t.Fatal(iris, err)
	}
	onnx := "@" + iris[0]
	module := `!function(e){module.exports=e()}(function(){var r=n[_]={exports:{}};1:[function(e,a,n){a.exports={modelTopology:` + strings.ReplaceAll(strings.SplitN(layers, `"modelTopology": `, 2)[1], "null", "void 0") + `},{}]`
	tests := []struct {
		name, archive, inside string
		files                 map[string]string
		want                  string // the model's name
		wantErr               string // or part of the error
	}{
		{"zip", "m.zip", "", map[string]string{"a/model.json": layers, "a/w.bin": shard, "__MACOSX/a/model.json": "", "readme.json": "{}"}, "a", ""},
		{"tar.gz", "my.tar.gz", "", map[string]string{"model.json": layers, "w.bin": shard}, "my", ""},
		{"another name", "m.tgz", "", map[string]string{"dense.json": layers, "w.bin": shard, "package.json": "{}"}, "dense", ""},
		{"modules", "m.tgz", "", map[string]string{"x/model.min.js": module, "x/w.bin.min.js": `module.exports="AACAPw=="`}, "x", ""},
		{"modules beside a model.json", "m.zip", "", map[string]string{"x/model.min.js": module, "x/model.json": layers, "x/w.bin": shard}, "x", ""},
		{"onnx", "m.zip", "", map[string]string{"a/b.onnx": onnx, "a/readme": ""}, "b", ""},
		{"one of several", "m.zip", "b", map[string]string{"a/m.onnx": onnx, "b/n.onnx": onnx}, "n", ""},
		{"a file of several", "m.tar.gz", "a/m.onnx", map[string]string{"a/m.onnx": onnx, "a/n.onnx": onnx}, "m", ""},
		{"several", "m.zip", "", map[string]string{"a/m.onnx": onnx, "b/model.json": layers}, "", "m.zip: holds 2 models (a/m.onnx, b/model.json); name one of them behind the archive: m.zip" + string(filepath.Separator) + "a"},
		{"none", "m.zip", "", map[string]string{"a/readme": ""}, "", "m.zip: holds no model; want"},
		{"none there", "m.zip", "b", map[string]string{"a/m.onnx": onnx}, "", "holds no model at b"},
		{"a shard outside", "m.zip", "", map[string]string{"a/model.json": strings.ReplaceAll(layers, "./w.bin", "../w.bin"), "w.bin": shard}, "", `shard "../w.bin": want a slash-separated path inside the model's folder`},
		{"a shard missing", "m.zip", "", map[string]string{"a/model.json": layers}, "", `m.zip` + string(filepath.Separator) + `a` + string(filepath.Separator) + `model.json: weights: shard "./w.bin" is missing`},
		{"a path out", "m.zip", "", map[string]string{"../model.json": layers}, "", `m.zip: member "../model.json": want a path inside the archive`},
		{"a bomb", "m.tar.gz", "", map[string]string{"model.json": layers, "w.bin": strings.Repeat("\x00", 1<<21)}, "", "m.tar.gz: unpacks to more bytes than the limit (--max-memory)"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, err := Open(filepath.Join(pack(t, tt.archive, tt.files), filepath.FromSlash(tt.inside)), file.Limits{MaxBytes: 1 << 20})
			if tt.wantErr != "" {
				if err == nil || !strings.Contains(err.Error(), tt.wantErr) {
					t.Errorf("got %v, want an error with %q", err, tt.wantErr)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if s.Name != tt.want || !s.Packed {
				t.Errorf("the model is called %q, packed %v, want %q", s.Name, s.Packed, tt.want)
			}
			if _, err := s.Import(Options{}); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestOpenFolder opens a folder of a bundler's modules, and names what is not there.
func TestOpenFolder(t *testing.T) {
	dir := t.TempDir()
	for name, data := range map[string]string{"model.min.js": "module.exports = " + layers + ";", "w.bin.min.js": `export default "AACAPw=="`} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(data), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, path := range []string{dir, filepath.Join(dir, "model.min.js")} {
		s, err := Open(path, file.Limits{})
		if err != nil || s.TFJS == nil || s.Packed || s.Name != filepath.Base(dir) {
			t.Errorf("Open(%s) = %+v, %v", path, s, err)
		}
	}
	if _, err := Open(filepath.Join(dir, "no", "model.json"), file.Limits{}); err == nil || !strings.Contains(err.Error(), filepath.Join("no", "model.json")) {
		t.Errorf("a path that is not there: %v", err)
	}
}

// TestPlanLimit refuses answers that are larger than what a model may take, whatever its inputs are.
func TestPlanLimit(t *testing.T) {
	for batch, want := range map[string]string{"null": "take 1048576 bytes or more; the limit is 1000000 (--max-memory)", "2": "take 2097152 bytes or more"} {
		dir := t.TempDir()
		model := `{"modelTopology": {"class_name": "Sequential", "config": [{"class_name": "UpSampling2D", "config": {"name": "u", "size": [512, 512], "batch_input_shape": [` + batch + `, 1, 1, 1]}}]}, "weightsManifest": []}`
		if err := os.WriteFile(filepath.Join(dir, "model.json"), []byte(model), 0o644); err != nil {
			t.Fatal(err)
		}
		m, err := Load(dir, Options{Limits: file.Limits{MaxBytes: 1e6}})
		if err != nil {
			t.Fatal(err)
		}
		if err := m.Plan(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("a batch of %s: %v, want an error with %q", batch, err, want)
		}
	}
}
