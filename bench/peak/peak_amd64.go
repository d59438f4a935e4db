package peak

import (
	"errors"

	"golang.org/x/sys/cpu"
)

// fmaAVX2 and fmaAVX512 do n rounds of twelve multiply-adds of 8 and 16 lanes that do not wait for each other.
//
//go:noescape
func fmaAVX2(n int)

//go:noescape
func fmaAVX512(n int)

// Run does FLOPs operations by the widest vectors.
func Run() error {
	switch {
	case cpu.X86.HasAVX512F:
		fmaAVX512(FLOPs / (12 * 16 * 2))
	case cpu.X86.HasAVX2 && cpu.X86.HasFMA:
		fmaAVX2(FLOPs / (12 * 8 * 2))
	default:
		return errors.New("no AVX2")
	}
	return nil
}
