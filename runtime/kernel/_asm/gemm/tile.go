package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/energeticc/energeticc/runtime/kernel/_asm/vec"
)

// tile is a block of sums.
type tile struct {
	*product
	rows, vecs int
	masked     bool
	sums       [][]reg.VecVirtual // by row and vector
}

// partial reports whether a row's vector is cut off by the mask.
func (t *tile) partial(v int) bool { return t.masked && v == t.vecs-1 }

// maskOf gives the mask of a row's vector, nil if it is whole.
func (t *tile) maskOf(v int) reg.Register {
	if t.partial(v) {
		return t.mask
	}
	return nil
}

// rowsOf addresses the tile's rows: each three go by a pointer of their own.
func (t *tile) rowsOf(base, stride reg.Register) []Mem {
	var at []Mem
	for r := range t.rows {
		if r > 0 && r%3 == 0 {
			next := GP64()
			LEAQ(Mem{Base: base, Index: stride, Scale: 2}, next)
			ADDQ(stride, next)
			base = next
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
	m = m.Offset(4 * vec.Lanes * v)
	vec.ReadPart(m, t.maskOf(v), to)
}

// store is load the other way.
func (t *tile) store(s reg.Register, m Mem, v int) {
	m = m.Offset(4 * vec.Lanes * v)
	vec.WritePart(s, t.maskOf(v), m)
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
		for line := range max(t.vecs*vec.Lanes/16, 1) {
			PREFETCHT1(Mem{Base: t.ahead, Disp: 64 * line})
		}
		ADDQ(t.step, t.ahead)
		if t.vecs > t.rows {
			t.stepByColumn(rows, b, 4*i)
		} else {
			t.stepByRow(rows, b, 4*i)
		}
		ADDQ(t.ldb, b)
	}
	goOn := func(steps int) {
		for r := 0; r < t.rows; r += 3 {
			ADDQ(U8(4*steps), rows[r].Base)
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

// stepByRow adds the products of the step at these bytes of a with one row of b, whose vectors stay while the rows of a pass.
func (t *tile) stepByRow(a []Mem, b reg.Register, at int) {
	bs := t.vectors(t.vecs)
	for v := range bs {
		t.load(Mem{Base: b}, v, bs[v])
	}
	for r, row := range t.sums {
		x := vec.Register()
		VBROADCASTSS(a[r].Offset(at), x)
		for v, s := range row {
			VFMADD231PS(bs[v], x, s)
		}
	}
}

// stepByColumn is stepByRow for more vectors than rows: the elements of a stay.
func (t *tile) stepByColumn(a []Mem, b reg.Register, at int) {
	xs := t.vectors(t.rows)
	for r := range xs {
		VBROADCASTSS(a[r].Offset(at), xs[r])
	}
	for v := range t.vecs {
		y := vec.Register()
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
		x := vec.Register()
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
	from := t.rowsOf(at, bytes("ldc"))
	for r, row := range t.sums {
		for v, s := range row {
			if t.partial(v) {
				x := vec.Register()
				t.load(from[r], v, x)
				VADDPS(x, s, s)
			} else {
				VADDPS(from[r].Offset(4*vec.Lanes*v), s, s)
			}
		}
	}
	Label(name + "Store")
}
