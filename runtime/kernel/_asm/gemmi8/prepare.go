package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// pairs writes what makes a row for AVX2's product.
func pairs() {
	TEXT("preparePairsAVX2", NOSPLIT, "func(dst *int16, src *uint8, n int, flip, zero uint32) int32")
	Pragma("noescape")
	Doc("preparePairsAVX2 sets dst to src ^ flip less zero, the second and third of each four exchanged, and gives the sum. n is",
		"a multiple of 16, flip is the same in all its bytes and zero in both halves.")
	order := GLOBL("order", RODATA|NOPTR)
	for i := range 4 {
		at := uint64(0x0706030205040100)
		DATA(8*i, U64(at+uint64(i%2)*0x0808080808080808))
	}
	p := newRow(16)
	zero, ones, shuffle := YMM(), YMM(), YMM()
	spread("zero", zero)
	VPCMPEQW(ones, ones, ones)
	VPSRLW(U8(15), ones, ones)
	VMOVDQU(order, shuffle)
	p.loop(func() {
		x, y := YMM(), YMM()
		VPXOR(Mem{Base: p.src}, p.flip.AsX(), x.AsX())
		VPMOVZXBW(x.AsX(), x)
		VPSUBW(zero, x, x)
		VPMADDWD(ones, x, y)
		VPADDD(y, p.sum, p.sum)
		VPSHUFB(shuffle, x, x)
		VMOVDQU(x, Mem{Base: p.dst})
		ADDQ(U8(32), p.dst)
	})
}

// rowOfBytes writes what makes a row for VNNI's and AMX's products.
func rowOfBytes() {
	TEXT("prepareBytesAVX2", NOSPLIT, "func(dst, src *uint8, n int, flip uint32) int32")
	Pragma("noescape")
	Doc("prepareBytesAVX2 sets dst to src ^ flip and gives the sum. n is a multiple of 32, flip is the same in all its bytes.")
	p := newRow(32)
	zero := YMM()
	VPXOR(zero, zero, zero)
	p.loop(func() {
		x, y := YMM(), YMM()
		VPXOR(Mem{Base: p.src}, p.flip, x)
		VPSADBW(zero, x, y)
		VPADDD(y, p.sum, p.sum)
		VMOVDQU(x, Mem{Base: p.dst})
		ADDQ(U8(32), p.dst)
	})
}

// total writes the sum of a row of pairs.
func total() {
	TEXT("totalPairsAVX2", NOSPLIT, "func(src *int16, n int) int32")
	Pragma("noescape")
	Doc("totalPairsAVX2 gives the sum of n elements, a multiple of 16.")
	p := &row{bytes: 32, sum: YMM()}
	p.src, p.n = Load(Param("src"), GP64()), Load(Param("n"), GP64())
	SHLQ(U8(1), p.n)
	VPXOR(p.sum, p.sum, p.sum)
	ones := YMM()
	VPCMPEQW(ones, ones, ones)
	VPSRLW(U8(15), ones, ones)
	p.loop(func() {
		x := YMM()
		VPMADDWD(Mem{Base: p.src}, ones, x)
		VPADDD(x, p.sum, p.sum)
	})
}

// row is the state of a function that prepares one.
type row struct {
	bytes       int // of src, a step
	dst, src, n reg.Register
	flip, sum   reg.VecVirtual
}

func newRow(bytes int) *row {
	p := &row{bytes: bytes, flip: YMM(), sum: YMM()}
	p.dst, p.src, p.n = Load(Param("dst"), GP64()), Load(Param("src"), GP64()), Load(Param("n"), GP64())
	spread("flip", p.flip)
	VPXOR(p.sum, p.sum, p.sum)
	return p
}

// loop runs body over the row and returns the sum.
func (p *row) loop(body func()) {
	TESTQ(p.n, p.n)
	JZ(LabelRef("done"))
	Label("loop")
	body()
	ADDQ(U8(p.bytes), p.src)
	SUBQ(U8(p.bytes), p.n)
	JNZ(LabelRef("loop"))
	Label("done")
	high, sum := XMM(), GP32()
	VEXTRACTI128(U8(1), p.sum, high)
	VPADDD(high, p.sum.AsX(), p.sum.AsX())
	for _, half := range []uint8{0x4e, 0xb1} { // the other half of the lanes, then of these
		VPSHUFD(U8(half), p.sum.AsX(), high)
		VPADDD(high, p.sum.AsX(), p.sum.AsX())
	}
	VMOVD(p.sum.AsX(), sum)
	Store(sum, ReturnIndex(0))
	VZEROUPPER()
	RET()
}

// spread gives a parameter in every lane.
func spread(name string, to reg.VecVirtual) {
	VMOVD(Load(Param(name), GP32()), to.AsX())
	VPBROADCASTD(to.AsX(), to)
}
