package op

import (
	"fmt"
	"math"
	"slices"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/exact"
)

// poolOps are the rows of the family.
var poolOps = []Def{
	{Name: "MaxPool", Doc: "MaxPool is the largest value in each window; NaN wins, unless it is skipped. Source: ONNX MaxPool.", New: func() ir.Op { return Pool{Fn: "MaxPool"} }, DTypes: number},
	{Name: "AveragePool", Doc: "AveragePool is the mean of each window. Source: ONNX AveragePool.", New: func() ir.Op { return Pool{Fn: "AveragePool"} }, DTypes: floats, ULP: 16},
	{Name: "LpPool", Doc: "LpPool is the p-norm of each window. Source: ONNX LpPool.", New: func() ir.Op { return Pool{Fn: "LpPool"} }, DTypes: floats, ULP: 16},
	{Name: "MaxUnpool", Doc: "MaxUnpool puts values back where a MaxPool found them, zeros elsewhere. Source: ONNX MaxUnpool.", New: func() ir.Op { return MaxUnpool{} }, DTypes: whole, Moves: true},
}

// Pool reduces windows of x [n, c, in…]. Fn is the op's name. Absent Strides and Dilations are 1, absent Pads 0; Pads
// are all begins, then all ends.
type Pool struct {
	Fn                               string `ir:"-"`
	Kernel, Strides, Pads, Dilations []int
	Same                             string // "upper" or "lower": padded to ceil(in/stride), the odd pad at the end or at the begin
	Ceil                             bool   // windows that only partly fit count
	CountPads                        bool   // AveragePool: padding counts as zeros
	P                                int    // LpPool: the norm, 0 means 2
	Indices                          bool   // MaxPool: a second output says where in x each value stood
	ColumnMajor                      bool   // MaxPool: within a plane, indices count the last axis slowest
	SkipNaN                          bool   // MaxPool: NaN counts for nothing; what is not above -Inf stands nowhere, at -1
}

// OpName is the function's name.
func (o Pool) OpName() string { return o.Fn }

func (o Pool) window(rank int) (window, error) {
	if rank < 1 || rank > 3 {
		return window{}, fmt.Errorf("the input has %d spatial axes, want 1 to 3", rank)
	}
	w, err := newWindow(rank, o.Kernel, o.Strides, o.Dilations, o.Pads, o.Same)
	w.ceil = o.Ceil
	return w, err
}

// Infer gives [n, c, out…], twice where the indices are wanted.
func (o Pool) Infer(x *ir.Inference) ([]ir.Type, error) {
	if err := wantTensors(x, 1, 1); err != nil {
		return nil, err
	}
	if err := wantDType(x, 0, Lookup(o.Fn).DTypes...); err != nil {
		return nil, err
	}
	if o.P < 0 || o.P > maxNorm {
		return nil, fmt.Errorf("p is %d, want 1 to %d", o.P, maxNorm)
	}
	t := x.Type(0)
	win, err := o.window(t.Rank() - 2)
	if err != nil {
		return nil, err
	}
	out := append([]ir.Dim{t.Shape[0], t.Shape[1]}, win.out(t.Shape[2:], x.Ranges())...)
	types := []ir.Type{ir.TensorType(t.DType, out...)}
	if o.Indices {
		types = append(types, ir.TensorType(ir.Int64, out...))
	}
	return types, nil
}

// maxNorm bounds a norm's exponent.
const maxNorm = 1 << 10

