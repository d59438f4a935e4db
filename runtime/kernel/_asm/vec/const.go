package vec

import (
	"fmt"
	"math"
	"reflect"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

// declared are the constants of the file being written, by their bits.
var declared = map[uint32]Op{}

// spread is a number in memory that an instruction of AVX-512 spreads over all lanes.
type spread struct{ Mem }

// Bits returns the same 32 bits in every lane, an operand for Do.
func Bits(v uint32) Op {
	if m, ok := declared[v]; ok {
		return m
	}
	m := GLOBL(fmt.Sprintf("x%08x", v), RODATA|NOPTR)
	if Wide {
		DATA(0, U32(v))
		declared[v] = spread{m}
	} else {
		for i := range Lanes / 2 {
			DATA(8*i, U64(uint64(v)<<32|uint64(v)))
		}
		declared[v] = m
	}
	return declared[v]
}

// Const returns the same number in every lane, an operand for Do.
func Const(v float64) Op { return Bits(math.Float32bits(float32(v))) }

// First returns a number in memory, for instructions that read one.
func First(v float64) Mem {
	switch m := Const(v).(type) {
	case spread:
		return m.Mem
	case Mem:
		return m
	}
	panic("vec: BUG: a constant of another kind")
}

// One returns a register that holds the number c.
func One(c float64) Op {
	return Like(1, c)[0]
}

// Like returns n registers that hold the number c.
func Like(n int, c float64) V {
	to := New(n)
	Do(VMOVUPS, Const(c), to)
	return to
}

// Like returns registers, as many as v has, that hold the number c.
func (v V) Like(c float64) V { return Like(len(v), c) }

// spreading are the forms of instructions whose first operand, or the one after an immediate, is a number in memory.
var spreading = []struct{ plain, spread func(...Op) }{
	{VMOVUPS, func(o ...Op) { VBROADCASTSS(o[0], o[1]) }},
	{VADDPS, VADDPS_BCST}, {VSUBPS, VSUBPS_BCST}, {VMULPS, VMULPS_BCST}, {VDIVPS, VDIVPS_BCST},
	{VMAXPS, VMAXPS_BCST}, {VMINPS, VMINPS_BCST},
	{VANDPS, VANDPS_BCST}, {VORPS, VORPS_BCST}, {VXORPS, VXORPS_BCST},
	{VPADDD, VPADDD_BCST}, {VPSUBD, VPSUBD_BCST},
	{VFMADD213PS, VFMADD213PS_BCST}, {VFMADD231PS, VFMADD231PS_BCST}, {VFNMADD231PS, VFNMADD231PS_BCST},
	{VCMPPS, VCMPPS_BCST},
}

// spreads gives an instruction's form.
func spreads(instruction func(...Op)) func(...Op) {
	for _, s := range spreading {
		if reflect.ValueOf(s.plain).Pointer() == reflect.ValueOf(instruction).Pointer() {
			return s.spread
		}
	}
	panic("vec: BUG: an instruction that spreads no number")
}
