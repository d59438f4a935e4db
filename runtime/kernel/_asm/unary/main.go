// Unary writes elementwise functions, a file each: -fn names the one, -isa the instructions.
package main

import (
	"flag"
	"log"

	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/reg"

	"github.com/energeticc/energeticc/runtime/kernel/_asm/vec"
)

// functions give f(x). They may spend x.
var functions = map[string]struct {
	doc string
	of  func(x vec.V) vec.V
}{
	"exp":      {"e^x", func(x vec.V) vec.V { return vec.Exp(x, nil) }},
	"sigmoid":  {"1/(1+e^-x)", vec.Sigmoid},
	"silu":     {"x/(1+e^-x)", silu},
	"tanh":     {"the hyperbolic tangent of x", vec.Tanh},
	"erf":      {"the error function of x", erf},
	"gelu":     {"x/2·(1 + erf(x/√2))", gelu},
	"geluTanh": {"x/2·(1 + tanh(√(2/π)·(x + 0.044715·x³)))", geluTanh},
}

func main() {
	name := flag.String("fn", "", "the function")
	vec.Begin()
	f, ok := functions[*name]
	if !ok {
		log.Fatalf("unary: -fn: there is no %q", *name)
	}
	masks := vec.MaskTable()
	TEXT(vec.Name(*name), NOSPLIT, "func(dst, src *float32, n int)")
	Pragma("noescape")
	Doc(vec.Name(*name) + " sets n elements of dst to " + f.doc + ", for x of src; dst may be src.")
	dst, src, n := Load(Param("dst"), GP64()), Load(Param("src"), GP64()), Load(Param("n"), GP64())

	vec.Loop(masks, n, 2, []reg.Register{src, dst}, func(x vec.V, mask reg.Register) {
		x.Read(src, mask)
		f.of(x).Write(dst, mask)
	})
	vec.End()
	Generate()
}
