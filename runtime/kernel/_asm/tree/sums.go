package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/energeticc/energeticc/runtime/kernel/_asm/vec"
)

// totals writes the sums of the leaves' votes for eight rows.
func totals() {
	TEXT("treeTotalsU32AVX2", NOSPLIT, "func(leaves *uint32, count int)")
	Pragma("noescape")
	Doc("treeTotalsU32AVX2 puts the sum of count votes of each of eight rows at the front. The rows' votes alternate; their",
		"bits are those of float32. count may not be 0.")
	leaves, count, at, sum := Load(Param("leaves"), GP64()), Load(Param("count"), GP64()), GP64(), YMM()
	MOVQ(leaves, at)
	VXORPS(sum, sum, sum)
	Label("next")
	VADDPS(Mem{Base: at}, sum, sum)
	ADDQ(U8(4*vec.Lanes), at)
	DECQ(count)
	JNZ(LabelRef("next"))
	VMOVUPS(sum, Mem{Base: leaves})
	VZEROUPPER()
	RET()
}

// keys writes what stands for a row's numbers, and for those of eight rows.
func keys() {
	masks := vec.MaskTable()
	begin := func(name, params, what string) (dst, x, n reg.Register) {
		TEXT(name, NOSPLIT, fmt.Sprintf("func(dst *uint32, x *float32, %s int)", params))
		Pragma("noescape")
		Doc(name + " writes the keys of " + what + ", see treeKeyOf.")
		return Load(Param("dst"), GP64()), Load(Param("x"), GP64()), Load(Param("n"), GP64())
	}
	dst, x, n := begin("treeKeysU32AVX2", "n", "n numbers")
	vec.Loop(masks, n, 1, []reg.Register{dst, x}, func(v vec.V, mask reg.Register) {
		v.Read(x, mask)
		key(v[0])
		v.Write(dst, mask)
	})
	VZEROUPPER()
	RET()

	dst, x, n = begin("treeKeysRowsU32AVX2", "n, stride", "the first n numbers of eight rows, stride apart: of all, one after the other")
	rows, stride := YMM(), XMM()
	step := GP64()
	Load(Param("stride"), step)
	VMOVD(step.As32(), stride)
	VPBROADCASTD(stride, rows)
	VPMULLD(lanes(), rows, rows)
	all := YMM()
	Label("number")
	v := YMM()
	VPCMPEQD(all, all, all)
	VGATHERDPS(all, Mem{Base: x, Index: rows, Scale: 4}, v)
	key(v)
	VMOVUPS(v, Mem{Base: dst})
	ADDQ(U8(4), x)
	ADDQ(U8(4*vec.Lanes), dst)
	DECQ(n)
	JNZ(LabelRef("number"))
	VZEROUPPER()
	RET()
}

// lanes declares the numbers of the lanes.
func lanes() Mem {
	m := GLOBL("lanes", RODATA|NOPTR)
	for i := range vec.Lanes {
		DATA(4*i, U32(i))
	}
	return m
}

// key turns numbers to their keys.
func key(v reg.VecVirtual) {
	nan, sign := YMM(), YMM()
	VCMPPS(U8(3), v, v, nan)
	VPSRAD(U8(31), v, sign)
	VPOR(vec.Bits(1<<31), sign, sign)
	VPXOR(sign, v, v)
	VPOR(nan, v, v)
}
