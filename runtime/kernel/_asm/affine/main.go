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
	vec.Begin()
	masks := vec.MaskTable()
	if *name == "affine" {
		affine(masks)
	} else {
		blend(masks)
	}
	vec.End()
	Generate()
}

func affine(masks Mem) {
	TEXT(vec.Name("affine"), NOSPLIT, "func(dst, src *float32, n int, scale, shift float32)")
	Pragma("noescape")
	Doc(vec.Name("affine") + " sets n elements of dst to scale·x + shift, for x of src. dst may be src.")
	dst, src, n := Load(Param("dst"), GP64()), Load(Param("src"), GP64()), Load(Param("n"), GP64())
	scale, shift := vec.Spread("scale"), vec.Spread("shift")
	vec.Loop(masks, n, abreast, []reg.Register{dst, src}, func(v vec.V, mask reg.Register) {
		v.Read(src, mask)
		vec.Do(VFMADD213PS, shift, scale, v)
		v.Write(dst, mask)
	})
}

func blend(masks Mem) {
	TEXT(vec.Name("blend"), NOSPLIT, "func(dst, a, b *float32, n int, wa, wb float32)")
	Pragma("noescape")
	Doc(vec.Name("blend") + " sets n elements of dst to wa·a + wb·b. dst may be a or b.")
	dst, a, b, n := Load(Param("dst"), GP64()), Load(Param("a"), GP64()), Load(Param("b"), GP64()), Load(Param("n"), GP64())
	wa, wb := vec.Spread("wa"), vec.Spread("wb")
	vec.Loop(masks, n, abreast, []reg.Register{dst, a, b}, func(v vec.V, mask reg.Register) {
		w := v.New()
		v.Read(a, mask)
		w.Read(b, mask)
		vec.Do(VMULPS, wb, w, w)
		vec.Do(VFMADD213PS, w, wa, v)
		v.Write(dst, mask)
	})
}
