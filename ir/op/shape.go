package op

import (
	"fmt"

	"github.com/energeticc/energeticc/ir"
)

var shapeOps = []Def{
	{Name: "Identity", Doc: "Identity is its input. Source: ONNX Identity.", New: func() ir.Op { return Identity{} }, DTypes: whole, Moves: true},
	{Name: "Reshape", Doc: "Reshape is the same data under another shape of as many elements. Source: ONNX Reshape.", New: func() ir.Op { return Reshape{} }, DTypes: whole, Moves: true},
	{Name: "Sizes", Doc: "Sizes is an integer tensor of sizes. Source: ONNX Shape and Size.", New: func() ir.Op { return Sizes{} }, Moves: true},
	{Name: "Bounds", Doc: "Bounds computes sizes from integers that only a run knows: each becomes a data symbol that ops after it use.", New: func() ir.Op { return Bounds{} }, Moves: true},
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
	return call("kernel.Move", ir.Out(0), ir.In(0))
}

// Reshape is its input under Shape.
type Reshape struct{ Shape []ir.Dim }

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
	if err := wantTensors(x, 1, 1); err != nil {
		return nil, err
	}
	t := x.Type(0)
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
	shape, ok := ir.KnownShape(o.Shape)
	if !ok {
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

// Lower copies, where the planner cannot let both share memory.
func (o Reshape) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	return call("kernel.Move", ir.Out(0), ir.In(0))
}
