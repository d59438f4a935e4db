package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/tools/go/packages"
)

// manifestFile names the file that lists a suite of hostile models: files without answers, each to be refused with a
// clear error or compiled to a sound package, in bounded time and memory.
const manifestFile = "manifest.json"

// hostile is a line of the manifest.
type hostile struct {
	File        string
	Kind        string
	Expectation string
	Links       map[string]string `json:"make_symlinks"` // to be made beside the model: name and target
}

const (
	// hostileTime and hostileMemory bound the compilation of a hostile model.
	hostileTime   = 10 * time.Second
	hostileMemory = 4_000_000_000 // bytes
	// clearError is the most that an error may take to be read by a person.
	clearError = 4096
)

// What may become of a hostile model.
const (
	outcomeRefused   = "refused"
	outcomeCompiled  = "compiled"
	outcomeAtRunTime = "left to run time"
)

var aside = regexp.MustCompile(`\([^)]*\)`)

// mustRefuse reports whether the manifest leaves no choice.
func (h *hostile) mustRefuse() bool {
	text := aside.ReplaceAllString(h.Expectation, "")
	return (strings.HasPrefix(text, "must be rejected with a clear error") || strings.HasPrefix(text, "must be refused with a clear error")) &&
		!strings.Contains(text, " or ")
}

// atRunTime reports whether the manifest lets a compiled package find the fault.
func (h *hostile) atRunTime() bool {
	return strings.Contains(h.Expectation, "run time") || strings.Contains(h.Expectation, "run-time")
}

// listHostile makes cases of a manifest, and the links that they ask for.
func (s *suite) listHostile() error {
	for i := range s.manifest {
		h := &s.manifest[i]
		if !fs.ValidPath(h.File) || path.Dir(h.File) == "." {
			return fmt.Errorf("%s: %q is no path of a folder's model", manifestFile, h.File)
		}
		c := &testCase{suite: s, name: path.Dir(h.File), kind: h.Kind, hostile: h}
		for name, target := range h.Links {
			err := os.Symlink(target, filepath.Join(c.dir(), filepath.Base(name)))
			if err != nil && !errors.Is(err, fs.ErrExist) {
				return err
			}
		}
		s.cases = append(s.cases, c)
	}
	return nil
}

// runHostile gives each model to the energeticc command, a process of its own: what ends a process cannot be caught.
func runHostile(ctx context.Context, all []*testCase, progress io.Writer) ([]*result, error) {
	if len(all) == 0 {
		return nil, nil
	}
	work, err := os.MkdirTemp("", "hostile-*")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(work)
	command, mod := filepath.Join(work, "energeticc"), filepath.Join(work, "mod")
	if out, err := exec.CommandContext(ctx, "go", "build", "-o", command, "github.com/energeticc/energeticc/cmd/energeticc").CombinedOutput(); err != nil {
		return nil, fmt.Errorf("go build of the command: %w\n%s", err, out)
	}
	if err := os.Mkdir(mod, 0o755); err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(mod, "go.mod"), []byte("module hostile\n\ngo 1.23\n"), 0o644); err != nil {
		return nil, err
	}
	var results []*result
	for i, c := range all {
		r := &result{Suite: c.suite.name, Case: c.name, Kind: c.kind, Note: c.hostile.Expectation}
		if err := r.compileHostile(ctx, c, command, filepath.Join(mod, fmt.Sprintf("c%d", i))); err != nil {
			r.fail(stageCompile, err)
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		results = append(results, r)
	}
	wrong, err := checkSources(ctx, mod)
	if err != nil {
		return nil, err
	}
	outcomes := map[string]int{}
	for i, r := range results {
		if err := wrong[fmt.Sprintf("c%d", i)]; err != nil {
			r.fail(stageBuild, err)
		}
		outcomes[r.Outcome]++
	}
	fmt.Fprintf(progress, "%d hostile models: %d %s, %d %s, %d %s\n", len(all), outcomes[outcomeRefused], outcomeRefused,
		outcomes[outcomeCompiled], outcomeCompiled, outcomes[outcomeAtRunTime], outcomeAtRunTime)
	return results, nil
}

// compileHostile runs the command on a model and judges what it does, says and leaves behind.
func (r *result) compileHostile(ctx context.Context, c *testCase, command, out string) error {
	ctx, cancel := context.WithTimeout(ctx, hostileTime)
	defer cancel()
	var said bytes.Buffer
	cmd := exec.CommandContext(ctx, command, "compile", filepath.Join(c.suite.dir, filepath.FromSlash(c.hostile.File)), "-o", out, "--package", "hostile", "--no-tests")
	cmd.Stdout, cmd.Stderr = &said, &said
	err := cmd.Run()
	if ctx.Err() != nil {
		return fmt.Errorf("not done within %v", hostileTime)
	}
	if n := peakMemory(cmd.ProcessState); n > hostileMemory {
		return fmt.Errorf("took %d bytes of memory, want at most %d", n, hostileMemory)
	}
	switch code := cmd.ProcessState.ExitCode(); {
	case code == 1:
		r.Outcome = outcomeRefused
		return refusal(said.Bytes(), out)
	case code != 0:
		return fmt.Errorf("exit code %d, want 0 or 1 (%v): %.400s", code, err, said.String())
	case c.hostile.mustRefuse():
		r.Outcome = outcomeCompiled
		return errors.New("compiled; want an error")
	}
	r.Outcome = outcomeCompiled
	if c.hostile.atRunTime() {
		r.Outcome = outcomeAtRunTime
	}
	return nil
}

// refusal holds an error against what a person can use, and the folder against being there at all.
func refusal(said []byte, out string) error {
	switch {
	case len(bytes.TrimSpace(said)) == 0:
		return errors.New("refused without a word")
	case len(said) > clearError:
		return fmt.Errorf("refused by %d bytes of text, want at most %d", len(said), clearError)
	case !utf8.Valid(said):
		return fmt.Errorf("refused by text that is not UTF-8: %.200q", said)
	case bytes.Contains(said, []byte("goroutine ")) || bytes.Contains(said, []byte("panic")):
		return fmt.Errorf("panicked: %.400s", said)
	}
	if _, err := os.Lstat(out); !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("refused, and left %s behind (%v)", filepath.Base(out), err)
	}
	return nil
}

// checkSources type-checks the packages of a module and gives what is wrong by package: texts of a model must not have
// become code, nor broken it.
func checkSources(ctx context.Context, mod string) (map[string]error, error) {
	loaded, err := packages.Load(&packages.Config{
		Context: ctx, Dir: mod, Env: append(os.Environ(), "GOWORK=off", "GOFLAGS=-mod=mod"),
		Mode: packages.NeedName | packages.NeedFiles | packages.NeedImports | packages.NeedTypes | packages.NeedSyntax | packages.NeedTypesInfo,
	}, "./...")
	if err != nil {
		return nil, err
	}
	wrong := map[string]error{}
	for _, p := range loaded {
		for _, e := range p.Errors {
			wrong[path.Base(p.PkgPath)] = errors.Join(wrong[path.Base(p.PkgPath)], e)
		}
	}
	return wrong, nil
}
