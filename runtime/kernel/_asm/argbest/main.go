// Argbest writes the search for the greatest element of each of many rows, or for the least: the greatest of the
// opposite.
package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/energeticc/energeticc/runtime/kernel/_asm/vec"
)

const (
	lanes = 8
	bytes = 4 * lanes
)

func main() {
	ConstraintExpr("gc,!purego")
	TEXT("argBestAVX2", NOSPLIT, "func(dst *int64, src *float32, rows, n int, flip uint32)")
	Pragma("noescape")
	Doc("argBestAVX2 sets dst to the position of the first greatest element of each row of src, [rows, n], where flip is 0,",
		"and of the first least one where it is the sign's bit. NaN is found if it comes first, and then nothing else is.",
		"rows and n may not be 0.")
	s := &search{none: YMM(), flip: YMM(), mask: vec.MaskTable()}
	s.dst, s.src = Load(Param("dst"), GP64()), Load(Param("src"), GP64())
	s.rows, s.n = Load(Param("rows"), GP64()), Load(Param("n"), GP64())
	at, err := Param("flip").Resolve()
	if err != nil {
		panic(err)
	}
	VBROADCASTSS(at.Addr, s.flip)
	VMOVUPS(vec.Bits(0xff800000), s.none)
	CMPQ(s.n, U8(lanes))
	JL(LabelRef("narrow"))
	s.wide()
	Label("narrow")
	s.narrow()
	Generate()
}

// search is the state of the function, in registers.
type search struct {
	dst, src, rows, n reg.Register
	none, flip        reg.VecVirtual // -Inf, and the bits to turn
	mask              Mem
}

// next stores a row's answer, goes to the next row's and begins it at a label again, or returns.
func (s *search) next(answer reg.Register, label string) {
	MOVQ(answer, Mem{Base: s.dst})
	ADDQ(U8(8), s.dst)
	DECQ(s.rows)
	JNZ(LabelRef(label))
	VZEROUPPER()
	RET()
}

// unordered goes to a label where a row begins with NaN; answer is then 0.
func (s *search) unordered(answer reg.GPVirtual, label string) {
	first := XMM()
	XORL(answer.As32(), answer.As32())
	VMOVSS(Mem{Base: s.src}, first)
	VUCOMISS(first, first)
	JP(LabelRef(label))
}

// narrow searches rows of less than a vector.
func (s *search) narrow() {
	count, answer, hits := GP64(), GP64(), GP32()
	MOVQ(s.n, count)
	mask := vec.Mask(s.mask, count)
	Label("row")
	s.unordered(answer, "found")
	x, top := YMM(), YMM()
	VMASKMOVPS(Mem{Base: s.src}, mask, x)
	VXORPS(s.flip, x, x)
	VBLENDVPS(mask, x, s.none, x)
	VMAXPS(s.none, x, top) // of NaN and a number, the latter
	spread(top)
	VCMPPS(U8(0), x, top, top)
	VMOVMSKPS(top, hits)
	BSFL(hits, answer.As32())
	Label("found")
	LEAQ(Mem{Base: s.src, Index: s.n, Scale: 4}, s.src)
	s.next(answer, "row")
}

// wide searches rows of a vector or more; the last one ends with the row.
func (s *search) wide() {
	answer, at, last, hits := GP64(), GP64(), GP64(), GP32()
	Label("wideRow")
	LEAQ(Mem{Base: s.src, Index: s.n, Scale: 4, Disp: -bytes}, last)
	s.unordered(answer, "wideFound")
	x, top := YMM(), YMM()
	VMOVAPS(s.none, top)
	each := func(name string, body func(at reg.Register)) {
		MOVQ(s.src, at)
		JMP(LabelRef(name + "Look"))
		Label(name)
		body(at)
		ADDQ(U8(bytes), at)
		Label(name + "Look")
		CMPQ(at, last)
		JLT(LabelRef(name))
		body(last)
	}
	each("greatest", func(at reg.Register) {
		VXORPS(Mem{Base: at}, s.flip, x)
		VMAXPS(top, x, top)
	})
	spread(top)
	MOVQ(s.src, at)
	Label("equal")
	CMPQ(at, last)
	CMOVQGT(last, at)
	VXORPS(Mem{Base: at}, s.flip, x)
	VCMPPS(U8(0), x, top, x)
	ADDQ(U8(bytes), at)
	VMOVMSKPS(x, hits)
	TESTL(hits, hits)
	JZ(LabelRef("equal"))
	BSFL(hits, answer.As32())
	SUBQ(s.src, at)
	SHRQ(U8(2), at)
	LEAQ(Mem{Base: answer, Index: at, Scale: 1, Disp: -lanes}, answer)
	Label("wideFound")
	LEAQ(Mem{Base: last, Disp: bytes}, s.src)
	s.next(answer, "wideRow")
}

// spread sets every lane to the greatest.
func spread(top reg.VecVirtual) {
	other := YMM()
	VPERM2F128(U8(1), top, top, other)
	VMAXPS(other, top, top)
	VPERMILPS(U8(0x4e), top, other)
	VMAXPS(other, top, top)
	VPERMILPS(U8(0xb1), top, other)
	VMAXPS(other, top, top)
}
