package ir

// DType is the type of a tensor's elements.
type DType uint8

// The element types. Storage types (16 bits and fewer of float, sub-byte types) are computed in float32 and
// rounded after each op.
const (
	Invalid DType = iota
	Float32
	Float64
	Float16
	BFloat16
	Float8E4M3FN
	Float8E4M3FNUZ
	Float8E5M2
	Float8E5M2FNUZ
	Float8E8M0
	Float6E2M3
	Float6E3M2
	Float4E2M1
	Int2
	Uint2
	Int4
	Uint4
	Int8
	Int16
	Int32
	Int64
	Uint8
	Uint16
	Uint32
	Uint64
	Bool
	String
	Complex64
	Complex128
)

// dtypes holds what is known of each element type: the name in the IR's text form, its width and kind.
var dtypes = [...]struct {
	name string
	bits int
	kind Kind
}{
	Invalid:        {"invalid", 0, 0},
	Float32:        {"f32", 32, KindFloat},
	Float64:        {"f64", 64, KindFloat},
	Float16:        {"f16", 16, KindFloat},
	BFloat16:       {"bf16", 16, KindFloat},
	Float8E4M3FN:   {"f8e4m3fn", 8, KindFloat},
	Float8E4M3FNUZ: {"f8e4m3fnuz", 8, KindFloat},
	Float8E5M2:     {"f8e5m2", 8, KindFloat},
	Float8E5M2FNUZ: {"f8e5m2fnuz", 8, KindFloat},
	Float8E8M0:     {"f8e8m0", 8, KindFloat},
	Float6E2M3:     {"f6e2m3", 6, KindFloat},
	Float6E3M2:     {"f6e3m2", 6, KindFloat},
	Float4E2M1:     {"f4e2m1", 4, KindFloat},
	Int2:           {"i2", 2, KindInt},
	Uint2:          {"u2", 2, KindUint},
	Int4:           {"i4", 4, KindInt},
	Uint4:          {"u4", 4, KindUint},
	Int8:           {"i8", 8, KindInt},
	Int16:          {"i16", 16, KindInt},
	Int32:          {"i32", 32, KindInt},
	Int64:          {"i64", 64, KindInt},
	Uint8:          {"u8", 8, KindUint},
	Uint16:         {"u16", 16, KindUint},
	Uint32:         {"u32", 32, KindUint},
	Uint64:         {"u64", 64, KindUint},
	Bool:           {"bool", 8, KindBool},
	String:         {"string", 0, KindString},
	Complex64:      {"c64", 64, KindComplex},
	Complex128:     {"c128", 128, KindComplex},
}

// Kind groups element types by what arithmetic they have.
type Kind uint8

// The kinds of element types.
const (
	KindFloat Kind = iota + 1
	KindInt
	KindUint
	KindBool
	KindString
	KindComplex
)

// String is the name in the text form: f32, i64, string.
func (d DType) String() string {
	if int(d) < len(dtypes) {
		return dtypes[d].name
	}
	return "invalid"
}

// ParseDType reads what String wrote.
func ParseDType(s string) (DType, bool) {
	for d, row := range dtypes {
		if row.name == s && d != 0 {
			return DType(d), true
		}
	}
	return Invalid, false
}

// DTypes lists all element types.
func DTypes() []DType {
	all := make([]DType, 0, len(dtypes)-1)
	for d := Float32; int(d) < len(dtypes); d++ {
		all = append(all, d)
	}
	return all
}

// Bits is the width of one element; 0 for strings. Elements of fewer than eight bits are packed, the first in the
// low bits.
func (d DType) Bits() int { return dtypes[d].bits }

// Size is the width in bytes of one element, 0 for strings and for types below eight bits.
func (d DType) Size() int { return dtypes[d].bits / 8 }

// Kind says what arithmetic the type has.
func (d DType) Kind() Kind { return dtypes[d].kind }

// IsFloat reports whether the type is a real floating-point type.
func (d DType) IsFloat() bool { return d.Kind() == KindFloat }

// IsInteger reports whether the type is a signed or unsigned integer.
func (d DType) IsInteger() bool { return d.Kind() == KindInt || d.Kind() == KindUint }

// IsNative reports whether Go computes with the type as it is.
func (d DType) IsNative() bool {
	switch d {
	case Float32, Float64, Int8, Int16, Int32, Int64, Uint8, Uint16, Uint32, Uint64:
		return true
	}
	return false
}

// IsStorage reports whether values are only stored in the type and computed in float32.
func (d DType) IsStorage() bool {
	return d.IsFloat() && d != Float32 && d != Float64
}

// Bytes is the room that n elements take; 0 for strings.
func (d DType) Bytes(n int) int { return (n*d.Bits() + 7) / 8 }
