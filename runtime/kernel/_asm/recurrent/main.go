// Recurrent writes parts of a step of a recurrent layer, a file each: -fn names the layer whose step ends, or the product
// of a state of bytes, -isa the instructions.
package main

import (
	"flag"
	"log"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/energeticc/energeticc/runtime/kernel/_asm/vec"
)

func main() {
	name := flag.String("fn", "", "lstm or gru; or rowI8, the product of a state of bytes")
	vec.Begin()
	layers := map[string]func(masks Mem){"lstm": lstm, "gru": gru, "rowI8": rowI8}
	layer, ok := layers[*name]
	if !ok {
		log.Fatalf("recurrent: -fn: there is no %q", *name)
	}
	layer(vec.MaskTable())
	vec.End()
	Generate()
}

// parts are pointers to n elements each, which follow each other from x on.
func parts(x, n reg.Register, count int) []reg.Register {
	all := []reg.Register{x}
	for len(all) < count {
		next := GP64()
		LEAQ(Mem{Base: all[len(all)-1], Index: n, Scale: 4}, next)
		all = append(all, next)
	}
	return all
}

func lstm(masks Mem) {
	TEXT(vec.Name("lstmCell"), NOSPLIT, "func(h, c, x *float32, n int)")
	Pragma("noescape")
	Doc(
		vec.Name("lstmCell")+" advances n cells c and states h: c = σ(f)·c + σ(i)·tanh d and h = σ(o)·tanh c, where x is i o f d, n",
		"elements each.")
	h, c, x, n := Load(Param("h"), GP64()), Load(Param("c"), GP64()), Load(Param("x"), GP64()), Load(Param("n"), GP64())
	gates := parts(x, n, 4)
	vec.Loop(masks, n, 2, append(gates, h, c), func(v vec.V, mask reg.Register) {
		read := func(from reg.Register) vec.V {
			to := v.New()
			to.Read(from, mask)
			return to
		}
		in := vec.Sigmoid(read(gates[0]))
		d := vec.Tanh(read(gates[3]))
		vec.Do(VMULPS, in, d, d)
		forget := vec.Sigmoid(read(gates[2]))
		v.Read(c, mask)
		vec.Do(VFMADD213PS, d, forget, v)
		v.Write(c, mask)
		y := vec.Tanh(v)
		out := vec.Sigmoid(read(gates[1]))
		vec.Do(VMULPS, out, y, y)
		y.Write(h, mask)
	})
}

func gru(masks Mem) {
	TEXT(vec.Name("gruCell"), NOSPLIT, "func(h, x, p *float32, n int)")
	Pragma("noescape")
	Doc(
		vec.Name("gruCell")+" advances n states h: h = (1 - z)·d + z·h, z being σ(x₀ + p₀) and d = tanh(x₂ + σ(x₁ + p₁)·p₂), where x and p",
		"have three parts of n elements each.")
	h, x, p, n := Load(Param("h"), GP64()), Load(Param("x"), GP64()), Load(Param("p"), GP64()), Load(Param("n"), GP64())
	own, other := parts(x, n, 3), parts(p, n, 3)
	pointers := append(append([]reg.Register{h}, own...), other...)
	vec.Loop(masks, n, 2, pointers, func(v vec.V, mask reg.Register) {
		read := func(from reg.Register) vec.V {
			to := v.New()
			to.Read(from, mask)
			return to
		}
		gate := func(i int) vec.V {
			s, t := read(own[i]), read(other[i])
			vec.Do(VADDPS, t, s, s)
			return vec.Sigmoid(s)
		}
		reset, d := gate(1), read(own[2])
		vec.Do(VFMADD231PS, read(other[2]), reset, d)
		y := vec.Tanh(d)
		z := gate(0)
		v.Read(h, mask)
		vec.Do(VSUBPS, y, v, v) // h - d
		vec.Do(VFMADD231PS, z, v, y)
		y.Write(h, mask)
	})
}
