package kernel

import "math"

// NormalizeMax divides each row of src, n long, by its greatest element, unless that is 0; dst may be src.
func NormalizeMax(dst, src []float32, n int) {
	for ; n > 0 && len(src) >= n; dst, src = dst[n:], src[n:] {
		norm := float32(-math.MaxFloat32)
		for _, x := range src[:n] {
			if x > norm {
				norm = x
			}
		}
		normalizeRow(dst[:n], src, float64(norm))
	}
}

// NormalizeL1 divides each row of src, n long, by the sum of its absolute values, unless that is 0; dst may be src.
func NormalizeL1(dst, src []float32, n int) {
	for ; n > 0 && len(src) >= n; dst, src = dst[n:], src[n:] {
		var norm [1]float64
		sumAbsRows(norm[:], src[:n], n)
		normalizeRow(dst[:n], src, norm[0])
	}
}

// NormalizeL2 divides each row of src, n long, by the root of the sum of its squares, unless that is 0; dst may be src.
func NormalizeL2(dst, src []float32, n int) {
	for ; n > 0 && len(src) >= n; dst, src = dst[n:], src[n:] {
		var norm [1]float64
		sumSquareRows(norm[:], src[:n], n)
		normalizeRow(dst[:n], src, math.Sqrt(norm[0]))
	}
}

// normalizeRow divides a row by its norm: by way of the inverse, if that and what is divided by it are far from the
// ends of float32's range.
func normalizeRow(dst, src []float32, norm float64) {
	if norm == 0 {
		norm = 1
	}
	if hasAVX2 && len(dst) >= vectorRow && norm > 1e-30 && norm < 1e30 {
		scaleF32AVX2(dst, src[:len(dst)], float32(1/norm))
		return
	}
	for i, x := range src[:len(dst)] {
		dst[i] = float32(float64(x) / norm)
	}
}

// Impute replaces the elements that equal replaced by those of values, which repeat; dst may be src.
func Impute[T Number](dst, src, values []T, replaced T) {
	k := 0
	for i, x := range src[:len(dst)] {
		if x == replaced {
			x = values[k]
		}
		dst[i] = x
		if k++; k == len(values) {
			k = 0
		}
	}
}

// ImputeNaN replaces NaN by the elements of values, which repeat; dst may be src.
func ImputeNaN[T Float](dst, src, values []T) {
	k := 0
	for i, x := range src[:len(dst)] {
		if x != x {
			x = values[k]
		}
		dst[i] = x
		if k++; k == len(values) {
			k = 0
		}
	}
}

// Binarize is above where x > threshold and otherwise elsewhere; dst may be src.
func Binarize[T Number](dst, src []T, threshold, above, otherwise T) {
	for i, x := range src[:len(dst)] {
		dst[i] = otherwise
		if x > threshold {
			dst[i] = above
		}
	}
}

// FeatureColumns copies rows of src, n long, to width columns of dst, [rows, total], from column at on; what is
// missing is 0.
func FeatureColumns(dst, src []float32, total, at, width, n int) {
	if width == 0 {
		return
	}
	for ; len(dst) >= total; dst, src = dst[total:], src[n:] {
		row := dst[at:][:width]
		clear(row[copy(row, src[:n]):])
	}
}
