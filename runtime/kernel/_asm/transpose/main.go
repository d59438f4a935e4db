// Transpose writes the transposition of blocks of eight by eight numbers.
package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

const side = 8 // of a block

func main() {
	ConstraintExpr("gc,!purego")
	TEXT("transposeAVX2", NOSPLIT, "func(dst, src *float32, rows, cols, ldd, lds int)")
	Pragma("noescape")
	Doc("transposeAVX2 sets dst[c][r] to src[r][c]. There are rows and cols of src, multiples of 8 and not 0, its rows lds",
		"apart, those of dst ldd.")
	from, to := pitchOf("lds"), pitchOf("ldd")
	src, dst, rows := Load(Param("src"), GP64()), Load(Param("dst"), GP64()), Load(Param("rows"), GP64())
	Label("rows")
	s, d, cols := GP64(), GP64(), Load(Param("cols"), GP64())
	MOVQ(src, s)
	MOVQ(dst, d)
	Label("block")
	block(from.of(s), to.of(d))
	ADDQ(U8(4*side), s)
	to.advance(d)
	SUBQ(U8(side), cols)
	JNZ(LabelRef("block"))
	from.advance(src)
	ADDQ(U8(4*side), dst)
	SUBQ(U8(side), rows)
	JNZ(LabelRef("rows"))
	VZEROUPPER()
	RET()
	Generate()
}

// pitch is a distance between rows, once and three times, in bytes.
type pitch struct{ once, thrice reg.Register }

func pitchOf(name string) pitch {
	p := pitch{Load(Param(name), GP64()), GP64()}
	SHLQ(U8(2), p.once)
	LEAQ(Mem{Base: p.once, Index: p.once, Scale: 2}, p.thrice)
	return p
}

// of addresses the rows of a block.
func (p pitch) of(base reg.Register) []Mem {
	var at []Mem
	for half := range 2 {
		if half == 1 {
			next := GP64()
			LEAQ(Mem{Base: base, Index: p.once, Scale: 4}, next)
			base = next
		}
		at = append(at, Mem{Base: base}, Mem{Base: base, Index: p.once, Scale: 1},
			Mem{Base: base, Index: p.once, Scale: 2}, Mem{Base: base, Index: p.thrice, Scale: 1})
	}
	return at
}

// advance goes on by a block.
func (p pitch) advance(at reg.Register) { LEAQ(Mem{Base: at, Index: p.once, Scale: 8}, at) }

// block transposes: the first half of a register is of the rows 0 to 3, the second of those from 4 on.
func block(src, dst []Mem) {
	for half := range 2 {
		var x [4]reg.VecVirtual
		for i := range x {
			x[i] = YMM()
			VMOVUPS(src[i].Offset(16*half), x[i].AsX())
			VINSERTF128(U8(1), src[i+4].Offset(16*half), x[i], x[i])
		}
		var low, high [2]reg.VecVirtual // pairs of rows
		for i := range low {
			low[i], high[i] = YMM(), YMM()
			VUNPCKLPS(x[2*i+1], x[2*i], low[i])
			VUNPCKHPS(x[2*i+1], x[2*i], high[i])
		}
		for i, pair := range [][2]reg.VecVirtual{low, high} {
			for j, which := range []uint8{0x44, 0xee} {
				y := YMM()
				VSHUFPS(U8(which), pair[1], pair[0], y)
				VMOVUPS(y, dst[4*half+2*i+j])
			}
		}
	}
}
