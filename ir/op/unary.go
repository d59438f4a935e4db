package op

import (
	"fmt"
	"math"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/exact"
)

// Unary is an elementwise function of one tensor. Fn is the op's name; A and B are its parameters, where it has any.
type Unary struct {
	Fn   string `ir:"-"`
	A, B float64
}

// unaryFn is what a function's row holds.
type unaryFn struct {
	name   string
	doc    string
	dtypes []ir.DType
	ulp    float64
	float  func(x, a, b float64) float64
	int    func(x int64) int64 // for integer types
	kernel string              // "kernel.Exp*" has a float32 and a float64 form; without a star it is generic
	params bool                // the kernel takes A and B
	act    string              // the epilogue form, func(y []float32, a, b float32), if there is one
	bool   bool                // the result is a truth value
}

func plain(f func(float64) float64) func(x, a, b float64) float64 {
	return func(x, _, _ float64) float64 { return f(x) }
}

var unaryFns = []unaryFn{
	{name: "Abs", doc: "is |x|.", dtypes: append(append([]ir.DType{}, floats...), signed...), float: plain(math.Abs), int: absInt, kernel: "kernel.Abs"},
	{name: "Neg", doc: "is -x.", dtypes: append(append([]ir.DType{}, floats...), signed...), float: plain(func(x float64) float64 { return -x }), int: func(x int64) int64 { return -x }, kernel: "kernel.Neg"},
	{name: "Sign", doc: "is -1, 0 or 1.", dtypes: number, float: plain(sign), int: signInt, kernel: "kernel.Sign"},
	{name: "Relu", doc: "is max(x, 0); NaN stays NaN.", dtypes: number, float: plain(relu), int: func(x int64) int64 { return max(x, 0) }, kernel: "kernel.Relu", act: "kernel.ReluAct"},
	{name: "Exp", doc: "is e to the x.", dtypes: floats, ulp: 4, float: plain(exact.Exp), kernel: "kernel.Exp*"},
	{name: "Log", doc: "is the natural logarithm.", dtypes: floats, ulp: 4, float: plain(exact.Log), kernel: "kernel.Log*"},
	{name: "Sqrt", doc: "is the square root.", dtypes: floats, float: plain(math.Sqrt), kernel: "kernel.Sqrt*"},
	{name: "Reciprocal", doc: "is 1/x.", dtypes: floats, float: plain(func(x float64) float64 { return 1 / x }), kernel: "kernel.Reciprocal"},
	{name: "Floor", doc: "rounds down.", dtypes: floats, float: plain(math.Floor), kernel: "kernel.Floor"},
	{name: "Ceil", doc: "rounds up.", dtypes: floats, float: plain(math.Ceil), kernel: "kernel.Ceil"},
	{name: "Round", doc: "rounds to nearest, halves to even.", dtypes: floats, float: plain(math.RoundToEven), kernel: "kernel.Round"},
	{name: "Sin", doc: "is the sine.", dtypes: floats, ulp: 4, float: plain(exact.Sin), kernel: "kernel.Sin*"},
	{name: "Cos", doc: "is the cosine.", dtypes: floats, ulp: 4, float: plain(exact.Cos), kernel: "kernel.Cos*"},
	{name: "Tan", doc: "is the tangent.", dtypes: floats, ulp: 8, float: plain(exact.Tan), kernel: "kernel.Tan*"},
	{name: "Asin", doc: "is the inverse sine.", dtypes: floats, ulp: 8, float: plain(exact.Asin), kernel: "kernel.Asin*"},
	{name: "Acos", doc: "is the inverse cosine.", dtypes: floats, ulp: 8, float: plain(exact.Acos), kernel: "kernel.Acos*"},
	{name: "Atan", doc: "is the inverse tangent.", dtypes: floats, ulp: 8, float: plain(exact.Atan), kernel: "kernel.Atan*"},
	{name: "Sinh", doc: "is the hyperbolic sine.", dtypes: floats, ulp: 8, float: plain(exact.Sinh), kernel: "kernel.Sinh*"},
	{name: "Cosh", doc: "is the hyperbolic cosine.", dtypes: floats, ulp: 8, float: plain(exact.Cosh), kernel: "kernel.Cosh*"},
	{name: "Tanh", doc: "is the hyperbolic tangent.", dtypes: floats, ulp: 8, float: plain(exact.Tanh), kernel: "kernel.Tanh*", act: "kernel.TanhAct"},
	{name: "Asinh", doc: "is the inverse hyperbolic sine.", dtypes: floats, ulp: 8, float: plain(exact.Asinh), kernel: "kernel.Asinh*"},
	{name: "Acosh", doc: "is the inverse hyperbolic cosine.", dtypes: floats, ulp: 8, float: plain(exact.Acosh), kernel: "kernel.Acosh*"},
	{name: "Atanh", doc: "is the inverse hyperbolic tangent.", dtypes: floats, ulp: 8, float: plain(exact.Atanh), kernel: "kernel.Atanh*"},
	{name: "Erf", doc: "is the error function.", dtypes: floats, ulp: 8, float: plain(exact.Erf), kernel: "kernel.Erf*"},
	{name: "Sigmoid", doc: "is 1/(1 + e^-x).", dtypes: floats, ulp: 8, float: plain(sigmoid), kernel: "kernel.Sigmoid*", act: "kernel.SigmoidAct"},
	{name: "Softplus", doc: "is ln(1 + e^x).", dtypes: floats, ulp: 8, float: plain(softplus), kernel: "kernel.Softplus*", act: "kernel.SoftplusAct"},
	{name: "Softsign", doc: "is x/(1 + |x|).", dtypes: floats, ulp: 2, float: plain(func(x float64) float64 { return x / (1 + math.Abs(x)) }), kernel: "kernel.Softsign"},
	{name: "Gelu", doc: "is x/2·(1 + erf(x/√2)).", dtypes: floats, ulp: 16, float: plain(gelu), kernel: "kernel.Gelu*", act: "kernel.GeluAct"},
	{name: "GeluTanh", doc: "is Gelu by its tanh approximation.", dtypes: floats, ulp: 16, float: plain(geluTanh), kernel: "kernel.GeluTanh*", act: "kernel.GeluTanhAct"},
	{name: "Silu", doc: "is x·sigmoid(x).", dtypes: floats, ulp: 8, float: plain(func(x float64) float64 { return x * sigmoid(x) }), kernel: "kernel.Silu*", act: "kernel.SiluAct"},
	{name: "LeakyRelu", doc: "is x where x ≥ 0, else A·x.", dtypes: floats, ulp: 1, float: leakyRelu, kernel: "kernel.LeakyRelu", params: true, act: "kernel.LeakyReluAct"},
	{name: "Elu", doc: "is x where x ≥ 0, else A·(e^x - 1).", dtypes: floats, ulp: 8, float: elu, kernel: "kernel.Elu", params: true, act: "kernel.EluAct"},
	{name: "Celu", doc: "is x where x ≥ 0, else A·(e^(x/A) - 1).", dtypes: floats, ulp: 8, float: celu, kernel: "kernel.Celu", params: true},
	{name: "Selu", doc: "is B·x where x > 0, else B·A·(e^x - 1).", dtypes: floats, ulp: 8, float: selu, kernel: "kernel.Selu", params: true},
	{name: "Swish", doc: "is x·sigmoid(A·x).", dtypes: floats, ulp: 8, float: swish, kernel: "kernel.Swish", params: true},
	{name: "Mish", doc: "is x·tanh(ln(1 + e^x)).", dtypes: floats, ulp: 8, float: plain(mish), kernel: "kernel.Mish", params: true},
	{name: "HardSigmoid", doc: "is A·x + B held within 0 and 1.", dtypes: floats, ulp: 2, float: hardSigmoid, kernel: "kernel.HardSigmoid", params: true, act: "kernel.HardSigmoidAct"},
	{name: "HardSwish", doc: "is x times A·x + B held within 0 and 1.", dtypes: floats, ulp: 4, float: hardSwish, kernel: "kernel.HardSwish", params: true, act: "kernel.HardSwishAct"},
	{name: "ThresholdedRelu", doc: "is x where x > A, else 0.", dtypes: floats, float: thresholdedRelu, kernel: "kernel.ThresholdedRelu", params: true},
	{name: "Shrink", doc: "is x + B below -A, x - B above A, and 0 between.", dtypes: floats, ulp: 1, float: shrink, kernel: "kernel.Shrink", params: true},
	{name: "Clip", doc: "holds x within A and B, B winning where A > B; NaN stays NaN.", dtypes: floats, float: clip, kernel: "kernel.Clip", params: true, act: "kernel.ClipAct"},
	{name: "IsNaN", doc: "tells NaN.", dtypes: anyFloat, float: plain(isNaN), kernel: "kernel.IsNaN", bool: true},
	{name: "IsInf", doc: "tells infinities.", dtypes: anyFloat, float: plain(isInf), kernel: "kernel.IsInf", bool: true},
	{name: "BitwiseNot", doc: "is the opposite bits.", dtypes: ints, int: func(x int64) int64 { return ^x }, kernel: "kernel.BitwiseNot"},
	{name: "Not", doc: "is the opposite truth value.", dtypes: bools, int: func(x int64) int64 { return 1 - x }, kernel: "kernel.Not", bool: true},
}

