//go:build !amd64 || !gc || purego

package kernel

func softmaxRowAVX2(y, x []float32) { panic("kernel: BUG: no assembly") }

func softmaxNarrowAVX2(y, x []float32, n int) { panic("kernel: BUG: no assembly") }

func expSumF32AVX2(y, x []float32, top float32) float64 { panic("kernel: BUG: no assembly") }

func scaleF32AVX2(y, x []float32, factor float32) { panic("kernel: BUG: no assembly") }
