package vec

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Cond says of each lane whether something holds: in the sign bits of a vector, or a mask register of AVX-512.
type Cond []reg.Register

func (c Cond) len() int    { return len(c) }
func (c Cond) at(i int) Op { return c[i] }

// Asm makes Cond an operand, which Do takes apart.
func (c Cond) Asm() string { return fmt.Sprint([]reg.Register(c)) }

// Comparisons of y with x: what is no number is not below, and not equal.
const (
	Equal     = 0
	Below     = 1
	Unordered = 3 // either is no number
	NotBelow  = 5
	NotUpTo   = 6 // neither below nor equal
)

// Compare compares y with x, lane by lane.
func Compare(how uint8, x Op, y V) Cond {
	var c Cond
	for range y {
		if Wide {
			c = append(c, K())
		} else {
			c = append(c, YMM())
		}
	}
	Do(VCMPPS, U8(how), x, y, c)
	return c
}

// Negative says which sign bits of x are set. It may be x.
func Negative(x V) Cond {
	var c Cond
	for _, r := range x {
		if Wide {
			c = append(c, K())
		} else {
			c = append(c, r)
		}
	}
	if Wide {
		Do(func(o ...Op) { VPMOVD2M(o[0], o[1]) }, x, c)
	}
	return c
}

// Select sets to to yes where c holds, else to no.
func Select(c Cond, yes, no Op, to V) {
	if Wide {
		Do(func(o ...Op) { VBLENDMPS(o[1], o[2], o[0], o[3]) }, c, yes, no, to)
		return
	}
	Do(func(o ...Op) { VBLENDVPS(o[0], o[1], o[2], o[3]) }, c, yes, no, to)
}

// Keep sets x to 0 where c does not hold.
func Keep(c Cond, x V) {
	if Wide {
		Do(func(o ...Op) { VMOVAPS_Z(o[1], o[0], o[1]) }, c, x)
		return
	}
	Do(VANDPS, c, x, x)
}

// Round sets to to the integers nearest to x, in a tie to the even ones.
func Round(x, to V) {
	if Wide {
		Do(VRNDSCALEPS, U8(0), x, to)
		return
	}
	Do(func(o ...Op) { VROUNDPS(o[0], o[1], o[2]) }, U8(0), x, to)
}

// MaskTable declares what Mask reads: eight ones and eight zeros, if anything.
func MaskTable() Mem {
	if Wide {
		return Mem{}
	}
	m := GLOBL("masks", RODATA|NOPTR)
	for i := range Lanes {
		v := ^uint64(0)
		if i >= Lanes/2 {
			v = 0
		}
		DATA(8*i, U64(v))
	}
	return m
}

// Mask returns the mask of the first n elements, 0 ≤ n ≤ Lanes, and spends n.
func Mask(table Mem, n reg.Register) reg.Register {
	if Wide {
		bits, mask := GP64(), K()
		MOVQ(I32(-1), bits)
		SHLXQ(n, bits, bits)
		NOTQ(bits)
		KMOVW(bits.As32(), mask)
		return mask
	}
	at, mask := GP64(), YMM()
	LEAQ(table, at)
	NEGQ(n)
	VMOVUPS(Mem{Base: at, Index: n, Scale: 4, Disp: 4 * Lanes}, mask)
	return mask
}

// ReadPart reads a vector, what the mask leaves out as 0; a nil mask leaves out nothing.
func ReadPart(from Mem, mask reg.Register, to reg.Register) {
	switch {
	case mask == nil:
		VMOVUPS(from, to)
	case Wide:
		VMOVUPS_Z(from, mask, to)
	default:
		VMASKMOVPS(from, mask, to)
	}
}

// WritePart is ReadPart the other way.
func WritePart(v reg.Register, mask reg.Register, to Mem) {
	switch {
	case mask == nil:
		VMOVUPS(v, to)
	case Wide:
		VMOVUPS(v, mask, to)
	default:
		VMASKMOVPS(v, mask, to)
	}
}

// Fold combines the lanes of v, float32 or float64 as op takes them, until the lowest 16 bytes hold what is left.
func Fold(op func(...Op), v reg.VecVirtual) reg.Register {
	if Wide {
		half := YMM()
		VEXTRACTF64X4(U8(1), v, half)
		op(half, v.AsY(), v.AsY())
	}
	half, y := XMM(), v.AsX()
	VEXTRACTF128(U8(1), v.AsY(), half)
	op(half, y, y)
	return y
}

// FoldAll is Fold down to one float32; one is op of the lowest lane.
func FoldAll(op, one func(...Op), v reg.VecVirtual) reg.Register {
	y, half := Fold(op, v), XMM()
	VMOVHLPS(y, y, half)
	op(half, y, y)
	VMOVSHDUP(y, half)
	one(half, y, y)
	return y
}
