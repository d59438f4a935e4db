package main

import (
	"syscall"
	"time"
	"unsafe"
)

// threadCPU is Linux's number of the clock of the calling thread's processor time.
const threadCPU = 3

// threadTime is the processor time that the calling thread has had, in nanoseconds.
func threadTime() int64 {
	var t syscall.Timespec
	if _, _, e := syscall.RawSyscall(syscall.SYS_CLOCK_GETTIME, threadCPU, uintptr(unsafe.Pointer(&t)), 0); e != 0 {
		return time.Now().UnixNano()
	}
	return t.Nano()
}
