package op

import (
	"fmt"

	"github.com/energeticc/energeticc/ir"
)

var mlLabelOps = []Def{
	{Name: "Relabel", Doc: "Relabel maps each element of x from keys to values, others to a default. Source: ONNX LabelEncoder, CategoryMapper.", New: func() ir.Op { return Relabel{} }, DTypes: labelTypes},
	{Name: "OneHotEncoder", Doc: "OneHotEncoder gives each element a row with 1 in its category's column. Source: ONNX OneHotEncoder.", New: func() ir.Op { return OneHotEncoder{} }, DTypes: []ir.DType{ir.String, ir.Int64}},
}

// labelTypes are the element types of labels.
var labelTypes = append([]ir.DType{ir.String, ir.Float32, ir.Float64}, ints...)

// Relabel maps each element of x by a table. Its inputs are x, the keys, a constant vector in ascending order without
// repetition and with NaN last, the values in the same order, and one element for all else. Any NaN is equal to NaN.
type Relabel struct{}

// OpName is Relabel.
func (Relabel) OpName() string { return "Relabel" }

// Infer takes the values' element type.
func (Relabel) Infer(x *ir.Inference) ([]ir.Type, error) {
	if err := wantTensors(x, 4, 4); err != nil {
		return nil, err
	}
	if err := wantKeys(x, 1); err != nil {
		return nil, err
	}
	if err := wantDType(x, 2, labelTypes...); err != nil {
		return nil, err
	}
	if err := wantSame(x, 2, 3); err != nil {
		return nil, err
	}
	if v, d := x.Type(2), x.Type(3); v.Rank() != 1 || !v.Shape[0].Equal(x.Type(1).Shape[0]) || !d.Len().Is(1) {
		return nil, fmt.Errorf("the values are %s and the default %s, want as many as keys and one", v, d)
	}
	return one(ir.TensorType(x.Type(2).DType, x.Type(0).Shape...))
}

// wantKeys checks that input i is a constant vector of x's element type in order.
func wantKeys(x *ir.Inference, i int) error {
	if err := wantDType(x, 0, labelTypes...); err != nil {
		return err
	}
	if err := wantSame(x, 0, i); err != nil {
		return err
	}
	keys := x.Const(i)
	if keys == nil || len(keys.Shape) != 1 {
		return fmt.Errorf("the keys are %s, want a constant vector", x.Type(i))
	}
	for k := 1; k < keys.Len(); k++ {
		if !LabelLess(keys, k-1, k) {
			return fmt.Errorf("keys %d and %d are not in ascending order", k-1, k)
		}
	}
	return nil
}

// LabelLess is the order of a Relabel's keys: NaN comes last.
func LabelLess(t *ir.Tensor, i, j int) bool {
	switch {
	case t.DType == ir.String:
		return t.Strings[i] < t.Strings[j]
	case t.DType.IsFloat():
		a, b := t.Float(i), t.Float(j)
		return a < b || a == a && b != b
	case t.DType.Kind() == ir.KindUint:
		return uint64(t.Int(i)) < uint64(t.Int(j))
	}
	return t.Int(i) < t.Int(j)
}

// findLabel is the position of element i of x among the keys, -1 if it is not there.
func findLabel(keys, x *ir.Tensor, i int) int {
	for k := range keys.Len() {
		switch {
		case x.DType == ir.String:
			if keys.Strings[k] == x.Strings[i] {
				return k
			}
		case x.DType.IsFloat():
			if a, b := keys.Float(k), x.Float(i); a == b || a != a && b != b {
				return k
			}
		case keys.Int(k) == x.Int(i):
			return k
		}
	}
	return -1
}

// Eval looks every element up.
func (Relabel) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	out := ir.NewTensor(in[2].DType, in[0].Shape...)
	for i := range out.Len() {
		from, at := in[2], findLabel(in[1], in[0], i)
		if at < 0 {
			from, at = in[3], 0
		}
		moveElems(out, i, from, at, 1)
	}
	return result(out)
}

// Lower looks every element up.
func (Relabel) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	return call("kernel.Relabel", ir.Out(0), ir.In(0), ir.In(1), ir.In(2), ir.In(3))
}

// OneHotEncoder gives each element of x, string or int64, a row of Width columns with 1 in that of its category. The
// other inputs are the categories, in a Relabel's order, and their columns, int32. An element of no category has a row
// of zeros, or is an error where Strict is set.
type OneHotEncoder struct {
	Width  int
	Strict bool
}

// OpName is OneHotEncoder.
func (OneHotEncoder) OpName() string { return "OneHotEncoder" }

// Infer adds an axis.
func (o OneHotEncoder) Infer(x *ir.Inference) ([]ir.Type, error) {
	if err := wantTensors(x, 3, 3); err != nil {
		return nil, err
	}
	if err := wantDType(x, 0, ir.String, ir.Int64); err != nil {
		return nil, err
	}
	if err := wantKeys(x, 1); err != nil {
		return nil, err
	}
	columns := x.Const(2)
	if columns == nil || columns.DType != ir.Int32 || columns.Len() != x.Const(1).Len() || len(columns.Shape) != 1 {
		return nil, fmt.Errorf("the columns are %s, want a constant i32 for each category", x.Type(2))
	}
	if o.Width < 1 || o.Width > maxTargets {
		return nil, fmt.Errorf("width is %d, want 1 to %d", o.Width, maxTargets)
	}
	for _, c := range columns.Ints() {
		if c < 0 || c >= int64(o.Width) {
			return nil, fmt.Errorf("a category has column %d of %d", c, o.Width)
		}
	}
	shape := append([]ir.Dim{}, x.Type(0).Shape...)
	return one(ir.TensorType(ir.Float32, append(shape, ir.Const(int64(o.Width)))...))
}

// Eval looks every element up.
func (o OneHotEncoder) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	out := ir.NewTensor(ir.Float32, append(append([]int{}, in[0].Shape...), o.Width)...)
	for i := range in[0].Len() {
		at := findLabel(in[1], in[0], i)
		switch {
		case at >= 0:
			out.SetFloat(i*o.Width+int(in[2].Int(at)), 1)
		case o.Strict:
			return nil, fmt.Errorf("element %d is of no known category", i)
		}
	}
	return result(out)
}

// Lower looks every element up.
func (o OneHotEncoder) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	c := ir.Call{Kernel: "kernel.OneHotEncoder", Args: []ir.Arg{ir.Out(0), ir.In(0), ir.In(1), ir.In(2), ir.IntC(o.Width)}}
	if o.Strict {
		c.Kernel = "kernel.OneHotEncoderStrict"
		c.Fault = &ir.Fault{Text: "an element is of no known category", Arg: 1}
	}
	return []ir.Call{c}, nil
}
