package op

import (
	"slices"

	"github.com/energeticc/energeticc/ir"
)

// Lower adds up into the result itself or, where a wider type is needed, into scratch, and then finishes the sums.
func (o Reduce) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	f := reduceByName(o.Fn)
	d := in[0].Type.DType
	groups, last, n := o.groups(in[0].Type.Shape)
	if len(in) > 1 {
		groups, last, n = chosenGroups(in[0].Type.Shape, in[1].Elems)
	}
	length := out[0].Type.Len()
	if o.Fn == "ReduceLogSumExp" {
		return call(f.kernel, ir.Out(0), ir.In(0), ir.Scratch(0, ir.Float64, length.Mul(ir.Const(2))), ir.Ints(groups...), ir.Flag(last))
	}
	kernel := f.kernel
	switch {
	case d == ir.Bool && o.Fn == "ReduceMax":
		kernel = "kernel.ReduceAny"
	case d == ir.Bool:
		kernel = "kernel.ReduceAll"
	case o.Fn == "ReduceL1" && d.Kind() == ir.KindUint:
		kernel = "kernel.ReduceSum"
	}
	acc, finish := ir.Out(0), f.finish
	switch {
	case d == ir.Float32 && !f.whole && last: // rows are added up in float64; columns row by row, as other runtimes do
		acc = ir.Scratch(0, ir.Float64, length)
		if finish == "" {
			finish = "kernel.SumResult"
		}
	case d.IsInteger() && finish != "":
		wide := ir.Int64
		if d.Kind() == ir.KindUint {
			wide = ir.Uint64
		}
		acc, finish = ir.Scratch(0, wide, length), "kernel.SumMeanInt"
	}
	calls := []ir.Call{{Kernel: kernel, Args: []ir.Arg{acc, ir.In(0), ir.Ints(groups...), ir.Flag(last)}}}
	if finish == "" {
		return calls, nil
	}
	args := []ir.Arg{ir.Out(0), acc}
	if o.Fn == "ReduceMean" {
		args = append(args, ir.Int(n))
	}
	return append(calls, ir.Call{Kernel: finish, Args: args}), nil
}

// groups joins neighbouring axes that are all reduced or all kept; last tells whether the last group is reduced, and
// n is how many elements are folded into one.
func (o Reduce) groups(shape []ir.Dim) (groups []ir.Dim, last bool, n ir.Dim) {
	n = ir.Const(1)
	for i, d := range shape {
		reduced := slices.Contains(o.Axes, i)
		if reduced {
			n = n.Mul(d)
		}
		switch k := len(groups); {
		case d.Is(1):
			continue
		case k > 0 && last == reduced:
			groups[k-1] = groups[k-1].Mul(d)
		default:
			groups = append(groups, d)
		}
		last = reduced
	}
	return groups, last, n
}

// chosenGroups makes of each axis a group that is kept and one that is reduced, one of which has length 1: chosen says
// which.
func chosenGroups(shape, chosen []ir.Dim) (groups []ir.Dim, last bool, n ir.Dim) {
	n = ir.Const(1)
	for i, d := range shape {
		if d.Is(1) {
			continue
		}
		reduced := unless(ir.Const(1).Sub(chosen[i]), d)
		n = n.Mul(reduced)
		groups = append(groups, unless(chosen[i], d), reduced)
	}
	return groups, true, n
}

// unless is d where the truth value c is 0, and 1 where it is 1.
func unless(c, d ir.Dim) ir.Dim { return d.Add(c).Sub(c.Mul(d)) }
