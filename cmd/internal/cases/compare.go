package cases

import (
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"slices"

	"github.com/energeticc/energeticc/codegen/emit"
	"github.com/energeticc/energeticc/ir"
)

// Difference is how far an answer is from the wanted one.
type Difference struct {
	Abs, Rel, ULP float64 // the largest
	Bad           int     // values beyond the tolerance
	First         string  // the first of those
}

// Add takes another difference into this one.
func (d *Difference) Add(e Difference) {
	d.Abs, d.Rel, d.ULP = max(d.Abs, e.Abs), max(d.Rel, e.Rel), max(d.ULP, e.ULP)
	if d.Bad == 0 {
		d.First = e.First
	}
	d.Bad += e.Bad
}

// Compare holds an answer, as the compiled program wrote it, against the wanted value. Strings, bools and integers must
// be equal, though an atol of one step or more is meant for integers, too. bfloat16 has eight bits to agree in.
func Compare(want Value, shape []int, data []byte, rtol, atol float64) Difference {
	t := want.Tensor
	if t != nil && t.Type != nil && t.Type.Kind == ir.KindOptional && len(t.Elems) == 1 && t.Elems[0].Type == nil {
		t = t.Elems[0] // which is how the compiled program writes it
		want = valueOf(t)
	}
	if t != nil && t.Type == nil && !slices.Equal(shape, t.Shape) {
		return Difference{Bad: 1, First: fmt.Sprintf("shape %v, want %v", shape, t.Shape)}
	}
	if t != nil && t.Type != nil && t.Type.Kind != ir.KindMap {
		if d, ok := compareHeld(t, data, rtol, atol); ok {
			return d
		}
	}
	if want.JSON != nil {
		return compareJSON(want.JSON, data, rtol, atol)
	}
	if len(data) != len(t.Data) {
		return Difference{Bad: 1, First: fmt.Sprintf("%d bytes, want %d", len(data), len(t.Data))}
	}
	if t.DType == ir.BFloat16 {
		rtol = max(rtol, 1.0/64)
	}
	got := &ir.Tensor{DType: t.DType, Shape: t.Shape, Data: data}
	var d Difference
	for i := range t.Len() {
		switch {
		case t.DType.IsInteger() || t.DType == ir.Bool:
			d.integer(i, t, got, atol)
		case t.DType.Kind() == ir.KindComplex:
			a, b := got.Complex(i), t.Complex(i)
			d.number(i, ir.Float32, real(a), real(b), rtol, atol)
			d.number(i, ir.Float32, imag(a), imag(b), rtol, atol)
		default:
			d.number(i, t.DType, got.Float(i), t.Float(i), rtol, atol)
		}
	}
	return d
}

// valueOf is a tensor as a value: strings are JSON.
func valueOf(t *ir.Tensor) Value {
	v := Value{Tensor: t}
	if t.DType == ir.String {
		v.JSON, _ = json.Marshal(t.Strings)
	}
	return v
}

// compareHeld compares the tensors of a sequence or optional one by one; false where it holds something else.
func compareHeld(want *ir.Tensor, data []byte, rtol, atol float64) (Difference, bool) {
	elems := want.Elems
	if len(elems) == 1 && elems[0].Type != nil && elems[0].Type.Kind == ir.KindSequence { // an optional's
		elems = elems[0].Elems
	}
	d := ir.Float32 // of nothing
	for _, e := range elems {
		if e.Type != nil {
			return Difference{}, false
		}
		d = e.DType
	}
	got, err := emit.DecodeHeld(data, d)
	if err != nil {
		return Difference{Bad: 1, First: err.Error()}, true
	}
	if len(got) != len(elems) {
		return Difference{Bad: 1, First: fmt.Sprintf("%d tensors, want %d", len(got), len(elems))}, true
	}
	var all Difference
	for i, e := range elems {
		diff := Compare(valueOf(e), got[i].Shape, valueOf(got[i]).Bytes(), rtol, atol)
		if diff.Bad > 0 {
			diff.First = fmt.Sprintf("tensor %d: %s", i, diff.First)
		}
		all.Add(diff)
	}
	return all, true
}

func (d *Difference) integer(i int, want, got *ir.Tensor, atol float64) {
	a, b := got.Int(i), want.Int(i)
	if a == b {
		return
	}
	diff := math.Abs(float64(a) - float64(b))
	if want.DType == ir.Bool || atol < 1 || diff > atol {
		d.bad(fmt.Sprintf("[%d] = %d, want %d", i, a, b))
	}
	d.Abs = max(d.Abs, diff)
}

func (d *Difference) number(i int, t ir.DType, a, b, rtol, atol float64) {
	if a == b || a != a && b != b {
		return
	}
	diff := math.Abs(a - b)
	if math.IsInf(b, 0) || !(diff <= atol+rtol*math.Abs(b)) {
		d.bad(fmt.Sprintf("[%d] = %g, want %g", i, a, b))
	}
	d.Abs = max(d.Abs, diff)
	if b != 0 {
		d.Rel = max(d.Rel, diff/math.Abs(b))
	}
	d.ULP = max(d.ULP, ulps(t, a, b))
}

func (d *Difference) bad(what string) {
	if d.Bad == 0 {
		d.First = what
	}
	d.Bad++
}

// ulps is the distance in units of the last place of the wanted value's type.
func ulps(t ir.DType, a, b float64) float64 {
	if t == ir.Float64 {
		return math.Abs(a-b) / math.Abs(math.Nextafter(math.Abs(b), math.Inf(1))-math.Abs(b))
	}
	x := float32(math.Abs(b))
	return math.Abs(a-b) / float64(math.Nextafter32(x, float32(math.Inf(1)))-x)
}

// compareJSON compares strings exactly and numbers within the tolerance, whatever lists and maps hold them.
func compareJSON(want, got []byte, rtol, atol float64) Difference {
	var w, g any
	if err := json.Unmarshal(want, &w); err != nil {
		return Difference{Bad: 1, First: err.Error()}
	}
	if err := json.Unmarshal(got, &g); err != nil {
		return Difference{Bad: 1, First: err.Error()}
	}
	var d Difference
	d.walk("", flat(w), flat(g), rtol, atol)
	return d
}

// flat makes a list of a lone value, so that scalars and lists of one compare, and of null, which a nil slice gives.
func flat(v any) any {
	if v == nil {
		return []any{}
	}
	if _, isList := v.([]any); !isList {
		return []any{v}
	}
	return v
}

func (d *Difference) walk(at string, want, got any, rtol, atol float64) {
	switch w := want.(type) {
	case []any:
		g, ok := got.([]any)
		if !ok || len(g) != len(w) {
			d.bad(fmt.Sprintf("%s holds %v, want %v", at, got, want))
			return
		}
		for i := range w {
			d.walk(fmt.Sprintf("%s[%d]", at, i), w[i], g[i], rtol, atol)
		}
	case map[string]any:
		g, ok := got.(map[string]any)
		if !ok || len(g) != len(w) {
			d.bad(fmt.Sprintf("%s holds %v, want %v", at, got, want))
			return
		}
		for k := range w {
			d.walk(at+"."+k, w[k], g[k], rtol, atol)
		}
	case float64:
		g, ok := got.(float64)
		if !ok || math.Abs(g-w) > atol+rtol*math.Abs(w) {
			d.bad(fmt.Sprintf("%s = %v, want %v", at, got, want))
		} else {
			d.Abs = max(d.Abs, math.Abs(g-w))
		}
	default:
		if !reflect.DeepEqual(want, got) {
			d.bad(fmt.Sprintf("%s = %v, want %v", at, got, want))
		}
	}
}
