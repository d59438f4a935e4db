package op

import (
	"errors"
	"math"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/exact"
)

// Binary is an elementwise function of two tensors that broadcast by NumPy's rule. Fn is the op's name.
type Binary struct {
	Fn string `ir:"-"`
}

type binaryFn struct {
	name    string
	doc     string
	dtypes  []ir.DType
	ulp     float64
	float   func(a, b float64) float64
	int     func(a, b int64) (int64, error)
	uint    func(a, b uint64) (uint64, error) // where unsigned differs
	elems   func(a, b ir.Dim) (ir.Dim, bool)  // on known sizes
	kernel  string                            // the row kernel, generic over the element type
	compare bool                              // the result is a truth value
	fault   string                            // what can go wrong with integers, "" if nothing: the Checked kernel is used
}

var binaryFns = []binaryFn{
	{name: "Add", doc: "is a + b.", dtypes: number, float: func(a, b float64) float64 { return a + b }, int: wrap(func(a, b int64) int64 { return a + b }), elems: dimFn(ir.Dim.Add), kernel: "kernel.AddRow"},
	{name: "Sub", doc: "is a - b.", dtypes: number, float: func(a, b float64) float64 { return a - b }, int: wrap(func(a, b int64) int64 { return a - b }), elems: dimFn(ir.Dim.Sub), kernel: "kernel.SubRow"},
	{name: "Mul", doc: "is a·b.", dtypes: number, float: func(a, b float64) float64 { return a * b }, int: wrap(func(a, b int64) int64 { return a * b }), elems: dimFn(ir.Dim.Mul), kernel: "kernel.MulRow"},
	{name: "Div", doc: "is a/b; integers are cut towards zero.", dtypes: number, float: func(a, b float64) float64 { return a / b }, int: divInt, uint: divUint, elems: divElems, kernel: "kernel.DivRow", fault: "division by zero"},
	{name: "Mod", doc: "is the remainder with the sign of b.", dtypes: number, float: floorMod, int: modInt, uint: modUint, elems: modElems, kernel: "kernel.ModRow", fault: "division by zero"},
	{name: "Rem", doc: "is the remainder with the sign of a, C's fmod.", dtypes: number, float: math.Mod, int: remInt, uint: modUint, kernel: "kernel.RemRow", fault: "division by zero"},
	{name: "Pow", doc: "is a to the b.", dtypes: number, ulp: 16, float: exact.Pow, int: powInt, kernel: "kernel.Pow*"},
	{name: "Min", doc: "is the smaller; NaN if one is NaN.", dtypes: number, float: func(a, b float64) float64 { return min(a, b) }, int: wrap(func(a, b int64) int64 { return min(a, b) }), uint: func(a, b uint64) (uint64, error) { return min(a, b), nil }, elems: dimFn(ir.Dim.Min), kernel: "kernel.MinRow"},
	{name: "Max", doc: "is the larger; NaN if one is NaN.", dtypes: number, float: func(a, b float64) float64 { return max(a, b) }, int: wrap(func(a, b int64) int64 { return max(a, b) }), uint: func(a, b uint64) (uint64, error) { return max(a, b), nil }, elems: dimFn(ir.Dim.Max), kernel: "kernel.MaxRow"},
	{name: "Equal", doc: "is a = b.", dtypes: append(append([]ir.DType{ir.String}, bools...), number...), float: cmp(func(a, b float64) bool { return a == b }), int: cmpInt(func(a, b int64) bool { return a == b }), elems: equalElems, kernel: "kernel.EqualRow", compare: true},
	{name: "Less", doc: "is a < b.", dtypes: number, float: cmp(func(a, b float64) bool { return a < b }), int: cmpInt(func(a, b int64) bool { return a < b }), uint: cmpUint(func(a, b uint64) bool { return a < b }), elems: lessElems(0, false), kernel: "kernel.LessRow", compare: true},
	{name: "LessOrEqual", doc: "is a ≤ b.", dtypes: number, float: cmp(func(a, b float64) bool { return a <= b }), int: cmpInt(func(a, b int64) bool { return a <= b }), uint: cmpUint(func(a, b uint64) bool { return a <= b }), elems: lessElems(1, false), kernel: "kernel.LessOrEqualRow", compare: true},
	{name: "Greater", doc: "is a > b.", dtypes: number, float: cmp(func(a, b float64) bool { return a > b }), int: cmpInt(func(a, b int64) bool { return a > b }), uint: cmpUint(func(a, b uint64) bool { return a > b }), elems: lessElems(0, true), kernel: "kernel.GreaterRow", compare: true},
	{name: "GreaterOrEqual", doc: "is a ≥ b.", dtypes: number, float: cmp(func(a, b float64) bool { return a >= b }), int: cmpInt(func(a, b int64) bool { return a >= b }), uint: cmpUint(func(a, b uint64) bool { return a >= b }), elems: lessElems(1, true), kernel: "kernel.GreaterOrEqualRow", compare: true},
	{name: "And", doc: "is true where both are.", dtypes: bools, int: wrap(func(a, b int64) int64 { return a & b }), elems: dimFn(ir.Dim.Mul), kernel: "kernel.AndRow"},
	{name: "Or", doc: "is true where one is.", dtypes: bools, int: wrap(func(a, b int64) int64 { return a | b }), elems: dimFn(ir.Dim.Max), kernel: "kernel.OrRow"},
	{name: "Xor", doc: "is true where just one is.", dtypes: bools, int: wrap(func(a, b int64) int64 { return a ^ b }), kernel: "kernel.XorRow"},
	{name: "PRelu", doc: "is a where a ≥ 0, else a·b.", dtypes: number, ulp: 1, float: func(a, b float64) float64 { return leakyRelu(a, b, 0) }, int: wrap(preluInt), uint: func(a, _ uint64) (uint64, error) { return a, nil }, kernel: "kernel.PReluRow"},
	{name: "BitwiseAnd", doc: "is a & b.", dtypes: ints, int: wrap(func(a, b int64) int64 { return a & b }), kernel: "kernel.BitwiseAndRow"},
	{name: "BitwiseOr", doc: "is a | b.", dtypes: ints, int: wrap(func(a, b int64) int64 { return a | b }), kernel: "kernel.BitwiseOrRow"},
	{name: "BitwiseXor", doc: "is a ^ b.", dtypes: ints, int: wrap(func(a, b int64) int64 { return a ^ b }), kernel: "kernel.BitwiseXorRow"},
	{name: "ShiftLeft", doc: "is a·2^b, cut to the width of the type; a negative b counts as huge.", dtypes: ints, int: wrap(func(a, b int64) int64 { return a << uint64(b) }), kernel: "kernel.ShiftLeftRow"},
	{name: "ShiftRight", doc: "is a/2^b, rounded down; a negative b counts as huge.", dtypes: ints, int: wrap(func(a, b int64) int64 { return a >> uint64(b) }), uint: func(a, b uint64) (uint64, error) { return a >> b, nil }, kernel: "kernel.ShiftRightRow"},
}

