//go:build gc && !purego

#include "textflag.h"

// func cpuid(leaf, subleaf uint32) (a, b, c, d uint32)
TEXT ·cpuid(SB), NOSPLIT, $0-24
	MOVL leaf+0(FP), AX
	MOVL subleaf+4(FP), CX
	CPUID
	MOVL AX, a+8(FP)
	MOVL BX, b+12(FP)
	MOVL CX, c+16(FP)
	MOVL DX, d+20(FP)
	RET

// func xgetbv() uint32
TEXT ·xgetbv(SB), NOSPLIT, $0-4
	XORL CX, CX
	XGETBV
	MOVL AX, ret+0(FP)
	RET

// func allowTiles() uintptr
TEXT ·allowTiles(SB), NOSPLIT, $0-8
	MOVQ $158, AX    // arch_prctl
	MOVQ $0x1023, DI // ARCH_REQ_XCOMP_PERM
	MOVQ $18, SI     // the state of tiles
	SYSCALL
	MOVQ AX, ret+0(FP)
	RET
