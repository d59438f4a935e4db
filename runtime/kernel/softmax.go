package kernel

import "math"

// softmaxNarrow elements of a row stay in registers, in assembly.
const softmaxNarrow = 16

// SoftmaxF32 sets dst to e^x / Σ e^x over the n elements of each lane of src, which
// is [outer][n][inner]. A lane of -Inf, or with +Inf or NaN in it, gives NaN. dst may be src.
//
//energeticc:shape outer n inner
func SoftmaxF32(dst, src []float32, outer, n, inner int) {
	if inner != 1 {
		softmaxLanes(dst, src, outer, n, inner, false, expBelow)
		return
	}
	if hasAVX2 && n <= softmaxNarrow {
		softmaxNarrowAVX2(dst[:outer*n], src[:outer*n], n)
		return
	}
	for o := range outer {
		x, y := src[o*n:(o+1)*n], dst[o*n:(o+1)*n]
		if hasAVX2 {
			softmaxRowAVX2(y, x)
			continue
		}
		top := maxOf(x)
		sum := 0.0
		for i, v := range x {
			e := expBelow(float64(v) - float64(top))
			y[i] = float32(e)
			sum += e
		}
		inv := 1 / sum
		for i, e := range y {
			y[i] = float32(float64(e) * inv)
		}
	}
}

// LogSoftmaxF32 is the logarithm of SoftmaxF32, without the loss of small terms.
//
//energeticc:shape outer n inner
func LogSoftmaxF32(dst, src []float32, outer, n, inner int) {
	if inner != 1 {
		softmaxLanes(dst, src, outer, n, inner, true, expBelow)
		return
	}
	for o := range outer {
		x, y := src[o*n:(o+1)*n], dst[o*n:(o+1)*n]
		top := maxOf(x)
		sum := 0.0
		for _, v := range x {
			sum += expBelow(float64(v) - float64(top))
		}
		l := log64(sum)
		for i, v := range x {
			y[i] = float32(float64(v) - float64(top) - l)
		}
	}
}

// expBelow returns e^d for d ≤ 0 as far as float32 shows it. The difference of two
// float32 is not rounded before: at -13 that would cost eight units.
func expBelow(d float64) float64 {
	if d < -104 {
		return 0
	}
	return expCore(d)
}

// SoftmaxF64 is SoftmaxF32 in float64.
//
//energeticc:shape outer n inner
func SoftmaxF64(dst, src []float64, outer, n, inner int) {
	softmaxLanes(dst, src, outer, n, inner, false, exp64)
}

// LogSoftmaxF64 is LogSoftmaxF32 in float64.
//
//energeticc:shape outer n inner
func LogSoftmaxF64(dst, src []float64, outer, n, inner int) {
	softmaxLanes(dst, src, outer, n, inner, true, exp64)
}

// maxOf returns the largest element, NaN aside, and -Inf of none.
func maxOf[T Float](x []T) T {
	top := T(math.Inf(-1))
	for _, v := range x {
		if v > top {
			top = v
		}
	}
	return top
}

// softmaxBlock neighbouring lanes are computed together.
const softmaxBlock = 32

// softmaxLanes runs along n for a block of neighbouring lanes at once, so that memory
// is read in order whatever inner is. exp is e^d for d ≤ 0.
func softmaxLanes[T Float](dst, src []T, outer, n, inner int, logarithm bool, exp func(float64) float64) {
	var tops [softmaxBlock]T
	var sums [softmaxBlock]float64
	for o := range outer {
		for first := 0; first < inner; first += softmaxBlock {
			lanes := min(softmaxBlock, inner-first)
			base := o*n*inner + first
			top, sum := tops[:lanes], sums[:lanes]
			maxLanes(top, src, base, n, inner)
			clear(sum)
			for i := range n {
				at := base + i*inner
				x, y := src[at:at+lanes], dst[at:at+lanes]
				for l, v := range x {
					e := exp(float64(v) - float64(top[l]))
					sum[l] += e
					if !logarithm {
						y[l] = T(e)
					}
				}
			}
			if logarithm {
				LogF64(sum, sum)
			} else {
				ReciprocalF64(sum, sum)
			}
			for i := range n {
				at := base + i*inner
				x, y := src[at:at+lanes], dst[at:at+lanes]
				for l, f := range sum {
					if logarithm {
						y[l] = T(float64(x[l]) - float64(top[l]) - f)
					} else {
						y[l] = T(float64(y[l]) * f)
					}
				}
			}
		}
	}
}

// maxLanes sets top to the largest element of len(top) lanes that begin at base and
// whose n elements are inner apart.
func maxLanes[T Float](top, src []T, base, n, inner int) {
	for l := range top {
		top[l] = T(math.Inf(-1))
	}
	for i := range n {
		at := base + i*inner
		for l, v := range src[at : at+len(top)] {
			if v > top[l] {
				top[l] = v
			}
		}
	}
}
