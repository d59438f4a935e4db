package kernel

import "math"

func sinh64(x float64) float64 {
	a := math.Abs(x)
	if x != x || a < 0x1p-27 {
		return x
	}
	var y float64
	if a < 1 {
		e := expm164(a)
		y = float64((e + e/(1+e)) * 0.5)
	} else if a < 709 {
		e := exp64(a)
		y = float64((e - 1/e) * 0.5)
	} else {
		h := exp64(float64(a * 0.5))
		y = float64(float64(h*0.5) * h)
	}
	return math.Copysign(y, x)
}

func cosh64(x float64) float64 {
	a := math.Abs(x)
	if a < 709 {
		e := exp64(a)
		return float64((e + 1/e) * 0.5)
	}
	h := exp64(float64(a * 0.5))
	return float64(float64(h*0.5) * h)
}

func tanh64(x float64) float64 {
	a := math.Abs(x)
	if x != x || a < 0x1p-27 {
		return x
	}
	if a > 22 {
		return math.Copysign(1, x)
	}
	var y float64
	if a < 0.5 {
		e := expm164(a + a)
		y = e / (e + 2)
	} else {
		y = 1 - 2/(exp64(a+a)+1)
	}
	return math.Copysign(y, x)
}

func asinh64(x float64) float64 {
	a := math.Abs(x)
	if x != x || a < 0x1p-27 {
		return x
	}
	if a > 0x1p28 {
		return math.Copysign(log64(a)+ln2, x)
	}
	z := float64(a * a)
	return math.Copysign(log1p64(a+z/(1+math.Sqrt(1+z))), x)
}

func acosh64(x float64) float64 {
	if x > 0x1p28 {
		return log64(x) + ln2
	}
	// NaN below 1, where the root or the logarithm has no value.
	t := x - 1
	if t < 0 {
		return math.NaN()
	}
	return log1p64(t + math.Sqrt(float64(t*(t+2))))
}

func atanh64(x float64) float64 {
	a := math.Abs(x)
	if x != x || a < 0x1p-27 {
		return x
	}
	if a > 1 {
		return math.NaN()
	}
	return math.Copysign(float64(0.5*log1p64((a+a)/(1-a))), x)
}
