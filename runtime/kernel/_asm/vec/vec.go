// Package vec has what the programs of several kernels share: constants, masks of tails, polynomials and e^x on
// float32, in AVX2 and FMA or in AVX-512, as -isa says.
//
// Numbers are computed by several vectors side by side, whose instructions alternate. A processor looks only so far
// ahead for work that need not wait; what a loop does next lies beyond that.
package vec

import (
	"fmt"
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// V is registers side by side.
type V []reg.VecVirtual

// New returns n registers.
func New(n int) V {
	v := make(V, n)
	for i := range v {
		v[i] = Register()
	}
	return v
}

// New returns as many registers as v has.
func (v V) New() V { return New(len(v)) }

// Copy returns v in registers of its own.
func (v V) Copy() V {
	to := v.New()
	Do(VMOVAPS, v, to)
	return to
}

// Do applies an instruction to every register of operands of type V or Cond; the others are the same for all. Constants
// that AVX-512 spreads itself have a form of the instruction of their own.
func Do(instruction func(...Op), operands ...Op) {
	n := 1
	for _, o := range operands {
		if v, ok := o.(several); ok {
			n = v.len()
		}
		if _, ok := o.(spread); ok {
			instruction = spreads(instruction)
		}
	}
	emit(func() {
		for i := range n {
			one := make([]Op, len(operands))
			for j, o := range operands {
				one[j] = o
				switch v := o.(type) {
				case several:
					one[j] = v.at(i)
				case spread:
					one[j] = v.Mem
				}
			}
			instruction(one...)
		}
	})
}

// several is operands side by side.
type several interface {
	len() int
	at(i int) Op
}

func (v V) len() int    { return len(v) }
func (v V) at(i int) Op { return v[i] }

// recorded collects instructions while Weave runs its parts.
var recorded *[]func()

func emit(f func()) {
	if recorded != nil {
		*recorded = append(*recorded, f)
	} else {
		f()
	}
}

// Weave writes the instructions of parts that do not depend on each other by turns, for neither to wait.
func Weave(parts ...func()) {
	lists := make([][]func(), len(parts))
	longest := 0
	for i, part := range parts {
		recorded = &lists[i]
		part()
		longest = max(longest, len(lists[i]))
	}
	recorded = nil
	for t := range longest {
		for _, list := range lists {
			// Of n instructions the i-th stands at (i+½)/n of the whole.
			for i := range list {
				if at := (2*i + 1) * longest / (2 * len(list)); at == t {
					list[i]()
				}
			}
		}
	}
}

// Asm makes V an operand, which Do takes apart.
func (v V) Asm() string { return fmt.Sprint([]reg.VecVirtual(v)) }

// Low is what rounding c to float32 takes from it.
func Low(c float64) float64 { return c - float64(float32(c)) }

// Horner returns the polynomial of x with these coefficients, the constant one first.
func Horner(x V, c ...float64) V {
	p := x.Like(c[len(c)-1])
	for i := len(c) - 2; i >= 0; i-- {
		Do(VFMADD213PS, Const(c[i]), x, p) // p = p·x + c
	}
	return p
}

// Estrin is Horner by pairs, which don't wait for each other.
func Estrin(x V, c ...float64) V {
	var terms []V
	for i := 0; i < len(c); i += 2 {
		t := x.Like(c[i])
		if i+1 < len(c) {
			Do(VFMADD231PS, Const(c[i+1]), x, t)
		}
		terms = append(terms, t)
	}
	for len(terms) > 1 {
		square := x.New()
		Do(VMULPS, x, x, square)
		x = square
		var next []V
		for i := 0; i < len(terms); i += 2 {
			if i+1 < len(terms) {
				Do(VFMADD231PS, terms[i+1], x, terms[i])
			}
			next = append(next, terms[i])
		}
		terms = next
	}
	return terms[0]
}

// Exp returns e^(x + low) within a unit in the last place, subnormal results too; low, a correction of x below its last
// place, may be nil. NaN stays NaN. It spends x.
func Exp(x, low V) V {
	const ln2High = 0x1.62ep-1 // few bits, so that its product with an integer is exact
	// e^89 is infinite, and e^-104 less than half of the least subnormal. NaN is the second operand, which wins.
	Do(VMAXPS, x, One(-104), x)
	Do(VMINPS, x, One(89), x)
	n := x.New()
	Do(VMULPS, Const(math.Log2E), x, n)
	Round(n, n)
	Do(VFNMADD231PS, Const(ln2High), n, x) // x - n·ln 2 = r, |r| ≤ ½ ln 2
	Do(VFNMADD231PS, Const(math.Ln2-ln2High), n, x)
	if low != nil {
		Do(VADDPS, low, x, x)
	}
	// e^r = 1 + r + r²·q(r), q by minimax to 9e-9 of e^r.
	q := Horner(x, 0.5, 0x1.5554dcp-3, 0x1.5555bap-5, 0x1.120c1cp-7, 0x1.6c6a50p-10)
	square := x.New()
	Do(VMULPS, x, x, square)
	Do(VFMADD213PS, x, square, q)
	Do(VADDPS, Const(1), q, q)
	if Wide {
		Do(VSCALEFPS, n, q, q)
		return q
	}
	// 2^n as two factors: n reaches beyond what an exponent can be.
	half := x.New()
	Do(VCVTPS2DQ, n, n)
	Do(VPSRAD, U8(1), n, half)
	Do(VPSUBD, half, n, n)
	for _, e := range []V{half, n} {
		Do(VPADDD, Bits(127), e, e)
		Do(VPSLLD, U8(23), e, e)
		Do(VMULPS, e, q, q)
	}
	return q
}
