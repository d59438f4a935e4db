//go:build !amd64 || !gc || purego

package kernel

func addRowAVX2[T Number](dst, a, b []T) bool { panic("kernel: BUG: no assembly") }

func subRowAVX2[T Number](dst, a, b []T) bool { panic("kernel: BUG: no assembly") }

func mulRowAVX2[T Number](dst, a, b []T) bool { panic("kernel: BUG: no assembly") }

func divRowAVX2[T Float](dst, a, b []T) bool { panic("kernel: BUG: no assembly") }
