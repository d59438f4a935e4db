package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/energeticc/energeticc/runtime/kernel/_asm/vec"
)

// isa is a set of vector instructions, and the tile that its registers hold.
type isa struct {
	name    string
	lanes   int // float32 in a register
	maxRows int
	vecs    int // registers of columns
	wide    int // registers of columns of a tile of one or two rows, where those are more

	register func() reg.VecVirtual
	zero     func(v reg.Register)
	// maskOf gives the mask of the first n elements, 0 < n ≤ lanes, and spends n.
	maskOf func(n reg.GPVirtual) reg.Register
	read   func(from Mem, mask, to reg.Register)
	write  func(v, mask reg.Register, to Mem)
	// prepare declares data and returns the set that uses them.
	prepare func() isa
}

var sets = map[string]isa{"AVX2": {prepare: avx2}, "AVX512": {prepare: avx512}}

func avx2() isa {
	masks := vec.MaskTable()
	return isa{
		name: "AVX2", lanes: 8, maxRows: 6, vecs: 2, wide: 6,
		register: YMM,
		zero:     func(v reg.Register) { VXORPS(v, v, v) },
		maskOf:   func(n reg.GPVirtual) reg.Register { return vec.Mask(masks, n) },
		read:     func(from Mem, mask, to reg.Register) { VMASKMOVPS(from, mask, to) },
		write:    func(v, mask reg.Register, to Mem) { VMASKMOVPS(v, mask, to) },
	}
}

func avx512() isa {
	return isa{
		name: "AVX512", lanes: 16, maxRows: 8, vecs: 3,
		register: ZMM,
		zero:     func(v reg.Register) { VXORPS(v, v, v) },
		maskOf: func(n reg.GPVirtual) reg.Register {
			bits, mask := GP64(), K()
			MOVQ(I32(-1), bits)
			SHLXQ(n, bits, bits)
			NOTQ(bits)
			KMOVW(bits.As32(), mask)
			return mask
		},
		read:  func(from Mem, mask, to reg.Register) { VMOVUPS_Z(from, mask, to) },
		write: func(v, mask reg.Register, to Mem) { VMOVUPS(v, mask, to) },
	}
}

// vectors gives n registers.
func (s *isa) vectors(n int) []reg.VecVirtual {
	v := make([]reg.VecVirtual, n)
	for i := range v {
		v[i] = s.register()
	}
	return v
}
