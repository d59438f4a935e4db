package op

import (
	"errors"
	"fmt"

	"github.com/energeticc/energeticc/ir"
)

// Slice takes, along each axis, Size entries from Begin on, Step apart. SliceAxis makes such bounds.
type Slice struct{ Begin, Size, Step []ir.Dim }

// OpName is Slice.
func (Slice) OpName() string { return "Slice" }

// SubstituteDims replaces symbols in the bounds.
func (o Slice) SubstituteDims(env map[string]ir.Dim) ir.Op {
	return Slice{substituteAll(o.Begin, env), substituteAll(o.Size, env), substituteAll(o.Step, env)}
}

// huge is what exporters write for "to the end", or larger.
const huge = 1<<31 - 1

// SliceAxis gives the bounds of start:end:step along an axis of n entries: Python's rule, where numbers below 0 count
// from the end and what is out of range is cut off.
func SliceAxis(n, start, end ir.Dim, step int64) (begin, size ir.Dim, err error) {
	if step == 0 {
		return begin, size, errors.New("step is 0")
	}
	first, last := ir.Dim{}, n // of a walk forwards
	if step < 0 {
		first, last = ir.Const(-1), n.Sub(ir.Const(1))
	}
	start, end = fromEnd(n, start, first, last), fromEnd(n, end, first, last)
	// size is the least of what the ends and the axis's borders leave between them
	from, to, sign := ir.Dim.Max, ir.Dim.Min, int64(1)
	fromBorder, toBorder := first, last
	if step < 0 {
		from, to, sign = ir.Dim.Min, ir.Dim.Max, -1
		fromBorder, toBorder = last, first
	}
	froms, tos := held(start, fromBorder, from), held(end, toBorder, to)
	count := ir.Dim{}
	for i, b := range froms {
		for k, e := range tos {
			d := e.Sub(b).Mul(ir.Const(sign)).CeilDiv(ir.Const(step * sign))
			if i+k == 0 {
				count = d
			} else {
				count = count.Min(d)
			}
		}
	}
	size = count.Max(ir.Const(0))
	begin = from(start, fromBorder)
	if step > 0 {
		return begin.Min(n), size, nil
	}
	return begin.Max(ir.Const(0)), size, nil
}

// held gives the values of which the bound is the largest or smallest: both, unless one surely decides.
func held(v, border ir.Dim, pick func(a, b ir.Dim) ir.Dim) []ir.Dim {
	switch p := pick(v, border); {
	case p.Equal(v):
		return []ir.Dim{v}
	case p.Equal(border):
		return []ir.Dim{border}
	}
	return []ir.Dim{v, border}
}

// fromEnd adds n to a bound below 0; huge ones are the borders.
func fromEnd(n, v, first, last ir.Dim) ir.Dim {
	if c, ok := v.IsConst(); ok {
		switch {
		case c >= huge:
			return last
		case c <= -huge:
			return first
		}
	}
	lo, hi := v.Bounds(nil)
	switch {
	case lo >= 0, v.Add(ir.Const(1)).Equal(n): // n - 1 is below 0 only for n = 0, where all is cut off anyway
		return v
	case hi < 0:
		return v.Add(n)
	}
	below := v.Neg().Min(ir.Const(1)).Max(ir.Const(0)) // 1 where v < 0, else 0
	return v.Add(n.Mul(below))
}

// Infer takes Size as the shape. Bounds that are numbers must lie within the data.
func (o Slice) Infer(x *ir.Inference) ([]ir.Type, error) {
	if err := wantTensors(x, 1, 1); err != nil {
		return nil, err
	}
	t := x.Type(0)
	if r := t.Rank(); len(o.Begin) != r || len(o.Size) != r || len(o.Step) != r {
		return nil, fmt.Errorf("bounds for %d, %d and %d axes, want %d", len(o.Begin), len(o.Size), len(o.Step), r)
	}
	if err := wantSizes(x, o.Size); err != nil {
		return nil, err
	}
	for i, n := range t.Shape {
		c, known := ir.KnownShape([]ir.Dim{n, o.Begin[i], o.Size[i], o.Step[i]})
		if known && c[2] > 0 && !within(c[0], c[1], c[2], c[3]) {
			return nil, fmt.Errorf("axis %d: %d entries from %d, %d apart, of %d", i, c[2], c[1], c[3], c[0])
		}
	}
	x.SetElems(0, o.elems(x))
	return one(ir.TensorType(t.DType, append([]ir.Dim{}, o.Size...)...))
}

