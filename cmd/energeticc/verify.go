package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"github.com/energeticc/energeticc/cmd/internal/build"
	"github.com/energeticc/energeticc/cmd/internal/cases"
	"github.com/energeticc/energeticc/cmd/internal/harness"
	"github.com/energeticc/energeticc/codegen/emit"
	"github.com/energeticc/energeticc/ir"
)

// verifyCmd is energeticc verify.
type verifyCmd struct {
	modelFlags `embed:""`
	Cases      string  `type:"path" placeholder:"PATH" help:"A cases.json, or a folder that holds one or test_data_set_K folders. Without it inputs are drawn and the reference evaluator's answers wanted."`
	Save       string  `type:"path" placeholder:"DIR" help:"Write each answer there, at the relative path of the wanted one."`
	Rtol       float64 `default:"-1" placeholder:"R" help:"The relative tolerance, instead of the cases' own."`
	Atol       float64 `default:"-1" placeholder:"A" help:"The absolute tolerance, instead of the cases' own."`
	JSON       bool    `name:"json" help:"Print JSON."`
}

// verdict is what verify says of an output over all cases.
type verdict struct {
	Output string  `json:"output"`
	Values int     `json:"values"`
	Abs    float64 `json:"max_abs"`
	Rel    float64 `json:"max_rel"`
	ULP    float64 `json:"max_ulp"`
	Bad    int     `json:"beyond_tolerance"`
	First  string  `json:"first,omitempty"`
}

// Run compiles the model into a throw-away module, runs the package on the cases and compares.
func (c *verifyCmd) Run(e *env) error {
	opt, err := c.options()
	if err != nil {
		return err
	}
	show := newProgress(e, 7)
	defer show.done()
	opt.Trace = show.stage
	m, err := build.Load(c.Model, opt)
	if err != nil {
		return err
	}
	if err := unknownDims(m, opt); err != nil {
		return err
	}
	suite, err := c.suite(m, opt)
	if err != nil {
		return err
	}
	show.stage("plan")
	if err := m.Plan(); err != nil {
		return err
	}
	answers, dir, cleanup, err := runCases(e, m, suite, show)
	if err != nil {
		return err
	}
	defer cleanup()
	show.done()
	_ = dir
	return c.compare(e, m, suite, answers)
}

// suite loads the cases, or draws inputs and computes what is wanted.
func (c *verifyCmd) suite(m *build.Model, opt build.Options) (*cases.Suite, error) {
	var suite *cases.Suite
	var err error
	if c.Cases != "" {
		if suite, err = cases.Load(c.Cases); err != nil {
			return nil, usageError{err}
		}
	} else if suite, err = drawnSuite(m, opt); err != nil {
		return nil, err
	}
	for _, k := range suite.Cases {
		if len(k.In) != len(m.Graph.Inputs) || len(k.Out) > len(m.Graph.Outputs) {
			return nil, usagef("%s has %d inputs and %d outputs, the model %d and %d", k.Name, len(k.In), len(k.Out), len(m.Graph.Inputs), len(m.Graph.Outputs))
		}
	}
	if c.Rtol >= 0 {
		suite.Rtol = c.Rtol
	}
	if c.Atol >= 0 {
		suite.Atol = c.Atol
	}
	return suite, nil
}

func drawnSuite(m *build.Model, opt build.Options) (*cases.Suite, error) {
	drawn, err := build.Draw(m, opt)
	if err != nil {
		return nil, err
	}
	if len(drawn) == 0 {
		return nil, fmt.Errorf("%s: no input could be drawn that the reference evaluator accepts and computes in reasonable time; give --cases", m.File.Name)
	}
	suite := &cases.Suite{Rtol: drawn[0].Rel, Atol: drawn[0].Abs}
	for _, d := range drawn {
		k := cases.Case{Name: d.Name}
		for i, t := range d.In {
			k.In = append(k.In, drawnValue(m.Graph.Inputs[i].Name, fmt.Sprintf("in_%d", i), t))
		}
		for i, t := range d.Out {
			k.Out = append(k.Out, drawnValue(m.Graph.Outputs[i].Name, fmt.Sprintf("out_%d", i), t))
		}
		suite.Cases = append(suite.Cases, k)
	}
	return suite, nil
}

func drawnValue(name, file string, t *ir.Tensor) cases.Value {
	v := cases.Value{Name: name, Tensor: t, Shape: t.Shape, File: "drawn/" + file + "." + emit.Extension(t.TypeOf())}
	if emit.Extension(t.TypeOf()) == "json" {
		v.JSON, _ = emit.Encode(t) // values that were just made encode
	}
	return v
}

// runCases builds the package with the harness and runs it on every case.
func runCases(e *env, m *build.Model, suite *cases.Suite, show *progress) ([]harness.Answer, string, func(), error) {
	show.stage("write")
	files, err := m.Files()
	if err != nil {
		return nil, "", nil, err
	}
	mod, err := harness.New()
	if err != nil {
		return nil, "", nil, err
	}
	cleanup := func() { mod.Close() }
	answers, err := runIn(e, mod, m, files, suite, show)
	if err != nil {
		cleanup()
		return nil, "", nil, fmt.Errorf("%s: %w", m.File.Name, err)
	}
	return answers, mod.Dir, cleanup, nil
}

