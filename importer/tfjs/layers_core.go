package tfjs

import (
	"slices"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

var coreLayers = []layerRow{
	{"Dense", dense, true}, {"Embedding", embedding, false}, {"Masking", masking, false},
	{"Activation", activationLayer, true}, {"Flatten", flatten, false}, {"RepeatVector", repeatVector, false},
	{"Reshape", reshapeLayer, false}, {"Permute", permute, false},
	{"Dropout", same, true}, {"SpatialDropout1D", same, true}, {"GaussianNoise", same, true}, {"GaussianDropout", same, true}, {"AlphaDropout", same, true},
	{"ActivityRegularization", same, true},
}

// same is what training alone needs.
func same(l *layer) []*ir.Value { return one(l.only()) }

// dense multiplies the last axis by a matrix.
func dense(l *layer) []*ir.Value {
	x := l.float(l.only())
	y := l.do(op.MatMul{}, x, l.weight("kernel"))
	if b := l.optional("bias", "use_bias", true); b != nil {
		y = l.binary("Add", y, b)
	}
	return one(l.activate(y))
}

// embedding gives each number its row of a table. With mask_zero, 0 is no step.
func embedding(l *layer) []*ir.Value {
	x := l.only()
	y := l.gather(l.weight("embeddings"), l.cast(x, ir.Int32), 0)
	if l.flag("mask_zero", false) {
		l.setMask(y, l.unary("Not", l.binary("Equal", x, l.constant(x.Type.DType, 0))))
	}
	return one(y)
}

// masking sets steps to zero in which all numbers are one that stands for nothing.
func masking(l *layer) []*ir.Value {
	x := l.only()
	other := l.unary("Not", l.binary("Equal", x, l.constant(x.Type.DType, l.number("mask_value", 0))))
	last := x.Type.Rank() - 1
	counts := l.do(op.Reduce{Fn: "ReduceMax", Axes: []int{last}, KeepDims: true}, other)
	y := l.binary("Mul", x, l.cast(counts, x.Type.DType))
	if l.err == nil {
		l.setMask(y, l.reshape(counts, x.Type.Shape[:last]...))
	}
	return one(y)
}

func flatten(l *layer) []*ir.Value {
	x := l.only()
	if r := x.Type.Rank(); l.first() && r > 1 {
		x = l.transpose(x, lastPerm(r)...)
	}
	if l.err != nil {
		return nil
	}
	return one(l.reshape(x, x.Type.Shape[0], ir.Product(x.Type.Shape[1:]...)))
}

func repeatVector(l *layer) []*ir.Value {
	x := l.tensor(0, 2, 2)
	times := ir.Const(int64(l.count("n")))
	if l.err != nil {
		return nil
	}
	s := x.Type.Shape
	return one(l.do(op.Expand{Shape: []ir.Dim{s[0], times, s[1]}}, l.reshape(x, s[0], ir.Const(1), s[1])))
}

// reshapeLayer gives what is after the batch another shape; null and -1 are what is left.
func reshapeLayer(l *layer) []*ir.Value {
	x := l.only()
	var sizes []*int64
	if !l.field("target_shape", &sizes) {
		l.fail("config field target_shape is missing")
		return nil
	}
	if l.err != nil {
		return nil
	}
	shape, rest := []ir.Dim{x.Type.Shape[0]}, -1
	for i, s := range sizes {
		switch {
		case s == nil || *s < 0:
			if rest >= 0 {
				l.fail("target_shape leaves more than one size open")
			}
			rest = 1 + i
			shape = append(shape, ir.Const(1))
		default:
			shape = append(shape, ir.Const(*s))
		}
	}
	if rest >= 0 {
		known := ir.Product(shape[1:]...)
		if known.Is(0) {
			l.fail("target_shape has an open size beside one of 0")
			return nil
		}
		shape[rest] = ir.Product(x.Type.Shape[1:]...).Div(known)
	}
	return one(l.reshape(x, shape...))
}

func permute(l *layer) []*ir.Value {
	x := l.only()
	var dims []int
	l.field("dims", &dims)
	return one(l.do(op.Transpose{Perm: append([]int{0}, dims...)}, x))
}

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

var mergeLayers = []layerRow{
	{"Add", merged("Add"), true}, {"Multiply", merged("Mul"), true}, {"Maximum", merged("Max"), true}, {"Minimum", merged("Min"), true},
	{"Average", average, true}, {"Concatenate", concatenate, true}, {"Dot", dot, false},
}

// merged is the row function of a layer that combines its inputs element by element.
func merged(fn string) func(*layer) []*ir.Value {
	return func(l *layer) []*ir.Value { return one(l.combined(fn)) }
}

// combined gives all inputs as many axes, those put in standing after the batch, and combines them.
func (l *layer) combined(fn string) *ir.Value {
	rank := 0
	for i := range l.in {
		rank = max(rank, l.tensor(i, 1, anyRank).Type.Rank())
	}
	var out *ir.Value
	for _, v := range l.widest(l.in) {
		if r := v.Type.Rank(); r < rank && l.err == nil {
			v = l.reshape(v, slices.Insert(slices.Clone(v.Type.Shape), 1, slices.Repeat([]ir.Dim{ir.Const(1)}, rank-r)...)...)
		}
		if out == nil {
			out = v
			continue
		}
		out = l.binaryOp(op.Binary{Fn: fn}, out, v)
	}
	if out == nil {
		l.fail("no inputs, want at least 1")
		return hole()
	}
	return out
}

func average(l *layer) []*ir.Value {
	sum := l.combined("Add")
	return one(l.binaryOp(op.Binary{Fn: "Mul"}, l.float(sum), l.constant(ir.Float32, 1/float64(max(len(l.in), 1)))))
}

func concatenate(l *layer) []*ir.Value {
	x := l.tensor(0, 1, anyRank)
	axis := l.axisAt(int64(l.number("axis", -1)), x.Type.Rank())
	return one(l.joinedAlong(l.in, axis))
}

// dot sums the products of two tensors over an axis of each.
func dot(l *layer) []*ir.Value {
	x, y := l.tensor(0, 2, 3), l.tensor(1, 2, 3)
	var axes []int
	if raw := l.config["axes"]; len(raw) > 0 && raw[0] == '[' {
		l.field("axes", &axes)
	} else {
		axis := int(l.number("axes", -1))
		axes = []int{axis, axis}
	}
	if len(axes) != 2 {
		l.fail("axes are %v, want two", axes)
		return nil
	}
	a, b := l.axisAt(int64(axes[0]), x.Type.Rank()), l.axisAt(int64(axes[1]), y.Type.Rank())
	if l.flag("normalize", false) {
		x, y = l.unit(x, a), l.unit(y, b)
	}
	return one(l.batchDot(x, y, a, b))
}

// unit divides by the length along an axis, as TensorFlow.js does: a length of nearly nothing stays finite.
func (l *layer) unit(x *ir.Value, axis int) *ir.Value {
	square := l.do(op.Reduce{Fn: "ReduceSumSquare", Axes: []int{axis}, KeepDims: true}, x)
	length := l.unary("Sqrt", l.binary("Max", square, l.constant(ir.Float32, 1e-7)))
	return l.binary("Div", x, length)
}

// batchDot is a product for each place of the batch. A vector is a matrix of one column.
func (l *layer) batchDot(x, y *ir.Value, a, b int) *ir.Value {
	if l.err != nil {
		return hole()
	}
	p, q := x.Type.Rank(), y.Type.Rank()
	if p == 2 && q == 2 {
		return l.do(op.Reduce{Fn: "ReduceSum", Axes: []int{1}, KeepDims: true}, l.binary("Mul", x, y))
	}
	column := func(v *ir.Value) *ir.Value {
		return l.reshape(v, append(slices.Clone(v.Type.Shape), ir.Const(1))...)
	}
	if p < 3 {
		x = column(x)
	}
	if q < 3 {
		y = column(y)
	}
	if l.err != nil {
		return hole()
	}
	out := l.do(op.MatMul{TransA: a != 2, TransB: b == 2}, x, y)
	if l.err != nil || p == q {
		return out
	}
	s := out.Type.Shape // the column's axis is of length 1
	if p > q {
		return l.reshape(out, s[0], s[1])
	}
	return l.reshape(out, s[0], s[2])
}
