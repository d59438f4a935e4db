package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/ir"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Tiles by number: sums of up to three blocks of 16 columns, a, and a block of b for each.
const (
	tileC = 0
	tileA = 3
	tileB = 4
)

// amx writes the product by matrices of 16 rows of 64 bytes. Neither avo nor Go's assembler knows these instructions, so
// they stand as bytes; all registers are named, as avo can't see which these use.
func amx() {
	TEXT("dotsAMX", NOSPLIT, "func(c *int32, a *uint8, b *int8, config *uint8, blocks, steps, lda, ldb int)")
	Pragma("noescape")
	Doc("dotsAMX adds the product a·b to c: of as many rows, of so many blocks of 16 columns and of as many bytes of a step as",
		"config says. c has rows of 48, a's and b's are lda and ldb bytes apart, a step is 64 bytes of a and 16 rows of b.")
	c, a, b := Load(Param("c"), reg.RDI), Load(Param("a"), reg.RSI), Load(Param("b"), reg.RBX)
	Load(Param("config"), reg.RAX)
	bytes("LDTILECFG (AX)", 0xc4, 0xe2, 0x78, 0x49, 0x00)
	lda, ldb, step := Load(Param("lda"), reg.RCX), Load(Param("ldb"), reg.RDX), reg.R9
	MOVQ(ldb, step)
	SHLQ(U8(4), step)
	MOVQ(U32(rowBytes), reg.RAX)
	left := Load(Param("steps"), reg.R10)
	blocks := Load(Param("blocks"), reg.R11)
	for n := 3; n > 0; n-- {
		if n > 1 {
			CMPQ(blocks, U8(n))
			JL(LabelRef(fmt.Sprint("less", n)))
		}
		for j := range n {
			move(false, tileC+j, c, reg.RAX, 64*j)
		}
		loop, end := fmt.Sprint("loop", n), fmt.Sprint("store", n)
		TESTQ(left, left)
		JZ(LabelRef(end))
		Label(loop)
		move(false, tileA, a, lda, 0)
		for j := range n {
			move(false, tileB+j, b, ldb, 64*j)
			multiply(tileC+j, tileA, tileB+j)
		}
		ADDQ(U8(64), a)
		ADDQ(step, b)
		DECQ(left)
		JNZ(LabelRef(loop))
		Label(end)
		for j := range n {
			move(true, tileC+j, c, reg.RAX, 64*j)
		}
		if n > 1 {
			JMP(LabelRef("done"))
			Label(fmt.Sprint("less", n))
		}
	}
	Label("done")
	bytes("TILERELEASE", 0xc4, 0xe2, 0x78, 0x49, 0xc0)
	RET()
}

// move loads or stores a tile, whose rows in memory are stride bytes apart. Registers are two of the first eight.
func move(store bool, tile int, base, stride reg.Register, disp int) {
	name, prefix := "TILELOADD", uint8(0x7b)
	if store {
		name, prefix = "TILESTORED", 0x7a
	}
	number := func(r reg.Register) uint8 { return uint8(reg.ToPhysical(r).PhysicalIndex()) }
	bytes(fmt.Sprintf("%s %d(%s)(%s*1), TMM%d", name, disp, base.Asm(), stride.Asm(), tile),
		0xc4, 0xe2, prefix, 0x4b, 0x84|uint8(tile)<<3, number(stride)<<3|number(base), uint8(disp), uint8(disp>>8), 0, 0)
}

// multiply adds the product of a's bytes without a sign and b's with one to c.
func multiply(c, a, b int) {
	bytes(fmt.Sprintf("TDPBUSD TMM%d, TMM%d, TMM%d", b, a, c), 0xc4, 0xe2, uint8(15-b)<<3|1, 0x5e, 0xc0|uint8(c)<<3|uint8(a))
}

// bytes writes an instruction.
func bytes(name string, code ...uint8) {
	Comment(name)
	for _, v := range code {
		Instruction(&ir.Instruction{Opcode: "BYTE", Operands: []Op{U8(v)}})
	}
}
