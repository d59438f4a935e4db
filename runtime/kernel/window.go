package kernel

import "math"

// CosineWindow writes a - b·cos(2πk/n) + c·cos(4πk/n) for each place k.
func CosineWindow[T Float](dst []T, n int, a, b, c float64) {
	for k := range dst {
		angle := 2 * 3.141592653589793 * float64(k) / float64(n)
		v := a - float64(b*cos64(angle))
		dst[k] = T(v + float64(c*cos64(2*angle)))
	}
}

// MelWeights writes a matrix [length/2+1, bands] of triangles with peaks of one that are spaced evenly on the mel scale
// between two frequencies: how much of each bin of a spectrum of length values, of a signal of rate samples a second,
// belongs to each band.
func MelWeights[T Float](dst []T, rate, low, high []float64, length, bands int) {
	clear(dst)
	bins := length/2 + 1
	from := melOf(low[0])
	step := (melOf(high[0]) - from) / float64(bands+2)
	for i := range bands {
		left := melBin(from+float64(float64(i)*step), rate[0], length)
		centre := melBin(from+float64(float64(i+1)*step), rate[0], length)
		right := melBin(from+float64(float64(i+2)*step), rate[0], length)
		for j := max(left, 0); j < centre; j++ {
			dst[j*bands+i] = T(float64(j-left) / float64(centre-left))
		}
		for j := max(centre+1, 0); j < right; j++ {
			dst[j*bands+i] = T(float64(right-j) / float64(right-centre))
		}
		if centre >= 0 && centre < bins {
			dst[centre*bands+i] = 1
		}
	}
}

// melOf is a frequency on the mel scale.
func melOf(f float64) float64 { return 2595 * log1p64(f/700) / 2.302585092994046 }

// melBin is the bin, of a spectrum of length values, in which a place on the mel scale lies: -1 or length/2+1 for one
// outside, -1 for NaN.
func melBin(mel, rate float64, length int) int {
	v := math.Floor(float64(length+1) * (700 * expm164(mel/2595*2.302585092994046)) / rate)
	if !(v >= 0) {
		return -1
	}
	return int(min(v, float64(length/2+1)))
}
