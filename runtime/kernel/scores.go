package kernel

import "math"

// MapRows maps each row of src, [rows, n], by fn; dst may be src.
func MapRows(dst, src []float32, n int, fn func(y []float32)) {
	copy(dst, src)
	if n == 0 {
		return
	}
	for ; len(dst) >= n; dst = dst[n:] {
		fn(dst[:n])
	}
}

// TwoScores makes (minuend - s, s) of each score s.
func TwoScores(dst, src []float32, minuend float32) {
	dst = dst[:2*len(src)]
	for i, s := range src {
		dst[2*i], dst[2*i+1] = minuend-s, s
	}
}

// TopClass finds for each row of src, [rows, n], the position of the highest score, the first of equals; n is at
// least 1.
func TopClass(class []int64, src []float32, n int) {
	ArgMax(class, src, len(class), n, 1, false)
}

// TopClassFrom is TopClass with position 1 where the highest score is from or more.
func TopClassFrom(class []int64, src []float32, n int, from float32) {
	TopClass(class, src, n)
	for r, best := range class {
		if src[r*n+int(best)] >= from {
			class[r] = 1
		}
	}
}

// ScoresLogistic is 1/(1+e^-y).
func ScoresLogistic(y []float32) { SigmoidF32(y, y) }

// ScoresSoftmax is e^y over the sum of these.
func ScoresSoftmax(y []float32) { SoftmaxF32(y, y, 1, len(y), 1) }

// ScoresSoftmaxZero is ScoresSoftmax of the scores that are not 0, to seven digits; these stay 0.
func ScoresSoftmaxZero(y []float32) {
	top := math.Inf(-1)
	for _, s := range y {
		top = max(top, float64(s))
	}
	sum := 0.0
	for i, s := range y {
		e := exp64(float64(s) - top)
		if s <= 1e-7 && s >= -1e-7 {
			y[i] = float32(float64(s) * exp64(-top))
			continue
		}
		y[i] = float32(e)
		sum += e
	}
	for i, s := range y {
		y[i] = float32(float64(s) / sum)
	}
}

// ScoresProbit is the inverse of the normal distribution function by Winitzki's approximation, good to three digits;
// NaN outside 0 to 1.
func ScoresProbit(y []float32) {
	const a = 0.147
	for i, p := range y {
		x := float64(2*p - 1)
		l := log64((1 - x) * (1 + x))
		v := 2/(3.14159*a) + float64(0.5*l)
		z := math.Sqrt(math.Sqrt(float64(v*v)-l/a) - v)
		y[i] = float32(math.Sqrt2 * math.Copysign(z, x))
	}
}

// ScoresProbitFirst is ScoresProbit of the first score alone.
func ScoresProbitFirst(y []float32) { ScoresProbit(y[:1]) }
