package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/energeticc/energeticc/runtime/kernel/_asm/vec"
)

// finish writes what makes float32 of sums. Its operands belong to the columns, or to the rows if byRow.
func finish(name string, byRow bool) {
	of := "column"
	if byRow {
		of = "row"
	}
	TEXT(name, NOSPLIT, "func(dst *float32, sums *int32, residual *float32, off *int32, scale, bias *float32, rows, cols, ldc int)")
	Pragma("noescape")
	Doc(name+" sets dst to (sums - off)·scale + bias + residual: dst and residual are [rows][cols] with rows ldc apart, sums",
		"[rows][48]; off, scale and bias have an element for each "+of+". residual may be nil, or dst.")
	dst, sums, residual := Load(Param("dst"), GP64()), Load(Param("sums"), GP64()), Load(Param("residual"), GP64())
	off, scale, bias := Load(Param("off"), GP64()), Load(Param("scale"), GP64()), Load(Param("bias"), GP64())
	rows, step := Load(Param("rows"), GP64()), Load(Param("ldc"), GP64())
	SHLQ(U8(2), step)
	masks := vec.MaskTable()
	Label("row")
	TESTQ(rows, rows)
	JZ(LabelRef("done"))
	at, left := GP64(), GP64()
	XORQ(at, at)
	Load(Param("cols"), left)
	operand := func(base reg.Register, r reg.VecVirtual) {
		if byRow {
			VBROADCASTSS(Mem{Base: base}, r)
		} else {
			VMOVUPS(Mem{Base: base, Index: at, Scale: 1}, r)
		}
	}
	level := func() reg.VecVirtual {
		x, y := YMM(), YMM()
		VMOVDQU(Mem{Base: sums, Index: at, Scale: 1}, x)
		operand(off, y)
		VPSUBD(y, x, x)
		VCVTDQ2PS(x, x)
		operand(scale, y)
		VMULPS(y, x, x)
		operand(bias, y)
		VADDPS(y, x, x)
		return x
	}
	SUBQ(U8(vec.Lanes), left)
	JL(LabelRef("rest"))
	Label("columns")
	x := level()
	TESTQ(residual, residual)
	JZ(LabelRef("store"))
	VADDPS(Mem{Base: residual, Index: at, Scale: 1}, x, x)
	Label("store")
	VMOVUPS(x, Mem{Base: dst, Index: at, Scale: 1})
	ADDQ(U8(4*vec.Lanes), at)
	SUBQ(U8(vec.Lanes), left)
	JGE(LabelRef("columns"))
	Label("rest")
	ADDQ(U8(vec.Lanes), left)
	JZ(LabelRef("next"))
	mask := vec.Mask(masks, left)
	x = level()
	TESTQ(residual, residual)
	JZ(LabelRef("storeRest"))
	y := YMM()
	VMASKMOVPS(Mem{Base: residual, Index: at, Scale: 1}, mask, y)
	VADDPS(y, x, x)
	Label("storeRest")
	VMASKMOVPS(x, mask, Mem{Base: dst, Index: at, Scale: 1})
	Label("next")
	ADDQ(step, dst)
	ADDQ(U32(rowBytes), sums)
	TESTQ(residual, residual)
	JZ(LabelRef("skip"))
	ADDQ(step, residual)
	Label("skip")
	if byRow {
		for _, r := range []reg.Register{off, scale, bias} {
			ADDQ(U8(4), r)
		}
	}
	DECQ(rows)
	JMP(LabelRef("row"))
	Label("done")
	VZEROUPPER()
	RET()
}
