//go:build !amd64 || !gc || purego

package kernel

func sumF32AVX2[A, T Number](acc []A, src []T, n int) bool { panic("kernel: BUG: no assembly") }

func sumAbsF32AVX2[A, T Number](acc []A, src []T, n int) bool { panic("kernel: BUG: no assembly") }

func sumSquareF32AVX2[A, T Number](acc []A, src []T, n int) bool { panic("kernel: BUG: no assembly") }
