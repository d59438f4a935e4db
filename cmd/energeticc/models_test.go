package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/energeticc/energeticc/cmd/internal/build"
	"github.com/energeticc/energeticc/cmd/internal/cases"
	"github.com/energeticc/energeticc/cmd/internal/harness"
	"github.com/energeticc/energeticc/importer/onnx/file"
	"github.com/energeticc/energeticc/importer/onnx/pb"
)

// subject is a test model on its way through one module that all of them share: one build serves them all.
type subject struct {
	name  string
	model *build.Model
	suite *cases.Suite
	first int // of its jobs
}

// TestModels compiles every test model, holds the compiled packages against the models' golden answers, and each row of
// a batch against the same row elsewhere.
func TestModels(t *testing.T) {
	mod := newModule(t)
	subjects, batches := map[string]*subject{}, map[string]*batch{}
	var jobs []harness.Job
	for _, name := range modelNames(t) {
		t.Run("compile/"+name, func(t *testing.T) {
			s := compileSubject(t, mod, name)
			s.first = len(jobs)
			jobs = append(jobs, s.jobs(t, mod)...)
			subjects[name] = s
			if b := s.batch(t, mod); b != nil {
				batches[name] = b
				jobs = append(jobs, b.jobs...)
			}
		})
	}
	if err := mod.Build(t.Context()); err != nil {
		t.Fatal(err)
	}
	answers, err := mod.Do(t.Context(), jobs)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range modelNames(t) {
		if s := subjects[name]; s != nil {
			t.Run("answers/"+name, func(t *testing.T) { s.compare(t, answers[s.first:]) })
		}
		if b := batches[name]; b != nil {
			t.Run("batches/"+name, func(t *testing.T) { b.check(t, answers[b.first+len(b.suite.Cases):][:len(b.jobs)]) })
		}
	}
	t.Run("vet", func(t *testing.T) { goTool(t, mod, "vet", "./...") })
	t.Run("imports", func(t *testing.T) { standardOnly(t, mod) })
}

// modelNames lists the folders of testdata/models that hold golden answers.
func modelNames(t *testing.T) []string {
	found, err := filepath.Glob(filepath.Join("..", "..", "testdata", "models", "*", "cases.json"))
	if err != nil || len(found) == 0 {
		t.Fatalf("no models: %v", err)
	}
	for i, f := range found {
		found[i] = filepath.Base(filepath.Dir(f))
	}
	return found
}

func compileSubject(t *testing.T, mod *harness.Module, name string) *subject {
	m := addModel(t, mod, name)
	suite, err := cases.Load(testModel(t, name))
	if err != nil {
		t.Fatal(err)
	}
	bytes, tensors := sourceConstants(m.File)
	if limit := int(1.05*float64(bytes)) + 64*tensors + 4096; m.Program.Weights.Len() > limit {
		t.Errorf("weights.bin has %d bytes, want at most %d: the model has %d bytes in %d tensors", m.Program.Weights.Len(), limit, bytes, tensors)
	}
	st := m.Program.Stats
	t.Logf("%d nodes, %d steps, weights %d of %d bytes, arena %d bytes (%s), peak %d", m.Imported.Nodes, st.Steps, m.Program.Weights.Len(), bytes, st.ArenaBytes, st.Typical, st.PeakBytes)
	if name == "minilm-l6-fp32" && float64(st.ArenaBytes) > 1.25*float64(st.PeakBytes) {
		t.Errorf("arena has %d bytes (%s), want at most 1.25 times the %d that are live at once", st.ArenaBytes, st.Typical, st.PeakBytes)
	}
	return &subject{name: name, model: m, suite: suite}
}

// sourceConstants sums the constant data of a model in either format.
func sourceConstants(s *build.Source) (bytes, tensors int) {
	if s.TFJS == nil {
		return constants(s.ONNX, s.ONNX.Proto.ProtoReflect())
	}
	for _, w := range s.TFJS.Weights {
		bytes, tensors = bytes+w.Stored.ByteSize(), tensors+1
	}
	return bytes, tensors
}

// constants sums the constant data of an ONNX model: initialisers and the tensors and lists of nodes' attributes.
func constants(m *file.Model, p protoreflect.Message) (bytes, tensors int) {
	switch x := p.Interface().(type) {
	case *pb.TensorProto:
		if t, err := m.Tensor(x); err == nil {
			return t.ByteSize(), 1
		}
	case *pb.AttributeProto:
		bytes += 8*len(x.GetInts()) + 4*len(x.GetFloats()) + len(x.GetS())
		for _, s := range x.GetStrings() {
			bytes += len(s)
		}
		tensors++ // a list may become a tensor
	}
	each := func(p protoreflect.Message) {
		b, n := constants(m, p)
		bytes, tensors = bytes+b, tensors+n
	}
	p.Range(func(f protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		switch {
		case f.Message() == nil || f.IsMap():
		case f.IsList():
			for i := range v.List().Len() {
				each(v.List().Get(i).Message())
			}
		default:
			each(v.Message())
		}
		return true
	})
	return bytes, tensors
}

