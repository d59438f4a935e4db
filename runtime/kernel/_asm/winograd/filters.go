package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/energeticc/energeticc/runtime/kernel/_asm/vec"
)

// filters writes the transform of weights. A register holds two input channels of a panel's four rows.
func filters() {
	TEXT("winogradFiltersAVX2", NOSPLIT, "func(u, w *float32, channels, ldw, ldtap, ldu int)")
	Doc("winogradFiltersAVX2 computes u[i][c][r] for i < 16, which are ldu apart, from the filters w[c][9][r] of four rows:",
		"G·w·Gᵀ. Filters of a channel and the next are ldw apart, their taps ldtap. channels is at least 1. Nothing outside",
		"of the operands is read or written.")
	Pragma("noescape")
	f := &filter{u: Load(Param("u"), GP64()), w: Load(Param("w"), GP64()), ldw: bytes("ldw"), ldtap: bytes("ldtap"), ldu: bytes("ldu"), half: YMM()}
	n := Load(Param("channels"), GP64())
	VMOVUPS(vec.Const(0.5), f.half)
	SUBQ(U8(2), n)
	JL(LabelRef("last"))
	Label("loop")
	f.transform(2)
	LEAQ(Mem{Base: f.w, Index: f.ldw, Scale: 2}, f.w)
	ADDQ(U8(2*16), f.u)
	SUBQ(U8(2), n)
	JGE(LabelRef("loop"))
	Label("last")
	ADDQ(U8(2), n)
	JZ(LabelRef("done"))
	f.transform(1)
	Label("done")
}

// filter is the state of the function, in registers.
type filter struct {
	u, w            reg.Register
	ldw, ldtap, ldu reg.Register
	half            reg.VecVirtual
}

// transform computes one or two channels.
func (f *filter) transform(channels int) {
	to := GP64()
	MOVQ(f.u, to)
	var taps [3][3]reg.VecVirtual
	first, second := GP64(), GP64()
	MOVQ(f.w, first)
	LEAQ(Mem{Base: f.w, Index: f.ldw, Scale: 1}, second)
	for i := range taps {
		for j := range taps[i] {
			v, low, high := YMM(), Mem{Base: first}, Mem{Base: second}
			if j > 0 {
				low.Index, low.Scale = f.ldtap, uint8(j)
				high.Index, high.Scale = f.ldtap, uint8(j)
			}
			if channels == 2 {
				pair(low, high, v)
			} else {
				VBROADCASTF128(low, v)
			}
			taps[i][j] = v
		}
		for range 3 {
			ADDQ(f.ldtap, first)
			ADDQ(f.ldtap, second)
		}
	}
	// Row by row of G·w: each is spread over four columns and stored before the next.
	for i := range 4 {
		var row [3]reg.VecVirtual
		for j := range row {
			row[j] = f.mix(i, taps[0][j], taps[1][j], taps[2][j])
		}
		for j := range 4 {
			v := f.mix(j, row[0], row[1], row[2])
			if channels == 2 {
				VMOVUPS(v, Mem{Base: to})
			} else {
				VMOVUPS(v.AsX(), Mem{Base: to})
			}
			if i+j < 6 {
				ADDQ(f.ldu, to)
			}
		}
	}
}

// mix is row i of G times (a, b, c).
func (f *filter) mix(i int, a, b, c reg.VecVirtual) reg.VecVirtual {
	switch i {
	case 0:
		return a
	case 3:
		return c
	}
	v := add(a, c)
	if i == 1 {
		VADDPS(b, v, v)
	} else {
		VSUBPS(b, v, v)
	}
	VMULPS(f.half, v, v)
	return v
}
