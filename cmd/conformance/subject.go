package main

import (
	"cmp"
	"fmt"
	"path/filepath"
	"runtime/debug"
	"strings"
	"time"

	"github.com/energeticc/energeticc/cmd/internal/build"
	"github.com/energeticc/energeticc/cmd/internal/cases"
	"github.com/energeticc/energeticc/codegen/emit"
	"github.com/energeticc/energeticc/importer/onnx/file"
	"github.com/energeticc/energeticc/importer/onnx/pb"
)

// Stages at which a case may fail.
const (
	stageCompile = "compile"
	stageBuild   = "build"
	stageRun     = "run"
	stageValue   = "value"
)

// result is what came of a case.
type result struct {
	Suite  string `json:"suite"`
	Case   string `json:"case"`
	Kind   string `json:"kind"`
	Domain string `json:"domain"`
	Op     string `json:"op"` // "" for models of several operators
	Stage  string `json:"failed_at,omitempty"`
	Reason string `json:"reason,omitempty"`
	Note   string `json:"note,omitempty"` // what the suite says of its answer

	Outcome string `json:"outcome,omitempty"` // of a hostile model

	err error
}

func (r *result) fail(stage string, err error) {
	if r.Stage == "" {
		r.Stage, r.Reason, r.err = stage, strings.TrimSpace(err.Error()), err
	}
}

// subject is a case on its way through a batch.
type subject struct {
	*testCase
	result *result
	pkg    string // its package in the batch's module
	sets   *cases.Suite
	model  *build.Model
	files  []emit.File
	draws  draw
}

// compileLimit bounds the compilation of one model.
const compileLimit = 2 * time.Minute

// newSubject compiles a case. What goes wrong, a panic or endless work included, stands in the result.
func newSubject(c *testCase, pkg string) *subject {
	s := &subject{testCase: c, pkg: pkg, result: newResult(c)}
	done := make(chan *subject, 1)
	go func() {
		own := *s // this goroutine's alone, should it outlive the limit
		r := *s.result
		own.result = &r
		defer func() {
			if p := recover(); p != nil {
				own.result.fail(stageCompile, fmt.Errorf("panic: %v\n%s", p, debug.Stack()))
			}
			done <- &own
		}()
		if err := own.compile(); err != nil {
			own.result.fail(stageCompile, err)
		}
	}()
	select {
	case own := <-done:
		return own
	case <-time.After(compileLimit):
		s.result.fail(stageCompile, fmt.Errorf("not done within %v", compileLimit))
		return s
	}
}

// newResult says what a case is, before anything came of it.
func newResult(c *testCase) *result {
	r := &result{Suite: c.suite.name, Case: c.name, Kind: c.kind, Note: c.suite.odd[c.name]}
	if c.tfjs != nil {
		r.Note, r.Domain, r.Op = c.tfjs.Note, "tfjs", cmp.Or(c.tfjs.Op, c.tfjs.Layer)
	}
	return r
}

// compileTFJS is compile for a TensorFlow.js model.
func (s *subject) compileTFJS() (err error) {
	path := filepath.Join(s.dir(), s.tfjs.Model)
	if s.model, s.files, err = build.Compile(path, build.Options{Package: s.pkg}); err != nil {
		return err
	}
	if s.sets, err = s.tfjs.sets(s.dir(), s.model.Graph); err != nil {
		return fmt.Errorf("the case cannot be read: %w", err)
	}
	return s.checkPorts()
}

// compile reads the case and takes its model through the compiler.
func (s *subject) compile() error {
	if s.tfjs != nil {
		return s.compileTFJS()
	}
	f, err := file.Open(s.dir(), file.Limits{})
	if err != nil {
		return err
	}
	s.result.Domain, s.result.Op = subjectOp(f.Proto.GetGraph())
	s.draws = drawsOf(f.Proto.GetGraph())
	if s.sets, err = cases.LoadSets(s.dir(), f); err != nil {
		return fmt.Errorf("the case cannot be read: %w", err)
	}
	s.model, s.files, err = build.Compile(f.Path, build.Options{Package: s.pkg})
	if err != nil {
		return err
	}
	if err := s.sets.Hold(s.model.Graph); err != nil {
		return err
	}
	return s.checkPorts()
}

// checkPorts holds the package's inputs and outputs against the case's, by number and element type.
func (s *subject) checkPorts() error {
	p := s.model.Program
	for _, k := range s.sets.Cases {
		if len(k.In) != len(p.Inputs) || len(k.Out) != len(p.Outputs) {
			return fmt.Errorf("the package has %d inputs and %d outputs, want %d and %d", len(p.Inputs), len(p.Outputs), len(k.In), len(k.Out))
		}
		for i, v := range k.In {
			if got := p.Inputs[i].Type; got.Kind != v.Tensor.TypeOf().Kind || got.DType != v.Tensor.DType {
				return fmt.Errorf("input %s has type %s, want %s", v.Name, got, describe(v))
			}
		}
		for i, v := range k.Out {
			if got := p.Outputs[i].Value.Type; got.Kind != v.Tensor.TypeOf().Kind || got.DType != v.Tensor.DType {
				return fmt.Errorf("output %s has type %s, want %s", v.Name, got, describe(v))
			}
		}
	}
	return nil
}

// describe writes a value's type; an empty sequence does not know its elements'.
func describe(v cases.Value) string {
	t := v.Tensor.TypeOf()
	if !t.IsTensor() && t.Elem == nil {
		return "an empty sequence or optional"
	}
	return t.String()
}

// subjectOp names the operator that a model is there for: its only one beside constants, else none.
func subjectOp(g *pb.GraphProto) (domain, op string) {
	several := false
	for _, n := range g.GetNode() {
		d := n.GetDomain()
		if d == "" {
			d = "ai.onnx"
		}
		switch {
		case n.GetOpType() == "Constant" && len(g.GetNode()) > 1:
		case op == "":
			domain, op = d, n.GetOpType()
		case op != n.GetOpType() || domain != d:
			several = true
			domain = max(domain, d) // ai.onnx sorts first and is in every model
		}
	}
	if several {
		return domain, ""
	}
	return domain, op
}
