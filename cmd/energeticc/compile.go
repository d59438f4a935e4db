package main

import (
	"bytes"
	"fmt"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/energeticc/energeticc/cmd/internal/build"
	"github.com/energeticc/energeticc/cmd/internal/cases"
	"github.com/energeticc/energeticc/codegen/emit"
	"github.com/energeticc/energeticc/ir"
)

// compileCmd is energeticc compile.
type compileCmd struct {
	modelFlags  `embed:""`
	Output      string `short:"o" required:"" type:"path" placeholder:"DIR" help:"The package's folder: new, empty, or an earlier result."`
	Package     string `placeholder:"NAME" help:"The package's name; the folder's by default."`
	NoTests     bool   `help:"Leave out the generated test and its golden answers."`
	Cases       string `type:"path" placeholder:"PATH" help:"Golden answers for the generated test: a cases.json, or a folder with test_data_set_K. By default they are drawn and computed."`
	WeightsFile bool   `help:"Leave weights.bin beside the program instead of embedding it: the package's Load takes its bytes."`
	License     string `type:"path" placeholder:"FILE" help:"The model's own licence, put into the package."`
}

// Run compiles a model into a folder.
func (c *compileCmd) Run(e *env) error {
	start := time.Now()
	opt, err := c.options()
	if err != nil {
		return err
	}
	opt.Package = c.Package
	if opt.Package == "" {
		opt.Package = build.PackageName(c.Output)
	}
	if !isPackageName(opt.Package) {
		return usagef("--package %s: want a Go package name: a letter, then letters and digits", opt.Package)
	}
	if c.License != "" {
		if opt.License, err = os.ReadFile(c.License); err != nil {
			return usageError{err}
		}
	}
	if err := build.CheckTarget(c.Output); err != nil {
		return usageError{err}
	}
	show := newProgress(e, 6)
	defer show.done()
	opt.Trace = show.stage
	opt.Warn = e.warn
	m, err := build.Load(c.Model, opt)
	if err != nil {
		return err
	}
	if err := unknownDims(m, opt); err != nil {
		return err
	}
	if err := c.golden(m, opt, show); err != nil {
		return err
	}
	show.stage("plan")
	if err := m.Plan(); err != nil {
		return err
	}
	m.Emit.WeightsFile = c.WeightsFile
	show.stage("write")
	files, err := m.Files()
	if err != nil {
		return err
	}
	if err := c.write(e, files); err != nil {
		return err
	}
	show.done()
	report(e, m, files)
	fmt.Fprintf(e.errout, "wrote %s (%s) in %.1f s\n", here(c.Output), counted(len(files), "file"), time.Since(start).Seconds())
	return nil
}

// write puts the files into their folder, if there was no interruption before.
func (c *compileCmd) write(e *env, files []emit.File) error {
	e.keep.Lock()
	defer e.keep.Unlock()
	if e.ctx.Err() != nil {
		return fmt.Errorf("interrupted; %s is as it was", c.Output)
	}
	e.wrote = true
	return build.WriteDir(c.Output, files)
}

// golden gives the generated test its answers: the user's, or drawn inputs with the reference's answers.
func (c *compileCmd) golden(m *build.Model, opt build.Options, show *progress) error {
	if c.NoTests {
		return nil
	}
	show.stage("golden answers")
	if c.Cases == "" {
		drawn, err := build.Draw(m, opt)
		m.Emit.Cases = drawn
		return err
	}
	suite, err := cases.Load(c.Cases)
	if err != nil {
		return usageError{err}
	}
	if err := suite.Hold(m.Graph); err != nil {
		return err
	}
	for _, k := range suite.Cases {
		m.Emit.Cases = append(m.Emit.Cases, emit.Case{Name: k.Name, In: tensors(k.In), Out: tensors(k.Out), Abs: suite.Atol, Rel: suite.Rtol})
	}
	return nil
}

// here is a path as a person would write it in the working folder, where it lies below that.
func here(path string) string {
	if wd, err := os.Getwd(); err == nil {
		if rel, err := filepath.Rel(wd, path); err == nil && filepath.IsLocal(rel) {
			return "." + string(filepath.Separator) + rel
		}
	}
	return path
}

func tensors(values []cases.Value) []*ir.Tensor {
	var all []*ir.Tensor
	for _, v := range values {
		all = append(all, v.AsTensor())
	}
	return all
}

func isPackageName(s string) bool {
	for i, r := range s {
		if (r < 'a' || r > 'z') && (i == 0 || r != '_' && (r < '0' || r > '9')) {
			return false
		}
	}
	return s != "" && s != "main" && !token.IsKeyword(s)
}

// report says what became of the model.
func report(e *env, m *build.Model, files []emit.File) {
	lines, bin := 0, 0
	for _, f := range files {
		switch {
		case strings.HasSuffix(f.Name, ".go") && f.Name != "model_test.go":
			lines += bytes.Count(f.Data, []byte("\n"))
		case f.Name == "weights.bin":
			bin = len(f.Data)
		}
	}
	p := m.Program
	fmt.Fprintf(e.errout, "%s   %s, %s, %s parameters\n", m.File.Name, strings.Join(m.Emit.Opsets, " + "), counted(m.Imported.Nodes, "node"), thousands(m.Imported.Parameters))
	fmt.Fprintf(e.errout, "  %s in %s; %s\n", counted(p.Stats.Calls, "kernel call"), counted(p.Stats.Steps, "step"), freeText(m))
	fmt.Fprintf(e.errout, "  arena %s%s, weights %s, %s lines of Go, %s\n", size(p.Stats.ArenaBytes), typicalText(m), size(int64(bin)), thousands(int64(lines)), counted(len(p.Stats.Kernels), "kernel"))
}

func typicalText(m *build.Model) string {
	if m.Program.Stats.Typical == "" {
		return ""
	}
	return " (" + m.Program.Stats.Typical + ")"
}

func freeText(m *build.Model) string {
	if len(m.Program.Free) == 0 {
		return "all sizes are fixed"
	}
	var names []string
	for _, s := range m.Program.Free {
		names = append(names, s.Name)
	}
	if len(names) == 1 {
		return names[0] + " is free"
	}
	return strings.Join(names, ", ") + " are free"
}

func thousands(n int64) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

func size(n int64) string {
	switch {
	case n >= 1e6:
		return fmt.Sprintf("%.1f MB", float64(n)/1e6)
	case n >= 1e3:
		return fmt.Sprintf("%.1f KB", float64(n)/1e3)
	}
	return fmt.Sprintf("%d B", n)
}
