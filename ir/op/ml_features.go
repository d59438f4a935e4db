package op

import (
	"fmt"
	"math"

	"github.com/energeticc/energeticc/ir"
)

var mlFeatureOps = []Def{
	{Name: "Normalizer", Doc: "Normalizer divides each row by its norm: MAX, L1 or L2. Source: ONNX Normalizer, as ONNX Runtime reads it.", New: func() ir.Op { return Normalizer{} }, DTypes: []ir.DType{ir.Float32}, ULP: 64},
	{Name: "Imputer", Doc: "Imputer replaces the elements that equal one value, or NaN, by those of a list. Source: ONNX Imputer.", New: func() ir.Op { return Imputer{} }, DTypes: number},
	{Name: "Binarize", Doc: "Binarize is Above where x > Threshold and Else elsewhere. Source: ONNX Binarizer.", New: func() ir.Op { return Binarize{} }, DTypes: number},
	{Name: "FeatureVectorizer", Doc: "FeatureVectorizer puts rows of several inputs after each other, each cut or filled with zeros to its width. Source: ONNX FeatureVectorizer.", New: func() ir.Op { return FeatureVectorizer{} }, DTypes: []ir.DType{ir.Float32}},
}

// Normalizer divides each row of x, float32 [rows, n], by its greatest element (MAX), the sum of absolute values (L1)
// or the root of the sum of squares (L2); a row whose norm is 0 stays.
type Normalizer struct{ Norm string }

// OpName is Normalizer.
func (Normalizer) OpName() string { return "Normalizer" }

// InPlace says that the rows may be overwritten.
func (Normalizer) InPlace() []int { return []int{0} }

// Infer keeps the type.
func (o Normalizer) Infer(x *ir.Inference) ([]ir.Type, error) {
	switch o.Norm {
	case "MAX", "L1", "L2":
	default:
		return nil, fmt.Errorf("norm is %q, want MAX, L1 or L2", o.Norm)
	}
	if err := wantMatrices(x, 1); err != nil {
		return nil, err
	}
	return one(x.Type(0))
}

// Eval divides row by row.
func (o Normalizer) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	v, n := in[0].Floats(), in[0].Shape[1]
	for r := range in[0].Shape[0] {
		row := v[r*n : (r+1)*n]
		norm := o.norm(row)
		for i := range row {
			if norm != 0 {
				row[i] /= norm
			}
		}
	}
	return result(ir.FromFloats(ir.Float32, in[0].Shape, v))
}

func (o Normalizer) norm(row []float64) float64 {
	norm := 0.0
	switch o.Norm {
	case "MAX":
		norm = -math.MaxFloat32
		for _, x := range row {
			if x > norm { // NaN counts nowhere
				norm = x
			}
		}
	case "L1":
		for _, x := range row {
			norm += math.Abs(x)
		}
	default:
		for _, x := range row {
			norm += float64(x * x)
		}
		norm = math.Sqrt(norm)
	}
	return norm
}

// Lower divides row by row.
func (o Normalizer) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	kernel := map[string]string{"MAX": "kernel.NormalizeMax", "L1": "kernel.NormalizeL1", "L2": "kernel.NormalizeL2"}[o.Norm]
	return call(kernel, ir.Out(0), ir.In(0), ir.Int(in[0].Type.Shape[1]))
}

// Imputer replaces the elements of x that equal Replaced by those of the second input, a constant vector that repeats
// over x. Where NaN is set, it replaces NaN instead.
type Imputer struct {
	Replaced float64
	NaN      bool
}

// OpName is Imputer.
func (Imputer) OpName() string { return "Imputer" }

// InPlace says that x may be overwritten.
func (Imputer) InPlace() []int { return []int{0} }

// Infer keeps the type.
func (o Imputer) Infer(x *ir.Inference) ([]ir.Type, error) {
	if err := wantTensors(x, 2, 2); err != nil {
		return nil, err
	}
	if err := wantDType(x, 0, number...); err != nil {
		return nil, err
	}
	if n, ok := x.Type(1).Len().IsConst(); !ok || n < 1 || x.Type(1).Rank() != 1 {
		return nil, fmt.Errorf("the values are %s, want a vector of at least one", x.Type(1))
	}
	return one(x.Type(0))
}

