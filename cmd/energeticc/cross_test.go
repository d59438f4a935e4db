package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/energeticc/energeticc/cmd/internal/build"
	"github.com/energeticc/energeticc/cmd/internal/cases"
	"github.com/energeticc/energeticc/cmd/internal/harness"
)

// crossModels have no dependencies in common with the machine that they were compiled on: dense layers, and
// convolutions, normalisation and integer inputs.
var crossModels = []string{"digits-mlp", "magika-v3_3"}

// TestCrossBuild builds and vets compiled packages for platforms of every kind: each system, each word size, each byte
// order. The module's language version is older than the generated files'.
func TestCrossBuild(t *testing.T) {
	mod := newModule(t)
	for _, name := range crossModels {
		addModel(t, mod, name)
	}
	platforms := []string{
		"linux/amd64", "linux/arm64", "darwin/amd64", "darwin/arm64", "windows/amd64", "windows/arm64",
		"linux/386", "linux/arm", "linux/riscv64", "linux/s390x", "js/wasm", "wasip1/wasm",
	}
	packages := []string{"./digitsmlp", "./magikav33"}
	for _, p := range platforms {
		t.Run(p, func(t *testing.T) {
			mod.Env = platform(p)
			goTool(t, mod, append([]string{"build", "-trimpath"}, packages...)...)
			goTool(t, mod, append([]string{"vet", "-trimpath"}, packages...)...)
		})
	}
	t.Run("purego", func(t *testing.T) {
		mod.Env = nil
		goTool(t, mod, append([]string{"build", "-trimpath", "-tags", "purego"}, packages...)...)
	})
}

// platform is the environment of go build for one.
func platform(p string) []string {
	system, arch, _ := strings.Cut(p, "/")
	return []string{"GOOS=" + system, "GOARCH=" + arch}
}

// foreign are the platforms whose programs run here with some help.
var foreign = []struct {
	platform string
	runner   []string // what comes before the program
	needs    string   // the Debian package of runner[0]
}{
	{"linux/arm64", []string{"qemu-aarch64-static"}, "qemu-user-static"},
	{"linux/riscv64", []string{"qemu-riscv64-static"}, "qemu-user-static"},
	{"linux/s390x", []string{"qemu-s390x-static"}, "qemu-user-static"}, // big-endian
	{"linux/arm", []string{"qemu-arm-static"}, "qemu-user-static"},     // an int has 32 bits
	{"js/wasm", []string{"node", "--stack-size=8192", "lib/wasm/wasm_exec_node.js"}, "nodejs"},
	{"wasip1/wasm", []string{"node", "--no-warnings", "testdata/wasi.mjs"}, "nodejs"},
}

// emulator finds a platform's runner, whose files lie in testdata or in Go's own folder. The test that needs it is skipped where it is not
// installed, or fails where ENERGETICC_REQUIRE_EMULATORS=1.
func emulator(t *testing.T, runner []string, needs string) []string {
	if _, err := exec.LookPath(runner[0]); err != nil {
		missing(t, "ENERGETICC_REQUIRE_EMULATORS", "%s is not here; install Debian's package %s", runner[0], needs)
	}
	root, err := exec.CommandContext(t.Context(), "go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	all := []string{"env", "-i", "PATH=" + os.Getenv("PATH")} // js/wasm has little room for the environment
	for _, s := range runner {
		switch {
		case strings.HasPrefix(s, "lib/"):
			s = filepath.Join(strings.TrimSpace(string(root)), s)
		case strings.HasPrefix(s, "testdata/"):
			if s, err = filepath.Abs(s); err != nil {
				t.Fatal(err)
			}
		}
		all = append(all, s)
	}
	return all
}

// TestCrossRun runs compiled packages on other platforms and holds them against the models' golden answers.
func TestCrossRun(t *testing.T) {
	mod := newModule(t)
	var subjects []*subject
	var jobs []harness.Job
	for _, name := range crossModels {
		suite, err := cases.Load(testModel(t, name))
		if err != nil {
			t.Fatal(err)
		}
		suite.Cases = suite.Cases[:1] // emulators are slow
		s := &subject{name: name, model: addModel(t, mod, name), suite: suite, first: len(jobs)}
		jobs = append(jobs, s.jobs(t, mod)...)
		subjects = append(subjects, s)
	}
	for _, f := range foreign {
		t.Run(f.platform, func(t *testing.T) {
			mod.Run, mod.Env = emulator(t, f.runner, f.needs), platform(f.platform)
			if err := mod.Build(t.Context()); err != nil {
				t.Fatal(err)
			}
			answers, err := mod.Do(t.Context(), jobs)
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range subjects {
				s.compare(t, answers[s.first:])
			}
		})
	}
}

// TestDeterministic compiles twice, in one process and on another platform: every byte must be the same.
func TestDeterministic(t *testing.T) {
	models := []string{"digits-mlp", "magika-v3_3", "silero-vad-v6"}
	want := map[string]map[string]string{}
	for _, name := range models {
		dir := filepath.Join(t.TempDir(), build.PackageName(name))
		mustRun(t, "compile", testModel(t, name), "-o", dir)
		want[name] = contents(t, dir)
		again := filepath.Join(t.TempDir(), build.PackageName(name))
		mustRun(t, "compile", testModel(t, name), "-o", again)
		sameFiles(t, contents(t, again), want[name])
	}
	t.Run("arm64", func(t *testing.T) {
		runner := emulator(t, foreign[0].runner, foreign[0].needs)
		compiler := filepath.Join(t.TempDir(), "energeticc")
		goBuild := exec.CommandContext(t.Context(), "go", "build", "-o", compiler, ".")
		goBuild.Env = append(os.Environ(), "GOOS=linux", "GOARCH=arm64", "CGO_ENABLED=0")
		if out, err := goBuild.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		for _, name := range models {
			dir := filepath.Join(t.TempDir(), build.PackageName(name))
			args := append(runner[1:], compiler, "compile", testModel(t, name), "-o", dir)
			if out, err := exec.CommandContext(t.Context(), runner[0], args...).CombinedOutput(); err != nil {
				t.Fatalf("%s: %v\n%s", name, err, out)
			}
			sameFiles(t, contents(t, dir), want[name])
		}
	})
}
