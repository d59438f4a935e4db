package vec

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Loop runs body over n elements, abreast vectors at a time, then over what is left, one at a time under a mask. All
// pointers, to float32, advance. It spends n.
func Loop(masks Mem, n reg.Register, abreast int, pointers []reg.Register, body func(v V, mask reg.Register)) {
	block := U8(abreast * Lanes)
	advance := func(count int) {
		for _, p := range pointers {
			ADDQ(distance(4*Lanes*count), p)
		}
	}
	SUBQ(block, n)
	JL(LabelRef("tail"))
	Label("loop")
	body(New(abreast), nil)
	advance(abreast)
	SUBQ(block, n)
	JGE(LabelRef("loop"))
	Label("tail")
	ADDQ(block, n)
	Label("rest")
	JZ(LabelRef("done"))
	some, eight := GP64(), GP64()
	MOVQ(n, some)
	MOVQ(U32(Lanes), eight)
	CMPQ(some, eight)
	CMOVQGT(eight, some)
	SUBQ(some, n)
	body(New(1), Mask(masks, some))
	advance(1)
	TESTQ(n, n)
	JMP(LabelRef("rest"))
	Label("done")
}

// distance is an immediate, short where it fits.
func distance(n int) Op {
	if n <= math.MaxUint8 {
		return U8(n)
	}
	return U32(n)
}

// Read fills v from memory, what the mask leaves out with 0; a nil mask leaves out nothing.
func (v V) Read(from, mask reg.Register) {
	for i, r := range v {
		ReadPart(Mem{Base: from, Disp: 4 * Lanes * i}, mask, r)
	}
}

// Write is Read the other way.
func (v V) Write(to, mask reg.Register) {
	for i, r := range v {
		WritePart(r, mask, Mem{Base: to, Disp: 4 * Lanes * i})
	}
}

// Spread gives a float32 parameter in every lane.
func Spread(name string) reg.VecVirtual {
	at, err := Param(name).Resolve()
	if err != nil {
		panic(err)
	}
	r := Register()
	VBROADCASTSS(at.Addr, r)
	return r
}

// Convert runs body over n elements, abreast vectors at a time, then a vector at a time, and one over
// what is left. Elements of dst and src have toBytes and fromBytes; both pointers advance. It spends n.
func Convert(dst, src, n reg.Register, abreast, toBytes, fromBytes int, body func(v V), one func(v reg.VecVirtual)) {
	advance := func(count int) {
		ADDQ(U32(toBytes*count), dst)
		ADDQ(U32(fromBytes*count), src)
	}
	for _, vectors := range []int{abreast, 1} {
		loop, end, block := "blocks", "vectors", U8(vectors*Lanes)
		if vectors == 1 {
			loop, end = "each", "tail"
		}
		SUBQ(block, n)
		JL(LabelRef(end))
		Label(loop)
		body(New(vectors))
		advance(vectors * Lanes)
		SUBQ(block, n)
		JGE(LabelRef(loop))
		Label(end)
		ADDQ(block, n)
	}
	Label("rest")
	JZ(LabelRef("done"))
	one(YMM())
	advance(1)
	DECQ(n)
	JMP(LabelRef("rest"))
	Label("done")
}

// Widen gives the lower and the upper half of v as float64; it spends v.
func Widen(v reg.VecVirtual) (low, high reg.VecVirtual) {
	high = Register()
	if Wide {
		VEXTRACTF64X4(U8(1), v, high.AsY())
		VCVTPS2PD(high.AsY(), high)
		VCVTPS2PD(v.AsY(), v)
	} else {
		VEXTRACTF128(U8(1), v, high.AsX())
		VCVTPS2PD(high.AsX(), high)
		VCVTPS2PD(v.AsX(), v)
	}
	return v, high
}
