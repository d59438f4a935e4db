// Gather writes the copy of rows between padding by AVX2, of all their elements or of every other.
package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/energeticc/energeticc/runtime/kernel/_asm/vec"
)

func main() {
	ConstraintExpr("gc,!purego")
	g := &gather{masks: vec.MaskTable()}
	TEXT("gatherAVX2", NOSPLIT, "func(dst, src *float32, rows, before, count, after, lddst, ldsrc, stride int, pad float32)")
	Pragma("noescape")
	Doc("gatherAVX2 sets each row of dst to so many pads before, count elements of a row of src, every stride-th (1 or 2), and",
		"so many pads after; count is at least 1. Rows are lddst and ldsrc apart. It writes up to eight elements after the",
		"end of a row, before it writes the next; of src it reads nothing else.")
	g.dst, g.src, g.rows = Load(Param("dst"), GP64()), Load(Param("src"), GP64()), Load(Param("rows"), GP64())
	g.before, g.count, g.after = Load(Param("before"), GP64()), Load(Param("count"), GP64()), Load(Param("after"), GP64())
	g.lddst, g.ldsrc = bytes("lddst"), bytes("ldsrc")
	g.padding, g.to, g.from, g.left = YMM(), GP64(), GP64(), GP64()
	VBROADCASTSS(NewParamAddr("pad", 72), g.padding)
	stride := Load(Param("stride"), GP64())
	TESTQ(g.rows, g.rows)
	JZ(LabelRef("done"))
	CMPQ(stride, U8(2))
	JE(LabelRef("other"))
	CMPQ(g.count, U8(vec.Lanes))
	JL(LabelRef("short"))
	g.rowLoop("each", g.each)
	Label("short")
	left := GP64()
	MOVQ(g.count, left)
	g.low, g.high = vec.Mask(g.masks, left), YMM()
	g.rowLoop("few", g.few)
	Label("other")
	CMPQ(g.count, U8(vec.Lanes))
	JL(LabelRef("otherShort"))
	g.rowLoop("others", g.other)
	Label("otherShort")
	g.otherMasks()
	g.rowLoop("otherFew", g.otherFew)
	Label("done")
	VZEROUPPER()
	RET()
	Generate()
}

// bytes loads a distance in elements and makes it one in bytes.
func bytes(name string) reg.Register {
	r := Load(Param(name), GP64())
	SHLQ(U8(2), r)
	return r
}

// gather is the state of the function, in registers.
type gather struct {
	masks                Mem
	dst, src             reg.Register // the row's first elements
	rows                 reg.Register // that are left
	before, count, after reg.Register
	lddst, ldsrc         reg.Register
	padding              reg.VecVirtual
	low, high            reg.Register // the masks of src where a row is less than a register
	to, from, left       reg.GPVirtual
}

// rowLoop goes over the rows, each copied by body, and returns.
func (g *gather) rowLoop(name string, body func(name string)) {
	Label(name)
	MOVQ(g.dst, g.to)
	MOVQ(g.src, g.from)
	g.pad(name+"Before", g.before)
	MOVQ(g.count, g.left)
	body(name)
	g.pad(name+"After", g.after)
	ADDQ(g.lddst, g.dst)
	ADDQ(g.ldsrc, g.src)
	DECQ(g.rows)
	JNZ(LabelRef(name))
	JMP(LabelRef("done"))
}

// pad writes padding, in whole registers and at least one: what follows overwrites those that are too many.
func (g *gather) pad(name string, count reg.Register) {
	at := GP64()
	MOVQ(g.to, at)
	MOVQ(count, g.left)
	LEAQ(Mem{Base: g.to, Index: count, Scale: 4}, g.to)
	Label(name)
	VMOVUPS(g.padding, Mem{Base: at})
	ADDQ(U8(4*vec.Lanes), at)
	SUBQ(U8(vec.Lanes), g.left)
	JG(LabelRef(name))
}

