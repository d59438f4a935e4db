package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

// panels writes the copy of a panel of 16 rows into panels of four.
func panels() {
	TEXT("convPanelsAVX2", NOSPLIT, "func(dst, src *float32, taps, k int)")
	Pragma("noescape")
	Doc("convPanelsAVX2 lays weights [taps][k][16] out as [4][k][taps][4]. taps and k are at least 1. Nothing outside of the",
		"operands is read or written.")
	dst, src, taps, k := Load(Param("dst"), GP64()), Load(Param("src"), GP64()), Load(Param("taps"), GP64()), Load(Param("k"), GP64())
	step, panel, third := GP64(), GP64(), GP64() // bytes from a channel to the next, to the next panel and to the fourth
	MOVQ(taps, step)
	SHLQ(U8(4), step)
	MOVQ(step, panel)
	IMULQ(k, panel)
	LEAQ(Mem{Base: panel, Index: panel, Scale: 2}, third)
	Label("tap")
	to, left := GP64(), GP64()
	MOVQ(dst, to)
	MOVQ(k, left)
	Label("channel")
	for p, at := range []Mem{{Base: to}, {Base: to, Index: panel, Scale: 1}, {Base: to, Index: panel, Scale: 2}, {Base: to, Index: third, Scale: 1}} {
		v := XMM()
		VMOVUPS(Mem{Base: src, Disp: 16 * p}, v)
		VMOVUPS(v, at)
	}
	ADDQ(U8(64), src)
	ADDQ(step, to)
	DECQ(left)
	JNZ(LabelRef("channel"))
	ADDQ(U8(16), dst)
	DECQ(taps)
	JNZ(LabelRef("tap"))
}
