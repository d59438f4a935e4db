// Package simulator runs the instructions of an assembly file that a processor at hand may lack: those of AVX-512 and
// AMX that the kernels' programs use. Operands lie in the memory of the process, so that pages nobody may touch stop a
// function as they would stop the processor.
//
//	program, err := simulator.Load("math_exp_avx512_amd64.s")
//	args := struct {
//		dst, src *float32
//		n        int
//	}{&y[0], &x[0], len(x)}
//	program.Call("expAVX512", unsafe.Pointer(&args))
//
// WriteOverlay goes further: it replaces the functions of a package's files by calls like that, for `go test -overlay` to
// run all its tests as if the processor had everything.
//
// What a processor leaves undefined, such as what registers hold at first, is not zero here either.
package simulator
