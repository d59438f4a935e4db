package kernel

// ApplyF32 computes act(src); dst may be src.
func ApplyF32(dst, src []float32, act Act) {
	const block = 2048 // 8 KiB: what is copied is in the cache when act reads it
	for len(dst) > 0 {
		n := min(len(dst), block)
		copy(dst[:n], src)
		if act.F != nil {
			act.F(dst[:n], act.A, act.B)
		}
		dst, src = dst[n:], src[n:]
	}
}

// LeakyRelu computes x where x ≥ 0, else a·x; dst may be src.
func LeakyRelu[T Float](dst, src []T, a, _ float64) {
	for i, x := range src[:len(dst)] {
		if x < 0 {
			x = T(a * float64(x))
		}
		dst[i] = x
	}
}

// ThresholdedRelu computes x where x > a, else 0; 0 for NaN; dst may be src.
func ThresholdedRelu[T Float](dst, src []T, a, _ float64) {
	for i, x := range src[:len(dst)] {
		if !(float64(x) > a) {
			x = 0
		}
		dst[i] = x
	}
}

// Clip computes x held within a and b, b winning where a > b; NaN stays NaN; dst may be src.
func Clip[T Float](dst, src []T, a, b float64) {
	for i, x := range src[:len(dst)] {
		v := float64(x)
		if v < a {
			v = a
		}
		if v > b {
			v = b
		}
		dst[i] = T(v)
	}
}

// HardSigmoid computes a·x + b held within 0 and 1; dst may be src.
func HardSigmoid[T Float](dst, src []T, a, b float64) {
	for i, x := range src[:len(dst)] {
		dst[i] = T(unitClip64(float64(a*float64(x)) + b))
	}
}

// HardSwish computes x·(a·x + b), the second factor held within 0 and 1; dst may be src.
func HardSwish[T Float](dst, src []T, a, b float64) {
	for i, x := range src[:len(dst)] {
		v := float64(x)
		dst[i] = T(v * unitClip64(float64(a*v)+b))
	}
}

func unitClip64(v float64) float64 {
	if v < 0 {
		return 0
	}
	if v > 1 {
		return 1
	}
	return v
}

// Shrink computes x + b below -a, x - b above a, and 0 between; dst may be src.
func Shrink[T Float](dst, src []T, a, b float64) {
	for i, x := range src[:len(dst)] {
		switch v := float64(x); {
		case v < -a:
			dst[i] = T(v + b)
		case v > a:
			dst[i] = T(v - b)
		default:
			dst[i] = 0
		}
	}
}

// Elu computes x where x ≥ 0, else a·(e^x - 1); dst may be src.
func Elu[T Float](dst, src []T, a, _ float64) {
	for i, x := range src[:len(dst)] {
		if x < 0 {
			x = T(a * expm164(float64(x)))
		}
		dst[i] = x
	}
}

// Celu computes x where x ≥ 0, else a·(e^(x/a) - 1); dst may be src.
func Celu[T Float](dst, src []T, a, _ float64) {
	for i, x := range src[:len(dst)] {
		if x < 0 {
			x = T(a * expm164(float64(x)/a))
		}
		dst[i] = x
	}
}

// Selu computes b·x where x > 0, else b·a·(e^x - 1); dst may be src.
func Selu[T Float](dst, src []T, a, b float64) {
	for i, x := range src[:len(dst)] {
		v := float64(x)
		if v <= 0 {
			v = a * expm164(v)
		}
		dst[i] = T(b * v)
	}
}

// Swish computes x·sigmoid(a·x); dst may be src.
func Swish[T Float](dst, src []T, a, _ float64) {
	for i, x := range src[:len(dst)] {
		v := float64(x)
		dst[i] = T(v * sigmoid64(float64(a*v)))
	}
}

// Mish computes x·tanh(ln(1 + e^x)); dst may be src.
func Mish[T Float](dst, src []T, _, _ float64) {
	for i, x := range src[:len(dst)] {
		v := float64(x)
		dst[i] = T(v * tanh64(softplus64(v)))
	}
}
