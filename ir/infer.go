package ir

import "fmt"

// Inference is what an op's Infer sees and says.
type Inference struct {
	In     []*Value // nil for an absent optional input
	b      *Builder
	checks []Check
	elems  [][]Dim
	solved bool // a symbol was solved on the way
}

// Type is the type of input i; the zero Type where it is absent.
func (x *Inference) Type(i int) Type {
	if i >= len(x.In) || x.In[i] == nil {
		return Type{}
	}
	return x.In[i].Type
}

// Has reports whether input i is there.
func (x *Inference) Has(i int) bool { return i < len(x.In) && x.In[i] != nil }

// Elems is what is known of input i's contents, nil if nothing.
func (x *Inference) Elems(i int) []Dim {
	if !x.Has(i) {
		return nil
	}
	return x.In[i].Elems
}

// Const is input i's value, nil if it is no constant.
func (x *Inference) Const(i int) *Tensor {
	if !x.Has(i) {
		return nil
	}
	return x.In[i].Const
}

// SetElems says what is known of output i's contents.
func (x *Inference) SetElems(i int, e []Dim) {
	if e == nil || len(e) > maxKnownElems {
		return
	}
	for len(x.elems) <= i {
		x.elems = append(x.elems, nil)
	}
	x.elems[i] = append([]Dim{}, e...)
}

// Fresh makes a symbol that the op's own kernel binds at run time.
func (x *Inference) Fresh(hint string) Dim { return x.b.Fresh(hint) }

// DependsOnData reports whether a size is known only once a step has run.
func (x *Inference) DependsOnData(d Dim) bool {
	for _, name := range d.Symbols() {
		if s := x.b.Graph.Symbols[name]; s != nil && s.Data {
			return true
		}
	}
	return false
}

// Equal demands that two sizes are the same: an error where they cannot be, a unified symbol where that decides it,
// else a check at run time. It returns the size to go on with.
func (x *Inference) Equal(a, b Dim, what string) (Dim, error) {
	if a.Equal(b) {
		return a, nil
	}
	ca, okA := a.IsConst()
	cb, okB := b.IsConst()
	if okA && okB {
		return a, fmt.Errorf("%s: %d and %d", what, ca, cb)
	}
	if x.b.unify(a, b) {
		x.solved = true
		return a.Substitute(x.b.root.env), nil
	}
	x.checks = append(x.checks, Check{a, b, what})
	if okB {
		return b, nil
	}
	return a, nil
}

// Ranges gives the symbols' ranges, for Dim.Bounds.
func (x *Inference) Ranges() map[string]Range { return x.b.Graph.Ranges() }

// Broadcast gives the shape that shapes make by NumPy's rule. Where a size n meets min(n, 512), a slice of a table of
// 512 rows, only n ≤ 512 fits: that becomes n's range.
func (x *Inference) Broadcast(shapes ...[]Dim) ([]Dim, error) {
	out, err := BroadcastShapes(shapes...)
	if err != nil {
		return nil, err
	}
	limited := false
	for _, d := range out {
		if symbol, most, ok := d.cappedBroadcast(); ok && x.b.limit(symbol, most) {
			limited = true
		}
	}
	if !limited {
		return out, nil
	}
	x.solved = true
	ranges := x.Ranges()
	for i, d := range out {
		out[i] = d.Simplify(ranges)
	}
	return out, nil
}

// BroadcastShapes gives the shape that shapes make by NumPy's rule, aligned at their last dims.
func BroadcastShapes(shapes ...[]Dim) ([]Dim, error) {
	rank := 0
	for _, s := range shapes {
		rank = max(rank, len(s))
	}
	out := make([]Dim, rank)
	for i := range out {
		out[i] = Const(1)
	}
	for _, s := range shapes {
		for i, d := range s {
			k := rank - len(s) + i
			m, err := out[k].Broadcast(d)
			if err != nil {
				return nil, fmt.Errorf("shapes %s: axis %d: %w", shapesString(shapes), k, err)
			}
			out[k] = m
		}
	}
	return out, nil
}

func shapesString(shapes [][]Dim) string {
	s := ""
	for i, x := range shapes {
		if i > 0 {
			s += " and "
		}
		s += ShapeString(x)
	}
	return s
}

// inferOp asks the op, or builds a composite's body aside and takes its outputs' types.
func inferOp(x *Inference, op Op) ([]Type, error) {
	if i, ok := op.(Inferer); ok {
		return i.Infer(x)
	}
	c, ok := op.(Composite)
	if !ok {
		return nil, fmt.Errorf("%s has no type inference", op.OpName())
	}
	side := x.b.Sub(op.OpName())
	out, err := c.Body(side, x.In)
	if err != nil {
		return nil, err
	}
	types := make([]Type, len(out))
	for i, v := range out {
		types[i] = v.Type
		x.SetElems(i, v.Elems)
	}
	for _, n := range side.Graph.Nodes {
		x.checks = append(x.checks, n.Checks...)
	}
	return types, nil
}

// Axis brings an axis that may count from the end into 0 ≤ axis < rank.
func Axis(axis, rank int) (int, error) {
	if axis < -rank || axis >= rank {
		return 0, fmt.Errorf("axis %d out of range for rank %d", axis, rank)
	}
	if axis < 0 {
		axis += rank
	}
	return axis, nil
}
