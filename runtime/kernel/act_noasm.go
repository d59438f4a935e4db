//go:build !amd64 || !gc || purego

package kernel

func reluActAVX2(y []float32, a, b float32) { panic("kernel: BUG: no assembly") }

func leakyReluActAVX2(y []float32, a, b float32) { panic("kernel: BUG: no assembly") }

func clipActAVX2(y []float32, a, b float32) { panic("kernel: BUG: no assembly") }

func hardSigmoidActAVX2(y []float32, a, b float32) { panic("kernel: BUG: no assembly") }

func hardSwishActAVX2(y []float32, a, b float32) { panic("kernel: BUG: no assembly") }
