package op

import (
	"fmt"

	"github.com/energeticc/energeticc/ir"
)

// cacheOps are the rows of the family.
var cacheOps = []Def{
	{Name: "TensorScatter", Doc: "TensorScatter writes new entries into a cache, at a place for each batch. Source: ONNX TensorScatter.", New: func() ir.Op { return TensorScatter{} }, DTypes: whole, Moves: true},
}

// TensorScatter is the cache (input 0, [batch, …]) with an update (input 1) written into it along Axis (0 < Axis < rank),
// from where int64 numbers (input 2, [batch], may be absent: 0) say. Circular goes on at the begin behind the end; else
// the update must fit.
type TensorScatter struct {
	Axis     int
	Circular bool
}

// OpName is TensorScatter.
func (TensorScatter) OpName() string { return "TensorScatter" }

// Infer keeps the cache's type.
func (o TensorScatter) Infer(x *ir.Inference) ([]ir.Type, error) {
	if err := wantTensors(x, 2, 3); err != nil {
		return nil, err
	}
	if err := wantSame(x, 0, 1); err != nil {
		return nil, err
	}
	t, u := x.Type(0), x.Type(1)
	if t.Rank() != u.Rank() || o.Axis < 1 || o.Axis >= t.Rank() {
		return nil, fmt.Errorf("the cache is %s, the update %s and the axis %d, want equal ranks and an axis behind the first", t, u, o.Axis)
	}
	for i, n := range t.Shape {
		m, what := n, "cache and update differ in an axis other than the one that is written along"
		if i == o.Axis {
			m, what = u.Shape[i].Max(n), "the update is longer than the cache"
			if _, err := x.Equal(m, n, what); err != nil {
				return nil, err
			}
			continue
		}
		if _, err := x.Equal(u.Shape[i], m, what); err != nil {
			return nil, err
		}
	}
	if !x.Has(2) {
		return one(t)
	}
	if err := wantDType(x, 2, ir.Int64); err != nil {
		return nil, err
	}
	if x.Type(2).Rank() != 1 {
		return nil, fmt.Errorf("the places are %s, want a vector", x.Type(2))
	}
	if _, err := x.Equal(x.Type(2).Shape[0], t.Shape[0], "there are not as many places as batches"); err != nil {
		return nil, err
	}
	return one(t)
}

// Eval moves entry by entry.
func (o TensorScatter) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	t, u := in[0], in[1]
	y := ir.NewTensor(t.DType, t.Shape...)
	moveElems(y, 0, t, 0, t.Len())
	n, m := t.Shape[o.Axis], u.Shape[o.Axis]
	lines, inner := ir.NumElements(t.Shape[:o.Axis]), ir.NumElements(t.Shape[o.Axis+1:])
	for line := range lines {
		from := int64(0)
		if len(in) > 2 && in[2] != nil {
			from = in[2].Int(line / (lines / t.Shape[0]))
		}
		if !o.Circular && (from < 0 || from > int64(n-m)) {
			return nil, fmt.Errorf("place %d out of range: %d entries are to be written into %d", from, m, n)
		}
		for i := range m {
			at := (from%int64(n) + int64(i) + int64(n)) % int64(n)
			moveElems(y, (line*n+int(at))*inner, u, (line*m+i)*inner, inner)
		}
	}
	return result(y)
}

// Lower calls the kernel, which checks the places.
func (o TensorScatter) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	s := in[0].Type.Shape
	n, m := s[o.Axis], in[1].Type.Shape[o.Axis]
	c := ir.Call{Kernel: "kernel.TensorScatter", Args: []ir.Arg{ir.Out(0), ir.In(0), ir.In(1), ir.Nil(), ir.Int(s[0]),
		ir.Int(ir.Product(s[1:o.Axis]...)), ir.Int(n), ir.Int(m), ir.Int(ir.Product(s[o.Axis+1:]...)), ir.Flag(o.Circular)}}
	if len(in) > 2 && in[2] != nil {
		c.Args[3] = ir.In(2)
		c.Fault = &ir.Fault{Text: "place out of range", Arg: 3, Hi: n.Sub(m).Add(ir.Const(1))}
	}
	return []ir.Call{c}, nil
}

// InPlace says that the result may overwrite the cache.
func (TensorScatter) InPlace() []int { return []int{0} }
