package onnx

import (
	"errors"
	"fmt"
	"slices"

	"github.com/energeticc/energeticc/importer/onnx/pb"
	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

var controlRows = []row{
	{"If", 1, func(*node) ([]*ir.Value, error) { panic("onnx: BUG: If is read by the importer itself") }},
	{"Loop", 1, loop},
	{"Scan", 9, scan},
	{"Scan", 8, scan8},
}

// branch reads an If. A condition that is known leaves only one branch. Where the branches give different ranks, the
// rest of the graph is read into each of them, and the If's outputs are the graph's.
func (im *importer) branch(n *node, g *pb.GraphProto, rest []*pb.NodeProto) ([]*ir.Value, bool, error) {
	if err := n.arity(1, 1); err != nil {
		return nil, false, err
	}
	if im.depth++; im.depth > maxDepth {
		return nil, false, fmt.Errorf("branches are nested more than %d deep", maxDepth)
	}
	defer func() { im.depth-- }()
	if err := n.scalar(n.in, 0, ir.Bool); err != nil {
		return nil, false, err
	}
	then, other := n.graph("then_branch"), n.graph("else_branch")
	if n.err != nil {
		return nil, false, n.err
	}
	if known, ok := n.in[0].KnownInts(); ok && len(known) == 1 {
		if known[0] == 0 {
			then = other
		}
		return im.splice(n, g, rest, func(s *scope) ([]*ir.Value, error) { return n.branchOf(then)(n.Builder, s) })
	}
	a, errA := im.path(n, nil, n.branchOf(then))
	b, errB := im.path(n, nil, n.branchOf(other))
	if errA == nil && errB == nil {
		outs, err := n.add(op.If{Then: a, Else: b}, n.in[0])
		var mismatch *op.MismatchError
		if !errors.As(err, &mismatch) {
			return outs, false, err
		}
	} else if errA != nil && errB != nil {
		return nil, false, errA
	}
	if err := im.copied(2, rest); err != nil {
		return nil, false, err
	}
	a, errA = im.path(n, n.after(g, rest), n.branchOf(then))
	b, errB = im.path(n, n.after(g, rest), n.branchOf(other))
	outs, err := n.either(n.in[0], a, errA, b, errB)
	return outs, true, err
}

// branchOf reads an If's branch.
func (n *node) branchOf(branch *pb.GraphProto) func(*ir.Builder, *scope) ([]*ir.Value, error) {
	return func(b *ir.Builder, s *scope) ([]*ir.Value, error) {
		if err := n.im.initializers(b, s, branch); err != nil {
			return nil, err
		}
		if len(branch.GetOutput()) != n.outputs {
			return nil, fmt.Errorf("branch %s gives %d outputs, want %d", branch.GetName(), len(branch.GetOutput()), n.outputs)
		}
		return n.im.sortedBody(b, s, branch)
	}
}

// loop reads a Loop. The carried values' types are those before the loop; dims that a run changes are generalised
// to symbols bound in each run, and the body is read again.
func loop(n *node) ([]*ir.Value, error) {
	body := n.graph("body")
	if n.err != nil {
		return nil, n.err
	}
	carried := len(body.GetInput()) - 2
	if carried < 0 || len(n.in) > carried+2 || len(body.GetOutput()) < carried+1 {
		return nil, fmt.Errorf("the body takes %d values and gives %d for %d inputs", len(body.GetInput()), len(body.GetOutput()), len(n.in))
	}
	in := make([]*ir.Value, carried+2)
	copy(in, n.in)
	types := []ir.Type{ir.TensorType(ir.Int64), ir.TensorType(ir.Bool)}
	for i, v := range in[2:] {
		if v == nil {
			return nil, fmt.Errorf("carried value %d is missing", i)
		}
		types = append(types, v.Type)
	}
	for i := range 2 {
		if err := n.scalar(in, i, types[i].DType); err != nil {
			return nil, err
		}
	}
	g, err := n.im.repeat(n, body, types, 2, 1, carried)
	if err != nil {
		return nil, err
	}
	results, err := n.Add(n.name, op.Loop{Body: g}, in...)
	if err != nil {
		return nil, err
	}
	return n.unwrap(g, results)
}

// scalar makes a scalar of an input that decides what runs, which some exporters give one axis of length 1.
func (n *node) scalar(in []*ir.Value, i int, d ir.DType) error {
	v := in[i]
	if v == nil {
		return nil
	}
	if !v.Type.IsTensor() || v.Type.DType != d {
		return fmt.Errorf("input %d is %s, want a %s scalar", i, v.Type, d)
	}
	if v.Type.Rank() == 0 {
		return nil
	}
	v, err := n.one(op.Reshape{Shape: []ir.Dim{}}, v)
	in[i] = v
	return err
}

// repeat reads a loop's body until the carried values' types, from input on, hold for every run.
func (im *importer) repeat(n *node, body *pb.GraphProto, types []ir.Type, input, output, carried int) (*ir.Graph, error) {
	return im.settle(n, body, types, input, output, carried, func() (*ir.Graph, error) { return im.loopBody(n, body, types, output == 1) })
}

// settle reads a loop's body, for which a graph of the file stands, until the carried values' types, from input on,
// hold for every run. It changes types before it reads anew.
func (im *importer) settle(n *node, body *pb.GraphProto, types []ir.Type, input, output, carried int, read func() (*ir.Graph, error)) (*ir.Graph, error) {
	if im.depth++; im.depth > maxDepth {
		return nil, fmt.Errorf("loops are nested more than %d deep", maxDepth)
	}
	defer func() { im.depth-- }()
	if im.loops++; im.loops == 1 {
		im.changing, im.settled = map[changingDim]bool{}, map[carriedValue]ir.Type{}
	}
	defer func() { im.loops-- }()
	own := map[string]bool{} // the symbols that this loop's runs bind anew; a loop around it has others
	generalise := func(i, axis int) {
		d := n.Fresh("carried")
		name, _ := d.IsSym()
		own[name] = true
		types[i].Shape = slices.Clone(types[i].Shape)
		types[i].Shape[axis] = d
	}
	for i := input; i < input+carried; i++ {
		if t, ok := im.settled[carriedValue{body, i}]; ok {
			types[i], _ = ir.Join(types[i], t)
		}
		for k := range types[i].Shape {
			if im.changing[changingDim{body, i, k}] {
				generalise(i, k)
			}
		}
	}
	for range 4 {
		g, err := read()
		if err != nil {
			return nil, err
		}
		same := true
		for i := input; i < input+carried && output+i-input < len(g.Outputs); i++ {
			got := g.Outputs[output+i-input].Type
			if !got.IsTensor() {
				joined, ok := ir.Join(types[i], got)
				if !ok {
					return nil, fmt.Errorf("carried value %d is %s before a run and %s after it", i-input, types[i], got)
				}
				if !joined.Equal(types[i]) {
					types[i], same = joined, false
					im.settled[carriedValue{body, i}] = joined
				}
				continue
			}
			if got.Kind != types[i].Kind || got.DType != types[i].DType || got.Rank() != types[i].Rank() {
				return nil, fmt.Errorf("carried value %d is %s before a run and %s after it; its rank and element type may not change", i-input, types[i], got)
			}
			for k, d := range got.Shape {
				if s, ok := types[i].Shape[k].IsSym(); !d.Equal(types[i].Shape[k]) && !(ok && own[s]) {
					im.changing[changingDim{body, i, k}] = true
					generalise(i, k)
					same = false
				}
			}
		}
		if same {
			return g, nil
		}
	}
	return nil, errors.New("the carried values' shapes change in a way that does not settle")
}

// changingDim is an axis of a body's input whose length a run changes. It is remembered while the loops around are
// read again, so that each level of loops within loops is not read twice as often as the one around it.
type changingDim struct {
	body        *pb.GraphProto
	input, axis int
}

// carriedValue is a body's input that is a sequence or optional, whose type must hold what all runs put in.
type carriedValue struct {
	body  *pb.GraphProto
	input int
}

// loopBody reads the body of a Loop, whose first output decides on the next run, or of a Scan.
func (im *importer) loopBody(n *node, body *pb.GraphProto, types []ir.Type, decides bool) (*ir.Graph, error) {
	b := n.Sub(body.GetName())
	s := n.scope.inner()
	if err := im.initializers(b, s, body); err != nil {
		return nil, err
	}
	for i, in := range body.GetInput() {
		s.values[in.GetName()] = b.Input(in.GetName(), types[i])
	}
	outs, err := im.sortedBody(b, s, body)
	if err != nil {
		return nil, err
	}
	if err := copyStrangers(b, outs); err != nil {
		return nil, err
	}
	if err := n.wrap(b, types, outs, decides); err != nil {
		return nil, err
	}
	if decides {
		if outs[0], err = conditionOf(b, outs[0]); err != nil {
			return nil, err
		}
	}
	b.Output(outs...)
	return b.Graph, nil
}

// copyStrangers gives each output that a loop's body did not make a node of its own, so that each run copies it.
func copyStrangers(b *ir.Builder, outs []*ir.Value) (err error) {
	for i, v := range outs {
		if v.Const != nil || !madeBy(b.Graph, v) {
			if outs[i], err = b.Add1(v.Name, op.Identity{}, v); err != nil {
				return err
			}
		}
	}
	return nil
}

// wrap makes optionals of what a run gives where the loop starts with an optional: until the first run has made its
// value there may be none.
func (n *node) wrap(b *ir.Builder, types []ir.Type, outs []*ir.Value, decides bool) error {
	first, shift := 0, 0
	if decides {
		first, shift = 2, 1
	}
	for i := first; i < len(types) && i-shift < len(outs); i++ {
		out := outs[i-shift]
		if types[i].Kind != ir.KindOptional || out.Type.Kind == ir.KindOptional {
			continue
		}
		v, err := b.Add1(out.Name, op.Optional{}, out)
		if err != nil {
			return err
		}
		outs[i-shift], n.im.wrapped[v] = v, true
	}
	return nil
}

// unwrap takes the value out of each of a loop's results that only wrap made an optional.
func (n *node) unwrap(body *ir.Graph, results []*ir.Value) ([]*ir.Value, error) {
	for i, v := range results {
		if !n.im.wrapped[body.Outputs[i+1]] {
			continue
		}
		rank := 0
		if held := *v.Type.Elem; held.IsTensor() {
			rank = held.Rank()
		}
		var err error
		if results[i], err = n.one(op.OptionalGetElement{Rank: rank}, v); err != nil {
			return nil, err
		}
	}
	return results, nil
}

// conditionOf makes a scalar of the condition that a loop's body gives.
func conditionOf(b *ir.Builder, v *ir.Value) (*ir.Value, error) {
	if !v.Type.IsTensor() || v.Type.DType != ir.Bool {
		return nil, fmt.Errorf("the body gives %s as the next run's condition, want a bool scalar", v.Type)
	}
	if v.Type.Rank() == 0 {
		return v, nil
	}
	return b.Add1(v.Name, op.Reshape{Shape: []ir.Dim{}}, v)
}

func madeBy(g *ir.Graph, v *ir.Value) bool {
	for _, n := range g.Nodes {
		for _, o := range n.Out {
			if o == v {
				return true
			}
		}
	}
	return false
}
