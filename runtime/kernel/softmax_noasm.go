//go:build !amd64 || !gc || purego

package kernel

func softmaxRowAVX2(y, x []float32) { panic("kernel: BUG: no assembly") }