// jobs writes the cases' inputs into the module.
func (s *subject) jobs(t *testing.T, mod *harness.Module) []harness.Job {
	var all []harness.Job
	for i, k := range s.suite.Cases {
		dir := filepath.Join(mod.Dir, "cases", fmt.Sprintf("%s_%d", s.name, i))
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		j := harness.Job{Model: s.model.Emit.Package, Output: dir}
		for n, v := range k.In {
			path := filepath.Join(dir, fmt.Sprintf("in_%d", n))
			if err := os.WriteFile(path, v.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
			j.Inputs = append(j.Inputs, harness.Tensor{Shape: v.Shape, File: path})
		}
		all = append(all, j)
	}
	return all
}

// compare holds the answers, of this model's cases first, against the golden ones.
func (s *subject) compare(t *testing.T, answers []harness.Answer) {
	for i, k := range s.suite.Cases {
		a := answers[i]
		if a.Error != "" {
			t.Errorf("%s: %s", k.Name, a.Error)
			continue
		}
		for n, want := range k.Out {
			data, err := os.ReadFile(a.Outputs[n].File)
			if err != nil {
				t.Fatal(err)
			}
			d := cases.Compare(want, a.Outputs[n].Shape, data, s.suite.Rtol, s.suite.Atol)
			if d.Bad > 0 {
				t.Errorf("%s: output %s: %s, and %d more values are beyond rtol %g, atol %g", k.Name, want.Name, d.First, d.Bad-1, s.suite.Rtol, s.suite.Atol)
			}
		}
	}
}

// standardOnly demands that the module's packages need nothing but each other and the standard library.
func standardOnly(t *testing.T, mod *harness.Module) {
	for _, line := range strings.Fields(goTool(t, mod, "list", "-deps", "-f", "{{if not .Standard}}{{.ImportPath}}{{end}}", "./...")) {
		if line != "harness" && !strings.HasPrefix(line, "harness/") {
			t.Errorf("%s is needed", line)
		}
	}
	for _, line := range strings.Fields(goTool(t, mod, "list", "-f", `{{if ne .Name "main"}}{{range .Imports}}{{.}} {{end}}{{end}}`, "./...")) {
		switch line {
		case "os", "net/http", "reflect", "fmt", "encoding/json", "runtime/cgo":
			t.Errorf("a compiled package imports %s", line)
		}
	}
}

// TestVerify runs the command itself: its table, its JSON, the answers it saves, and an answer that is wrong.
func TestVerify(t *testing.T) {
	dir, save := testModel(t, "digits-mlp"), t.TempDir()
	out := mustRun(t, "verify", dir, "--cases", dir, "--save", save)
	if !strings.Contains(out, "3 of 3 cases agree") {
		t.Errorf("verify prints\n%s", out)
	}
	saved := contents(t, save)
	for _, f := range []string{"case_0/out_0.bin", "case_2/out_1.bin"} {
		want, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(f)))
		if err != nil {
			t.Fatal(err)
		}
		if len(saved[f]) != len(want) {
			t.Errorf("%s was saved with %d bytes, want %d", f, len(saved[f]), len(want))
		}
	}

	code, out, messages := command(t, "verify", dir, "--cases", dir, "--json", "--rtol", "0", "--atol", "0")
	var report struct {
		Cases, Agree int
		Outputs      []verdict
	}
	if err := json.Unmarshal([]byte(out), &report); err != nil || report.Cases != 3 || len(report.Outputs) != 2 {
		t.Errorf("verify --json prints\n%s(%v)", out, err)
	}
	if wrong := report.Agree < report.Cases; wrong != (code == exitModel) || wrong != strings.Contains(messages, "disagrees") {
		t.Errorf("exit code %d, messages %q with %d of %d cases agreeing", code, messages, report.Agree, report.Cases)
	}
}

// TestGeneratedTest runs the tests that a compiled package brings along, allocations included, and sees them fail
// once a golden answer is not the model's.
func TestGeneratedTest(t *testing.T) {
	mod := newModule(t)
	if err := os.Remove(filepath.Join(mod.Dir, "main.go")); err != nil {
		t.Fatal(err)
	}
	dir := testModel(t, "digits-mlp")
	for name, args := range map[string][]string{"drawn": nil, "given": {"--cases", dir}} {
		mustRun(t, append([]string{"compile", dir, "-o", filepath.Join(mod.Dir, name)}, args...)...)
	}
	out := goTool(t, mod, "test", "-v", "./...")
	for _, want := range []string{"TestGolden", "TestAllocations", "TestConcurrent"} {
		if n := strings.Count(out, "--- PASS: "+want); n != 2 {
			t.Errorf("%s passed %d times, want 2:\n%s", want, n, out)
		}
	}
	golden := filepath.Join(mod.Dir, "given", "testdata", "golden_0", "out_1.bin")
	data, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	data[3] ^= 0x40 // the exponent of the first probability
	if err := os.WriteFile(golden, data, 0o644); err != nil {
		t.Fatal(err)
	}
	if out, err := mod.Go(t.Context(), "test", "./given"); err == nil {
		t.Errorf("the test passes with a wrong golden answer:\n%s", out)
	}
}
