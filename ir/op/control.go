package op

import (
	"fmt"

	"github.com/energeticc/energeticc/ir"
)

var controlOps = []Def{
	{Name: "If", Doc: "If runs one of two graphs, by a truth value. Source: ONNX If.", New: func() ir.Op { return If{} }, DTypes: bools},
	{Name: "Loop", Doc: "Loop runs a graph up to a count of times while a condition holds; carried values pass from run to run, other results are stacked. Source: ONNX Loop.", New: func() ir.Op { return Loop{} }, DTypes: []ir.DType{ir.Int64}},
	{Name: "Scan", Doc: "Scan runs a graph once a row of its scanned inputs; carried values pass from run to run, other results are stacked. Source: ONNX Scan.", New: func() ir.Op { return Scan{} }, DTypes: whole},
	{Name: "Fail", Doc: "Fail ends the run with an error: a path that cannot be computed.", New: func() ir.Op { return Fail{} }},
}

// If runs Then where its input, a truth value, holds, and Else where it does not. Both give the same outputs; dims
// that differ are bound at run time.
type If struct{ Then, Else *ir.Graph }

// OpName is If.
func (If) OpName() string { return "If" }

// Graphs are the branches.
func (o If) Graphs() []*ir.Graph { return []*ir.Graph{o.Then, o.Else} }

// WithGraphs replaces the branches.
func (o If) WithGraphs(g []*ir.Graph) ir.Op { return If{g[0], g[1]} }

// Infer merges the branches' types.
func (o If) Infer(x *ir.Inference) ([]ir.Type, error) {
	if err := want(x, 1, 1); err != nil {
		return nil, err
	}
	if err := wantDType(x, 0, ir.Bool); err != nil {
		return nil, err
	}
	if n, m := len(o.Then.Outputs), len(o.Else.Outputs); n != m {
		return nil, fmt.Errorf("the branches give %d and %d outputs, want as many", n, m)
	}
	types := make([]ir.Type, len(o.Then.Outputs))
	for i := range types {
		t, err := merge(x, o.Then.Outputs[i].Type, o.Else.Outputs[i].Type)
		if err != nil {
			return nil, fmt.Errorf("output %d: %w", i, err)
		}
		types[i] = t
	}
	return types, nil
}

// MismatchError says that two paths give values that no one type holds.
type MismatchError struct{ A, B ir.Type }

// Error shows both types.
func (e *MismatchError) Error() string { return fmt.Sprintf("the branches give %s and %s", e.A, e.B) }

func merge(x *ir.Inference, a, b ir.Type) (ir.Type, error) {
	if !a.IsTensor() {
		t, ok := ir.Join(a, b)
		if !ok {
			return a, &MismatchError{a, b}
		}
		return t, nil
	}
	if a.Kind != b.Kind || a.DType != b.DType || a.Rank() != b.Rank() {
		return a, &MismatchError{a, b}
	}
	t := a
	t.Shape = make([]ir.Dim, a.Rank())
	for i := range t.Shape {
		t.Shape[i] = a.Shape[i]
		if !a.Shape[i].Equal(b.Shape[i]) {
			t.Shape[i] = x.Fresh("branch")
		}
	}
	return t, nil
}

// EvalGraphs computes the branch taken.
func (o If) EvalGraphs(env ir.Env, in []*ir.Tensor) ([]*ir.Tensor, error) {
	if in[0].Len() != 1 {
		return nil, fmt.Errorf("the condition has %d values, want 1", in[0].Len())
	}
	if in[0].Bools()[0] {
		return o.Then.EvalWith(nil, env)
	}
	return o.Else.EvalWith(nil, env)
}

// Loop runs Body. Its inputs are the greatest count (or none), the condition (or none) and the carried values;
// Body takes the run's number, the condition and the carried values, and gives the next condition, the next carried
// values and what is stacked.
type Loop struct{ Body *ir.Graph }

// OpName is Loop.
func (Loop) OpName() string { return "Loop" }

// Graphs is the body.
func (o Loop) Graphs() []*ir.Graph { return []*ir.Graph{o.Body} }

// WithGraphs replaces the body.
func (o Loop) WithGraphs(g []*ir.Graph) ir.Op { return Loop{g[0]} }

// Carried is how many values pass from run to run.
func (o Loop) Carried() int { return len(o.Body.Inputs) - 2 }

