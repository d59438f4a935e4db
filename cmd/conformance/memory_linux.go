package main

import (
	"os"
	"syscall"
)

// peakMemory is the most bytes that an ended process had in memory.
func peakMemory(p *os.ProcessState) int64 {
	if usage, ok := p.SysUsage().(*syscall.Rusage); ok {
		return int64(usage.Maxrss) * 1024
	}
	return 0
}
