package op

import (
	"fmt"
	"math"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/exact"
)

var mlScoreOps = []Def{
	{Name: "Scores", Doc: "Scores maps a row of scores by Fn: SOFTMAX_ZERO or PROBIT. Source: ONNX post_transform, as ONNX Runtime reads it.", New: func() ir.Op { return Scores{} }, DTypes: []ir.DType{ir.Float32}, ULP: 64},
	{Name: "TwoScores", Doc: "TwoScores makes two scores of one: Fn COMPLEMENT is (1-s, s), NEGATE is (-s, s).", New: func() ir.Op { return TwoScores{} }, DTypes: []ir.DType{ir.Float32}},
	{Name: "TopClass", Doc: "TopClass is the position of a row's highest score, the first of equals, or 1 where that score is high enough.", New: func() ir.Op { return TopClass{} }, DTypes: []ir.DType{ir.Float32}},
}

// isPost reports whether a post transform has that name.
func isPost(name string) bool {
	switch name {
	case "NONE", "LOGISTIC", "SOFTMAX", "SOFTMAX_ZERO", "PROBIT":
		return true
	}
	return false
}

func errPost(name string) error {
	return fmt.Errorf("post transform is %q, want NONE, LOGISTIC, SOFTMAX, SOFTMAX_ZERO or PROBIT", name)
}

// postArg is the kernel of a post transform, for a row.
func postArg(name string) ir.Arg {
	switch name {
	case "LOGISTIC":
		return ir.Func("kernel.ScoresLogistic")
	case "SOFTMAX":
		return ir.Func("kernel.ScoresSoftmax")
	case "SOFTMAX_ZERO":
		return ir.Func("kernel.ScoresSoftmaxZero")
	case "PROBIT":
		return ir.Func("kernel.ScoresProbit")
	case "PROBIT_FIRST":
		return ir.Func("kernel.ScoresProbitFirst")
	}
	return ir.Nil()
}

// applyPost maps a row of scores.
func applyPost(name string, row []float64) {
	switch name {
	case "LOGISTIC":
		for i, s := range row {
			row[i] = sigmoid(s)
		}
	case "SOFTMAX", "SOFTMAX_ZERO":
		softmaxScores(row, name == "SOFTMAX_ZERO")
	case "PROBIT":
		for i, s := range row {
			row[i] = probit(s)
		}
	case "PROBIT_FIRST":
		row[0] = probit(row[0])
	}
}

// softmaxScores is e^s over the sum of these; with zeros set, scores of 0 take no part and stay 0.
func softmaxScores(row []float64, zeros bool) {
	top := math.Inf(-1)
	for _, s := range row {
		top = max(top, s)
	}
	sum := 0.0
	for i, s := range row {
		if zeros && math.Abs(s) <= 1e-7 {
			row[i] = s * exact.Exp(-top)
			continue
		}
		row[i] = exact.Exp(s - top)
		sum += row[i]
	}
	for i := range row {
		row[i] /= sum
	}
}

// probit is the inverse of the normal distribution function, by Winitzki's approximation of the inverse error
// function with a = 0.147, which is good to three digits: the runtimes that models are trained for use it.
func probit(p float64) float64 {
	const a = 0.147
	x := float64(float32(2*p) - 1)
	l := exact.Log((1 - x) * (1 + x))
	v := 2/(3.14159*a) + 0.5*l
	y := math.Sqrt(math.Sqrt(float64(v*v)-l/a) - v)
	return math.Sqrt2 * math.Copysign(y, x)
}

// Scores maps each row of [rows, n] by Fn: SOFTMAX_ZERO or PROBIT.
type Scores struct{ Fn string }

// OpName is Scores.
func (Scores) OpName() string { return "Scores" }

// InPlace says that the scores may be overwritten.
func (Scores) InPlace() []int { return []int{0} }

// Infer keeps the type.
func (o Scores) Infer(x *ir.Inference) ([]ir.Type, error) {
	if o.Fn != "SOFTMAX_ZERO" && o.Fn != "PROBIT" {
		return nil, fmt.Errorf("function is %q, want SOFTMAX_ZERO or PROBIT", o.Fn)
	}
	if err := wantScores(x); err != nil {
		return nil, err
	}
	return one(x.Type(0))
}

