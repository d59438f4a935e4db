package op

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/energeticc/energeticc/ir"
)

var mlMapOps = []Def{
	{Name: "ZipMap", Doc: "ZipMap makes a map of each row, with the same keys. Source: ONNX ZipMap.", New: func() ir.Op { return ZipMap{} }, DTypes: []ir.DType{ir.Float32}},
	{Name: "DictVectorizer", Doc: "DictVectorizer makes a row of the values that a map has for a list of keys. Source: ONNX DictVectorizer.", New: func() ir.Op { return DictVectorizer{} }},
	{Name: "CastMap", Doc: "CastMap makes a row of a map's values, in the order of their keys or at the place that a key names. Source: ONNX CastMap.", New: func() ir.Op { return CastMap{} }},
}

// ZipMap makes a map of each row of x, float32 [rows, n], whose keys are the second input: a constant vector of n
// strings or int64.
type ZipMap struct{}

// OpName is ZipMap.
func (ZipMap) OpName() string { return "ZipMap" }

// Infer gives a sequence of maps.
func (ZipMap) Infer(x *ir.Inference) ([]ir.Type, error) {
	if err := wantTensors(x, 2, 2); err != nil {
		return nil, err
	}
	if err := wantDType(x, 1, ir.String, ir.Int64); err != nil {
		return nil, err
	}
	t, k := x.Type(0), x.Type(1)
	if n, ok := k.Len().IsConst(); t.DType != ir.Float32 || t.Rank() != 2 || k.Rank() != 1 || !ok || n < 1 {
		return nil, fmt.Errorf("the values are %s and the keys %s, want f32[rows, n] and a vector of n", t, k)
	}
	if _, err := x.Equal(t.Shape[1], k.Shape[0], "rows and keys have different lengths"); err != nil {
		return nil, err
	}
	return one(ir.SequenceType(ir.MapType(k.DType, ir.TensorType(ir.Float32))))
}

// Eval makes map by map. Of equal keys the last one's value stays.
func (ZipMap) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	keys, n := in[1], in[1].Len()
	mapType := ir.MapType(keys.DType, ir.TensorType(ir.Float32))
	seqType := ir.SequenceType(mapType)
	var last []int
	for i := range n {
		if !slices.ContainsFunc(last, func(k int) bool { return findLabel(keys, keys, k) == findLabel(keys, keys, i) }) {
			last = append(last, i)
		}
	}
	names := ir.NewTensor(keys.DType, len(last))
	for at, i := range last {
		moveElems(names, at, keys, i, 1)
		for j := i; j < n; j++ {
			if findLabel(keys, keys, j) == i {
				last[at] = j
			}
		}
	}
	out := &ir.Tensor{Type: &seqType}
	for r := range in[0].Shape[0] {
		m := &ir.Tensor{Type: &mapType, Keys: names}
		for _, i := range last {
			m.Elems = append(m.Elems, ir.Scalar(ir.Float32, in[0].Float(r*n+i)))
		}
		out.Elems = append(out.Elems, m)
	}
	return result(out)
}

// Lower makes map by map.
func (ZipMap) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	return call("kernel.ZipMap", ir.Out(0), ir.In(0), ir.In(1))
}

// wantMap checks that the first input is a map of scalars.
func wantMap(x *ir.Inference) (key, value ir.DType, err error) {
	t := x.Type(0)
	if t.Kind != ir.KindMap || t.Elem == nil || !t.Elem.IsTensor() {
		return 0, 0, fmt.Errorf("input 0 is %s, want a map of numbers or strings", t)
	}
	return t.Key, t.Elem.DType, nil
}

// DictVectorizer makes a row, [1, n], of what a map has for each of n keys, the second input; 0 or an empty string
// where it has nothing.
type DictVectorizer struct{}

// OpName is DictVectorizer.
func (DictVectorizer) OpName() string { return "DictVectorizer" }

// Infer takes the element type of the map's values.
func (DictVectorizer) Infer(x *ir.Inference) ([]ir.Type, error) {
	if err := want(x, 2, 2); err != nil {
		return nil, err
	}
	key, value, err := wantMap(x)
	if err != nil {
		return nil, err
	}
	if k := x.Type(1); !k.IsTensor() || k.Rank() != 1 || k.DType != key {
		return nil, fmt.Errorf("the keys are %s, want a vector of %s", k, key)
	}
	return one(ir.TensorType(value, ir.Const(1), x.Type(1).Shape[0]))
}

// Eval looks every key up.
func (DictVectorizer) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	out := ir.NewTensor(in[0].Type.Elem.DType, 1, in[1].Len())
	for i := range in[1].Len() {
		if at := findLabel(in[0].Keys, in[1], i); at >= 0 {
			moveElems(out, i, in[0].Elems[at], 0, 1)
		}
	}
	return result(out)
}

// Lower looks every key up.
func (DictVectorizer) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	return call("kernel.DictVectorizer", ir.Out(0), ir.In(0), ir.In(1))
}

