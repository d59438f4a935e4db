package build_test

import (
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"
	"time"

	"github.com/energeticc/energeticc/codegen/emit"
	"github.com/energeticc/energeticc/codegen/plan"
	"github.com/energeticc/energeticc/importer/onnx"
	"github.com/energeticc/energeticc/importer/onnx/file"
	"github.com/energeticc/energeticc/importer/onnx/pb"
	"github.com/energeticc/energeticc/importer/tfjs"
	tfjsfile "github.com/energeticc/energeticc/importer/tfjs/file"
	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
	"github.com/energeticc/energeticc/ir/pass"

	"golang.org/x/tools/txtar"
)

// fuzzBytes bounds the inputs of the fuzz tests and what models may take.
const fuzzBytes = 1 << 20

// compileGraph takes a graph through all stages after the import. Errors are fine, panics are not; and a graph that
// the passes leave invalid is theirs.
func compileGraph(t *testing.T, g *ir.Graph) {
	if err := pass.Run(g, pass.Options{}); err != nil {
		return
	}
	p, err := plan.New(g, plan.Options{})
	if err != nil {
		return
	}
	_, _ = emit.Package(p, emit.Options{Package: "fuzz", Source: "fuzz", SHA256: "0"})
}

// soon fails the test where work does not end: inputs are small, and so must be the time that they take.
func soon(t *testing.T, work func()) {
	done := time.AfterFunc(30*time.Second, func() { panic("this input takes more than 30 s") })
	defer done.Stop()
	work()
}

// FuzzImport compiles any bytes as an ONNX model. The seeds are small, because the fuzzer shrinks what it finds
// before it goes on.
func FuzzImport(f *testing.F) {
	models := filepath.Join("..", "..", "..", "testdata", "models")
	for _, name := range []string{"iris-kmeans", "iris-logreg-pipeline"} {
		found, err := filepath.Glob(filepath.Join(models, name, "*.onnx"))
		if err != nil || len(found) != 1 {
			f.Fatalf("%s: %q, %v", name, found, err)
		}
		data, err := os.ReadFile(found[0])
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		soon(t, func() {
			m := &file.Model{Proto: new(pb.ModelProto), Name: "fuzz", Path: "fuzz.onnx"}
			if len(data) > fuzzBytes || file.Decode(data, m.Proto, file.Limits{MaxBytes: fuzzBytes}) != nil {
				return
			}
			onnx.FreeDims(m)
			if g, err := onnx.Import(m, onnx.Options{}); err == nil {
				compileGraph(t, g)
			}
		})
	})
}

// FuzzTFJS compiles any text as a model.json of TensorFlow.js whose shard is "w", and any such module.
func FuzzTFJS(f *testing.F) {
	const manifest = `"weightsManifest": [{"paths": ["w"], "weights": [
		{"name": "k", "shape": [2, 2, 1, 3], "dtype": "float32", "quantization": {"dtype": "uint8", "scale": 0.5, "min": -1}}, {"name": "d/kernel", "shape": [3, 1], "dtype": "float32"}]}]`
	f.Add([]byte(`{"modelTopology": {"node": [
		{"name": "x", "op": "Placeholder", "attr": {"dtype": {"type": "DT_FLOAT"}, "shape": {"shape": {"dim": [{"size": -1}, {"size": 4}, {"size": 4}, {"size": 1}]}}}}, {"name": "k", "op": "Const", "attr": {"dtype": {"type": 1}}},
		{"name": "c", "op": "Conv2D", "input": ["x", "k"], "attr": {"strides": {"list": {"i": ["1", "1", "1", "1"]}}, "padding": {"s": "U0FNRQ=="}, "data_format": {"s": "TkhXQw=="}}},
		{"name": "y", "op": "MaxPool", "input": ["c"], "attr": {"ksize": {"list": {"i": [1, 2, 2, 1]}}, "strides": {"list": {"i": [1, 2, 2, 1]}}, "padding": {"s": "VkFMSUQ="}}}]}, `+manifest+`}`), make([]byte, 24))
	f.Add([]byte(`{"modelTopology": {"class_name": "Sequential", "config": [{"class_name": "LSTM", "config": {"name": "l", "units": 3, "batch_input_shape": [null, null, 2]}},
		{"class_name": "Dense", "config": {"name": "d", "units": 1, "use_bias": false, "activation": "softmax"}}]}, `+manifest+`}`), make([]byte, 24))
	if data, err := os.ReadFile(filepath.Join("..", "..", "..", "testdata", "models", "tfjs-layers-text", "model.json")); err == nil {
		f.Add(data, make([]byte, 24))
	}
	f.Fuzz(func(t *testing.T, data, shard []byte) {
		soon(t, func() {
			for _, name := range []string{"model.json", "model.js"} {
				folder := fstest.MapFS{name: &fstest.MapFile{Data: data}, "w": &fstest.MapFile{Data: shard}}
				m, err := tfjsfile.OpenFS(folder, name, name, tfjsfile.Limits{MaxBytes: fuzzBytes})
				if err != nil {
					continue
				}
				tfjs.FreeDims(m)
				if g, err := tfjs.Import(m, tfjs.Options{MaxNodes: 1000}); err == nil {
					compileGraph(t, g)
				}
			}
		})
	})
}

// FuzzCompile compiles any text that parses as a valid graph. The seeds are the passes' own examples.
func FuzzCompile(f *testing.F) {
	found, err := filepath.Glob(filepath.Join("..", "..", "..", "testdata", "pass", "*", "*.txtar"))
	if err != nil || len(found) == 0 {
		f.Fatalf("no graphs: %v", err)
	}
	for _, path := range found {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			f.Fatal(err)
		}
		for _, x := range archive.Files {
			f.Add(string(x.Data))
		}
	}
	f.Fuzz(func(t *testing.T, src string) {
		soon(t, func() {
			if len(src) > fuzzBytes {
				return
			}
			if g, err := ir.Parse(src, op.New); err == nil && ir.Verify(g) == nil {
				compileGraph(t, g)
			}
		})
	})
}
