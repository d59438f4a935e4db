package op

import (
	"fmt"
	"sort"

	"github.com/energeticc/energeticc/ir"
)

var selectOps = []Def{
	{Name: "NonZero", Doc: "NonZero lists the places of the elements that are not zero. Source: ONNX NonZero.", New: func() ir.Op { return NonZero{} }, DTypes: append(append([]ir.DType{}, bools...), number...)},
	{Name: "Compress", Doc: "Compress keeps the entries along Axis where a condition holds. Source: ONNX Compress.", New: func() ir.Op { return Compress{} }, DTypes: whole, Moves: true},
	{Name: "Unique", Doc: "Unique is the distinct entries along Axis, with where they were. Source: ONNX Unique.", New: func() ir.Op { return Unique{} }, DTypes: append(append([]ir.DType{}, number...), ir.String)},
}

// evalWhole computes an op whose inputs are all constants while its types are inferred: then nothing about its shapes
// is left to a run.
func evalWhole(x *ir.Inference, o ir.Evaluator) ([]ir.Type, bool) {
	in := make([]*ir.Tensor, len(x.In))
	for i := range in {
		if in[i] = x.Const(i); in[i] == nil {
			return nil, false
		}
	}
	out, err := o.Eval(in)
	if err != nil {
		return nil, false
	}
	types := make([]ir.Type, len(out))
	for i, t := range out {
		types[i] = t.TypeOf()
	}
	return types, true
}

// bindSymbol says that a call's result is the size d; a size that is known already needs no call.
func bindSymbol(c ir.Call, d ir.Dim) []ir.Call {
	s, ok := d.IsSym()
	if !ok {
		return nil
	}
	c.Bind = []string{s}
	return []ir.Call{c}
}

// NonZero lists the elements that are not zero, in row-major order: column i of the output is the place of the i-th.
type NonZero struct{}

// OpName is NonZero.
func (NonZero) OpName() string { return "NonZero" }

// Infer gives a matrix of places; their count is bound at run time.
func (o NonZero) Infer(x *ir.Inference) ([]ir.Type, error) {
	if err := wantTensors(x, 1, 1); err != nil {
		return nil, err
	}
	if err := wantDType(x, 0, append([]ir.DType{ir.Bool}, number...)...); err != nil {
		return nil, err
	}
	if types, ok := evalWhole(x, o); ok {
		return types, nil
	}
	return one(ir.TensorType(ir.Int64, ir.Const(int64(x.Type(0).Rank())), x.Fresh("nonzero")))
}

// Eval lists places.
func (NonZero) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	t := in[0]
	var found [][]int
	each(t.Shape, func(i int, at []int) {
		if t.Float(i) != 0 {
			found = append(found, append([]int{}, at...))
		}
	})
	out := ir.NewTensor(ir.Int64, len(t.Shape), len(found))
	for i, at := range found {
		for a, k := range at {
			out.SetInt(a*len(found)+i, int64(k))
		}
	}
	return result(out)
}

// Lower counts, then lists.
func (NonZero) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	count, list := "kernel.CountNonZero", "kernel.NonZero"
	calls := bindSymbol(ir.Call{Kernel: count, Args: []ir.Arg{ir.In(0)}}, out[0].Type.Shape[1])
	return append(calls, ir.Call{Kernel: list, Args: []ir.Arg{ir.Out(0), ir.In(0), ir.Ints(in[0].Type.Shape...)}}), nil
}

// Compress keeps the entries along Axis (0 ≤ Axis < rank) where the condition (input 1), a vector, holds; entries
// beyond its end are dropped.
type Compress struct{ Axis int }

// OpName is Compress.
func (Compress) OpName() string { return "Compress" }

// Infer binds the axis's length at run time.
func (o Compress) Infer(x *ir.Inference) ([]ir.Type, error) {
	if err := wantTensors(x, 2, 2); err != nil {
		return nil, err
	}
	if err := wantDType(x, 1, ir.Bool); err != nil {
		return nil, err
	}
	t := x.Type(0)
	if o.Axis < 0 || o.Axis >= t.Rank() {
		return nil, fmt.Errorf("axis %d out of range for rank %d", o.Axis, t.Rank())
	}
	if types, ok := evalWhole(x, o); ok {
		return types, nil
	}
	shape := append([]ir.Dim{}, t.Shape...)
	shape[o.Axis] = x.Fresh("kept")
	return one(ir.TensorType(t.DType, shape...))
}

// Eval moves entry by entry.
func (o Compress) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	t := in[0]
	n := t.Shape[o.Axis]
	var kept []int64
	for i, c := range in[1].Bools() {
		if c && i < n {
			kept = append(kept, int64(i))
		}
	}
	return Gather(o).Eval([]*ir.Tensor{t, ir.OfInts(kept...)})
}

// Lower counts, then copies.
func (o Compress) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	s := in[0].Type.Shape
	n := s[o.Axis]
	calls := bindSymbol(ir.Call{Kernel: "kernel.CountTrue", Args: []ir.Arg{ir.In(1), ir.Int(n)}}, out[0].Type.Shape[o.Axis])
	return append(calls, ir.Call{Kernel: "kernel.Compress", Args: []ir.Arg{ir.Out(0), ir.In(0), ir.In(1),
		ir.Int(ir.Product(s[:o.Axis]...)), ir.Int(n), ir.Int(ir.Product(s[o.Axis+1:]...))}}), nil
}

