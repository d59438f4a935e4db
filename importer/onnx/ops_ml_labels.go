package onnx

import (
	"errors"
	"fmt"
	"sort"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/ir/op"
)

var mlLabelRows = []row{
	{"LabelEncoder", 1, labelEncoder1},
	{"LabelEncoder", 2, labelEncoder2},
	{"LabelEncoder", 4, labelEncoder},
	{"CategoryMapper", 1, categoryMapper},
	{"OneHotEncoder", 1, oneHotEncoder},
	{"ZipMap", 1, zipMap},
	{"DictVectorizer", 1, dictVectorizer},
	{"CastMap", 1, castMap},
}

// sorted orders keys, NaN last, with what stands beside them. Of equal keys the first stays, or the last.
func sorted(keys, values *ir.Tensor, last bool) (*ir.Tensor, *ir.Tensor) {
	order := make([]int, keys.Len())
	for i := range order {
		order[i] = i
	}
	sort.SliceStable(order, func(a, b int) bool { return op.LabelLess(keys, order[a], order[b]) })
	var kept []int
	for _, i := range order {
		switch k := len(kept) - 1; {
		case k < 0 || op.LabelLess(keys, kept[k], i):
			kept = append(kept, i)
		case last:
			kept[k] = i
		}
	}
	return picked(keys, kept), picked(values, kept)
}

// picked is a vector's elements at the given places.
func picked(t *ir.Tensor, at []int) *ir.Tensor {
	out := ir.NewTensor(t.DType, len(at))
	for k, i := range at {
		switch {
		case t.DType == ir.String:
			out.Strings[k] = t.Strings[i]
		case t.DType.IsFloat():
			out.SetFloat(k, t.Float(i))
		default:
			out.SetInt(k, t.Int(i))
		}
	}
	return out
}

// relabel maps the only input by a table.
func (n *node) relabel(keys, values, otherwise *ir.Tensor, last bool) ([]*ir.Value, error) {
	if err := n.arity(1, 1); err != nil {
		return nil, err
	}
	if n.err != nil {
		return nil, n.err
	}
	if keys.Len() != values.Len() {
		return nil, fmt.Errorf("%d keys and %d values, want as many", keys.Len(), values.Len())
	}
	keys, values = sorted(keys, values, last)
	return n.add(op.Relabel{}, n.in[0], n.Const(n.name+"/keys", keys), n.Const(n.name+"/values", values), n.Const(n.name+"/default", otherwise))
}

// positions are 0, 1, 2 …
func positions(count int) *ir.Tensor {
	t := ir.NewTensor(ir.Int64, count)
	for i := range count {
		t.SetInt(i, int64(i))
	}
	return t
}

// isText reports whether the first input is strings.
func (n *node) isText() bool {
	return len(n.in) > 0 && n.in[0] != nil && n.in[0].Type.DType == ir.String
}

// labelEncoder1 reads LabelEncoder of version 1: strings to their positions or back.
func labelEncoder1(n *node) ([]*ir.Value, error) {
	classes := n.texts("classes_strings")
	names, at := ir.OfStrings([]int{len(classes)}, classes), positions(len(classes))
	return n.eitherWay(names, at)
}

// categoryMapper reads CategoryMapper: strings to integers or back.
func categoryMapper(n *node) ([]*ir.Value, error) {
	names, numbers := n.texts("cats_strings"), n.integers("cats_int64s")
	return n.eitherWay(ir.OfStrings([]int{len(names)}, names), ir.OfInts(numbers...))
}

// eitherWay maps strings to integers, or integers to strings, as the input's type says.
func (n *node) eitherWay(names, numbers *ir.Tensor) ([]*ir.Value, error) {
	if n.isText() {
		return n.relabel(names, numbers, ir.OfInts(n.integer("default_int64", -1)), true)
	}
	return n.relabel(numbers, names, ir.OfStrings([]int{1}, []string{n.text("default_string", "_Unused")}), true)
}

// labelEncoder2 reads LabelEncoder of version 2, where NaN equals no key.
func labelEncoder2(n *node) ([]*ir.Value, error) {
	keys, values, err := n.labelTable()
	if err != nil {
		return nil, err
	}
	var kept []int
	for i := range keys.Len() {
		if !keys.DType.IsFloat() || keys.Float(i) == keys.Float(i) {
			kept = append(kept, i)
		}
	}
	return n.encode(picked(keys, kept), picked(values, kept))
}

// labelEncoder reads LabelEncoder of version 4 on.
func labelEncoder(n *node) ([]*ir.Value, error) {
	keys, values, err := n.labelTable()
	if err != nil {
		return nil, err
	}
	return n.encode(keys, values)
}

// labelTable reads keys and values, of which there must be as many.
func (n *node) labelTable() (keys, values *ir.Tensor, err error) {
	if keys, err = n.labelList("keys"); err != nil {
		return nil, nil, err
	}
	if values, err = n.labelList("values"); err != nil {
		return nil, nil, err
	}
	if keys.Len() != values.Len() {
		return nil, nil, fmt.Errorf("%d keys and %d values, want as many", keys.Len(), values.Len())
	}
	return keys, values, nil
}

