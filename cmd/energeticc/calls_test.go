package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/energeticc/energeticc/codegen/emit"
	"github.com/energeticc/energeticc/codegen/plan"
	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
	"github.com/energeticc/energeticc/ir/pass"
)

// TestCalls compiles testdata/calls/calls.ir and runs the tests beside it in the compiled package: what it says of
// inputs that do not fit, cancellation, reuse, allocation, and concurrent use under the race detector.
func TestCalls(t *testing.T) {
	dir := filepath.Join("testdata", "calls")
	src, err := os.ReadFile(filepath.Join(dir, "calls.ir"))
	if err != nil {
		t.Fatal(err)
	}
	g, err := ir.Parse(string(src), op.New)
	if err != nil {
		t.Fatal(err)
	}
	if err := pass.Run(g, pass.Options{Verify: true}); err != nil {
		t.Fatal(err)
	}
	p, err := plan.New(g, plan.Options{})
	if err != nil {
		t.Fatal(err)
	}
	opt := emit.Options{Package: "calls", Source: "calls.ir", SHA256: "0"}
	files, err := emit.Package(p, opt)
	if err != nil {
		t.Fatal(err)
	}
	mod := newModule(t)
	if err := mod.Add("calls", p, opt, files); err != nil {
		t.Fatal(err)
	}
	tests, err := os.ReadFile(filepath.Join(dir, "calls_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	mustWrite(t, filepath.Join(mod.Dir, "calls", "calls_test.go"), string(tests))
	// the tests are written in today's Go
	mustWrite(t, filepath.Join(mod.Dir, "go.mod"), "module harness\n\ngo 1.25\n")
	goTool(t, mod, "test", "-trimpath", "./calls")
	goTool(t, mod, "vet", "./calls")
	t.Run("race", func(t *testing.T) {
		if _, err := exec.LookPath("gcc"); err != nil {
			t.Skip("the race detector needs gcc; install Debian's package gcc")
		}
		mod.Env = []string{"CGO_ENABLED=1"}
		goTool(t, mod, "test", "-trimpath", "-race", "-run", "Concurrent", "./calls")
	})
}
