package op

import (
	"errors"
	"fmt"

	"github.com/energeticc/energeticc/ir"
)

var shapeOps = []Def{
	{Name: "Identity", Doc: "Identity is its input. Source: ONNX Identity.", New: func() ir.Op { return Identity{} }, DTypes: whole, Moves: true},
	{Name: "Reshape", Doc: "Reshape is the same data under another shape of as many elements. Source: ONNX Reshape.", New: func() ir.Op { return Reshape{} }, DTypes: whole, Moves: true},
	{Name: "Sizes", Doc: "Sizes is an integer tensor of sizes. Source: ONNX Shape and Size.", New: func() ir.Op { return Sizes{} }, Moves: true},
	{Name: "ReadSizes", Doc: "ReadSizes is its input, an integer tensor, whose contents become sizes of other tensors.", New: func() ir.Op { return ReadSizes{} }, DTypes: ints, Moves: true},
}

// Identity is its input, whatever kind of value that is.
type Identity struct{}

// OpName is Identity.
func (Identity) OpName() string { return "Identity" }

// IsView says that nothing is copied.
func (Identity) IsView() bool { return true }

// Infer keeps type and known contents.
func (Identity) Infer(x *ir.Inference) ([]ir.Type, error) {
	if err := want(x, 1, 1); err != nil {
		return nil, err
	}
	x.SetElems(0, x.Elems(0))
	return one(x.Type(0))
}

// Eval gives the input.
func (Identity) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) { return result(in[0]) }

// Lower copies, where the planner cannot let both share memory.
func (Identity) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	return call("kernel.Copy", ir.Out(0), ir.In(0))
}

// Reshape is its first input under Shape. Where the shape is data that only a run knows, it is the second input, in
// which -1 stands for the size that is left and, unless Zero, 0 for the input's own size; Shape is nil then.
type Reshape struct {
	Shape []ir.Dim
	Zero  bool // a 0 in the second input means 0
}

// OpName is Reshape.
func (Reshape) OpName() string { return "Reshape" }

// IsView says that nothing is copied.
func (Reshape) IsView() bool { return true }

// SubstituteDims replaces symbols in the shape.
func (o Reshape) SubstituteDims(env map[string]ir.Dim) ir.Op {
	o.Shape = substituteAll(o.Shape, env)
	return o
}

func substituteAll(dims []ir.Dim, env map[string]ir.Dim) []ir.Dim {
	if dims == nil {
		return nil
	}
	out := make([]ir.Dim, len(dims))
	for i, d := range dims {
		out[i] = d.Substitute(env)
	}
	return out
}

// Infer demands that both shapes have as many elements.
func (o Reshape) Infer(x *ir.Inference) ([]ir.Type, error) {
	if err := wantTensors(x, 1, 2); err != nil {
		return nil, err
	}
	t := x.Type(0)
	if x.Has(1) {
		rank, err := o.runtimeRank(x.Type(1))
		if err != nil {
			return nil, err
		}
		shape := make([]ir.Dim, rank)
		for i := range shape {
			shape[i] = x.Fresh("reshape")
		}
		return one(ir.TensorType(t.DType, shape...))
	}
	shape := append([]ir.Dim{}, o.Shape...)
	if err := wantSizes(x, shape); err != nil {
		return nil, err
	}
	if err := sameLen(x, t.Shape, shape); err != nil {
		return nil, err
	}
	if len(shape) <= 1 {
		x.SetElems(0, x.Elems(0))
	}
	return one(ir.TensorType(t.DType, shape...))
}

func (o Reshape) runtimeRank(shape ir.Type) (int, error) {
	if o.Shape != nil {
		return 0, errors.New("the shape is given both as attribute and as input")
	}
	if !shape.DType.IsInteger() || shape.Rank() != 1 {
		return 0, fmt.Errorf("the shape is %s, want a vector of integers", shape)
	}
	rank, ok := shape.Shape[0].IsConst()
	if !ok || rank > 64 {
		return 0, fmt.Errorf("the shape has %s elements, so that the rank is not known at compile time; export the model with a constant shape", shape.Shape[0])
	}
	return int(rank), nil
}

