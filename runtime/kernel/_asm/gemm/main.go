// Gemm writes the matrix product of AVX2: tiles of up to 6 rows by 16 columns, whose sums stay in registers while k
// advances. Of the sixteen registers twelve hold sums, two a row of b, and the others elements of a or the tail's mask.
// One or two rows take 48 columns at once: they are bound by memory, which then is read in order.
package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/energeticc/energeticc/runtime/kernel/_asm/vec"
)

const maxRows = 6 // of a tile

func main() {
	ConstraintExpr("gc,!purego")
	masks := vec.MaskTable()
	TEXT("productAVX2", NOSPLIT, "func(dst, a, b, bias, residual, ahead *float32, rows, cols, k, lda, ldb, ldc, step int)")
	Pragma("noescape")
	Doc("productAVX2 computes dst = a·b + bias + residual: dst and residual are [rows][cols] with rows ldc apart, a is",
		"[rows][k] with rows lda apart, b [k][cols] with rows ldb apart; bias and residual may be nil, residual may be dst.",
		"Every element is summed over k in order, each product fused with its sum. Nothing outside of the operands is read",
		"or written. Each step of k prefetches the cache line at ahead, which then advances by step bytes; where all of",
		"rows ≤ 2 and cols ≥ 48 hold, it prefetches three.")
	p := &product{masks: masks}
	p.lda, p.ldb, p.ldc = bytes("lda"), bytes("ldb"), bytes("ldc")
	p.ahead, p.step = Load(Param("ahead"), GP64()), Load(Param("step"), GP64())
	p.a, p.dst, p.rows, p.col = GP64(), GP64(), GP64(), GP64()
	p.wide()
	p.strips()
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

// product is the state of the function, in registers.
type product struct {
	masks         Mem
	lda, ldb, ldc reg.Register // bytes between rows
	ahead, step   reg.Register
	a, dst        reg.GPVirtual // the tile's first elements
	rows          reg.GPVirtual // that are left
	col           reg.GPVirtual // bytes from the first column to the strip's
	mask          reg.VecVirtual
}

// wide takes 48 columns at a time while there are as many, if there are one or two rows.
func (p *product) wide() {
	XORQ(p.col, p.col)
	Label("wide")
	Load(Param("rows"), p.rows)
	CMPQ(p.rows, U8(2))
	JG(LabelRef("strip"))
	left := p.left()
	CMPQ(left, U8(48))
	JL(LabelRef("strip"))
	p.start()
	CMPQ(p.rows, U8(1))
	JL(LabelRef("done"))
	JE(LabelRef("wide1Tile"))
	p.tile("wide2", 2, 6, false)
	JMP(LabelRef("wideEnd"))
	p.tile("wide1", 1, 6, false)
	Label("wideEnd")
	ADDQ(U32(4*48), p.col)
	JMP(LabelRef("wide"))
}

// strips goes over the columns, or those that are left.
func (p *product) strips() {
	Label("strip")
	left := p.left()
	CMPQ(left, U8(16))
	JL(LabelRef("tail"))
	p.strip("strip", 2, false)
	ADDQ(U8(4*16), p.col)
	JMP(LabelRef("strip"))

	Label("tail")
	TESTQ(left, left)
	JZ(LabelRef("done"))
	CMPQ(left, U8(8))
	JLE(LabelRef("narrow"))
	SUBQ(U8(8), left)
	p.mask = vec.Mask(p.masks, left)
	p.strip("middle", 2, true)
	JMP(LabelRef("done"))

	Label("narrow")
	p.mask = vec.Mask(p.masks, left)
	p.strip("narrow", 1, true)
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

// strip computes a strip of 8·vecs columns. Seven or eight rows are cut in two parts that are alike: a tile of one or
// two rows waits for its own sums.
func (p *product) strip(name string, vecs int, masked bool) {
	p.start()
	tile := func(rows int) string { return fmt.Sprintf("%s%dTile", name, rows) }
	next, end := name+"Next", name+"End"
	Label(next)
	CMPQ(p.rows, U8(maxRows+2))
	JG(LabelRef(tile(maxRows)))
	CMPQ(p.rows, U8(maxRows+1))
	JGE(LabelRef(tile(4)))
	for rows := maxRows; rows > 1; rows-- {
		CMPQ(p.rows, U8(rows))
		JE(LabelRef(tile(rows)))
	}
	TESTQ(p.rows, p.rows)
	JZ(LabelRef(end))
	for rows := 1; rows <= maxRows; rows++ {
		p.tile(fmt.Sprint(name, rows), rows, vecs, masked)
		p.advance(rows)
		JMP(LabelRef(next))
	}
	Label(end)
}

// advance goes on by some rows.
func (p *product) advance(rows int) {
	for _, r := range []struct{ at, stride reg.Register }{{p.a, p.lda}, {p.dst, p.ldc}} {
		t := GP64()
		IMUL3Q(U8(rows), r.stride, t)
		ADDQ(t, r.at)
	}
	SUBQ(U8(rows), p.rows)
}

// tile computes rows × 8·vecs sums and stores them.
func (p *product) tile(name string, rows, vecs int, masked bool) {
	Label(name + "Tile")
	t := &tile{product: p, rows: rows, vecs: vecs, masked: masked}
	for range rows {
		t.sums = append(t.sums, vectors(vecs))
	}
	for _, row := range t.sums {
		for _, s := range row {
			VXORPS(s, s, s)
		}
	}
	t.multiply(name)
	t.addBias(name)
	t.addResidual(name)
	at := t.rowsOf(p.dst, p.ldc)
	for r, row := range t.sums {
		for v, s := range row {
			if t.partial(v) {
				VMASKMOVPS(s, p.mask, at[r].Offset(32*v))
			} else {
				VMOVUPS(s, at[r].Offset(32*v))
			}
		}
	}
}