func within(n, begin, size, step int) bool {
	last := begin + (size-1)*step
	return begin >= 0 && begin < n && last >= 0 && last < n && size <= n
}

func (o Slice) elems(x *ir.Inference) []ir.Dim {
	from := x.Elems(0)
	if from == nil || len(o.Begin) != 1 {
		return nil
	}
	c, known := ir.KnownShape([]ir.Dim{o.Begin[0], o.Size[0], o.Step[0]})
	if !known || c[1] > 0 && !within(len(from), c[0], c[1], c[2]) {
		return nil
	}
	out := make([]ir.Dim, c[1])
	for i := range out {
		out[i] = from[c[0]+i*c[2]]
	}
	return out
}

// Eval moves run by run.
func (o Slice) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	t := in[0]
	begin, okB := ir.KnownShape(o.Begin)
	size, okS := ir.KnownShape(o.Size)
	step, okT := ir.KnownShape(o.Step)
	if !okB || !okS || !okT {
		return nil, errors.New("the bounds are not known")
	}
	l := layout{shape: size, stride: strides(t.Shape)}
	for i, n := range t.Shape {
		if ir.NumElements(size) > 0 && !within(n, begin[i], size[i], step[i]) {
			return nil, fmt.Errorf("axis %d: %d entries from %d, %d apart, of %d", i, size[i], begin[i], step[i], n)
		}
		l.off += begin[i] * l.stride[i]
		l.stride[i] *= step[i]
	}
	return result(l.read(t))
}

// Lower walks the data; a slice without gaps is one copy.
func (o Slice) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	axes := axisSteps(in[0].Type.Shape)
	off := ir.Dim{}
	for i := range axes {
		off = off.Add(o.Begin[i].Mul(axes[i].stride))
		axes[i] = axisStep{out[0].Type.Shape[i], axes[i].stride.Mul(o.Step[i])}
	}
	return []ir.Call{readCall(off, axes)}, nil
}

// Expand repeats axes of length 1, after NumPy's rule, until the shape is what its own and Shape give together.
type Expand struct{ Shape []ir.Dim }

// OpName is Expand.
func (Expand) OpName() string { return "Expand" }

// SubstituteDims replaces symbols in the shape.
func (o Expand) SubstituteDims(env map[string]ir.Dim) ir.Op {
	return Expand{substituteAll(o.Shape, env)}
}

// Infer broadcasts the input's shape and Shape.
func (o Expand) Infer(x *ir.Inference) ([]ir.Type, error) {
	if err := wantTensors(x, 1, 1); err != nil {
		return nil, err
	}
	if err := wantSizes(x, o.Shape); err != nil {
		return nil, err
	}
	t := x.Type(0)
	shape, err := x.Broadcast(t.Shape, o.Shape)
	if err != nil {
		return nil, err
	}
	if n, ok := t.Len().IsConst(); ok && n == 1 && len(shape) <= 1 && x.Elems(0) != nil {
		if k, ok := ir.Product(shape...).IsConst(); ok && k <= maxBounds {
			e := make([]ir.Dim, k)
			for i := range e {
				e[i] = x.Elems(0)[0]
			}
			x.SetElems(0, e)
		}
	}
	return one(ir.TensorType(t.DType, shape...))
}

// Eval moves run by run.
func (o Expand) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	t := in[0]
	to, ok := ir.KnownShape(o.Shape)
	if !ok {
		return nil, fmt.Errorf("the shape %s is not known", ir.ShapeString(o.Shape))
	}
	shape, err := broadcastInts(t.Shape, to)
	if err != nil {
		return nil, err
	}
	return result(layout{shape: shape, stride: newOdometer(shape, t.Shape).stride}.read(t))
}

// Lower walks the data with a stride of 0 along what repeats.
func (o Expand) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	return []ir.Call{readCall(ir.Dim{}, expandedSteps(in[0].Type, out[0].Type))}, nil
}

// expandedSteps walks an operand in the order of a result that it broadcasts to.
func expandedSteps(t, out ir.Type) []axisStep {
	axes := axisSteps(padShape(t.Shape, out.Rank()))
	for i, d := range out.Shape {
		if !axes[i].size.Equal(d) {
			// 0 where the axis has one entry, else the stride itself
			axes[i].stride = axes[i].stride.Mul(axes[i].size.Sub(ir.Const(1)).Min(ir.Const(1)))
		}
		axes[i].size = d
	}
	return axes
}
