package op

import (
	"fmt"
	"math"
	"slices"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/exact"
)

// Reduce folds the elements along axes into one. Fn is the op's name. Axes are in order and count from the front;
// along none, each element is folded alone. Axes that only a run knows are input 1 instead: what Bounds calls chosen,
// for each axis 1 or 0; KeepDims is set then.
type Reduce struct {
	Fn       string `ir:"-"`
	Axes     []int
	KeepDims bool
}

// reduceFn is what a function's row holds: how elements are added up, and what becomes of the sum.
type reduceFn struct {
	name   string
	doc    string
	dtypes []ir.DType
	start  float64
	float  func(acc, x float64) float64
	int    func(acc, x int64) int64
	kernel string                           // adds up
	end    func(acc float64, n int) float64 // on what was added up of n floats
	finish string                           // the kernel that does the same
	elems  func(acc, x ir.Dim) ir.Dim       // on known sizes
	uint   func(acc, x uint64) uint64       // where unsigned differs
	whole  bool                             // only the elements' own type is needed, no wider one
	ulp    float64
}

var reduceFns = []reduceFn{
	{name: "ReduceSum", doc: "adds up.", ulp: 2, dtypes: number, float: addFloat, int: addInt, elems: ir.Dim.Add, kernel: "kernel.ReduceSum"},
	{name: "ReduceMean", doc: "is the mean, that of nothing 0; that of integers is cut towards zero.", ulp: 2, dtypes: number, float: addFloat, int: addInt, kernel: "kernel.ReduceSum", end: mean, finish: "kernel.SumMean"},
	{name: "ReduceProd", doc: "multiplies.", ulp: 2, dtypes: number, start: 1, float: func(p, x float64) float64 { return p * x }, int: func(p, x int64) int64 { return p * x }, elems: ir.Dim.Mul, kernel: "kernel.ReduceProd"},
	{name: "ReduceMax", doc: "is the largest element.", dtypes: slices.Concat(number, bools), start: math.Inf(-1), float: func(m, x float64) float64 { return max(m, x) }, int: func(m, x int64) int64 { return max(m, x) }, uint: func(m, x uint64) uint64 { return max(m, x) }, elems: ir.Dim.Max, kernel: "kernel.ReduceMax", whole: true},
	{name: "ReduceMin", doc: "is the smallest element.", dtypes: slices.Concat(number, bools), start: math.Inf(1), float: func(m, x float64) float64 { return min(m, x) }, int: func(m, x int64) int64 { return min(m, x) }, uint: func(m, x uint64) uint64 { return min(m, x) }, elems: ir.Dim.Min, kernel: "kernel.ReduceMin", whole: true},
	{name: "ReduceL1", doc: "adds up absolute values.", ulp: 2, dtypes: number, float: func(s, x float64) float64 { return s + math.Abs(x) }, int: func(s, x int64) int64 { return s + absInt(x) }, uint: func(s, x uint64) uint64 { return s + x }, kernel: "kernel.ReduceSumAbs"},
	{name: "ReduceSumSquare", doc: "adds up squares.", ulp: 2, dtypes: number, float: addSquare, int: func(s, x int64) int64 { return s + x*x }, kernel: "kernel.ReduceSumSquare"},
	{name: "ReduceL2", doc: "is the root of the sum of squares.", ulp: 2, dtypes: floats, float: addSquare, kernel: "kernel.ReduceSumSquare", end: func(s float64, _ int) float64 { return math.Sqrt(s) }, finish: "kernel.SumSqrt"},
	{name: "ReduceLogSum", doc: "is the logarithm of the sum.", ulp: 2, dtypes: floats, float: addFloat, kernel: "kernel.ReduceSum", end: func(s float64, _ int) float64 { return exact.Log(s) }, finish: "kernel.SumLog"},
	{name: "ReduceLogSumExp", doc: "is the logarithm of the sum of e^x.", ulp: 2, dtypes: floats, kernel: "kernel.ReduceLogSumExp"},
}

// reduceOps are the rows of the family.
var reduceOps = reduceRows()

func reduceRows() []Def {
	rows := make([]Def, len(reduceFns))
	for i, f := range reduceFns {
		rows[i] = Def{Name: f.name, Doc: f.name + " " + f.doc, DTypes: f.dtypes, ULP: f.ulp, New: func() ir.Op { return Reduce{Fn: f.name} }}
	}
	return rows
}

func reduceByName(name string) *reduceFn {
	for i := range reduceFns {
		if reduceFns[i].name == name {
			return &reduceFns[i]
		}
	}
	panic("op: BUG: no reduction " + name)
}

// OpName is the function's name.
func (o Reduce) OpName() string { return o.Fn }

