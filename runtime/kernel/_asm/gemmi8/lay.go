package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// side is how many channels or rows, and how many positions, a block of bytes has that is transposed in registers.
const side = 8

// lay writes what brings channels of a row together at each position: as int16 for AVX2's product, or as they are.
func lay(pairs bool) {
	name, to, what := "layBytesAVX2", "uint8", "elements are bytes, as they come"
	if pairs {
		name, to, what = "layPairsAVX2", "int16", "elements are less by zero's byte, the second and third of each four exchanged"
	}
	TEXT(name, NOSPLIT, "func(dst *"+to+", src *uint8, plane, channels, n, step int, flip uint32, zero uint32, missing uint64)")
	Pragma("noescape")
	Doc(name+" sets n positions of dst, step bytes apart, to what up to eight channels have there, which are plane apart in",
		"src, ^ flip: "+what+". Four or eight are written: missing has the bytes",
		"of those, in their order, that there is no channel for; they become zero. flip and zero are the same in all bytes. Of",
		"each channel max(n, 8) bytes are read; n is not 0.")
	l := layer{pairs: pairs, src: channelsOf(), at: GP64(), to: GP64(), step: GP64(), left: GP64()}
	l.constants()
	Load(Param("dst"), l.to)
	Load(Param("step"), l.step)
	Load(Param("n"), l.left)
	XORQ(l.at, l.at)
	CMPQ(l.left, U8(side))
	JL(LabelRef("few"))
	Label("block")
	l.block("whole", false)
	SUBQ(U8(side), l.left)
	JZ(LabelRef("done"))
	ADDQ(U8(side), l.at)
	CMPQ(l.left, U8(side))
	JGE(LabelRef("block"))
	// The last eight once more, some of which are done.
	back := GP64()
	MOVQ(l.left, back)
	SUBQ(U8(side), back) // less than 0
	ADDQ(back, l.at)
	IMULQ(l.step, back)
	ADDQ(back, l.to)
	MOVQ(U32(side), l.left)
	JMP(LabelRef("block"))
	Label("few")
	l.block("part", true)
	Label("done")
	VZEROUPPER()
	RET()
}

// channelsOf gives where eight channels start. Those that there are not are the last one again.
func channelsOf() []reg.GPVirtual {
	plane, count, none := Load(Param("plane"), GP64()), Load(Param("channels"), GP64()), GP64()
	XORQ(none, none)
	at := []reg.GPVirtual{GP64()}
	Load(Param("src"), at[0])
	for j := 1; j < side; j++ {
		CMPQ(count, U8(j))
		CMOVQLE(none, plane)
		at = append(at, GP64())
		LEAQ(Mem{Base: at[j-1], Index: plane, Scale: 1}, at[j])
	}
	return at
}

// layer is the state of lay.
type layer struct {
	pairs                   bool
	src                     []reg.GPVirtual
	at, to, step, left      reg.GPVirtual
	flip, zero, less, blank reg.VecVirtual
}

func (l *layer) constants() {
	l.flip, l.zero, l.less, l.blank = XMM(), XMM(), YMM(), XMM()
	VMOVD(Load(Param("flip"), GP32()), l.flip)
	VPBROADCASTD(l.flip, l.flip)
	VMOVD(Load(Param("zero"), GP32()), l.zero)
	VPBROADCASTD(l.zero, l.zero)
	VPMOVZXBW(l.zero, l.less)
	VMOVQ(Load(Param("missing"), GP64()), l.blank)
	VPBROADCASTQ(l.blank, l.blank)
}

