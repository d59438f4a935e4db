// Narrow writes conversions of float32 to other types, a file each: -to names the type. They round as their portable
// twins do, to the same bits.
package main

import (
	"flag"
	"fmt"
	"log"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/energeticc/energeticc/runtime/kernel/_asm/vec"
)

const (
	abreast  = 4
	nearest  = U8(0) // rounds to the nearest, in a tie to the even one
	noNumber = 0x7fc00000
)

func main() {
	to := flag.String("to", "", "the type: f16, i8, u8 or i32")
	vec.Begin()
	switch *to {
	case "f16":
		toF16()
	case "i8":
		quantize("quantizeI8AVX2", "int8", VPACKSSWB)
	case "u8":
		quantize("quantizeU8AVX2", "uint8", VPACKUSWB)
	case "i32":
		cut()
	default:
		log.Fatalf("narrow: -to: there is no %q", *to)
	}
	vec.End()
	Generate()
}

func toF16() {
	TEXT("narrowF16AVX2", NOSPLIT, "func(dst *uint16, src *float32, n int)")
	Pragma("noescape")
	Doc("narrowF16AVX2 rounds n float32 to float16, to the nearest, in a tie to the even one; every NaN becomes the same.")
	dst, src, n := Load(Param("dst"), GP64()), Load(Param("src"), GP64()), Load(Param("n"), GP64())
	nan := YMM()
	VMOVUPS(vec.Bits(noNumber), nan)
	vec.Convert(dst, src, n, abreast, 2, 4,
		func(v vec.V) {
			v.Read(src, nil)
			oneNaN(v, nan)
			for i, r := range v {
				VCVTPS2PH(nearest, r, Mem{Base: dst, Disp: 2 * vec.Lanes * i})
			}
		},
		func(v reg.VecVirtual) {
			VMOVSS(Mem{Base: src}, v.AsX())
			oneNaN(vec.V{v}, nan)
			VCVTPS2PH(nearest, v.AsX(), v.AsX())
			VPEXTRW(U8(0), v.AsX(), Mem{Base: dst})
		})
}

// oneNaN sets what is no number to nan, whose sign and fraction the conversion would keep otherwise.
func oneNaN(v vec.V, nan reg.VecVirtual) {
	vec.Select(vec.Compare(vec.Unordered, v, v), nan, v, v)
}

// quantize writes the quantisation to a type of eight bits, which pack makes of sixteen.
func quantize(name, to string, pack func(...Op)) {
	TEXT(name, NOSPLIT, "func(dst *"+to+", src *float32, n int, scale, zero, lo, hi float32)")
	Pragma("noescape")
	Doc(name + " sets n elements of dst to v/scale, rounded to nearest even, plus zero, held within lo and hi, for v of src.")
	dst, src, n := Load(Param("dst"), GP64()), Load(Param("src"), GP64()), Load(Param("n"), GP64())
	scale, zero, lo, hi := vec.Spread("scale"), vec.Spread("zero"), vec.Spread("lo"), vec.Spread("hi")
	level := func(v vec.V) {
		vec.Do(VDIVPS, scale, v, v)
		vec.Round(v, v)
		vec.Do(VADDPS, zero, v, v)
		vec.Do(VMAXPS, lo, v, v) // lo for NaN, the second operand
		vec.Do(VMINPS, v, hi, v)
		vec.Do(VCVTTPS2DQ, v, v)
	}
	inOrder := YMM()
	VMOVDQU(order(), inOrder)
	vec.Convert(dst, src, n, abreast, 1, 4,
		func(v vec.V) {
			v.Read(src, nil)
			level(v)
			if len(v) == 1 {
				low, high := v[0].AsX(), XMM()
				VEXTRACTI128(U8(1), v[0], high)
				VPACKSSDW(high, low, low)
				pack(low, low, low)
				VMOVQ(low, Mem{Base: dst})
				return
			}
			VPACKSSDW(v[1], v[0], v[0])
			VPACKSSDW(v[3], v[2], v[2])
			pack(v[2], v[0], v[0])
			VPERMD(v[0], inOrder, v[0]) // packing goes on in each half on its own
			VMOVDQU(v[0], Mem{Base: dst})
		},
		func(v reg.VecVirtual) {
			VMOVSS(Mem{Base: src}, v.AsX())
			level(vec.V{v})
			VPEXTRB(U8(0), v.AsX(), Mem{Base: dst})
		})
}

// order declares the places of four elements at a time, as they are after pairs of vectors were packed twice.
func order() Mem {
	m := GLOBL("order", RODATA|NOPTR)
	for i := range 4 { // the first halves of all four vectors come before their second ones
		DATA(8*i, U64(uint64(i+4)<<32|uint64(i)))
	}
	return m
}

// cut writes the conversion to int32, towards zero. What is beyond its range wraps.
func cut() {
	TEXT("cutI32AVX2", NOSPLIT, "func(dst *int32, src *float32, n int)")
	Pragma("noescape")
	Doc("cutI32AVX2 cuts n float32 towards zero and wraps them to int32. What int64 does not hold, and NaN, becomes 0.")
	dst, src, n := Load(Param("dst"), GP64()), Load(Param("src"), GP64()), Load(Param("n"), GP64())
	labels := 0
	convert := func(x vec.V) vec.V {
		y, beyond, some := x.New(), x.New(), YMM()
		vec.Do(VCVTTPS2DQ, x, y)
		vec.Do(VPCMPEQD, vec.Bits(1<<31), y, beyond) // what the processor gives for all that is beyond
		VMOVDQA(beyond[0], some)
		for _, r := range beyond[1:] {
			VPOR(r, some, some)
		}
		labels++
		inRange := fmt.Sprint("inRange", labels)
		VPTEST(some, some)
		JZ(LabelRef(inRange))
		wrapped := wrap(x)
		vec.Select(vec.Negative(beyond), wrapped, y, y)
		Label(inRange)
		return y
	}
	vec.Convert(dst, src, n, 2, 4, 4,
		func(v vec.V) {
			v.Read(src, nil)
			convert(v).Write(dst, nil)
		},
		func(v reg.VecVirtual) {
			VMOVSS(Mem{Base: src}, v.AsX())
			y := convert(vec.V{v})
			VMOVD(y[0].AsX(), Mem{Base: dst})
		})
}

// wrap gives the low 32 bits of floats from 2^31 on, which are the fraction's, shifted; 0 from 2^63 on.
func wrap(x vec.V) vec.V {
	y, shift := x.New(), x.New()
	vec.Do(VPSLLD, U8(1), x, shift)
	vec.Do(VPSRLD, U8(24), shift, shift)
	vec.Do(VPSUBD, vec.Bits(127+23), shift, shift)
	vec.Do(VANDPS, vec.Bits(1<<23-1), x, y)
	vec.Do(VORPS, vec.Bits(1<<23), y, y)
	vec.Do(VPSLLVD, shift, y, y)                        // by 32 and more: 0
	sign := func(o ...Op) { VPSIGND(o[0], o[1], o[2]) } // of x: its bits are in the same place
	vec.Do(sign, x, y, y)
	return y
}