// Infer takes the body's types; what is stacked has as many rows as there are runs.
func (o Loop) Infer(x *ir.Inference) ([]ir.Type, error) {
	n := o.Carried()
	if n < 0 || len(o.Body.Outputs) < n+1 {
		return nil, fmt.Errorf("the body takes %d values and gives %d, want 2 and 1 more than are carried", len(o.Body.Inputs), len(o.Body.Outputs))
	}
	runs := ir.Dim{}
	if len(o.Body.Outputs) > n+1 {
		runs = x.Fresh("runs")
	}
	var types []ir.Type
	for i := range n {
		types = append(types, exitType(x, o.Body.Inputs[i+2].Type, x.Type(i+2)))
	}
	for _, v := range o.Body.Outputs[n+1:] {
		types = append(types, stacked(x, runs, v.Type))
	}
	return types, nil
}

// exitType is what a carried value is after the loop: dims that change from run to run are bound at the exit.
func exitType(x *ir.Inference, inside, outside ir.Type) ir.Type {
	t := inside
	t.Shape = make([]ir.Dim, inside.Rank())
	for i, d := range inside.Shape {
		t.Shape[i] = d
		if i < outside.Rank() && !d.Equal(outside.Shape[i]) {
			t.Shape[i] = x.Fresh("carried")
		}
	}
	return t
}

// stacked puts a dim before a row's type. Dims that depend on data may be others in the next run, or none without a
// run: the stack has its own, which the first run binds and the later ones must equal.
func stacked(x *ir.Inference, runs ir.Dim, row ir.Type) ir.Type {
	shape := []ir.Dim{runs}
	for _, d := range row.Shape {
		if x.DependsOnData(d) {
			d = x.Fresh("row")
		}
		shape = append(shape, d)
	}
	return ir.TensorType(row.DType, shape...)
}

// EvalGraphs runs the loop.
func (o Loop) EvalGraphs(env ir.Env, in []*ir.Tensor) ([]*ir.Tensor, error) {
	limit, cond := int64(1<<62), true
	if in[0] != nil {
		limit = in[0].Int(0)
	}
	if len(in) > 1 && in[1] != nil {
		cond = in[1].Bools()[0]
	}
	n := o.Carried()
	carried := append([]*ir.Tensor{}, in[2:]...)
	stacks := make([][]*ir.Tensor, len(o.Body.Outputs)-n-1)
	for i := int64(0); i < limit && cond; i++ {
		args := append([]*ir.Tensor{ir.FromInts(ir.Int64, nil, []int64{i}), ir.FromBools(nil, []bool{cond})}, carried...)
		out, err := o.Body.EvalWith(args, env)
		if err != nil {
			return nil, err
		}
		cond, carried = out[0].Bools()[0], out[1:n+1]
		for k, t := range out[n+1:] {
			stacks[k] = append(stacks[k], t)
		}
	}
	return appendStacks(carried, stacks, o.Body.Outputs[n+1:], nil)
}

// appendStacks adds the stacked results to the carried ones.
func appendStacks(out []*ir.Tensor, stacks [][]*ir.Tensor, types []*ir.Value, reverse []bool) ([]*ir.Tensor, error) {
	out = append([]*ir.Tensor{}, out...)
	for k, rows := range stacks {
		if len(rows) == 0 {
			shape := []int{0}
			for _, d := range types[k].Type.Shape {
				c, _ := d.IsConst()
				shape = append(shape, int(c))
			}
			out = append(out, ir.NewTensor(types[k].Type.DType, shape...))
			continue
		}
		t := ir.NewTensor(rows[0].DType, append([]int{len(rows)}, rows[0].Shape...)...)
		for i, r := range rows {
			if r.Len() != rows[0].Len() {
				return nil, fmt.Errorf("stacked result %d has shape %v in one run and %v in another", k, rows[0].Shape, r.Shape)
			}
			at := i
			if k < len(reverse) && reverse[k] {
				at = len(rows) - 1 - i
			}
			copy(t.Data[at*len(r.Data):], r.Data)
			copy(t.Strings[min(at*len(r.Strings), len(t.Strings)):], r.Strings)
		}
		out = append(out, t)
	}
	return out, nil
}

// Scan runs Body once a row of its last Rows inputs, which are scanned along their first axis; the inputs before them
// are carried.
type Scan struct {
	Body       *ir.Graph
	Rows       int
	InReverse  []bool // by scanned input: from the last row to the first
	OutReverse []bool // by stacked output: the first run's result comes last
}

