// Pack writes the layout of quantised filters for a convolution by AVX2: four rows of bytes become a panel of float32
// that has them side by side. -from names the bytes' type.
package main

import (
	"flag"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/energeticc/energeticc/runtime/kernel/_asm/vec"
)

func main() {
	from := flag.String("from", "i8", "the type: i8 or u8")
	flag.Parse()
	ConstraintExpr("gc,!purego")
	name, of, load := "packI8AVX2", "int8", func(m Mem, v reg.VecVirtual) { VPMOVSXBD(m, v) }
	if *from == "u8" {
		name, of, load = "packU8AVX2", "uint8", func(m Mem, v reg.VecVirtual) { VPMOVZXBD(m, v) }
	}
	TEXT(name, NOSPLIT, "func(dst *float32, src *"+of+", n, ldsrc int, zero, scale *float32)")
	Pragma("noescape")
	Doc(name+" sets dst[j][r] to (src[r][j] - zero[r])·scale[r] for r < 4 and j < n, a multiple of 8 that is not 0. Rows of src",
		"are ldsrc apart. Nothing outside of the operands is read or written.")
	dst, src, n, ld := Load(Param("dst"), GP64()), Load(Param("src"), GP64()), Load(Param("n"), GP64()), Load(Param("ldsrc"), GP64())
	third := GP64()
	LEAQ(Mem{Base: ld, Index: ld, Scale: 2}, third)
	rows := []Mem{{Base: src}, {Base: src, Index: ld, Scale: 1}, {Base: src, Index: ld, Scale: 2}, {Base: src, Index: third, Scale: 1}}
	zero, scale := YMM(), YMM() // of the four rows, twice
	VBROADCASTF128(Mem{Base: Load(Param("zero"), GP64())}, zero)
	VBROADCASTF128(Mem{Base: Load(Param("scale"), GP64())}, scale)
	Label("loop")
	v := vec.New(len(rows))
	for r, m := range rows {
		load(m, v[r])
	}
	v = transposed(v)
	vec.Do(VCVTDQ2PS, v, v)
	vec.Do(VSUBPS, zero, v, v)
	vec.Do(VMULPS, scale, v, v)
	for i, x := range v {
		VMOVUPS(x.AsX(), Mem{Base: dst, Disp: 16 * i})
		VEXTRACTF128(U8(1), x, Mem{Base: dst, Disp: 16 * (i + len(v))})
	}
	ADDQ(U8(vec.Lanes), src)
	ADDQ(U32(4*4*vec.Lanes), dst)
	SUBQ(U8(vec.Lanes), n)
	JNZ(LabelRef("loop"))
	VZEROUPPER()
	RET()
	Generate()
}

// transposed gives what the four rows have at places 0 and 4, at 1 and 5, 2 and 6, and 3 and 7.
func transposed(v vec.V) vec.V {
	low, high, to := vec.New(2), vec.New(2), vec.New(4) // of rows 0 and 1, and of 2 and 3
	for i := range 2 {
		VPUNPCKLDQ(v[2*i+1], v[2*i], low[i])
		VPUNPCKHDQ(v[2*i+1], v[2*i], high[i])
	}
	VPUNPCKLQDQ(low[1], low[0], to[0])
	VPUNPCKHQDQ(low[1], low[0], to[1])
	VPUNPCKLQDQ(high[1], high[0], to[2])
	VPUNPCKHQDQ(high[1], high[0], to[3])
	return to
}
