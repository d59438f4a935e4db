// Widen writes the conversion of stored weights to float32, a file each: -from names the type.
package main

import (
	"flag"
	"log"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/energeticc/energeticc/runtime/kernel/_asm/vec"
)

const abreast = 4

func main() {
	from := flag.String("from", "", "the type: i8 or f16")
	flag.Parse()
	ConstraintExpr("gc,!purego")
	switch *from {
	case "i8":
		fromI8()
	case "f16":
		fromF16()
	default:
		log.Fatalf("widen: -from: there is no %q", *from)
	}
	VZEROUPPER()
	RET()
	Generate()
}

func fromI8() {
	TEXT("widenI8AVX2", NOSPLIT, "func(dst *float32, src *int8, n int, zero, scale float32)")
	Pragma("noescape")
	Doc("widenI8AVX2 sets n elements of dst to (v - zero)·scale, for v of src.")
	dst, src, n := Load(Param("dst"), GP64()), Load(Param("src"), GP64()), Load(Param("n"), GP64())
	zero, scale := vec.Spread("zero"), vec.Spread("scale")
	convert := func(v vec.V) {
		vec.Do(VCVTDQ2PS, v, v)
		vec.Do(VSUBPS, zero, v, v)
		vec.Do(VMULPS, scale, v, v)
	}
	vec.Convert(dst, src, n, abreast, 4, 1,
		func(v vec.V) {
			for i, r := range v {
				VPMOVSXBD(Mem{Base: src, Disp: vec.Lanes * i}, r)
			}
			convert(v)
			v.Write(dst, nil)
		},
		func(v reg.VecVirtual) {
			b := GP32()
			MOVBLSX(Mem{Base: src}, b)
			VMOVD(b, v.AsX())
			convert(vec.V{v})
			VMOVSS(v.AsX(), Mem{Base: dst})
		})
}

func fromF16() {
	TEXT("widenF16AVX2", NOSPLIT, "func(dst *float32, src *uint16, n int)")
	Pragma("noescape")
	Doc("widenF16AVX2 converts n float16 to float32.")
	dst, src, n := Load(Param("dst"), GP64()), Load(Param("src"), GP64()), Load(Param("n"), GP64())
	vec.Convert(dst, src, n, abreast, 4, 2,
		func(v vec.V) {
			for i, r := range v {
				VCVTPH2PS(Mem{Base: src, Disp: 2 * vec.Lanes * i}, r)
			}
			v.Write(dst, nil)
		},
		func(v reg.VecVirtual) {
			h := GP32()
			MOVWLZX(Mem{Base: src}, h)
			VMOVD(h, v.AsX())
			VCVTPH2PS(v.AsX(), v.AsX())
			VMOVSS(v.AsX(), Mem{Base: dst})
		})
}