// unaryOps are the rows of the family.
var unaryOps = unaryRows()

func unaryRows() []Def {
	rows := make([]Def, len(unaryFns))
	for i, f := range unaryFns {
		rows[i] = Def{Name: f.name, Doc: f.name + " " + f.doc, DTypes: f.dtypes, ULP: f.ulp, New: func() ir.Op { return Unary{Fn: f.name} }}
	}
	return rows
}

func unaryByName(name string) *unaryFn {
	for i := range unaryFns {
		if unaryFns[i].name == name {
			return &unaryFns[i]
		}
	}
	panic("op: BUG: no unary function " + name)
}

// OpName is the function's name.
func (u Unary) OpName() string { return u.Fn }

// Infer keeps shape and, but for predicates, the element type.
func (u Unary) Infer(x *ir.Inference) ([]ir.Type, error) {
	f := unaryByName(u.Fn)
	if err := wantTensors(x, 1, 1); err != nil {
		return nil, err
	}
	if err := wantDType(x, 0, f.dtypes...); err != nil {
		return nil, err
	}
	t := x.Type(0)
	if f.bool {
		t.DType = ir.Bool
	}
	if e := x.Elems(0); e != nil {
		x.SetElems(0, u.elems(e, t.DType))
	}
	return one(t)
}