// Unique is the distinct entries along Axis (0 ≤ Axis < rank), sorted or in the order of their first occurrence. The
// other outputs are where each occurs first, which of them each input entry is, and how often each occurs. NaN equals
// NaN and comes last.
type Unique struct {
	Axis   int
	Sorted bool
}

// OpName is Unique.
func (Unique) OpName() string { return "Unique" }

// Infer binds the count at run time.
func (o Unique) Infer(x *ir.Inference) ([]ir.Type, error) {
	if err := wantTensors(x, 1, 1); err != nil {
		return nil, err
	}
	if err := wantDType(x, 0, append([]ir.DType{ir.String}, number...)...); err != nil {
		return nil, err
	}
	t := x.Type(0)
	if o.Axis < 0 || o.Axis >= t.Rank() {
		return nil, fmt.Errorf("axis %d out of range for rank %d", o.Axis, t.Rank())
	}
	if types, ok := evalWhole(x, o); ok {
		return types, nil
	}
	count := x.Fresh("unique")
	shape := append([]ir.Dim{}, t.Shape...)
	shape[o.Axis] = count
	return []ir.Type{ir.TensorType(t.DType, shape...), ir.TensorType(ir.Int64, count),
		ir.TensorType(ir.Int64, t.Shape[o.Axis]), ir.TensorType(ir.Int64, count)}, nil
}

// compareEntries orders two entries along an axis element by element.
func compareEntries(t *ir.Tensor, axis, i, j int) int {
	n := t.Shape[axis]
	outer, inner := ir.NumElements(t.Shape[:axis]), ir.NumElements(t.Shape[axis+1:])
	for b := range outer {
		for k := range inner {
			if c := compareElems(t, (b*n+i)*inner+k, (b*n+j)*inner+k); c != 0 {
				return c
			}
		}
	}
	return 0
}

func compareElems(t *ir.Tensor, i, j int) int {
	less := func(i, j int) bool {
		switch {
		case t.DType == ir.String:
			return t.Strings[i] < t.Strings[j]
		case t.DType.Kind() == ir.KindUint:
			return uint64(t.Int(i)) < uint64(t.Int(j))
		case t.DType.IsInteger():
			return t.Int(i) < t.Int(j)
		}
		a, b := t.Float(i), t.Float(j)
		return a < b || a == a && b != b
	}
	switch {
	case less(i, j):
		return -1
	case less(j, i):
		return 1
	}
	return 0
}

// Eval sorts the entries' numbers.
func (o Unique) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	t := in[0]
	n := t.Shape[o.Axis]
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	sort.SliceStable(order, func(a, b int) bool { return compareEntries(t, o.Axis, order[a], order[b]) < 0 })
	var groups [][]int
	for k, i := range order {
		if k == 0 || compareEntries(t, o.Axis, order[k-1], i) != 0 {
			groups = append(groups, nil)
		}
		groups[len(groups)-1] = append(groups[len(groups)-1], i)
	}
	if !o.Sorted {
		sort.Slice(groups, func(a, b int) bool { return groups[a][0] < groups[b][0] })
	}
	first, inverse, counts := []int64{}, make([]int64, n), []int64{}
	for g, members := range groups {
		first, counts = append(first, int64(members[0])), append(counts, int64(len(members)))
		for _, i := range members {
			inverse[i] = int64(g)
		}
	}
	y, err := Gather{Axis: o.Axis}.Eval([]*ir.Tensor{t, ir.OfInts(first...)})
	if err != nil {
		return nil, err
	}
	return []*ir.Tensor{y[0], ir.OfInts(first...), ir.OfInts(inverse...), ir.OfInts(counts...)}, nil
}

// Lower groups the entries in scratch, then writes each output.
func (o Unique) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	s := in[0].Type.Shape
	n := s[o.Axis]
	outer, inner := ir.Product(s[:o.Axis]...), ir.Product(s[o.Axis+1:]...)
	order, first, group := ir.Scratch(0, ir.Int64, n), ir.Scratch(1, ir.Int64, n), ir.Scratch(2, ir.Int64, n)
	count := out[1].Type.Shape[0]
	grouped := ir.Call{Kernel: "kernel.UniqueGroups", Args: []ir.Arg{order, first, group, ir.In(0),
		ir.Int(outer), ir.Int(n), ir.Int(inner), ir.Flag(o.Sorted)}}
	if s, ok := count.IsSym(); ok {
		grouped.Bind = []string{s}
	}
	return []ir.Call{
		grouped,
		{Kernel: "kernel.UniqueEntries", Args: []ir.Arg{ir.Out(0), ir.In(0), first.At(ir.Dim{}, count), ir.Int(outer), ir.Int(n), ir.Int(inner)}},
		{Kernel: "kernel.Move", Args: []ir.Arg{ir.Out(1), first.At(ir.Dim{}, count)}},
		{Kernel: "kernel.Move", Args: []ir.Arg{ir.Out(2), group}},
		{Kernel: "kernel.CountGroups", Args: []ir.Arg{ir.Out(3), group}},
	}, nil
}
