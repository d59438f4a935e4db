// Columns writes the product of a convolution for up to four positions by AVX2. So few would leave the lanes of a tile of
// positions empty: the four output channels of a panel, whose weights lie side by side, fill a register instead.
package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

func main() {
	ConstraintExpr("gc,!purego")
	TEXT("columnsAVX2", NOSPLIT, "func(y, w, x *float32, offsets *int64, bias, residual *float32, panels, cols, k, ldw, ldy int)")
	Pragma("noescape")
	Doc("columnsAVX2 computes y[r][p] = bias[r] + Σ w[r][i]·x[offsets[i] + p] + residual[r][p] for i < k, p < cols ≤ 4 and the",
		"rows of panels of four, [k][4], which are 4·ldw apart. Rows of y and residual are ldy apart; bias and residual may be",
		"nil, residual may be y. Offsets count bytes. Each product is fused with its sum. Nothing outside of the operands is",
		"read or written.")
	c := &columns{ldy: Load(Param("ldy"), GP64()), ldw: Load(Param("ldw"), GP64())}
	SHLQ(U8(2), c.ldy)
	SHLQ(U8(4), c.ldw)
	c.y, c.w, c.panels, c.row = Load(Param("y"), GP64()), Load(Param("w"), GP64()), Load(Param("panels"), GP64()), GP64()
	XORQ(c.row, c.row)
	cols := Load(Param("cols"), GP64())
	for n := 2; n <= 4; n++ {
		CMPQ(cols, U8(n))
		JE(LabelRef(fmt.Sprintf("cols%d", n)))
	}
	c.loop(1, 6, 2)
	c.loop(2, 6, 1)
	c.loop(3, 3, 1)
	c.loop(4, 3, 1)
	Label("done")
	VZEROUPPER()
	RET()
	Generate()
}

// columns is the state of the function, in registers.
type columns struct {
	y, w      reg.Register // the tile's first elements
	ldw, ldy  reg.Register // bytes between panels, and between rows
	panels    reg.Register // that are left
	row       reg.GPVirtual
	sums      [][]reg.VecVirtual // by panel and position
	positions int
}

// loop goes over the panels, so many at a time and then one by one. Of each sum there are phases, which take turns.
func (c *columns) loop(positions, panels, phases int) {
	c.positions = positions
	name := fmt.Sprintf("cols%d", positions)
	c.tiles(name, name+"Rest", panels, phases)
	c.tiles(name+"Rest", "done", 1, 2)
}

// tiles computes tiles while there are so many panels.
func (c *columns) tiles(name, next string, panels, phases int) {
	Label(name)
	CMPQ(c.panels, U8(panels))
	JL(LabelRef(next))
	c.multiply(name, panels, phases)
	c.store(name)
	ADDQ(U8(4*panels), c.row)
	SUBQ(U8(panels), c.panels)
	for range panels {
		ADDQ(c.ldw, c.w)
	}
	JMP(LabelRef(name))
}

// multiply sums up the products.
func (c *columns) multiply(name string, panels, phases int) {
	sums := make([][][]reg.VecVirtual, phases)
	for i := range sums {
		for range panels {
			var row []reg.VecVirtual
			for range c.positions {
				s := XMM()
				VXORPS(s, s, s)
				row = append(row, s)
			}
			sums[i] = append(sums[i], row)
		}
	}
	n, offset, w, x := Load(Param("k"), GP64()), Load(Param("offsets"), GP64()), GP64(), Load(Param("x"), GP64())
	MOVQ(c.w, w)
	rows := []Mem{{Base: w}, {Base: w, Index: c.ldw, Scale: 1}, {Base: w, Index: c.ldw, Scale: 2}}
	var fourth reg.GPVirtual
	if panels > 3 {
		fourth = GP64()
		LEAQ(rows[2], fourth)
		ADDQ(c.ldw, fourth)
		rows = append(rows, Mem{Base: fourth}, Mem{Base: fourth, Index: c.ldw, Scale: 1}, Mem{Base: fourth, Index: c.ldw, Scale: 2})
	}
	step := func(i int) {
		at := GP64()
		MOVQ(Mem{Base: offset, Disp: 8 * i}, at)
		var xs []reg.VecVirtual
		for p := range c.positions {
			v := XMM()
			VBROADCASTSS(Mem{Base: x, Index: at, Scale: 1, Disp: 4 * p}, v)
			xs = append(xs, v)
		}
		for r, row := range sums[i] {
			m := rows[r].Offset(16 * i)
			if c.positions == 1 {
				VFMADD231PS(m, xs[0], row[0])
				continue
			}
			if c.positions < 4 {
				weights := XMM()
				VMOVUPS(m, weights)
				for p, s := range row {
					VFMADD231PS(xs[p], weights, s)
				}
				continue
			}
			for p, s := range row { // there is no register left
				VFMADD231PS(m, xs[p], s)
			}
		}
	}
	goOn := func(steps int) {
		ADDQ(U8(8*steps), offset)
		ADDQ(U8(16*steps), w)
		if panels > 3 {
			ADDQ(U8(16*steps), fourth)
		}
	}
	SUBQ(U8(phases), n)
	JL(LabelRef(name + "Last"))
	Label(name + "Loop")
	for i := range phases {
		step(i)
	}
	goOn(phases)
	SUBQ(U8(phases), n)
	JGE(LabelRef(name + "Loop"))
	Label(name + "Last")
	if phases > 1 {
		ADDQ(U8(phases), n)
		JZ(LabelRef(name + "Sum"))
		step(0)
		Label(name + "Sum")
		for r, row := range sums[0] {
			for p, s := range row {
				VADDPS(sums[1][r][p], s, s)
			}
		}
	}
	c.sums = sums[0]
}

// store adds the bias and the residual and stores the sums, whose lanes are rows.
func (c *columns) store(name string) {
	bias := Load(Param("bias"), GP64())
	TESTQ(bias, bias)
	JZ(LabelRef(name + "Biased"))
	for r, row := range c.sums {
		v := XMM()
		VMOVUPS(Mem{Base: bias, Index: c.row, Scale: 4, Disp: 16 * r}, v)
		for _, s := range row {
			VADDPS(v, s, s)
		}
	}
	Label(name + "Biased")
	from := Load(Param("residual"), GP64())
	TESTQ(from, from)
	JZ(LabelRef(name + "Plain"))
	ADDQ(c.y, from)
	y := Load(Param("y"), GP64())
	SUBQ(y, from)
	for _, row := range c.sums {
		for lane := range 4 {
			for p, s := range row {
				v := XMM()
				VXORPS(v, v, v)
				VINSERTPS(U8(lane<<4), Mem{Base: from, Disp: 4 * p}, v, v)
				VADDPS(v, s, s)
			}
			ADDQ(c.ldy, from)
		}
	}
	Label(name + "Plain")
	for _, row := range c.sums {
		for lane := range 4 {
			for p, s := range row {
				VEXTRACTPS(U8(lane), s, Mem{Base: c.y, Disp: 4 * p})
			}
			ADDQ(c.ldy, c.y)
		}
	}
}