func (u Unary) elems(e []ir.Dim, d ir.DType) []ir.Dim {
	out := make([]ir.Dim, len(e))
	for i, v := range e {
		switch {
		case u.Fn == "Neg":
			out[i] = v.Neg()
		case u.Fn == "Relu":
			out[i] = v.Max(ir.Const(0))
		case u.Fn == "Not":
			out[i] = ir.Const(1).Sub(v)
		default:
			return nil
		}
	}
	return out
}

// Eval computes element by element.
func (u Unary) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	f := unaryByName(u.Fn)
	t := in[0]
	d := t.DType
	if f.bool {
		d = ir.Bool
	}
	out := ir.NewTensor(d, t.Shape...)
	for i := range t.Len() {
		if f.int != nil && !t.DType.IsFloat() {
			out.SetInt(i, f.int(t.Int(i)))
		} else {
			out.SetFloat(i, f.float(t.Float(i), u.A, u.B))
		}
	}
	return result(out)
}

// Lower calls the function's kernel, or applies its epilogue form.
func (u Unary) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	f := unaryByName(u.Fn)
	d := in[0].Type.DType
	if f.params {
		if d == ir.Float32 && f.act != "" {
			return callEach("kernel.ApplyF32", ir.Out(0), ir.In(0), u.Act().Arg())
		}
		return callEach(f.kernel, ir.Out(0), ir.In(0), ir.Num(ir.Float64, u.A), ir.Num(ir.Float64, u.B))
	}
	name := f.kernel
	if n := len(name) - 1; name[n] == '*' {
		s, err := suffix(d)
		if err != nil {
			return nil, err
		}
		name = name[:n] + s
	}
	return callEach(name, ir.Out(0), ir.In(0))
}

// InPlace says that the result may overwrite the argument.
func (u Unary) InPlace() []int {
	if unaryByName(u.Fn).bool {
		return nil
	}
	return []int{0}
}

// Act is the function as an activation at the end of another kernel; the zero Act where it has no such form.
func (u Unary) Act() Act {
	if unaryByName(u.Fn).act == "" {
		return Act{}
	}
	return Act(u)
}

// Act is an activation that a kernel applies to its rows while they are in the cache. The zero Act is none.
type Act struct {
	Fn   string
	A, B float64
}

// check refuses functions that are no activations.
func (a Act) check() error {
	if a.Fn == "" {
		return nil
	}
	if d := Lookup(a.Fn); d != nil {
		if u, ok := d.New().(Unary); ok && unaryByName(u.Fn).act != "" {
			return nil
		}
	}
	return fmt.Errorf("%q is no activation", a.Fn)
}

// Arg is the activation as a kernel's argument.
func (a Act) Arg() ir.Arg {
	if a.Fn == "" {
		return ir.Struct("kernel.Act")
	}
	return ir.Struct("kernel.Act", ir.Func(unaryByName(a.Fn).act), ir.Num(ir.Float32, a.A), ir.Num(ir.Float32, a.B))
}

// Apply computes the activation on a number, in float64.
func (a Act) Apply(x float64) float64 {
	if a.Fn == "" {
		return x
	}
	return unaryByName(a.Fn).float(x, a.A, a.B)
}

func absInt(x int64) int64 {
	if x < 0 {
		return -x
	}
	return x
}

func signInt(x int64) int64 {
	switch {
	case x > 0:
		return 1
	case x < 0:
		return -1
	}
	return 0
}

func sign(x float64) float64 {
	switch {
	case x > 0:
		return 1
	case x < 0:
		return -1
	}
	return x
}

func relu(x float64) float64 {
	if x <= 0 {
		return 0
	}
	return x
}

func isNaN(x float64) float64 {
	if x != x {
		return 1
	}
	return 0
}

func sigmoid(x float64) float64 { return 1 / (1 + exact.Exp(-x)) }

func softplus(x float64) float64 {
	return max(x, 0) + exact.Log1p(exact.Exp(-math.Abs(x)))
}

func gelu(x float64) float64 { return x / 2 * (1 + exact.Erf(x/math.Sqrt2)) }

func geluTanh(x float64) float64 {
	const c = 0.7978845608028654 // √(2/π)
	return x / 2 * (1 + exact.Tanh(float64(c*x)*(1+float64(float64(0.044715*x)*x))))
}
