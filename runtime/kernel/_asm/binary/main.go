// Binary writes arithmetic on rows of float32, a file each: -fn names the one.
package main

import (
	"flag"
	"log"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/energeticc/energeticc/runtime/kernel/_asm/vec"
)

// functions set their third operand to the second one with the first.
var functions = map[string]struct {
	sign     string
	of       func(...Op)
	commutes bool
}{
	"add": {"+", VADDPS, true},
	"sub": {"-", VSUBPS, false},
	"mul": {"·", VMULPS, true},
	"div": {"/", VDIVPS, false},
}

const abreast = 4

func main() {
	name := flag.String("fn", "", "the function")
	vec.Begin()
	f, ok := functions[*name]
	if !ok {
		log.Fatalf("binary: -fn: there is no %q", *name)
	}
	masks := vec.MaskTable()
	function(*name, "func(dst, a, b *float32, n int)", "a "+f.sign+" b")
	dst, a, b, n := Load(Param("dst"), GP64()), Load(Param("a"), GP64()), Load(Param("b"), GP64()), Load(Param("n"), GP64())
	vec.Loop(masks, n, abreast, []reg.Register{dst, a, b}, func(v vec.V, mask reg.Register) {
		w := v.New()
		v.Read(a, mask)
		w.Read(b, mask)
		vec.Do(f.of, w, v, v)
		v.Write(dst, mask)
	})
	end()

	function(*name+"One", "func(dst, a *float32, n int, b float32)", "a "+f.sign+" b, which is one number")
	withOne("a", "b", func(v vec.V, one reg.VecVirtual) { vec.Do(f.of, one, v, v) }, masks)
	if !f.commutes {
		function(*name+"FromOne", "func(dst, b *float32, n int, a float32)", "a, which is one number, "+f.sign+" b")
		withOne("b", "a", func(v vec.V, one reg.VecVirtual) { vec.Do(f.of, v, one, v) }, masks)
	}
	Generate()
}

// function begins one.
func function(name, signature, result string) {
	name = vec.Name(name)
	TEXT(name, NOSPLIT, signature)
	Pragma("noescape")
	Doc(name + " sets n elements of dst to " + result + ".")
}

func end() {
	vec.End()
}

// withOne writes the body of a function of a row and one number.
func withOne(row, number string, of func(v vec.V, one reg.VecVirtual), masks Mem) {
	dst, src, n := Load(Param("dst"), GP64()), Load(Param(row), GP64()), Load(Param("n"), GP64())
	one := vec.Spread(number)
	vec.Loop(masks, n, abreast, []reg.Register{dst, src}, func(v vec.V, mask reg.Register) {
		v.Read(src, mask)
		of(v, one)
		v.Write(dst, mask)
	})
	end()
}
