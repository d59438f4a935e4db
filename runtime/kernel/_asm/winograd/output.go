package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/energeticc/energeticc/runtime/kernel/_asm/vec"
)

// output writes the transform of a channel's sums, eight tiles of a row at a time, to two rows of 16 results.
func output() {
	TEXT("winogradOutputAVX2", NOSPLIT, "func(y, m, residual *float32, rows, cols, tiles, ldy, ldm int, bias float32)")
	Doc("winogradOutputAVX2 computes y[r][c] = Aᵀ·m·A + bias + residual[r][c] for r < rows and c < cols, both at least 1, from",
		"rows of so many tiles, each of which has 2×2 results: the last row of tiles may have one row of them, and the last",
		"tile one column. The 16 numbers of a tile in m are ldm apart. Rows of y and residual, which may be nil or y, are ldy",
		"apart. Nothing outside of the operands is read or written, but for seven elements of m after the last.")
	Pragma("noescape")
	o := &outputs{masks: vec.MaskTable(), ldm: bytes("ldm"), tiles: bytes("tiles"), ldy: bytes("ldy"), bias: YMM()}
	o.y, o.m, o.residual = Load(Param("y"), GP64()), Load(Param("m"), GP64()), Load(Param("residual"), GP64())
	o.rows, o.left, o.at, o.sums = Load(Param("rows"), GP64()), GP64(), GP64(), GP64()
	VBROADCASTSS(NewParamAddr("bias", 64), o.bias)
	Label("rows")
	XORQ(o.at, o.at)
	MOVQ(o.m, o.sums)
	Load(Param("cols"), o.left)
	Label("columns")
	o.tile()
	ADDQ(U8(4*vec.Lanes), o.sums)
	ADDQ(U8(2*4*vec.Lanes), o.at)
	SUBQ(U8(2*vec.Lanes), o.left)
	JG(LabelRef("columns"))
	ADDQ(o.tiles, o.m)
	LEAQ(Mem{Base: o.y, Index: o.ldy, Scale: 2}, o.y)
	residual := GP64() // stays nil where it is
	LEAQ(Mem{Base: o.residual, Index: o.ldy, Scale: 2}, residual)
	TESTQ(o.residual, o.residual)
	CMOVQNE(residual, o.residual)
	SUBQ(U8(2), o.rows)
	JG(LabelRef("rows"))
}

// outputs is the state of the function, in registers.
type outputs struct {
	masks           Mem
	ldm, tiles, ldy reg.Register
	y, m, residual  reg.Register // the row of tiles
	rows            reg.Register // that are left
	left            reg.Register // columns
	at              reg.Register // how far into y's row
	sums            reg.Register // of the next tiles
	bias            reg.VecVirtual
}

// tile computes 2 × 16 results, those of them that count.
func (o *outputs) tile() {
	from := GP64()
	MOVQ(o.sums, from)
	var top, low [4]reg.VecVirtual
	quarter := GP64() // four sums further
	MOVQ(o.ldm, quarter)
	SHLQ(U8(2), quarter)
	for j := range 4 {
		at := GP64()
		MOVQ(from, at)
		read := func() reg.VecVirtual {
			v := YMM()
			VMOVUPS(Mem{Base: at}, v)
			ADDQ(quarter, at)
			return v
		}
		first, second, third := read(), read(), read()
		sum := add(second, third)
		top[j], low[j] = add(first, sum), sub(second, third)
		VSUBPS(Mem{Base: at}, low[j], low[j])
		if j < 3 {
			ADDQ(o.ldm, from)
		}
	}
	o.row("upper", Mem{Base: o.y, Index: o.at, Scale: 1}, Mem{Base: o.residual, Index: o.at, Scale: 1}, top)
	CMPQ(o.rows, U8(1))
	JE(LabelRef("lowerDone"))
	below, residual := GP64(), GP64()
	LEAQ(Mem{Base: o.y, Index: o.ldy, Scale: 1}, below)
	LEAQ(Mem{Base: o.residual, Index: o.ldy, Scale: 1}, residual)
	o.row("lower", Mem{Base: below, Index: o.at, Scale: 1}, Mem{Base: residual, Index: o.at, Scale: 1}, low)
	Label("lowerDone")
}

// row stores 16 results, those of them that count, from their sums by column of the tiles.
func (o *outputs) row(name string, y, residual Mem, sums [4]reg.VecVirtual) {
	even, odd := add(sums[0], sums[1]), sub(sums[1], sums[2])
	VADDPS(sums[2], even, even)
	VSUBPS(sums[3], odd, odd)
	VADDPS(o.bias, even, even)
	VADDPS(o.bias, odd, odd)
	x, z := YMM(), YMM() // results 0 to 3 and 8 to 11, 4 to 7 and 12 to 15
	VUNPCKLPS(odd, even, x)
	VUNPCKHPS(odd, even, z)
	first, rest := YMM(), YMM()
	VINSERTF128(U8(1), z.AsX(), x, first)
	VEXTRACTF128(U8(1), x, rest.AsX())
	VBLENDPS(U8(0b1111_0000), z, rest, rest)
	o.store(name+"First", y, residual, first, 0)
	o.store(name+"Rest", y.Offset(4*vec.Lanes), residual.Offset(4*vec.Lanes), rest, vec.Lanes)
}

// store stores eight results, or those of them that count: the columns that are left without those before.
func (o *outputs) store(name string, y, residual Mem, v reg.VecVirtual, before int) {
	CMPQ(o.left, U8(before+vec.Lanes))
	JL(LabelRef(name + "Some"))
	TESTQ(o.residual, o.residual)
	JZ(LabelRef(name + "Plain"))
	VADDPS(residual, v, v)
	Label(name + "Plain")
	VMOVUPS(v, y)
	JMP(LabelRef(name + "None"))
	Label(name + "Some")
	left := GP64()
	MOVQ(o.left, left)
	SUBQ(U8(before), left)
	JLE(LabelRef(name + "None"))
	mask := vec.Mask(o.masks, left)
	TESTQ(o.residual, o.residual)
	JZ(LabelRef(name + "Masked"))
	x := YMM()
	VMASKMOVPS(residual, mask, x)
	VADDPS(x, v, v)
	Label(name + "Masked")
	VMASKMOVPS(v, mask, y)
	Label(name + "None")
}
