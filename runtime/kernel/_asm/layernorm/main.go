// Layernorm writes the normalisation of a row, in float64 as its portable twin does.
package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

const lanes = 4 // float64 in a register

func main() {
	ConstraintExpr("gc,!purego")
	TEXT("layerNormAVX2", NOSPLIT, "func(dst, src, scale, bias *float32, n int, eps float64, center bool)")
	Pragma("noescape")
	Doc("layerNormAVX2 sets n > 0 elements of dst to (x - mean)/√(variance + eps)·scale + bias, for x of src; without",
		"center the mean counts as 0. scale and bias may be nil, dst may be src.")
	count, mean, inv := XMM(), YMM(), YMM()
	length := Load(Param("n"), GP64())
	VXORPD(count, count, count)
	VCVTSI2SDQ(length, count, count)

	VXORPD(mean, mean, mean)
	center := Load(Param("center"), GP8())
	TESTB(center, center)
	JZ(LabelRef("centered"))
	accumulate("sum", nil, mean)
	VDIVSD(count, mean.AsX(), mean.AsX())
	VBROADCASTSD(mean.AsX(), mean)
	Label("centered")

	accumulate("square", mean, inv)
	VDIVSD(count, inv.AsX(), inv.AsX())
	eps := Load(Param("eps"), XMM())
	VADDSD(eps, inv.AsX(), inv.AsX())
	VSQRTSD(inv.AsX(), inv.AsX(), inv.AsX())
	one, bits := XMM(), GP64()
	MOVQ(U64(0x3ff0000000000000), bits)
	VMOVQ(bits, one)
	VDIVSD(inv.AsX(), one, inv.AsX())
	VBROADCASTSD(inv.AsX(), inv)
	normalise(mean, inv)
	VZEROUPPER()
	RET()
	Generate()
}

// accumulate gives the sum of the row, or that of the squares of its distances from mean, in the lowest lane.
func accumulate(name string, mean, sum reg.VecVirtual) {
	const abreast = 4
	src, n := Load(Param("src"), GP64()), Load(Param("n"), GP64())
	add := func(x, s reg.VecVirtual, scalar bool) {
		switch {
		case mean == nil && scalar:
			VADDSD(x.AsX(), s.AsX(), s.AsX())
		case mean == nil:
			VADDPD(x, s, s)
		case scalar:
			VSUBSD(mean.AsX(), x.AsX(), x.AsX())
			VMULSD(x.AsX(), x.AsX(), x.AsX())
			VADDSD(x.AsX(), s.AsX(), s.AsX())
		default:
			VSUBPD(mean, x, x)
			VFMADD231PD(x, x, s)
		}
	}
	var sums []reg.VecVirtual
	for range abreast {
		s := YMM()
		VXORPD(s, s, s)
		sums = append(sums, s)
	}
	tail := YMM()
	VXORPD(tail, tail, tail)
	SUBQ(U8(abreast*lanes), n)
	JL(LabelRef(name + "Tail"))
	Label(name + "Loop")
	for i, s := range sums {
		x := YMM()
		VCVTPS2PD(Mem{Base: src, Disp: 4 * lanes * i}, x)
		add(x, s, false)
	}
	ADDQ(U8(4*abreast*lanes), src)
	SUBQ(U8(abreast*lanes), n)
	JGE(LabelRef(name + "Loop"))
	Label(name + "Tail")
	ADDQ(U8(abreast*lanes), n)
	Label(name + "Rest")
	JZ(LabelRef(name + "End"))
	x := YMM()
	VXORPS(x, x, x)
	VCVTSS2SD(Mem{Base: src}, x.AsX(), x.AsX())
	add(x, tail, true)
	ADDQ(U8(4), src)
	DECQ(n)
	JMP(LabelRef(name + "Rest"))
	Label(name + "End")
	VADDPD(sums[1], sums[0], sums[0])
	VADDPD(sums[3], sums[2], sums[2])
	VADDPD(sums[2], sums[0], sum)
	half := XMM()
	VEXTRACTF128(U8(1), sum, half)
	VADDPD(half, sum.AsX(), sum.AsX())
	VUNPCKHPD(sum.AsX(), sum.AsX(), half)
	VADDSD(half, sum.AsX(), sum.AsX())
	VADDSD(tail.AsX(), sum.AsX(), sum.AsX())
}

// normalise writes (x - mean)·inv·scale + bias, rounded before the scale as the twin does.
func normalise(mean, inv reg.VecVirtual) {
	dst, src, n := Load(Param("dst"), GP64()), Load(Param("src"), GP64()), Load(Param("n"), GP64())
	scale, bias := Load(Param("scale"), GP64()), Load(Param("bias"), GP64())
	step := func(name string, elements int, apply func(y reg.VecVirtual, op func(...Op), by reg.Register), load func(y reg.VecVirtual), store func(y reg.VecVirtual)) {
		y := YMM()
		load(y)
		TESTQ(scale, scale)
		JZ(LabelRef(name + "Bias"))
		apply(y, VMULPS, scale)
		ADDQ(U8(4*elements), scale)
		Label(name + "Bias")
		TESTQ(bias, bias)
		JZ(LabelRef(name + "Store"))
		apply(y, VADDPS, bias)
		ADDQ(U8(4*elements), bias)
		Label(name + "Store")
		store(y)
		ADDQ(U8(4*elements), src)
		ADDQ(U8(4*elements), dst)
		SUBQ(U8(elements), n)
	}
	SUBQ(U8(2*lanes), n)
	JL(LabelRef("normTail"))
	Label("normLoop")
	step("normLoop", 2*lanes,
		func(y reg.VecVirtual, op func(...Op), by reg.Register) { op(Mem{Base: by}, y, y) },
		func(y reg.VecVirtual) {
			low, high := YMM(), YMM()
			VCVTPS2PD(Mem{Base: src}, low)
			VCVTPS2PD(Mem{Base: src, Disp: 4 * lanes}, high)
			for _, x := range []reg.VecVirtual{low, high} {
				VSUBPD(mean, x, x)
				VMULPD(inv, x, x)
			}
			VCVTPD2PSY(low, low.AsX())
			VCVTPD2PSY(high, high.AsX())
			VINSERTF128(U8(1), high.AsX(), low, y)
		},
		func(y reg.VecVirtual) { VMOVUPS(y, Mem{Base: dst}) })
	JGE(LabelRef("normLoop"))
	Label("normTail")
	ADDQ(U8(2*lanes), n)
	Label("normRest")
	JZ(LabelRef("normEnd"))
	step("normRest", 1,
		func(y reg.VecVirtual, op func(...Op), by reg.Register) {
			x := XMM()
			VMOVSS(Mem{Base: by}, x)
			op(x, y.AsX(), y.AsX())
		},
		func(y reg.VecVirtual) {
			x := XMM()
			VXORPS(x, x, x)
			VCVTSS2SD(Mem{Base: src}, x, x)
			VSUBSD(mean.AsX(), x, x)
			VMULSD(inv.AsX(), x, x)
			VXORPS(y.AsX(), y.AsX(), y.AsX())
			VCVTSD2SS(x, y.AsX(), y.AsX())
		},
		func(y reg.VecVirtual) { VMOVSS(y.AsX(), Mem{Base: dst}) })
	JMP(LabelRef("normRest"))
	Label("normEnd")
}
