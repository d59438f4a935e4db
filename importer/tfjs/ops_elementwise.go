package tfjs

import (
	"math"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

var elementwiseRows = []row{
	{"Acos", unary("Acos")}, {"Acosh", unary("Acosh")}, {"Asin", unary("Asin")}, {"Asinh", unary("Asinh")},
	{"Atan", unary("Atan")}, {"Atanh", unary("Atanh")}, {"Ceil", unary("Ceil")}, {"Cos", unary("Cos")}, {"Cosh", unary("Cosh")},
	{"Erf", unary("Erf")}, {"Exp", unary("Exp")}, {"Floor", unary("Floor")}, {"Log", unary("Log")},
	{"Reciprocal", unary("Reciprocal")}, {"Round", unary("Round")}, {"Sigmoid", unary("Sigmoid")}, {"Sin", unary("Sin")},
	{"Sinh", unary("Sinh")}, {"Softplus", unary("Softplus")}, {"Sqrt", unary("Sqrt")}, {"Tan", unary("Tan")}, {"Tanh", unary("Tanh")},
	{"Elu", unaryOf(op.Unary{Fn: "Elu", A: 1})}, {"Selu", unaryOf(op.Unary{Fn: "Selu", A: seluAlpha, B: seluScale})},
	{"Abs", abs}, {"ComplexAbs", complexAbs}, {"Neg", signed("Neg")}, {"Relu", signed("Relu")}, {"Relu6", relu6}, {"LeakyRelu", leakyRelu}, {"Prelu", prelu},
	{"Sign", sign}, {"Square", square}, {"Rsqrt", rsqrt}, {"Expm1", expm1}, {"Log1p", log1p}, {"ClipByValue", clip},
	{"IsNan", test("IsNaN")}, {"IsInf", test("IsInf")}, {"IsFinite", isFinite}, {"Atan2", atan2},
	{"Add", binary("Add")}, {"AddV2", binary("Add")}, {"BiasAdd", binary("Add")}, {"AddN", addN}, {"Sub", binary("Sub")}, {"Mul", binary("Mul")},
	{"Maximum", binary("Max")}, {"Minimum", binary("Min")}, {"RealDiv", quotient}, {"Div", quotient}, {"DivNoNan", divNoNan},
	{"FloorDiv", floorDiv}, {"Mod", mod}, {"FloorMod", mod}, {"Pow", pow}, {"SquaredDifference", squaredDifference},
	{"Complex", complexOf}, {"Real", partOf(0)}, {"Imag", partOf(1)},
}

// The constants of selu.
const (
	seluAlpha = 1.6732632423543772848170429916717
	seluScale = 1.0507009873554804934193349852946
)

// unary is the row function of an elementwise function of floats.
func unary(fn string) func(*node) []*ir.Value { return unaryOf(op.Unary{Fn: fn}) }

// unaryOf is unary with parameters. Integers are computed as floats and cut, as a typed array does.
func unaryOf(o op.Unary) func(*node) []*ir.Value {
	return func(n *node) []*ir.Value {
		x := n.tensor(0, 0, anyRank)
		d := x.Type.DType
		return one(n.cast(n.unaryOp(o, n.float(x)), d))
	}
}

// signed is the row function of an elementwise function that integers have as well.
func signed(fn string) func(*node) []*ir.Value {
	return func(n *node) []*ir.Value {
		return one(n.unaryOp(op.Unary{Fn: fn}, n.integral(n.tensor(0, 0, anyRank))))
	}
}

// float makes floats of integers and truth values.
func (n *node) float(v *ir.Value) *ir.Value {
	if d := v.Type.DType; d == ir.Int32 || d == ir.Bool {
		return n.cast(v, ir.Float32)
	}
	return v
}

// integral makes integers of truth values.
func (n *node) integral(v *ir.Value) *ir.Value {
	if v.Type.DType == ir.Bool {
		return n.cast(v, ir.Int32)
	}
	return v
}

// test is the row function of a question about floats; integers are finite.
func test(fn string) func(*node) []*ir.Value {
	return func(n *node) []*ir.Value { return one(n.unary(fn, n.float(n.tensor(0, 0, anyRank)))) }
}

func isFinite(n *node) []*ir.Value { return one(n.finite(n.float(n.tensor(0, 0, anyRank)))) }

func (n *node) finite(x *ir.Value) *ir.Value {
	return n.unary("Not", n.binary("Or", n.unary("IsNaN", x), n.unary("IsInf", x)))
}

func abs(n *node) []*ir.Value {
	x := n.tensor(0, 0, anyRank)
	if x.Type.DType == ir.Complex64 {
		return complexAbs(n)
	}
	return one(n.unaryOp(op.Unary{Fn: "Abs"}, n.integral(x)))
}

func relu6(n *node) []*ir.Value { return one(n.clipped(n.tensor(0, 0, anyRank), 0, 6)) }

// clipped holds x within two numbers; NaN stays NaN.
func (n *node) clipped(x *ir.Value, lo, hi float64) *ir.Value {
	if x = n.integral(x); x.Type.DType == ir.Int32 {
		x = n.binary("Max", x, n.constant(ir.Int32, math.Ceil(max(lo, math.MinInt32))))
		return n.binary("Min", x, n.constant(ir.Int32, math.Floor(min(hi, math.MaxInt32))))
	}
	return n.unaryOp(op.Unary{Fn: "Clip", A: lo, B: hi}, x)
}

func clip(n *node) []*ir.Value {
	x, lo, hi := n.tensor(0, 0, anyRank), n.arg(1), n.arg(2)
	if lo.Const != nil && hi.Const != nil {
		return one(n.clipped(x, n.number(1, "the lower bound"), n.number(2, "the upper bound")))
	}
	d := x.Type.DType
	x = n.binary("Max", x, n.cast(n.reshape(lo), d))
	return one(n.binary("Min", x, n.cast(n.reshape(hi), d)))
}

func leakyRelu(n *node) []*ir.Value {
	return one(n.unaryOp(op.Unary{Fn: "LeakyRelu", A: n.value("alpha", 0.2)}, n.float(n.tensor(0, 0, anyRank))))
}

func prelu(n *node) []*ir.Value {
	return one(n.binaryOp(op.Binary{Fn: "PRelu"}, n.tensor(0, 0, anyRank), n.tensor(1, 0, anyRank)))
}

// sign is 0 of NaN: it is neither above nor below.
func sign(n *node) []*ir.Value {
	x := n.integral(n.tensor(0, 0, anyRank))
	d, zero := x.Type.DType, n.constant(x.Type.DType, 0)
	return one(n.binary("Sub", n.cast(n.binary("Greater", x, zero), d), n.cast(n.binary("Less", x, zero), d)))
}

func square(n *node) []*ir.Value {
	x := n.integral(n.tensor(0, 0, anyRank))
	return one(n.binaryOp(op.Binary{Fn: "Mul"}, x, x))
}

func squaredDifference(n *node) []*ir.Value {
	a, b := n.operands()
	d := n.binaryOp(op.Binary{Fn: "Sub"}, a, b)
	return one(n.binaryOp(op.Binary{Fn: "Mul"}, d, d))
}

func rsqrt(n *node) []*ir.Value {
	x := n.tensor(0, 0, anyRank)
	return one(n.cast(n.unary("Reciprocal", n.unary("Sqrt", n.float(x))), x.Type.DType))
}

// expm1 is e^x - 1 as tanh(x/2)·(e^x + 1), which loses nothing near 0.
func expm1(n *node) []*ir.Value {
	x := n.float(n.tensor(0, 0, anyRank))
	d := x.Type.DType
	half := n.unary("Tanh", n.binary("Mul", x, n.constant(d, 0.5)))
	return one(n.binary("Mul", half, n.binary("Add", n.unary("Exp", x), n.constant(d, 1))))
}

// log1p is ln(1 + x), near 0 as 2·artanh(x/(2 + x)).
func log1p(n *node) []*ir.Value {
	x := n.float(n.tensor(0, 0, anyRank))
	d := x.Type.DType
	far := n.unary("Log", n.binary("Add", x, n.constant(d, 1)))
	near := n.unary("Atanh", n.binary("Div", x, n.binary("Add", x, n.constant(d, 2))))
	near = n.binary("Mul", near, n.constant(d, 2))
	return one(n.do(op.Where{}, n.binary("Greater", n.unary("Abs", x), n.constant(d, 0.5)), far, near))
}

// atan2 is the angle of the point (x, y): that of (|x|, |y|), put into the quadrant that the signs say, zeros' included.
func atan2(n *node) []*ir.Value {
	y, x := n.operands()
	d := x.Type.DType
	number := func(v float64) *ir.Value { return n.constant(d, v) }
	ay, ax := n.unary("Abs", y), n.unary("Abs", x)
	diagonal := n.do(op.Where{}, n.binary("Equal", ay, number(0)), number(0), number(math.Pi/4))
	r := n.do(op.Where{}, n.binary("Equal", ay, ax), diagonal, n.unary("Atan", n.binary("Div", ay, ax)))
	r = n.do(op.Where{}, n.negative(x), n.binary("Sub", number(math.Pi), r), r)
	return one(n.do(op.Where{}, n.negative(y), n.unary("Neg", r), r))
}

// negative tells numbers below 0 and -0.
func (n *node) negative(x *ir.Value) *ir.Value {
	zero := n.constant(x.Type.DType, 0)
	return n.binary("Or", n.binary("Less", x, zero), n.binary("Less", n.unary("Reciprocal", x), zero))
}

// operands gives the two operands of a function the same element type: the wider of theirs.
func (n *node) operands() (a, b *ir.Value) {
	return n.matched(n.tensor(0, 0, anyRank), n.tensor(1, 0, anyRank))
}

// widths orders the element types that TensorFlow.js widens.
var widths = map[ir.DType]int{ir.Bool: 1, ir.Int32: 2, ir.Float32: 3, ir.Complex64: 4}

// matched widens the narrower of two element types.
func (n *node) matched(a, b *ir.Value) (*ir.Value, *ir.Value) {
	d, e := a.Type.DType, b.Type.DType
	if d == e || n.err != nil {
		return a, b
	}
	if widths[d] == 0 || widths[e] == 0 {
		n.fail("operands of %s and %s, want one element type", d, e)
		return a, b
	}
	if widths[d] < widths[e] {
		return n.widen(a, e), b
	}
	return a, n.widen(b, d)
}

// widen converts to a wider element type, complex numbers included.
func (n *node) widen(v *ir.Value, d ir.DType) *ir.Value {
	if d != ir.Complex64 {
		return n.cast(v, d)
	}
	v = n.cast(v, ir.Float32)
	return n.joinComplex(v, n.binary("Mul", v, n.constant(ir.Float32, 0)))
}

// binary is the row function of an elementwise function of numbers; truth values count as integers.
func binary(fn string) func(*node) []*ir.Value {
	return func(n *node) []*ir.Value {
		a, b := n.operands()
		if a.Type.DType == ir.Complex64 {
			return one(n.complexBinary(fn, a, b))
		}
		return one(n.binaryOp(op.Binary{Fn: fn}, n.integral(a), n.integral(b)))
	}
}

// addN adds any number of tensors.
func addN(n *node) []*ir.Value {
	sum := n.arg(0)
	for _, v := range n.in[min(1, len(n.in)):] {
		a, b := n.matched(sum, v)
		sum = n.binaryOp(op.Binary{Fn: "Add"}, n.integral(a), n.integral(b))
	}
	return one(sum)
}

func quotient(n *node) []*ir.Value {
	a, b := n.operands()
	if a.Type.DType == ir.Complex64 {
		return one(n.complexBinary("Div", a, b))
	}
	return one(n.quotient(a, b))
}

// quotient is a/b, of integers rounded down and 0 where b is.
func (n *node) quotient(a, b *ir.Value) *ir.Value {
	if a.Type.DType == ir.Float32 {
		return n.binaryOp(op.Binary{Fn: "Div"}, a, b)
	}
	return n.wholeQuotient(n.integral(a), n.integral(b))
}

// wholeQuotient is a/b rounded down, as an integer. Division by 0 gives what a typed array makes of Infinity and NaN: 0.
func (n *node) wholeQuotient(a, b *ir.Value) *ir.Value {
	if neverZero(b) {
		return n.binary("Div", n.binary("Sub", a, n.binary("Mod", a, b)), b)
	}
	q := n.binary("Div", n.cast(a, ir.Float64), n.cast(b, ir.Float64))
	return n.cast(n.unary("Floor", q), ir.Int32)
}

// neverZero reports whether integers are known not to be 0.
func neverZero(v *ir.Value) bool {
	if v.Type.DType != ir.Int32 || v.Elems == nil && v.Const == nil {
		return false
	}
	ints, ok := v.KnownInts()
	for _, i := range ints {
		ok = ok && i != 0
	}
	return ok
}

// floorDiv gives integers of floats too.
func floorDiv(n *node) []*ir.Value {
	a, b := n.operands()
	if a.Type.DType == ir.Float32 {
		return one(n.cast(n.unary("Floor", n.binary("Div", a, b)), ir.Int32))
	}
	return one(n.wholeQuotient(n.integral(a), n.integral(b)))
}

// divNoNan is 0 where the divisor is.
func divNoNan(n *node) []*ir.Value {
	a, b := n.operands()
	zero := n.constant(a.Type.DType, 0)
	return one(n.do(op.Where{}, n.binary("Equal", b, zero), zero, n.quotient(a, b)))
}

// mod has the sign of the divisor.
func mod(n *node) []*ir.Value {
	a, b := n.operands()
	if a.Type.DType == ir.Float32 {
		return one(n.floorMod(a, b))
	}
	a, b = n.integral(a), n.integral(b)
	if neverZero(b) {
		return one(n.binary("Mod", a, b))
	}
	return one(n.cast(n.binary("Mod", n.cast(a, ir.Float64), n.cast(b, ir.Float64)), ir.Int32))
}

// floorMod is JavaScript's remainder, with the divisor added where the signs differ. That is the usual one unless there
// are infinities.
func (n *node) floorMod(a, b *ir.Value) *ir.Value {
	if finiteConst(b) {
		return n.binary("Mod", a, b)
	}
	zero := n.constant(a.Type.DType, 0)
	both := n.binary("And", n.binary("Less", a, zero), n.binary("Less", b, zero))
	neither := n.binary("And", n.binary("GreaterOrEqual", a, zero), n.binary("GreaterOrEqual", b, zero))
	rem := n.binary("Rem", a, b)
	return n.do(op.Where{}, n.binary("Or", both, neither), rem, n.binary("Rem", n.binary("Add", rem, b), b))
}

// pow differs from the C library's: 1 to the NaN and ±1 to the ±Infinity are NaN. Integers are computed in float64.
func pow(n *node) []*ir.Value {
	a, b := n.operands()
	d := a.Type.DType
	if d != ir.Float32 {
		return one(n.cast(n.binary("Pow", n.cast(a, ir.Float64), n.cast(b, ir.Float64)), ir.Int32))
	}
	y := n.binary("Pow", a, b)
	if finiteConst(b) {
		return one(y)
	}
	odd := n.binary("And", n.binary("Equal", n.unary("Abs", a), n.constant(d, 1)), n.unary("Not", n.finite(b)))
	return one(n.do(op.Where{}, odd, n.constant(d, math.NaN()), y))
}

func finiteConst(v *ir.Value) bool {
	if v.Const == nil {
		return false
	}
	for _, x := range v.Const.Floats() {
		if math.IsNaN(x - x) {
			return false
		}
	}
	return true
}
