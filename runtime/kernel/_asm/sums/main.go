// Sums writes sums over the rows of a matrix of float32, in float64: of the elements, of what they are without their
// sign, or of their squares.
package main

import (
	"flag"
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/energeticc/energeticc/runtime/kernel/_asm/vec"
)

// functions add v to a sum.
var functions = map[string]struct {
	name, what string
	add        func(v, sum reg.VecVirtual, sign reg.Register)
}{
	"sum": {"sumRowsAVX2", "the sum", func(v, sum reg.VecVirtual, _ reg.Register) { VADDPD(v, sum, sum) }},
	"abs": {"sumAbsRowsAVX2", "the sum of the absolute values", func(v, sum reg.VecVirtual, sign reg.Register) {
		VANDNPD(v, sign, v)
		VADDPD(v, sum, sum)
	}},
	"square": {"sumSquareRowsAVX2", "the sum of the squares", func(v, sum reg.VecVirtual, _ reg.Register) { VFMADD231PD(v, v, sum) }},
}

var fn = flag.String("fn", "sum", "sum, abs or square")

func main() {
	flag.Parse()
	f := functions[*fn]
	ConstraintExpr("gc,!purego")
	TEXT(f.name, NOSPLIT, "func(acc *float64, src *float32, rows, n int)")
	Pragma("noescape")
	Doc(fmt.Sprintf("%s adds %s of each row of src, [rows, n], to an element of acc. rows may not be 0.", f.name, f.what))
	acc, src := Load(Param("acc"), GP64()), Load(Param("src"), GP64())
	rows, n := Load(Param("rows"), GP64()), Load(Param("n"), GP64())
	sign := YMM()
	if *fn == "abs" {
		VPCMPEQD(sign, sign, sign)
		VPSLLQ(U8(63), sign, sign)
	}
	rest := GP64() // elements that fill no vector
	MOVQ(n, rest)
	ANDQ(U8(vec.Lanes-1), rest)
	mask := vec.Mask(vec.MaskTable(), rest)
	sums, left := vec.New(4), GP64()

	Label("row")
	for _, s := range sums {
		VXORPD(s, s, s)
	}
	MOVQ(n, left)
	add := func(vectors int) {
		for i := range 2 * vectors {
			v := YMM()
			VCVTPS2PD(Mem{Base: src, Disp: 16 * i}, v)
			f.add(v, sums[i], sign)
		}
		ADDQ(U8(4*vec.Lanes*vectors), src)
	}
	SUBQ(U8(2*vec.Lanes), left)
	JL(LabelRef("one"))
	Label("loop")
	add(2)
	SUBQ(U8(2*vec.Lanes), left)
	JGE(LabelRef("loop"))
	Label("one")
	ADDQ(U8(vec.Lanes), left)
	JL(LabelRef("rest"))
	add(1)
	SUBQ(U8(vec.Lanes), left)
	Label("rest")
	ADDQ(U8(vec.Lanes), left)
	JZ(LabelRef("fold"))
	v, high := YMM(), YMM()
	VMASKMOVPS(Mem{Base: src}, mask, v)
	VEXTRACTF128(U8(1), v, high.AsX())
	VCVTPS2PD(v.AsX(), v)
	VCVTPS2PD(high.AsX(), high)
	f.add(v, sums[2], sign)
	f.add(high, sums[3], sign)
	LEAQ(Mem{Base: src, Index: left, Scale: 4}, src)
	Label("fold")
	fold(sums)
	VADDSD(Mem{Base: acc}, sums[0].AsX(), sums[0].AsX())
	VMOVSD(sums[0].AsX(), Mem{Base: acc})
	ADDQ(U8(8), acc)
	DECQ(rows)
	JNZ(LabelRef("row"))
	VZEROUPPER()
	RET()
	Generate()
}

// fold adds all sums up, to the first lane of the first one.
func fold(sums vec.V) {
	VADDPD(sums[2], sums[0], sums[0])
	VADDPD(sums[3], sums[1], sums[1])
	VADDPD(sums[1], sums[0], sums[0])
	half, x := XMM(), sums[0].AsX()
	VEXTRACTF128(U8(1), sums[0], half)
	VADDPD(half, x, x)
	VUNPCKHPD(x, x, half)
	VADDSD(half, x, x)
}