// encode maps by keys and values, and all else to what default_* says.
func (n *node) encode(keys, values *ir.Tensor) ([]*ir.Value, error) {
	otherwise := n.tensor("default_tensor")
	switch {
	case otherwise != nil:
		if otherwise.DType != values.DType || otherwise.Len() != 1 {
			return nil, fmt.Errorf("attribute default_tensor is %s, want one element of %s", otherwise.TypeOf(), values.DType)
		}
		otherwise = otherwise.WithShape(1)
	case values.DType == ir.String:
		otherwise = ir.OfStrings([]int{1}, []string{n.text("default_string", "_Unused")})
	case values.DType.IsFloat():
		otherwise = ir.FromFloats(values.DType, []int{1}, []float64{n.float("default_float", negativeZero)})
	default:
		otherwise = ir.FromInts(values.DType, []int{1}, []int64{n.integer("default_int64", -1)})
	}
	return n.relabel(keys, values, otherwise, false)
}

// labelList reads keys_* or values_*, of which one must be there.
func (n *node) labelList(prefix string) (*ir.Tensor, error) {
	var found []*ir.Tensor
	if v := n.texts(prefix + "_strings"); v != nil {
		found = append(found, ir.OfStrings([]int{len(v)}, v))
	}
	if v := n.integers(prefix + "_int64s"); v != nil {
		found = append(found, ir.OfInts(v...))
	}
	if v := n.floats(prefix + "_floats"); v != nil {
		found = append(found, ir.OfFloat32s([]int{len(v)}, v))
	}
	if t := n.tensor(prefix + "_tensor"); t != nil {
		found = append(found, t.WithShape(t.Len()))
	}
	if n.err != nil {
		return nil, n.err
	}
	if len(found) != 1 {
		return nil, fmt.Errorf("%d of the attributes %s_* are there, want one", len(found), prefix)
	}
	return found[0], nil
}

// oneHotEncoder reads OneHotEncoder. Numbers are cut to integers before they are looked up.
func oneHotEncoder(n *node) ([]*ir.Value, error) {
	if err := n.arity(1, 1); err != nil {
		return nil, err
	}
	var cats *ir.Tensor
	names, numbers := n.texts("cats_strings"), n.integers("cats_int64s")
	strict := !n.flag("zeros", true)
	switch {
	case n.err != nil:
		return nil, n.err
	case (len(names) > 0) == (len(numbers) > 0):
		return nil, errors.New("attributes cats_strings and cats_int64s: want one of them")
	case len(names) > 0:
		cats = ir.OfStrings([]int{len(names)}, names)
	default:
		cats = ir.OfInts(numbers...)
	}
	width := cats.Len()
	columns := ir.FromInts(ir.Int32, []int{width}, positions(width).Ints())
	cats, columns = sorted(cats, columns, true)
	x := n.in[0]
	if cats.DType == ir.Int64 && x.Type.IsTensor() && x.Type.DType != ir.String {
		v, err := n.typed(x, ir.Int64)
		if err != nil {
			return nil, err
		}
		x = v
	}
	return n.add(op.OneHotEncoder{Width: width, Strict: strict}, x, n.Const(n.name+"/categories", cats), n.Const(n.name+"/columns", columns))
}

// zipMap reads ZipMap.
func zipMap(n *node) ([]*ir.Value, error) {
	x, err := n.features()
	if err != nil {
		return nil, err
	}
	keys, err := n.labels("classlabels_int64s")
	if err != nil {
		return nil, err
	}
	return n.add(op.ZipMap{}, x, n.Const(n.name+"/keys", keys))
}

// dictVectorizer reads DictVectorizer.
func dictVectorizer(n *node) ([]*ir.Value, error) {
	if err := n.arity(1, 1); err != nil {
		return nil, err
	}
	names, numbers := n.texts("string_vocabulary"), n.integers("int64_vocabulary")
	if n.err != nil {
		return nil, n.err
	}
	if (names == nil) == (numbers == nil) {
		return nil, errors.New("attributes string_vocabulary and int64_vocabulary: want one of them")
	}
	keys := ir.OfInts(numbers...)
	if names != nil {
		keys = ir.OfStrings([]int{len(names)}, names)
	}
	return n.add(op.DictVectorizer{}, n.in[0], n.Const(n.name+"/vocabulary", keys))
}

// castMap reads CastMap.
func castMap(n *node) ([]*ir.Value, error) {
	if err := n.arity(1, 1); err != nil {
		return nil, err
	}
	to := map[string]ir.DType{"TO_FLOAT": ir.Float32, "TO_STRING": ir.String, "TO_INT64": ir.Int64}[n.oneOf("cast_to", "TO_FLOAT", "TO_STRING", "TO_INT64")]
	o := op.CastMap{To: to, Sparse: n.oneOf("map_form", "DENSE", "SPARSE") == "SPARSE"}
	if o.Sparse {
		o.Width = int(n.integer("max_map", 1))
	}
	return n.add(o, n.in[0])
}
