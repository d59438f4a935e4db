package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/energeticc/energeticc/runtime/kernel/_asm/vec"
)

// isa is a set of vector instructions, and the tile that its registers hold.
type isa struct {
	name, of      string // of is a's element type
	doc           []string
	lanes         int // int32 in a register
	maxRows, vecs int
	groupBytes    int // of a

	register func() reg.VecVirtual
	move     func(from, to Op)
	// maskOf gives the mask of the first n elements, 0 < n ≤ lanes, and spends n.
	maskOf func(n reg.GPVirtual) reg.Register
	read   func(from Mem, mask, to reg.Register)
	// step adds the products of a group.
	step func(t *tile, a []Mem, b reg.Register)
}

func avx2() isa {
	masks := vec.MaskTable()
	return isa{
		name: "AVX2", of: "int16", lanes: 8, maxRows: 6, vecs: 2, groupBytes: 8,
		doc: []string{
			"[rows][groups][4] with rows lda bytes apart and the second and third of each group exchanged. cols is a multiple of 4,",
			"at most 48. Beyond them sums are kept as they are.",
		},
		register: YMM,
		move:     func(from, to Op) { VMOVDQU(from, to) },
		maskOf:   func(n reg.GPVirtual) reg.Register { return vec.Mask(masks, n) },
		read:     func(from Mem, mask, to reg.Register) { VPMASKMOVD(from, mask, to) },
		step:     stepPairs,
	}
}

// stepPairs multiplies the even bytes of a group, then the odd ones. A mask takes the register of one vector of b.
func stepPairs(t *tile, a []Mem, b reg.Register) {
	for odd := range 2 {
		if !t.masked {
			t.pairs(a, b, odd, 0, t.vecs)
			continue
		}
		for v := range t.vecs {
			t.pairs(a, b, odd, v, v+1)
		}
	}
}

// pairs multiplies the odd or even bytes of vectors from lo to hi.
func (t *tile) pairs(a []Mem, b reg.Register, odd, lo, hi int) {
	bs := t.vectors(hi - lo)
	for v, r := range bs {
		t.load(b, lo+v, r)
	}
	for _, r := range bs {
		if odd == 0 {
			VPSLLW(U8(8), r, r)
		}
		VPSRAW(U8(8), r, r)
	}
	t.multiplyPairs(a, bs, odd, lo)
}

// multiplyPairs adds the products of the odd or even pairs with vectors of b from lo on.
func (t *tile) multiplyPairs(a []Mem, bs []reg.VecVirtual, odd, lo int) {
	for r, row := range t.sums {
		x := t.register()
		VPBROADCASTD(a[r].Offset(4*odd), x)
		products := make([]reg.VecVirtual, len(bs))
		for v := range bs {
			if products[v] = x; v < len(bs)-1 {
				products[v] = t.register()
			}
			VPMADDWD(bs[v], x, products[v])
		}
		for v, y := range products {
			VPADDD(y, row[lo+v], row[lo+v])
		}
	}
}

func vnni() isa {
	return isa{
		name: "VNNI", of: "uint8", lanes: 16, maxRows: 8, vecs: 3, groupBytes: 4,
		doc: []string{
			"[rows][groups][4] with rows lda bytes apart. cols is a multiple of 4, at most 48. Beyond them sums are kept as they",
			"are.",
		},
		register: ZMM,
		move:     func(from, to Op) { VMOVDQU32(from, to) },
		maskOf: func(n reg.GPVirtual) reg.Register {
			bits, mask := GP64(), K()
			MOVQ(I32(-1), bits)
			SHLXQ(n, bits, bits)
			NOTQ(bits)
			KMOVW(bits.As32(), mask)
			return mask
		},
		read: func(from Mem, mask, to reg.Register) { VMOVDQU32_Z(from, mask, to) },
		step: func(t *tile, a []Mem, b reg.Register) {
			bs := t.vectors(t.vecs)
			for v, r := range bs {
				t.load(b, v, r)
			}
			for r, row := range t.sums {
				x := t.register()
				VPBROADCASTD(a[r], x)
				for v, s := range row {
					VPDPBUSD(bs[v], x, s)
				}
			}
		},
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