// binaryOps are the rows of the family.
var binaryOps = binaryRows()

func binaryRows() []Def {
	rows := make([]Def, len(binaryFns))
	for i, f := range binaryFns {
		rows[i] = Def{Name: f.name, Doc: f.name + " " + f.doc, DTypes: f.dtypes, ULP: f.ulp, New: func() ir.Op { return Binary{Fn: f.name} }}
	}
	return rows
}

func binaryByName(name string) *binaryFn {
	for i := range binaryFns {
		if binaryFns[i].name == name {
			return &binaryFns[i]
		}
	}
	panic("op: BUG: no binary function " + name)
}

// OpName is the function's name.
func (o Binary) OpName() string { return o.Fn }

// Infer broadcasts the shapes.
func (o Binary) Infer(x *ir.Inference) ([]ir.Type, error) {
	f := binaryByName(o.Fn)
	if err := wantTensors(x, 2, 2); err != nil {
		return nil, err
	}
	if err := wantDType(x, 0, f.dtypes...); err != nil {
		return nil, err
	}
	if err := wantSame(x, 0, 1); err != nil {
		return nil, err
	}
	shape, err := x.Broadcast(x.Type(0).Shape, x.Type(1).Shape)
	if err != nil {
		return nil, err
	}
	t := ir.TensorType(x.Type(0).DType, shape...)
	if f.compare {
		t.DType = ir.Bool
	}
	x.SetElems(0, zipElems(x.Elems(0), x.Elems(1), max(x.Type(0).Rank(), x.Type(1).Rank()), f.elems))
	return one(t)
}

// zipElems applies a function to known contents of rank 1 and less; nil where something stays unknown.
func zipElems(a, b []ir.Dim, rank int, f func(a, b ir.Dim) (ir.Dim, bool)) []ir.Dim {
	if a == nil || b == nil || f == nil || rank > 1 {
		return nil
	}
	n := max(len(a), len(b))
	if len(a) == 0 || len(b) == 0 {
		n = 0
	}
	out := make([]ir.Dim, n)
	for i := range out {
		d, ok := f(a[i%len(a)], b[i%len(b)])
		if !ok {
			return nil
		}
		out[i] = d
	}
	return out
}