// OpName is Scan.
func (Scan) OpName() string { return "Scan" }

// Graphs is the body.
func (o Scan) Graphs() []*ir.Graph { return []*ir.Graph{o.Body} }

// WithGraphs replaces the body.
func (o Scan) WithGraphs(g []*ir.Graph) ir.Op {
	o.Body = g[0]
	return o
}

// Carried is how many values pass from run to run.
func (o Scan) Carried() int { return len(o.Body.Inputs) - o.Rows }

// Infer stacks what the body gives beyond the carried values.
func (o Scan) Infer(x *ir.Inference) ([]ir.Type, error) {
	n := o.Carried()
	if o.Rows < 1 || n < 0 || len(o.Body.Outputs) < n || len(x.In) != n+o.Rows {
		return nil, fmt.Errorf("%d inputs, %d of them scanned, and a body that takes %d values and gives %d", len(x.In), o.Rows, len(o.Body.Inputs), len(o.Body.Outputs))
	}
	if x.Type(n).Rank() == 0 {
		return nil, fmt.Errorf("input %d is scanned and has no axis", n)
	}
	runs := x.Type(n).Shape[0]
	for i := n + 1; i < len(x.In); i++ {
		if x.Type(i).Rank() == 0 {
			return nil, fmt.Errorf("input %d is scanned and has no axis", i)
		}
		if _, err := x.Equal(runs, x.Type(i).Shape[0], "scanned inputs have different lengths"); err != nil {
			return nil, err
		}
	}
	var types []ir.Type
	for i := range n {
		types = append(types, exitType(x, o.Body.Inputs[i].Type, x.Type(i)))
	}
	for _, v := range o.Body.Outputs[n:] {
		types = append(types, stacked(x, runs, v.Type))
	}
	return types, nil
}

// EvalGraphs runs the scan.
func (o Scan) EvalGraphs(env ir.Env, in []*ir.Tensor) ([]*ir.Tensor, error) {
	n := o.Carried()
	carried := append([]*ir.Tensor{}, in[:n]...)
	stacks := make([][]*ir.Tensor, len(o.Body.Outputs)-n)
	runs := in[n].Shape[0]
	for i := range runs {
		args := append([]*ir.Tensor{}, carried...)
		for k, t := range in[n:] {
			at := i
			if k < len(o.InReverse) && o.InReverse[k] {
				at = runs - 1 - i
			}
			args = append(args, rowOf(t, at))
		}
		out, err := o.Body.EvalWith(args, env)
		if err != nil {
			return nil, err
		}
		carried = out[:n]
		for k, t := range out[n:] {
			stacks[k] = append(stacks[k], t)
		}
	}
	return appendStacks(carried, stacks, o.Body.Outputs[n:], o.OutReverse)
}

// rowOf is row i along the first axis.
func rowOf(t *ir.Tensor, i int) *ir.Tensor {
	r := ir.NewTensor(t.DType, t.Shape[1:]...)
	if t.DType == ir.String {
		copy(r.Strings, t.Strings[i*len(r.Strings):])
	} else {
		copy(r.Data, t.Data[i*len(r.Data):])
	}
	return r
}

// Fail ends the run with an error: the path it stands on cannot be computed, as the runtime that the model was made
// for would find out when it got there.
type Fail struct {
	Text  string
	Types []ir.Type
}

// OpName is Fail.
func (Fail) OpName() string { return "Fail" }

// HasEffect keeps the op though its outputs are only placeholders.
func (Fail) HasEffect() bool { return true }

// SubstituteDims keeps the types those of the other path.
func (o Fail) SubstituteDims(env map[string]ir.Dim) ir.Op {
	types := make([]ir.Type, len(o.Types))
	for i, t := range o.Types {
		types[i] = t.Substitute(env)
	}
	o.Types = types
	return o
}

// Infer gives the types that the other path has.
func (o Fail) Infer(*ir.Inference) ([]ir.Type, error) { return o.Types, nil }

// Eval fails.
func (o Fail) Eval([]*ir.Tensor) ([]*ir.Tensor, error) { return nil, fmt.Errorf("%s", o.Text) }

// Lower calls a kernel that always finds a fault.
func (o Fail) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	return []ir.Call{{Kernel: "kernel.Impossible", Fault: &ir.Fault{Text: o.Text, Arg: -1}}}, nil
}
