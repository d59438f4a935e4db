// Affine writes sums of weighted rows of float32 by AVX2, a file each: -fn affine adds a number to one row, -fn blend two
// rows to each other. Each product is fused with its sum.
package main

import (
	"flag"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/energeticc/energeticc/runtime/kernel/_asm/vec"
)

const abreast = 4

func main() {
	name := flag.String("fn", "affine", "the function: affine or blend")
	flag.Parse()
	ConstraintExpr("gc,!purego")
	masks := vec.MaskTable()
	if *name == "affine" {
		affine(masks)
	} else {
		blend(masks)
	}
	VZEROUPPER()
	RET()
	Generate()
}

func affine(masks Mem) {
	TEXT("affineAVX2", NOSPLIT, "func(dst, src *float32, n int, scale, shift float32)")
	Pragma("noescape")
	Doc("affineAVX2 sets n elements of dst to scale·x + shift, for x of src. dst may be src.")
	dst, src, n := Load(Param("dst"), GP64()), Load(Param("src"), GP64()), Load(Param("n"), GP64())
	scale, shift := vec.Spread("scale"), vec.Spread("shift")
	vec.Loop(masks, n, abreast, []reg.Register{dst, src}, func(v vec.V, mask reg.VecVirtual) {
		v.Read(src, mask)
		vec.Do(VFMADD213PS, shift, scale, v)
		v.Write(dst, mask)
	})
}

func blend(masks Mem) {
	TEXT("blendAVX2", NOSPLIT, "func(dst, a, b *float32, n int, wa, wb float32)")
	Pragma("noescape")
	Doc("blendAVX2 sets n elements of dst to wa·a + wb·b. dst may be a or b.")
	dst, a, b, n := Load(Param("dst"), GP64()), Load(Param("a"), GP64()), Load(Param("b"), GP64()), Load(Param("n"), GP64())
	wa, wb := vec.Spread("wa"), vec.Spread("wb")
	vec.Loop(masks, n, abreast, []reg.Register{dst, a, b}, func(v vec.V, mask reg.VecVirtual) {
		w := v.New()
		v.Read(a, mask)
		w.Read(b, mask)
		vec.Do(VMULPS, wb, w, w)
		vec.Do(VFMADD213PS, w, wa, v)
		v.Write(dst, mask)
	})
}
