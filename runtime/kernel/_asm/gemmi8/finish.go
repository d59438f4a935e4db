package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/energeticc/energeticc/runtime/kernel/_asm/vec"
)

// columns writes what makes float32 of sums.
func columns() {
	TEXT("finishColumnsI8AVX2", NOSPLIT, "func(dst *float32, sums *int32, residual *float32, columns, zero *int32, scale, bias *float32, off, total *int32, rows, cols, ldc int)")
	Pragma("noescape")
	Doc("finishColumnsI8AVX2 sets dst to (sums - columns·off - zero·total)·scale + bias + residual: dst and residual are",
		"[rows][cols] with rows ldc apart, sums [rows][48]; columns, zero, scale and bias have an element for each of 48 columns,",
		"off and total one for each row. residual may be nil, or dst. Nothing is taken off if columns is nil.")
	dst, sums, residual := Load(Param("dst"), GP64()), Load(Param("sums"), GP64()), Load(Param("residual"), GP64())
	scale, bias := Load(Param("scale"), GP64()), Load(Param("bias"), GP64())
	ofColumn := []reg.Register{Load(Param("columns"), GP64()), Load(Param("zero"), GP64())}
	ofRow := []reg.Register{Load(Param("off"), GP64()), Load(Param("total"), GP64())}
	rows := Load(Param("rows"), GP64())
	masks := vec.MaskTable()
	at, left := GP64(), GP64()
	factors := []reg.VecVirtual{YMM(), YMM()}
	column := func(base reg.Register) Mem { return Mem{Base: base, Index: at, Scale: 1} }
	labels := 0
	level := func() reg.VecVirtual {
		x, y := YMM(), YMM()
		VMOVDQU(column(sums), x)
		labels++
		plain := fmt.Sprint("plain", labels)
		TESTQ(ofColumn[0], ofColumn[0])
		JZ(LabelRef(plain))
		for i, f := range factors {
			VPMULLD(column(ofColumn[i]), f, y)
			VPSUBD(y, x, x)
		}
		Label(plain)
		VCVTDQ2PS(x, x)
		VMULPS(column(scale), x, x)
		VADDPS(column(bias), x, x)
		return x
	}
	Label("row")
	TESTQ(rows, rows)
	JZ(LabelRef("done"))
	for i, f := range factors {
		VPBROADCASTD(Mem{Base: ofRow[i]}, f)
		ADDQ(U8(4), ofRow[i])
	}
	XORQ(at, at)
	Load(Param("cols"), left)
	SUBQ(U8(vec.Lanes), left)
	JL(LabelRef("rest"))
	Label("columns")
	x := level()
	TESTQ(residual, residual)
	JZ(LabelRef("store"))
	VADDPS(column(residual), x, x)
	Label("store")
	VMOVUPS(x, column(dst))
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
	VMASKMOVPS(column(residual), mask, y)
	VADDPS(y, x, x)
	Label("storeRest")
	VMASKMOVPS(x, mask, column(dst))
	Label("next")
	step := left // which is spent
	Load(Param("ldc"), step)
	SHLQ(U8(2), step)
	ADDQ(step, dst)
	ADDQ(U32(rowBytes), sums)
	TESTQ(residual, residual)
	JZ(LabelRef("skip"))
	ADDQ(step, residual)
	Label("skip")
	DECQ(rows)
	JMP(LabelRef("row"))
	Label("done")
	VZEROUPPER()
	RET()
}
