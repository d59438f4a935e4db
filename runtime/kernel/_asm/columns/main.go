// Columns writes the product of a convolution for up to six positions by AVX2. So few would leave the lanes of a tile of
// positions empty: the output channels of panels, whose weights lie side by side, fill the registers instead, 16
// channels two of them.
package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// most is how many positions there may be: two sums each, and a register is left for the input.
const most = 6

func main() {
	ConstraintExpr("gc,!purego")
	TEXT("columnsAVX2", NOSPLIT, "func(y, w, x *float32, offsets *int64, bias, residual *float32, panels, cols, k, ldw, ldy int)")
	Pragma("noescape")
	Doc("columnsAVX2 computes y[r][p] = bias[r] + Σ w[r][i]·x[offsets[i] + p] + residual[r][p] for i < k, p < cols ≤ 6 and the",
		"rows of panels of four, [k][4], which are 4·ldw apart. Rows of y and residual are ldy apart; bias and residual may be",
		"nil, residual may be y. Offsets count bytes. Each product is fused with its sum. Nothing outside of the operands is",
		"read or written.")
	c := &columns{ldy: Load(Param("ldy"), GP64()), ldw: Load(Param("ldw"), GP64())}
	SHLQ(U8(2), c.ldy)
	SHLQ(U8(4), c.ldw)
	c.y, c.w, c.panels, c.row = Load(Param("y"), GP64()), Load(Param("w"), GP64()), Load(Param("panels"), GP64()), GP64()
	XORQ(c.row, c.row)
	cols := Load(Param("cols"), GP64())
	for n := 2; n <= most; n++ {
		CMPQ(cols, U8(n))
		JE(LabelRef(fmt.Sprintf("cols%d", n)))
	}
	for n := 1; n <= most; n++ {
		c.positions = n
		name := fmt.Sprintf("cols%d", n)
		// A sum waits for the one before: there are at least six of them, in phases that take turns.
		c.tiles(name, name+"Rest", 4, max(8/(2*n), 1))
		c.tiles(name+"Rest", "done", 1, max(8/n, 1))
	}
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
	positions int
}

// tile is the sums of four panels, or of one in the lower halves of registers.
type tile struct {
	*columns
	name   string
	panels int
	sums   [][]reg.VecVirtual // by two panels, and position
}

// tiles computes tiles while there are so many panels.
func (c *columns) tiles(name, next string, panels, phases int) {
	Label(name)
	CMPQ(c.panels, U8(panels))
	JL(LabelRef(next))
	t := &tile{columns: c, name: name, panels: panels}
	t.multiply(phases)
	t.store()
	ADDQ(U8(4*panels), c.row)
	SUBQ(U8(panels), c.panels)
	for range panels {
		ADDQ(c.ldw, c.w)
	}
	JMP(LabelRef(name))
}

// multiply sums up the products.
func (t *tile) multiply(phases int) {
	sums := make([][][]reg.VecVirtual, phases)
	for i := range sums {
		for range (t.panels + 1) / 2 {
			var row []reg.VecVirtual
			for range t.positions {
				s := YMM()
				VXORPS(s, s, s)
				row = append(row, s)
			}
			sums[i] = append(sums[i], row)
		}
	}
	n, offset, w, x := Load(Param("k"), GP64()), Load(Param("offsets"), GP64()), GP64(), Load(Param("x"), GP64())
	MOVQ(t.w, w)
	panels := []Mem{{Base: w}}
	if t.panels == 4 {
		fourth := GP64() // how far it is
		LEAQ(Mem{Base: t.ldw, Index: t.ldw, Scale: 2}, fourth)
		panels = append(panels, Mem{Base: w, Index: t.ldw, Scale: 1}, Mem{Base: w, Index: t.ldw, Scale: 2}, Mem{Base: w, Index: fourth, Scale: 1})
	}
	step := func(i int) {
		at := GP64()
		MOVQ(Mem{Base: offset, Disp: 8 * i}, at)
		weights := make([]reg.VecVirtual, len(sums[i]))
		for v := range weights {
			weights[v] = YMM()
			VBROADCASTF128(panels[2*v].Offset(16*i), weights[v])
			if t.panels > 1 {
				VINSERTF128(U8(1), panels[2*v+1].Offset(16*i), weights[v], weights[v])
			}
		}
		for p := range t.positions {
			input := YMM()
			VBROADCASTSS(Mem{Base: x, Index: at, Scale: 1, Disp: 4 * p}, input)
			for v, row := range sums[i] {
				VFMADD231PS(weights[v], input, row[p])
			}
		}
	}
	SUBQ(U8(phases), n)
	JL(LabelRef(t.name + "Last"))
	Label(t.name + "Loop")
	for i := range phases {
		step(i)
	}
	ADDQ(U8(8*phases), offset)
	ADDQ(U8(16*phases), w)
	SUBQ(U8(phases), n)
	JGE(LabelRef(t.name + "Loop"))
	Label(t.name + "Last")
	ADDQ(U8(phases), n)
	for i := range phases - 1 { // of the first phases there may be one more each
		JZ(LabelRef(t.name + "Sum"))
		step(i)
		DECQ(n)
	}
	Label(t.name + "Sum")
	for half := phases; half > 1; half /= 2 {
		for i := range half / 2 {
			t.addAll(sums[i], sums[half-1-i])
		}
		half += half % 2 // the one in the middle goes on alone
	}
	t.sums = sums[0]
}

