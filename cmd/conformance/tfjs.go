package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"

	"github.com/energeticc/energeticc/cmd/internal/cases"
	"github.com/energeticc/energeticc/ir"
)

// tfjsSuite is a <suite>/cases.json: TensorFlow.js models, a folder each, with sets of inputs and answers.
type tfjsSuite struct {
	Suite     string
	Tolerance tolerance
	Cases     []*tfjsCase
}

// tfjsCase is a case of it.
type tfjsCase struct {
	Name, Category, Op, Layer string
	Model                     string // its file in the case's folder
	Note                      string // how TensorFlow.js differs from TensorFlow
	Check                     string // how to compare, where not by value
	Range                     []float64
	Atol                      *float64
	Sets                      []struct{ Inputs, Outputs []cases.Listed }
}

// Ways to compare that are not by value.
const (
	checkRange = "range" // a random draw: every value lies within Range, both ends included
	checkTopK  = "topk_unsorted"
)

// listTFJS adds the cases of the TensorFlow.js suites in a folder.
func (s *suite) listTFJS() error {
	found, err := fs.Glob(os.DirFS(s.dir), "*/cases.json")
	if err != nil {
		return err
	}
	for _, f := range found {
		data, err := os.ReadFile(filepath.Join(s.dir, filepath.FromSlash(f)))
		if err != nil {
			return err
		}
		var t tfjsSuite
		if err := json.Unmarshal(data, &t); err != nil {
			return fmt.Errorf("%s: %w", f, err)
		}
		for _, c := range t.Cases {
			tol := t.Tolerance
			if c.Atol != nil {
				tol.Atol = *c.Atol
			}
			if c.Check == checkTopK {
				return fmt.Errorf("%s: %s: answers in any order are not compared yet", f, c.Name)
			}
			s.cases = append(s.cases, &testCase{suite: s, name: c.Name, kind: c.Category, folder: path.Join(path.Dir(f), c.Name), tfjs: c, own: &tol})
		}
	}
	return nil
}

// sets reads the case's inputs and answers, in the order of a graph's.
func (c *tfjsCase) sets(dir string, g *ir.Graph) (*cases.Suite, error) {
	all := &cases.Suite{}
	for k, set := range c.Sets {
		x := cases.Case{Name: fmt.Sprintf("set%d", k), Folder: dir}
		var err1, err2 error
		named := c.Layer == "" // the ports of layers models are in the model's order, and several may have one name
		x.In, err1 = ordered(dir, set.Inputs, g.Inputs, named)
		x.Out, err2 = ordered(dir, set.Outputs, g.Outputs, named)
		if err := errors.Join(err1, err2); err != nil {
			return nil, fmt.Errorf("%s: %w", x.Name, err)
		}
		all.Cases = append(all.Cases, x)
	}
	return all, all.Hold(g)
}

// ordered reads values in the order of the ports that have their names, or in the order that they are in.
func ordered(dir string, listed []cases.Listed, ports []*ir.Value, named bool) ([]cases.Value, error) {
	if len(listed) != len(ports) {
		return nil, fmt.Errorf("the case has %d values for %d inputs or outputs of the model", len(listed), len(ports))
	}
	var all []cases.Value
	for i, p := range ports {
		at := i
		if named {
			at = slices.IndexFunc(listed, func(l cases.Listed) bool { return l.Name == p.Name })
		}
		if at < 0 {
			return nil, fmt.Errorf("%s is none of the case's values", p.Name)
		}
		v, err := listed[at].Read(dir)
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, nil
}

// judgeRange checks that a random answer lies within bounds.
func judgeRange(want cases.Value, shape []int, data []byte, bounds []float64) cases.Difference {
	got := &ir.Tensor{DType: want.Tensor.DType, Shape: shape, Data: data}
	for i := range got.Len() {
		if x := got.Float(i); !(x >= bounds[0] && x <= bounds[1]) {
			return cases.Difference{Bad: 1, First: fmt.Sprintf("[%d] = %g, want a number from %g to %g", i, x, bounds[0], bounds[1])}
		}
	}
	return cases.Difference{}
}
