package kernel_test

import (
	"encoding/binary"
	"math"
	"testing"

	"github.com/energeticc/energeticc/ir"
	"github.com/energeticc/energeticc/runtime/kernel"
)

// smallFloats are the storage types with their kernels, 16-bit ones by their bytes.
var smallFloats = []struct {
	dtype  ir.DType
	widen  func(dst []float32, src []byte)
	narrow func(dst []byte, src []float32)
}{
	{ir.Float16, from16(kernel.WidenF16[uint16]), to16(kernel.NarrowF16[uint16])},
	{ir.BFloat16, from16(kernel.WidenBF16[uint16]), to16(kernel.NarrowBF16[uint16])},
	{ir.Float8E4M3FN, kernel.WidenF8E4M3FN, kernel.NarrowF8E4M3FN},
	{ir.Float8E4M3FNUZ, kernel.WidenF8E4M3FNUZ, kernel.NarrowF8E4M3FNUZ},
	{ir.Float8E5M2, kernel.WidenF8E5M2, kernel.NarrowF8E5M2},
	{ir.Float8E5M2FNUZ, kernel.WidenF8E5M2FNUZ, kernel.NarrowF8E5M2FNUZ},
	{ir.Float8E8M0, kernel.WidenF8E8M0, kernel.NarrowF8E8M0},
	{ir.Float6E2M3, kernel.WidenF6E2M3, kernel.NarrowF6E2M3},
	{ir.Float6E3M2, kernel.WidenF6E3M2, kernel.NarrowF6E3M2},
	{ir.Float4E2M1, kernel.WidenF4E2M1, kernel.NarrowF4E2M1},
}

func from16(widen func([]float32, []uint16)) func([]float32, []byte) {
	return func(dst []float32, src []byte) {
		h := make([]uint16, len(src)/2)
		for i := range h {
			h[i] = binary.LittleEndian.Uint16(src[2*i:])
		}
		widen(dst, h)
	}
}

func to16(narrow func([]uint16, []float32)) func([]byte, []float32) {
	return func(dst []byte, src []float32) {
		h := make([]uint16, len(src))
		narrow(h, src)
		for i, v := range h {
			binary.LittleEndian.PutUint16(dst[2*i:], v)
		}
	}
}

// allPatterns is a tensor of every pattern of a type.
func allPatterns(d ir.DType) *ir.Tensor {
	t := ir.NewTensor(d, 1<<d.Bits())
	for i := range t.Len() {
		switch d.Bits() {
		case 16:
			binary.LittleEndian.PutUint16(t.Data[2*i:], uint16(i))
		case 8:
			t.Data[i] = byte(i)
		default:
			for k := range d.Bits() {
				bit := i*d.Bits() + k
				t.Data[bit/8] |= byte(i >> k & 1 << (bit % 8))
			}
		}
	}
	return t
}

func TestWiden(t *testing.T) {
	for _, f := range smallFloats {
		t.Run(f.dtype.String(), func(t *testing.T) {
			src := allPatterns(f.dtype)
			got := make([]float32, src.Len())
			f.widen(got, src.Data)
			for i, x := range got {
				want := float32(src.Float(i))
				if math.Float32bits(x) != math.Float32bits(want) && (x == x || want == want) {
					t.Errorf("pattern %#x is %v, want %v", i, x, want)
				}
			}
			f.widen(nil, nil)
		})
	}
}

func TestNarrow(t *testing.T) {
	for _, f := range smallFloats {
		t.Run(f.dtype.String(), func(t *testing.T) {
			src := roundingCases(f.dtype)
			got := ir.NewTensor(f.dtype, len(src))
			for i := range got.Data {
				got.Data[i] = 0xff // what the kernel finds does not matter
			}
			f.narrow(got.Data, src)
			want := ir.NewTensor(f.dtype, len(src))
			for i, x := range src {
				want.SetFloat(i, float64(x))
			}
			for i, x := range src {
				g, w := got.Float(i), want.Float(i)
				if math.Float64bits(g) != math.Float64bits(w) && (g == g || w == w) {
					t.Fatalf("%v (%#x) is %v, want %v", x, math.Float32bits(x), g, w)
				}
			}
			if string(got.Data) != string(want.Data) {
				t.Error("patterns of NaN or padding are not as ir has them")
			}
			f.narrow(nil, nil)
		})
	}
}

// roundingCases are all numbers of a type, the middles between them, their neighbours, and what no type holds.
func roundingCases(d ir.DType) []float32 {
	all := allPatterns(d)
	var src []float32
	for i := range all.Len() {
		x := float32(all.Float(i))
		if x != x || math.IsInf(float64(x), 0) {
			continue
		}
		src = append(src, x)
		if i+1 < all.Len() {
			if y := float32(all.Float(i + 1)); y == y && !math.IsInf(float64(y), 0) {
				middle := x/2 + y/2
				src = append(src, middle, math.Nextafter32(middle, x), math.Nextafter32(middle, y))
			}
		}
	}
	for _, b := range []uint32{0x80000000, 0x7f800000, 0xff800000, 0x7fc00000, 0xffc00001, 0x7f800001, 1, 0x80000001, 0x7f7fffff, 0xff7fffff, 0x477fefff, 0x477ff000, 0x43e80000, 0x43e80001, 0x33000000, 0x33000001} {
		src = append(src, math.Float32frombits(b))
	}
	x := uint32(1)
	for range 20000 { // patterns of all kinds
		x = x*1664525 + 1013904223
		src = append(src, math.Float32frombits(x))
	}
	return src
}

func TestPackBits(t *testing.T) {
	for _, bits := range []int{2, 4, 6} {
		for n := range 20 {
			src := make([]byte, n)
			for i := range src {
				src[i] = byte(37*i+11) & (1<<bits - 1)
			}
			packed := make([]byte, (n*bits+7)/8)
			kernel.PackBits(packed, src, bits)
			got := make([]byte, n)
			kernel.UnpackBits(got, packed, bits)
			if string(got) != string(src) {
				t.Errorf("%d elements of %d bits: %v, want %v", n, bits, got, src)
			}
		}
	}
}

func TestLoopLimit(t *testing.T) {
	for _, tt := range []struct {
		limit []int64
		want  int
	}{{nil, math.MaxInt}, {[]int64{0}, 0}, {[]int64{-3}, 0}, {[]int64{7}, 7}, {[]int64{math.MaxInt64}, math.MaxInt}} {
		if got := kernel.LoopLimit(tt.limit); got != tt.want {
			t.Errorf("LoopLimit(%v) = %d, want %d", tt.limit, got, tt.want)
		}
	}
}
