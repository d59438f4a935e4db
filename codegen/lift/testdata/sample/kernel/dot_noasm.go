//go:build !amd64 || !gc || purego

package kernel

const (
	useDot = false
	lanes  = 1 // no vectors
)

func dotF32SSE(x, y []float32) float32 { panic("kernel: BUG: no assembly") }