// block lays eight positions, or left of them.
func (l *layer) block(name string, some bool) {
	order := []int{0, 1, 2, 3, 4, 5, 6, 7}
	if l.pairs {
		order = []int{0, 2, 1, 3, 4, 6, 5, 7}
	}
	x := make([]reg.VecVirtual, side)
	for j, c := range order {
		x[j] = XMM()
		VMOVQ(Mem{Base: l.src[c], Index: l.at, Scale: 1}, x[j])
	}
	x = transposeBytes(x)
	for _, two := range x {
		VPXOR(l.flip, two, two)
		VPBLENDVB(l.blank, l.zero, two, two)
	}
	next := name + "Next"
	step := func() {
		ADDQ(l.step, l.to)
		if some {
			DECQ(l.left)
			JZ(LabelRef(next))
		}
	}
	wide := func(two reg.VecVirtual) (low, high reg.VecVirtual) {
		if !l.pairs {
			return two, nil
		}
		words, upper := YMM(), XMM()
		VPMOVZXBW(two, words)
		VPSUBW(l.less, words, words)
		VEXTRACTI128(U8(1), words, upper)
		return words.AsX().(reg.VecVirtual), upper
	}
	four := name + "Four"
	count := GP64()
	Load(Param("channels"), count)
	CMPQ(count, U8(4))
	JLE(LabelRef(four))
	l.store(x, wide, step, false)
	JMP(LabelRef(next))
	Label(four)
	l.store(x, wide, step, true)
	Label(next)
}

// store writes positions, of eight channels or of four.
func (l *layer) store(x []reg.VecVirtual, wide func(reg.VecVirtual) (low, high reg.VecVirtual), step func(), four bool) {
	to := Mem{Base: l.to}
	for _, two := range x {
		low, high := wide(two)
		switch {
		case l.pairs && four:
			VMOVQ(low, to)
			step()
			VMOVQ(high, to)
		case l.pairs:
			VMOVDQU(low, to)
			step()
			VMOVDQU(high, to)
		case four:
			VMOVD(low, to)
			step()
			VPEXTRD(U8(2), low, to)
		default:
			VMOVQ(low, to)
			step()
			VMOVHPS(low, to)
		}
		step()
	}
}

// transposeBytes gives of eight times eight bytes the columns, two in a register.
func transposeBytes(x []reg.VecVirtual) []reg.VecVirtual {
	for j := 0; j < side; j += 2 {
		VPUNPCKLBW(x[j+1], x[j], x[j])
	}
	low, high := []reg.VecVirtual{XMM(), XMM()}, []reg.VecVirtual{XMM(), XMM()}
	for j := range 2 { // four of each column
		VPUNPCKLWD(x[4*j+2], x[4*j], low[j])
		VPUNPCKHWD(x[4*j+2], x[4*j], high[j])
	}
	y := []reg.VecVirtual{XMM(), XMM(), XMM(), XMM()}
	for i, half := range [][]reg.VecVirtual{low, high} {
		VPUNPCKLDQ(half[1], half[0], y[2*i])
		VPUNPCKHDQ(half[1], half[0], y[2*i+1])
	}
	return y
}

// columnBytes writes the transposition of eight columns of bytes.
func columnBytes() {
	TEXT("columnBytesAVX2", NOSPLIT, "func(dst, src *uint8, rows, ldd, lds int)")
	Pragma("noescape")
	Doc("columnBytesAVX2 sets dst[c][r] to src[r][c] for eight columns and at least eight rows. Rows of src are lds apart, those",
		"of dst ldd.")
	src, lds := Load(Param("src"), GP64()), Load(Param("lds"), GP64())
	ldd, left, at := Load(Param("ldd"), GP64()), Load(Param("rows"), GP64()), GP64()
	dst := []reg.Register{Load(Param("dst"), GP64())}
	for j := 1; j < side; j++ {
		next := GP64()
		LEAQ(Mem{Base: dst[j-1], Index: ldd, Scale: 1}, next)
		dst = append(dst, next)
	}
	XORQ(at, at)
	Label("block")
	x := make([]reg.VecVirtual, side)
	for j := range x {
		x[j] = XMM()
		VMOVQ(Mem{Base: src}, x[j])
		ADDQ(lds, src)
	}
	for j, two := range transposeBytes(x) {
		VMOVQ(two, Mem{Base: dst[2*j], Index: at, Scale: 1})
		VMOVHPS(two, Mem{Base: dst[2*j+1], Index: at, Scale: 1})
	}
	SUBQ(U8(side), left)
	JZ(LabelRef("done"))
	ADDQ(U8(side), at)
	CMPQ(left, U8(side))
	JGE(LabelRef("block"))
	back := ldd // which is spent
	MOVQ(left, back)
	SUBQ(U8(side), back)
	ADDQ(back, at)
	IMULQ(lds, back)
	ADDQ(back, src)
	MOVQ(U32(side), left)
	JMP(LabelRef("block"))
	Label("done")
	VZEROUPPER()
	RET()
}
