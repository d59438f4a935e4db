// Gemm writes the matrix product, by tiles whose sums stay in registers while k advances; -isa names the instructions.
//
// AVX2 has 16 registers of 8 float32: of 6 rows by 16 columns, twelve hold sums, two a row of b, and the others elements of
// a or the tail's mask. One or two rows take 48 columns at once: they are bound by memory, which then is read in order.
// AVX-512 has 32 of 16: 24 hold the sums of 8 rows by 48 columns, three a row of b.
package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/energeticc/energeticc/runtime/kernel/_asm/vec"
)

func main() {
	vec.Begin()
	write(tilesOf())
	Generate()
}

// write writes the function.
func write(set isa) {
	TEXT(vec.Name("product"), NOSPLIT, "func(dst, a, b, bias, residual *float32, ahead uintptr, rows, cols, k, lda, ldb, ldc, step int)")
	Pragma("noescape")
	Doc(vec.Name("product")+" computes dst = a·b + bias + residual: dst and residual are [rows][cols] with rows ldc apart, a is",
		"[rows][k] with rows lda apart, b [k][cols] with rows ldb apart; bias and residual may be nil, residual may be dst.",
		"Every element is summed over k in order, each product fused with its sum. Nothing outside of the operands is read",
		"or written. Each step of k of a tile prefetches the cache line at ahead, or three if the tile has 48 columns; ahead",
		"then advances by step bytes. It is an address, not a pointer, as it may lie behind what there is.")
	p := &product{isa: set}
	p.lda, p.ldb = bytes("lda"), bytes("ldb")
	p.ahead, p.step = Load(Param("ahead"), GP64()), Load(Param("step"), GP64())
	p.a, p.dst, p.rows, p.col = GP64(), GP64(), GP64(), GP64()
	XORQ(p.col, p.col)
	if set.wide > 0 {
		p.wideStrips()
	}
	p.strips()
	vec.End()
}

// bytes loads a distance in elements and makes it one in bytes.
func bytes(name string) reg.Register {
	r := Load(Param(name), GP64())
	SHLQ(U8(2), r)
	return r
}

// product is the state of the function, in registers.
type product struct {
	isa
	lda, ldb    reg.Register // bytes between rows
	ahead, step reg.Register
	a, dst      reg.GPVirtual // the tile's first elements
	rows        reg.GPVirtual // that are left
	col         reg.GPVirtual // bytes from the first column to the strip's
	mask        reg.Register
}

// wideStrips takes wide vectors of columns at a time while there are as many, if there are one or two rows.
func (p *product) wideStrips() {
	cols := p.wide * vec.Lanes
	Label("wide")
	Load(Param("rows"), p.rows)
	CMPQ(p.rows, U8(2))
	JG(LabelRef("strip"))
	left := p.left()
	CMPQ(left, U8(cols))
	JL(LabelRef("strip"))
	p.start()
	CMPQ(p.rows, U8(1))
	JL(LabelRef("done"))
	JE(LabelRef("wide1Tile"))
	p.tile("wide2", 2, p.wide, false)
	JMP(LabelRef("wideEnd"))
	p.tile("wide1", 1, p.wide, false)
	Label("wideEnd")
	ADDQ(U32(4*cols), p.col)
	JMP(LabelRef("wide"))
}

// strips goes over the columns, or those that are left: strips of vecs vectors, then one whose last vector is masked.
func (p *product) strips() {
	cols := p.vecs * vec.Lanes
	Label("strip")
	left := p.left()
	CMPQ(left, U8(cols))
	JL(LabelRef("tail"))
	p.strip("strip", p.vecs, false)
	ADDQ(U32(4*cols), p.col)
	JMP(LabelRef("strip"))

	Label("tail")
	TESTQ(left, left)
	JZ(LabelRef("done"))
	for vecs := p.vecs; vecs > 0; vecs-- {
		name, next := fmt.Sprintf("tail%dx", vecs), fmt.Sprintf("tail%d", vecs-1)
		Label(fmt.Sprintf("tail%d", vecs))
		if vecs > 1 {
			CMPQ(left, U8((vecs-1)*vec.Lanes))
			JLE(LabelRef(next))
			SUBQ(U8((vecs-1)*vec.Lanes), left)
		}
		p.mask = vec.Mask(p.masks, left)
		p.strip(name, vecs, true)
		if vecs > 1 {
			JMP(LabelRef("done"))
		}
	}
	Label("done")
}

// left gives how many columns are left.
func (p *product) left() reg.GPVirtual {
	left, done := GP64(), GP64()
	Load(Param("cols"), left)
	MOVQ(p.col, done)
	SHRQ(U8(2), done)
	SUBQ(done, left)
	return left
}

// start goes to the first row.
func (p *product) start() {
	Load(Param("a"), p.a)
	Load(Param("dst"), p.dst)
	ADDQ(p.col, p.dst)
	Load(Param("rows"), p.rows)
}

// strip computes a strip of vectors of columns. One or two rows more than a tile has are cut in two parts that are alike:
// a tile of one or two rows waits for its own sums.
func (p *product) strip(name string, vecs int, masked bool) {
	p.start()
	tile := func(rows int) string { return fmt.Sprintf("%s%dTile", name, rows) }
	next, end := name+"Next", name+"End"
	Label(next)
	CMPQ(p.rows, U8(p.maxRows+2))
	JG(LabelRef(tile(p.maxRows)))
	CMPQ(p.rows, U8(p.maxRows+1))
	JGE(LabelRef(tile(p.maxRows/2 + 1)))
	for rows := p.maxRows; rows > 1; rows-- {
		CMPQ(p.rows, U8(rows))
		JE(LabelRef(tile(rows)))
	}
	TESTQ(p.rows, p.rows)
	JZ(LabelRef(end))
	for rows := 1; rows <= p.maxRows; rows++ {
		p.tile(fmt.Sprint(name, rows), rows, vecs, masked)
		p.advance(rows)
		JMP(LabelRef(next))
	}
	Label(end)
}

// advance goes on by some rows.
func (p *product) advance(rows int) {
	for _, r := range []struct{ at, stride reg.Register }{{p.a, p.lda}, {p.dst, bytes("ldc")}} {
		t := GP64()
		IMUL3Q(U8(rows), r.stride, t)
		ADDQ(t, r.at)
	}
	SUBQ(U8(rows), p.rows)
}

// tile computes rows × vecs vectors of sums and stores them.
func (p *product) tile(name string, rows, vecs int, masked bool) {
	Label(name + "Tile")
	t := &tile{product: p, rows: rows, vecs: vecs, masked: masked}
	for range rows {
		t.sums = append(t.sums, p.vectors(vecs))
	}
	for _, row := range t.sums {
		for _, s := range row {
			zero(s)
		}
	}
	t.multiply(name)
	t.addBias(name)
	t.addResidual(name)
	at := t.rowsOf(p.dst, bytes("ldc"))
	for r, row := range t.sums {
		for v, s := range row {
			t.store(s, at[r], v)
		}
	}
}
