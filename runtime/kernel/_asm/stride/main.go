// Stride writes the copy of every other element by AVX2.
package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"

	"github.com/energeticc/energeticc/runtime/kernel/_asm/vec"
)

func main() {
	ConstraintExpr("gc,!purego")
	TEXT("strideTwoAVX2", NOSPLIT, "func(dst, src *float32, n int)")
	Pragma("noescape")
	Doc("strideTwoAVX2 sets n elements of dst, a multiple of 8, to every other one of 2·n of src.")
	dst, src, n := Load(Param("dst"), GP64()), Load(Param("src"), GP64()), Load(Param("n"), GP64())
	JMP(LabelRef("next"))
	Label("loop")
	low, high := YMM(), YMM()
	VMOVUPS(Mem{Base: src}, low)
	VMOVUPS(Mem{Base: src, Disp: 4 * vec.Lanes}, high)
	VSHUFPS(U8(0b10_00_10_00), high, low, low) // pairs of low, high, low, high
	VPERMPD(U8(0b11_01_10_00), low, low)
	VMOVUPS(low, Mem{Base: dst})
	ADDQ(U8(8*vec.Lanes), src)
	ADDQ(U8(4*vec.Lanes), dst)
	Label("next")
	SUBQ(U8(vec.Lanes), n)
	JGE(LabelRef("loop"))
	VZEROUPPER()
	RET()
	Generate()
}