// Eval reduces window by window, in float64; integers exactly.
func (o Pool) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	x := in[0]
	win, err := o.window(len(x.Shape) - 2)
	if err != nil {
		return nil, err
	}
	geo := win.at(x.Shape[2:])
	shape := append(append([]int{}, x.Shape[:2]...), geo.out...)
	y, at := ir.NewTensor(x.DType, shape...), ir.NewTensor(ir.Int64, shape...)
	plane, inPlane := ir.NumElements(geo.out), ir.NumElements(geo.in)
	members := make([][]int, plane) // the input positions of each window, in order
	geo.reach(func(o, i, _ int) { members[o] = append(members[o], i) })
	counts := geo.counts(o.CountPads)
	for p := range x.Shape[0] * x.Shape[1] {
		for i, m := range members {
			to, base := p*plane+i, p*inPlane
			switch o.Fn {
			case "MaxPool":
				k := o.largest(x, base, m)
				if k < 0 {
					y.SetFloat(to, lowest(x.DType))
					at.SetInt(to, -1)
					continue
				}
				copyElem(y, to, x, base+k)
				at.SetInt(to, int64(base+o.place(k, geo.in)))
			case "AveragePool":
				sum := 0.0
				for _, k := range m {
					sum += x.Float(base + k)
				}
				y.SetFloat(to, sum/float64(max(counts[i], 1)))
			default:
				y.SetFloat(to, norm(x, base, m, max(o.P, 0)))
			}
		}
	}
	if o.Indices {
		return []*ir.Tensor{y, at}, nil
	}
	return result(y)
}

// largest is the member with the largest value, the first of equals; NaN is larger than all, or no member. It is -1
// without members.
func (o Pool) largest(x *ir.Tensor, base int, members []int) int {
	best := -1
	for _, k := range members {
		v := x.Float(base + k)
		if o.SkipNaN && x.DType.IsFloat() && !(v > math.Inf(-1)) {
			continue
		}
		if best < 0 {
			best = k
			continue
		}
		if b := x.Float(base + best); x.DType.IsInteger() && lessInt(x, base+best, base+k) || x.DType.IsFloat() && (v > b || v != v && b == b) {
			best = k
		}
	}
	return best
}

func lessInt(x *ir.Tensor, i, j int) bool {
	if x.DType == ir.Uint64 {
		return uint64(x.Int(i)) < uint64(x.Int(j))
	}
	return x.Int(i) < x.Int(j)
}

// lowest is what the largest of nothing is.
func lowest(d ir.DType) float64 {
	switch {
	case d.IsFloat():
		return math.Inf(-1)
	case d.Kind() == ir.KindInt:
		return -math.Ldexp(1, d.Bits()-1)
	}
	return 0
}

// copyElem copies one element as it is.
func copyElem(to *ir.Tensor, i int, from *ir.Tensor, j int) {
	if n := to.DType.Bits() / 8; n > 0 {
		copy(to.Data[i*n:(i+1)*n], from.Data[j*n:(j+1)*n])
		return
	}
	to.Strings[i] = from.Strings[j]
}

// place turns a row-major position in a plane into what the indices output tells.
func (o Pool) place(k int, in []int) int {
	if !o.ColumnMajor {
		return k
	}
	at := 0
	for i := len(in) - 1; i >= 0; i-- { // the last axis is the slowest
		step := ir.NumElements(in[:i])
		at += k % in[i] * step
		k /= in[i]
	}
	return at
}

// norm is the p-norm of a window's members.
func norm(x *ir.Tensor, base int, members []int, p int) float64 {
	if p == 0 {
		p = 2
	}
	sum := 0.0
	for _, k := range members {
		v := math.Abs(x.Float(base + k))
		power := v
		for range p - 1 {
			power *= v
		}
		sum += power
	}
	switch p {
	case 1:
		return sum
	case 2:
		return math.Sqrt(sum)
	}
	return exact.Pow(sum, 1/float64(p))
}

// counts gives how many positions each window has: within the plane, or within plane and padding.
func (g geometry) counts(pads bool) []int {
	counts := []int{1}
	for i, n := range g.out {
		next := make([]int, 0, len(counts)*n)
		for _, c := range counts {
			for o := range n {
				k := 0
				for t := range g.kernel[i] {
					at := o*g.strides[i] + t*g.dilations[i] - g.begin[i]
					if pads && at < g.in[i]+g.end[i] || !pads && at >= 0 && at < g.in[i] {
						k++
					}
				}
				next = append(next, c*k)
			}
		}
		counts = next
	}
	return counts
}

