package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/energeticc/energeticc/runtime/kernel/_asm/vec"
)

// placedWide writes what placed does of weights that are int16 already.
func placedWide() {
	TEXT("dotsPlacedWideAVX2", NOSPLIT, "func(c *int32, a *int16, places, segments *int32, b *int16, rows, vectors, groups, count int)")
	Pragma("noescape")
	Doc("dotsPlacedWideAVX2 is dotsPlacedAVX2 for 16 columns, or 8 if vectors is 1, of b as widenPairsAVX2 makes it.")
	set := avx2()
	set.step = func(t *tile, a []Mem, b reg.Register) {
		for odd := range 2 {
			bs := t.vectors(t.vecs)
			for v, r := range bs {
				VMOVDQU(Mem{Base: b, Disp: wideHalf*odd + 4*t.lanes*v}, r)
			}
			t.multiplyPairs(a, bs, odd, 0)
		}
	}
	p := &product{isa: set}
	CMPQ(Load(Param("vectors"), GP64()), U8(set.vecs))
	JL(LabelRef("one"))
	p.placedStrip("two", set.vecs, false)
	Label("one")
	p.placedStrip("single", 1, false)
}

// wideHalf are the bytes of 16 columns of pairs.
const wideHalf = 64

// widenPairs writes what makes b for placedWide.
func widenPairs() {
	TEXT("widenPairsAVX2", NOSPLIT, "func(dst *int16, b *int8, cols, groups, ldb int)")
	Pragma("noescape")
	Doc("widenPairsAVX2 sets dst, [groups][2][16][2], to the even elements of each group of four in b, then the odd ones. b is",
		"[groups][cols][4] with groups ldb bytes apart; cols is a multiple of 4, at most 16. What is beyond is 0.")
	masks := vec.MaskTable()
	dst, b, groups, ldb := Load(Param("dst"), GP64()), Load(Param("b"), GP64()), Load(Param("groups"), GP64()), Load(Param("ldb"), GP64())
	left, none, eight := Load(Param("cols"), GP64()), GP64(), GP64()
	XORQ(none, none)
	MOVQ(U32(vec.Lanes), eight)
	var mask []reg.Register
	for range 2 {
		n := GP64()
		MOVQ(left, n)
		CMPQ(n, eight)
		CMOVQGT(eight, n)
		mask = append(mask, vec.Mask(masks, n))
		SUBQ(U8(vec.Lanes), left)
		CMOVQLT(none, left)
	}
	Label("group")
	for v, m := range mask {
		x, y := YMM(), YMM()
		VPMASKMOVD(Mem{Base: b, Disp: 4 * vec.Lanes * v}, m, x)
		VPSLLW(U8(8), x, y)
		VPSRAW(U8(8), y, y)
		VPSRAW(U8(8), x, x)
		VMOVDQU(y, Mem{Base: dst, Disp: 4 * vec.Lanes * v})
		VMOVDQU(x, Mem{Base: dst, Disp: wideHalf + 4*vec.Lanes*v})
	}
	ADDQ(ldb, b)
	ADDQ(U8(wideHalf), dst)
	ADDQ(U8(wideHalf), dst)
	DECQ(groups)
	JNZ(LabelRef("group"))
	VZEROUPPER()
	RET()
}

