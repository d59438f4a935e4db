// Act writes activations that map a row in place, a file each: -fn names the one. They round as their portable twins do,
// to the same bits.
package main

import (
	"flag"
	"log"

	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/reg"

	"github.com/energeticc/energeticc/runtime/kernel/_asm/vec"
)

// functions give f(y), with the parameters a and b in every lane. They may spend y.
var functions = map[string]struct {
	doc string
	of  func(y vec.V, a, b reg.VecVirtual) vec.V
}{
	"relu":        {"y where it is above 0 or NaN, else 0", relu},
	"leakyRelu":   {"y where it is not below 0, else a·y", leakyRelu},
	"clip":        {"y held within a and b", clip},
	"hardSigmoid": {"a·y + b held within 0 and 1", hardSigmoid},
	"hardSwish":   {"y times a·y + b, which is held within 0 and 1", hardSwish},
}

func main() {
	name := flag.String("fn", "", "the function")
	vec.Begin()
	f, ok := functions[*name]
	if !ok {
		log.Fatalf("act: -fn: there is no %q", *name)
	}
	masks := vec.MaskTable()
	TEXT(vec.Name(*name), NOSPLIT, "func(y *float32, n int, a, b float32)")
	Pragma("noescape")
	Doc(vec.Name(*name) + " sets n elements of y to " + f.doc + ".")
	y, n := Load(Param("y"), GP64()), Load(Param("n"), GP64())
	a, b := vec.Spread("a"), vec.Spread("b")
	vec.Loop(masks, n, 4, []reg.Register{y}, func(v vec.V, mask reg.Register) {
		v.Read(y, mask)
		f.of(v, a, b).Write(y, mask)
	})
	vec.End()
	Generate()
}

func relu(y vec.V, _, _ reg.VecVirtual) vec.V {
	vec.Keep(vec.Compare(vec.NotUpTo, vec.One(0), y), y)
	return y
}

func leakyRelu(y vec.V, a, _ reg.VecVirtual) vec.V {
	scaled := y.New()
	vec.Do(VMULPS, a, y, scaled)
	vec.Select(vec.Compare(vec.Below, vec.One(0), y), scaled, y, y)
	return y
}

// clip needs y as the first operand, which wins where either is NaN or both are zeros.
func clip(y vec.V, a, b reg.VecVirtual) vec.V {
	vec.Do(VMAXPS, y, a, y)
	vec.Do(VMINPS, y, b, y)
	return y
}

func hardSigmoid(y vec.V, a, b reg.VecVirtual) vec.V {
	vec.Do(VMULPS, a, y, y)
	vec.Do(VADDPS, b, y, y)
	vec.Do(VMAXPS, y, vec.One(0), y)
	vec.Do(VMINPS, y, vec.One(1), y)
	return y
}

func hardSwish(y vec.V, a, b reg.VecVirtual) vec.V {
	gate := hardSigmoid(y.Copy(), a, b)
	vec.Do(VMULPS, gate, y, y)
	return y
}
