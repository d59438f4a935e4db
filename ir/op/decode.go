package op

import (
	"fmt"
	"math"
	"slices"

	"github.com/energeticc/energeticc/ir"
)

// Decode makes float32 numbers of codes: x·Step + Least, computed in float64 and rounded once. A model of TensorFlow.js
// stores weights so, and means its own arithmetic by it.
type Decode struct{ Step, Least float64 }

// decodable are the element types of codes.
var decodable = []ir.DType{ir.Uint8, ir.Uint16}

// OpName is Decode.
func (Decode) OpName() string { return "Decode" }

// WidensWeights says that what it gives may be weights.
func (Decode) WidensWeights() bool { return true }

// decode is the number that a code stands for.
func (o Decode) decode(code float64) float64 {
	return float64(float32(float64(code*o.Step) + o.Least))
}

// Infer changes the element type.
func (o Decode) Infer(x *ir.Inference) ([]ir.Type, error) {
	if err := wantTensors(x, 1, 1); err != nil {
		return nil, err
	}
	if err := wantDType(x, 0, decodable...); err != nil {
		return nil, err
	}
	if slices.ContainsFunc([]float64{o.Step, o.Least}, func(v float64) bool { return v != v || math.IsInf(v, 0) }) {
		return nil, fmt.Errorf("step %v and least %v, want finite numbers", o.Step, o.Least)
	}
	return one(ir.TensorType(ir.Float32, x.Type(0).Shape...))
}

// Eval decodes element by element.
func (o Decode) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	y := ir.NewTensor(ir.Float32, in[0].Shape...)
	for i := range y.Len() {
		y.SetFloat(i, o.decode(in[0].Float(i)))
	}
	return result(y)
}

// Lower calls Decode.
func (o Decode) Lower(_, _ []*ir.Value) ([]ir.Call, error) {
	return call("kernel.Decode", ir.Out(0), ir.In(0), ir.Num(ir.Float64, o.Step), ir.Num(ir.Float64, o.Least))
}
