package ir

import (
	"encoding/binary"
	"fmt"
	"math"
	"unsafe"
)

// Tensor is a value known at compile time: a constant, or what the reference evaluator computes.
// Sequences, optionals and maps are values too; they use Elems, and maps Keys as well.
type Tensor struct {
	DType   DType
	Shape   []int
	Data    []byte    // little-endian, row-major; types below eight bits are packed, the first element in the low bits
	Strings []string  // the elements of a String tensor
	Elems   []*Tensor // a sequence's elements, an optional's at most one, a map's values
	Keys    *Tensor   // a map's keys, one-dimensional
	Type    *Type     // set only where the value is no tensor
}

// Len is the number of elements.
func (t *Tensor) Len() int { return NumElements(t.Shape) }

// NumElements is the product of a shape's dims.
func NumElements(shape []int) int {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return n
}

// NewTensor makes a tensor of zeros (of empty strings).
func NewTensor(d DType, shape ...int) *Tensor {
	t := &Tensor{DType: d, Shape: append([]int{}, shape...)}
	if d == String {
		t.Strings = make([]string, t.Len())
	} else {
		t.Data = make([]byte, d.Bytes(t.Len()))
	}
	return t
}

// OfInts makes a one-dimensional int64 tensor.
func OfInts(v ...int64) *Tensor { return FromInts(Int64, []int{len(v)}, v) }

// Scalar makes a tensor of rank 0 from a number.
func Scalar(d DType, v float64) *Tensor { return FromFloats(d, nil, []float64{v}) }

// OfStrings makes a tensor of strings.
func OfStrings(shape []int, v []string) *Tensor {
	return &Tensor{DType: String, Shape: append([]int{}, shape...), Strings: v}
}

// FromFloats makes a tensor, each number rounded once to the element type.
func FromFloats(d DType, shape []int, v []float64) *Tensor {
	t := NewTensor(d, shape...)
	if d == Float32 {
		for i, x := range v {
			binary.LittleEndian.PutUint32(t.Data[4*i:], math.Float32bits(float32(x)))
		}
		return t
	}
	for i, x := range v {
		t.SetFloat(i, x)
	}
	return t
}

// FromInts makes a tensor, each number wrapped to the element type.
func FromInts(d DType, shape []int, v []int64) *Tensor {
	t := NewTensor(d, shape...)
	if d == Int32 || d == Uint32 {
		for i, x := range v {
			binary.LittleEndian.PutUint32(t.Data[4*i:], uint32(x))
		}
		return t
	}
	for i, x := range v {
		t.SetInt(i, x)
	}
	return t
}

// FromBools makes a tensor of booleans.
func FromBools(shape []int, v []bool) *Tensor {
	t := NewTensor(Bool, shape...)
	for i, x := range v {
		if x {
			t.Data[i] = 1
		}
	}
	return t
}

// raw reads element i as an unsigned pattern of the type's width.
func (t *Tensor) raw(i int) uint64 {
	switch bits := t.DType.Bits(); bits {
	case 8:
		return uint64(t.Data[i])
	case 16:
		return uint64(binary.LittleEndian.Uint16(t.Data[2*i:]))
	case 32:
		return uint64(binary.LittleEndian.Uint32(t.Data[4*i:]))
	case 64:
		return binary.LittleEndian.Uint64(t.Data[8*i:])
	default: // packed: 2, 4 or 6 bits, possibly across a byte's border
		bit := i * bits
		v := uint64(t.Data[bit/8]) >> (bit % 8)
		if bit%8+bits > 8 {
			v |= uint64(t.Data[bit/8+1]) << (8 - bit%8)
		}
		return v & (1<<bits - 1)
	}
}

func (t *Tensor) setRaw(i int, v uint64) {
	switch bits := t.DType.Bits(); bits {
	case 8:
		t.Data[i] = byte(v)
	case 16:
		binary.LittleEndian.PutUint16(t.Data[2*i:], uint16(v))
	case 32:
		binary.LittleEndian.PutUint32(t.Data[4*i:], uint32(v))
	case 64:
		binary.LittleEndian.PutUint64(t.Data[8*i:], v)
	default:
		mask := uint64(1<<bits - 1)
		for k := range bits { // bit by bit: rare and small
			bit := i*bits + k
			t.Data[bit/8] &^= 1 << (bit % 8)
			t.Data[bit/8] |= byte((v&mask)>>k&1) << (bit % 8)
		}
	}
}

// Int reads element i of an integer or bool tensor; a uint64 keeps its pattern. Of a float it is the value cut to
// an integer, see CutToInt.
func (t *Tensor) Int(i int) int64 {
	if t.DType.IsFloat() {
		return CutToInt(t.Float(i))
	}
	v := t.raw(i)
	if t.DType.Kind() == KindInt {
		shift := 64 - t.DType.Bits()
		return int64(v<<shift) >> shift
	}
	return int64(v)
}

// Float reads element i of a numeric or bool tensor.
func (t *Tensor) Float(i int) float64 {
	switch t.DType {
	case Float32:
		return float64(math.Float32frombits(uint32(t.raw(i))))
	case Float64:
		return math.Float64frombits(t.raw(i))
	case Uint64:
		return float64(t.raw(i))
	}
	if t.DType.IsFloat() {
		return float64(decodeSmall(t.DType, uint32(t.raw(i))))
	}
	return float64(t.Int(i))
}

