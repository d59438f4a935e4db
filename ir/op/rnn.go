package op

import (
	"fmt"
	"math"
	"slices"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/exact"
)

var rnnOps = []Def{
	{Name: "LSTM", Doc: "LSTM is a layer of long short-term memory. Source: ONNX LSTM.", New: func() ir.Op { return Recurrent{Fn: "LSTM"} }, DTypes: floats, ULP: 1024},
	{Name: "GRU", Doc: "GRU is a layer of gated recurrent units. Source: ONNX GRU.", New: func() ir.Op { return Recurrent{Fn: "GRU"} }, DTypes: floats, ULP: 1024},
	{Name: "RNN", Doc: "RNN is a layer of plain recurrent units. Source: ONNX RNN.", New: func() ir.Op { return Recurrent{Fn: "RNN"} }, DTypes: floats, ULP: 1024},
	{Name: "DynamicQuantizeLSTM", Doc: "DynamicQuantizeLSTM is a layer of long short-term memory whose products are of bytes, to which inputs and states are quantised. Source: com.microsoft DynamicQuantizeLSTM.", New: func() ir.Op { return QuantizedLSTM{} }, DTypes: []ir.DType{ir.Float32}, ULP: 1024},
}

// Recurrent is a recurrent layer: Fn is LSTM, GRU or RNN, which have G = 4, 3 and 1 gates of h elements each, stacked as
// i o f c and z r h. Each entry of Reverse is a direction; true runs from the last step to the first. Inputs, those
// from bias on optional:
//
//	0 x          [steps, batch, in]
//	1 w          [dirs, G·h, in]
//	2 r          [dirs, G·h, h]
//	3 bias       [dirs, 2·G·h]: what is added to w's product, then to r's
//	4 lengths    [batch] int32: the steps of each sequence; from there on y is 0
//	5 h0         [dirs, batch, h], else 0
//	6 c0         [dirs, batch, h], else 0; LSTM alone, as what follows
//	7 peepholes  [dirs, 3·h]: factors of the cell for i o f
//
// Outputs are y [steps, dirs, batch, h], the last h [dirs, batch, h] and, for LSTM, the last c.
type Recurrent struct {
	Fn      string `ir:"-"`
	Reverse []bool
	// Acts are the activations of each direction, with their parameters: f g h for LSTM, f g for GRU, f for RNN.
	Acts       []string
	ActA, ActB []float64
	Clip       float64 // bounds what activations take, where it is above 0
	Coupled    bool    // LSTM: the forget gate is 1 - i
	Linear     bool    // GRU: the reset gate applies to r's product, not to the state before it
}

// The inputs of Recurrent by name.
const (
	rnnX, rnnW, rnnR, rnnBias, rnnLengths, rnnH0, rnnC0, rnnPeep = 0, 1, 2, 3, 4, 5, 6, 7
)

// OpName is the kind of layer.
func (o Recurrent) OpName() string { return o.Fn }

// gates is how many a layer has.
func (o Recurrent) gates() int { return map[string]int{"LSTM": 4, "GRU": 3, "RNN": 1}[o.Fn] }

// acts is how many activations a direction has.
func (o Recurrent) acts() int { return map[string]int{"LSTM": 3, "GRU": 2, "RNN": 1}[o.Fn] }

// GateFn is an activation within a recurrent layer.
type GateFn struct {
	Name   string
	UsesA  bool // has a first parameter
	UsesB  bool // has a second one
	A, B   float64
	kernel string
	float  func(x, a, b float64) float64
}

// GateFns are the activations that recurrent layers may have, with the defaults of their parameters.
var GateFns = []GateFn{
	{Name: "Sigmoid", kernel: "kernel.SigmoidAct", float: plain(sigmoid)},
	{Name: "Tanh", kernel: "kernel.TanhAct", float: plain(exact.Tanh)},
	{Name: "Relu", kernel: "kernel.ReluAct", float: plain(relu)},
	{Name: "Affine", UsesA: true, UsesB: true, A: 1, kernel: "kernel.AffineAct", float: func(x, a, b float64) float64 { return float64(a*x) + b }},
	{Name: "LeakyRelu", UsesA: true, A: 0.01, kernel: "kernel.LeakyReluAct", float: leakyRelu},
	{Name: "ThresholdedRelu", UsesA: true, A: 1, kernel: "kernel.ThresholdedReluAct", float: thresholdedGate},
	{Name: "ScaledTanh", UsesA: true, UsesB: true, A: 1, B: 1, kernel: "kernel.ScaledTanhAct", float: func(x, a, b float64) float64 { return a * exact.Tanh(b*x) }},
	{Name: "HardSigmoid", UsesA: true, UsesB: true, A: 0.2, B: 0.5, kernel: "kernel.HardSigmoidAct", float: hardSigmoid},
	{Name: "Elu", UsesA: true, A: 1, kernel: "kernel.EluAct", float: elu},
	{Name: "Softsign", kernel: "kernel.SoftsignAct", float: softsign},
	{Name: "Softplus", kernel: "kernel.SoftplusAct", float: plain(softplus)},
}

// thresholdedGate keeps what reaches the threshold, unlike the operator of that name, which wants more.
func thresholdedGate(x, a, _ float64) float64 {
	if x < a {
		return 0
	}
	return x
}

