// Unary writes elementwise functions, a file each: -fn names the one.
package main

import (
	"flag"
	"log"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"

	"github.com/energeticc/energeticc/runtime/kernel/_asm/vec"
)

// functions give f(x). They may spend x.
var functions = map[string]struct {
	doc string
	of  func(x vec.V) vec.V
}{
	"exp":      {"e^x", func(x vec.V) vec.V { return vec.Exp(x, nil) }},
	"sigmoid":  {"1/(1+e^-x)", sigmoid},
	"silu":     {"x/(1+e^-x)", silu},
	"tanh":     {"the hyperbolic tangent of x", tanh},
	"erf":      {"the error function of x", erf},
	"gelu":     {"x/2·(1 + erf(x/√2))", gelu},
	"geluTanh": {"x/2·(1 + tanh(√(2/π)·(x + 0.044715·x³)))", geluTanh},
}

const (
	abreast = 2 // registers side by side
	block   = abreast * vec.Lanes
)

func main() {
	name := flag.String("fn", "", "the function")
	flag.Parse()
	f, ok := functions[*name]
	if !ok {
		log.Fatalf("unary: -fn: there is no %q", *name)
	}
	ConstraintExpr("gc,!purego")
	masks := vec.MaskTable()
	TEXT(*name+"AVX2", NOSPLIT, "func(dst, src *float32, n int)")
	Pragma("noescape")
	Doc(*name + "AVX2 sets n elements of dst to " + f.doc + ", for x of src; dst may be src.")
	dst, src, n := Load(Param("dst"), GP64()), Load(Param("src"), GP64()), Load(Param("n"), GP64())

	SUBQ(U8(block), n)
	JL(LabelRef("tail"))
	Label("loop")
	x := vec.New(abreast)
	for i, r := range x {
		VMOVUPS(Mem{Base: src, Disp: 4 * vec.Lanes * i}, r)
	}
	for i, r := range f.of(x) {
		VMOVUPS(r, Mem{Base: dst, Disp: 4 * vec.Lanes * i})
	}
	ADDQ(U8(4*block), src)
	ADDQ(U8(4*block), dst)
	SUBQ(U8(block), n)
	JGE(LabelRef("loop"))

	Label("tail")
	ADDQ(U8(block), n)
	Label("rest")
	JZ(LabelRef("done"))
	some, eight := GP64(), GP64()
	MOVQ(n, some)
	MOVQ(U32(vec.Lanes), eight)
	CMPQ(some, eight)
	CMOVQGT(eight, some)
	SUBQ(some, n)
	mask := vec.Mask(masks, some)
	x = vec.New(1)
	VMASKMOVPS(Mem{Base: src}, mask, x[0])
	VMASKMOVPS(f.of(x)[0], mask, Mem{Base: dst})
	ADDQ(U8(4*vec.Lanes), src)
	ADDQ(U8(4*vec.Lanes), dst)
	TESTQ(n, n)
	JMP(LabelRef("rest"))
	Label("done")
	VZEROUPPER()
	RET()
	Generate()
}
