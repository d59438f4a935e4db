// Attention writes what becomes of a tile of scores: the weights of its keys; -isa names the instructions.
package main

import (
	"fmt"
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/energeticc/energeticc/runtime/kernel/_asm/vec"
)

const (
	// integer is where a float32 has the unit 1: what is added to it is rounded to an integer, in the lowest bits.
	integer = 0x1.8p23
)

func main() {
	vec.Begin()
	TEXT(vec.Name("attend"), NOSPLIT, "func(score, bias *float32, rows, cols, ld, ldb int, scale float32, top, fall, sum *float32)")
	Pragma("noescape")
	Doc(vec.Name("attend")+" turns each row of scores x into e^(scale·x + bias - top) with their sum, top being the largest exponent",
		"so far, of which fall is what it was before less what it is now. A bias of -Inf hides its key. Rows of score are ld",
		"apart, with room for whole vectors, those of bias ldb; there is at least one, and one column. Weights below e^-86",
		"are 0.")
	masks := vec.MaskTable()
	p := &rows{masks: masks, none: vec.Like(1, math.Inf(-1))[0], score: Load(Param("score"), GP64()), bias: Load(Param("bias"), GP64()), r: GP64()}
	XORQ(p.r, p.r)
	Label("row")
	p.finish()
	base := p.largest()
	p.weigh(base)
	for _, at := range []struct {
		name    string
		pointer reg.Register
	}{{"ld", p.score}, {"ldb", p.bias}} {
		bytes := Load(Param(at.name), GP64())
		SHLQ(U8(2), bytes)
		ADDQ(bytes, at.pointer)
	}
	INCQ(p.r)
	count := Load(Param("rows"), GP64())
	CMPQ(p.r, count)
	JL(LabelRef("row"))
	vec.End()
	Generate()
}

// rows is the state of the function, in registers.
type rows struct {
	masks       Mem
	none        reg.VecVirtual // -Inf
	score, bias reg.Register   // of the row
	r           reg.Register   // its number
	top         reg.VecVirtual // largest score, lane by lane
}

// finish scales the row's scores, adds the bias and finds the largest. What lies behind the last key is hidden.
func (p *rows) finish() {
	x, b, n := GP64(), GP64(), Load(Param("cols"), GP64())
	MOVQ(p.score, x)
	MOVQ(p.bias, b)
	scale := vec.Spread("scale")
	p.top = vec.Register()
	VMOVAPS(p.none, p.top)
	one := func(mask reg.Register) {
		s, add := vec.New(1), vec.New(1)
		s.Read(x, nil)
		add.Read(b, mask)
		if mask != nil {
			vec.Select(vec.Cond{mask}, add, p.none, add)
		}
		hidden := vec.Compare(vec.Equal, p.none, add)
		vec.Do(VFMADD213PS, add, scale, s)
		vec.Select(hidden, p.none, s, s)
		s.Write(x, nil)
		VMAXPS(p.top, s[0], p.top) // without NaN
	}
	SUBQ(U8(vec.Lanes), n)
	JL(LabelRef("finishTail"))
	Label("finish")
	one(nil)
	ADDQ(U8(4*vec.Lanes), x)
	ADDQ(U8(4*vec.Lanes), b)
	SUBQ(U8(vec.Lanes), n)
	JGE(LabelRef("finish"))
	Label("finishTail")
	ADDQ(U8(vec.Lanes), n)
	JZ(LabelRef("finished"))
	one(vec.Mask(p.masks, n))
	Label("finished")
}

// largest updates the row's top and its fall, and gives what exponents are taken from: the top, or a finite number where
// all keys are hidden.
func (p *rows) largest() reg.VecVirtual {
	y := vec.FoldAll(VMAXPS, VMAXSS, p.top)
	at, base, was := Load(Param("top"), GP64()), vec.Register(), XMM()
	VMOVSS(Mem{Base: at, Index: p.r, Scale: 4}, was)
	VMAXSS(was, y, y)
	VMOVSS(y, Mem{Base: at, Index: p.r, Scale: 4})
	VMOVSS(vec.First(-math.MaxFloat32), base.AsX())
	VMAXSS(base.AsX(), y, base.AsX())
	VSUBSS(base.AsX(), was, was)
	at = Load(Param("fall"), GP64())
	VMOVSS(was, Mem{Base: at, Index: p.r, Scale: 4})
	VBROADCASTSS(base.AsX(), base)
	return base
}

// weigh replaces the row's scores by e^(score - base), and stores the sum.
func (p *rows) weigh(base reg.VecVirtual) {
	x, n, sum := GP64(), Load(Param("cols"), GP64()), vec.Register()
	MOVQ(p.score, x)
	VXORPS(sum, sum, sum)
	left := 0 // columns that n is short of
	for _, vectors := range []int{4, 2, 1} {
		loop, end := fmt.Sprint("by", vectors), fmt.Sprint("past", vectors)
		short := vec.Lanes * (vectors - 1) // the last vector may be there in part
		SUBQ(I32(short-left), n)
		left = short
		JLE(LabelRef(end))
		Label(loop)
		v := vec.New(vectors)
		v.Read(x, nil)
		e := exp(v, base)
		e.Write(x, nil)
		for _, r := range e {
			VADDPS(r, sum, sum)
		}
		ADDQ(U32(4*vec.Lanes*vectors), x)
		SUBQ(U8(vec.Lanes*vectors), n)
		JG(LabelRef(loop))
		Label(end)
	}
	y := vec.FoldAll(VADDPS, VADDSS, sum)
	at := Load(Param("sum"), GP64())
	VMOVSS(y, Mem{Base: at, Index: p.r, Scale: 4})
}

// exp gives e^(x - base) for x ≤ base within a unit of the rounded difference, 0 below e^-86; NaN stays NaN. It spends x.
// There are as many registers as this takes of four vectors.
func exp(x vec.V, base reg.VecVirtual) vec.V {
	const ln2High = 0x1.62ep-1 // few bits, so that its product with an integer is exact
	vec.Do(VSUBPS, base, x, x)
	t, n := x.Like(integer), x.New()
	vec.Do(VFMADD231PS, vec.Const(math.Log2E), x, t) // the lowest bits are n
	vec.Do(VSUBPS, vec.Const(integer), t, n)
	vec.Do(VFNMADD231PS, vec.Const(ln2High), n, x) // x - n·ln 2 = r, |r| ≤ ½ ln 2
	vec.Do(VFNMADD231PS, vec.Const(math.Ln2-ln2High), n, x)
	// The polynomial of vec.Exp.
	q := vec.Horner(x, 1, 1, 0.5, 0x1.5554dcp-3, 0x1.5555bap-5, 0x1.120c1cp-7, 0x1.6c6a50p-10)
	within := vec.Compare(vec.NotBelow, vec.Const(integer-124), t)
	vec.Do(VPSLLD, U8(23), t, t)
	vec.Do(VPADDD, t, q, q) // times 2^n
	vec.Keep(within, q)
	return q
}
