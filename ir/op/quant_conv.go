package op

import (
	"errors"
	"fmt"

	"github.com/energeticc/energeticc/ir"
)

// ScaledConv is a convolution of small integers as a real one: Act((w - wZero) ∗ (x - xZero)·scale + bias + residual),
// over one or two spatial axes, padded by xZero. The sums are exact, in wrapping int32. Inputs:
//
//	0 x         [n, c, in…] int8 or uint8
//	1 w         [m, c/Group, kernel…], a constant of int8 or uint8
//	2 bias      [m], optional
//	3 residual  the result's shape, optional
//	4 scale     one element or [m], float32: x's times w's
//	5 wZero     one element or [m], a constant of w's element type, optional
//	6 xZero     one element of x's element type, optional
//	7 outScale  one element, float32, if To is set
//	8 outZero   one element of type To, optional
//
// If To is set, int8 or uint8, the result is quantised to it, as by Quantize with outScale and outZero, and there is no
// residual. Other attributes are those of Conv.
type ScaledConv struct {
	Strides, Pads, Dilations []int
	Same                     string
	Group                    int
	Act                      Act
	To                       ir.DType
}

// Inputs of scaled products that are quantised.
const (
	scaledOutScale = 7
	scaledOutZero  = 8
)

// OpName is ScaledConv.
func (ScaledConv) OpName() string { return "ScaledConv" }

// plain is the convolution of real numbers.
func (o ScaledConv) plain() Conv {
	return Conv{Strides: o.Strides, Pads: o.Pads, Dilations: o.Dilations, Same: o.Same, Group: o.Group}
}

// WithAct adds an activation, if there is none yet.
func (o ScaledConv) WithAct(a Act) (ir.Op, bool) {
	if o.Act.Fn != "" || o.To != ir.Invalid {
		return nil, false
	}
	o.Act = a
	return o, true
}

// WithResidual says whether input 3 may be added: before any activation.
func (o ScaledConv) WithResidual() (ir.Op, bool) {
	return o, o.Act.Fn == "" && o.To == ir.Invalid
}

// WithCodes gives the convolution whose result is quantised.
func (o ScaledConv) WithCodes(to ir.DType) ir.Op {
	o.To = to
	return o
}

// InPlace says that the result may overwrite the residual.
func (o ScaledConv) InPlace() []int {
	if o.To != ir.Invalid {
		return nil
	}
	return []int{matResidual}
}

// Work is that of the convolution.
func (o ScaledConv) Work(in, out []ir.Type) ir.Dim { return o.plain().Work(in, out) }

// Infer demands constant weights and gives float32, or To.
func (o ScaledConv) Infer(x *ir.Inference) ([]ir.Type, error) {
	if err := wantTensors(x, 2, 9); err != nil {
		return nil, err
	}
	if !x.Has(matScale) {
		return nil, errors.New("a scale is missing")
	}
	if err := o.Act.check(); err != nil {
		return nil, err
	}
	t, w := x.Type(matA), x.Type(matB)
	if r := t.Rank(); r < 3 || r > 4 || w.Rank() != r || x.Const(matB) == nil {
		return nil, fmt.Errorf("x is %s and w %s, want one or two spatial axes and constant weights", t, w)
	}
	if err := wantScaled(x, w.Shape[0]); err != nil {
		return nil, err
	}
	y, err := o.plain().slide(x, t, w)
	if err != nil {
		return nil, err
	}
	if o.To != ir.Invalid || x.Has(scaledOutScale) || x.Has(scaledOutZero) {
		if err := wantCodes(x, o.To); err != nil {
			return nil, err
		}
		return one(ir.TensorType(o.To, y...))
	}
	if x.Has(matResidual) {
		if y, err = wantResidual(x, matResidual, y); err != nil {
			return nil, err
		}
	}
	return one(ir.TensorType(ir.Float32, y...))
}

// wantCodes checks what a scaled product has that is quantised.
func wantCodes(x *ir.Inference, to ir.DType) error {
	if to != ir.Int8 && to != ir.Uint8 {
		return fmt.Errorf("%s is no type to quantise to, want i8 or u8", to)
	}
	if x.Has(matResidual) {
		return errors.New("a quantised result takes no residual")
	}
	if !x.Has(scaledOutScale) {
		return errors.New("the result's scale is missing")
	}
	if err := wantDType(x, scaledOutScale, ir.Float32); err != nil {
		return err
	}
	if !x.Has(scaledOutZero) {
		return wantOne(x, scaledOutScale)
	}
	if err := wantDType(x, scaledOutZero, to); err != nil {
		return err
	}
	return wantOne(x, scaledOutScale, scaledOutZero)
}

// wantOne checks that inputs have one element.
func wantOne(x *ir.Inference, inputs ...int) error {
	for _, i := range inputs {
		if t := x.Type(i); !t.Len().Is(1) {
			return fmt.Errorf("input %d is %s, want one element", i, t)
		}
	}
	return nil
}

// Eval sums integers, then computes in float64. Padding is 0 once xZero is off.
func (o ScaledConv) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	x := centredInts(in[matA], nth(in, scaledZero), func(int) int { return 0 })
	per := ir.NumElements(in[matB].Shape[1:])
	w := centredInts(in[matB], nth(in, matZero), func(i int) int { return i / per })
	sums, err := o.plain().Eval([]*ir.Tensor{x, w})
	if err != nil {
		return nil, err
	}
	shape := sums[0].Shape
	plane, m := ir.NumElements(shape[2:]), shape[1]
	y, err := scaledSums(sums[0], in, o.Act, func(i int) int { return i / plane % m })
	if err != nil || o.To == ir.Invalid {
		return y, err
	}
	return Quantize{Axis: -1, To: o.To}.Eval([]*ir.Tensor{y[0], in[scaledOutScale], nth(in, scaledOutZero)})
}
