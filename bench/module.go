package main

import (
	"bytes"
	"context"
	"embed"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"golang.org/x/mod/modfile"

	"github.com/energeticc/energeticc/codegen/emit"
	"github.com/energeticc/energeticc/codegen/plan"
	"github.com/energeticc/energeticc/importer/onnx"
	"github.com/energeticc/energeticc/importer/onnx/file"
	"github.com/energeticc/energeticc/ir/pass"
)

//go:embed program/*.go
var program embed.FS

// module is a throw-away module of program/ and a compiled package.
type module struct {
	dir  string
	keep bool
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
	for _, r := range f.Replace {
		if err := f.AddReplace(r.Old.Path, r.Old.Version, root, ""); err != nil {
			return nil, err
		}
	}
	if err := f.AddModuleStmt("duel"); err != nil {
		return nil, err
	}
	if data, err = f.Format(); err != nil {
		return nil, err
	}
	if err := m.write("go.mod", data); err != nil {
		return nil, err
	}
	if data, err = os.ReadFile("go.sum"); err != nil {
		return nil, err
	}
	if err := m.write("go.sum", data); err != nil {
		return nil, err
	}
	return m, m.writeProgram()
}

func (m *module) writeProgram() error {
	list, err := program.ReadDir("program")
	if err != nil {
		return err
	}
	for _, e := range list {
		data, err := program.ReadFile("program/" + e.Name())
		if err != nil {
			return err
		}
		if err := m.write(e.Name(), data); err != nil {
			return err
		}
	}
	return nil
}

func (m *module) close() error {
	if m.keep {
		return nil
	}
	return os.RemoveAll(m.dir)
}

func (m *module) write(name string, data []byte) error {
	path := filepath.Join(m.dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, data, 0o644)
}

// compile takes a model through the compiler into the module and returns the package's name.
func (m *module) compile(path string) (string, error) {
	const name = "contender"
	f, err := file.Open(path, file.Limits{})
	if err != nil {
		return "", err
	}
	g, err := onnx.Import(f, onnx.Options{})
	if err != nil {
		return "", err
	}
	if err := pass.Run(g, pass.Options{}); err != nil {
		return "", err
	}
	p, err := plan.New(g, plan.Options{})
	if err != nil {
		return "", err
	}
	opt := emit.Options{Package: name, Source: filepath.Base(path), SHA256: hex.EncodeToString(f.SHA256[:])}
	files, err := emit.Package(p, opt)
	if err != nil {
		return "", err
	}
	for _, x := range files {
		if err := m.write(name+"/"+x.Name, x.Data); err != nil {
			return "", err
		}
	}
	adapter, err := emit.Adapter(p, opt, name, "duel/"+name)
	if err != nil {
		return "", err
	}
	return name, m.write("adapter.go", adapter)
}

// build makes duel, with ONNX Runtime's C API, and alone, without.
func (m *module) build(ctx context.Context) error {
	for name, cgo := range map[string]string{"duel": "1", "alone": "0"} {
		cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags=-s -w", "-o", name, ".")
		if m.keep { // symbols are what profiles are read by
			cmd = exec.CommandContext(ctx, "go", "build", "-o", name, ".")
		}
		cmd.Dir = m.dir
		cmd.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOWORK=off", "CGO_ENABLED="+cgo)
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("go build: %w\n%s", err, out)
		}
	}
	return nil
}

func (m *module) writeJob(j job) (string, error) {
	data, err := json.Marshal(j)
	if err != nil {
		return "", err
	}
	return filepath.Join(m.dir, "job.json"), m.write("job.json", data)
}

// profile writes a processor profile of the package's runs.
func (m *module) profile(ctx context.Context, path, job string) error {
	path, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	_, err = m.run(ctx, "duel", "profile", path, job)
	return err
}

// run runs a program of the module and returns what it printed.
func (m *module) run(ctx context.Context, name string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, filepath.Join(m.dir, name), args...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("%w: %s", err, bytes.TrimSpace(stderr.Bytes()))
	}
	return stdout.Bytes(), nil
}
