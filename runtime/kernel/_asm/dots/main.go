// Dots writes inner products of the rows of two matrices: a product whose second operand lies transposed, and so narrow
// that packing it would take longer.
package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/energeticc/energeticc/runtime/kernel/_asm/vec"
)

const (
	maxCols = 4
	lanes   = 8
	bytes   = 4 * lanes
)

func main() {
	ConstraintExpr("gc,!purego")
	TEXT("innerAVX2", NOSPLIT, "func(c, a, b *float32, rows, cols, k, lda, ldb, ldc int)")
	Pragma("noescape")
	Doc("innerAVX2 adds to c, [rows, cols], the inner products of the rows of a, [rows, k], with those of b, [cols, k]. Rows",
		"lie lda, ldb and ldc elements apart; cols is 1 to 4.")
	p := &product{a: GP64(), lda: stride("lda"), ldb: stride("ldb"), c: GP64(), rows: GP64(), masks: vec.MaskTable()}
	Load(Param("a"), p.a)
	Load(Param("c"), p.c)
	Load(Param("rows"), p.rows)
	rest := Load(Param("k"), GP64())
	ANDQ(U8(lanes-1), rest)
	p.mask = vec.Mask(p.masks, rest)
	cols := Load(Param("cols"), GP64())
	for n := 1; n < maxCols; n++ {
		CMPQ(cols, U8(n))
		JE(LabelRef(fmt.Sprint("row", n)))
	}
	for n := maxCols; n > 0; n-- {
		p.columns(n)
	}
	Generate()
}

// stride loads a stride, in bytes.
func stride(name string) reg.GPVirtual {
	r := GP64()
	Load(Param(name), r)
	SHLQ(U8(2), r)
	return r
}

// product is the state of the function, in registers.
type product struct {
	a, c, rows, lda, ldb reg.GPVirtual
	masks                Mem
	mask                 reg.Register
}

// columns computes so many columns of all rows.
func (p *product) columns(n int) {
	row, done := fmt.Sprint("row", n), fmt.Sprint("done", n)
	Label(row)
	TESTQ(p.rows, p.rows)
	JZ(LabelRef(done))
	p.row(n)
	DECQ(p.rows)
	JMP(LabelRef(row))
	Label(done)
	VZEROUPPER()
	RET()
}

// row computes the columns of a row. Each is added up in two parts, so that sums don't wait for themselves; two rows at a
// time would not, either, but a row's answer must not depend on whether another one follows.
func (p *product) row(cols int) {
	const abreast = 2
	name := fmt.Sprint("columns", cols)
	sums := vec.New(cols * abreast)
	vec.Do(VXORPS, sums, sums, sums)
	a, b, far, left := GP64(), GP64(), GP64(), GP64()
	MOVQ(p.a, a)
	Load(Param("b"), b)
	LEAQ(Mem{Base: b, Index: p.ldb, Scale: 2}, far)
	ADDQ(p.ldb, far)
	Load(Param("k"), left)
	bs := []Mem{{Base: b}, {Base: b, Index: p.ldb, Scale: 1}, {Base: b, Index: p.ldb, Scale: 2}, {Base: far}}
	step := func(at int, sums vec.V, read func(m Mem, to reg.VecVirtual)) {
		x := YMM()
		read(Mem{Base: a, Disp: at}, x)
		for j, s := range sums {
			y := YMM()
			read(bs[j].Offset(at), y)
			VFMADD231PS(y, x, s)
		}
	}
	whole := func(m Mem, to reg.VecVirtual) { VMOVUPS(m, to) }
	part := func(m Mem, to reg.VecVirtual) { VMASKMOVPS(m, p.mask, to) }
	advance := func(vectors int) {
		for _, r := range []reg.Register{a, b, far} {
			ADDQ(U8(bytes*vectors), r)
		}
	}
	for vectors := abreast; vectors > 0; vectors-- {
		loop, end := fmt.Sprintf("%sLoop%d", name, vectors), fmt.Sprintf("%sEnd%d", name, vectors)
		SUBQ(U8(lanes*vectors), left)
		JL(LabelRef(end))
		Label(loop)
		for v := range vectors {
			step(bytes*v, sums[v*cols:][:cols], whole)
		}
		advance(vectors)
		SUBQ(U8(lanes*vectors), left)
		JGE(LabelRef(loop))
		Label(end)
		ADDQ(U8(lanes*vectors), left)
	}
	JZ(LabelRef(name + "Sum"))
	step(0, sums[:cols], part)
	Label(name + "Sum")
	vec.Do(VADDPS, sums[cols:], sums[:cols], sums[:cols])
	p.store(sums[:cols])
}

// store adds a row's sums to c and goes on to the row below.
func (p *product) store(sums vec.V) {
	for j, s := range sums {
		x, half := s.AsX(), XMM()
		VEXTRACTF128(U8(1), s, half)
		VADDPS(half, x, x)
		VMOVHLPS(x, x, half)
		VADDPS(half, x, x)
		VMOVSHDUP(x, half)
		VADDSS(half, x, x)
		at := Mem{Base: p.c, Disp: 4 * j}
		VADDSS(at, x, x)
		VMOVSS(x, at)
	}
	ADDQ(stride("ldc"), p.c)
	ADDQ(p.lda, p.a)
}
