package kernel

import "math"

// GroupNormF32 sets dst to (x - mean)/√(variance + eps)·scale + bias for src
// [batch][groups][per][inner], mean and variance taken over each group. scale and bias
// have groups·per elements. Sums are in float64. dst may be src.
//
//energeticc:shape batch groups per inner
func GroupNormF32(dst, src, scale, bias []float32, batch, groups, per, inner int, eps float32) {
	if hasAVX2 {
		groupNormAVX2(dst, src, scale, bias, batch, groups, per, inner, float64(eps))
		return
	}
	groupNorm(dst, src, scale, bias, batch, groups, per, inner, float64(eps))
}

// GroupNormF64 is GroupNormF32 for float64.
//
//energeticc:shape batch groups per inner
func GroupNormF64(dst, src, scale, bias []float64, batch, groups, per, inner int, eps float64) {
	groupNorm(dst, src, scale, bias, batch, groups, per, inner, eps)
}

func groupNorm[T Float](dst, src, scale, bias []T, batch, groups, per, inner int, eps float64) {
	n := per * inner
	for r := range batch * groups {
		mean, inv := momentsOf(src[r*n:(r+1)*n], eps)
		first := r % groups * per
		for c := range per {
			o := r*n + c*inner
			f := float64(inv * float64(scale[first+c]))
			shiftScale(dst[o:o+inner], src[o:o+inner], f, float64(bias[first+c])-float64(mean*f))
		}
	}
}

// shiftScale sets y to f·x + s; it may be x.
func shiftScale[T Float](y, x []T, f, s float64) {
	y = y[:len(x)]
	for i, v := range x {
		y[i] = T(float64(float64(v)*f) + s)
	}
}

// RowMoments sets mean and inv to the mean and 1/√(variance + eps) of each row of n
// elements.
//
//energeticc:shape rows n
func RowMoments[T Float](mean, inv []float32, src []T, rows, n int, eps float64) {
	for r := range rows {
		m, i := momentsOf(src[r*n:(r+1)*n], eps)
		mean[r], inv[r] = float32(m), float32(i)
	}
}

// momentsOf returns mean and 1/√(variance + eps), by two passes in float64.
func momentsOf[T Float](x []T, eps float64) (mean, inv float64) {
	mean = sumOf(x) / float64(len(x))
	return mean, 1 / math.Sqrt(squaresOf(x, mean)/float64(len(x))+eps)
}

// AffineF32 sets dst to act(scale·x + shift) for src [outer][channels][inner]; scale and
// shift have an element for each channel. dst may be src.
//
//energeticc:shape outer channels inner
func AffineF32(dst, src, scale, shift []float32, outer, channels, inner int, act Act) {
	n := channels * inner
	for o := range outer {
		y := dst[o*n : (o+1)*n]
		affine(y, src[o*n:(o+1)*n], scale, shift, channels, inner)
		if act.F != nil {
			act.F(y, act.A, act.B)
		}
	}
}

// AffineF64 is AffineF32 for float64, without activation.
//
//energeticc:shape outer channels inner
func AffineF64(dst, src, scale, shift []float64, outer, channels, inner int) {
	n := channels * inner
	for o := range outer {
		affine(dst[o*n:(o+1)*n], src[o*n:(o+1)*n], scale, shift, channels, inner)
	}
}

func affine[T Float](dst, src, scale, shift []T, channels, inner int) {
	scale, shift = scale[:channels], shift[:channels]
	if inner == 1 {
		x, y := src[:len(scale)], dst[:len(scale)]
		for c, f := range scale {
			y[c] = T(x[c]*f) + shift[c]
		}
		return
	}
	for c, f := range scale {
		s := shift[c]
		x := src[c*inner : (c+1)*inner]
		y := dst[c*inner:][:len(x)]
		for i, v := range x {
			y[i] = T(v*f) + s
		}
	}
}
