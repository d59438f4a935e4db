package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/energeticc/energeticc/runtime/kernel/_asm/vec"
)

// filters writes the transform of weights. A register holds two input channels of a panel's four rows.
func filters() {
	TEXT("winogradFiltersAVX2", NOSPLIT, "func(u, w *float32, channels, ldu int)")
	Doc("winogradFiltersAVX2 computes u[i][c][r] for i < 16, which are ldu apart, from the filters w[c][9][r] of a panel of four",
		"rows: G·w·Gᵀ. channels is at least 1. Nothing outside of the operands is read or written.")
	Pragma("noescape")
	f := &filter{u: Load(Param("u"), GP64()), w: Load(Param("w"), GP64()), ldu: bytes("ldu"), half: YMM()}
	n := Load(Param("channels"), GP64())
	VMOVUPS(vec.Const(0.5), f.half)
	SUBQ(U8(2), n)
	JL(LabelRef("last"))
	Label("loop")
	f.transform(2)
	ADDQ(U32(2*9*16), f.w)
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
	u, w, ldu reg.Register
	half      reg.VecVirtual
}

// transform computes one or two channels.
func (f *filter) transform(channels int) {
	to := GP64()
	MOVQ(f.u, to)
	var taps [3][3]reg.VecVirtual
	for i := range 9 {
		v := YMM()
		if at := (Mem{Base: f.w, Disp: 16 * i}); channels == 2 {
			pair(at, at.Offset(9*16), v)
		} else {
			VBROADCASTF128(at, v)
		}
		taps[i/3][i%3] = v
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
