package op

import (
	"math"

	"github.com/energeticc/energeticc/ir/exact"
)

// The functions with parameters that Unary's table names.

func leakyRelu(x, a, _ float64) float64 {
	if x < 0 {
		return a * x
	}
	return x
}

func elu(x, a, _ float64) float64 {
	if x < 0 {
		return a * exact.Expm1(x)
	}
	return x
}

func celu(x, a, _ float64) float64 {
	if x < 0 {
		return a * exact.Expm1(x/a)
	}
	return x
}

func selu(x, a, b float64) float64 {
	if x <= 0 {
		x = a * exact.Expm1(x)
	}
	return b * x
}

func swish(x, a, _ float64) float64 { return x * sigmoid(float64(a*x)) }

func mish(x float64) float64 { return x * exact.Tanh(softplus(x)) }

func hardSigmoid(x, a, b float64) float64 { return clip(float64(a*x)+b, 0, 1) }

func hardSwish(x, a, b float64) float64 { return x * hardSigmoid(x, a, b) }

func thresholdedRelu(x, a, _ float64) float64 {
	if x > a {
		return x
	}
	return 0
}

func shrink(x, a, b float64) float64 {
	switch {
	case x < -a:
		return x + b
	case x > a:
		return x - b
	}
	return 0
}

func clip(x, a, b float64) float64 {
	if x < a {
		x = a
	}
	if x > b {
		x = b
	}
	return x
}

func isInf(x float64) float64 {
	if math.IsInf(x, 0) {
		return 1
	}
	return 0
}
