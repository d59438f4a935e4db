package kernel

import "math"

// Quantized are the integers that numbers are quantised to.
type Quantized interface {
	int8 | uint8 | int16 | uint16
}

// Quantize sets dst to src/scale, rounded to nearest even, plus zero, held within lo and
// hi; NaN gives lo. src is [outer][n][inner]; the element of scale and of zero for
// [o, j, i] is o·so + j/block·sb + i·si, si being 0 or 1. zero may be nil.
//
//energeticc:shape outer n inner so sb si
func Quantize[T Quantized](dst []T, src, scale []float32, zero []T, outer, n, inner, block, so, sb, si int, lo, hi float32) {
	for o := range outer {
		for j := range n {
			at, s := (o*n+j)*inner, o*so+j/block*sb
			y, x := dst[at:at+inner], src[at:at+inner]
			if hasAVX2 && si == 0 && len(x) > 0 && quantizeAVX2(y, x, scale[s], zeroAt(zero, s), lo, hi) {
				continue
			}
			for i, v := range x {
				k := s + i*si
				q := float32(math.RoundToEven(float64(v / scale[k])))
				if zero != nil {
					q += float32(zero[k])
				}
				if !(q > lo) {
					q = lo
				}
				if q > hi {
					q = hi
				}
				y[i] = T(q)
			}
		}
	}
}

// zeroAt returns an element of zero, 0 if that is nil.
func zeroAt[T Quantized | int32](zero []T, i int) float32 {
	if zero == nil {
		return 0
	}
	return float32(zero[i])
}

// Dequantize sets dst to (src - zero)·scale, with sizes and strides as for Quantize.
//
//energeticc:shape outer n inner so sb si
func Dequantize[T Quantized | int32](dst []float32, src []T, scale []float32, zero []T, outer, n, inner, block, so, sb, si int) {
	for o := range outer {
		for j := range n {
			at, s := (o*n+j)*inner, o*so+j/block*sb
			y, x := dst[at:at+inner], src[at:at+inner]
			if si == 0 && len(x) > 0 {
				f, z := scale[s], int64(0)
				if zero != nil {
					z = int64(zero[s])
				}
				if hasAVX2 && widenAVX2(y, x, float32(z), f) {
					continue
				}
				for i, v := range x {
					y[i] = float32(float32(int64(v)-z) * f)
				}
				continue
			}
			for i, v := range x {
				z := int64(0)
				if zero != nil {
					z = int64(zero[s+i])
				}
				y[i] = float32(float32(int64(v)-z) * scale[s+i])
			}
		}
	}
}
