//go:build gc && !purego

#include "textflag.h"

// func pause()
TEXT ·pause(SB), NOSPLIT, $0-0
	MOVL $16, AX
again:
	PAUSE
	DECL AX
	JNZ  again
	RET
