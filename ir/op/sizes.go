package op

import (
	"fmt"

	"github.com/energeticc/energeticc/ir"
)

// Sizes writes Values, sizes that shapes determine, as a tensor of DType: a scalar where Shape is empty, a vector
// where it has one number. It has no inputs, so that arithmetic on shapes keeps no tensor alive.
type Sizes struct {
	Values []ir.Dim
	DType  ir.DType
	Shape  []int
}

// OpName is Sizes.
func (Sizes) OpName() string { return "Sizes" }

// SubstituteDims replaces symbols in the sizes.
func (o Sizes) SubstituteDims(env map[string]ir.Dim) ir.Op {
	o.Values = substituteAll(o.Values, env)
	return o
}

// Infer knows the contents.
func (o Sizes) Infer(x *ir.Inference) ([]ir.Type, error) {
	if err := want(x, 0, 0); err != nil {
		return nil, err
	}
	if !o.DType.IsInteger() && o.DType != ir.Bool {
		return nil, unsupported(o.DType)
	}
	if !fits(o.Shape, len(o.Values)) {
		return nil, fmt.Errorf("%d sizes for shape %v", len(o.Values), o.Shape)
	}
	x.SetElems(0, o.Values)
	return one(ir.TensorType(o.DType, ir.ConstDims(o.Shape)...))
}

// Eval writes sizes that are numbers.
func (o Sizes) Eval([]*ir.Tensor) ([]*ir.Tensor, error) {
	out := ir.NewTensor(o.DType, o.Shape...)
	for i, d := range o.Values {
		v, ok := d.IsConst()
		if !ok {
			return nil, fmt.Errorf("size %s is not known", d)
		}
		out.SetInt(i, v)
	}
	return result(out)
}

// Lower writes the sizes.
func (o Sizes) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	if o.DType == ir.Bool {
		return call("kernel.SetTruths", ir.Out(0), ir.Ints(o.Values...))
	}
	return call("kernel.SetSizes", ir.Out(0), ir.Ints(o.Values...))
}

// Bounds computes sizes, or numbers that sizes depend on, from integers that only a run knows. Its output is a vector
// of int64 whose elements are data symbols: ops after it use them as dims. Fn says what is computed:
//
//	size      (v)                          each element of v, at least 0
//	signed    (v)                          each element of v as plus - minus: the pluses, then the minuses
//	reshape   (x, shape)                   the shape that x gets: -1 is what is left, and 0, unless Zero, x's own size
//	squeeze   (x, axes)                    the shape of x without axes of length 1
//	unsqueeze (x, axes)                    the shape of x with axes of length 1 put in
//	chosen    (x, axes)                    for each axis of x 1 if it is among the axes, else 0
//	slice     (x, start, end, axes, step)  for each axis of x the begin, then the sizes, then the steps' pluses and minuses
//	pad       (x, pads, axes)              for each axis of x what comes before it, pluses and minuses, then the padded size
//
// Axes and step may be absent. Symbols are never negative, hence the pluses and minuses.
type Bounds struct {
	Fn   string
	Zero bool
}

// OpName is Bounds.
func (Bounds) OpName() string { return "Bounds" }

// HasEffect keeps the op, which binds symbols, though nobody uses its output.
func (Bounds) HasEffect() bool { return true }

// boundsFn is what a function of Bounds is made of.
type boundsFn struct {
	least, most int
	groups      int // how many numbers a call of the kernel gives
	eval        func(o Bounds, in []*ir.Tensor) ([]int, error)
	kernel      string
	fault       string
	at          int // the argument of the kernel that a fault counts in
}

// boundsFns are the functions of Bounds. A kernel takes the integers, x's shape and the number's place in its group,
// and returns that number for each group.
var boundsFns = map[string]boundsFn{
	"size":      {1, 1, 1, evalSizes, "kernel.SizeAt", "size is negative or too large", 0},
	"signed":    {1, 1, 2, evalSigned, "kernel.SignedAt", "number is too large", 0},
	"reshape":   {2, 2, 1, evalReshape, "kernel.ReshapeSize", "the shape does not fit the data", 0},
	"squeeze":   {2, 2, 1, evalSqueeze, "kernel.SqueezeSize", "axis is out of range, given twice or not of length 1", 0},
	"unsqueeze": {2, 2, 1, evalUnsqueeze, "kernel.UnsqueezeSize", "axis is out of range or given twice", 0},
	"chosen":    {2, 2, 1, evalChosen, "kernel.AxisChosen", "axis is out of range or given twice", 0},
	"slice":     {3, 5, 4, evalSlice, "kernel.SliceBounds", "axis is out of range or step is 0", 0},
	"pad":       {2, 3, 3, evalPad, "kernel.PadBounds", "axis is out of range, or padding takes or gives too much", 0},
}

