// Conv writes the product of a convolution: what several output channels get from the same positions; -isa names the
// instructions. A tile of 4 channels by 24 positions keeps its twelve sums in registers, and three vectors of the input
// while the weights of the channels, which lie side by side, are spread over the remaining register one by one. A row of
// the input is anywhere: a table says where, so that taps of a kernel may read the same memory, shifted.
//
// AVX-512 has registers for 8 channels by 48 positions.
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
	masks := vec.MaskTable()
	beyond := "Nothing outside of the operands is read or written, but for seven elements of x after the last column."
	tiles := map[int][]int{1: {8, 4}, 2: {4}, 3: {4}}
	if vec.Wide {
		beyond = "Nothing outside of the operands is read or written."
		tiles = map[int][]int{1: {8, 4}, 2: {8, 4}, 3: {8, 4}}
	}
	TEXT(vec.Name("conv"), NOSPLIT, "func(y, w, x *float32, offsets *int64, bias, residual *float32, rows, cols, k, ldw, ldy int)")
	Pragma("noescape")
	Doc(vec.Name("conv")+" computes y[r][p] = bias[r] + Σ w[r][i]·x[offsets[i] + p] + residual[r][p] for i < k, p < cols and",
		"r < rows, a multiple of 4 or less than that. Rows of y and residual are ldy apart; bias and residual may be nil,",
		"residual may be y. Of a multiple of 4, w is panels of four rows, [k][4], which are 4·ldw apart; of less, rows",
		"that are ldw apart. Offsets count bytes. Sums run over i in order from the bias on, each product fused with its",
		"sum. "+beyond)
	p := &product{masks: masks}
	p.ldw, p.ldy = bytes("ldw"), bytes("ldy")
	p.y, p.w, p.x, p.row, p.col = GP64(), GP64(), GP64(), GP64(), GP64()
	XORQ(p.col, p.col)
	rows := Load(Param("rows"), GP64())
	CMPQ(rows, U8(4))
	JL(LabelRef("thin"))
	p.columns("panel", []int{3, 2, 1}, tiles)
	Label("thin")
	p.columns("row", []int{6, 3, 1}, map[int][]int{1: {1}, 3: {1}, 6: {1}})
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

// product is the state of the function, in registers.
type product struct {
	masks    Mem
	ldw, ldy reg.Register  // bytes between rows
	y, w, x  reg.GPVirtual // the tile's first elements
	row, col reg.GPVirtual // the tile's first
}

// columns goes over the columns by tiles of so many whole vectors, then the tail, which is less than one. tiles has for
// each number of vectors the rows of the tiles that it comes in.
func (p *product) columns(name string, wide []int, tiles map[int][]int) {
	left := GP64()
	Label(name)
	Load(Param("cols"), left)
	SUBQ(p.col, left)
	for _, vecs := range wide {
		next := fmt.Sprintf("%sBelow%d", name, vecs)
		CMPQ(left, U8(vec.Lanes*vecs))
		JL(LabelRef(next))
		p.strip(name, vecs, nil, tiles[vecs])
		ADDQ(U8(vec.Lanes*vecs), p.col)
		JMP(LabelRef(name))
		Label(next)
	}
	TESTQ(left, left)
	JZ(LabelRef("done"))
	p.strip(name+"Tail", 1, p.tail(left), tiles[1])
	JMP(LabelRef("done"))
}

// tail gives the mask of the first n columns, and spends n: AVX2 has no register left for it, but for where it lies.
func (p *product) tail(n reg.GPVirtual) reg.Register {
	if vec.Wide {
		return vec.Mask(p.masks, n)
	}
	mask := GP64()
	LEAQ(p.masks, mask)
	NEGQ(n)
	LEAQ(Mem{Base: mask, Index: n, Scale: 4, Disp: 4 * vec.Lanes}, mask)
	return mask
}

// strip computes vecs vectors of columns of all rows; mask is what tail gives for the last vector, nil if it is whole.
func (p *product) strip(name string, vecs int, mask reg.Register, tiles []int) {
	name = fmt.Sprintf("%s%dx", name, vecs)
	Load(Param("y"), p.y)
	LEAQ(Mem{Base: p.y, Index: p.col, Scale: 4}, p.y)
	Load(Param("x"), p.x)
	LEAQ(Mem{Base: p.x, Index: p.col, Scale: 4}, p.x)
	Load(Param("w"), p.w)
	XORQ(p.row, p.row)
	for _, rows := range tiles {
		label := fmt.Sprintf("%s%d", name, rows)
		Label(label)
		left := Load(Param("rows"), GP64())
		SUBQ(p.row, left)
		CMPQ(left, U8(rows))
		JL(LabelRef(label + "End"))
		t := &tile{product: p, name: label, rows: rows, vecs: vecs, mask: mask}
		t.compute()
		ADDQ(U8(rows), p.row)
		for range rows {
			ADDQ(p.ldw, p.w)
			ADDQ(p.ldy, p.y)
		}
		JMP(LabelRef(label))
		Label(label + "End")
	}
}

// tile is a block of sums.
type tile struct {
	*product
	name       string
	rows, vecs int
	mask       reg.Register
	sums       []vec.V // by row
}