// CutToInt cuts a number towards zero. What int64 does not hold, and NaN, is -2^63: what amd64 does, made the rule on
// every platform.
func CutToInt(v float64) int64 {
	if v >= -1<<63 && v < 1<<63 {
		return int64(v)
	}
	return math.MinInt64
}

// SetFloat writes element i, rounded to nearest even; integers take the value cut towards zero and wrapped.
func (t *Tensor) SetFloat(i int, v float64) {
	switch t.DType {
	case Float32:
		t.setRaw(i, uint64(math.Float32bits(float32(v))))
	case Float64:
		t.setRaw(i, math.Float64bits(v))
	case Uint64:
		if v >= 1<<63 && v < 1<<64 {
			t.setRaw(i, uint64(v))
			return
		}
		t.setRaw(i, uint64(CutToInt(v)))
	case Bool:
		t.setRaw(i, b2u(v != 0))
	default:
		if t.DType.IsFloat() {
			t.setRaw(i, uint64(encodeSmall(t.DType, v)))
			return
		}
		t.SetInt(i, CutToInt(v))
	}
}

// SetInt writes element i, wrapped to the type's width.
func (t *Tensor) SetInt(i int, v int64) {
	switch {
	case t.DType.IsFloat():
		t.SetFloat(i, float64(v))
	case t.DType == Bool:
		t.setRaw(i, b2u(v != 0))
	default:
		t.setRaw(i, uint64(v))
	}
}

func b2u(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}

// Floats reads all elements as float64.
func (t *Tensor) Floats() []float64 {
	v := make([]float64, t.Len())
	if t.DType == Float32 {
		for i := range v {
			v[i] = float64(math.Float32frombits(binary.LittleEndian.Uint32(t.Data[4*i:])))
		}
		return v
	}
	for i := range v {
		v[i] = t.Float(i)
	}
	return v
}

// Ints reads all elements as int64.
func (t *Tensor) Ints() []int64 {
	v := make([]int64, t.Len())
	if t.DType == Int32 {
		for i := range v {
			v[i] = int64(int32(binary.LittleEndian.Uint32(t.Data[4*i:])))
		}
		return v
	}
	for i := range v {
		v[i] = t.Int(i)
	}
	return v
}

// Bools reads all elements as truth values.
func (t *Tensor) Bools() []bool {
	v := make([]bool, t.Len())
	for i := range v {
		v[i] = t.raw(i) != 0
	}
	return v
}

// Complex reads element i of a complex tensor.
func (t *Tensor) Complex(i int) complex128 {
	if t.DType == Complex64 {
		v := t.raw(i)
		return complex(float64(math.Float32frombits(uint32(v))), float64(math.Float32frombits(uint32(v>>32))))
	}
	re := binary.LittleEndian.Uint64(t.Data[16*i:])
	im := binary.LittleEndian.Uint64(t.Data[16*i+8:])
	return complex(math.Float64frombits(re), math.Float64frombits(im))
}

// SetComplex writes element i of a complex tensor.
func (t *Tensor) SetComplex(i int, v complex128) {
	if t.DType == Complex64 {
		re, im := math.Float32bits(float32(real(v))), math.Float32bits(float32(imag(v)))
		t.setRaw(i, uint64(re)|uint64(im)<<32)
		return
	}
	binary.LittleEndian.PutUint64(t.Data[16*i:], math.Float64bits(real(v)))
	binary.LittleEndian.PutUint64(t.Data[16*i+8:], math.Float64bits(imag(v)))
}

// Float32s views a Float32 tensor as Go's float32, or copies where the host cannot view it.
func (t *Tensor) Float32s() []float32 {
	if t.DType != Float32 {
		panic("ir: BUG: Float32s of " + t.DType.String())
	}
	n := t.Len()
	if n == 0 {
		return nil
	}
	if p := unsafe.Pointer(&t.Data[0]); littleEndian && uintptr(p)%4 == 0 {
		return unsafe.Slice((*float32)(p), n)
	}
	v := make([]float32, n)
	for i := range v {
		v[i] = float32(t.Float(i))
	}
	return v
}

// OfFloat32s makes a Float32 tensor.
func OfFloat32s(shape []int, v []float32) *Tensor {
	t := NewTensor(Float32, shape...)
	for i, x := range v {
		binary.LittleEndian.PutUint32(t.Data[4*i:], math.Float32bits(x))
	}
	return t
}

var littleEndian = binary.NativeEndian.Uint16([]byte{1, 0}) == 1

// WithShape is the same data under another shape of as many elements.
func (t *Tensor) WithShape(shape ...int) *Tensor {
	if NumElements(shape) != t.Len() {
		panic(fmt.Sprintf("ir: BUG: %v elements viewed as %v", t.Shape, shape))
	}
	u := *t
	u.Shape = append([]int{}, shape...)
	return &u
}

// TypeOf is the tensor's type, its dims constant.
func (t *Tensor) TypeOf() Type {
	if t.Type != nil {
		return *t.Type
	}
	return TensorType(t.DType, ConstDims(t.Shape)...)
}

// ByteSize is the room the data takes in a file.
func (t *Tensor) ByteSize() int {
	n := len(t.Data)
	for _, s := range t.Strings {
		n += len(s)
	}
	for _, e := range t.Elems {
		n += e.ByteSize()
	}
	return n
}
