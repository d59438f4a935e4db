package main

import (
	"fmt"
	"math"
	"os"
	"slices"

	"github.com/energeticc/energeticc/cmd/internal/cases"
	"github.com/energeticc/energeticc/cmd/internal/harness"
	"github.com/energeticc/energeticc/importer/onnx/pb"
	"github.com/energeticc/energeticc/ir"
)

// draw says whether a model's answers are random.
type draw int

const (
	noDraw        draw = iota
	bernoulliDraw      // zeros and ones, by the probabilities that are the first input
	otherDraw          // anything of the right type and shape
)

// random are the operators that draw numbers; Dropout is not among them, since its stream is given by its seed.
var random = map[string]draw{
	"Bernoulli": bernoulliDraw, "Multinomial": otherDraw, "RandomNormal": otherDraw, "RandomNormalLike": otherDraw,
	"RandomUniform": otherDraw, "RandomUniformLike": otherDraw,
}

// drawsOf tells by the operators whether a model draws numbers. A uniform draw that Greater or Less turns into a truth
// value is Bernoulli's expansion.
func drawsOf(g *pb.GraphProto) draw {
	found, compared := noDraw, false
	for _, n := range g.GetNode() {
		switch op := n.GetOpType(); {
		case op == "Greater" || op == "Less":
			compared = true
		case random[op] != noDraw:
			found = random[op]
		}
	}
	if found == otherDraw && compared {
		return bernoulliDraw
	}
	return found
}

// judge holds an answer against the wanted values of set k.
func (s *subject) judge(k int, a harness.Answer) {
	if a.Error != "" {
		s.result.fail(stageRun, fmt.Errorf("%s", a.Error))
		return
	}
	for i := range s.sets.Cases[k].Out {
		data, err := os.ReadFile(a.Outputs[i].File)
		if err != nil {
			s.result.fail(stageRun, err)
			return
		}
		s.judgeOutput(k, i, a.Outputs[i].Shape, data)
	}
}

// judgeOutput holds output i of set k against the wanted value.
func (s *subject) judgeOutput(k, i int, shape []int, data []byte) {
	set, tol := s.sets.Cases[k], s.tolerance()
	want := set.Out[i]
	var d cases.Difference
	if s.draws == noDraw && (s.tfjs == nil || s.tfjs.Check != checkRange) {
		d = cases.Compare(want, shape, data, tol.Rtol, tol.Atol)
	} else {
		d = s.judgeDraw(set, want, shape, data)
	}
	if d.Bad == 0 {
		return
	}
	more := ""
	if d.Bad > 1 {
		more = fmt.Sprintf(", and %d more", d.Bad-1)
	}
	s.result.fail(stageValue, fmt.Errorf("%s output %s (%s): %s%s", set.Name, want.Name, describe(want), d.First, more))
}

// judgeDraw checks shape, values and distribution of a random answer.
func (s *subject) judgeDraw(set cases.Case, want cases.Value, shape []int, data []byte) cases.Difference {
	if t := want.Tensor; !slices.Equal(shape, t.Shape) || len(data) != len(t.Data) {
		return cases.Difference{Bad: 1, First: fmt.Sprintf("shape %v with %d bytes, want %v with %d", shape, len(data), t.Shape, len(t.Data))}
	}
	if s.tfjs != nil {
		return judgeRange(want, shape, data, s.tfjs.Range)
	}
	if s.draws != bernoulliDraw {
		return cases.Difference{}
	}
	got := &ir.Tensor{DType: want.Tensor.DType, Shape: shape, Data: data}
	p := set.In[0].Tensor
	ones, mean, variance := 0.0, 0.0, 0.0
	for i := range got.Len() {
		x, chance := got.Float(i), p.Float(i)
		if x != 0 && x != 1 || x == 1 && chance <= 0 || x == 0 && chance >= 1 {
			return cases.Difference{Bad: 1, First: fmt.Sprintf("[%d] = %g, drawn with probability %g", i, x, chance)}
		}
		ones, mean, variance = ones+x, mean+chance, variance+chance*(1-chance)
	}
	// Five standard deviations: once in some millions of runs.
	if math.Abs(ones-mean) > 5*math.Sqrt(variance)+1 {
		return cases.Difference{Bad: 1, First: fmt.Sprintf("%g ones, want about %g", ones, mean)}
	}
	return cases.Difference{}
}
