package main

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/energeticc/energeticc/cmd/internal/build"
	"github.com/energeticc/energeticc/cmd/internal/cases"
	"github.com/energeticc/energeticc/codegen/emit"
)

// demoCmd is energeticc demo.
type demoCmd struct {
	Files []string `arg:"" optional:"" type:"path" placeholder:"FILE" help:"Files to tell the kind of; by default README.md, if there is one here, and this command itself."`
}

// demoData is the model magika and the program that calls it.
//
//go:embed demo/magika demo/_filekind/main.go
var demoData embed.FS

// demoFacts are what the demo measures.
type demoFacts struct {
	lines       int // of Go
	source      int // bytes of Go
	weights     int // bytes
	binary      int64
	compile     time.Duration
	goBuild     time.Duration
	firstAnswer time.Duration // from the start of the process
	call        time.Duration
}

// Run compiles the model, builds the program, checks it and asks it about files.
func (c *demoCmd) Run(e *env) error {
	files, err := c.files()
	if err != nil {
		return err
	}
	if _, err := exec.LookPath("go"); err != nil {
		return usagef("demo: the go command is needed to build what was compiled, and is not on the PATH; see https://go.dev/dl (energeticc compile does without)")
	}
	dir, err := os.MkdirTemp("", "energeticc-demo-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if err := unpackDemo(dir); err != nil {
		return err
	}
	mod := demoModule{filepath.Join(dir, "filekind")}
	var facts demoFacts
	if err := compileDemo(e, dir, mod, &facts); err != nil {
		return err
	}
	if err := mod.build(e, &facts); err != nil {
		return err
	}
	answers, err := mod.ask(e.ctx, files)
	if err != nil {
		return err
	}
	if err := mod.measure(e, &facts); err != nil {
		return err
	}
	return facts.print(e, files, answers)
}

// files are those that were named, or what there is: a text and a program.
func (c *demoCmd) files() ([]string, error) {
	files := c.Files
	if len(files) == 0 {
		if _, err := os.Stat("README.md"); err == nil {
			files = append(files, "README.md")
		}
		self, err := os.Executable()
		if err != nil {
			return nil, err
		}
		return append(files, self), nil
	}
	for _, name := range files {
		switch info, err := os.Stat(name); {
		case err != nil:
			return nil, usageError{err}
		case !info.Mode().IsRegular():
			return nil, usagef("%s is no regular file; name files to tell the kind of", name)
		}
	}
	return files, nil
}

// unpackDemo writes the model to dir/magika and the program to dir/filekind.
func unpackDemo(dir string) error {
	sub, err := fs.Sub(demoData, "demo")
	if err != nil {
		return err
	}
	if err := os.CopyFS(dir, sub); err != nil {
		return err
	}
	program := filepath.Join(dir, "filekind")
	return errors.Join(
		os.Rename(filepath.Join(dir, "_filekind"), program),
		os.Rename(filepath.Join(dir, "magika", "config.min.json"), filepath.Join(program, "config.min.json")),
		os.WriteFile(filepath.Join(program, "go.mod"), []byte("module filekind\n\ngo 1.23\n"), 0o644))
}

// compileDemo does what energeticc compile magika/model.onnx -o filekind/magika --cases magika would.
func compileDemo(e *env, dir string, mod demoModule, facts *demoFacts) error {
	from := filepath.Join(dir, "magika")
	suite, err := cases.Load(from)
	if err != nil {
		return err
	}
	var golden []emit.Case
	for _, k := range suite.Cases {
		golden = append(golden, emit.Case{Name: k.Name, In: tensors(k.In), Out: tensors(k.Out), Abs: suite.Atol, Rel: suite.Rtol})
	}
	start := time.Now()
	m, files, err := build.Compile(filepath.Join(from, "model.onnx"), build.Options{Package: "magika", Cases: golden})
	if err != nil {
		return err
	}
	if err := build.WriteDir(filepath.Join(mod.dir, "magika"), files); err != nil {
		return err
	}
	facts.compile = time.Since(start)
	for _, f := range files {
		switch {
		case f.Name == "weights.bin":
			facts.weights = len(f.Data)
		case strings.HasSuffix(f.Name, ".go") && f.Name != "model_test.go":
			facts.lines += strings.Count(string(f.Data), "\n")
			facts.source += len(f.Data)
		}
	}
	fmt.Fprintf(e.errout, "compiled magika, %s of ONNX that tells files' kinds by their bytes, to a Go package in %s\n", size(m.File.Size), seconds(facts.compile))
	return nil
}

// print shows the answers and then the facts.
func (f *demoFacts) print(e *env, files []string, answers []demoAnswer) error {
	w := tabwriter.NewWriter(e.out, 0, 0, 2, ' ', 0)
	for i, a := range answers {
		fmt.Fprintf(w, "%s\t%s\t%s\n", shortPath(files[i]), a.kind, a.score)
	}
	fmt.Fprintln(w)
	fmt.Fprintf(w, "source of the package\t%s lines of Go, %s\n", thousands(int64(f.lines)), size(int64(f.source)))
	fmt.Fprintf(w, "weights\t%s\n", size(int64(f.weights)))
	fmt.Fprintf(w, "program\t%s\n", size(f.binary))
	fmt.Fprintf(w, "energeticc compile\t%s\n", seconds(f.compile))
	fmt.Fprintf(w, "go build\t%s\n", seconds(f.goBuild))
	fmt.Fprintf(w, "start to first answer\t%s\n", millis(f.firstAnswer))
	fmt.Fprintf(w, "a call of the model\t%s\n", millis(f.call))
	return w.Flush()
}

// shortPath is a file's path as a person would write it here, or else its name alone.
func shortPath(path string) string {
	if short := here(path); !filepath.IsAbs(short) {
		return filepath.Clean(short)
	}
	return filepath.Base(path)
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.1f s", d.Seconds()) }

func millis(d time.Duration) string { return fmt.Sprintf("%.0f ms", d.Seconds()*1e3) }
