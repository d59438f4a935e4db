// Package build takes a model through the compiler's stages: import, passes, plan, source.
package build

import (
	"encoding/hex"
	"fmt"
	"math"
	"path/filepath"
	"strings"

	"github.com/energeticc/energeticc/codegen/emit"
	"github.com/energeticc/energeticc/codegen/plan"
	"github.com/energeticc/energeticc/importer/onnx/file"
	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/pass"
)

// Options steer a compilation.
type Options struct {
	Package string // of the result; "" takes it from the model's file name
	Dims    map[string]ir.Range
	Cases   []emit.Case
	License []byte
	Limits  file.Limits
	// MaxNodes bounds the model's nodes; 0 means the importer's own bound.
	MaxNodes int
	Until    string // the pass to stop after, for inspect; Import stops before the first
	Trace    func(stage string)
	Warn     func(error) // hears of what is odd in a model that compiles; nil for nobody
}

// Import stands for the stage before the passes, among their names.
const Import = "import"

// Model is a model between its stages.
type Model struct {
	File     *Source
	Graph    *ir.Graph
	Imported Counts // before the passes
	Program  *plan.Program
	Emit     emit.Options
	limits   file.Limits
}

// Counts are figures of a graph.
type Counts struct {
	Nodes      int
	Constants  int64 // bytes
	Tensors    int
	Parameters int64 // elements
}

// Load imports a model and improves it.
func Load(path string, opt Options) (*Model, error) {
	trace := opt.Trace
	if trace == nil {
		trace = func(string) {}
	}
	trace("read")
	f, err := Open(path, opt.Limits)
	if err != nil {
		return nil, err
	}
	trace("import")
	g, err := f.Import(opt)
	if err != nil {
		return nil, err
	}
	m := &Model{File: f, Graph: g, Imported: count(g), limits: opt.Limits}
	trace("improve")
	if opt.Until == Import {
		return m, nil
	}
	if err := pass.Run(g, pass.Options{Until: opt.Until}); err != nil {
		return nil, fmt.Errorf("%s: %w", f.Name, err)
	}
	m.Emit = emit.Options{
		Package: opt.Package, Source: filepath.Base(f.Path), SHA256: hex.EncodeToString(f.SHA256[:]),
		Opsets: f.opsets(), Parameters: m.Imported.Parameters, License: opt.License, Cases: opt.Cases,
	}
	if m.Emit.Package == "" {
		m.Emit.Package = PackageName(path)
	}
	return m, nil
}

// Plan decides steps, kernels and memory.
func (m *Model) Plan() error {
	p, err := plan.New(m.Graph, plan.Options{})
	if err != nil {
		return fmt.Errorf("%s: %w", m.File.Name, err)
	}
	if need := p.Stats.ArenaBytes; p.Stats.Typical == "" && need > m.limits.Max() {
		return fmt.Errorf("%s: a run needs %d bytes beside the weights; the limit is %d (--max-memory)", m.File.Name, need, m.limits.Max())
	}
	if need := smallestAnswer(m.Graph); need > m.limits.Max() {
		return fmt.Errorf("%s: the outputs of one run take %d bytes or more; the limit is %d (--max-memory)", m.File.Name, need, m.limits.Max())
	}
	m.Program = p
	return nil
}

// smallestAnswer is how many bytes the outputs take at the smallest sizes that are not 0, without those whose sizes the
// inputs' contents decide.
func smallestAnswer(g *ir.Graph) int64 {
	least := map[string]int64{}
	for name, s := range g.Symbols {
		if !s.Data {
			least[name] = max(s.Range.Lo, 1)
		}
	}
	total := 0.0
	for _, v := range g.Outputs {
		if !v.Type.IsTensor() {
			continue
		}
		if n, err := v.Type.Len().Eval(least); err == nil {
			total += float64(n) * float64(v.Type.DType.Bits()) / 8
		}
	}
	return int64(min(total, math.MaxInt64/2))
}

// Files writes the package.
func (m *Model) Files() ([]emit.File, error) {
	files, err := emit.Package(m.Program, m.Emit)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", m.File.Name, err)
	}
	return files, nil
}

// Compile does all stages.
func Compile(path string, opt Options) (*Model, []emit.File, error) {
	m, err := Load(path, opt)
	if err != nil {
		return nil, nil, err
	}
	if err := m.Plan(); err != nil {
		return nil, nil, err
	}
	files, err := m.Files()
	return m, files, err
}

func count(g *ir.Graph) Counts {
	var c Counts
	g.Walk(func(*ir.Node) { c.Nodes++ })
	for _, v := range g.Constants() {
		c.Tensors++
		c.Constants += int64(v.Const.ByteSize())
		if v.Const.Type == nil {
			c.Parameters += int64(v.Const.Len())
		}
	}
	return c
}

// PackageName makes a Go package name of a file's name: letters and digits in lower case.
func PackageName(path string) string {
	base := strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
	var b strings.Builder
	for _, r := range strings.ToLower(base) {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' && b.Len() > 0 {
			b.WriteRune(r)
		}
	}
	if b.Len() == 0 {
		return "model"
	}
	return b.String()
}