// placed writes the product of rows that each start anywhere and consist of segments, which is a convolution's.
func placed() {
	TEXT("dotsPlacedAVX2", NOSPLIT, "func(c *int32, a *int16, places, segments *int32, b *int8, rows, cols, groups, count, ldb int)")
	Pragma("noescape")
	Doc("dotsPlacedAVX2 sets c, [rows][48], to the product a·b. Each row of a has count segments of so many groups of four, which",
		"start at the row's place plus the segment's, in elements; the second and third of each group are exchanged. b is",
		"[count·groups][cols][4] with groups ldb bytes apart. cols is a multiple of 4, at most 16; beyond them c is kept as it is.")
	set := avx2()
	p := &product{isa: set, left: GP64(), ldb: GP64()}
	Load(Param("cols"), p.left)
	for vecs := set.vecs; vecs > 0; vecs-- {
		next := fmt.Sprintf("width%d", vecs*set.lanes-1)
		CMPQ(p.left, U8(vecs*set.lanes))
		JL(LabelRef(next))
		p.placedStrip(fmt.Sprint("whole", vecs), vecs, false)
		Label(next)
		CMPQ(p.left, U8((vecs-1)*set.lanes))
		JLE(LabelRef(fmt.Sprintf("width%d", (vecs-1)*set.lanes)))
		if vecs > 1 {
			SUBQ(U8((vecs-1)*set.lanes), p.left)
		}
		p.mask = p.maskOf(p.left)
		p.placedStrip(fmt.Sprint("part", vecs), vecs, true)
		Label(fmt.Sprintf("width%d", (vecs-1)*set.lanes))
	}
	VZEROUPPER()
	RET()
}

// placedStrip computes vectors of columns for all rows, as strip does, and returns.
func (p *product) placedStrip(name string, vecs int, masked bool) {
	c, places, left := Load(Param("c"), GP64()), Load(Param("places"), GP64()), Load(Param("rows"), GP64())
	tile := func(rows int) string { return fmt.Sprintf("%s%dTile", name, rows) }
	next := name + "Next"
	Label(next)
	CMPQ(left, U8(p.maxRows+2))
	JG(LabelRef(tile(p.maxRows)))
	CMPQ(left, U8(p.maxRows+1))
	JGE(LabelRef(tile(p.maxRows/2 + 1)))
	for rows := p.maxRows; rows > 0; rows-- {
		CMPQ(left, U8(rows))
		JE(LabelRef(tile(rows)))
	}
	VZEROUPPER()
	RET()
	for rows := p.maxRows; rows > 0; rows-- {
		Label(tile(rows))
		p.placedTile(fmt.Sprint(name, rows), rows, vecs, masked, c, places)
		ADDQ(U8(4*rows), places)
		ADDQ(U32(rows*rowBytes), c)
		SUBQ(U8(rows), left)
		JMP(LabelRef(next))
	}
}

// placedTile computes rows × vecs vectors.
func (p *product) placedTile(name string, rows, vecs int, masked bool, c, places reg.Register) {
	t := &tile{product: p, rows: rows, vecs: vecs, masked: masked}
	for range rows {
		row := p.vectors(vecs)
		for _, s := range row {
			VPXOR(s, s, s)
		}
		t.sums = append(t.sums, row)
	}
	at, groups, segments, count, b := GP64(), GP64(), GP64(), GP64(), GP64()
	var a []Mem
	base := GP64()
	Load(Param("a"), base)
	for r := range rows {
		row := GP64()
		MOVLQSX(Mem{Base: places, Disp: 4 * r}, row)
		LEAQ(Mem{Base: base, Index: row, Scale: 2}, row)
		a = append(a, Mem{Base: row, Index: at, Scale: 1})
	}
	Load(Param("segments"), segments)
	Load(Param("count"), count)
	Load(Param("b"), b)
	next := func() { // of b
		ADDQ(U8(wideHalf), b)
		ADDQ(U8(wideHalf), b)
	}
	if p.ldb != nil {
		ldb := GP64()
		Load(Param("ldb"), ldb)
		next = func() { ADDQ(ldb, b) }
	}
	Label(name + "Segment")
	MOVLQSX(Mem{Base: segments}, at)
	ADDQ(at, at)
	ADDQ(U8(4), segments)
	Load(Param("groups"), groups)
	Label(name + "Loop")
	p.step(t, a, b)
	next()
	ADDQ(U8(p.groupBytes), at)
	DECQ(groups)
	JNZ(LabelRef(name + "Loop"))
	DECQ(count)
	JNZ(LabelRef(name + "Segment"))
	for r, row := range t.sums {
		for v, s := range row {
			to := Mem{Base: c, Disp: r*rowBytes + 4*p.lanes*v}
			if masked && v == vecs-1 {
				VPMASKMOVD(s, p.mask, to)
			} else {
				p.move(s, to)
			}
		}
	}
}