func softsign(x, _, _ float64) float64 { return x / (1 + math.Abs(x)) }

// gateFn finds an activation by name, nil if there is none.
func gateFn(name string) *GateFn {
	for i := range GateFns {
		if GateFns[i].Name == name {
			return &GateFns[i]
		}
	}
	return nil
}

// Infer demands that all shapes agree.
func (o Recurrent) Infer(x *ir.Inference) ([]ir.Type, error) {
	most := rnnH0 + 1
	if o.Fn == "LSTM" {
		most = rnnPeep + 1
	}
	if err := wantTensors(x, 3, most); err != nil {
		return nil, err
	}
	if err := wantDType(x, rnnX, floats...); err != nil {
		return nil, err
	}
	if err := o.check(); err != nil {
		return nil, err
	}
	t, r := x.Type(rnnX), x.Type(rnnR)
	if t.Rank() != 3 || r.Rank() != 3 {
		return nil, fmt.Errorf("x is %s and r %s, want three axes each", t, r)
	}
	dirs, gates := ir.Const(int64(len(o.Reverse))), ir.Const(int64(o.gates()))
	steps, batch, in, h := t.Shape[0], t.Shape[1], t.Shape[2], r.Shape[2]
	wide := gates.Mul(h)
	for i, shape := range [][]ir.Dim{
		rnnX: t.Shape, rnnW: {dirs, wide, in}, rnnR: {dirs, wide, h}, rnnBias: {dirs, wide.Mul(ir.Const(2))},
		rnnLengths: {batch}, rnnH0: {dirs, batch, h}, rnnC0: {dirs, batch, h}, rnnPeep: {dirs, h.Mul(ir.Const(3))},
	} {
		if err := o.wantShape(x, i, shape); err != nil {
			return nil, err
		}
	}
	last := ir.TensorType(t.DType, dirs, batch, h)
	types := []ir.Type{ir.TensorType(t.DType, steps, dirs, batch, h), last}
	if o.Fn == "LSTM" {
		types = append(types, last)
	}
	return types, nil
}

// check looks at the attributes.
func (o Recurrent) check() error {
	n := len(o.Reverse) * o.acts()
	if n == 0 || len(o.Reverse) > 2 || len(o.Acts) != n || len(o.ActA) != n || len(o.ActB) != n {
		return fmt.Errorf("%d directions, %d activations and %d and %d parameters, want one or two directions with %d activations each",
			len(o.Reverse), len(o.Acts), len(o.ActA), len(o.ActB), o.acts())
	}
	for _, name := range o.Acts {
		if gateFn(name) == nil {
			return fmt.Errorf("activation %q is unknown", name)
		}
	}
	return nil
}

// recurrentInputs names the inputs in errors.
var recurrentInputs = []string{"x", "w", "r", "the bias", "the lengths", "h0", "c0", "the peepholes"}

// wantShape checks an input's element type and shape.
func (o Recurrent) wantShape(x *ir.Inference, i int, shape []ir.Dim) error {
	if !x.Has(i) {
		return nil
	}
	want := ir.TensorType(x.Type(rnnX).DType, shape...)
	if i == rnnLengths {
		want.DType = ir.Int32
	}
	return wantInput(x, i, recurrentInputs[i], want)
}

// wantInput checks an input's element type and shape, if it is there; an error names it.
func wantInput(x *ir.Inference, i int, name string, want ir.Type) error {
	if !x.Has(i) {
		return nil
	}
	got := x.Type(i)
	if got.DType != want.DType || got.Rank() != want.Rank() {
		return fmt.Errorf("%s is %s, want %s", name, got, want)
	}
	for k, d := range want.Shape {
		if _, err := x.Equal(got.Shape[k], d, fmt.Sprintf("%s has another shape than %s", name, want)); err != nil {
			return err
		}
	}
	return nil
}

// apply computes activation k of direction dir, with the clip before it.
func (o Recurrent) apply(dir, k int, x float64) float64 {
	if o.Clip > 0 {
		x = clip(x, -o.Clip, o.Clip)
	}
	i := dir*o.acts() + k
	return gateFn(o.Acts[i]).float(x, o.ActA[i], o.ActB[i])
}

// act is activation k of direction dir as a kernel's argument.
func (o Recurrent) act(dir, k int) ir.Arg {
	i := dir*o.acts() + k
	return ir.Struct("kernel.Act", ir.Func(gateFn(o.Acts[i]).kernel), ir.Num(ir.Float32, o.ActA[i]), ir.Num(ir.Float32, o.ActB[i]))
}

// usualActs are what LSTM and GRU kernels compute where no activations are named.
var usualActs = []string{"Sigmoid", "Tanh", "Tanh"}

// actArgs are the activations of a direction of LSTM or GRU as a kernel's arguments: none where they are the usual ones.
func (o Recurrent) actArgs(dir int) []ir.Arg {
	n := o.acts()
	args := make([]ir.Arg, n)
	usual := slices.Equal(o.Acts[dir*n:(dir+1)*n], usualActs[:n])
	for k := range args {
		args[k] = Act{}.Arg()
		if !usual {
			args[k] = o.act(dir, k)
		}
	}
	return args
}
