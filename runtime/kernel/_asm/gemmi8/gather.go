package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// positions is how many are gathered at once.
const positions = 8

// gather writes what makes rows of a convolution's positions ready: pairs for AVX2's product, or bytes for others.
func gather(pairs bool) {
	if pairs {
		TEXT("gatherPairsAVX2", NOSPLIT, "func(dst *int16, src *uint8, offsets *int32, groups, n, step int, zero uint32)")
		Doc("gatherPairsAVX2 sets n rows of dst, step bytes apart, to groups of four: what is in src at the group's four offsets",
			"less zero, the second and third exchanged, each row's a byte further. zero is the same in both halves. A multiple of",
			"8 rows is read and written.")
	} else {
		TEXT("gatherBytesAVX2", NOSPLIT, "func(dst, src *uint8, offsets *int32, groups, n, step int)")
		Doc("gatherBytesAVX2 sets n rows of dst, step bytes apart, to groups of four: what is in src at the group's four offsets,",
			"each row's a byte further. A multiple of 8 rows is read and written.")
	}
	Pragma("noescape")
	src, step := Load(Param("src"), GP64()), Load(Param("step"), GP64())
	zero := YMM()
	if pairs {
		spread("zero", zero)
	}
	n, to := Load(Param("n"), GP64()), Load(Param("dst"), GP64())
	triple := GP64()
	LEAQ(Mem{Base: step, Index: step, Scale: 2}, triple)
	Label("rows")
	groups, offsets := Load(Param("groups"), GP64()), Load(Param("offsets"), GP64())
	first, fifth := GP64(), GP64()
	MOVQ(to, first)
	LEAQ(Mem{Base: to, Index: step, Scale: 4}, fifth)
	Label("group")
	x := make([]reg.VecVirtual, 4)
	for i := range x {
		at := GP64()
		MOVLQSX(Mem{Base: offsets, Disp: 4 * i}, at)
		x[i] = XMM()
		VMOVQ(Mem{Base: src, Index: at, Scale: 1}, x[i])
	}
	order := []int{0, 1, 2, 3}
	if pairs {
		order = []int{0, 2, 1, 3}
	}
	VPUNPCKLBW(x[order[1]], x[order[0]], x[order[0]])
	VPUNPCKLBW(x[order[3]], x[order[2]], x[order[2]])
	low, high := XMM(), XMM()
	VPUNPCKLWD(x[order[2]], x[order[0]], low)
	VPUNPCKHWD(x[order[2]], x[order[0]], high)
	for i, four := range []reg.VecVirtual{low, high} {
		base := []reg.GPVirtual{first, fifth}[i]
		rows := []Mem{{Base: base}, {Base: base, Index: step, Scale: 1}, {Base: base, Index: step, Scale: 2}, {Base: base, Index: triple, Scale: 1}}
		if !pairs {
			VMOVD(four, rows[0])
			for r := 1; r < 4; r++ {
				VPEXTRD(U8(r), four, rows[r])
			}
			continue
		}
		wide, upper := YMM(), XMM()
		VPMOVZXBW(four, wide)
		VPSUBW(zero, wide, wide)
		VEXTRACTI128(U8(1), wide, upper)
		VMOVQ(wide.AsX(), rows[0])
		VMOVHPS(wide.AsX(), rows[1])
		VMOVQ(upper, rows[2])
		VMOVHPS(upper, rows[3])
	}
	bytes := 4
	if pairs {
		bytes = 8
	}
	ADDQ(U8(bytes), first)
	ADDQ(U8(bytes), fifth)
	ADDQ(U8(16), offsets)
	DECQ(groups)
	JNZ(LabelRef("group"))
	LEAQ(Mem{Base: to, Index: step, Scale: positions}, to)
	ADDQ(U8(positions), src)
	SUBQ(U8(positions), n)
	JG(LabelRef("rows"))
	VZEROUPPER()
	RET()
}
