// Widen writes conversions to float32, a file each: -from names the type.
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
	from := flag.String("from", "", "the type: i8, u8, i32 or f16; columnsI8 for a scale of each column")
	vec.Begin()
	switch *from {
	case "i8":
		fromInt("widenI8AVX2", "int8", 1,
			func(m Mem, r reg.VecVirtual) { VPMOVSXBD(m, r) }, func(m Mem, r reg.GPVirtual) { MOVBLSX(m, r) })
	case "u8":
		fromInt("widenU8AVX2", "uint8", 1,
			func(m Mem, r reg.VecVirtual) { VPMOVZXBD(m, r) }, func(m Mem, r reg.GPVirtual) { MOVBLZX(m, r) })
	case "i32":
		fromInt("widenI32AVX2", "int32", 4,
			func(m Mem, r reg.VecVirtual) { VMOVDQU(m, r) }, func(m Mem, r reg.GPVirtual) { MOVL(m, r) })
	case "f16":
		fromF16()
	case "columnsI8":
		columns()
	default:
		log.Fatalf("widen: -from: there is no %q", *from)
	}
	vec.End()
	Generate()
}

// fromInt writes the conversion of integers of so many bytes; load and loadOne extend them to 32 bits.
func fromInt(name, from string, bytes int, load func(Mem, reg.VecVirtual), loadOne func(Mem, reg.GPVirtual)) {
	TEXT(name, NOSPLIT, "func(dst *float32, src *"+from+", n int, zero, scale float32)")
	Pragma("noescape")
	Doc(name + " sets n elements of dst to (v - zero)·scale, for v of src.")
	dst, src, n := Load(Param("dst"), GP64()), Load(Param("src"), GP64()), Load(Param("n"), GP64())
	zero, scale := vec.Spread("zero"), vec.Spread("scale")
	convert := func(v vec.V) {
		vec.Do(VCVTDQ2PS, v, v)
		vec.Do(VSUBPS, zero, v, v)
		vec.Do(VMULPS, scale, v, v)
	}
	vec.Convert(dst, src, n, abreast, 4, bytes,
		func(v vec.V) {
			for i, r := range v {
				load(Mem{Base: src, Disp: bytes * vec.Lanes * i}, r)
			}
			convert(v)
			v.Write(dst, nil)
		},
		func(v reg.VecVirtual) {
			i := GP32()
			loadOne(Mem{Base: src}, i)
			VMOVD(i, v.AsX())
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

// columns writes the conversion of a panel, whose columns have scales: 24 at a time, then 4.
func columns() {
	TEXT("widenColumnsI8AVX2", NOSPLIT, "func(dst *float32, src *int8, scale *float32, rows, cols int)")
	Pragma("noescape")
	Doc("widenColumnsI8AVX2 sets a matrix of rows × cols to that of src times its column's scale. There are rows, and a multiple",
		"of 4 columns, not 0.")
	dst, src, rows := Load(Param("dst"), GP64()), Load(Param("src"), GP64()), Load(Param("rows"), GP64())
	Label("row")
	scale, n := Load(Param("scale"), GP64()), Load(Param("cols"), GP64())
	for _, block := range []struct {
		name    string
		vectors int
		lanes   int
	}{{"wide", 3, vec.Lanes}, {"narrow", 1, vec.Lanes / 2}} {
		cols := block.vectors * block.lanes
		SUBQ(U8(cols), n)
		JL(LabelRef(block.name + "End"))
		Label(block.name)
		for v := range block.vectors {
			var r reg.Register = YMM()
			if block.lanes < vec.Lanes {
				r = XMM()
			}
			VPMOVSXBD(Mem{Base: src, Disp: v * block.lanes}, r)
			VCVTDQ2PS(r, r)
			VMULPS(Mem{Base: scale, Disp: 4 * v * block.lanes}, r, r)
			VMOVUPS(r, Mem{Base: dst, Disp: 4 * v * block.lanes})
		}
		ADDQ(U8(cols), src)
		ADDQ(U8(4*cols), dst)
		ADDQ(U8(4*cols), scale)
		SUBQ(U8(cols), n)
		JGE(LabelRef(block.name))
		Label(block.name + "End")
		ADDQ(U8(cols), n)
	}
	DECQ(rows)
	JNZ(LabelRef("row"))
}
