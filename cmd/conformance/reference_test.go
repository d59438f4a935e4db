package main

import (
	"fmt"
	"path/filepath"
	"runtime/debug"
	"testing"

	"github.com/energeticc/energeticc/cmd/internal/build"
	"github.com/energeticc/energeticc/cmd/internal/cases"
	"github.com/energeticc/energeticc/codegen/emit"
	"github.com/energeticc/energeticc/importer/onnx"
	"github.com/energeticc/energeticc/importer/onnx/file"
	"github.com/energeticc/energeticc/ir"
)

// openFile is the project's list of cases that do not hold.
const openFile = "open.txt"

// TestReference evaluates the graphs of all suites as they were imported, without passes and kernels: what folds
// constants, and what drawn graphs are compared with, has to give the suites' answers as well. It bears with the cases
// on the list and leaves the large networks out: it is plain, not quick.
func TestReference(t *testing.T) {
	open, err := readOpen(openFile)
	if err != nil {
		t.Fatal(err)
	}
	zips, err := suiteZips(filepath.Join("..", "..", defaultData))
	if err != nil {
		t.Fatal(err)
	}
	all, err := openSuites(zips, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	held := 0
	for _, c := range all {
		if c.kind == "light" || c.hostile != nil {
			continue
		}
		s := &subject{testCase: c, result: &result{Suite: c.suite.name, Case: c.name}}
		s.evaluate()
		switch listed := open.cases[c.id()]; {
		case s.result.Stage == "" && listed == stageReference:
			t.Errorf("%s holds now; take it off %s", c.id(), openFile)
		case s.result.Stage == "":
			held++
		case listed == "" && !open.lacks(s.result):
			t.Error(s.result.failure())
		}
	}
	t.Logf("%d of %d cases", held, len(all))
}

// evaluate judges what the reference evaluator makes of the case.
func (s *subject) evaluate() {
	defer func() {
		if p := recover(); p != nil {
			s.result.fail(stageRun, fmt.Errorf("panic: %v\n%s", p, debug.Stack()))
		}
	}()
	g, err := s.graph()
	if err != nil {
		s.result.fail(stageCompile, err)
		return
	}
	for k, set := range s.sets.Cases {
		if err := s.evaluateSet(g, k); err != nil {
			s.result.fail(stageRun, fmt.Errorf("%s: %w", set.Name, err))
		}
	}
}

// graph imports the model and reads its sets.
func (s *subject) graph() (*ir.Graph, error) {
	if s.tfjs != nil {
		m, err := build.Open(filepath.Join(s.dir(), s.tfjs.Model), file.Limits{})
		if err != nil {
			return nil, err
		}
		g, err := m.Import(build.Options{})
		if err == nil {
			s.sets, err = s.tfjs.sets(s.dir(), g)
		}
		return g, err
	}
	f, err := file.Open(s.dir(), file.Limits{})
	if err != nil {
		return nil, err
	}
	s.draws = drawsOf(f.Proto.GetGraph())
	if s.sets, err = cases.LoadSets(s.dir(), f); err != nil {
		return nil, err
	}
	g, err := onnx.Import(f, onnx.Options{})
	if err != nil {
		return nil, err
	}
	return g, s.sets.Hold(g)
}

func (s *subject) evaluateSet(g *ir.Graph, k int) error {
	set := s.sets.Cases[k]
	in := make([]*ir.Tensor, len(set.In))
	for i, v := range set.In {
		in[i] = v.Tensor
		if t := v.Tensor.TypeOf(); !t.IsTensor() && t.Elem == nil { // the model knows what an empty sequence is one of
			in[i] = &ir.Tensor{Type: &g.Inputs[i].Type}
		}
	}
	out, err := g.Eval(in)
	if err != nil {
		return err
	}
	for i, v := range set.Out {
		got, inferred := out[i], g.Outputs[i].Type
		if got.Type != nil && got.Type.Kind == ir.KindOptional && len(got.Elems) == 1 && got.Elems[0].Type == nil {
			got = got.Elems[0] // as cases.Compare has it
		}
		if v.JSON == nil && (got.DType != v.Tensor.DType || inferred.DType != v.Tensor.DType) {
			return fmt.Errorf("output %s evaluates to %s and is inferred as %s, want %s", v.Name, got.TypeOf(), inferred, describe(v))
		}
		data, err := emit.Encode(got)
		if err != nil {
			return fmt.Errorf("output %s: %w", v.Name, err)
		}
		s.judgeOutput(k, i, got.Shape, data)
	}
	return nil
}
