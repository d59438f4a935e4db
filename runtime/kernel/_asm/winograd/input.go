package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/energeticc/energeticc/runtime/kernel/_asm/vec"
)

// input writes the transform of a channel's inputs, eight tiles of a row at a time, or four where these are the last. It
// goes down the rows of tiles, whose lower half is the next one's upper, and from the last columns to the first: what
// the last store too much in a row is overwritten by the next row, and by the columns before.
func input() {
	TEXT("winogradInputAVX2", NOSPLIT, "func(v, x *float32, rows, cols, ldx, ldv int)")
	Doc("winogradInputAVX2 computes v[i][r][t] for i < 16, which are ldv apart, from the tiles of 4×4 inputs, two apart, that",
		"begin in rows 2r and columns 2t of x: Bᵀ·x·B. Rows of x are ldx apart, those of v cols: r < rows and t < cols, both",
		"at least 1. Of each v[i] seven elements after the last may be written, and of x, rounding cols up to a multiple of",
		"eight, as many columns read.")
	Pragma("noescape")
	in := &inputs{ldx: bytes("ldx"), ldv: bytes("ldv"), cols: bytes("cols"), left: GP64(), v: GP64(), x: GP64()}
	some := Load(Param("cols"), GP64())
	DECQ(some)
	MOVQ(some, in.left)
	ANDQ(I8(-vec.Lanes), in.left) // the first tile of the last eight
	SUBQ(in.left, some)
	CMPQ(some, U8(vec.Lanes/2))
	JGE(LabelRef("columns"))
	in.strip("few", true)
	SUBQ(U8(vec.Lanes), in.left)
	JL(LabelRef("done"))
	Label("columns")
	in.strip("rows", false)
	SUBQ(U8(vec.Lanes), in.left)
	JGE(LabelRef("columns"))
	Label("done")
}

// inputs is the state of the function, in registers.
type inputs struct {
	ldx, ldv, cols reg.Register
	left           reg.GPVirtual
	v, x           reg.GPVirtual // what comes next
	half           bool          // whether four tiles are computed, not eight
}

// strip computes eight tiles of every row, or four.
func (in *inputs) strip(name string, half bool) {
	in.half = half
	Load(Param("v"), in.v)
	LEAQ(Mem{Base: in.v, Index: in.left, Scale: 4}, in.v)
	Load(Param("x"), in.x)
	LEAQ(Mem{Base: in.x, Index: in.left, Scale: 8}, in.x)
	n := Load(Param("rows"), GP64())
	top, next := in.row(), in.row()
	Label(name)
	third := in.row()
	to := GP64()
	MOVQ(in.v, to)
	store := func(v reg.VecVirtual) {
		if half {
			VMOVUPS(v.AsX(), Mem{Base: to})
		} else {
			VMOVUPS(v, Mem{Base: to})
		}
		ADDQ(in.ldv, to)
	}
	for j := range third {
		store(sub(top[j], third[j]))
	}
	for j := range third {
		store(add(next[j], third[j]))
	}
	for j := range third {
		store(sub(third[j], next[j]))
	}
	for j := range third {
		VMOVAPS(third[j], top[j])
	}
	fourth := in.row()
	for j := range fourth {
		store(sub(next[j], fourth[j]))
	}
	for j := range fourth {
		VMOVAPS(fourth[j], next[j])
	}
	ADDQ(in.cols, in.v)
	DECQ(n)
	JNZ(LabelRef(name))
}

// row reads a row of eight tiles, 18 numbers, or of four, 10, and returns it times B.
func (in *inputs) row() [4]reg.VecVirtual {
	even, odd := in.split(0)
	nextEven, nextOdd := in.split(2)
	ADDQ(in.ldx, in.x)
	second := add(odd, nextEven)
	VSUBPS(nextEven, even, even)
	VSUBPS(odd, nextEven, nextEven)
	VSUBPS(nextOdd, odd, odd)
	return [4]reg.VecVirtual{even, second, nextEven, odd}
}

// split reads 16 numbers and returns those at even places, and the others; or of eight numbers, in the lower halves.
func (in *inputs) split(from int) (even, odd reg.VecVirtual) {
	at := Mem{Base: in.x, Disp: 4 * from}
	low, high := YMM(), YMM() // 0 to 3 and 8 to 11, 4 to 7 and 12 to 15
	if in.half {
		VBROADCASTF128(at, low)
		VBROADCASTF128(at.Offset(4*4), high)
	} else {
		pair(at, at.Offset(4*8), low)
		pair(at.Offset(4*4), at.Offset(4*12), high)
	}
	even = YMM()
	VSHUFPS(U8(0b10_00_10_00), high, low, even)
	VSHUFPS(U8(0b11_01_11_01), high, low, low)
	return even, low
}