// Eval computes element by element.
func (o Binary) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	f := binaryByName(o.Fn)
	a, b := in[0], in[1]
	shape, err := broadcastInts(a.Shape, b.Shape)
	if err != nil {
		return nil, err
	}
	d := a.DType
	if f.compare {
		d = ir.Bool
	}
	out := ir.NewTensor(d, shape...)
	ia, ib := newOdometer(shape, a.Shape), newOdometer(shape, b.Shape)
	for i := range out.Len() {
		if err := f.set(out, i, a, ia.next(), b, ib.next()); err != nil {
			return nil, err
		}
	}
	return result(out)
}

func (f *binaryFn) set(out *ir.Tensor, i int, a *ir.Tensor, ia int, b *ir.Tensor, ib int) error {
	switch {
	case a.DType == ir.String:
		out.SetInt(i, truth(a.Strings[ia] == b.Strings[ib]))
	case a.DType.IsFloat():
		out.SetFloat(i, f.float(a.Float(ia), b.Float(ib)))
	case f.uint != nil && a.DType.Kind() == ir.KindUint:
		v, err := f.uint(uint64(a.Int(ia)), uint64(b.Int(ib)))
		out.SetInt(i, int64(v))
		return err
	default:
		v, err := f.int(a.Int(ia), b.Int(ib))
		out.SetInt(i, v)
		return err
	}
	return nil
}

// Lower calls the row kernel at once where both have the result's shape or one has a single element, else through
// the broadcasting driver.
func (o Binary) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	f := binaryByName(o.Fn)
	d := in[0].Type.DType
	kernel, types := f.kernel, []ir.DType{d}
	if n := len(kernel) - 1; kernel[n] == '*' {
		types = nil
		switch {
		case d.IsInteger():
			kernel, types = kernel[:n]+"IntRow", []ir.DType{d}
		default:
			s, err := suffix(d)
			if err != nil {
				return nil, err
			}
			kernel = kernel[:n] + s + "Row"
		}
	}
	if d == ir.Bool && !f.compare {
		types = nil // these rows are of truth values alone
	}
	var calls []ir.Call
	if f.fault != "" && d.IsInteger() {
		calls = append(calls, ir.Call{Kernel: "kernel.FindZero", Args: []ir.Arg{ir.In(1)}, Fault: &ir.Fault{Text: f.fault, Arg: -1}})
		kernel = "kernel." + f.name + "IntRow"
	}
	return append(calls, broadcastCall(in, out, kernel, types)), nil
}

// broadcastCall applies a row kernel to two operands.
func broadcastCall(in, out []*ir.Value, kernel string, types []ir.DType) ir.Call {
	if rowFits(in[0].Type, out[0].Type) && rowFits(in[1].Type, out[0].Type) {
		return ir.Call{Kernel: kernel, Args: []ir.Arg{ir.Out(0), ir.In(0), ir.In(1)}, Each: true}
	}
	rank := out[0].Type.Rank()
	if call, ok := narrowCall(in, out, ir.Func(kernel, types...)); ok {
		return call
	}
	return ir.Call{Kernel: "kernel.Broadcast2", Args: []ir.Arg{
		ir.Out(0), ir.In(0), ir.In(1),
		ir.Ints(padShape(in[0].Type.Shape, rank)...), ir.Ints(padShape(in[1].Type.Shape, rank)...),
		ir.Func(kernel, types...),
	}}
}

// narrowCall broadcasts to rows so short that several are computed at once: up to narrowRow elements.
func narrowCall(in, out []*ir.Value, row ir.Arg) (ir.Call, bool) {
	const narrowRow, tile = 32, 512
	shape, d := out[0].Type.Shape, in[0].Type.DType
	last := len(shape) - 1
	if last < 1 || d == ir.String {
		return ir.Call{}, false
	}
	width, ok := shape[last].IsConst()
	if !ok || width < 2 || width > narrowRow {
		return ir.Call{}, false
	}
	args := []ir.Arg{ir.Out(0), ir.In(0), ir.In(1), ir.Scratch(0, d, ir.Const(tile)), ir.IntC(int(width))}
	for _, v := range in[:2] {
		s := padShape(v.Type.Shape, len(shape))
		step := 0
		switch n := s[last]; {
		case shapeEqual(s[:last], shape[:last]) && n.Is(1):
			step = 1
		case shapeEqual(s[:last], shape[:last]):
			step = int(width)
		case !ir.Product(s[:last]...).Is(1):
			return ir.Call{}, false // some of the leading dims are repeated
		}
		args = append(args, ir.IntC(step))
	}
	return ir.Call{Kernel: "kernel.BroadcastNarrow", Args: append(args, row)}, true
}

// rowFits reports whether an operand's data is the result's row or one element that stands for all.
func rowFits(t, out ir.Type) bool {
	if t.Len().Is(1) {
		return true
	}
	return t.Len().Equal(out.Len()) && shapeEqual(padShape(t.Shape, out.Rank()), out.Shape)
}

