package op

import (
	"fmt"

	"github.com/energeticc/energeticc/ir"
)

// Rotary turns pairs of a head's first elements: (x, y) becomes (x·cos - y·sin, x·sin + y·cos). Inputs:
//
//	0 x         [b, h, s, d], or [b, s, h·d] if Heads says what h is
//	1 cos       [b, s, r], or [places, r] if there are positions; 2·r elements are turned, at most d
//	2 sin       as cos
//	3 position  [b, s], optional: the row of cos and sin for each token
//
// Pair i is the elements i and i + r, or, if Interleaved, 2i and 2i + 1.
type Rotary struct {
	Heads       int
	Interleaved bool
}

// OpName is Rotary.
func (Rotary) OpName() string { return "Rotary" }

// Infer keeps x's type.
func (o Rotary) Infer(x *ir.Inference) ([]ir.Type, error) {
	if err := wantTensors(x, 3, 4); err != nil {
		return nil, err
	}
	if err := wantDType(x, 0, floats...); err != nil {
		return nil, err
	}
	s, err := split(x.Type(0), o.Heads)
	if err != nil {
		return nil, fmt.Errorf("x is %w", err)
	}
	tokens := []ir.Dim{s[0], s[2]}
	wanted := 3
	if x.Has(3) {
		if err := wantDType(x, 3, ir.Int64); err != nil {
			return nil, err
		}
		if err := equalShape(x, x.Type(3), tokens, "there is a position for each token"); err != nil {
			return nil, err
		}
		wanted = 2
	}
	for i := 1; i < 3; i++ {
		t := x.Type(i)
		if err := wantSame(x, i, 0); err != nil {
			return nil, err
		}
		if t.Rank() != wanted {
			return nil, fmt.Errorf("input %d is %s, want %d axes", i, t, wanted)
		}
		if !x.Has(3) {
			if err := equalShape(x, ir.TensorType(t.DType, t.Shape[:2]...), tokens, "there are angles for each token"); err != nil {
				return nil, err
			}
		}
	}
	if err := equalShape(x, x.Type(2), x.Type(1).Shape, "sin and cos have different shapes"); err != nil {
		return nil, err
	}
	r := x.Type(1).Shape[wanted-1]
	if _, err := x.Equal(r.Mul(ir.Const(2)).Min(s[3]), r.Mul(ir.Const(2)), "more elements are turned than a head has"); err != nil {
		return nil, err
	}
	return one(x.Type(0))
}

// equalShape demands a tensor's shape.
func equalShape(x *ir.Inference, t ir.Type, shape []ir.Dim, what string) error {
	if t.Rank() != len(shape) {
		return fmt.Errorf("%s: %s, want %s", what, t, ir.ShapeString(shape))
	}
	for i, d := range t.Shape {
		if _, err := x.Equal(d, shape[i], what); err != nil {
			return err
		}
	}
	return nil
}

// Eval turns head by head.
func (o Rotary) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	x, cos, sin := in[0], in[1], in[2]
	parts, err := split(x.TypeOf(), o.Heads)
	if err != nil {
		return nil, err
	}
	n, _ := ir.KnownShape(parts)
	heads, tokens, size := n[1], n[2], n[3]
	r := cos.Shape[len(cos.Shape)-1]
	if 2*r > size || cos.Len() != sin.Len() || nth(in, 3) == nil && cos.Len() != n[0]*tokens*r {
		return nil, fmt.Errorf("x is %v, cos %v and sin %v", x.Shape, cos.Shape, sin.Shape)
	}
	y := ir.NewTensor(x.DType, x.Shape...)
	moveElems(y, 0, x, 0, x.Len())
	at := attentionEval{}
	for t := range n[0] * tokens {
		row := t
		if p := nth(in, 3); p != nil {
			v := p.Int(t)
			if v < 0 || v >= int64(cos.Shape[0]) {
				return nil, fmt.Errorf("position %d is out of range for %d rows of angles", v, cos.Shape[0])
			}
			row = int(v)
		}
		for h := range heads {
			from := at.at(o.Heads > 0, t/tokens, h, t%tokens, heads, tokens, size)
			for i := range r {
				a, b := from+i, from+i+r
				if o.Interleaved {
					a, b = from+2*i, from+2*i+1
				}
				c, s := cos.Float(row*r+i), sin.Float(row*r+i)
				y.SetFloat(a, float64(c*x.Float(a))-float64(s*x.Float(b)))
				y.SetFloat(b, float64(s*x.Float(a))+float64(c*x.Float(b)))
			}
		}
	}
	return result(y)
}

// Lower calls the kernel that goes over the tokens.
func (o Rotary) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	s, err := split(in[0].Type, o.Heads)
	if err != nil {
		return nil, err
	}
	cos := in[1].Type.Shape
	c := ir.Call{Kernel: "kernel.Rotary", Args: []ir.Arg{
		ir.Out(0), ir.In(0), ir.In(1), ir.In(2), argOr(in, 3),
		ir.Int(s[0]), ir.Int(s[1]), ir.Int(s[2]), ir.Int(s[3]), ir.Int(cos[len(cos)-1]),
		ir.Flag(o.Heads > 0), ir.Flag(o.Interleaved),
	}}
	if nth(in, 3) != nil {
		c.Fault = &ir.Fault{Text: "position out of range", Arg: 4, Hi: cos[0]}
	}
	return []ir.Call{c}, nil
}

// InPlace says that the result may overwrite x.
func (Rotary) InPlace() []int { return []int{0} }
