package contest

import (
	"fmt"
	"slices"

	"github.com/energeticc/energeticc/codegen/emit"
	"github.com/energeticc/energeticc/codegen/plan"
	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

// Step is a step of a package: what it computes at the sizes of a run, and what a profile found.
type Step struct {
	Name  string  `json:"step"` // the session's method
	Ops   string  `json:"ops"`
	Shape string  `json:"shape"`       // of its last result
	MACs  float64 `json:"macs"`        // multiply-adds of a call
	Runs  float64 `json:"runs"`        // in a call: 0 of a branch that was not taken
	Nanos float64 `json:"nanoseconds"` // of a call
}

// Steps are the steps of a program for inputs of these shapes. MACs are those of a single run of each.
func Steps(p *plan.Program, opt emit.Options, shapes [][]int) []Step {
	env := sizes(p, shapes)
	var all []Step
	for _, s := range emit.Steps(p, opt) {
		x := Step{Name: s.Method, Ops: s.Ops, Shape: "–"}
		for _, it := range s.Items {
			if it.Node == nil {
				continue
			}
			if n, err := op.Work(it.Node).Eval(env); err == nil {
				x.MACs += float64(n)
			} // else it depends on the data
			if out := it.Node.Out; len(out) > 0 && out[0] != nil && out[0].Type.IsTensor() {
				x.Shape = shapeText(out[0].Type.Shape, env)
			}
		}
		all = append(all, x)
	}
	return all
}

// Profile takes a profile over n calls into the steps. A call that is not profiled takes wall nanoseconds, which tells
// what the clock adds.
func Profile(p *Process, steps []Step, n int, wall float64) ([]Step, error) {
	r, err := p.Ask("profile", "ours", n)
	if err == nil && len(r.Steps) != len(steps) {
		err = fmt.Errorf("%s: timed %d steps, want %d", p.Name, len(r.Steps), len(steps))
	}
	if err != nil {
		return nil, err
	}
	steps = slices.Clone(steps)
	added := clockCost(r.Steps, wall)
	for i, t := range r.Steps {
		steps[i].Runs, steps[i].Nanos = t.Runs, max(0, t.Time-added*t.Runs)
		steps[i].MACs *= t.Runs
	}
	return steps, nil
}

// maxClockCost bounds what is put down to the clock, in nanoseconds a step: it keeps a step's loads from overlapping
// with the next one's work. More than that is what else the machine did.
const maxClockCost = 150

// clockCost is what timed steps take more than the call that they are of, for each run of a step.
func clockCost(times []StepTime, wall float64) float64 {
	runs, sum := 0.0, 0.0
	for _, t := range times {
		runs += t.Runs
		sum += t.Time
	}
	return min(max(0, sum-wall)/max(runs, 1), maxClockCost)
}

// MACs are the multiply-adds of a call, once its steps were profiled.
func MACs(steps []Step) float64 {
	sum := 0.0
	for _, s := range steps {
		sum += s.MACs
	}
	return sum
}

// sizes reads the free dims from the inputs' shapes.
func sizes(p *plan.Program, shapes [][]int) map[string]int64 {
	env := map[string]int64{}
	for i, v := range p.Inputs {
		for a, d := range v.Type.Shape {
			if s, ok := d.IsSym(); ok && i < len(shapes) && a < len(shapes[i]) {
				env[s] = int64(shapes[i][a])
			}
		}
	}
	return env
}

// shapeText is a shape at these sizes; what depends on data keeps its name.
func shapeText(shape []ir.Dim, env map[string]int64) string {
	at := make([]ir.Dim, len(shape))
	for i, d := range shape {
		at[i] = d
		if n, err := d.Eval(env); err == nil {
			at[i] = ir.Const(n)
		}
	}
	return ir.ShapeString(at)
}

// Arena is the bytes of a session's slots for inputs of these shapes; those that depend on data are left out.
func Arena(p *plan.Program, shapes [][]int) float64 {
	env, sum := sizes(p, shapes), 0.0
	for _, s := range p.Slots {
		largest := int64(0)
		for _, d := range s.Bytes {
			if n, err := d.Eval(env); err == nil {
				largest = max(largest, n)
			}
		}
		sum += float64((largest + 63) &^ 63)
	}
	return sum
}
