package ir

import "strings"

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
}

// TensorType is the type of a tensor.
func TensorType(d DType, shape ...Dim) Type { return Type{DType: d, Shape: shape} }

// SequenceType is the type of a sequence.
func SequenceType(elem Type) Type { return Type{Kind: KindSequence, Elem: &elem} }

// MapType is the type of a map.
func MapType(key DType, value Type) Type { return Type{Kind: KindMap, Key: key, Elem: &value} }

// IsTensor reports whether the value is a tensor.
func (t Type) IsTensor() bool { return t.Kind == KindTensor }

// Rank is the number of a tensor's dims.
func (t Type) Rank() int { return len(t.Shape) }

// Len is the number of a tensor's elements.
func (t Type) Len() Dim { return Product(t.Shape...) }

// Equal reports whether both types are the same, dims compared as expressions.
func (t Type) Equal(u Type) bool {
	if t.Kind != u.Kind || t.DType != u.DType || t.Key != u.Key || len(t.Shape) != len(u.Shape) {
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
	return t.DType.String() + ShapeString(t.Shape)
}

// ShapeString writes dims in brackets.
func ShapeString(shape []Dim) string {
	parts := make([]string, len(shape))
	for i, d := range shape {
		parts[i] = d.String()
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
