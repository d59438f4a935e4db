package kernel

import "math"

// normElements bounds the rows that assembly takes, as nothing can interrupt it: 100 µs on a slow core.
const normElements = 1 << 16

// LayerNormF32 sets each row of n elements to (x - mean)/√(variance + eps)·scale + bias.
// scale and bias have n elements or are nil. Mean and variance are two passes
// in float64. dst may be src.
//
//energeticc:shape rows n
func LayerNormF32(dst, src, scale, bias []float32, rows, n int, eps float32) {
	if hasAVX2 && n <= normElements {
		normRowsAVX2(dst, src, scale, bias, rows, n, float64(eps), true)
		return
	}
	layerNormRows(dst, src, scale, bias, rows, n, float64(eps))
}

// LayerNormF64 is LayerNormF32 for float64.
//
//energeticc:shape rows n
func LayerNormF64(dst, src, scale, bias []float64, rows, n int, eps float64) {
	layerNormRows(dst, src, scale, bias, rows, n, eps)
}

// RMSNormF32 sets each row of n elements to x/√(mean of x² + eps)·scale. scale may be nil,
// dst may be src.
//
//energeticc:shape rows n
func RMSNormF32(dst, src, scale []float32, rows, n int, eps float32) {
	if hasAVX2 && n <= normElements {
		normRowsAVX2(dst, src, scale, nil, rows, n, float64(eps), false)
		return
	}
	rmsNormRows(dst, src, scale, rows, n, float64(eps))
}

// RMSNormF64 is RMSNormF32 for float64.
//
//energeticc:shape rows n
func RMSNormF64(dst, src, scale []float64, rows, n int, eps float64) {
	rmsNormRows(dst, src, scale, rows, n, eps)
}

func layerNormRows[T Float](dst, src, scale, bias []T, rows, n int, eps float64) {
	for r := range rows {
		x, y := src[r*n:(r+1)*n], dst[r*n:(r+1)*n]
		mean := sumOf(x) / float64(len(x))
		inv := 1 / math.Sqrt(squaresOf(x, mean)/float64(len(x))+eps)
		normalise(y, x, scale, mean, inv)
		if bias != nil {
			b := bias[:len(y)]
			for i, v := range y {
				y[i] = v + b[i]
			}
		}
	}
}

func rmsNormRows[T Float](dst, src, scale []T, rows, n int, eps float64) {
	for r := range rows {
		x, y := src[r*n:(r+1)*n], dst[r*n:(r+1)*n]
		inv := 1 / math.Sqrt(squaresOf(x, 0)/float64(len(x))+eps)
		normalise(y, x, scale, 0, inv)
	}
}

// normalise sets y to (x - mean)·inv·scale; scale may be nil.
func normalise[T Float](y, x, scale []T, mean, inv float64) {
	if scale == nil {
		y = y[:len(x)]
		for i, v := range x {
			y[i] = T(float64((float64(v) - mean) * inv))
		}
		return
	}
	y, scale = y[:len(x)], scale[:len(x)]
	for i, v := range x {
		y[i] = T(T(float64((float64(v)-mean)*inv)) * scale[i])
	}
}

// sumOf returns Σ x, as four sums that don't wait for each other.
func sumOf[T Float](x []T) float64 {
	var s0, s1, s2, s3 float64
	for len(x) >= 4 {
		s0 += float64(x[0])
		s1 += float64(x[1])
		s2 += float64(x[2])
		s3 += float64(x[3])
		x = x[4:]
	}
	for _, v := range x {
		s0 += float64(v)
	}
	return (s0 + s1) + (s2 + s3)
}

// squaresOf returns Σ (x - mean)².
func squaresOf[T Float](x []T, mean float64) float64 {
	var s0, s1, s2, s3 float64
	for len(x) >= 4 {
		d0, d1, d2, d3 := float64(x[0])-mean, float64(x[1])-mean, float64(x[2])-mean, float64(x[3])-mean
		s0 += float64(d0 * d0)
		s1 += float64(d1 * d1)
		s2 += float64(d2 * d2)
		s3 += float64(d3 * d3)
		x = x[4:]
	}
	for _, v := range x {
		d := float64(v) - mean
		s0 += float64(d * d)
	}
	return (s0 + s1) + (s2 + s3)
}