// wantSizes demands that no size is negative; where an expression might be, a run checks it.
func wantSizes(x *ir.Inference, shape []ir.Dim) error {
	for i, d := range shape {
		if c, ok := d.IsConst(); ok && c < 0 {
			return fmt.Errorf("size %d of axis %d is negative", c, i)
		}
		if _, err := x.Equal(d, d.Max(ir.Const(0)), "a size is negative"); err != nil {
			return err
		}
	}
	return nil
}

// sameLen demands that two shapes have as many elements. A free symbol that is a factor of one side is solved.
func sameLen(x *ir.Inference, from, to []ir.Dim) error {
	a, b := ir.Product(from...), ir.Product(to...)
	if a.Equal(b) {
		return nil
	}
	what := fmt.Sprintf("%s cannot be reshaped to %s", ir.ShapeString(from), ir.ShapeString(to))
	for _, side := range [][2]ir.Dim{{a, b}, {b, a}} {
		for _, s := range side[0].Symbols() {
			rest := side[0].Div(ir.Sym(s))
			if len(rest.Symbols()) > 0 || rest.Is(0) || !rest.Mul(ir.Sym(s)).Equal(side[0]) {
				continue
			}
			if value := side[1].Div(rest); value.Mul(rest).Equal(side[1]) {
				_, err := x.Equal(ir.Sym(s), value, what)
				return err
			}
		}
	}
	_, err := x.Equal(a, b, what)
	return err
}

// Eval gives the data its shape.
func (o Reshape) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	t := in[0]
	var shape []int
	if len(in) > 1 {
		s, err := ResolveShape(t.Shape, in[1].Ints(), o.Zero)
		if err != nil {
			return nil, err
		}
		shape = s
	} else if s, ok := ir.KnownShape(o.Shape); ok {
		shape = s
	} else {
		return nil, fmt.Errorf("the shape %s is not known", ir.ShapeString(o.Shape))
	}
	if !fits(shape, t.Len()) {
		return nil, fmt.Errorf("%v cannot be reshaped to %v", t.Shape, shape)
	}
	return result(t.WithShape(shape...))
}

// fits reports whether a shape has n elements, without overflow.
func fits(shape []int, n int) bool {
	product := 1
	for _, d := range shape {
		if d < 0 || (d > 0 && product > n/d && n > 0) {
			return false
		}
		product *= d
	}
	return product == n
}

// ResolveShape reads a shape in ONNX's spelling: -1 is what is left, and 0, unless zero, the input's own size.
func ResolveShape(from []int, shape []int64, zero bool) ([]int, error) {
	out := make([]int, len(shape))
	rest, known := -1, 1
	for i, v := range shape {
		switch {
		case v == -1 && rest < 0:
			rest = i
			continue
		case v < 0:
			return nil, fmt.Errorf("shape %v: want sizes of at least 0 and at most one -1", shape)
		case v == 0 && !zero:
			if i >= len(from) {
				return nil, fmt.Errorf("shape %v: 0 at %d, but the input has rank %d", shape, i, len(from))
			}
			v = int64(from[i])
		}
		out[i] = int(v)
		known *= out[i]
	}
	if rest >= 0 {
		if known == 0 {
			return nil, fmt.Errorf("shape %v: -1 beside a size of 0 is undetermined", shape)
		}
		out[rest] = ir.NumElements(from) / known
	}
	return out, nil
}

// Lower binds the sizes of a shape that only a run knows.
func (o Reshape) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	if len(in) < 2 {
		return nil, nil
	}
	var calls []ir.Call
	for i, d := range out[0].Type.Shape {
		s, ok := d.IsSym()
		if !ok {
			continue // a pass found the size
		}
		calls = append(calls, ir.Call{
			Kernel: "kernel.ReshapeSize",
			Args:   []ir.Arg{ir.In(1), ir.IntC(i), ir.Flag(o.Zero), ir.Ints(in[0].Type.Shape...)},
			Bind:   []string{s},
			Fault:  &ir.Fault{Text: "the shape does not fit the data", Arg: 0},
		})
	}
	return calls, nil
}
