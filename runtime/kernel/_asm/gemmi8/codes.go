package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/energeticc/energeticc/runtime/kernel/_asm/vec"
)

// nearTie is what a quotient must be less than from a whole number for its rounding to be sure, if it was made by the
// inverse: up to 1024, which is beyond all codes, that is off by 2⁻¹² at most.
const nearTie = 0.5 - 1.0/(1<<11)

// codes writes what makes codes of sums.
func codes(name, to string, pack func(...Op)) {
	TEXT(name, NOSPLIT, "func(dst *"+to+", sums *int32, scale, bias *float32, rows, cols int, out, inverse, zero float32)")
	Pragma("noescape")
	Doc(name+" sets dst to (sums·scale + bias)/out, rounded to nearest even, plus zero, held within the type; NaN gives the",
		"least. dst and sums are [rows][48]; of each row cols are set, a multiple of 16; scale and bias have as many elements.",
		"inverse is 1/out, or NaN where that is no normal number: quotients that it leaves in doubt are divided.")
	dst, sums, cols := Load(Param("dst"), GP64()), Load(Param("sums"), GP64()), Load(Param("cols"), GP64())
	scale, bias := Load(Param("scale"), GP64()), Load(Param("bias"), GP64())
	inverse, out, zero := vec.Spread("inverse"), vec.Spread("out"), vec.Spread("zero")
	limit, factors, summands := YMM(), vec.New(2), vec.New(2)
	VMOVUPS(vec.Bits(math.Float32bits(1<<20)), limit)
	Label("strip")
	factors.Read(scale, nil)
	summands.Read(bias, nil)
	from, at, rows := GP64(), GP64(), Load(Param("rows"), GP64())
	MOVQ(sums, from)
	MOVQ(dst, at)
	Label("row")
	v, q := vec.New(2), vec.New(2)
	for i, r := range v {
		VCVTDQ2PS(Mem{Base: from, Disp: 4 * vec.Lanes * i}, r)
	}
	vec.Do(VMULPS, factors, v, v)
	vec.Do(VADDPS, summands, v, v)
	vec.Do(VMULPS, inverse, v, q)
	whole, rest := vec.New(2), vec.New(2)
	vec.Round(q, whole)
	vec.Do(VSUBPS, whole, q, rest)
	vec.Do(VANDPS, vec.Bits(1<<31-1), rest, rest)
	notLess := func(o ...Op) { VCMPPS(U8(5), o[0], o[1], o[2]) }
	vec.Do(notLess, vec.Bits(math.Float32bits(nearTie)), rest, rest)
	VORPS(rest[1], rest[0], rest[0])
	VTESTPS(rest[0], rest[0])
	JZ(LabelRef("sure"))
	vec.Do(VDIVPS, out, v, whole)
	vec.Round(whole, whole)
	Label("sure")
	vec.Do(VADDPS, zero, whole, whole)
	vec.Do(VMINPS, whole, limit, whole) // NaN, the second operand, stays
	vec.Do(VCVTTPS2DQ, whole, whole)
	VPACKSSDW(whole[1], whole[0], whole[0])
	high := XMM()
	VPERMQ(U8(0xd8), whole[0], whole[0])
	VEXTRACTI128(U8(1), whole[0], high)
	pack(high, whole[0].AsX(), high)
	VMOVDQU(high, Mem{Base: at})
	ADDQ(U32(rowBytes), from)
	ADDQ(U8(rowBytes/4), at)
	DECQ(rows)
	JNZ(LabelRef("row"))
	for _, p := range []reg.Register{scale, bias, sums} {
		ADDQ(U8(8*vec.Lanes), p)
	}
	ADDQ(U8(2*vec.Lanes), dst)
	SUBQ(U8(2*vec.Lanes), cols)
	JNZ(LabelRef("strip"))
	VZEROUPPER()
	RET()
}
