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

// strips goes over the columns.
func (p *product) strips() {
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
	JE(LabelRef("wide1"))
	p.tile("wide2", 2, 6, false)
	JMP(LabelRef("wideEnd"))
	p.tile("wide1", 1, 6, false)
	Label("wideEnd")
	ADDQ(U32(4*48), p.col)
	JMP(LabelRef("wide"))

	Label("strip")
	left = p.left()
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
	tile := func(rows int) string { return fmt.Sprintf("%s%d", name, rows) }
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
		p.tile(tile(rows), rows, vecs, masked)
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
	Label(name)
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

func vectors(n int) []reg.VecVirtual {
	v := make([]reg.VecVirtual, n)
	for i := range v {
		v[i] = YMM()
	}
	return v
}

// tile is a block of sums.
type tile struct {
	*product
	rows, vecs int
	masked     bool
	sums       [][]reg.VecVirtual // by row and vector
}

// partial reports whether a row's vector is cut off by the mask.
func (t *tile) partial(v int) bool { return t.masked && v == t.vecs-1 }

// rowsOf addresses the tile's rows: those from the fourth on go by a pointer of their own.
func (t *tile) rowsOf(base, stride reg.Register) []Mem {
	var at []Mem
	for r := range t.rows {
		if r == 3 {
			fourth := GP64()
			LEAQ(Mem{Base: base, Index: stride, Scale: 2}, fourth)
			ADDQ(stride, fourth)
			base = fourth
		}
		m := Mem{Base: base}
		if r%3 > 0 {
			m.Index, m.Scale = stride, uint8(r%3)
		}
		at = append(at, m)
	}
	return at
}

// load reads a vector of a row.
func (t *tile) load(m Mem, v int, to reg.Register) {
	if t.partial(v) {
		VMASKMOVPS(m.Offset(32*v), t.mask, to)
	} else {
		VMOVUPS(m.Offset(32*v), to)
	}
}

// multiply adds the products.
func (t *tile) multiply(name string) {
	n, a, b := GP64(), GP64(), GP64()
	Load(Param("k"), n)
	Load(Param("b"), b)
	ADDQ(t.col, b)
	MOVQ(t.a, a)
	rows := t.rowsOf(a, t.lda)
	unroll := 4
	if t.masked {
		unroll = 1
	}
	step := func(i int) {
		for line := range max(t.vecs/2, 1) {
			PREFETCHT1(Mem{Base: t.ahead, Disp: 64 * line})
		}
		if t.vecs > t.rows {
			t.stepByColumn(rows, b, i)
		} else {
			t.stepByRow(rows, b, i)
		}
		ADDQ(t.ldb, b)
		ADDQ(t.step, t.ahead)
	}
	goOn := func(steps int) {
		ADDQ(U8(4*steps), a)
		if t.rows > 3 {
			ADDQ(U8(4*steps), rows[3].Base)
		}
	}
	if unroll > 1 {
		SUBQ(U8(unroll), n)
		JL(LabelRef(name + "Rest"))
		Label(name + "Loop")
		for i := range unroll {
			step(i)
		}
		goOn(unroll)
		SUBQ(U8(unroll), n)
		JGE(LabelRef(name + "Loop"))
		Label(name + "Rest")
		ADDQ(U8(unroll), n)
	} else {
		TESTQ(n, n)
	}
	JZ(LabelRef(name + "Sum"))
	Label(name + "One")
	step(0)
	goOn(1)
	DECQ(n)
	JNZ(LabelRef(name + "One"))
	Label(name + "Sum")
}

// stepByRow adds the products of step i with one row of b, whose vectors stay while the rows of a pass.
func (t *tile) stepByRow(a []Mem, b reg.Register, i int) {
	bs := vectors(t.vecs)
	for v := range bs {
		t.load(Mem{Base: b}, v, bs[v])
	}
	for r, row := range t.sums {
		x := YMM()
		VBROADCASTSS(a[r].Offset(4*i), x)
		for v, s := range row {
			VFMADD231PS(bs[v], x, s)
		}
	}
}

// stepByColumn is stepByRow for more vectors than rows: the elements of a stay.
func (t *tile) stepByColumn(a []Mem, b reg.Register, i int) {
	xs := vectors(t.rows)
	for r := range xs {
		VBROADCASTSS(a[r].Offset(4*i), xs[r])
	}
	for v := range t.vecs {
		y := YMM()
		t.load(Mem{Base: b}, v, y)
		for r, row := range t.sums {
			VFMADD231PS(y, xs[r], row[v])
		}
	}
}

// addBias adds the bias, if there is one.
func (t *tile) addBias(name string) {
	bias := Load(Param("bias"), GP64())
	TESTQ(bias, bias)
	JZ(LabelRef(name + "Residual"))
	ADDQ(t.col, bias)
	for v := range t.vecs {
		x := YMM()
		t.load(Mem{Base: bias}, v, x)
		for _, row := range t.sums {
			VADDPS(x, row[v], row[v])
		}
	}
	Label(name + "Residual")
}

// addResidual adds the residual, if there is one: as far from residual as the tile is from dst.
func (t *tile) addResidual(name string) {
	at := Load(Param("residual"), GP64())
	TESTQ(at, at)
	JZ(LabelRef(name + "Store"))
	ADDQ(t.dst, at)
	dst := Load(Param("dst"), GP64())
	SUBQ(dst, at)
	from := t.rowsOf(at, t.ldc)
	for r, row := range t.sums {
		for v, s := range row {
			if t.partial(v) {
				x := YMM()
				t.load(from[r], v, x)
				VADDPS(x, s, s)
			} else {
				VADDPS(from[r].Offset(32*v), s, s)
			}
		}
	}
	Label(name + "Store")
}
