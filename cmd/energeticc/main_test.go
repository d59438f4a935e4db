package main

import (
	"bytes"
	"context"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/energeticc/energeticc/cmd/internal/build"
	"github.com/energeticc/energeticc/cmd/internal/harness"
)

// command runs a command line in this process: its exit code, results and messages.
func command(t testing.TB, args ...string) (code int, out, messages string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	code = run(t.Context(), args, &stdout, &stderr)
	return code, stdout.String(), stderr.String()
}

// mustRun runs a command line that has to succeed and gives its results.
func mustRun(t testing.TB, args ...string) string {
	t.Helper()
	code, out, messages := command(t, args...)
	if code != 0 {
		t.Fatalf("energeticc %s: exit code %d\n%s%s", strings.Join(args, " "), code, out, messages)
	}
	return out
}

// fetched are the files of test models that the repository does not hold.
var fetched = map[string]string{
	"energeticai-use-lite":    "model.json",
	"minilm-l6-fp32":          "model.safetensors",
	"minilm-l6-int8":          "model.onnx",
	"nsfwjs-inception-v3":     "model.json",
	"nsfwjs-mobilenet-v2":     "model.json",
	"nsfwjs-mobilenet-v2-mid": "model.json",
	"ppocr-v4-rec":            "ch_PP-OCRv4_rec_infer.onnx",
	"quire-tagger-qdq-int8":   "tagger.onnx",
}

// testModel is the folder of a test model. A test whose model was not fetched is skipped, or fails where
// ENERGETICC_REQUIRE_MODELS=1.
func testModel(t testing.TB, name string) string {
	t.Helper()
	dir := filepath.Join("..", "..", "testdata", "models", name)
	if f, ok := fetched[name]; ok {
		if _, err := os.Stat(filepath.Join(dir, f)); err != nil {
			missing(t, "ENERGETICC_REQUIRE_MODELS", "model %s is not here; fetch it: go run -C testdata/models ./fetch %s", name, name)
		}
	}
	return dir
}

// missing skips a test for want of something, or fails it where the variable demands that nothing is wanting.
func missing(t testing.TB, variable, format string, args ...any) {
	t.Helper()
	if os.Getenv(variable) == "1" {
		t.Fatalf(format, args...)
	}
	t.Skipf(format, args...)
}

// newModule starts a throw-away module that goes with the test.
func newModule(t testing.TB) *harness.Module {
	t.Helper()
	mod, err := harness.New()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { mod.Close() })
	return mod
}

// addModel compiles a test model into a module, under the name without what Go's names do not hold.
func addModel(t testing.TB, mod *harness.Module, name string) *build.Model {
	t.Helper()
	m, files, err := build.Compile(testModel(t, name), build.Options{Package: build.PackageName(name)})
	if err != nil {
		t.Fatal(err)
	}
	if err := mod.Add(m.Emit.Package, m.Program, m.Emit, files); err != nil {
		t.Fatal(err)
	}
	return m
}

// goTool runs the go command in a module and gives what it prints.
func goTool(t testing.TB, mod *harness.Module, args ...string) string {
	t.Helper()
	out, err := mod.Go(t.Context(), args...)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// contents reads a folder: file names, with slashes, and what the files hold.
func contents(t testing.TB, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || path == dir {
			return err
		}
		rel, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		if d.IsDir() {
			all[filepath.ToSlash(rel)+"/"] = ""
			return nil
		}
		data, err := os.ReadFile(path)
		all[filepath.ToSlash(rel)] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// sameFiles compares the contents of two folders.
func sameFiles(t testing.TB, got, want map[string]string) {
	t.Helper()
	if g, w := slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(want)); !slices.Equal(g, w) {
		t.Fatalf("files are %q, want %q", g, w)
	}
	for name, data := range want {
		if got[name] != data {
			t.Errorf("%s differs", name)
		}
	}
}

// TestHelp checks that each command explains itself, and that a call without arguments shows them all.
func TestHelp(t *testing.T) {
	all := mustRun(t)
	for _, name := range []string{"compile", "verify", "inspect", "ops", "version"} {
		if !strings.Contains(all, name) {
			t.Errorf("help does not name %s:\n%s", name, all)
		}
		if help := mustRun(t, name, "--help"); !strings.Contains(help, "Usage: energeticc "+name) {
			t.Errorf("help of %s is\n%s", name, help)
		}
	}
	if v := mustRun(t, "version"); !strings.HasPrefix(v, "energeticc ") {
		t.Errorf("version prints %q", v)
	}
}

// TestInterrupted checks that a call which was interrupted before it wrote leaves nothing.
func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	dir := t.TempDir()
	var out, messages bytes.Buffer
	code := run(ctx, []string{"compile", testModel(t, "digits-mlp"), "-o", filepath.Join(dir, "digits")}, &out, &messages)
	if code != exitModel || !strings.Contains(messages.String(), "interrupted") {
		t.Errorf("exit code %d, messages %q; want %d and that it was interrupted", code, messages.String(), exitModel)
	}
	sameFiles(t, contents(t, dir), nil)
}
