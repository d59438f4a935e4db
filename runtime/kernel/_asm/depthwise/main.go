// Depthwise writes what gathers one channel's taps: -fn depthwise sums them up by weights, -fn maxTaps takes the largest,
// -fn maxNumbers passes over NaN; -isa names the instructions. A tile of up to four rows by three vectors keeps its
// results in registers while the taps pass; a table says where each of them begins in the input, so that strides and
// dilations are none of its business.
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
	vec.Begin()
	d := &depthwise{masks: vec.MaskTable(), max: *name != "depthwise", numbers: *name == "maxNumbers"}
	const rows = "rows of y are ldy apart. Offsets count bytes."
	rest := "of the operands is read or written, but for seven elements of x after the last column of each row."
	if vec.Wide {
		rest = "of the operands is read or written."
	}
	if d.max {
		nan := "wins"
		if d.numbers {
			nan = "counts for nothing"
		}
		TEXT(vec.Name(*name), NOSPLIT, "func(y, x *float32, offsets *int64, rows, cols, taps, ldx, ldy int)")
		Doc(vec.Name(*name)+" sets y[r][p] to the largest x[offsets[t] + r·ldx + p] for t < taps, r < rows and p < cols, -Inf if there",
			"is none; NaN "+nan+". Rows of y are ldy apart. Offsets count bytes. Nothing outside", rest)
	} else {
		TEXT(vec.Name("depthwise"), NOSPLIT, "func(y, x, w *float32, offsets *int64, rows, cols, taps, ldx, ldy int, bias float32)")
		Doc(vec.Name("depthwise")+" computes y[r][p] = bias + Σ w[t]·x[offsets[t] + r·ldx + p] for t < taps, r < rows and p < cols;", rows,
			"Sums run over t in order, each product fused with its sum. Nothing outside", rest)
	}
	Pragma("noescape")
	d.ldx, d.ldy = bytes("ldx"), bytes("ldy")
	d.x, d.y, d.row, d.col = GP64(), GP64(), GP64(), GP64()
	if d.max {
		d.start = vec.Like(1, math.Inf(-1))[0]
	} else {
		d.start = vec.Spread("bias")
	}
	XORQ(d.col, d.col)
	d.columns()
	Label("done")
	vec.End()
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

// strip computes vecs vectors of columns of all rows, of whose last vector mask tells the elements that count.
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

// tile computes rows × vecs vectors of sums and stores them.
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
	at, weight := GP64(), vec.Register()
	MOVQ(Mem{Base: offset}, at)
	if !d.max {
		VBROADCASTSS(Mem{Base: w}, weight)
	}
	ADDQ(d.x, at)
	for r, from := range rowsOf(at, d.ldx, rows) {
		for v, s := range sums[r] {
			var x Op = from.Offset(4 * vec.Lanes * v)
			if vec.Wide && v == vecs-1 && mask != nil { // AVX2 takes longer for it than to read beyond
				some := vec.Register()
				vec.ReadPart(x.(Mem), mask, some)
				x = some
			}
			if d.max {
				d.larger(x, s)
			} else {
				VFMADD231PS(x, weight, s)
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
			some := mask
			if v < vecs-1 {
				some = nil
			}
			vec.WritePart(s, some, to.Offset(4*vec.Lanes*v))
		}
	}
}

// larger sets s to the larger of it and m. VMAXPS gives its first operand here, s, where either is NaN.
func (d *depthwise) larger(m Op, s reg.VecVirtual) {
	x := vec.New(1)
	VMOVUPS(m, x[0])
	if d.numbers {
		VMAXPS(s, x[0], s)
		return
	}
	unordered := vec.Compare(vec.Unordered, x, x)
	VMAXPS(s, x[0], s)
	vec.Select(unordered, x, s, vec.V{s})
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
