package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"

	"github.com/energeticc/energeticc/runtime/kernel/_asm/vec"
)

// narrow writes softmax over rows of a vector or two. The second one ends with the row and has again what the first has,
// so that nothing lies beside a row of a vector or more, and only shorter ones go through a mask.
func narrow(masks Mem) {
	one := ConstData("one", F64(1))
	TEXT("softmaxRowsAVX2", NOSPLIT, "func(dst, src *float32, rows, n int)")
	Pragma("noescape")
	Doc("softmaxRowsAVX2 sets each row of dst, [rows, n], to e^x / Σ e^x for x of src. dst may be src; n is 1 to 16, and",
		"rows may not be 0.")
	dst, src, n := Load(Param("dst"), GP64()), Load(Param("src"), GP64()), Load(Param("n"), GP64())
	rows, width := Load(Param("rows"), GP64()), GP64()
	MOVQ(n, width)
	SHLQ(U8(2), width)
	none := vec.One(math.Inf(-1))
	next := func(label string) {
		ADDQ(width, src)
		ADDQ(width, dst)
		DECQ(rows)
		JNZ(LabelRef(label))
		vec.End()
	}
	CMPQ(n, U8(vec.Lanes))
	JG(LabelRef("two"))
	mask := vec.Mask(masks, n)
	Label("row")
	v := vec.New(1)
	v.Read(src, mask)
	vec.Select(vec.Cond{mask}, v, none, v)
	e := exponentials(v)
	vec.Keep(vec.Cond{mask}, e)
	shares(e, e, one)
	e.Write(dst, mask)
	next("row")

	Label("two")
	again := GP64() // what both vectors have is counted once
	MOVQ(U32(2*vec.Lanes), again)
	SUBQ(n, again)
	mask = vec.Mask(masks, again)
	Label("pair")
	v = vec.New(2)
	VMOVUPS(Mem{Base: src}, v[0])
	VMOVUPS(Mem{Base: src, Index: width, Scale: 1, Disp: -4 * vec.Lanes}, v[1])
	e = exponentials(v)
	once := vec.V{e[0], YMM()}
	VANDNPS(e[1], mask, once[1])
	shares(e, once, one)
	VMOVUPS(e[0], Mem{Base: dst})
	VMOVUPS(e[1], Mem{Base: dst, Index: width, Scale: 1, Disp: -4 * vec.Lanes})
	next("pair")
}

// exponentials returns e^(x - top), top being a row's greatest element.
func exponentials(v vec.V) vec.V {
	top, other := YMM(), YMM()
	VMAXPS(v[0], v[len(v)-1], top)
	VPERM2F128(U8(1), top, top, other)
	VMAXPS(other, top, top)
	for _, order := range []uint8{0x4e, 0xb1} {
		VPERMILPS(U8(order), top, other)
		VMAXPS(other, top, top)
	}
	return below(v, top)
}

// shares divides e by the sum of what counts.
func shares(e, counts vec.V, one Mem) {
	sum := YMM()
	for i, r := range counts {
		low, high := YMM(), YMM()
		VEXTRACTF128(U8(1), r, high.AsX())
		VCVTPS2PD(high.AsX(), high)
		VCVTPS2PD(r.AsX(), low)
		if i == 0 {
			VADDPD(high, low, sum)
			continue
		}
		VADDPD(high, sum, sum)
		VADDPD(low, sum, sum)
	}
	half, factor := YMM(), YMM()
	VPERM2F128(U8(1), sum, sum, half)
	VADDPD(half, sum, sum)
	VPERMILPD(U8(5), sum, half)
	VADDPD(half, sum, sum)
	VMOVSD(one, factor.AsX())
	VDIVSD(sum.AsX(), factor.AsX(), factor.AsX())
	VCVTSD2SS(factor.AsX(), factor.AsX(), factor.AsX())
	VBROADCASTSS(factor.AsX(), factor)
	vec.Do(VMULPS, factor, e, e)
}