// Lower calls the function's kernel.
func (o Pool) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	x, y := in[0].Type, out[0].Type
	win, err := o.window(x.Rank() - 2)
	if err != nil {
		return nil, err
	}
	planes := ir.Int(x.Shape[0].Mul(x.Shape[1]))
	arg := win.arg(x.Shape[2:], y.Shape[2:])
	switch {
	case o.Fn == "AveragePool" && x.DType == ir.Float32 && o.isWhole(x.Shape[2:], y.Shape[2:]):
		return Reduce{Fn: "ReduceMean", Axes: spatialAxes(x.Rank())}.Lower(in, out)
	case o.Fn == "AveragePool":
		limits := ir.Nil()
		if o.CountPads {
			_, end := win.pads(x.Shape[2:])
			for i, d := range x.Shape[2:] {
				end[i] = end[i].Add(d)
			}
			limits = ir.Ints(end...)
		}
		if gathered, table, ok := o.gathered(x.DType); ok {
			return call("kernel.AveragePoolF32", ir.Out(0), ir.In(0), gathered, table, planes, limits, arg)
		}
		return call("kernel.AveragePool", ir.Out(0), ir.In(0), planes, limits, arg)
	case o.Fn == "LpPool":
		return o.lowerNorm(x.DType, planes, arg)
	case o.Indices:
		return call("kernel.MaxPoolIndices", ir.Out(0), ir.Out(1), ir.In(0), planes, ir.Flag(o.ColumnMajor), ir.Flag(o.skips(x.DType)), arg)
	}
	kernel := "kernel.MaxPool"
	if o.skips(x.DType) {
		kernel = "kernel.MaxPoolNumbers"
	}
	if gathered, table, ok := o.gathered(x.DType); ok {
		return call(kernel+"F32", ir.Out(0), ir.In(0), gathered, table, planes, arg)
	}
	return call(kernel, ir.Out(0), ir.In(0), planes, arg)
}

// skips reports whether there may be NaN to pass over.
func (o Pool) skips(d ir.DType) bool { return o.SkipNaN && d.IsFloat() }

// isWhole reports whether the one window covers all of a plane and nothing else.
func (o Pool) isWhole(in, out []ir.Dim) bool {
	for i, d := range in {
		if !d.Is(int64(o.Kernel[i])) || !out[i].Is(1) {
			return false
		}
	}
	// Of a single window that may reach beyond the plane, one as large as the plane does not if nothing is before it.
	return o.Same == "" && !slices.ContainsFunc(o.Pads, func(p int) bool { return p != 0 }) && !slices.ContainsFunc(o.Dilations, func(d int) bool { return d != 1 })
}

// spatialAxes are the axes after the second.
func spatialAxes(rank int) []int {
	axes := make([]int, rank-2)
	for i := range axes {
		axes[i] = i + 2
	}
	return axes
}

// gathered is room for what a strip of positions meets, and for where each tap finds it: for float32 and windows that
// are no plane of their own.
func (o Pool) gathered(t ir.DType) (floats, table ir.Arg, ok bool) {
	taps := int64(ir.NumElements(o.Kernel))
	floats, table = ir.Scratch(0, ir.Float32, ir.Const(planeFloats+8)), ir.Scratch(1, ir.Int64, ir.Const(taps))
	return floats, table, t == ir.Float32 && 16*taps <= planeFloats
}

// lowerNorm sums powers and takes the root, by a square root where that is the one.
func (o Pool) lowerNorm(d ir.DType, planes, arg ir.Arg) ([]ir.Call, error) {
	s, err := suffix(d)
	if err != nil {
		return nil, err
	}
	p := o.P
	if p == 0 {
		p = 2
	}
	calls := []ir.Call{{Kernel: "kernel.PowerPool", Args: []ir.Arg{ir.Out(0), ir.In(0), planes, ir.IntC(p), arg}}}
	switch p {
	case 1:
	case 2:
		calls = append(calls, ir.Call{Kernel: "kernel.Sqrt" + s, Args: []ir.Arg{ir.Out(0), ir.Out(0)}})
	default:
		root := ir.Weights(ir.FromFloats(d, []int{1}, []float64{1 / float64(p)}))
		calls = append(calls, ir.Call{Kernel: "kernel.Pow" + s + "Row", Args: []ir.Arg{ir.Out(0), ir.Out(0), root}})
	}
	return calls, nil
}
