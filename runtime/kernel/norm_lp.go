package kernel

import "math"

// L1NormF32 divides each lane of n elements of src, [outer][n][inner], by the sum of
// its magnitudes; where that is 0, dst is 0. dst may be src.
//
//energeticc:shape outer n inner
func L1NormF32(dst, src []float32, outer, n, inner int) { lpNorm(dst, src, outer, n, inner, 1) }

// L2NormF32 is L1NormF32 with the root of the sum of squares.
//
//energeticc:shape outer n inner
func L2NormF32(dst, src []float32, outer, n, inner int) { lpNorm(dst, src, outer, n, inner, 2) }

// L1NormF64 is L1NormF32 for float64.
//
//energeticc:shape outer n inner
func L1NormF64(dst, src []float64, outer, n, inner int) { lpNorm(dst, src, outer, n, inner, 1) }

// L2NormF64 is L2NormF32 for float64.
//
//energeticc:shape outer n inner
func L2NormF64(dst, src []float64, outer, n, inner int) { lpNorm(dst, src, outer, n, inner, 2) }

// lpNorm takes up to 32 neighbouring lanes at once, so that memory is read in order.
func lpNorm[T Float](dst, src []T, outer, n, inner, p int) {
	const block = 32
	var sums [block]float64
	for o := range outer {
		for first := 0; first < inner; first += block {
			lanes := min(block, inner-first)
			base := o*n*inner + first
			sum := sums[:lanes]
			clear(sum)
			for i := range n {
				addPowers(sum, src[base+i*inner:base+i*inner+lanes], p)
			}
			for l, s := range sum {
				if p == 2 {
					sum[l] = math.Sqrt(s)
				}
			}
			for i := range n {
				at := base + i*inner
				divideNonZero(dst[at:at+lanes], src[at:at+lanes], sum)
			}
		}
	}
}

// addPowers adds |x| or x² to sum.
func addPowers[T Float](sum []float64, x []T, p int) {
	x = x[:len(sum)]
	for l, v := range x {
		f := float64(v)
		if p == 1 {
			sum[l] += math.Abs(f)
		} else {
			sum[l] += float64(f * f)
		}
	}
}

// divideNonZero sets y to x/by, and to 0 where by is 0.
func divideNonZero[T Float](y, x []T, by []float64) {
	y, by = y[:len(x)], by[:len(x)]
	for l, v := range x {
		if by[l] == 0 {
			y[l] = 0
		} else {
			y[l] = T(float64(v) / by[l])
		}
	}
}

// LRNF32 sets dst to x/(bias + alpha·Σ x²)^beta for src [outer][channels][inner], the sum
// taken over the size channels around each, fewer at the ends. dst is apart from src.
//
//energeticc:shape outer channels inner
func LRNF32(dst, src []float32, outer, channels, inner, size int, alpha, beta, bias float32) {
	localNorm(dst, src, outer, channels, inner, size, float64(alpha), float64(beta), float64(bias))
}

// LRNF64 is LRNF32 for float64.
//
//energeticc:shape outer channels inner
func LRNF64(dst, src []float64, outer, channels, inner, size int, alpha, beta, bias float64) {
	localNorm(dst, src, outer, channels, inner, size, alpha, beta, bias)
}

func localNorm[T Float](dst, src []T, outer, channels, inner, size int, alpha, beta, bias float64) {
	const block = 64
	var sums [block]float64
	for o := range outer {
		for c := range channels {
			lo, hi := max(0, c-(size-1)/2), min(channels-1, c+size/2)
			for first := 0; first < inner; first += block {
				sum := sums[:min(block, inner-first)]
				clear(sum)
				for k := lo; k <= hi; k++ {
					at := (o*channels+k)*inner + first
					addPowers(sum, src[at:at+len(sum)], 2)
				}
				at := (o*channels+c)*inner + first
				divideByPower(dst[at:at+len(sum)], src[at:at+len(sum)], sum, alpha, beta, bias)
			}
		}
	}
}

// divideByPower sets y to x/(bias + alpha·sum)^beta. For the usual 3/4 that takes two
// square roots in place of a power.
func divideByPower[T Float](y, x []T, sum []float64, alpha, beta, bias float64) {
	y, sum = y[:len(x)], sum[:len(x)]
	for l, v := range x {
		d := bias + float64(alpha*sum[l])
		if beta == 0.75 {
			r := math.Sqrt(d)
			d = float64(r * math.Sqrt(r))
		} else {
			d = pow64(d, beta)
		}
		y[l] = T(float64(v) / d)
	}
}
