package kernel

// Act is the activation that ends a kernel: F maps the finished row y in place.
// The zero value is none. A and B are F's parameters, where it has any.
type Act struct {
	F    func(y []float32, a, b float32)
	A, B float32
}

// ReluAct is max(y, 0); NaN stays NaN.
func ReluAct(y []float32, _, _ float32) {
	if hasAVX2 {
		reluActAVX2(y, 0, 0)
		return
	}
	for i, v := range y {
		if v <= 0 { // 0 for -0 too
			y[i] = 0
		}
	}
}

// LeakyReluAct is y above 0 and a·y below.
func LeakyReluAct(y []float32, a, _ float32) {
	if hasAVX2 {
		leakyReluActAVX2(y, a, 0)
		return
	}
	for i, v := range y {
		if v < 0 {
			y[i] = float32(a * v)
		}
	}
}

// ClipAct bounds y by a below and b above, b winning where a > b; NaN stays NaN.
func ClipAct(y []float32, a, b float32) {
	if hasAVX2 {
		clipActAVX2(y, a, b)
		return
	}
	for i, v := range y {
		if v < a {
			v = a
		}
		if v > b {
			v = b
		}
		y[i] = v
	}
}

// SigmoidAct is 1/(1+e^-y).
func SigmoidAct(y []float32, _, _ float32) { SigmoidF32(y, y) }

// TanhAct is the hyperbolic tangent of y.
func TanhAct(y []float32, _, _ float32) { TanhF32(y, y) }

// GeluAct is y/2·(1 + erf(y/√2)).
func GeluAct(y []float32, _, _ float32) { GeluF32(y, y) }

// GeluTanhAct is y/2·(1 + tanh(√(2/π)·(y + 0.044715·y³))).
func GeluTanhAct(y []float32, _, _ float32) { GeluTanhF32(y, y) }

// HardSigmoidAct is a·y + b, bounded to [0, 1].
func HardSigmoidAct(y []float32, a, b float32) {
	if hasAVX2 {
		hardSigmoidActAVX2(y, a, b)
		return
	}
	for i, v := range y {
		y[i] = unitClip(float32(a*v) + b)
	}
}

// HardSwishAct is y·(a·y + b), the second factor bounded to [0, 1]; ONNX has a = 1/6 and b = 1/2.
func HardSwishAct(y []float32, a, b float32) {
	if hasAVX2 {
		hardSwishActAVX2(y, a, b)
		return
	}
	for i, v := range y {
		y[i] = float32(v * unitClip(float32(a*v)+b))
	}
}

// unitClip bounds v to [0, 1]; NaN stays NaN.
func unitClip(v float32) float32 {
	if v < 0 {
		return 0
	}
	if v > 1 {
		return 1
	}
	return v
}

// SiluAct is y·sigmoid(y).
func SiluAct(y []float32, _, _ float32) { SiluF32(y, y) }

// EluAct is y above 0 and a·(e^y - 1) below.
func EluAct(y []float32, a, _ float32) {
	for i, v := range y {
		if v < 0 {
			y[i] = float32(float64(a) * expm164(float64(v)))
		}
	}
}

// SoftplusAct is log(1 + e^y).
func SoftplusAct(y []float32, _, _ float32) { SoftplusF32(y, y) }