// Infer drops the axes or makes them 1.
func (o Reduce) Infer(x *ir.Inference) ([]ir.Type, error) {
	f := reduceByName(o.Fn)
	if err := wantTensors(x, 1, 2); err != nil {
		return nil, err
	}
	if err := wantDType(x, 0, f.dtypes...); err != nil {
		return nil, err
	}
	t := x.Type(0)
	if x.Has(1) {
		chosen := x.Elems(1)
		if len(chosen) != t.Rank() || !o.KeepDims || len(o.Axes) > 0 {
			return nil, fmt.Errorf("input 1 is %s, want whether each of %d axes is reduced and kept as 1", x.Type(1), t.Rank())
		}
		kept := make([]ir.Dim, t.Rank())
		for i, d := range t.Shape {
			kept[i] = unless(chosen[i], d)
		}
		return one(ir.TensorType(t.DType, kept...))
	}
	for i, a := range o.Axes {
		if a < 0 || a >= t.Rank() || i > 0 && a <= o.Axes[i-1] {
			return nil, fmt.Errorf("axes %v are not in order within rank %d", o.Axes, t.Rank())
		}
	}
	if e := x.Elems(0); len(e) > 0 && t.Rank() == 1 && len(o.Axes) == 1 && f.elems != nil && t.DType.IsInteger() {
		sum := e[0]
		for _, d := range e[1:] {
			sum = f.elems(sum, d)
		}
		x.SetElems(0, []ir.Dim{sum})
	}
	return one(ir.TensorType(t.DType, o.shape(t.Shape)...))
}

func (o Reduce) shape(in []ir.Dim) []ir.Dim {
	out := []ir.Dim{}
	for i, d := range in {
		switch {
		case !slices.Contains(o.Axes, i):
			out = append(out, d)
		case o.KeepDims:
			out = append(out, ir.Const(1))
		}
	}
	return out
}

// Eval folds element by element in the order of the input.
func (o Reduce) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	f := reduceByName(o.Fn)
	x := in[0]
	if len(in) > 1 {
		o.Axes = nil
		for i, c := range in[1].Ints() {
			if c != 0 {
				o.Axes = append(o.Axes, i)
			}
		}
	}
	kept, n := slices.Clone(x.Shape), 1
	for _, a := range o.Axes {
		n *= kept[a]
		kept[a] = 1
	}
	out := ir.NewTensor(x.DType, kept...)
	switch {
	case o.Fn == "ReduceLogSumExp":
		logSumExp(out, x)
	case x.DType.IsFloat():
		f.floats(out, x, n)
	default:
		f.ints(out, x, n)
	}
	shape, _ := ir.KnownShape(o.shape(ir.ConstDims(x.Shape)))
	return result(out.WithShape(shape...))
}

func (f *reduceFn) floats(out, x *ir.Tensor, n int) {
	acc := make([]float64, out.Len())
	for i := range acc {
		acc[i] = f.start
	}
	at := newOdometer(x.Shape, out.Shape)
	for i := range x.Len() {
		k := at.next()
		acc[k] = f.float(acc[k], x.Float(i))
	}
	for k, s := range acc {
		if f.end != nil {
			s = f.end(s, n)
		}
		out.SetFloat(k, s)
	}
}

func (f *reduceFn) ints(out, x *ir.Tensor, n int) {
	unsigned := x.DType.Kind() == ir.KindUint
	acc := make([]int64, out.Len())
	for i := range acc {
		acc[i] = startInt(f, x.DType)
	}
	at := newOdometer(x.Shape, out.Shape)
	for i := range x.Len() {
		k := at.next()
		if unsigned && f.uint != nil {
			acc[k] = int64(f.uint(uint64(acc[k]), uint64(x.Int(i))))
		} else {
			acc[k] = f.int(acc[k], x.Int(i))
		}
	}
	for k, s := range acc {
		switch {
		case f.end == nil:
		case unsigned: // the mean, as below
			s = int64(uint64(s) / uint64(max(n, 1)))
		default: // the mean; that of nothing is 0
			s /= int64(max(n, 1))
		}
		out.SetInt(k, s)
	}
}

// startInt is what folding integers or truth values begins with.
func startInt(f *reduceFn, d ir.DType) int64 {
	bits := d.Bits()
	if d == ir.Bool {
		bits = 1
	}
	switch {
	case !math.IsInf(f.start, 0):
		return int64(f.start)
	case d.Kind() == ir.KindInt && f.start < 0:
		return math.MinInt64 >> (64 - bits)
	case d.Kind() == ir.KindInt:
		return math.MaxInt64 >> (64 - bits)
	case f.start < 0:
		return 0
	}
	return int64(uint64(math.MaxUint64) >> (64 - bits))
}

// logSumExp takes the maximum out of the sum, so that e^x stays within range.
func logSumExp(out, x *ir.Tensor) {
	most, sum := make([]float64, out.Len()), make([]float64, out.Len())
	for i := range most {
		most[i] = math.Inf(-1)
	}
	at := newOdometer(x.Shape, out.Shape)
	for i := range x.Len() {
		k := at.next()
		most[k] = max(most[k], x.Float(i))
	}
	at = newOdometer(x.Shape, out.Shape)
	for i := range x.Len() {
		k := at.next()
		sum[k] += exact.Exp(x.Float(i) - most[k])
	}
	for k, m := range most {
		if !math.IsInf(m, 0) {
			m += exact.Log(sum[k])
		}
		out.SetFloat(k, m)
	}
}

func addFloat(s, x float64) float64  { return s + x }
func addSquare(s, x float64) float64 { return s + float64(x*x) }
func addInt(s, x int64) int64        { return s + x }

// mean is 0 of nothing, as in ONNX Runtime; ONNX leaves that open.
func mean(s float64, n int) float64 { return s / float64(max(n, 1)) }