// CastMap makes a row of the values of a map from int64 to float32 or string, converted to To: float32, int64 or
// string. The row has a value for each key in ascending order, or, where Sparse is set, Width places that keys name,
// filled with 0 where there is no key; keys beyond are left out. Among strings, 0 is "0.f" if the map has numbers, as
// ONNX Runtime has it, and empty if it has strings.
type CastMap struct {
	To     ir.DType
	Sparse bool
	Width  int
}

// OpName is CastMap.
func (CastMap) OpName() string { return "CastMap" }

// Infer gives [1, Width], or [1, n] where the map's size n is known at run time only.
func (o CastMap) Infer(x *ir.Inference) ([]ir.Type, error) {
	if err := want(x, 1, 1); err != nil {
		return nil, err
	}
	key, value, err := wantMap(x)
	if err != nil {
		return nil, err
	}
	if key != ir.Int64 || value != ir.Float32 && value != ir.String {
		return nil, fmt.Errorf("input 0 is %s, want map(i64, f32[]) or map(i64, string[])", x.Type(0))
	}
	if o.To != ir.Float32 && o.To != ir.Int64 && o.To != ir.String {
		return nil, fmt.Errorf("result is %s, want f32, i64 or string", o.To)
	}
	n := ir.Const(int64(o.Width))
	switch {
	case !o.Sparse:
		n = x.Fresh("entries")
	case o.Width < 0 || o.Width > maxTargets:
		return nil, fmt.Errorf("width is %d, want 0 to %d", o.Width, maxTargets)
	}
	return one(ir.TensorType(o.To, ir.Const(1), n))
}

// Eval orders the entries by key.
func (o CastMap) Eval(in []*ir.Tensor) ([]*ir.Tensor, error) {
	keys := in[0].Keys.Ints()
	order := make([]int, len(keys))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int { return int(truth(keys[i] > keys[j]) - truth(keys[i] < keys[j])) })
	n := len(order)
	if o.Sparse {
		n = o.Width
	}
	out := ir.NewTensor(o.To, 1, n)
	for i := range out.Strings {
		out.Strings[i] = padText(in[0].Type.Elem.DType)
	}
	for at, i := range order {
		if o.Sparse {
			if keys[i] < 0 {
				return nil, fmt.Errorf("key %d is negative", keys[i])
			}
			if keys[i] >= int64(n) {
				continue
			}
			at = int(keys[i])
		}
		if err := o.convert(out, at, in[0].Elems[i]); err != nil {
			return nil, err
		}
	}
	return result(out)
}

// padText fills a sparse row of strings, of a map with values of that type.
func padText(from ir.DType) string {
	if from == ir.String {
		return ""
	}
	return "0.f"
}

// convert writes a map's value to an element.
func (o CastMap) convert(out *ir.Tensor, at int, v *ir.Tensor) error {
	switch from := v.DType; {
	case from == o.To:
		moveElems(out, at, v, 0, 1)
	case from == ir.Float32 && o.To == ir.String:
		out.Strings[at] = strconv.FormatFloat(v.Float(0), 'f', 6, 64)
	case from == ir.Float32:
		out.SetInt(at, ir.CutToInt(v.Float(0)))
	case o.To == ir.Float32:
		f, err := strconv.ParseFloat(v.Strings[0], 32)
		if err != nil {
			return err
		}
		out.SetFloat(at, f)
	default:
		i, err := strconv.ParseInt(v.Strings[0], 10, 64)
		if err != nil {
			return err
		}
		out.SetInt(at, i)
	}
	return nil
}

// Lower converts entry by entry.
func (o CastMap) Lower(in, out []*ir.Value) ([]ir.Call, error) {
	from := in[0].Type.Elem.DType
	convert := ir.Func("kernel.EntryKeep", from)
	switch {
	case from == ir.Float32 && o.To == ir.String:
		convert = ir.Func("kernel.EntryText")
	case from == ir.Float32 && o.To == ir.Int64:
		convert = ir.Func("kernel.EntryCut")
	case from == ir.String && o.To == ir.Float32:
		convert = ir.Func("kernel.EntryFloat")
	case from == ir.String && o.To == ir.Int64:
		convert = ir.Func("kernel.EntryInt")
	}
	fault := &ir.Fault{Text: "a value of the map is no number", Arg: -1}
	if o.Sparse {
		pad := ir.Num(o.To, 0)
		if o.To == ir.String {
			pad = ir.Text(padText(from))
		}
		fault.Text = "a key of the map is negative or a value no number"
		return []ir.Call{{Kernel: "kernel.CastMapSparse", Args: []ir.Arg{ir.Out(0), ir.In(0), pad, convert}, Fault: fault}}, nil
	}
	n := out[0].Type.Shape[1]
	symbol, ok := n.IsSym()
	if !ok {
		return nil, fmt.Errorf("the row has %s elements, want a size of its own", n)
	}
	return []ir.Call{
		{Kernel: "kernel.MapLen", Args: []ir.Arg{ir.In(0)}, Bind: []string{symbol}},
		{Kernel: "kernel.CastMapDense", Args: []ir.Arg{ir.Out(0), ir.In(0), ir.Scratch(0, ir.Int64, n), convert}, Fault: fault},
	}, nil
}