func runIn(e *env, mod *harness.Module, m *build.Model, files []emit.File, suite *cases.Suite, show *progress) ([]harness.Answer, error) {
	if err := mod.Add("subject", m.Program, m.Emit, files); err != nil {
		return nil, err
	}
	show.stage("go build")
	if err := mod.Build(e.ctx); err != nil {
		return nil, err
	}
	show.stage("run")
	var jobs []harness.Job
	for i, k := range suite.Cases {
		j := harness.Job{Model: "subject", Output: filepath.Join(mod.Dir, fmt.Sprintf("answers_%d", i))}
		for n, v := range k.In {
			path := filepath.Join(mod.Dir, fmt.Sprintf("case_%d_in_%d", i, n))
			if err := os.WriteFile(path, v.Bytes(), 0o644); err != nil {
				return nil, err
			}
			j.Inputs = append(j.Inputs, harness.Tensor{Shape: v.Shape, File: path})
		}
		jobs = append(jobs, j)
	}
	return mod.Do(e.ctx, jobs)
}

// errDisagrees is said after a table has shown how.
var errDisagrees = errors.New("the compiled package disagrees")

func (c *verifyCmd) compare(e *env, m *build.Model, suite *cases.Suite, answers []harness.Answer) error {
	verdicts := make([]verdict, len(m.Graph.Outputs))
	bad := 0
	for i, o := range m.Graph.Outputs {
		verdicts[i].Output = o.Name
	}
	for i, k := range suite.Cases {
		a := answers[i]
		if a.Error != "" {
			return fmt.Errorf("%s: %s: %s", m.File.Name, k.Name, a.Error)
		}
		failed := false
		for n, want := range k.Out {
			data, err := os.ReadFile(a.Outputs[n].File)
			if err != nil {
				return err
			}
			if err := c.save(want, data); err != nil {
				return usageError{err}
			}
			d := cases.Compare(want, a.Outputs[n].Shape, data, suite.Rtol, suite.Atol)
			v := &verdicts[n]
			v.add(k.Name, want, d)
			failed = failed || d.Bad > 0
		}
		if failed {
			bad++
		}
	}
	if err := c.print(e, suite, verdicts, bad); err != nil {
		return err
	}
	if bad > 0 {
		return fmt.Errorf("%s: %w with %d of %d cases", m.File.Name, errDisagrees, bad, len(suite.Cases))
	}
	return nil
}

func (v *verdict) add(name string, want cases.Value, d cases.Difference) {
	if want.Tensor != nil {
		v.Values += want.Tensor.Len()
	}
	v.Abs, v.Rel, v.ULP = max(v.Abs, d.Abs), max(v.Rel, d.Rel), max(v.ULP, d.ULP)
	if v.Bad == 0 && d.Bad > 0 {
		v.First = name + " " + d.First
	}
	v.Bad += d.Bad
}

// save writes an answer at the wanted one's path.
func (c *verifyCmd) save(want cases.Value, data []byte) error {
	if c.Save == "" {
		return nil
	}
	if !filepath.IsLocal(filepath.FromSlash(want.File)) {
		return fmt.Errorf("%s leaves the folder of --save", want.File)
	}
	path := filepath.Join(c.Save, filepath.FromSlash(want.File))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, data, 0o644)
}

func (c *verifyCmd) print(e *env, suite *cases.Suite, verdicts []verdict, bad int) error {
	if c.JSON {
		for i := range verdicts {
			for _, x := range []*float64{&verdicts[i].Abs, &verdicts[i].Rel, &verdicts[i].ULP} {
				if math.IsInf(*x, 0) || math.IsNaN(*x) {
					*x = math.MaxFloat64 // JSON knows no infinity
				}
			}
		}
		enc := json.NewEncoder(e.out)
		enc.SetIndent("", "  ")
		return enc.Encode(map[string]any{"cases": len(suite.Cases), "agree": len(suite.Cases) - bad, "rtol": suite.Rtol, "atol": suite.Atol, "outputs": verdicts})
	}
	w := tabwriter.NewWriter(e.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "output\tvalues\tmax abs\tmax rel\tmax ulp\tbeyond tolerance")
	for _, v := range verdicts {
		fmt.Fprintf(w, "%s\t%d\t%.3g\t%.3g\t%.4g\t%d\n", v.Output, v.Values, v.Abs, v.Rel, v.ULP, v.Bad)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	for _, v := range verdicts {
		if v.First != "" {
			fmt.Fprintf(e.out, "%s: %s\n", v.Output, strings.TrimSpace(v.First))
		}
	}
	_, err := fmt.Fprintf(e.out, "%d of %d cases agree (rtol %g, atol %g)\n", len(suite.Cases)-bad, len(suite.Cases), suite.Rtol, suite.Atol)
	return err
}
