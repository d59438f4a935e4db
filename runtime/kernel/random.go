package kernel

import "math"

// RandomUniform draws numbers from low up to, not including, high.
func RandomUniform[T Float](dst []T, seed uint64, low, high float64) {
	key := mixBits(seed)
	for i := range dst {
		dst[i] = T(low + float64(randomAt(key, i)*(high-low)))
	}
}

// RandomNormal draws numbers of a normal distribution, two at a time by Box and Muller's method.
func RandomNormal[T Float](dst []T, seed uint64, mean, deviation float64) {
	key := mixBits(seed)
	for i := 0; i < len(dst); i += 2 {
		r := math.Sqrt(-2 * log64(1-randomAt(key, i)))
		angle := 2 * 3.141592653589793 * randomAt(key, i+1)
		dst[i] = T(mean + float64(r*cos64(angle)*deviation))
		if i+1 < len(dst) {
			dst[i+1] = T(mean + float64(r*sin64(angle)*deviation))
		}
	}
}

// Multinomial draws samples numbers of classes for each row of src, whose elements are the logarithms of the classes'
// probabilities but for a common factor. sums is scratch for a row; classes is not 0.
func Multinomial[I Index, T Float](dst []I, src []T, sums []float64, classes, samples int, seed uint64) {
	key := mixBits(seed)
	for b := range len(src) / classes {
		row := src[b*classes:][:classes]
		top := math.Inf(-1)
		for _, v := range row {
			top = max(top, float64(v))
		}
		sum := 0.0
		for k, v := range row {
			if d := float64(v) - top; d <= 0 { // not NaN
				sum += exp64(d)
			}
			sums[k] = sum
		}
		for i := range samples {
			at := randomAt(key, b*samples+i) * sum
			low, high := 0, classes-1 // the first class whose sum is beyond
			for low < high {
				if m := int(uint(low+high) >> 1); sums[m] <= at {
					low = m + 1
				} else {
					high = m
				}
			}
			dst[b*samples+i] = I(low)
		}
	}
}

// mixBits is SplitMix64's finaliser, a permutation of 64 bits in which each depends on all.
func mixBits(z uint64) uint64 {
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// randomAt is number i of a key's sequence, between 0 and, not included, 1: SplitMix64.
func randomAt(key uint64, i int) float64 {
	return float64(mixBits(key+(uint64(i)+1)*0x9e3779b97f4a7c15)>>11) / (1 << 53)
}
