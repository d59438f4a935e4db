// Span writes the least and the greatest of numbers, by AVX2.
package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/energeticc/energeticc/runtime/kernel/_asm/vec"
)

const abreast = 4

func main() {
	ConstraintExpr("gc,!purego")
	masks := vec.MaskTable()
	TEXT("spanAVX2", NOSPLIT, "func(src *float32, n int) (lo, hi float32)")
	Pragma("noescape")
	Doc("spanAVX2 gives the least and the greatest of n elements of src and 0; NaN counts for none.")
	src, n := Load(Param("src"), GP64()), Load(Param("n"), GP64())
	lo, hi := vec.New(abreast), vec.New(abreast)
	for _, v := range []vec.V{lo, hi} {
		vec.Do(VXORPS, v, v, v)
	}
	vec.Loop(masks, n, abreast, []reg.Register{src}, func(v vec.V, mask reg.Register) {
		v.Read(src, mask) // what a mask leaves out is 0
		vec.Do(VMINPS, lo[:len(v)], v, lo[:len(v)])
		vec.Do(VMAXPS, hi[:len(v)], v, hi[:len(v)])
	})
	join(VMINPS, lo, 0)
	join(VMAXPS, hi, 1)
	VZEROUPPER()
	RET()
	Generate()
}

// join gives one of all lanes as a result.
func join(of func(...Op), v vec.V, result int) {
	for _, r := range v[1:] {
		of(r, v[0], v[0])
	}
	half, x := XMM(), v[0].AsX()
	VEXTRACTF128(U8(1), v[0], half)
	of(half, x, x)
	VPSRLDQ(U8(8), x, half)
	of(half, x, x)
	VPSRLDQ(U8(4), x, half)
	of(half, x, x)
	Store(x, ReturnIndex(result))
}