// maxBounds bounds the numbers that one tensor gives.
const maxBounds = 64

// Infer makes a symbol of each number.
func (o Bounds) Infer(x *ir.Inference) ([]ir.Type, error) {
	f, ok := boundsFns[o.Fn]
	if !ok {
		return nil, fmt.Errorf("no function %q", o.Fn)
	}
	if err := wantTensors(x, f.least, f.most); err != nil {
		return nil, err
	}
	for i := min(f.most-1, 1); i < len(x.In); i++ {
		if x.Has(i) {
			if err := wantDType(x, i, indexTypes...); err != nil {
				return nil, err
			}
		}
	}
	group, err := o.group(x)
	if err != nil {
		return nil, err
	}
	var elems []ir.Dim
	for range f.groups * group {
		elems = append(elems, x.Fresh("size"))
	}
	x.SetElems(0, elems)
	return one(ir.TensorType(ir.Int64, ir.Const(int64(len(elems)))))
}

// group is how many numbers there are of each sort.
func (o Bounds) group(x *ir.Inference) (int, error) {
	last := len(x.In) - 1
	n, ok := x.Type(min(last, 1)).Len().IsConst()
	if !ok || n > maxBounds {
		return 0, fmt.Errorf("%s gives sizes; want a scalar, or a vector of a known length up to %d", x.Type(min(last, 1)), maxBounds)
	}
	rank := x.Type(0).Rank()
	switch o.Fn {
	case "squeeze":
		if int(n) > rank {
			return 0, fmt.Errorf("%d axes of a tensor of rank %d", n, rank)
		}
		return rank - int(n), nil
	case "unsqueeze":
		return rank + int(n), nil
	case "chosen":
		return rank, nil
	case "slice", "pad":
		return rank, o.vectors(x, int(n), rank)
	}
	return int(n), nil
}

// vectors checks that the vectors beside each other have as many elements.
func (o Bounds) vectors(x *ir.Inference, n, rank int) error {
	if o.Fn == "pad" {
		if n%2 != 0 {
			return fmt.Errorf("%d pads, want two for each axis", n)
		}
		n /= 2
		if !x.Has(2) && n != rank {
			return fmt.Errorf("pads for %d axes, want %d", n, rank)
		}
	} else if !x.Has(3) && n > rank {
		return fmt.Errorf("%d starts for a tensor of rank %d", n, rank)
	}
	for i := 2; i < len(x.In); i++ {
		if x.Has(i) && !x.Type(i).Len().Is(int64(n)) {
			return fmt.Errorf("input %d has %s elements, want %d", i, x.Type(i).Len(), n)
		}
	}
	return nil
}

// Eval computes the numbers.
func (o Bounds) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	v, err := boundsFns[o.Fn].eval(o, in)
	if err != nil {
		return nil, err
	}
	out := ir.NewTensor(ir.Int64, len(v))
	for i, n := range v {
		out.SetInt(i, int64(n))
	}
	return result(out)
}

// Lower binds the symbols, then writes them.
func (o Bounds) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	f := boundsFns[o.Fn]
	elems := out[0].Elems
	group := len(elems) / f.groups
	var calls []ir.Call
	for i := range group {
		var bind []string
		for k := range f.groups {
			s, _ := elems[k*group+i].IsSym() // "" where the number has turned out to be known
			bind = append(bind, s)
		}
		calls = append(calls, ir.Call{Kernel: f.kernel, Args: o.args(f, in, i), Bind: bind, Fault: &ir.Fault{Text: f.fault, Arg: f.at}})
	}
	return append(calls, ir.Call{Kernel: "kernel.SetSizes", Args: []ir.Arg{ir.Out(0), ir.Ints(elems...)}}), nil
}

func (o Bounds) args(f boundsFn, in []*ir.Value, i int) []ir.Arg {
	if f.most == 1 {
		return []ir.Arg{ir.In(0), ir.IntC(i)}
	}
	var args []ir.Arg
	for k := 1; k < f.most; k++ {
		if k < len(in) && in[k] != nil {
			args = append(args, ir.In(k))
		} else {
			args = append(args, ir.Nil())
		}
	}
	args = append(args, ir.Ints(in[0].Type.Shape...), ir.IntC(i))
	if o.Fn == "reshape" {
		args = append(args, ir.Flag(o.Zero))
	}
	return args
}
