// Narrow writes the rounding of float32 to float16.
package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/energeticc/energeticc/runtime/kernel/_asm/vec"
)

const (
	nearest  = U8(0) // rounds to the nearest, in a tie to the even one
	noNumber = 0x7fc00000
)

func main() {
	ConstraintExpr("gc,!purego")
	TEXT("narrowF16AVX2", NOSPLIT, "func(dst *uint16, src *float32, n int)")
	Pragma("noescape")
	Doc("narrowF16AVX2 rounds n float32 to float16, to the nearest, in a tie to the even one; every NaN becomes the same.")
	dst, src, n := Load(Param("dst"), GP64()), Load(Param("src"), GP64()), Load(Param("n"), GP64())
	nan := YMM()
	VMOVUPS(vec.Bits(noNumber), nan)
	vec.Convert(dst, src, n, 4, 2, 4,
		func(v vec.V) {
			v.Read(src, nil)
			oneNaN(v, nan)
			for i, r := range v {
				VCVTPS2PH(nearest, r, Mem{Base: dst, Disp: 2 * vec.Lanes * i})
			}
		},
		func(v reg.VecVirtual) {
			VMOVSS(Mem{Base: src}, v.AsX())
			oneNaN(vec.V{v}, nan)
			VCVTPS2PH(nearest, v.AsX(), v.AsX())
			VPEXTRW(U8(0), v.AsX(), Mem{Base: dst})
		})
	VZEROUPPER()
	RET()
	Generate()
}

// oneNaN sets what is no number to nan, whose sign and fraction the conversion would keep otherwise.
func oneNaN(v vec.V, nan reg.VecVirtual) {
	odd := v.New()
	unordered := func(o ...Op) { VCMPPS(U8(3), o[0], o[1], o[2]) }
	vec.Do(unordered, v, v, odd)
	vec.Do(vec.Blend, odd, nan, v, v)
}
