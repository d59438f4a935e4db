package op

import (
	"errors"
	"fmt"

	"github.com/energeticc/energeticc/ir"
)

// Pad puts Before entries before each axis and After entries after it; negative numbers cut entries off. Mode says
// what the new entries are: constant (the second input, or zero), edge, reflect (mirrored without the border) or wrap.
type Pad struct {
	Mode          string
	Before, After []ir.Dim
}

// OpName is Pad.
func (Pad) OpName() string { return "Pad" }

// SubstituteDims replaces symbols in the sizes.
func (o Pad) SubstituteDims(env map[string]ir.Dim) ir.Op {
	return Pad{o.Mode, substituteAll(o.Before, env), substituteAll(o.After, env)}
}

// padModes give, for each mode but constant, which entry of n stands at place i, and the kernel that does so.
var padModes = map[string]struct {
	index  func(i, n int) int
	kernel string
}{
	"constant": {},
	"edge":     {func(i, n int) int { return min(max(i, 0), n-1) }, "kernel.PadEdge"},
	"wrap":     {func(i, n int) int { return (i%n + n) % n }, "kernel.PadWrap"},
	"reflect":  {reflectIndex, "kernel.PadReflect"},
}

func reflectIndex(i, n int) int {
	if n == 1 {
		return 0
	}
	period := 2 * (n - 1)
	i = (i%period + period) % period
	return min(i, period-i)
}

// Infer adds up sizes.
func (o Pad) Infer(x *ir.Inference) ([]ir.Type, error) {
	if err := wantTensors(x, 1, 2); err != nil {
		return nil, err
	}
	t := x.Type(0)
	if _, ok := padModes[o.Mode]; !ok {
		return nil, fmt.Errorf("no mode %q", o.Mode)
	}
	if len(o.Before) != t.Rank() || len(o.After) != t.Rank() {
		return nil, fmt.Errorf("pads for %d and %d axes, want %d", len(o.Before), len(o.After), t.Rank())
	}
	if x.Has(1) {
		if err := wantSame(x, 0, 1); err != nil {
			return nil, err
		}
		if _, err := x.Equal(x.Type(1).Len(), ir.Const(1), "the padding value is one number"); err != nil {
			return nil, err
		}
	}
	shape := make([]ir.Dim, t.Rank())
	for i, n := range t.Shape {
		shape[i] = n.Add(o.Before[i]).Add(o.After[i])
		if n.Is(0) && o.Mode != "constant" && !shape[i].Is(0) {
			return nil, fmt.Errorf("axis %d is empty, there is nothing to pad it with", i)
		}
	}
	if err := wantSizes(x, shape); err != nil {
		return nil, err
	}
	return one(ir.TensorType(t.DType, shape...))
}

// Eval moves element by element.
func (o Pad) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	t := in[0]
	before, okB := ir.KnownShape(o.Before)
	after, okA := ir.KnownShape(o.After)
	if !okB || !okA {
		return nil, errors.New("the pads are not known")
	}
	shape := make([]int, len(before))
	for i, n := range t.Shape {
		shape[i] = n + before[i] + after[i]
		if shape[i] < 0 || n == 0 && o.Mode != "constant" && shape[i] > 0 {
			return nil, fmt.Errorf("axis %d of length %d cannot be padded by %d and %d", i, n, before[i], after[i])
		}
	}
	out := ir.NewTensor(t.DType, shape...)
	from := strides(t.Shape)
	each(shape, func(i int, at []int) {
		src, inside := 0, true
		for k, a := range at {
			j, n := a-before[k], t.Shape[k]
			if m := padModes[o.Mode]; m.index != nil {
				j = m.index(j, n)
			}
			inside = inside && j >= 0 && j < n
			src += j * from[k]
		}
		switch {
		case inside:
			moveElems(out, i, t, src, 1)
		case len(in) > 1 && in[1] != nil:
			moveElems(out, i, in[1], 0, 1)
		}
	})
	return result(out)
}

// each visits the elements of a shape in row-major order.
func each(shape []int, f func(i int, at []int)) {
	at := make([]int, len(shape))
	for i := range ir.NumElements(shape) {
		f(i, at)
		for k := len(at) - 1; k >= 0; k-- {
			if at[k]++; at[k] < shape[k] {
				break
			}
			at[k] = 0
		}
	}
}

// Lower pads all axes in one walk over the output.
func (o Pad) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	value, index := ir.Nil(), ir.Nil()
	if len(in) > 1 && in[1] != nil {
		value = ir.In(1)
	}
	if k := padModes[o.Mode].kernel; k != "" {
		index = ir.Func(k)
	}
	shape, to, before := in[0].Type.Shape, out[0].Type.Shape, o.Before
	if len(shape) == 0 {
		shape, to, before = []ir.Dim{ir.Const(1)}, []ir.Dim{ir.Const(1)}, []ir.Dim{{}}
	}
	return call("kernel.Pad", ir.Out(0), ir.In(0), value, ir.Ints(to...), ir.Ints(shape...), ir.Ints(before...), index)
}
