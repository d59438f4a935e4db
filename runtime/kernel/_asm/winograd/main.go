// Winograd writes the transforms of convolution by Winograd's F(2×2, 3×3), by AVX2: -fn filters takes 3×3 weights to
// 4×4, -fn input tiles of 4×4 inputs, which overlap by two, to as many numbers, and -fn output what the products of
// these sum up to, to 2×2 results. Between them there are 16 matrix products instead of one with nine times the depth:
// 2.25 times fewer multiplications.
//
//	v = Bᵀ·d·B, u = G·g·Gᵀ, y = Aᵀ·(Σ u ∘ v)·A
//
//	     1  0 -1  0       1  0  0        1  1  1  0
//	Bᵀ = 0  1  1  0   G = ½  ½  ½   Aᵀ = 0  1 -1 -1
//	     0 -1  1  0       ½ -½  ½
//	     0  1  0 -1       0  0  1
package main

import (
	"flag"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

func main() {
	name := flag.String("fn", "input", "the function: filters, input or output")
	flag.Parse()
	ConstraintExpr("gc,!purego")
	switch *name {
	case "filters":
		filters()
	case "input":
		input()
	case "output":
		output()
	}
	VZEROUPPER()
	RET()
	Generate()
}

// bytes loads a distance in elements and makes it one in bytes.
func bytes(name string) reg.Register {
	r := Load(Param(name), GP64())
	SHLQ(U8(2), r)
	return r
}

// sub returns a - b in a register of its own.
func sub(a, b reg.VecVirtual) reg.VecVirtual {
	to := YMM()
	VSUBPS(b, a, to)
	return to
}

// add returns a + b in a register of its own.
func add(a, b reg.VecVirtual) reg.VecVirtual {
	to := YMM()
	VADDPS(a, b, to)
	return to
}

// pair reads four numbers each into the halves of a register. The first are spread over both, so that the register's
// former content is of no interest.
func pair(low, high Mem, to reg.VecVirtual) {
	VBROADCASTF128(low, to)
	VINSERTF128(U8(1), high, to, to)
}
