// Gemmi8 writes products of small integers, four steps of k at a time, whose sums are int32 and exact; -part names the
// instructions, or what makes a row ready or float32 of sums.
//
// AVX2 multiplies int16 and adds pairs, which no product can overflow, unlike VPMADDUBSW's. A group of b's four bytes
// becomes two pairs by shifts, of its even and of its odd ones; a is made of such pairs beforehand. Of 6 rows by 16
// columns, twelve registers hold sums, two b, one a and one a product. VNNI multiplies a's bytes without sign by b's with
// one, and adds four: 24 registers hold the sums of 8 rows by 48 columns.
package main

//go:generate go run . -part avx2 -out ../../gemm_i8_avx2_amd64.s -stubs ../../gemm_i8_avx2_amd64.go -pkg kernel
//go:generate go run . -part vnni -out ../../gemm_i8_avx512_amd64.s -stubs ../../gemm_i8_avx512_amd64.go -pkg kernel
//go:generate go run . -part amx -out ../../gemm_i8_amx_amd64.s -stubs ../../gemm_i8_amx_amd64.go -pkg kernel
//go:generate go run . -part pairs -out ../../gemm_i8_pairs_avx2_amd64.s -stubs ../../gemm_i8_pairs_avx2_amd64.go -pkg kernel
//go:generate go run . -part bytes -out ../../gemm_i8_bytes_avx2_amd64.s -stubs ../../gemm_i8_bytes_avx2_amd64.go -pkg kernel
//go:generate go run . -part placed -out ../../gemm_i8_placed_avx2_amd64.s -stubs ../../gemm_i8_placed_avx2_amd64.go -pkg kernel
//go:generate go run . -part placedWide -out ../../gemm_i8_placedwide_avx2_amd64.s -stubs ../../gemm_i8_placedwide_avx2_amd64.go -pkg kernel
//go:generate go run . -part widenPairs -out ../../gemm_i8_widenpairs_avx2_amd64.s -stubs ../../gemm_i8_widenpairs_avx2_amd64.go -pkg kernel
//go:generate go run . -part layPairs -out ../../gemm_i8_laypairs_avx2_amd64.s -stubs ../../gemm_i8_laypairs_avx2_amd64.go -pkg kernel
//go:generate go run . -part layBytes -out ../../gemm_i8_laybytes_avx2_amd64.s -stubs ../../gemm_i8_laybytes_avx2_amd64.go -pkg kernel
//go:generate go run . -part codesI8 -out ../../gemm_i8_codesi8_avx2_amd64.s -stubs ../../gemm_i8_codesi8_avx2_amd64.go -pkg kernel
//go:generate go run . -part codesU8 -out ../../gemm_i8_codesu8_avx2_amd64.s -stubs ../../gemm_i8_codesu8_avx2_amd64.go -pkg kernel
//go:generate go run . -part columnBytes -out ../../gemm_i8_columnbytes_avx2_amd64.s -stubs ../../gemm_i8_columnbytes_avx2_amd64.go -pkg kernel
//go:generate go run . -part total -out ../../gemm_i8_total_avx2_amd64.s -stubs ../../gemm_i8_total_avx2_amd64.go -pkg kernel
//go:generate go run . -part columns -out ../../gemm_i8_columns_avx2_amd64.s -stubs ../../gemm_i8_columns_avx2_amd64.go -pkg kernel