// Eval compares element by element.
func (o Imputer) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	out := ir.NewTensor(in[0].DType, in[0].Shape...)
	n := in[1].Len()
	for i := range out.Len() {
		from, at := in[0], i
		if x := in[0].Float(i); o.NaN && x != x || !o.NaN && x == o.Replaced {
			from, at = in[1], i%n
		}
		moveElems(out, i, from, at, 1)
	}
	return result(out)
}

// Lower compares element by element.
func (o Imputer) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	d := in[0].Type.DType
	if o.NaN && d.IsFloat() {
		return call("kernel.ImputeNaN", ir.Out(0), ir.In(0), ir.In(1))
	}
	if o.NaN {
		return call("kernel.Copy", ir.Out(0), ir.In(0))
	}
	return call("kernel.Impute", ir.Out(0), ir.In(0), ir.In(1), ir.Num(d, o.Replaced))
}

// Binarize is Above where x > Threshold and Else elsewhere, NaN included.
type Binarize struct{ Threshold, Above, Else float64 }

// OpName is Binarize.
func (Binarize) OpName() string { return "Binarize" }

// InPlace says that x may be overwritten.
func (Binarize) InPlace() []int { return []int{0} }

// Infer keeps the type.
func (o Binarize) Infer(x *ir.Inference) ([]ir.Type, error) {
	if err := wantTensors(x, 1, 1); err != nil {
		return nil, err
	}
	if err := wantDType(x, 0, number...); err != nil {
		return nil, err
	}
	return one(x.Type(0))
}

// threshold is what elements are compared with: of integers, what lies above a fraction lies above the whole number
// before it.
func (o Binarize) threshold(d ir.DType) float64 {
	if d.IsFloat() {
		return o.Threshold
	}
	return math.Floor(o.Threshold)
}

// Eval compares element by element.
func (o Binarize) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	out := ir.NewTensor(in[0].DType, in[0].Shape...)
	for i := range out.Len() {
		v := o.Else
		if in[0].Float(i) > o.Threshold {
			v = o.Above
		}
		out.SetFloat(i, v)
	}
	return result(out)
}

// Lower compares element by element.
func (o Binarize) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	d := in[0].Type.DType
	return call("kernel.Binarize", ir.Out(0), ir.In(0), ir.Num(d, o.threshold(d)), ir.Num(d, o.Above), ir.Num(d, o.Else))
}

// FeatureVectorizer puts the rows of its inputs, float32 [rows, n], after each other; input i is cut, or filled with
// zeros, to Widths[i] elements a row.
type FeatureVectorizer struct{ Widths []int }

// OpName is FeatureVectorizer.
func (FeatureVectorizer) OpName() string { return "FeatureVectorizer" }

func (o FeatureVectorizer) width() int {
	sum := 0
	for _, w := range o.Widths {
		sum += w
	}
	return sum
}

// Infer demands as many rows of each input.
func (o FeatureVectorizer) Infer(x *ir.Inference) ([]ir.Type, error) {
	n := len(o.Widths)
	if n == 0 {
		return nil, fmt.Errorf("no inputs, want at least one")
	}
	if err := wantMatrices(x, n); err != nil {
		return nil, err
	}
	for _, w := range o.Widths {
		if w < 0 || w > maxTargets {
			return nil, fmt.Errorf("a width is %d, want 0 to %d", w, maxTargets)
		}
	}
	rows := x.Type(0).Shape[0]
	for i := 1; i < n; i++ {
		var err error
		if rows, err = x.Equal(rows, x.Type(i).Shape[0], "inputs have different numbers of rows"); err != nil {
			return nil, err
		}
	}
	return one(ir.TensorType(ir.Float32, rows, ir.Const(int64(o.width()))))
}

// Eval copies row by row.
func (o FeatureVectorizer) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	rows, width, at := in[0].Shape[0], o.width(), 0
	out := ir.NewTensor(ir.Float32, rows, width)
	for i, w := range o.Widths {
		n := in[i].Shape[1]
		for r := range rows {
			moveElems(out, r*width+at, in[i], r*n, min(n, w))
		}
		at += w
	}
	return result(out)
}

// Lower copies input by input.
func (o FeatureVectorizer) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	var calls []ir.Call
	at := 0
	for i, w := range o.Widths {
		calls = append(calls, ir.Call{Kernel: "kernel.FeatureColumns", Args: []ir.Arg{
			ir.Out(0), ir.In(i), ir.IntC(o.width()), ir.IntC(at), ir.IntC(w), ir.Int(in[i].Type.Shape[1]),
		}})
		at += w
	}
	return calls, nil
}