func shapeEqual(a, b []ir.Dim) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if !a[i].Equal(b[i]) {
			return false
		}
	}
	return true
}

// padShape puts ones before a shape to reach a rank.
func padShape(s []ir.Dim, rank int) []ir.Dim {
	out := make([]ir.Dim, rank)
	for i := range out {
		out[i] = ir.Const(1)
	}
	copy(out[rank-len(s):], s)
	return out
}

// InPlace says that the result may overwrite either operand, if the element type stays.
func (o Binary) InPlace() []int {
	if binaryByName(o.Fn).compare {
		return nil
	}
	return []int{0, 1}
}

func wrap(f func(a, b int64) int64) func(a, b int64) (int64, error) {
	return func(a, b int64) (int64, error) { return f(a, b), nil }
}

func preluInt(a, b int64) int64 {
	if a < 0 {
		return a * b
	}
	return a
}

func truth(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

func cmp(f func(a, b float64) bool) func(a, b float64) float64 {
	return func(a, b float64) float64 { return float64(truth(f(a, b))) }
}

func cmpInt(f func(a, b int64) bool) func(a, b int64) (int64, error) {
	return func(a, b int64) (int64, error) { return truth(f(a, b)), nil }
}

func cmpUint(f func(a, b uint64) bool) func(a, b uint64) (uint64, error) {
	return func(a, b uint64) (uint64, error) { return uint64(truth(f(a, b))), nil }
}

var errDivisionByZero = errors.New("division by zero")

func divInt(a, b int64) (int64, error) {
	if b == 0 {
		return 0, errDivisionByZero
	}
	return a / b, nil
}

func divUint(a, b uint64) (uint64, error) {
	if b == 0 {
		return 0, errDivisionByZero
	}
	return a / b, nil
}

func remInt(a, b int64) (int64, error) {
	if b == 0 {
		return 0, errDivisionByZero
	}
	return a % b, nil
}

func modInt(a, b int64) (int64, error) {
	if b == 0 {
		return 0, errDivisionByZero
	}
	m := a % b
	if m != 0 && (m < 0) != (b < 0) {
		m += b
	}
	return m, nil
}

func modUint(a, b uint64) (uint64, error) {
	if b == 0 {
		return 0, errDivisionByZero
	}
	return a % b, nil
}

func floorMod(a, b float64) float64 {
	m := math.Mod(a, b)
	switch {
	case m == 0:
		m = math.Copysign(m, b)
	case (m < 0) != (b < 0):
		m += b
	}
	return m
}

// powInt is the power by squaring, wrapped; a negative exponent gives what cutting 1/aⁿ towards zero gives.
func powInt(a, b int64) (int64, error) {
	if b < 0 {
		switch a {
		case 1:
			return 1, nil
		case -1:
			return 1 - 2*(b&1), nil
		}
		return 0, nil
	}
	p := int64(1)
	for ; b > 0; b >>= 1 {
		if b&1 == 1 {
			p *= a
		}
		a *= a
	}
	return p, nil
}

func dimFn(f func(a, b ir.Dim) ir.Dim) func(a, b ir.Dim) (ir.Dim, bool) {
	return func(a, b ir.Dim) (ir.Dim, bool) { return f(a, b), true }
}

// divElems divides sizes where cutting towards zero and rounding down agree.
func divElems(a, b ir.Dim) (ir.Dim, bool) {
	la, _ := a.Bounds(nil)
	lb, _ := b.Bounds(nil)
	if la < 0 || lb < 0 || b.Is(0) {
		return ir.Dim{}, false
	}
	return a.Div(b), true
}

func modElems(a, b ir.Dim) (ir.Dim, bool) {
	if b.Is(0) {
		return ir.Dim{}, false
	}
	return a.Mod(b), true
}

func equalElems(a, b ir.Dim) (ir.Dim, bool) {
	d := a.Sub(b)
	lo, hi := d.Bounds(nil)
	switch {
	case d.Is(0):
		return ir.Const(1), true
	case lo > 0 || hi < 0:
		return ir.Dim{}, true
	}
	return ir.Dim{}, false
}

// lessElems decides a - b < slack, or the same of b - a.
func lessElems(slack int64, swap bool) func(a, b ir.Dim) (ir.Dim, bool) {
	return func(a, b ir.Dim) (ir.Dim, bool) {
		if swap {
			a, b = b, a
		}
		lo, hi := a.Sub(b).Bounds(nil)
		switch {
		case hi < slack:
			return ir.Const(1), true
		case lo >= slack:
			return ir.Dim{}, true
		}
		return ir.Dim{}, false
	}
}
