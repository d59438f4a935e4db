package emit

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strconv"

	"github.com/energeticc/energeticc/ir"
)

// Extension is how the file of a value ends: bin for raw numbers, json for strings and all that is no tensor.
func Extension(t ir.Type) string {
	if t.IsTensor() && t.DType != ir.String {
		return "bin"
	}
	return "json"
}

// Encode writes a value as its file has it: raw little-endian numbers, JSON for strings, sequences and maps.
func Encode(t *ir.Tensor) ([]byte, error) {
	if t.Type == nil && t.DType != ir.String {
		return t.Data, nil
	}
	if t.Type != nil && t.Data != nil { // JSON already
		return t.Data, nil
	}
	v, err := plain(t)
	if err != nil {
		return nil, err
	}
	return writeJSON(v)
}

func writeJSON(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return b.Bytes(), err
}

// EncodeAll is Encode that spells the numbers which JSON lacks by strings: "NaN", "+Inf" and "-Inf".
func EncodeAll(t *ir.Tensor) ([]byte, error) {
	if t.Type == nil || t.Data != nil {
		return Encode(t)
	}
	v, err := plain(t)
	if err != nil {
		return nil, err
	}
	return writeJSON(spelled(v))
}

// spelled replaces numbers that are not finite by strings.
func spelled(v any) any {
	switch v := v.(type) {
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return strconv.FormatFloat(v, 'g', -1, 64)
		}
	case []float64:
		list := make([]any, len(v))
		for i, x := range v {
			list[i] = spelled(x)
		}
		return list
	case []any:
		for i, x := range v {
			v[i] = spelled(x)
		}
	case map[string]any:
		for k, x := range v {
			v[k] = spelled(x)
		}
	}
	return v
}

// plain turns a value into what encoding/json writes.
func plain(t *ir.Tensor) (any, error) {
	switch {
	case t.Type == nil && t.DType == ir.String:
		return t.Strings, nil
	case t.Type == nil && len(t.Shape) == 0:
		return t.Float(0), nil
	case t.Type == nil:
		return t.Floats(), nil
	case t.Type.Kind == ir.KindOptional:
		if len(t.Elems) == 0 {
			return nil, nil
		}
		return heldPlain(t.Elems[0])
	case t.Type.Kind == ir.KindMap:
		m := map[string]any{}
		for i := range t.Keys.Len() {
			key := ""
			if t.Keys.DType == ir.String {
				key = t.Keys.Strings[i]
			} else {
				key = strconv.FormatInt(t.Keys.Int(i), 10)
			}
			e := t.Elems[i]
			if e.Type == nil && e.DType == ir.String && len(e.Shape) == 0 { // alone, not a list of one
				m[key] = e.Strings[0]
				continue
			}
			v, err := plain(e)
			if err != nil {
				return nil, err
			}
			m[key] = v
		}
		return m, nil
	}
	list := make([]any, len(t.Elems))
	for i, e := range t.Elems {
		v, err := heldPlain(e)
		if err != nil {
			return nil, err
		}
		list[i] = v
	}
	return list, nil
}

// heldPlain is plain of what a sequence or optional holds: a tensor has its shape beside its data. Numbers are as the
// package's types have them, so those of types that Go lacks are bit patterns.
func heldPlain(t *ir.Tensor) (any, error) {
	if t.Type != nil {
		return plain(t)
	}
	var data any
	switch e := elemType(t.DType); {
	case t.DType == ir.String:
		data = append([]string{}, t.Strings...)
	case t.DType == ir.Bool:
		data = t.Bools()
	case e == "uint8":
		data = append([]byte{}, t.Data...)
	case t.DType == ir.Float32 || t.DType == ir.Float64:
		data = t.Floats()
	case t.DType == ir.Uint64:
		data = patterns(t, ir.Uint64)
	case t.DType.IsInteger():
		data = t.Ints()
	case t.DType.Bits() == 16:
		data = patterns(t, ir.Uint16)
	default:
		return nil, fmt.Errorf("JSON has no %s", t.DType)
	}
	return map[string]any{"Data": data, "Shape": append([]int{}, t.Shape...)}, nil
}

// patterns reads the elements as those of an unsigned type of the same width.
func patterns(t *ir.Tensor, d ir.DType) []uint64 {
	u := ir.Tensor{DType: d, Shape: t.Shape, Data: t.Data}
	all := make([]uint64, t.Len())
	for i := range all {
		all[i] = uint64(u.Int(i))
	}
	return all
}

// DecodeHeld reads what Encode writes of a sequence or optional: its tensors have the element type d.
func DecodeHeld(data []byte, d ir.DType) ([]*ir.Tensor, error) {
	var list []json.RawMessage
	if err := json.Unmarshal(data, &list); err != nil {
		list = []json.RawMessage{data} // an optional's tensor
	}
	var all []*ir.Tensor
	for _, raw := range list {
		if string(raw) == "null" {
			continue
		}
		t, err := decodeHeld(raw, d)
		if err != nil {
			return nil, err
		}
		all = append(all, t)
	}
	return all, nil
}

func decodeHeld(data []byte, d ir.DType) (*ir.Tensor, error) {
	var v struct {
		Data  json.RawMessage
		Shape []int
	}
	if err := json.Unmarshal(data, &v); err != nil {
		return nil, err
	}
	var into any
	switch e := elemType(d); {
	case d == ir.String:
		into = new([]string)
	case d == ir.Bool:
		into = new([]bool)
	case e == "uint8":
		into = new([]byte)
	case d == ir.Float32 || d == ir.Float64:
		into = new([]float64)
	case d == ir.Uint64 || d.Bits() == 16 && !d.IsInteger():
		into = new([]uint64)
	default:
		into = new([]int64)
	}
	if err := json.Unmarshal(v.Data, into); err != nil {
		return nil, err
	}
	t := ir.NewTensor(d, v.Shape...)
	n := 0
	switch x := into.(type) {
	case *[]string:
		n = copy(t.Strings, *x)
	case *[]bool:
		t, n = ir.FromBools([]int{len(*x)}, *x), len(*x)
	case *[]byte:
		n = copy(t.Data, *x)
	case *[]float64:
		t, n = ir.FromFloats(d, []int{len(*x)}, *x), len(*x)
	case *[]int64:
		t, n = ir.FromInts(d, []int{len(*x)}, *x), len(*x)
	case *[]uint64:
		u := ir.NewTensor(ir.Uint64, len(*x))
		if d.Bits() == 16 {
			u = ir.NewTensor(ir.Uint16, len(*x))
		}
		for i, p := range *x {
			u.SetInt(i, int64(p))
		}
		t, n = &ir.Tensor{DType: d, Shape: u.Shape, Data: u.Data}, len(*x)
	}
	if n != ir.NumElements(v.Shape) {
		return nil, fmt.Errorf("%d values for shape %v", n, v.Shape)
	}
	t.Shape = v.Shape
	return t, nil
}
