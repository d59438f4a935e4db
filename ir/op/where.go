package op

import "github.com/energeticc/energeticc/ir"

// Where takes from its second input where the first, a truth value, holds, else from the third; all broadcast.
type Where struct{}

// OpName is Where.
func (Where) OpName() string { return "Where" }

// Infer broadcasts the shapes.
func (Where) Infer(x *ir.Inference) ([]ir.Type, error) {
	if err := wantTensors(x, 3, 3); err != nil {
		return nil, err
	}
	if err := wantDType(x, 0, ir.Bool); err != nil {
		return nil, err
	}
	if err := wantSame(x, 1, 2); err != nil {
		return nil, err
	}
	shape, err := x.Broadcast(x.Type(0).Shape, x.Type(1).Shape, x.Type(2).Shape)
	if err != nil {
		return nil, err
	}
	x.SetElems(0, whereElems(x, len(shape)))
	return one(ir.TensorType(x.Type(1).DType, shape...))
}

// whereElems chooses among known contents where every choice is known.
func whereElems(x *ir.Inference, rank int) []ir.Dim {
	c, ok := x.In[0].KnownInts()
	a, b := x.Elems(1), x.Elems(2)
	if !ok || rank > 1 || len(a) == 0 || len(b) == 0 || len(c) == 0 {
		return nil
	}
	out := make([]ir.Dim, max(len(a), len(b), len(c)))
	for i := range out {
		out[i] = b[i%len(b)]
		if c[i%len(c)] != 0 {
			out[i] = a[i%len(a)]
		}
	}
	return out
}

// Eval moves element by element.
func (Where) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	shape, err := broadcastInts(in[0].Shape, in[1].Shape, in[2].Shape)
	if err != nil {
		return nil, err
	}
	out := ir.NewTensor(in[1].DType, shape...)
	c, a, b := newOdometer(shape, in[0].Shape), newOdometer(shape, in[1].Shape), newOdometer(shape, in[2].Shape)
	for i := range out.Len() {
		from, at, other := in[1], a.next(), b.next()
		if in[0].Int(c.next()) == 0 {
			from, at = in[2], other
		}
		moveElems(out, i, from, at, 1)
	}
	return result(out)
}

// Lower chooses row by row where the shapes are equal or single elements, else in a walk over the result.
func (Where) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	t := out[0].Type
	if rowFits(in[0].Type, t) && rowFits(in[1].Type, t) && rowFits(in[2].Type, t) {
		return callEach("kernel.WhereRow", ir.Out(0), ir.In(0), ir.In(1), ir.In(2))
	}
	args := []ir.Arg{ir.Out(0), ir.In(0), ir.In(1), ir.In(2), ir.Ints(t.Shape...)}
	for _, v := range in {
		var stride []ir.Dim
		for _, a := range expandedSteps(v.Type, t) {
			stride = append(stride, a.stride)
		}
		args = append(args, ir.Ints(stride...))
	}
	return call("kernel.Where", args...)
}

// InPlace says that the result may overwrite either choice.
func (Where) InPlace() []int { return []int{1, 2} }