// each copies neighbours, a register's worth or more: the last one overlaps the one before, since loads by masks take
// their time.
func (g *gather) each(name string) {
	x := YMM()
	JMP(LabelRef(name + "Next"))
	Label(name + "Loop")
	VMOVUPS(Mem{Base: g.from}, x)
	VMOVUPS(x, Mem{Base: g.to})
	g.goOn(1)
	Label(name + "Next")
	CMPQ(g.left, U8(vec.Lanes))
	JG(LabelRef(name + "Loop"))
	LEAQ(Mem{Base: g.to, Index: g.left, Scale: 4}, g.to)
	VMOVUPS(Mem{Base: g.from, Index: g.left, Scale: 4, Disp: -4 * vec.Lanes}, x)
	VMOVUPS(x, Mem{Base: g.to, Disp: -4 * vec.Lanes})
}

// goOn goes on by a register of dst.
func (g *gather) goOn(stride int) {
	ADDQ(U8(4*vec.Lanes*stride), g.from)
	ADDQ(U8(4*vec.Lanes), g.to)
	SUBQ(U8(vec.Lanes), g.left)
}

// few copies less than a register's worth.
func (g *gather) few(string) {
	x := YMM()
	VMASKMOVPS(Mem{Base: g.from}, g.low, x)
	VMOVUPS(x, Mem{Base: g.to})
	LEAQ(Mem{Base: g.to, Index: g.left, Scale: 4}, g.to)
}

// other copies every other element, a register's worth or more. The last one ends at an element that is copied: there
// may be none after it.
func (g *gather) other(name string) {
	low, high := YMM(), YMM()
	JMP(LabelRef(name + "Next"))
	Label(name + "Loop")
	VMOVUPS(Mem{Base: g.from}, low)
	VSHUFPS(U8(0b10_00_10_00), Mem{Base: g.from, Disp: 4 * vec.Lanes}, low, low) // pairs of low, high, low, high
	VPERMPD(U8(0b11_01_10_00), low, low)
	VMOVUPS(low, Mem{Base: g.to})
	g.goOn(2)
	Label(name + "Next")
	CMPQ(g.left, U8(vec.Lanes))
	JG(LabelRef(name + "Loop"))
	VMOVUPS(Mem{Base: g.from, Index: g.left, Scale: 8, Disp: -8 * vec.Lanes}, low)
	VMOVUPS(Mem{Base: g.from, Index: g.left, Scale: 8, Disp: -4*vec.Lanes - 4}, high)
	VSHUFPS(U8(0b11_01_10_00), high, low, low) // of high the odd ones
	VPERMPD(U8(0b11_01_10_00), low, low)
	LEAQ(Mem{Base: g.to, Index: g.left, Scale: 4}, g.to)
	VMOVUPS(low, Mem{Base: g.to, Disp: -4 * vec.Lanes})
}

// otherMasks sets the masks of a row that is less than a register's worth: 2·count - 1 elements of src.
func (g *gather) otherMasks() {
	span, beyond, eight, none := GP64(), GP64(), GP64(), GP64()
	LEAQ(Mem{Base: g.count, Index: g.count, Scale: 1, Disp: -1}, span)
	MOVQ(U32(vec.Lanes), eight)
	XORQ(none, none)
	MOVQ(span, beyond)
	SUBQ(eight, beyond)
	CMOVQLT(none, beyond)
	CMPQ(span, eight)
	CMOVQGT(eight, span)
	VMOVAPS(vec.Mask(g.masks, span), g.low)
	VMOVAPS(vec.Mask(g.masks, beyond), g.high)
}

// otherFew copies every other element of less than a register's worth.
func (g *gather) otherFew(string) {
	low, high := YMM(), YMM()
	VMASKMOVPS(Mem{Base: g.from}, g.low, low)
	VMASKMOVPS(Mem{Base: g.from, Disp: 4 * vec.Lanes}, g.high, high)
	VSHUFPS(U8(0b10_00_10_00), high, low, low)
	VPERMPD(U8(0b11_01_10_00), low, low)
	VMOVUPS(low, Mem{Base: g.to})
	LEAQ(Mem{Base: g.to, Index: g.left, Scale: 4}, g.to)
}
