//go:build gc && !purego

package kernel

// lanes is the width of a vector.
const lanes = 4

var useDot = detectSSE()

func detectSSE() bool { return true }

// dotF32SSE sums whole vectors; len(x) = len(y).
//
//go:noescape
func dotF32SSE(x, y []float32) float32

// ScaleSSE shares the assembly file, so it comes along.
//
//go:noescape
func ScaleSSE(x []float32, a float32)
