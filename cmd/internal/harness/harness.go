// Package harness builds throw-away modules of compiled packages and runs them on cases, in a process of their own.
package harness

import (
	"context"
	_ "embed"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/energeticc/energeticc/codegen/emit"
	"github.com/energeticc/energeticc/codegen/plan"
)

//go:embed program/main.go
var program []byte

// Module is a throw-away module under construction.
type Module struct {
	Dir string
	Env []string // added to the environment of go build: GOOS, GOARCH …
	Run []string // the command before the binary, to run it under an emulator
}

// New starts a module in a temporary folder; Close removes it.
func New() (*Module, error) {
	dir, err := os.MkdirTemp("", "energeticc-*")
	if err != nil {
		return nil, err
	}
	m := &Module{Dir: dir}
	// the language version of an old module: generated files bring their own by a build constraint
	if err := m.write("go.mod", []byte("module harness\n\ngo 1.21\n")); err != nil {
		return nil, err
	}
	return m, m.write("main.go", program)
}

// Close removes the module.
func (m *Module) Close() error { return os.RemoveAll(m.Dir) }

func (m *Module) write(name string, data []byte) error {
	path := filepath.Join(m.Dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, data, 0o644)
}

// Add puts a compiled package into the module under a name, which is a Go identifier.
func (m *Module) Add(name string, p *plan.Program, opt emit.Options, files []emit.File) error {
	for _, f := range files {
		if err := m.write(name+"/"+f.Name, f.Data); err != nil {
			return err
		}
	}
	adapter, err := emit.Adapter(p, opt, name, "harness/"+name)
	if err != nil {
		return err
	}
	return m.write("model_"+name+".go", adapter)
}

// Go runs the go command in the module, without network.
func (m *Module) Go(ctx context.Context, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = m.Dir
	cmd.Env = append(append(os.Environ(), "GOFLAGS=-mod=mod", "GOPROXY=off", "GOWORK=off", "CGO_ENABLED=0"), m.Env...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		return out, fmt.Errorf("go %s: %w\n%s", strings.Join(args, " "), err, head(out))
	}
	return out, nil
}

func head(out []byte) []byte {
	if len(out) > 4000 {
		return append(out[:4000:4000], "…"...)
	}
	return out
}