import (
	"flag"
	"fmt"
	"log"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// rowBytes is the distance between rows of sums: of a panel, 48.
const rowBytes = 4 * 48

func main() {
	name := flag.String("part", "", "avx2, vnni and amx, the product; pairs and bytes, its operand; total, the sum of one; layPairs and layBytes, that of a convolution, and placed or placedWide, its product, with widenPairs before it; columns, codesI8 and codesU8, the end; or columnBytes, a transposition")
	flag.Parse()
	parts := map[string]func(){
		"avx2": func() { write(avx2()) }, "vnni": func() { write(vnni()) },
		"amx": amx, "pairs": pairs, "bytes": rowOfBytes, "total": total,
		"layPairs": func() { lay(true) }, "layBytes": func() { lay(false) },
		"placed": placed, "placedWide": placedWide, "widenPairs": widenPairs, "columns": columns, "columnBytes": columnBytes,
		"codesI8": func() { codes("finishCodesI8AVX2", "int8", VPACKSSWB) }, "codesU8": func() { codes("finishCodesU8AVX2", "uint8", VPACKUSWB) },
	}
	part, ok := parts[*name]
	if !ok {
		log.Fatalf("gemmi8: -part: there is no %q", *name)
	}
	ConstraintExpr("gc,!purego")
	part()
	Generate()
}

// write writes the product.
func write(set isa) {
	TEXT("dots"+set.name, NOSPLIT, "func(c *int32, a *"+set.of+", b *int8, rows, cols, groups, lda, ldb int)")
	Pragma("noescape")
	Doc(append([]string{"dots" + set.name + " adds the product a·b to c: c is [rows][48], b [groups][cols][4] with groups ldb bytes apart, and a"},
		set.doc...)...)
	p := &product{isa: set}
	p.lda, p.ldb = Load(Param("lda"), GP64()), Load(Param("ldb"), GP64())
	p.a, p.c, p.rows, p.col, p.left = GP64(), GP64(), GP64(), GP64(), GP64()
	XORQ(p.col, p.col)
	Load(Param("cols"), p.left)
	p.strips()
	VZEROUPPER()
	RET()
}

// product is the state of the function, in registers.
type product struct {
	isa
	lda, ldb reg.Register
	a, c     reg.GPVirtual // the tile's first elements
	rows     reg.GPVirtual // that are left
	col      reg.GPVirtual // bytes from the first column to the strip's, in b and in c
	left     reg.GPVirtual // columns that are
	mask     reg.Register
}

// strips goes over the columns: strips of vecs vectors, then one whose last vector is masked.
func (p *product) strips() {
	cols := p.vecs * p.lanes
	Label("strip")
	CMPQ(p.left, U8(cols))
	JL(LabelRef("tail"))
	p.strip("strip", p.vecs, false)
	ADDQ(U32(4*cols), p.col)
	SUBQ(U8(cols), p.left)
	JMP(LabelRef("strip"))

	Label("tail")
	TESTQ(p.left, p.left)
	JZ(LabelRef("done"))
	for vecs := p.vecs; vecs > 0; vecs-- {
		name, next := fmt.Sprintf("tail%dx", vecs), fmt.Sprintf("tail%d", vecs-1)
		Label(fmt.Sprintf("tail%d", vecs))
		if vecs > 1 {
			CMPQ(p.left, U8((vecs-1)*p.lanes))
			JLE(LabelRef(next))
			SUBQ(U8((vecs-1)*p.lanes), p.left)
		}
		p.mask = p.maskOf(p.left)
		p.strip(name, vecs, true)
		if vecs > 1 {
			JMP(LabelRef("done"))
		}
	}
	Label("done")
}

// strip computes a strip of vectors of columns for all rows. One or two rows more than a tile has are cut in two parts
// that are alike.
func (p *product) strip(name string, vecs int, masked bool) {
	Load(Param("a"), p.a)
	Load(Param("c"), p.c)
	ADDQ(p.col, p.c)
	Load(Param("rows"), p.rows)
	tile := func(rows int) string { return fmt.Sprintf("%s%dTile", name, rows) }
	next, end := name+"Next", name+"End"
	Label(next)
	CMPQ(p.rows, U8(p.maxRows+2))
	JG(LabelRef(tile(p.maxRows)))
	CMPQ(p.rows, U8(p.maxRows+1))
	JGE(LabelRef(tile(p.maxRows/2 + 1)))
	for rows := p.maxRows; rows > 0; rows-- {
		CMPQ(p.rows, U8(rows))
		JE(LabelRef(tile(rows)))
	}
	JMP(LabelRef(end))
	for rows := p.maxRows; rows > 0; rows-- {
		p.tile(fmt.Sprint(name, rows), rows, vecs, masked)
		t := GP64()
		IMUL3Q(U8(rows), p.lda, t)
		ADDQ(t, p.a)
		ADDQ(U32(rows*rowBytes), p.c)
		SUBQ(U8(rows), p.rows)
		JMP(LabelRef(next))
	}
	Label(end)
}

// tile adds the products of rows × vecs vectors.
func (p *product) tile(name string, rows, vecs int, masked bool) {
	Label(name + "Tile")
	t := &tile{product: p, rows: rows, vecs: vecs, masked: masked}
	for r := range rows {
		t.sums = append(t.sums, p.vectors(vecs))
		for v, s := range t.sums[r] {
			t.move(Mem{Base: p.c, Disp: r*rowBytes + 4*p.lanes*v}, s)
		}
	}
	n, a, b := GP64(), GP64(), GP64()
	Load(Param("groups"), n)
	Load(Param("b"), b)
	ADDQ(p.col, b)
	MOVQ(p.a, a)
	at := t.rowsOf(a)
	TESTQ(n, n)
	JZ(LabelRef(name + "Store"))
	Label(name + "Loop")
	p.step(t, at, b)
	ADDQ(p.ldb, b)
	for r := 0; r < rows; r += 3 {
		ADDQ(U8(p.groupBytes), at[r].Base)
	}
	DECQ(n)
	JNZ(LabelRef(name + "Loop"))
	Label(name + "Store")
	for r, row := range t.sums {
		for v, s := range row {
			t.move(s, Mem{Base: p.c, Disp: r*rowBytes + 4*p.lanes*v})
		}
	}
}

// tile is a block of sums.
type tile struct {
	*product
	rows, vecs int
	masked     bool
	sums       [][]reg.VecVirtual // by row and vector
}

// rowsOf addresses the tile's rows of a: each three go by a pointer of their own.
func (t *tile) rowsOf(base reg.Register) []Mem {
	var at []Mem
	for r := range t.rows {
		if r > 0 && r%3 == 0 {
			next := GP64()
			LEAQ(Mem{Base: base, Index: t.lda, Scale: 2}, next)
			ADDQ(t.lda, next)
			base = next
		}
		m := Mem{Base: base}
		if r%3 > 0 {
			m.Index, m.Scale = t.lda, uint8(r%3)
		}
		at = append(at, m)
	}
	return at
}

// load reads a vector of a group of b.
func (t *tile) load(b reg.Register, v int, to reg.Register) {
	m := Mem{Base: b, Disp: 4 * t.lanes * v}
	if t.masked && v == t.vecs-1 {
		t.read(m, t.mask, to)
	} else {
		t.move(m, to)
	}
}
