package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/energeticc/energeticc/runtime/kernel/_asm/vec"
)

// panelVectors is how many vectors a panel of weights is wide, of which so many are abreast.
const panelVectors, abreast = 6, 3

// row is the product of one row of bytes with a panel of them.
//
// VPMADDUBSW multiplies bytes without sign by bytes with one, and two products of 255 by 127 are more than 16 bits hold.
// Two of 128 by 127 aren't, nor by -128 below 0: so a is taken less by 128, its size is the one factor, and the other is b,
// or where a is negative ^b, which is -b - 1. What that lacks is the sum of such sizes, for all columns the same.
type row struct {
	a, b, columns, scale, dst, ldb, groups reg.Register
	ones, flip, zero                       reg.VecVirtual
}

func rowI8(masks Mem) {
	TEXT("rowI8AVX2", NOSPLIT, "func(dst *float32, a *uint8, b *int8, columns *int32, scale *float32, cols, groups int, off, lack int32)")
	Pragma("noescape")
	Doc(
		"rowI8AVX2 adds (Σ (a - 128)·b + off·columns)·scale to cols elements of dst: a has groups of four elements, b is [groups][cols][4],",
		"and the others have one element for each column. cols is a multiple of 4, at most 48. lack is the sum of 128 - a where that is",
		"above 0.")
	r := &row{
		dst: Load(Param("dst"), GP64()), a: Load(Param("a"), GP64()), b: Load(Param("b"), GP64()),
		columns: Load(Param("columns"), GP64()), scale: Load(Param("scale"), GP64()), groups: Load(Param("groups"), GP64()),
		ones: YMM(), flip: YMM(), zero: YMM(), ldb: GP64(),
	}
	VPXOR(r.zero, r.zero, r.zero)
	VMOVDQU(vec.Bits(0x00010001), r.ones)
	VMOVDQU(vec.Bits(0x80808080), r.flip)
	left := Load(Param("cols"), GP64())
	MOVQ(left, r.ldb)
	SHLQ(U8(2), r.ldb)
	CMPQ(left, U8(panelVectors*vec.Lanes))
	JNE(LabelRef("strips"))
	r.strip("panel", panelVectors, nil)
	JMP(LabelRef("end"))

	Label("strips")
	CMPQ(left, U8(vec.Lanes))
	JL(LabelRef("half"))
	r.strip("strip", 1, nil)
	for _, p := range []reg.Register{r.dst, r.b, r.columns, r.scale} {
		ADDQ(U8(4*vec.Lanes), p)
	}
	SUBQ(U8(vec.Lanes), left)
	JMP(LabelRef("strips"))
	Label("half")
	TESTQ(left, left)
	JZ(LabelRef("end"))
	r.strip("tail", 1, vec.Mask(masks, left))
	Label("end")
}

// strip computes vectors of columns; a mask, or nil, is the last one's.
func (r *row) strip(name string, vectors int, mask reg.Register) {
	sums := vec.New(vectors)
	vec.Do(VXORPS, sums, sums, sums)
	a, b, n := GP64(), GP64(), GP64()
	MOVQ(r.a, a)
	MOVQ(r.b, b)
	MOVQ(r.groups, n)
	TESTQ(n, n)
	JZ(LabelRef(name + "Store"))
	Label(name + "Loop")
	size, negative := YMM(), YMM()
	VPBROADCASTD(Mem{Base: a}, size)
	VPXOR(r.flip, size, size)
	VPCMPGTB(size, r.zero, negative)
	VPABSB(size, size)
	for i := 0; i < vectors; i += abreast {
		w, s := vec.New(min(abreast, vectors)), sums[i:min(i+abreast, vectors)]
		turn(w, Mem{Base: b, Disp: 4 * vec.Lanes * i}, negative, mask)
		vec.Do(VPMADDUBSW, w, size, w)
		vec.Do(VPMADDWD, r.ones, w, w)
		vec.Do(VPADDD, w, s, s)
	}
	ADDQ(U8(4), a)
	ADDQ(r.ldb, b)
	DECQ(n)
	JNZ(LabelRef(name + "Loop"))
	Label(name + "Store")
	t := vec.New(vectors)
	t.Read(r.columns, mask)
	vec.Do(VPMULLD, vec.Spread("off"), t, t)
	vec.Do(VPADDD, t, sums, sums)
	vec.Do(VPADDD, vec.Spread("lack"), sums, sums)
	vec.Do(VCVTDQ2PS, sums, sums)
	t.Read(r.scale, mask)
	vec.Do(VMULPS, t, sums, sums)
	t.Read(r.dst, mask)
	vec.Do(VADDPS, t, sums, sums)
	sums.Write(r.dst, mask)
}

// turn reads weights and negates the bits of those that meet a negative factor. Zen 3 takes a third longer where VXORPS
// does so.
func turn(w vec.V, from Mem, negative, mask reg.Register) {
	if mask != nil {
		vec.ReadPart(from, mask, w[0])
		VPXOR(negative, w[0], w[0])
		return
	}
	for i, x := range w {
		VPXOR(from.Offset(4*vec.Lanes*i), negative, x)
	}
}
