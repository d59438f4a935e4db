package main

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/mod/modfile"

	"github.com/energeticc/energeticc/codegen/emit"
	"github.com/energeticc/energeticc/codegen/plan"
	"github.com/energeticc/energeticc/importer/onnx"
	"github.com/energeticc/energeticc/importer/onnx/file"
	"github.com/energeticc/energeticc/importer/tfjs"
	tfjsfile "github.com/energeticc/energeticc/importer/tfjs/file"
	"github.com/energeticc/energeticc/internal/contest"
	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/pass"
)

// pkg is what the compiled package is called in a throw-away module.
const pkg = "contender"

// The programs of a module.
const (
	duel  = "duel"  // the package, ONNX Runtime and the processor's peak
	alone = "alone" // the package alone
	start = "start" // links the package, and prints a line
	empty = "empty" // prints a line
)

// module is a throw-away module of a compiled package and programs that run it.
type module struct {
	dir     string
	keep    bool
	program *plan.Program
	opt     emit.Options
	nodes   int // as imported
	took    time.Duration
}

// newModule starts a module in a folder of its own, or in keep where that is not empty. It has this module's
// requirements, so that versions are pinned in one place.
func newModule(root, keep string) (*module, error) {
	m := &module{dir: keep, keep: keep != ""}
	var err error
	if m.keep {
		err = os.MkdirAll(m.dir, 0o755)
	} else {
		m.dir, err = os.MkdirTemp("", "energeticc-bench-*")
	}
	if err != nil {
		return nil, err
	}
	data, err := os.ReadFile("go.mod")
	if err != nil {
		return nil, err
	}
	f, err := modfile.Parse("go.mod", data, nil)
	if err != nil {
		return nil, err
	}
	const ours = "github.com/energeticc/energeticc"
	for path, dir := range map[string]string{ours: root, ours + "/bench": filepath.Join(root, "bench")} {
		if err := f.AddRequire(path, "v0.0.0-00010101000000-000000000000"); err != nil {
			return nil, err
		}
		if err := f.AddReplace(path, "", dir, ""); err != nil {
			return nil, err
		}
	}
	if err := f.AddModuleStmt("duel"); err != nil {
		return nil, err
	}
	if data, err = f.Format(); err != nil {
		return nil, err
	}
	sums, err := os.ReadFile("go.sum")
	if err != nil {
		return nil, err
	}
	return m, m.writeAll(map[string][]byte{"go.mod": data, "go.sum": sums})
}

func (m *module) close() error {
	if m.keep {
		return nil
	}
	return os.RemoveAll(m.dir)
}

func (m *module) writeAll(files map[string][]byte) error {
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if err := m.write(name, files[name]); err != nil {
			return err
		}
	}
	return nil
}

func (m *module) write(name string, data []byte) error {
	path := filepath.Join(m.dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, data, 0o644)
}

// compilations is how often a model is compiled, for the median of the time.
const compilations = 3

// compile takes a model through the compiler into the module.
func (m *module) compile(path string) error {
	var files []emit.File
	var times []float64
	for range compilations {
		began := time.Now()
		g, sum, err := read(path)
		if err != nil {
			return err
		}
		m.nodes = 0
		g.Walk(func(*ir.Node) { m.nodes++ })
		m.opt = emit.Options{Package: pkg, Source: filepath.Base(path), SHA256: hex.EncodeToString(sum[:])}
		if m.program, files, err = generate(g, m.opt); err != nil {
			return err
		}
		times = append(times, float64(time.Since(began)))
	}
	m.took = time.Duration(contest.Median(times))
	for _, x := range files {
		if err := m.write(pkg+"/"+x.Name, x.Data); err != nil {
			return err
		}
	}
	adapter, err := emit.Adapter(m.program, m.opt, pkg, "duel/"+pkg)
	if err != nil {
		return err
	}
	return m.write("adapter.go", adapter)
}

