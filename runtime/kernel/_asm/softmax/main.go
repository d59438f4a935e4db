// Softmax writes the three passes over a row: its largest element, the exponentials with their sum, and their scaling;
// and all of them for many rows that fit into registers.
package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/energeticc/energeticc/runtime/kernel/_asm/vec"
)

const infinity = 0x7f800000

func main() {
	ConstraintExpr("gc,!purego")
	masks := vec.MaskTable()
	largest(masks)
	expSum(masks)
	scale(masks)
	narrow(masks)
	Generate()
}

func largest(masks Mem) {
	TEXT("maxAVX2", NOSPLIT, "func(x *float32, n int) float32")
	Pragma("noescape")
	Doc("maxAVX2 returns the largest of n elements, -Inf of none. NaN is left out, or the result.")
	x, n := Load(Param("x"), GP64()), Load(Param("n"), GP64())
	top, none := vec.New(2), YMM()
	VMOVUPS(vec.Bits(infinity|1<<31), none)
	vec.Do(VMOVAPS, none, top)
	vec.Loop(masks, n, 2, []reg.Register{x}, func(v vec.V, mask reg.VecVirtual) {
		v.Read(x, mask)
		if mask != nil {
			VBLENDVPS(mask, v[0], none, v[0])
		}
		for i := range v {
			VMAXPS(v[i], top[i], top[i])
		}
	})
	VMAXPS(top[1], top[0], top[0])
	half, y := XMM(), top[0].AsX()
	VEXTRACTF128(U8(1), top[0], half)
	VMAXPS(half, y, y)
	VMOVHLPS(y, y, half)
	VMAXPS(half, y, y)
	VMOVSHDUP(y, half)
	VMAXSS(half, y, y)
	Store(y, ReturnIndex(0))
	VZEROUPPER()
	RET()
}

func expSum(masks Mem) {
	TEXT("expSumAVX2", NOSPLIT, "func(dst, src *float32, n int, top float32) float64")
	Pragma("noescape")
	Doc("expSumAVX2 sets n elements of dst to e^(x - top), for x of src, and returns their sum. dst may be src.")
	dst, src, n := Load(Param("dst"), GP64()), Load(Param("src"), GP64()), Load(Param("n"), GP64())
	top := vec.Spread("top")
	sum := vec.New(2) // float64: long rows lose nothing
	vec.Do(VXORPD, sum, sum, sum)
	vec.Loop(masks, n, 2, []reg.Register{dst, src}, func(v vec.V, mask reg.VecVirtual) {
		v.Read(src, mask)
		e := below(v, top)
		if mask != nil {
			VANDPS(mask, e[0], e[0])
		}
		e.Write(dst, mask)
		for i, r := range e {
			high := YMM()
			VEXTRACTF128(U8(1), r, high.AsX())
			VCVTPS2PD(high.AsX(), high)
			VCVTPS2PD(r.AsX(), r)
			VADDPD(high, sum[i], sum[i])
			VADDPD(r, sum[i], sum[i])
		}
	})
	VADDPD(sum[1], sum[0], sum[0])
	half, y := XMM(), sum[0].AsX()
	VEXTRACTF128(U8(1), sum[0], half)
	VADDPD(half, y, y)
	VUNPCKHPD(y, y, half)
	VADDSD(half, y, y)
	Store(y, ReturnIndex(0))
	VZEROUPPER()
	RET()
}

// below returns e^(x - top). What the difference loses by rounding is kept, unless the result is 0.
func below(x vec.V, top reg.VecVirtual) vec.V {
	d, part, low := x.New(), x.New(), x.New()
	vec.Do(VSUBPS, top, x, d)
	vec.Do(VADDPS, top, d, part) // what d has of x
	vec.Do(VSUBPS, part, x, low)
	vec.Do(VSUBPS, d, part, part) // and of top
	vec.Do(VSUBPS, top, part, part)
	vec.Do(VADDPS, part, low, low)
	within := part
	vec.Do(vec.Less, vec.Const(-104), d, within)
	vec.Do(VANDNPS, low, within, low) // infinities have no difference
	return vec.Exp(d, low)
}

func scale(masks Mem) {
	TEXT("scaleAVX2", NOSPLIT, "func(dst, src *float32, n int, factor float32)")
	Pragma("noescape")
	Doc("scaleAVX2 sets n elements of dst to those of src times factor. dst may be src.")
	dst, src, n := Load(Param("dst"), GP64()), Load(Param("src"), GP64()), Load(Param("n"), GP64())
	factor := vec.Spread("factor")
	vec.Loop(masks, n, 2, []reg.Register{dst, src}, func(v vec.V, mask reg.VecVirtual) {
		v.Read(src, mask)
		vec.Do(VMULPS, factor, v, v)
		v.Write(dst, mask)
	})
	VZEROUPPER()
	RET()
}
