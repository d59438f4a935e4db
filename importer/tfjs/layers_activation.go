package tfjs

import (
	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

// activate applies the activation that a layer names.
func (l *layer) activate(y *ir.Value) *ir.Value { return l.activateBy("activation", y) }

func (l *layer) activateBy(field string, y *ir.Value) *ir.Value {
	return l.activated(l.activationName(field), y)
}

// activationName reads an activation: its name, or a configuration with that.
func (l *layer) activationName(field string) string {
	raw := l.config[field]
	if len(raw) > 0 && raw[0] == '{' {
		var c struct {
			ClassName string `json:"class_name"`
		}
		l.field(field, &c)
		return c.ClassName
	}
	return l.text(field, "linear")
}

// activations are the elementwise ones, by both spellings of their names.
var activations = map[string]op.Unary{
	"relu": {Fn: "Relu"}, "relu6": {Fn: "Clip", A: 0, B: 6}, "sigmoid": {Fn: "Sigmoid"}, "tanh": {Fn: "Tanh"},
	"elu": {Fn: "Elu", A: 1}, "selu": {Fn: "Selu", A: seluAlpha, B: seluScale}, "softplus": {Fn: "Softplus"}, "softsign": {Fn: "Softsign"},
	"hard_sigmoid": {Fn: "HardSigmoid", A: 0.2, B: 0.5}, "hardSigmoid": {Fn: "HardSigmoid", A: 0.2, B: 0.5},
	"gelu": {Fn: "Gelu"}, "gelu_new": {Fn: "GeluTanh"}, "mish": {Fn: "Mish"}, "swish": {Fn: "Silu"}, "silu": {Fn: "Silu"},
}

func (l *layer) activated(name string, y *ir.Value) *ir.Value {
	switch name {
	case "linear":
		return y
	case "softmax":
		return l.do(op.Softmax{Axis: y.Type.Rank() - 1}, y)
	case "log_softmax", "logSoftmax":
		return l.do(op.LogSoftmax{Axis: y.Type.Rank() - 1}, y)
	}
	o, ok := activations[name]
	if !ok {
		l.fail("activation %q is unknown", name)
		return hole()
	}
	return l.unaryOp(o, y)
}

func activationLayer(l *layer) []*ir.Value { return one(l.activate(l.float(l.only()))) }

var activationLayers = []layerRow{
	{"ReLU", reluLayer, true}, {"LeakyReLU", leakyLayer, true}, {"ELU", eluLayer, true}, {"ThresholdedReLU", thresholdedLayer, true},
	{"PReLU", preluLayer, true}, {"Softmax", softmaxLayer, true},
}

// reluLayer heeds max_value alone: TensorFlow.js reads threshold and negative_slope and does nothing with them.
func reluLayer(l *layer) []*ir.Value {
	x := l.float(l.only())
	var most float64
	if l.field("max_value", &most) {
		return one(l.unaryOp(op.Unary{Fn: "Clip", A: 0, B: most}, x))
	}
	return one(l.unaryOp(op.Unary{Fn: "Relu"}, x))
}

func leakyLayer(l *layer) []*ir.Value {
	return one(l.unaryOp(op.Unary{Fn: "LeakyRelu", A: l.number("alpha", 0.3)}, l.float(l.only())))
}

func eluLayer(l *layer) []*ir.Value {
	if l.number("alpha", 1) != 1 {
		l.fail("alpha is %g; TensorFlow.js knows 1 alone", l.number("alpha", 1))
	}
	return one(l.unaryOp(op.Unary{Fn: "Elu", A: 1}, l.float(l.only())))
}

func thresholdedLayer(l *layer) []*ir.Value {
	return one(l.unaryOp(op.Unary{Fn: "ThresholdedRelu", A: l.number("theta", 1)}, l.float(l.only())))
}

func preluLayer(l *layer) []*ir.Value {
	return one(l.binaryOp(op.Binary{Fn: "PRelu"}, l.float(l.only()), l.weight("alpha")))
}

func softmaxLayer(l *layer) []*ir.Value {
	x := l.float(l.only())
	return one(l.do(op.Softmax{Axis: l.axisAt(int64(l.number("axis", -1)), x.Type.Rank())}, x))
}
