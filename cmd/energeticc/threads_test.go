package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/energeticc/energeticc/codegen/emit"
	"github.com/energeticc/energeticc/codegen/plan"
	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
	"github.com/energeticc/energeticc/ir/pass"
)

// dense is a graph of products that are worth sharing between cores, of rows of width numbers.
func dense(width int) string {
	var w strings.Builder
	for i := range width * width {
		fmt.Fprintf(&w, "%d ", i*7919%13-6)
	}
	return fmt.Sprintf(`func dense(x f32[batch, %[1]d]) (y f32[batch, %[1]d]) {
  const w f32[%[1]d, %[1]d] = [%[2]s]
  a = MatMul(x, w)
  b = Tanh(a)
  c = MatMul(b, w)
  y = Sigmoid(c)
}
`, width, strings.TrimSpace(w.String()))
}

// TestThreads runs the tests of testdata/threads in a compiled package: with two processors, with one, and under the
// race detector.
func TestThreads(t *testing.T) {
	const width = 256
	g, err := ir.Parse(dense(width), op.New)
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
	opt := emit.Options{Package: "threads", Source: "dense.ir", SHA256: "0"}
	files, err := emit.Package(p, opt)
	if err != nil {
		t.Fatal(err)
	}
	mod := newModule(t)
	if err := mod.Add("threads", p, opt, files); err != nil {
		t.Fatal(err)
	}
	tests, err := os.ReadFile(filepath.Join("testdata", "threads", "threads_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	mustWrite(t, filepath.Join(mod.Dir, "threads", "threads_test.go"), string(tests))
	mustWrite(t, filepath.Join(mod.Dir, "threads", "width_test.go"), fmt.Sprintf("package threads\n\nconst width = %d\n", width))
	// the tests are written in today's Go
	mustWrite(t, filepath.Join(mod.Dir, "go.mod"), "module harness\n\ngo 1.25\n")
	for _, procs := range []string{"2", "1"} {
		t.Run(procs, func(t *testing.T) {
			mod.Env = []string{"GOMAXPROCS=" + procs}
			goTool(t, mod, "test", "-trimpath", "-count=1", "./threads")
		})
	}
	t.Run("race", func(t *testing.T) {
		if _, err := exec.LookPath("gcc"); err != nil {
			t.Skip("the race detector needs gcc; install Debian's package gcc")
		}
		mod.Env = []string{"GOMAXPROCS=2", "CGO_ENABLED=1"}
		goTool(t, mod, "test", "-trimpath", "-race", "./threads")
	})
}
