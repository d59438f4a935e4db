package ir

import (
	"fmt"
	"strings"
)

// TypeKind says what a value is.
type TypeKind uint8

// What a value can be.
const (
	KindTensor TypeKind = iota
	KindSequence
	KindOptional
	KindMap
)

// Type is the type of a value: a tensor of some element type and shape, or a sequence, optional or map.
type Type struct {
	Kind  TypeKind
	DType DType // a tensor's elements
	Shape []Dim // a tensor's dims, outermost first
	Elem  *Type // what a sequence or optional holds; a map's values
	Key   DType // a map's keys
	Open  Open  // of a tensor within a sequence or optional: how much of its shape is not known
}

// Open says how much of the shape is not known of a tensor that a sequence or optional holds.
type Open uint8

// What is not known of a held tensor's shape.
const (
	OpenDims  Open = iota // only dims that are AnyDim
	OpenShape             // the rank: elements may differ in it
	NoneYet               // nothing was put in yet, so that any shape may come
)

// AnyDim is a dim of a tensor within a sequence or optional that is not known, or not the same in every element.
func AnyDim() Dim { return Sym(anyDim) }

const anyDim = "?"

// IsAny reports whether a dim is AnyDim.
func (d Dim) IsAny() bool {
	s, ok := d.IsSym()
	return ok && s == anyDim
}

// Held is the type that t has within a sequence or optional: sizes that are no numbers are forgotten there.
func Held(t Type) Type {
	switch t.Kind {
	case KindTensor:
		return t.mapDims(func(d Dim) Dim {
			if _, ok := d.IsConst(); ok {
				return d
			}
			return AnyDim()
		})
	case KindMap:
		return t
	}
	e := Held(*t.Elem)
	t.Elem = &e
	return t
}

// Join is the type that holds the values of two held types; false where there is none.
func Join(a, b Type) (Type, bool) {
	switch {
	case a.Kind != b.Kind || a.DType != b.DType || a.Key != b.Key:
		return a, false
	case a.Kind == KindMap:
		return a, a.Equal(b)
	case a.Kind != KindTensor:
		e, ok := Join(*a.Elem, *b.Elem)
		a.Elem = &e
		return a, ok
	case a.Open == NoneYet:
		return b, true
	case b.Open == NoneYet:
		return a, true
	case a.Open == OpenShape || b.Open == OpenShape || len(a.Shape) != len(b.Shape):
		return Type{DType: a.DType, Open: OpenShape}, true
	}
	shape := make([]Dim, len(a.Shape))
	for i, d := range a.Shape {
		if shape[i] = d; !d.Equal(b.Shape[i]) {
			shape[i] = AnyDim()
		}
	}
	return TensorType(a.DType, shape...), true
}

// TensorType is the type of a tensor.
func TensorType(d DType, shape ...Dim) Type { return Type{DType: d, Shape: shape} }

// SequenceType is the type of a sequence.
func SequenceType(elem Type) Type { return Type{Kind: KindSequence, Elem: &elem} }

// OptionalType is the type of a value that may be none.
func OptionalType(elem Type) Type { return Type{Kind: KindOptional, Elem: &elem} }

// MapType is the type of a map.
func MapType(key DType, value Type) Type { return Type{Kind: KindMap, Key: key, Elem: &value} }

// IsTensor reports whether the value is a tensor.
func (t Type) IsTensor() bool { return t.Kind == KindTensor }

// Rank is the number of a tensor's dims.
func (t Type) Rank() int { return len(t.Shape) }

// Len is the number of a tensor's elements.
func (t Type) Len() Dim { return Product(t.Shape...) }

// maxElements bounds a tensor: 2⁴⁸ elements are more than any machine's memory holds.
const maxElements = 1 << 48

// CheckSize refuses sizes that no machine holds, or that are beyond an int64, before anyone computes with them.
func (t Type) CheckSize() error {
	for i, d := range t.Shape {
		if d.most() > maxElements {
			return fmt.Errorf("axis %d of %s is too large; want at most 2^48 elements", i, t)
		}
	}
	if t.Len().most() > maxElements {
		return fmt.Errorf("%s is too large; want at most 2^48 elements", t)
	}
	return nil
}

// Equal reports whether both types are the same, dims compared as expressions.
func (t Type) Equal(u Type) bool {
	if t.Kind != u.Kind || t.DType != u.DType || t.Key != u.Key || t.Open != u.Open || len(t.Shape) != len(u.Shape) {
		return false
	}
	for i := range t.Shape {
		if !t.Shape[i].Equal(u.Shape[i]) {
			return false
		}
	}
	if t.Elem == nil || u.Elem == nil {
		return t.Elem == u.Elem
	}
	return t.Elem.Equal(*u.Elem)
}

// String writes the type as the text form has it: f32[batch, 64], seq(map(string, f32[])).
func (t Type) String() string {
	switch t.Kind {
	case KindSequence:
		return "seq(" + t.Elem.String() + ")"
	case KindOptional:
		return "optional(" + t.Elem.String() + ")"
	case KindMap:
		return "map(" + t.Key.String() + ", " + t.Elem.String() + ")"
	}
	switch t.Open {
	case OpenShape:
		return t.DType.String() + "[*]"
	case NoneYet:
		return t.DType.String() + "[!]"
	}
	return t.DType.String() + ShapeString(t.Shape)
}

// ShapeString writes dims in brackets.
func ShapeString(shape []Dim) string {
	parts := make([]string, len(shape))
	for i, d := range shape {
		if parts[i] = d.String(); d.IsAny() {
			parts[i] = anyDim
		}
	}
	return "[" + strings.Join(parts, ", ") + "]"
}

// Substitute replaces symbols in all dims.
func (t Type) Substitute(env map[string]Dim) Type {
	return t.mapDims(func(d Dim) Dim { return d.Substitute(env) })
}

// mapDims applies a function to all dims.
func (t Type) mapDims(f func(Dim) Dim) Type {
	u := t
	u.Shape = make([]Dim, len(t.Shape))
	for i, d := range t.Shape {
		u.Shape[i] = f(d)
	}
	if t.Elem != nil {
		e := t.Elem.mapDims(f)
		u.Elem = &e
	}
	return u
}