// read imports a model of either format.
func read(path string) (*ir.Graph, [32]byte, error) {
	if isTFJS(path) {
		f, err := tfjsfile.Open(path, tfjsfile.Limits{})
		if err != nil {
			return nil, [32]byte{}, err
		}
		g, err := tfjs.Import(f, tfjs.Options{})
		return g, f.SHA256, err
	}
	f, err := file.Open(path, file.Limits{})
	if err != nil {
		return nil, [32]byte{}, err
	}
	g, err := onnx.Import(f, onnx.Options{})
	return g, f.SHA256, err
}

// generate takes a graph from the passes to the package's files.
func generate(g *ir.Graph, opt emit.Options) (*plan.Program, []emit.File, error) {
	if err := pass.Run(g, pass.Options{}); err != nil {
		return nil, nil, err
	}
	p, err := plan.New(g, plan.Options{})
	if err != nil {
		return nil, nil, err
	}
	files, err := emit.Package(p, opt)
	return p, files, err
}

// build makes the programs.
func (m *module) build(ctx context.Context) error {
	files, err := contest.Program("duel/" + pkg)
	if err != nil {
		return err
	}
	profiled, err := emit.Profiled(m.program, m.opt)
	if err != nil {
		return err
	}
	files[pkg+"/"+profiled.Name], files["sides.go"] = profiled.Data, []byte(sides)
	files[start+"/main.go"], files[empty+"/main.go"] = []byte(startProgram), []byte(emptyProgram)
	if err := m.writeAll(files); err != nil {
		return err
	}
	for _, p := range []struct{ name, dir, cgo string }{{duel, ".", "1"}, {alone, ".", "0"}, {start, "./" + start, "0"}, {empty, "./" + empty, "0"}} {
		if err := m.golang(ctx, p.cgo, p.name, p.dir); err != nil {
			return err
		}
	}
	return nil
}

// golang builds a program, stripped unless the module is kept: symbols are what profiles are read by.
func (m *module) golang(ctx context.Context, cgo, name, dir string) error {
	args := []string{"build", "-trimpath", "-ldflags=-s -w", "-o", m.binary(name), dir}
	if m.keep {
		args = slices.Delete(args, 1, 3)
	}
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = m.dir
	cmd.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOWORK=off", "CGO_ENABLED="+cgo)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("go build: %s (%w)", bytes.TrimSpace(out), err)
	}
	return nil
}

// binary is the path of a program.
func (m *module) binary(name string) string { return filepath.Join(m.dir, "bin", name) }

func (m *module) writeJob(name string, j contest.Job) (string, error) {
	data, err := json.Marshal(j)
	if err != nil {
		return "", err
	}
	name = strings.ReplaceAll(name, " ", "_") + ".json"
	return filepath.Join(m.dir, name), m.write(name, data)
}

// sides adds ONNX Runtime and the processor's peak to the program that runs the package.
const sides = `//go:build cgo

package main

import (
	"github.com/energeticc/energeticc/bench/ort"
	"github.com/energeticc/energeticc/bench/peak"
)

func init() {
	sides["onnxruntime"] = side{load: func(j job) ([]tensor, func() error, error) {
		out, run, err := ort.Load(ort.Job{Model: j.Model, Library: j.Library, Threads: j.Threads, Inputs: toORT(j.Inputs), Outputs: toORT(j.Outputs)})
		answers := make([]tensor, len(out))
		for i, t := range out {
			answers[i] = tensor{Name: t.Name, Data: t.Data}
		}
		return answers, run, err
	}}
	sides["peak"] = side{load: func(job) ([]tensor, func() error, error) { return nil, peak.Run, peak.Run() }}
}

func toORT(all []tensor) []ort.Tensor {
	out := make([]ort.Tensor, len(all))
	for i, t := range all {
		out[i] = ort.Tensor{Name: t.Name, DType: t.DType, Shape: t.Shape, Data: t.Data}
	}
	return out
}
`

// startProgram holds the package and does not run it: what it costs to carry a model.
const startProgram = `package main

import (
	"os"

	"duel/contender"
)

func main() {
	if len(os.Args) > 1 {
		var s contender.Session
		_ = s.Run(new(contender.Input), new(contender.Output))
	}
	os.Stdout.WriteString("0\n")
}
`

// emptyProgram is startProgram without a package.
const emptyProgram = `package main

import "os"

func main() { os.Stdout.WriteString("0\n") }
`
