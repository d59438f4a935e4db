// Depthwise writes what gathers one channel's taps by AVX2: -fn depthwise sums them up by weights, -fn maxTaps takes the
// largest, -fn maxNumbers passes over NaN. A tile of up to four rows by 24 positions keeps its results in registers while the taps pass; a table says
// where each of them begins in the input, so that strides and dilations are none of its business.
package main

import (
	"flag"
	"fmt"
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/energeticc/energeticc/runtime/kernel/_asm/vec"
)

func main() {
	name := flag.String("fn", "depthwise", "the function: depthwise, maxTaps or maxNumbers")
	flag.Parse()
	ConstraintExpr("gc,!purego")
	d := &depthwise{masks: vec.MaskTable(), max: *name != "depthwise", numbers: *name == "maxNumbers"}
	const (
		rows = "rows of y are ldy apart. Offsets count bytes."
		rest = "of the operands is read or written, but for seven elements of x after the last column of each row."
	)
	if d.max {
		nan := "wins"
		if d.numbers {
			nan = "counts for nothing"
		}
		TEXT(*name+"AVX2", NOSPLIT, "func(y, x *float32, offsets *int64, rows, cols, taps, ldx, ldy int)")
		Doc(*name+"AVX2 sets y[r][p] to the largest x[offsets[t] + r·ldx + p] for t < taps, r < rows and p < cols, -Inf if there",
			"is none; NaN "+nan+". Rows of y are ldy apart. Offsets count bytes. Nothing outside", rest)
	} else {
		TEXT("depthwiseAVX2", NOSPLIT, "func(y, x, w *float32, offsets *int64, rows, cols, taps, ldx, ldy int, bias float32)")
		Doc("depthwiseAVX2 computes y[r][p] = bias + Σ w[t]·x[offsets[t] + r·ldx + p] for t < taps, r < rows and p < cols;", rows,
			"Sums run over t in order, each product fused with its sum. Nothing outside", rest)
	}
	Pragma("noescape")
	d.ldx, d.ldy = bytes("ldx"), bytes("ldy")
	d.x, d.y, d.row, d.col = GP64(), GP64(), GP64(), GP64()
	d.start = YMM()
	if d.max {
		VMOVUPS(vec.Const(math.Inf(-1)), d.start)
	} else {
		VBROADCASTSS(NewParamAddr("bias", 72), d.start)
	}
	XORQ(d.col, d.col)
	d.columns()
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

// depthwise is the state of the function, in registers.
type depthwise struct {
	masks    Mem
	max      bool
	numbers  bool // NaN is passed over
	ldx, ldy reg.Register
	x, y     reg.GPVirtual  // the tile's first elements
	row, col reg.GPVirtual  // the tile's first
	start    reg.VecVirtual // of every result
}

const wide = 3 // vectors of a tile

// columns goes over the columns, then the tail.
func (d *depthwise) columns() {
	left := GP64()
	Label("columns")
	Load(Param("cols"), left)
	SUBQ(d.col, left)
	CMPQ(left, U8(vec.Lanes*wide))
	JL(LabelRef("tail"))
	d.strip("wide", wide, nil)
	ADDQ(U8(vec.Lanes*wide), d.col)
	JMP(LabelRef("columns"))
	Label("tail")
	TESTQ(left, left)
	JZ(LabelRef("done"))
	for vecs := 1; vecs <= wide; vecs++ {
		next := fmt.Sprintf("above%d", vecs)
		if vecs < wide {
			CMPQ(left, U8(vec.Lanes*vecs))
			JG(LabelRef(next))
		}
		if vecs > 1 {
			SUBQ(U8(vec.Lanes*(vecs-1)), left)
		}
		d.strip(fmt.Sprintf("tail%d", vecs), vecs, vec.Mask(d.masks, left))
		JMP(LabelRef("done"))
		Label(next)
	}
}

// strip computes 8·vecs columns of all rows, of whose last vector mask tells the elements that count.
func (d *depthwise) strip(name string, vecs int, mask reg.Register) {
	Load(Param("y"), d.y)
	LEAQ(Mem{Base: d.y, Index: d.col, Scale: 4}, d.y)
	Load(Param("x"), d.x)
	LEAQ(Mem{Base: d.x, Index: d.col, Scale: 4}, d.x)
	Load(Param("rows"), d.row)
	for _, rows := range []int{4, 2, 1} {
		label := fmt.Sprintf("%sx%d", name, rows)
		Label(label)
		CMPQ(d.row, U8(rows))
		JL(LabelRef(label + "End"))
		d.tile(label, rows, vecs, mask)
		SUBQ(U8(rows), d.row)
		for range rows {
			ADDQ(d.ldx, d.x)
			ADDQ(d.ldy, d.y)
		}
		JMP(LabelRef(label))
		Label(label + "End")
	}
}

// tile computes rows × 8·vecs sums and stores them.
func (d *depthwise) tile(name string, rows, vecs int, mask reg.Register) {
	var sums []vec.V
	for range rows {
		row := vec.New(vecs)
		for _, s := range row {
			VMOVAPS(d.start, s)
		}
		sums = append(sums, row)
	}
	n, offset, w := Load(Param("taps"), GP64()), Load(Param("offsets"), GP64()), GP64()
	if !d.max {
		Load(Param("w"), w)
	}
	TESTQ(n, n)
	JZ(LabelRef(name + "Store"))
	Label(name + "Tap")
	at, weight := GP64(), YMM()
	MOVQ(Mem{Base: offset}, at)
	if !d.max {
		VBROADCASTSS(Mem{Base: w}, weight)
	}
	ADDQ(d.x, at)
	for r, from := range rowsOf(at, d.ldx, rows) {
		for v, s := range sums[r] {
			if m := from.Offset(4 * vec.Lanes * v); d.max {
				d.larger(m, s)
			} else {
				VFMADD231PS(m, weight, s)
			}
		}
	}
	ADDQ(U8(8), offset)
	if !d.max {
		ADDQ(U8(4), w)
	}
	DECQ(n)
	JNZ(LabelRef(name + "Tap"))
	Label(name + "Store")
	for r, to := range rowsOf(d.y, d.ldy, rows) {
		for v, s := range sums[r] {
			if mask != nil && v == vecs-1 {
				VMASKMOVPS(s, mask, to.Offset(4*vec.Lanes*v))
			} else {
				VMOVUPS(s, to.Offset(4*vec.Lanes*v))
			}
		}
	}
}

// larger sets s to the larger of it and m. VMAXPS gives its first operand here, s, where either is NaN.
func (d *depthwise) larger(m Mem, s reg.VecVirtual) {
	x, unordered := YMM(), YMM()
	VMOVUPS(m, x)
	if d.numbers {
		VMAXPS(s, x, s)
		return
	}
	VCMPPS(U8(3), x, x, unordered)
	VMAXPS(s, x, s)
	VBLENDVPS(unordered, x, s, s)
}

// rowsOf addresses up to four rows.
func rowsOf(base, stride reg.Register, rows int) []Mem {
	at := []Mem{{Base: base}, {Base: base, Index: stride, Scale: 1}, {Base: base, Index: stride, Scale: 2}}
	if rows == 4 {
		third := GP64()
		LEAQ(at[2], third)
		at = append(at, Mem{Base: third, Index: stride, Scale: 1})
	}
	return at[:rows]
}
