//go:build !amd64 || !gc || purego

package kernel

func lstmUsualAVX2(h, c, x []float32) { panic("kernel: BUG: no assembly") }

func gruUsualAVX2(h, x, p []float32) { panic("kernel: BUG: no assembly") }
