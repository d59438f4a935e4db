//go:build !amd64 || !gc || purego

package kernel

func expF32AVX2(dst, src []float32) { panic("kernel: BUG: no assembly") }

func sigmoidF32AVX2(dst, src []float32) { panic("kernel: BUG: no assembly") }

func siluF32AVX2(dst, src []float32) { panic("kernel: BUG: no assembly") }

func tanhF32AVX2(dst, src []float32) { panic("kernel: BUG: no assembly") }

func erfF32AVX2(dst, src []float32) { panic("kernel: BUG: no assembly") }

func geluF32AVX2(dst, src []float32) { panic("kernel: BUG: no assembly") }

func geluTanhF32AVX2(dst, src []float32) { panic("kernel: BUG: no assembly") }
