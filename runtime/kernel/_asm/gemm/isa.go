package main

import (
	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/energeticc/energeticc/runtime/kernel/_asm/vec"
)

// isa is the tile that the registers of a set of instructions hold.
type isa struct {
	maxRows int
	vecs    int // registers of columns
	wide    int // registers of columns of a tile of one or two rows, where those are more
	masks   operand.Mem
}

func tilesOf() isa {
	set := isa{maxRows: 6, vecs: 2, wide: 6}
	if vec.Wide {
		set = isa{maxRows: 8, vecs: 3}
	}
	set.masks = vec.MaskTable()
	return set
}

// vectors gives n registers.
func (s *isa) vectors(n int) []reg.VecVirtual { return vec.New(n) }

// zero clears a register.
func zero(v reg.Register) { VXORPS(v, v, v) }
