package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/energeticc/energeticc/cmd/internal/build"
	"github.com/energeticc/energeticc/cmd/internal/cases"
	"github.com/energeticc/energeticc/cmd/internal/harness"
	"github.com/energeticc/energeticc/codegen/emit"
	"github.com/energeticc/energeticc/ir"
)

// verifyCmd is energeticc verify.
type verifyCmd struct {
	modelFlags `embed:""`
	Cases      string  `type:"path" placeholder:"PATH" help:"A cases.json, or a folder that holds one or test_data_set_K folders. Without it inputs are drawn and the reference evaluator's answers wanted, and ONNX Runtime's where a Python has it."`
	Save       string  `type:"path" placeholder:"DIR" help:"Write each answer there, at the relative path of the wanted one."`
	Rtol       float64 `default:"-1" placeholder:"R" help:"The relative tolerance, instead of the cases' own."`
	Atol       float64 `default:"-1" placeholder:"A" help:"The absolute tolerance, instead of the cases' own."`
	JSON       bool    `name:"json" help:"Print JSON."`
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
	opt.Warn = e.warn
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
	answers, cleanup, err := runCases(e, m, suite, show)
	if err != nil {
		return err
	}
	defer cleanup()
	show.done()
	r, err := c.compare(m, suite, answers)
	if err != nil {
		return err
	}
	if c.Cases == "" {
		if r.ORT, err = c.compareORT(e, m, suite, answers); err != nil {
			return err
		}
	}
	if err := r.print(e, c.JSON); err != nil {
		return err
	}
	return r.verdict(m.File.Name)
}

// compareORT holds the answers to drawn inputs against ONNX Runtime's, too; nil where no Python has it.
func (c *verifyCmd) compareORT(e *env, m *build.Model, suite *cases.Suite, answers []harness.Answer) (*result, error) {
	theirs, err := ortSuite(e, m, suite)
	switch {
	case errors.Is(err, cases.ErrNoTensor):
		fmt.Fprintln(e.errout, "not compared with ONNX Runtime:", err)
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("%s: %w", m.File.Name, err)
	case theirs == nil:
		fmt.Fprintln(e.errout, "not compared with ONNX Runtime: no python3 has it (pip install onnxruntime; $PYTHON names another)")
		return nil, nil
	}
	return c.compare(m, theirs, answers[:1])
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
	if err := suite.Hold(m.Graph); err != nil {
		return nil, err
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
func runCases(e *env, m *build.Model, suite *cases.Suite, show *progress) ([]harness.Answer, func(), error) {
	show.stage("write")
	files, err := m.Files()
	if err != nil {
		return nil, nil, err
	}
	mod, err := harness.New()
	if err != nil {
		return nil, nil, err
	}
	cleanup := func() { mod.Close() }
	answers, err := runIn(e, mod, m, files, suite, show)
	if err != nil {
		cleanup()
		return nil, nil, fmt.Errorf("%s: %w", m.File.Name, err)
	}
	return answers, cleanup, nil
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