// maskOf gives the mask of a row's vector, nil if it is whole.
func (t *tile) maskOf(v int) reg.Register {
	if t.mask == nil || v < t.vecs-1 {
		return nil
	}
	if vec.Wide {
		return t.mask
	}
	mask := YMM()
	VMOVUPS(Mem{Base: t.mask}, mask)
	return mask
}

// compute computes the tile and stores it.
func (t *tile) compute() {
	for range t.rows {
		t.sums = append(t.sums, vec.New(t.vecs))
	}
	t.begin()
	t.multiply()
	t.addResidual()
	at := t.rowsOf(t.y)
	for r, row := range t.sums {
		for v, s := range row {
			vec.WritePart(s, t.maskOf(v), at[r].Offset(4*vec.Lanes*v))
		}
	}
}

// begin sets the sums to the bias.
func (t *tile) begin() {
	for _, row := range t.sums {
		vec.Do(func(o ...Op) { VXORPS(o[0], o[0], o[0]) }, row)
	}
	bias := Load(Param("bias"), GP64())
	TESTQ(bias, bias)
	JZ(LabelRef(t.name + "Begin"))
	LEAQ(Mem{Base: bias, Index: t.row, Scale: 4}, bias)
	for r, row := range t.sums {
		VBROADCASTSS(Mem{Base: bias, Disp: 4 * r}, row[0])
		for _, s := range row[1:] {
			VMOVAPS(row[0], s)
		}
	}
	Label(t.name + "Begin")
}

// multiply adds the products.
func (t *tile) multiply() {
	n, offset := Load(Param("k"), GP64()), Load(Param("offsets"), GP64())
	var w []reg.Register // of the panels
	for r := 0; r < t.rows; r += 4 {
		panel := GP64()
		MOVQ(t.w, panel)
		if r > 0 {
			LEAQ(Mem{Base: t.w, Index: t.ldw, Scale: 4}, panel)
		}
		w = append(w, panel)
	}
	width := 4 * min(t.rows, 4) // bytes of a panel's row
	advance := func(steps int) {
		ADDQ(U8(8*steps), offset)
		for _, panel := range w {
			ADDQ(U8(width*steps), panel)
		}
	}
	const unroll = 4
	SUBQ(U8(unroll), n)
	JL(LabelRef(t.name + "Rest"))
	Label(t.name + "Loop")
	for i := range unroll {
		t.step(offset, w, width, i)
	}
	advance(unroll)
	SUBQ(U8(unroll), n)
	JGE(LabelRef(t.name + "Loop"))
	Label(t.name + "Rest")
	ADDQ(U8(unroll), n)
	JZ(LabelRef(t.name + "Sum"))
	Label(t.name + "One")
	t.step(offset, w, width, 0)
	advance(1)
	DECQ(n)
	JNZ(LabelRef(t.name + "One"))
	Label(t.name + "Sum")
}

// step adds the products of step i: vectors of x with each row's weight. Tiles of one row multiply straight from
// memory, but for what AVX-512 reads under a mask.
func (t *tile) step(offset reg.Register, w []reg.Register, width, i int) {
	at := GP64()
	MOVQ(Mem{Base: offset, Disp: 8 * i}, at)
	xs := make([]Op, t.vecs)
	for v := range xs {
		xs[v] = Mem{Base: t.x, Index: at, Scale: 1, Disp: 4 * vec.Lanes * v}
		var mask reg.Register // AVX2 has none to spare
		if vec.Wide {
			mask = t.maskOf(v)
		}
		if t.rows > 1 || mask != nil {
			x := vec.Register()
			vec.ReadPart(xs[v].(Mem), mask, x)
			xs[v] = x
		}
	}
	for r, row := range t.sums {
		weight := vec.Register()
		VBROADCASTSS(Mem{Base: w[r/4], Disp: width*i + 4*(r%4)}, weight)
		for v, s := range row {
			VFMADD231PS(xs[v], weight, s)
		}
	}
}

// rowsOf addresses the tile's rows; every third has a pointer of its own.
func (t *tile) rowsOf(base reg.Register) []Mem {
	var at []Mem
	for r := range t.rows {
		if r > 0 && r%3 == 0 {
			next := GP64()
			LEAQ(Mem{Base: base, Index: t.ldy, Scale: 2}, next)
			ADDQ(t.ldy, next)
			base = next
		}
		m := Mem{Base: base}
		if r%3 > 0 {
			m.Index, m.Scale = t.ldy, uint8(r%3)
		}
		at = append(at, m)
	}
	return at
}

// addResidual adds the residual, if there is one: as far from residual as the tile is from y.
func (t *tile) addResidual() {
	at := Load(Param("residual"), GP64())
	TESTQ(at, at)
	JZ(LabelRef(t.name + "Store"))
	ADDQ(t.y, at)
	y := Load(Param("y"), GP64())
	SUBQ(y, at)
	from := t.rowsOf(at)
	for r, row := range t.sums {
		for v, s := range row {
			add := from[r].Offset(4 * vec.Lanes * v)
			if mask := t.maskOf(v); mask != nil {
				x := vec.Register()
				vec.ReadPart(add, mask, x)
				VADDPS(x, s, s)
			} else {
				VADDPS(add, s, s)
			}
		}
	}
	Label(t.name + "Store")
}
