// Softmax writes the three passes over a row: its largest element, the exponentials with their sum, and their scaling;
// and, by AVX2, all of them for many rows that fit into registers. -isa names the instructions.
package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/energeticc/energeticc/runtime/kernel/_asm/vec"
)

func main() {
	vec.Begin()
	masks := vec.MaskTable()
	largest(masks)
	expSum(masks)
	scale(masks)
	if !vec.Wide {
		narrow(masks)
	}
	Generate()
}

func largest(masks Mem) {
	TEXT(vec.Name("max"), NOSPLIT, "func(x *float32, n int) float32")
	Pragma("noescape")
	Doc(vec.Name("max") + " returns the largest of n elements, -Inf of none. NaN is left out, or the result.")
	x, n := Load(Param("x"), GP64()), Load(Param("n"), GP64())
	top, none := vec.New(2), vec.One(math.Inf(-1))
	vec.Do(VMOVAPS, none, top)
	vec.Loop(masks, n, 2, []reg.Register{x}, func(v vec.V, mask reg.Register) {
		v.Read(x, mask)
		if mask != nil {
			vec.Select(vec.Cond{mask}, v, none, v)
		}
		for i := range v {
			VMAXPS(v[i], top[i], top[i])
		}
	})
	VMAXPS(top[1], top[0], top[0])
	Store(vec.FoldAll(VMAXPS, VMAXSS, top[0]), ReturnIndex(0))
	vec.End()
}

func expSum(masks Mem) {
	TEXT(vec.Name("expSum"), NOSPLIT, "func(dst, src *float32, n int, top float32) float64")
	Pragma("noescape")
	Doc(vec.Name("expSum") + " sets n elements of dst to e^(x - top), for x of src, and returns their sum. dst may be src.")
	dst, src, n := Load(Param("dst"), GP64()), Load(Param("src"), GP64()), Load(Param("n"), GP64())
	top := vec.Spread("top")
	sum := vec.New(2) // float64: long rows lose nothing
	vec.Do(VXORPD, sum, sum, sum)
	vec.Loop(masks, n, 2, []reg.Register{dst, src}, func(v vec.V, mask reg.Register) {
		v.Read(src, mask)
		e := below(v, top)
		if mask != nil {
			vec.Keep(vec.Cond{mask}, e)
		}
		e.Write(dst, mask)
		for i, r := range e {
			low, high := vec.Widen(r)
			VADDPD(high, sum[i], sum[i])
			VADDPD(low, sum[i], sum[i])
		}
	})
	VADDPD(sum[1], sum[0], sum[0])
	y, half := vec.Fold(VADDPD, sum[0]), XMM()
	VUNPCKHPD(y, y, half)
	VADDSD(half, y, y)
	Store(y, ReturnIndex(0))
	vec.End()
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
	vec.Keep(vec.Compare(vec.NotBelow, vec.Const(-104), d), low) // infinities have no difference
	return vec.Exp(d, low)
}

func scale(masks Mem) {
	TEXT(vec.Name("scale"), NOSPLIT, "func(dst, src *float32, n int, factor float32)")
	Pragma("noescape")
	Doc(vec.Name("scale") + " sets n elements of dst to those of src times factor. dst may be src.")
	dst, src, n := Load(Param("dst"), GP64()), Load(Param("src"), GP64()), Load(Param("n"), GP64())
	factor := vec.Spread("factor")
	vec.Loop(masks, n, 2, []reg.Register{dst, src}, func(v vec.V, mask reg.Register) {
		v.Read(src, mask)
		vec.Do(VMULPS, factor, v, v)
		v.Write(dst, mask)
	})
	vec.End()
}