// addAll adds the sums of a phase to those of another.
func (t *tile) addAll(to, from [][]reg.VecVirtual) {
	for v, row := range to {
		for p, s := range row {
			VADDPS(from[v][p], s, s)
		}
	}
}

// store adds the bias and the residual and stores the sums, whose lanes are rows.
func (t *tile) store() {
	t.addBias()
	from := Load(Param("residual"), GP64())
	TESTQ(from, from)
	JZ(LabelRef(t.name + "Store"))
	ADDQ(t.y, from)
	y := Load(Param("y"), GP64())
	SUBQ(y, from)
	Label(t.name + "Store")
	third := GP64()
	LEAQ(Mem{Base: t.ldy, Index: t.ldy, Scale: 2}, third)
	rows := func(base reg.Register) []Mem {
		return []Mem{{Base: base}, {Base: base, Index: t.ldy, Scale: 1}, {Base: base, Index: t.ldy, Scale: 2}, {Base: base, Index: third, Scale: 1}}
	}
	to, residual := rows(t.y), rows(from)
	for panel := range t.panels {
		for p, s := range t.sums[panel/2] {
			var v reg.Register = s.AsX()
			if panel%2 == 1 {
				half := XMM()
				VEXTRACTF128(U8(1), s, half)
				v = half
			}
			t.storeFour(fmt.Sprintf("%s%d%d", t.name, panel, p), v, to, residual, 4*p)
		}
		LEAQ(Mem{Base: t.y, Index: t.ldy, Scale: 4}, t.y)
		LEAQ(Mem{Base: from, Index: t.ldy, Scale: 4}, from)
	}
}

// addBias adds the bias, whose lanes are rows as well.
func (t *tile) addBias() {
	bias := Load(Param("bias"), GP64())
	TESTQ(bias, bias)
	JZ(LabelRef(t.name + "Biased"))
	for i, row := range t.sums {
		v, at := YMM(), Mem{Base: bias, Index: t.row, Scale: 4, Disp: 32 * i}
		if t.panels > 1 {
			VMOVUPS(at, v)
		} else {
			VBROADCASTF128(at, v)
		}
		for _, s := range row {
			VADDPS(v, s, s)
		}
	}
	Label(t.name + "Biased")
}

// storeFour adds the residual and stores four rows of a position.
func (t *tile) storeFour(name string, v reg.Register, to, residual []Mem, at int) {
	CMPQ(NewParamAddr("residual", 40), U8(0))
	JE(LabelRef(name))
	add, sum := XMM(), XMM()
	VMOVSS(residual[0].Offset(at), add)
	for lane := 1; lane < 4; lane++ {
		VINSERTPS(U8(lane<<4), residual[lane].Offset(at), add, add)
	}
	VADDPS(v, add, sum)
	for lane, m := range to {
		VEXTRACTPS(U8(lane), sum, m.Offset(at))
	}
	JMP(LabelRef(name + "Done"))
	Label(name)
	for lane, m := range to {
		VEXTRACTPS(U8(lane), v, m.Offset(at))
	}
	Label(name + "Done")
}
