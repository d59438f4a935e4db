package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/energeticc/energeticc/cmd/internal/build"
	"github.com/energeticc/energeticc/importer/onnx/file"
	"github.com/energeticc/energeticc/ir"
)

// modelFlags are the flags of every command that reads a model.
type modelFlags struct {
	Model     string   `arg:"" help:"A .onnx file, a model.json of TensorFlow.js or a bundler's module of one (model.min.js), or a folder, zip or tar.gz that holds one; ARCHIVE/PATH names one of several." type:"path"`
	Dim       []string `placeholder:"NAME=N|LO..HI" help:"Pin or bound a free dim: seq=1..256, batch=1. May be repeated."`
	MaxMemory string   `default:"4GB" help:"Refuse models whose constants, or whose runs at fixed sizes, need more."`
	MaxNodes  int      `default:"100000" help:"Refuse models of more nodes, with those of each call of a local function."`
}

// options brings the flags into the compiler's form.
func (f *modelFlags) options() (build.Options, error) {
	opt := build.Options{Dims: map[string]ir.Range{}}
	for _, d := range f.Dim {
		name, r, err := parseDim(d)
		if err != nil {
			return opt, err
		}
		if _, twice := opt.Dims[name]; twice {
			return opt, usagef("--dim %s stands twice", name)
		}
		opt.Dims[name] = r
	}
	n, err := parseBytes(f.MaxMemory)
	if err != nil {
		return opt, err
	}
	opt.Limits = file.Limits{MaxBytes: n}
	if f.MaxNodes < 1 {
		return opt, usagef("--max-nodes %d: want at least 1", f.MaxNodes)
	}
	opt.MaxNodes = f.MaxNodes
	return opt, nil
}

// parseDim reads NAME=N or NAME=LO..HI.
func parseDim(s string) (string, ir.Range, error) {
	name, value, ok := strings.Cut(s, "=")
	lo, hi, bounded := strings.Cut(value, "..")
	if !bounded {
		hi = lo
	}
	l, err1 := strconv.ParseInt(lo, 10, 32)
	h, err2 := strconv.ParseInt(hi, 10, 32)
	if !ok || name == "" || err1 != nil || err2 != nil || l < 0 || h < l {
		return "", ir.Range{}, usagef("--dim %s: want NAME=N or NAME=LO..HI with 0 ≤ LO ≤ HI, such as seq=1..256", s)
	}
	return name, ir.Range{Lo: l, Hi: h}, nil
}

// parseBytes reads 4GB, 512MB, 1000.
func parseBytes(s string) (int64, error) {
	digits := strings.TrimRight(strings.ToUpper(s), "KMGTB")
	unit, ok := map[string]int64{"": 1, "B": 1, "KB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12, "K": 1e3, "M": 1e6, "G": 1e9}[strings.ToUpper(s[len(digits):])]
	n, err := strconv.ParseFloat(digits, 64)
	if err != nil || !ok || n <= 0 || n*float64(unit) > 1e15 {
		return 0, usagef("--max-memory %s: want a number of bytes such as 4GB or 512MB", s)
	}
	return int64(n * float64(unit)), nil
}

// unknownDims finds --dim names that the model does not have.
func unknownDims(m *build.Model, opt build.Options) error {
	known := m.File.FreeDims()
	for _, name := range slices.Sorted(maps.Keys(opt.Dims)) {
		if !slices.Contains(known, name) {
			return usagef("--dim %s: the model has no such free dim; it has %s", name, cmp.Or(strings.Join(known, ", "), "none"))
		}
	}
	return nil
}

// counted writes a number with its noun.
func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// warn tells of something odd in a model that compiles.
func (e *env) warn(err error) { fmt.Fprintf(e.errout, "warning: %v\n", err) }
