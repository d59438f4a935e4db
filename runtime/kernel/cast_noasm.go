//go:build !amd64 || !gc || purego

package kernel

func castAVX2[U, T Number](dst []U, src []T) bool { panic("kernel: BUG: no assembly") }

func castCutAVX2[U Integer, T Float](dst []U, src []T) bool { panic("kernel: BUG: no assembly") }
