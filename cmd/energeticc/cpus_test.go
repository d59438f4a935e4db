package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
)

// pathTest stands in a compiled package and demands that what HIDDEN names is not used.
const pathTest = `//go:build amd64 && gc && !purego

package model

import (
	"os"
	"strings"
	"testing"
)

func TestPath(t *testing.T) {
	for name, has := range map[string]bool{"avx2": hasAVX2, "avx512": hasAVX512} {
		if has && strings.Contains(os.Getenv("HIDDEN"), name) {
			t.Errorf("%s is used, in spite of GODEBUG=%s", name, os.Getenv("GODEBUG"))
		}
	}
}
`

// TestInstructions holds compiled packages against their models' golden answers with the instructions that GODEBUG
// leaves, without assembly, and with the runtime's checks of pointers and races: wherever a package runs, it answers.
func TestInstructions(t *testing.T) {
	mod := newModule(t)
	if err := os.Remove(filepath.Join(mod.Dir, "main.go")); err != nil {
		t.Fatal(err)
	}
	models := []string{"digits-mlp", "magika-v3_3", "torch-resnet18-quarter"} // products; attention; convolutions
	for _, name := range models {
		dir := filepath.Join(mod.Dir, name)
		mustRun(t, "compile", testModel(t, name), "-o", dir, "--package", "model", "--cases", testModel(t, name))
		mustWrite(t, filepath.Join(dir, "path_test.go"), pathTest)
	}
	// the tests are written in today's Go
	mustWrite(t, filepath.Join(mod.Dir, "go.mod"), "module harness\n\ngo 1.25\n")
	goTool(t, mod, "test", "-c", "-o", mod.Dir, "./...")
	for _, tt := range []struct{ godebug, hidden string }{
		{"", ""},
		{"cpu.avx512f=off", "avx512"},
		{"cpu.avx2=off", "avx2,avx512"},
		{"cpu.fma=off", "avx2,avx512"},
		{"cpu.all=off", "avx2,avx512"},
	} {
		t.Run("GODEBUG="+tt.godebug, func(t *testing.T) {
			if runtime.GOARCH != "amd64" && tt.hidden != "" {
				t.Skip("these are instructions of amd64")
			}
			for _, name := range models {
				cmd := exec.CommandContext(t.Context(), filepath.Join(mod.Dir, name+".test"))
				cmd.Dir = filepath.Join(mod.Dir, name)
				cmd.Env = append(os.Environ(), "GODEBUG="+tt.godebug, "HIDDEN="+tt.hidden)
				if out, err := cmd.CombinedOutput(); err != nil {
					t.Errorf("%s: %v\n%s", name, err, out)
				}
			}
		})
	}
	t.Run("purego", func(t *testing.T) { goTool(t, mod, "test", "-tags", "purego", "./...") })
	t.Run("checkptr", func(t *testing.T) {
		goTool(t, mod, "test", "-gcflags=-d=checkptr=2", "-run", "TestGolden|TestConcurrent", "./...")
	})
	t.Run("race", func(t *testing.T) {
		if _, err := exec.LookPath("gcc"); err != nil {
			t.Skip("the race detector needs gcc; install Debian's package gcc")
		}
		mod.Env = []string{"CGO_ENABLED=1"}
		goTool(t, mod, "test", "-race", "-run", "TestGolden|TestConcurrent", "./...")
	})
}