// wantScores checks that the only input is float32 [rows, n].
func wantScores(x *ir.Inference) error {
	if err := wantTensors(x, 1, 1); err != nil {
		return err
	}
	if t := x.Type(0); t.Rank() != 2 || t.DType != ir.Float32 {
		return fmt.Errorf("the scores are %s, want f32[rows, n]", t)
	}
	return nil
}

// Eval maps row by row.
func (o Scores) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	v, n := in[0].Floats(), in[0].Shape[1]
	for r := range in[0].Shape[0] {
		applyPost(o.Fn, v[r*n:(r+1)*n])
	}
	return result(ir.FromFloats(ir.Float32, in[0].Shape, v))
}

// Lower maps row by row.
func (o Scores) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	return call("kernel.MapRows", ir.Out(0), ir.In(0), ir.Int(in[0].Type.Shape[1]), postArg(o.Fn))
}

// TwoScores makes [rows, 2] of [rows, 1]: Fn COMPLEMENT is (1-s, s), NEGATE is (-s, s).
type TwoScores struct{ Fn string }

// OpName is TwoScores.
func (TwoScores) OpName() string { return "TwoScores" }

// Infer adds a column.
func (o TwoScores) Infer(x *ir.Inference) ([]ir.Type, error) {
	if o.Fn != "COMPLEMENT" && o.Fn != "NEGATE" {
		return nil, fmt.Errorf("function is %q, want COMPLEMENT or NEGATE", o.Fn)
	}
	if err := wantScores(x); err != nil {
		return nil, err
	}
	t := x.Type(0)
	if _, err := x.Equal(t.Shape[1], ir.Const(1), "scores a row, want one"); err != nil {
		return nil, err
	}
	return one(ir.TensorType(ir.Float32, t.Shape[0], ir.Const(2)))
}

func (o TwoScores) minuend() float64 {
	if o.Fn == "COMPLEMENT" {
		return 1
	}
	return 0
}

// Eval computes row by row.
func (o TwoScores) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	out := ir.NewTensor(ir.Float32, in[0].Shape[0], 2)
	for r := range in[0].Shape[0] {
		s := in[0].Float(r)
		out.SetFloat(2*r, o.minuend()-s)
		out.SetFloat(2*r+1, s)
	}
	return result(out)
}

// Lower computes row by row.
func (o TwoScores) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	return call("kernel.TwoScores", ir.Out(0), ir.In(0), ir.Num(ir.Float32, o.minuend()))
}

// TopClass gives for each row of [rows, n] the position of the highest score, the first of equals. Where OneFrom is not
// 0, a highest score from there on makes it position 1, for models that have two classes and decide by a limit.
type TopClass struct{ OneFrom float64 }

// OpName is TopClass.
func (TopClass) OpName() string { return "TopClass" }

// Infer gives a position for each row.
func (TopClass) Infer(x *ir.Inference) ([]ir.Type, error) {
	if err := wantScores(x); err != nil {
		return nil, err
	}
	if n, ok := x.Type(0).Shape[1].IsConst(); !ok || n < 1 {
		return nil, fmt.Errorf("the scores are %s, want at least one a row", x.Type(0))
	}
	return one(ir.TensorType(ir.Int64, x.Type(0).Shape[0]))
}

// Eval compares row by row.
func (o TopClass) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	rows, n := in[0].Shape[0], in[0].Shape[1]
	out := ir.NewTensor(ir.Int64, rows)
	for r := range rows {
		best := 0
		for k := range n {
			if in[0].Float(r*n+k) > in[0].Float(r*n+best) {
				best = k
			}
		}
		if o.OneFrom != 0 && in[0].Float(r*n+best) >= o.OneFrom {
			best = 1
		}
		out.SetInt(r, int64(best))
	}
	return result(out)
}

// Lower compares row by row.
func (o TopClass) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	args := []ir.Arg{ir.Out(0), ir.In(0), ir.Int(in[0].Type.Shape[1])}
	if o.OneFrom != 0 {
		return call("kernel.TopClassFrom", append(args, ir.Num(ir.Float32, o.OneFrom))...)
	}
	return call("kernel.TopClass", args...)
}
