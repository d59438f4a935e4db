package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/energeticc/energeticc/cmd/internal/build"
	"github.com/energeticc/energeticc/cmd/internal/cases"
	"github.com/energeticc/energeticc/cmd/internal/harness"
)

// TestFixed holds the models that once came out wrong, testdata/fixed/*, against what ONNX Runtime answers. A case
// that has no answer names in "error" what the package must say instead; a file error.txt, what the compiler must.
func TestFixed(t *testing.T) {
	folders, err := filepath.Glob(filepath.Join("..", "..", "testdata", "fixed", "*"))
	if err != nil || len(folders) == 0 {
		t.Fatalf("no models: %v", err)
	}
	mod := newModule(t)
	subjects := map[string]*subject{}
	var jobs []harness.Job
	for _, dir := range folders {
		t.Run("compile/"+filepath.Base(dir), func(t *testing.T) {
			s := fixedSubject(t, mod, dir)
			if s == nil {
				return
			}
			s.first = len(jobs)
			jobs = append(jobs, s.jobs(t, mod)...)
			subjects[dir] = s
		})
	}
	if err := mod.Build(t.Context()); err != nil {
		t.Fatal(err)
	}
	answers, err := mod.Do(t.Context(), jobs)
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range folders {
		if s := subjects[dir]; s != nil {
			t.Run("answers/"+s.name, func(t *testing.T) {
				s.compare(t, s.failures(t, dir, answers[s.first:][:len(s.suite.Cases)]))
			})
		}
	}
	goTool(t, mod, "vet", "./...")
}

// fixedSubject compiles a model into the module; nil where the compiler refuses it as it should.
func fixedSubject(t *testing.T, mod *harness.Module, dir string) *subject {
	name := filepath.Base(dir)
	want, err := os.ReadFile(filepath.Join(dir, "error.txt"))
	refused := err == nil
	m, files, err := build.Compile(filepath.Join(dir, "model.onnx"), build.Options{Package: build.PackageName(name)})
	if refused {
		if text := strings.TrimSpace(string(want)); err == nil || !strings.Contains(err.Error(), text) {
			t.Errorf("error %v, want %q", err, text)
		}
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := mod.Add(m.Emit.Package, m.Program, m.Emit, files); err != nil {
		t.Fatal(err)
	}
	suite, err := cases.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := suite.Hold(m.Graph); err != nil {
		t.Fatal(err)
	}
	return &subject{name: name, model: m, suite: suite}
}

// failures takes the cases out of the suite that must end in an error, and gives the answers to the others.
func (s *subject) failures(t *testing.T, dir string, answers []harness.Answer) []harness.Answer {
	data, err := os.ReadFile(filepath.Join(dir, "cases.json"))
	if err != nil {
		t.Fatal(err)
	}
	var l struct{ Cases []struct{ Error string } }
	if err := json.Unmarshal(data, &l); err != nil {
		t.Fatal(err)
	}
	var left []cases.Case
	var rest []harness.Answer
	for i, k := range s.suite.Cases {
		switch want := l.Cases[i].Error; {
		case want == "":
			left, rest = append(left, k), append(rest, answers[i])
		case !strings.Contains(answers[i].Error, want):
			t.Errorf("%s: error %q, want %q", k.Name, answers[i].Error, want)
		}
	}
	s.suite.Cases = left
	return rest
}

// TestFileName compiles a model from a file whose name would end the comment that it is written into.
func TestFileName(t *testing.T) {
	model, err := os.ReadFile(filepath.Join("..", "..", "testdata", "fixed", "if-mid-sizes", "model.onnx"))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "a\nfunc init() {}\n.onnx")
	if err := os.WriteFile(path, model, 0o644); err != nil {
		t.Skipf("this file system has no such names: %v", err)
	}
	dir := filepath.Join(t.TempDir(), "p")
	mustRun(t, "compile", path, "-o", dir, "--no-tests")
	if src := contents(t, dir)["model.go"]; strings.Contains(src, "\nfunc init") {
		t.Errorf("the name became code:\n%.200s", src)
	}
}
