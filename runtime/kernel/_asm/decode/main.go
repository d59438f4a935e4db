// Decode writes the widening of codes to the float32 that they stand for, by AVX2. -from names the codes' type.
package main

import (
	"flag"
	"log"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// rows is how many codes, one of each row, a vector of float64 has; abreast is how many such vectors are computed side
// by side.
const rows, abreast = 4, 4

// types are those of codes: their bytes, and what widens four of them to int32.
var types = map[string]struct {
	name, of string
	bytes    int
	load     func(ops ...Op)
}{
	"i8":  {"decodeI8AVX2", "int8", 1, VPMOVSXBD},
	"u8":  {"decodeU8AVX2", "uint8", 1, VPMOVZXBD},
	"u16": {"decodeU16AVX2", "uint16", 2, VPMOVZXWD},
}

func main() {
	from := flag.String("from", "", "the type: i8, u8 or u16")
	flag.Parse()
	t, ok := types[*from]
	if !ok {
		log.Fatalf("decode: -from: there is no %q", *from)
	}
	ConstraintExpr("gc,!purego")
	TEXT(t.name, NOSPLIT, "func(dst *float32, src *"+t.of+", n int, step float64, least *float64, scale *float32)")
	Pragma("noescape")
	Doc(t.name+" sets n elements of dst, a multiple of 4 that is not 0, to float32(v·step + least)·scale for v of src: in float64,",
		"but for the last product. Four elements have a least and a scale each, and so on for the next four.")
	dst, src, n := Load(Param("dst"), GP64()), Load(Param("src"), GP64()), Load(Param("n"), GP64())
	step, least, scale := YMM(), YMM(), XMM()
	at, err := Param("step").Resolve()
	if err != nil {
		log.Fatal(err)
	}
	VBROADCASTSD(at.Addr, step)
	VMOVUPD(Mem{Base: Load(Param("least"), GP64())}, least)
	VMOVUPS(Mem{Base: Load(Param("scale"), GP64())}, scale)
	body := func(count int) {
		wide := make([]reg.VecVirtual, count)
		for i := range wide {
			wide[i] = YMM()
			t.load(Mem{Base: src, Disp: rows * t.bytes * i}, wide[i].AsX())
		}
		for _, v := range wide {
			VCVTDQ2PD(v.AsX(), v)
		}
		for _, v := range wide {
			VMULPD(step, v, v)
		}
		for _, v := range wide {
			VADDPD(least, v, v)
		}
		for _, v := range wide {
			VCVTPD2PSY(v, v.AsX())
		}
		for i, v := range wide {
			VMULPS(scale, v.AsX(), v.AsX())
			VMOVUPS(v.AsX(), Mem{Base: dst, Disp: 4 * rows * i})
		}
		ADDQ(U8(rows*t.bytes*count), src)
		ADDQ(U8(4*rows*count), dst)
	}
	SUBQ(U8(rows*abreast), n)
	JL(LabelRef("tail"))
	Label("loop")
	body(abreast)
	SUBQ(U8(rows*abreast), n)
	JGE(LabelRef("loop"))
	Label("tail")
	ADDQ(U8(rows*abreast), n)
	JZ(LabelRef("done"))
	Label("four")
	body(1)
	SUBQ(U8(rows), n)
	JNZ(LabelRef("four"))
	Label("done")
	VZEROUPPER()
	RET()
	Generate()
}
